"""The services of listening, put together: who needs whom. `bot.app` gives what they stand on."""

from dataclasses import dataclass

from bot.desk import Desk
from bot.listening.friction import FrictionService
from bot.listening.listing import FrictionList, ListeningFactsService
from bot.listening.sorting import FrictionSorting
from bot.listening.stories import StoryService
from bot.listening.thanks import ThanksService
from bot.people import PeopleService


@dataclass(frozen=True)
class ListeningServices:
    friction: FrictionService
    sorting: FrictionSorting
    stories: StoryService
    thanks: ThanksService
    facts: ListeningFactsService
    listing: FrictionList


def listening_services(desk: Desk, people: PeopleService, *, can_propose: bool) -> ListeningServices:
    """`can_propose`: the handbook is a repository, so that stories can become pull requests."""
    facts = ListeningFactsService(desk.database)
    return ListeningServices(
        friction=FrictionService(desk, people),
        sorting=FrictionSorting(desk),
        stories=StoryService(desk, people, can_propose=can_propose),
        thanks=ThanksService(desk, people),
        facts=facts,
        listing=FrictionList(desk, people, facts),
    )
