"""The services of surveys, put together: who needs whom. `bot.app` gives what they stand on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.changes import ChangeService
from bot.desk import Desk
from bot.model_client import ModelClient
from bot.people import PeopleService
from bot.pillar import Pillar
from bot.surveys import waves
from bot.surveys.answering import AnsweringService
from bot.surveys.asking import AskingService
from bot.surveys.changes import TERMS, NewsService
from bot.surveys.closing import ClosingService
from bot.surveys.frames import FrameService
from bot.surveys.refusing import RefusalService
from bot.surveys.results import ResultService, SurveyFactsService
from bot.surveys.sorting import ThemeSorting
from bot.surveys.talk import TalkService
from bot.surveys.waves import WaveService
from bot.timetable import Planned
from bot.wanted import ClosingWave, Decision, Due, Inviting, Kind, Shipped, SurveyEvent, TalkWanted
from bot.work import Asked, Job, job


@dataclass(frozen=True)
class SurveyServices(Pillar):
    waves: WaveService
    asking: AskingService
    answering: AnsweringService
    refusals: RefusalService
    closing: ClosingService
    facts: SurveyFactsService
    results: ResultService
    changes: ChangeService
    news: NewsService
    talks: TalkService

    def jobs(self, asked: Asked) -> Mapping[str, Job]:
        return {
            Kind.RESULTS: asked(self.results.show),
            Kind.DECIDE_THEME: job(Decision, self.changes.decide, self.changes.given_up),
            Kind.SHIPPED: job(Shipped, self.news.tell),
            Kind.TALK: job(TalkWanted, self.talks.tell, self.talks.given_up),
            Kind.OPEN_WAVES: job(Due, self.waves.open_due),
            Kind.SURVEY_EVENT: job(SurveyEvent, self.waves.take_event),
            Kind.INVITE: job(Inviting, self.asking.invite, self.asking.given_up),
            Kind.REMIND: job(Inviting, self.asking.remind),
            Kind.CLOSE_WAVE: job(ClosingWave, self.closing.close, self.closing.given_up),
        }

    def planned(self) -> Sequence[Planned]:
        return (Planned(Kind.OPEN_WAVES, self.waves.schedule, waves.WORTH),)


def survey_services(
    desk: Desk, people: PeopleService, *, model: ModelClient | None, new_key: Callable[[], str]
) -> SurveyServices:
    """`new_key` gives chance that nobody foresees: a seed, or a key under which something is found by who has it."""
    frames = FrameService(desk, people)
    facts = SurveyFactsService(desk.database)
    answering, news = AnsweringService(desk), NewsService(desk, people)
    return SurveyServices(
        waves=WaveService(desk, frames, new_key=new_key),
        asking=AskingService(desk, people, frames),
        answering=answering,
        refusals=RefusalService(desk),
        closing=ClosingService(desk, new_key=new_key),
        facts=facts,
        results=ResultService(desk, people, facts, ThemeSorting(desk, model=model)),
        changes=ChangeService(desk, people, news.kept, TERMS),
        news=news,
        talks=TalkService(desk, people, answering.given),
    )
