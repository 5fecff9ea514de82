"""The services of bringing on, put together: who needs whom. `bot.app` gives what they stand on."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.actions.catalogue import CatalogueService
from bot.answers.duty import DutyService
from bot.curation.proposals import ProposalService
from bot.desk import Desk
from bot.onboarding.newcomers import NewcomerService
from bot.onboarding.service import StartService
from bot.onboarding.standing import StandingService
from bot.people import PeopleService


@dataclass(frozen=True)
class Neighbours:
    """Services of other pillars that it shows or hands on to."""

    catalogue: CatalogueService
    proposals: ProposalService
    duty: DutyService


@dataclass(frozen=True)
class OnboardingServices:
    start: StartService
    newcomers: NewcomerService


def onboarding_services(
    desk: Desk, people: PeopleService, neighbours: Neighbours, *, can_link: Callable[[], bool], command: str
) -> OnboardingServices:
    """`can_link` tells whether a Git account can be linked at any host."""
    standing = StandingService(desk, people, can_link=can_link)
    start = StartService(desk, people, standing, neighbours.catalogue, neighbours.proposals)
    newcomers = NewcomerService(desk, people, neighbours.duty, standing, start, command=command)
    return OnboardingServices(start, newcomers)
