"""Says the figures of adoption in plain words, the same for the command line and App Home. Pure."""

from collections.abc import Iterator

from bot.adoption.contribution_rules import ContributionFacts
from bot.adoption.courses import State
from bot.adoption.figures import AFTER_WEEKS, CapabilityFacts, StatusChange
from bot.adoption.rules import in_words
from bot.adoption.totals import AdoptionFacts
from bot.statistics import FEWEST, TOO_FEW, counted, share_in_words
from knowledge.capabilities import Status

NOT_MEASURED = "nothing tells who uses it: no action of the catalogue counts as its use, and no event ever came"
BESIDE = {
    State.HAS_TO: "without a choice (not counted)",
    State.PILOT: "in the pilot",
    State.EQUIVALENT: "by evidence of their own",
    State.LEFT: "left it",
    State.NOT_YET: "not using it",
}
NO_CAPABILITY = "The handbook names no capability, so there is nothing to choose."


def lines(facts: AdoptionFacts) -> list[str]:
    found = [line for each in facts.capabilities for line in _of_capability(each)] or [NO_CAPABILITY]
    evidence = [
        f"Policy {policy}, met by evidence of their own: {share_in_words(share)}."
        for policy, share in facts.equivalent_evidence.items()
    ]
    return [*found, *evidence, _contributions(facts.contributions)]


def _of_capability(each: CapabilityFacts) -> Iterator[str]:
    name = f"{each.title} ({each.status or 'not offered yet'})"
    if not each.is_measured:
        yield f"{name}: not measured; {NOT_MEASURED}."
        return
    yield f"{name}: {_chosen(each)}{_beside(each)}."
    if each.active or each.churn.n:
        yield f"{name}: {_active(each)}."
    yield from (f"{each.title}: {_change(change)}." for change in each.changes)
    if each.why_not.n or each.why_not.asked:
        yield f"{each.title}, why not: {_why_not(each)}."
    if each.days_to_learn is not None:
        yield f"{each.title}: {counted(each.days_to_learn, 'day')} from the first offer to the first thing learned."


def _why_not(each: CapabilityFacts) -> str:
    given = "; ".join(each.why_not.lines()) or "no team said"
    return f"{given} ({counted(each.why_not.n, 'team')} said, {each.why_not.asked} asked)"


def _chosen(each: CapabilityFacts) -> str:
    if each.status is Status.PILOT:
        return f"used by {each.standings[State.PILOT]} of {counted(each.eligible, 'volunteer')}"
    if each.voluntary is None:
        return f"there never was a choice ({counted(each.eligible, 'team')} could use it)"
    return f"teams that chose it, of those that could: {share_in_words(each.voluntary)}"


def _beside(each: CapabilityFacts) -> str:
    beside = {state: words for state, words in BESIDE.items() if each.standings[state]}
    if each.status is Status.PILOT:
        beside.pop(State.PILOT, None)  # told first
    said = [f"{words} {each.standings[state]}" for state, words in beside.items()]
    return "".join(f"; {each}" for each in said)


def _active(each: CapabilityFacts) -> str:
    said = [f"{counted(each.active, 'team')} used it", f"{each.new_by_choice} new by choice"]
    said += [f"{each.new_without} new without one"] if each.new_without else []
    said += [f"of those who used it by choice before, quiet now: {share_in_words(each.churn)}"] if each.churn.n else []
    said += [
        f"back in week {weeks} after choosing it: {share_in_words(each.retention[weeks])}"
        for weeks in AFTER_WEEKS
        if each.retention[weeks].n
    ]
    return "; ".join([*said, *_people(each)])


def _people(each: CapabilityFacts) -> list[str]:
    said = []
    if each.stickiness.value is not None:
        share = f"{each.stickiness.value:.0%}".replace("%", " %")
        said.append(f"in a week {share} of the {each.stickiness.monthly} people of four weeks")
    elif each.stickiness.monthly:
        said.append(f"people in a week, of those in four: {TOO_FEW} (fewer than {FEWEST})")
    said += [f"told of it by a peer: {share_in_words(each.pull)}"] if each.pull else []
    return said


def _change(change: StatusChange) -> str:
    what = f"{change.after} since {in_words(change.day)}, {change.before} before"
    began = f"{change.began_before} began in the {change.days} days before and {change.began_after} in as many after"
    mark = "; they had to, so it does not count as a choice" if change.is_jump else ""
    return f"{what}: {began}{mark}"


def _contributions(facts: ContributionFacts) -> str:
    if not facts.is_measured:
        why = "; ".join(f"{name}: {reason}" for name, reason in facts.unread.items())
        return f"Changes to the platform's own repositories from outside the team: not measured ({why})."
    said = [f"Changes to the platform's own repositories from outside the team: {share_in_words(facts.outside)}"]
    said += [f"{facts.unknown} more by nobody knows whom, left out"] if facts.unknown else []
    said += [f"not all known since the first day: {', '.join(facts.short)}"] if facts.short else []
    said += [f"not read: {', '.join(facts.unread)}"] if facts.unread else []
    return "; ".join(said) + "."
