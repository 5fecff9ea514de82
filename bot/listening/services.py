"""The services of listening, put together: who needs whom. `bot.app` gives what they stand on."""

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
from bot.storage import friction as rows
from bot.storage.engine import Tx
from bot.work import Kind

TERMS = Terms(
    ids=list_blocks.IDS,
    kind=Kind.DECIDE_FRICTION_THEME,
    act=Act.SEE_FRICTION,
    message=list_blocks.LINKED,
    shipped="Noted: it is live.",
    linked_now="Linked. It is live already.",
)


@dataclass(frozen=True)
class ListeningServices:
    friction: FrictionService
    sorting: FrictionSorting
    stories: StoryService
    story_asking: StoryAskingService
    thanks: ThanksService
    facts: ListeningFactsService
    listing: FrictionList
    changes: ChangeService


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
