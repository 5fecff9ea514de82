"""The services of surveys, put together: who needs whom. `bot.app` gives what they stand on."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.changes import ChangeService
from bot.desk import Desk
from bot.model_client import ModelClient
from bot.people import PeopleService
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


@dataclass(frozen=True)
class SurveyServices:
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


def survey_services(
    desk: Desk, people: PeopleService, *, model: ModelClient | None, new_key: Callable[[], str]
) -> SurveyServices:
    """`new_key` gives chance that nobody foresees: a seed, or a key under which something is found by who has it."""
    frames = FrameService(desk, people)
    facts = SurveyFactsService(desk.database)
    answering, news = AnsweringService(desk), NewsService(desk)
    return SurveyServices(
        waves=WaveService(desk, frames, new_key=new_key),
        asking=AskingService(desk, frames),
        answering=answering,
        refusals=RefusalService(desk),
        closing=ClosingService(desk, new_key=new_key),
        facts=facts,
        results=ResultService(desk, people, facts, ThemeSorting(desk, model=model)),
        changes=ChangeService(desk, people, news.kept, TERMS),
        news=news,
        talks=TalkService(desk, people, answering.given),
    )
