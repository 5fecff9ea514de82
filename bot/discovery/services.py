"""The services of discovery, put together: who needs whom. `bot.app` gives what they stand on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.adoption.facts import AdoptionFactsService
from bot.curation.gap_facts import GapFactsService
from bot.curation.proposals import HandbookRepository
from bot.desk import Desk
from bot.discovery import reviewing
from bot.discovery.drafting import DraftingService
from bot.discovery.reviewing import ReviewService
from bot.discovery.sources import Sources
from bot.discovery.ways import WaysService
from bot.listening.listing import ListeningFactsService
from bot.people import PeopleService
from bot.pillar import Pillar
from bot.surveys.results import SurveyFactsService
from bot.timetable import Planned
from bot.wanted import Decision, Due, FileSettled, Kind
from bot.work import Asked, Job, job


@dataclass(frozen=True)
class Pillars:
    """What the others know, that bets rest on."""

    gaps: GapFactsService
    listening: ListeningFactsService
    surveys: SurveyFactsService
    adoption: AdoptionFactsService


@dataclass(frozen=True)
class DiscoveryServices(Pillar):
    drafting: DraftingService
    reviews: ReviewService
    ways: WaysService

    def jobs(self, asked: Asked) -> Mapping[str, Job]:
        return {
            Kind.DRAFT_BET: job(Decision, self.drafting.draft, self.drafting.given_up),
            Kind.LOOK_AGAIN: job(Due, self.reviews.look),
            Kind.DECIDE_BET: job(Decision, self.reviews.decide, self.reviews.given_up),
            Kind.BET_SETTLED: job(FileSettled, self.reviews.settled),
            Kind.FLOWS: asked(self.ways.asked),
            Kind.SHOW_FLOW: job(Decision, self.ways.show, self.ways.given_up),
        }

    def planned(self) -> Sequence[Planned]:
        return (Planned(Kind.LOOK_AGAIN, self.reviews.schedule, reviewing.WORTH),)


def discovery_services(
    desk: Desk, people: PeopleService, pillars: Pillars, repository: HandbookRepository | None
) -> DiscoveryServices:
    """`repository` is the handbook's; None where that is a folder, to which nothing can be proposed."""
    sources = Sources(
        desk,
        gaps=pillars.gaps,
        listening=pillars.listening,
        surveys=pillars.surveys,
        adoption=pillars.adoption,
    )
    return DiscoveryServices(
        drafting=DraftingService(desk, people, sources, can_propose=repository is not None),
        reviews=ReviewService(desk, people, sources, repository),
        ways=WaysService(desk, people),
    )
