"""The card of a capability 30, 60 and 90 days after its status began: when it is due, and what it holds. Pure.

It counts teams and names none. What is decided is the platform team's; the handbook stays theirs to change.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Self

from bot.adoption.courses import USING, Course, State
from bot.adoption.figures import CapabilityFacts, Days
from bot.adoption.satisfaction import Csat
from bot.model import CapabilityMark, Json
from bot.statistics import Share
from knowledge.capabilities import FREE, Capability, Status
from knowledge.loader import Handbook

AFTER_DAYS = (30, 60, 90)
LATELY = 28  # days in which a team that still uses it used it
KEEP, CHANGE, DROP = "keep", "change", "drop"
CHOICES = (KEEP, CHANGE, DROP)
WORDS_MOST = 300  # characters of why


@dataclass(frozen=True)
class Began:
    """The status of now: the day it was first seen, which a slip mended later leaves as it is, and since when it is."""

    seen_on: date
    since: date


def began(marks: Sequence[CapabilityMark]) -> Began | None:
    """From all that was seen, the oldest first; None where nothing was."""
    if not marks:
        return None
    first = marks[-1]
    for each in reversed(marks):
        if each.status != first.status:
            break
        first = each
    return Began(first.seen_on, marks[-1].since)


def due(status: Began, shown: Collection[int], *, today: date) -> int | None:
    """Which card is to be shown; None for none. `shown` are those of this status that were.

    Of several that were missed the newest, which says how many days really passed. None for what lay before anybody
    looked: then it is too late to decide by it.
    """
    passed = [days for days in AFTER_DAYS if status.since + timedelta(days=days) <= today]
    if not passed or status.since + timedelta(days=passed[-1]) < status.seen_on:
        return None
    return passed[-1] if max(shown, default=0) < passed[-1] else None


@dataclass(frozen=True)
class Support:
    """Questions sorted under `topics`, and answers of people to them: each person once a question."""

    topics: tuple[str, ...]
    questions: int
    by_platform: int
    by_peers: int


@dataclass(frozen=True)
class Card:
    """As things stood at the end of the day before it was made.

    `chose` are teams by choice, or volunteers that use it, of those that may; None where there is no choice. `still`
    are those that used it lately, of those that use it. `csat` None: nothing may be shown; `was_asked`: a survey of its
    users closed since. `support` None: no topic is known to be its own. `why` are lines.
    """

    title: str
    status: str
    since: date
    days: int
    passed: int
    chose: Share | None
    still: Share
    left: int
    csat: Csat | None
    was_asked: bool
    friction: int
    support: Support | None
    why: tuple[str, ...]
    gave: int
    asked: int
    days_to_learn: int | None

    def to_json(self) -> Json:
        return {
            **vars(self),
            "since": self.since.isoformat(),
            "chose": self.chose.to_json() if self.chose else None,
            "still": self.still.to_json(),
            "csat": self.csat.to_json() if self.csat else None,
            "support": vars(self.support) | {"topics": list(self.support.topics)} if self.support else None,
            "why": list(self.why),
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        support = kept["support"]
        return cls(
            **{
                **kept,
                "since": date.fromisoformat(kept["since"]),
                "chose": Share.from_json(kept["chose"]) if kept["chose"] else None,
                "still": Share.from_json(kept["still"]),
                "csat": Csat(**kept["csat"]) if kept["csat"] else None,
                "support": Support(**{**support, "topics": tuple(support["topics"])}) if support else None,
                "why": tuple(kept["why"]),
            }
        )


def card_of(
    capability: Capability, facts: CapabilityFacts, now: Mapping[str, Course], *, since: date, days: int, last: date
) -> Card:
    """What is known of teams alone; `now` is how each stands that may choose it, on the day `last`."""
    lately = Days(last - timedelta(days=LATELY - 1), last)
    using = [each for each in now.values() if each.state in USING]
    return Card(
        title=capability.title,
        status=capability.status.value,
        since=since,
        days=days,
        passed=(last - since).days + 1,
        chose=_chose(capability, facts),
        still=Share(sum(lately.any_of(each.used) for each in using), len(using)),
        left=facts.standings[State.LEFT],
        csat=None,
        was_asked=False,
        friction=0,
        support=None,
        why=tuple(facts.why_not.lines()),
        gave=facts.why_not.n,
        asked=facts.why_not.asked,
        days_to_learn=facts.days_to_learn,
    )


def _chose(capability: Capability, facts: CapabilityFacts) -> Share | None:
    if capability.status is Status.PILOT:
        return Share(facts.standings[State.PILOT] + facts.standings[State.CHOSE], facts.eligible)
    return Share(facts.standings[State.CHOSE], facts.eligible) if capability.status in FREE else None


def with_others(
    card: Card, *, csat: Csat | None, was_asked: bool, friction: int, support: Support | None
) -> Card:  # fmt: skip
    return replace(card, csat=csat, was_asked=was_asked, friction=friction, support=support)


def is_worth_telling(card: Card, choice: str | None) -> bool:
    """Whether a team may be asked for a story: it is kept, its users are satisfied and may be said to be."""
    return choice == KEEP and card.csat is not None and card.csat.is_good and card.still.k > 0


def topics_of(
    capability: Capability, handbook: Handbook, public_tags: Mapping[str, Collection[str]]
) -> tuple[str, ...]:
    """The topics that questions about it are sorted under: as declared, else those of its actions' articles.

    `public_tags` are, by the first tag of public articles, the actions that articles with it lead to. A topic that no
    article has first is none: no question is ever sorted under it.
    """
    if capability.topics:
        return tuple(each for each in capability.topics if each in public_tags)
    own = {each.id for each in handbook.actions if each.capability == capability.id}
    return tuple(sorted(tag for tag, actions in public_tags.items() if own & set(actions)))


def next_step(capability: Capability, choice: str, handbook: Handbook, *, today: date) -> str:
    """What is to be changed in the handbook, in words for who changes it; plain text with `code`."""
    match choice:
        case "keep" if capability.status is Status.PILOT:
            return (
                f"To offer it to all: in `capabilities.yaml`, under `{capability.id}`, write `status: optional` and "
                f"`since: {today}`, name an `alternative`, take `volunteers` out, and add "
                f"`{{status: pilot, since: {capability.since}}}` to `was`."
            )
        case "drop":
            return (
                f"To drop it: tell the teams that use it until when it is there, then take `{capability.id}` out of "
                f"`capabilities.yaml`{_with_it(capability, handbook)}."
            )
        case "change":
            return f"What changes is yours to write: nothing of `{capability.id}` in `capabilities.yaml` has to."
    return "Nothing has to change in the handbook."


def _with_it(capability: Capability, handbook: Handbook) -> str:
    """What names it, and would dangle."""
    named = [f"`actions/{each.id}`" for each in handbook.actions if each.capability == capability.id]
    named += [f"`policies/{each.id}`" for each in handbook.policies if each.capability == capability.id]
    return f", with what names it: {', '.join(named)}" if named else ""
