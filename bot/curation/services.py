"""The services of curation, put together: who needs whom. `bot.app` gives what they stand on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.curation import article_health as health
from bot.curation import owners
from bot.curation.article_health import ArticleHealthService
from bot.curation.documented import AskerService, Waiting
from bot.curation.draft_maker import DraftMaker
from bot.curation.drafts import DraftService
from bot.curation.filing import FilingService
from bot.curation.gap_drafts import GapDrafts
from bot.curation.gap_facts import GapFactsService
from bot.curation.gap_sorting import GapSorting, Reading
from bot.curation.gaps import GapService
from bot.curation.offers import OfferService
from bot.curation.owners import OwnerService
from bot.curation.proposals import HandbookRepository, ProposalService
from bot.desk import Desk
from bot.model_client import ModelClient
from bot.people import PeopleService
from bot.pillar import Pillar
from bot.timetable import NIGHT_WORTH, Planned
from bot.wanted import Decision, Documented, Due, FileWanted, Kind, NotProposed, Proposing, Saving, Solved
from bot.work import Asked, Job, job


@dataclass(frozen=True)
class CurationServices(Pillar):
    proposals: ProposalService
    filing: FilingService
    drafts: DraftService
    offers: OfferService
    article_health: ArticleHealthService
    owners: OwnerService
    gaps: GapService
    gap_facts: GapFactsService

    def jobs(self, asked: Asked) -> Mapping[str, Job]:
        return {
            Kind.GAPS: asked(self.gaps.show),
            Kind.SORT_GAPS: job(Due, self.gaps.sort),
            Kind.DECIDE_GAP: job(Decision, self.gaps.decide, self.gaps.given_up),
            Kind.DOCUMENTED: job(Documented, self.gaps.close_documented),
            Kind.SAVE: job(Saving, self.drafts.save, self.drafts.given_up),
            Kind.DECIDE_DRAFT: job(Decision, self.drafts.decide, self.drafts.given_up),
            Kind.SOLVED: job(Solved, self.offers.offer),
            Kind.PROPOSE: job(Proposing, self.proposals.propose, self.proposals.given_up),
            Kind.PROPOSE_FILE: job(FileWanted, self.filing.propose, self.filing.given_up),
            Kind.CHECK_LINKS: job(Due, self.article_health.check_links),
            Kind.ASK_OWNERS: job(Due, self.owners.ask),
            Kind.DECIDE_ARTICLE: job(Decision, self.owners.decide, self.owners.given_up),
            Kind.NOT_PROPOSED: job(NotProposed, self.owners.ask_again),
        }

    def planned(self) -> Sequence[Planned]:
        return (
            Planned(Kind.SORT_GAPS, self.gaps.schedule, NIGHT_WORTH),
            Planned(Kind.CHECK_LINKS, self.article_health.schedule, health.WORTH),
            Planned(Kind.ASK_OWNERS, self.owners.schedule, owners.WORTH),
        )


def curation_services(
    desk: Desk,
    people: PeopleService,
    reading: Reading,
    waiting: Waiting,
    *,
    repository: HandbookRepository | None,
    model: ModelClient | None,
) -> CurationServices:
    """`reading` and `waiting` are what peers asked; `repository` is the handbook's, None where that is a folder."""
    proposals, article_health = ProposalService(desk, repository), ArticleHealthService(desk)
    draft_maker = DraftMaker(desk, people, can_propose=repository is not None, model=model)
    gap_facts = GapFactsService(desk.database, channels=lambda: desk.shelf.library.handbook.channels)
    return CurationServices(
        proposals=proposals,
        filing=FilingService(desk, proposals),
        drafts=DraftService(desk, draft_maker, proposals),
        offers=OfferService(desk, draft_maker),
        article_health=article_health,
        owners=OwnerService(desk, people, article_health, proposals),
        gaps=GapService(
            desk,
            people,
            gap_facts,
            GapSorting(desk.database, reading, clock=desk.clock),
            drafts=GapDrafts(desk, people, gap_facts, proposals),
            askers=AskerService(desk, waiting),
        ),
        gap_facts=gap_facts,
    )
