"""Takes from each pillar's facts what a digest keeps of them. Pure; what is said of it is the blocks'."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Protocol

from bot.actions.figures import ActionFacts
from bot.adoption.figures import CapabilityFacts, Days
from bot.adoption.totals import AdoptionFacts
from bot.curation.health_rules import ArticleHealth, Owner
from bot.digest.kept import (
    Adopted,
    Changed,
    Ill,
    Named,
    OpenTheme,
    Reverted,
    SelfService,
    Sign,
    Waited,
    Wave,
    WeekOf,
    What,
)
from bot.listening.figures import ListeningFacts
from bot.model import Window
from bot.peers.cases import Case, Outcome
from bot.surveys.result_rules import QuestionFacts, SurveyFacts, WaveFacts, in_words
from knowledge.surveys import Scale

OPEN = "open"  # a theme that nothing is linked to
FEWEST_LOGGED = 3  # of friction, before it is a thing to do
KEPT_MOST = 10  # of a list: a digest names three to five, and counts the rest
SATISFIED = (Scale.CSAT, Scale.CES)


class Titled(Protocol):
    @property
    def title(self) -> str: ...

    @property
    def url(self) -> str: ...


class Announced(Titled, Protocol):
    """A notice, as `bot.notices` has it: `when` is such as "until 1 Feb 2027", or ""."""

    @property
    def when(self) -> str: ...


class Waiting(Protocol):
    """What waits at a stage of delivery, as `bot.discovery` has it."""

    @property
    def stage(self) -> StrEnum: ...

    @property
    def least_s(self) -> float: ...

    @property
    def most_s(self) -> float: ...

    @property
    def teams(self) -> int: ...


class Telling(Protocol):
    """A sign, as `bot.signs` has it."""

    @property
    def title(self) -> str: ...

    @property
    def said(self) -> str: ...

    @property
    def way_out(self) -> str: ...


def named(found: Iterable[Titled]) -> tuple[Named, ...]:
    return tuple(Named(each.title, each.url) for each in found)


def coming(found: Iterable[Announced]) -> tuple[Named, ...]:
    return tuple(Named(f"{each.title} ({each.when})" if each.when else each.title, each.url) for each in found)


def waits(found: Iterable[Waiting]) -> tuple[Waited, ...]:
    return tuple(Waited(each.stage.value, each.least_s, each.most_s, each.teams) for each in found)


def signs(found: Iterable[Telling]) -> tuple[Sign, ...]:
    return tuple(Sign(each.title, each.said, each.way_out) for each in found)


def shipped(surveys: SurveyFacts, listening: ListeningFacts) -> tuple[Named, ...]:
    """What was done about what people wrote in surveys or logged as hard."""
    found = [Named(each.title, each.url) for each in surveys.shipped]
    found += [Named(each.title, each.url) for each in listening.shipped]
    return tuple(found[:KEPT_MOST])


def waves(surveys: SurveyFacts) -> tuple[Wave, ...]:
    """What may be shown of the satisfaction that waves told which closed in these weeks."""
    found = [
        Wave(wave.survey.title, each.question.text, in_words(each.everybody), each.change.value, wave.answers)
        for wave, each in _satisfaction(surveys)
        if each.everybody is not None
    ]
    return tuple(found[:KEPT_MOST])


def _satisfaction(surveys: SurveyFacts) -> list[tuple[WaveFacts, QuestionFacts]]:
    return [(wave, each) for wave in surveys.waves for each in wave.questions if each.question.scale in SATISFIED]


def asked_for(surveys: SurveyFacts, listening: ListeningFacts) -> tuple[OpenTheme, ...]:
    """What several people wrote or logged in these weeks, and nobody said what becomes of it."""
    found = [OpenTheme(What.SURVEY.value, e.title, e.comments) for e in surveys.themes if e.state == OPEN]
    found += [
        OpenTheme(What.FRICTION.value, each.title, each.count.n)
        for each in listening.themes
        if each.state == OPEN and each.count.n >= FEWEST_LOGGED and each.count.people
    ]
    return tuple(sorted(found, key=lambda each: -each.n)[:KEPT_MOST])


def changed(adoption: AdoptionFacts, window: Window, timezone: str) -> tuple[Changed, ...]:
    """Capabilities that are used otherwise since a day of these weeks."""
    days = Days.of(window, timezone)
    return tuple(
        Changed(each.title, change.before.value, change.after.value, change.day.isoformat())
        for each in adoption.capabilities
        for change in each.changes
        if days.has(change.day)
    )[:KEPT_MOST]


def adopted(adoption: AdoptionFacts, lately: Window, timezone: str) -> tuple[Adopted, ...]:
    """Capabilities that teams took up, or whose status changed lately."""
    days = Days.of(lately, timezone)
    found = [_adopted(each, days) for each in adoption.capabilities if each.is_measured]
    return tuple(each for each in found if each.began or each.began_without or each.day)[:KEPT_MOST]


def _adopted(each: CapabilityFacts, lately: Days) -> Adopted:
    status = each.status.value if each.status else "not offered yet"
    told = Adopted(each.title, status, each.voluntary, each.new_by_choice, each.new_without)
    change = next((change for change in reversed(each.changes) if lately.has(change.day)), None)
    if change is None:
        return told
    return replace(
        told,
        day=change.day.isoformat(),
        before=change.before.value,
        began_before=change.began_before,
        began_after=change.began_after,
        days=change.days,
        is_jump=change.is_jump,
    )


def ill(each: ArticleHealth) -> Ill:
    has_left = each.owner_state is Owner.LEFT
    served = each.served if each.is_served_badly else None
    return Ill(
        each.title,
        each.url,
        served.not_quite if served else 0,
        served.times if served else 0,
        len(each.dead_links),
        each.days_overdue,
        has_left,
        each.needs_work,
    )


def self_service(actions: ActionFacts) -> SelfService:
    middle, slow = actions.to_converged or (None, None)
    return SelfService(len(actions.live_s), middle, slow, actions.pushed, tuple(actions.debts[:KEPT_MOST]))


def reverted(actions: ActionFacts) -> tuple[Reverted, ...]:
    """By team, the most first."""
    found = [Reverted(team, times) for team, times in actions.reverts.items() if times]
    return tuple(sorted(found, key=lambda each: (-each.times, each.team))[:KEPT_MOST])


def week_of(week: str, cases: Sequence[Case]) -> WeekOf:
    """The trend's four kinds; what is too new to say, and what askers solved alone, is in none."""
    by = Counter(each.outcome for each in cases)
    nobody = by[Outcome.NONE] + by[Outcome.UNCONFIRMED]
    return WeekOf(week, by[Outcome.PEER], by[Outcome.PLATFORM], by[Outcome.BOT], nobody)
