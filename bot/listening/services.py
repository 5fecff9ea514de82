"""The services of listening, put together: who needs whom. `bot.app` gives what they stand on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.authority import Act
from bot.changes import ChangeService, Kept, Terms
from bot.desk import Desk
from bot.listening import list_blocks
from bot.listening.friction import FrictionService
from bot.listening.listing import FrictionList, ListeningFactsService
from bot.listening.sorting import FrictionSorting
from bot.listening.stories import StoryService
from bot.listening.story_asking import StoryAskingService
from bot.listening.thanks import ThanksService
from bot.people import PeopleService
from bot.pillar import Pillar
from bot.storage import friction as rows
from bot.storage.engine import Tx
from bot.timetable import DAY, NIGHT_WORTH, Planned
from bot.wanted import Bringing, Decision, Due, FileSettled, Kind, Logging, StoryTold, StoryWanted
from bot.work import Asked, Job, job

TERMS = Terms(
    ids=list_blocks.IDS,
    kind=Kind.DECIDE_FRICTION_THEME,
    act=Act.SEE_FRICTION,
    message=list_blocks.LINKED,
    shipped="Noted: it is live.",
    linked_now="Linked. It is live already.",
)


@dataclass(frozen=True)
class ListeningServices(Pillar):
    friction: FrictionService
    sorting: FrictionSorting
    stories: StoryService
    story_asking: StoryAskingService
    thanks: ThanksService
    facts: ListeningFactsService
    listing: FrictionList
    changes: ChangeService

    def jobs(self, asked: Asked) -> Mapping[str, Job]:
        return {
            Kind.FRICTION: asked(self.friction.asked),
            Kind.LOG_FRICTION: job(Logging, self.friction.log, self.friction.given_up),
            Kind.DECIDE_FRICTION: job(Decision, self.friction.decide, self.friction.given_up),
            Kind.SORT_FRICTION: job(Due, self.sorting.sort),
            Kind.DECIDE_FRICTION_THEME: job(Decision, self.changes.decide, self.changes.given_up),
            Kind.STORY: asked(self.stories.asked),
            Kind.TELL_STORY: job(StoryTold, self.stories.tell, self.stories.given_up),
            Kind.DECIDE_STORY: job(Decision, self.stories.decide, self.stories.given_up),
            Kind.ASK_STORY: job(StoryWanted, self.story_asking.ask),
            Kind.STORY_SETTLED: job(FileSettled, self.stories.settled),
            Kind.THANKS: asked(self.thanks.asked),
            Kind.DECIDE_THANKS: job(Decision, self.thanks.decide, self.thanks.given_up),
            Kind.GATHER_THANKS: job(Due, self.thanks.gather),
            Kind.BRING_THANKS: job(Bringing, self.thanks.bring),
        }

    def planned(self) -> Sequence[Planned]:
        return (
            Planned(Kind.SORT_FRICTION, self.sorting.schedule, NIGHT_WORTH),
            Planned(Kind.GATHER_THANKS, self.thanks.schedule, DAY),
        )


def listening_services(desk: Desk, people: PeopleService, *, can_propose: bool) -> ListeningServices:
    """`can_propose`: the handbook is a repository, so that stories can become pull requests."""
    facts = ListeningFactsService(desk.database)
    return ListeningServices(
        friction=FrictionService(desk, people),
        sorting=FrictionSorting(desk),
        stories=StoryService(desk, people, can_propose=can_propose),
        story_asking=StoryAskingService(desk),
        thanks=ThanksService(desk, people),
        facts=facts,
        listing=FrictionList(desk, people, facts),
        changes=ChangeService(desk, people, _kept(desk), TERMS),
    )


def _kept(desk: Desk) -> Kept:
    """Themes of friction. Nobody is told in person once a change is live: who logged it is not looked up."""

    async def ship(tx: Tx, theme_id: str) -> bool:
        return await rows.ship(tx, theme_id, now=desk.clock.now())

    return Kept(rows.themes, rows.theme, rows.link, rows.drop, ship, rows.merged_urls)
