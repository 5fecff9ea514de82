"""The services of adoption, put together: who needs whom. `bot.app` gives what they stand on."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.adoption.asking import Turns
from bot.adoption.card_maker import CardMaker
from bot.adoption.cards import EvidenceCards
from bot.adoption.contributions import ContributionService, Place, places_of
from bot.adoption.facts import AdoptionFactsService, AdoptionPart
from bot.adoption.handing_in import HandingInService
from bot.adoption.judging import JudgingService
from bot.adoption.marks import MarkService
from bot.adoption.milestones import MilestoneService
from bot.adoption.own_uses import OwnUseService
from bot.adoption.policies import PolicyService
from bot.adoption.prompting import PromptingService
from bot.adoption.reminders import ReminderService
from bot.adoption.satisfaction import Pulses
from bot.adoption.speaking import SpeakingService
from bot.adoption.uses import UseService
from bot.audit import Audit
from bot.desk import Desk
from bot.git.history import History
from bot.people import PeopleService
from bot.work import Converged
from knowledge.loader import Handbook
from knowledge.repositories import LiveRepository


@dataclass(frozen=True)
class AdoptionServices:
    policies: PolicyService
    handing_in: HandingInService
    judging: JudgingService
    reminders: ReminderService
    uses: UseService
    own_uses: OwnUseService
    marks: MarkService
    contributions: ContributionService
    facts: AdoptionFactsService
    figures: AdoptionPart
    milestones: MilestoneService
    speaking: SpeakingService
    prompting: PromptingService

    async def converged(self, converged: Converged) -> None:
        """What an action brought about counts for the policies it satisfies, and as use of its capability."""
        await self.policies.converged(converged)
        await self.uses.converged(converged)


def adoption_services(
    desk: Desk,
    people: PeopleService,
    audit: Audit,
    *,
    command: str,
    handbook_place: Place | None,
    history_of: Callable[[LiveRepository], History],
    pulses: Pulses,
) -> AdoptionServices:
    """`handbook_place` is the handbook's own repository, None where it is a folder. `pulses` are closed surveys."""
    turns = Turns(desk, people)
    cards = EvidenceCards(desk, people)
    contributions = ContributionService(desk, handbook=handbook_place, history_of=history_of)

    def handbook() -> Handbook:
        return desk.shelf.library.handbook

    facts = AdoptionFactsService(
        desk.database,
        handbook=handbook,
        places=lambda: places_of(handbook(), handbook_place),
        pulses=pulses,
        today=desk.today,
    )
    return AdoptionServices(
        policies=PolicyService(desk, people, audit),
        handing_in=HandingInService(desk, people, cards, audit),
        judging=JudgingService(desk, people, cards, audit, command=command),
        reminders=ReminderService(desk, people, cards, command=command),
        uses=UseService(desk, people),
        own_uses=OwnUseService(desk, people),
        marks=MarkService(desk),
        contributions=contributions,
        facts=facts,
        figures=AdoptionPart(desk, people, facts),
        milestones=MilestoneService(desk, people, audit, turns, CardMaker(desk, pulses)),
        speaking=SpeakingService(desk, people),
        prompting=PromptingService(desk, turns),
    )
