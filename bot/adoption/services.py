"""The services of policies, put together: who needs whom. `bot.app` gives what they stand on."""

from dataclasses import dataclass

from bot.adoption.cards import EvidenceCards
from bot.adoption.handing_in import HandingInService
from bot.adoption.judging import JudgingService
from bot.adoption.policies import PolicyService
from bot.adoption.reminders import ReminderService
from bot.audit import Audit
from bot.desk import Desk
from bot.people import PeopleService


@dataclass(frozen=True)
class AdoptionServices:
    policies: PolicyService
    handing_in: HandingInService
    judging: JudgingService
    reminders: ReminderService


def adoption_services(desk: Desk, people: PeopleService, audit: Audit, *, command: str) -> AdoptionServices:
    cards = EvidenceCards(desk, people)
    return AdoptionServices(
        policies=PolicyService(desk, people, audit),
        handing_in=HandingInService(desk, people, cards, audit),
        judging=JudgingService(desk, people, cards, audit, command=command),
        reminders=ReminderService(desk, people, cards, command=command),
    )
