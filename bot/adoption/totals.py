"""All figures of adoption together, and the same as rows of a CSV. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.adoption.contribution_rules import ContributionFacts
from bot.adoption.courses import State
from bot.adoption.figures import CapabilityFacts
from bot.model import Json, Window
from bot.statistics import FEWEST, Share

COLUMNS = ("of", "number", "k", "n", "value", "low", "high")


@dataclass(frozen=True)
class AdoptionFacts:
    """Of a window. `equivalent_evidence` is of each policy, as things stand now."""

    window: Window
    capabilities: tuple[CapabilityFacts, ...]
    equivalent_evidence: Mapping[str, Share]
    contributions: ContributionFacts

    def to_json(self) -> Json:
        return {
            "since": self.window.since.isoformat(),
            "until": self.window.until.isoformat(),
            "capabilities": [each.to_json() for each in self.capabilities],
            "equivalent_evidence_share": {name: share.to_json() for name, share in self.equivalent_evidence.items()},
            "contributions": self.contributions.to_json(),
        }


def csv_rows(facts: AdoptionFacts) -> Iterator[tuple[object, ...]]:
    """Aggregates alone. What is not measured, or was asked of nobody, has no row."""
    yield COLUMNS
    for each in facts.capabilities:
        if each.is_measured:
            yield from _of_capability(each)
    for policy, share in facts.equivalent_evidence.items():
        yield _of_share(policy, "equivalent-evidence share", share)
    if facts.contributions.is_measured:
        yield _of_share("", "contribution-back", facts.contributions.outside)
        yield ("", "contributions by nobody knows whom", facts.contributions.unknown, "", "", "", "")


def _of_capability(each: CapabilityFacts) -> Iterator[tuple[object, ...]]:
    shares = {"voluntary adoption": each.voluntary, "churn": each.churn, "peer pull": each.pull}
    shares |= {f"retention in week {weeks}": share for weeks, share in each.retention.items()}
    for name, share in shares.items():
        if share is not None:
            yield _of_share(each.id, name, share)
    for state in State:
        yield (each.id, f"teams: {state}", each.standings[state], each.eligible, "", "", "")
    counts = {"new by choice": each.new_by_choice, "new without a choice": each.new_without}
    counts |= {"active": each.active, "active by choice": each.active_by_choice}
    for name, count in counts.items():
        yield (each.id, name, count, each.eligible, "", "", "")
    for state, given in each.why_not.given.items():
        for reason, count in given.items():
            yield (each.id, f"why not: {state}: {reason}", count, each.standings[state], "", "", "")
    if each.days_to_learn is not None:
        yield (each.id, "days to learn", each.days_to_learn, "", "", "", "")
    if each.stickiness.monthly >= FEWEST:
        yield (each.id, "stickiness", "", each.stickiness.monthly, each.stickiness.value, "", "")


def _of_share(of: str, name: str, share: Share) -> tuple[object, ...]:
    said = share.to_json()
    return (of, name, share.k, share.n, *("" if said[key] is None else said[key] for key in ("value", "low", "high")))
