"""The services of bringing on, put together: who needs whom. `bot.app` gives what they stand on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.actions.catalogue import CatalogueService
from bot.answers.duty import DutyService
from bot.curation.proposals import ProposalService
from bot.desk import Desk
from bot.onboarding.newcomers import NewcomerService
from bot.onboarding.service import StartService
from bot.onboarding.standing import StandingService
from bot.people import PeopleService
from bot.pillar import Pillar
from bot.wanted import Kind, StepWanted
from bot.work import Asked, Job, job


@dataclass(frozen=True)
class Neighbours:
    """Services of other pillars that it shows or hands on to."""

    catalogue: CatalogueService
    proposals: ProposalService
    duty: DutyService


@dataclass(frozen=True)
class OnboardingServices(Pillar):
    start: StartService
    newcomers: NewcomerService

    def jobs(self, asked: Asked) -> Mapping[str, Job]:
        return {
            Kind.START: asked(self.start.asked),
            Kind.PROPOSE_STEP: job(StepWanted, self.start.propose, self.start.given_up),
        }


def onboarding_services(
    desk: Desk, people: PeopleService, neighbours: Neighbours, *, can_link: Callable[[], bool], command: str
) -> OnboardingServices:
    """`can_link` tells whether a Git account can be linked at any host."""
    standing = StandingService(desk, people, can_link=can_link)
    start = StartService(desk, people, standing, neighbours.catalogue, neighbours.proposals)
    newcomers = NewcomerService(desk, people, neighbours.duty, standing, start, command=command)
    return OnboardingServices(start, newcomers)
