"""The services of adoption, put together: who needs whom. `bot.app` gives what they stand on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.adoption import milestones, prompting, reminders
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
from bot.pillar import Pillar
from bot.timetable import DAY, Planned
from bot.wanted import CardWords, Converged, Decision, Due, HandingIn, Judging, Kind, TeamAsked
from bot.work import Asked, Job, job
from knowledge.loader import Handbook
from knowledge.repositories import LiveRepository


@dataclass(frozen=True)
class AdoptionServices(Pillar):
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

    def jobs(self, asked: Asked) -> Mapping[str, Job]:
        return {
            Kind.POLICIES: asked(self.policies.show),
            Kind.HAND_IN: job(HandingIn, self.handing_in.hand_in, self.handing_in.given_up),
            Kind.JUDGE_EVIDENCE: job(Judging, self.judging.judge, self.judging.given_up),
            Kind.REMIND_EVIDENCE: job(Due, self.reminders.remind),
            Kind.CONVERGED: job(Converged, self.converged),
            Kind.CONTRIBUTIONS: job(Due, self.contributions.read),
            Kind.SHOW_CARDS: job(Due, self.milestones.show),
            Kind.DECIDE_CARD: job(Decision, self.milestones.decide, self.milestones.given_up),
            Kind.SAY_CARD: job(CardWords, self.milestones.say, self.milestones.given_up),
            Kind.SAY_FOR_TEAM: job(Decision, self.speaking.say, self.speaking.given_up),
            Kind.ASK_PULL: job(TeamAsked, self.prompting.ask_pull),
            Kind.ASK_WHY_NOTS: job(Due, self.prompting.ask_why_nots),
            Kind.ASK_WHY_NOT: job(TeamAsked, self.prompting.ask_why_not),
        }

    def planned(self) -> Sequence[Planned]:
        return (
            Planned(Kind.REMIND_EVIDENCE, self.reminders.schedule, reminders.WORTH),
            Planned(Kind.SHOW_CARDS, self.milestones.schedule, milestones.WORTH),
            Planned(Kind.ASK_WHY_NOTS, self.prompting.schedule, prompting.WORTH),
            Planned(Kind.CONTRIBUTIONS, self.contributions.schedule, DAY),
        )


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
