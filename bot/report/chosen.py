"""Who chose us, and why: teams that were free to, and what they say brought them. Pure."""

from collections.abc import Iterator, Mapping

from bot.adoption.courses import State
from bot.adoption.figures import AFTER_WEEKS, CapabilityFacts
from bot.report.facts import QuarterFacts
from bot.report.page import Line, Section, Trend
from bot.report.words import compared, point, said
from bot.statistics import counted

TITLE = "Who chose us, and why"
DRAWN_MOST = 2
CHOICE = "Counts only teams that began while they were free not to, with a real alternative named."


def section(facts: QuarterFacts) -> Section:
    """Silent where no capability was offered to any team."""
    offered = [each for each in facts.adoption.capabilities if each.status is not None and each.eligible]
    measured = [each for each in offered if each.is_measured]
    before = {each.id: each for each in facts.adoption_before.capabilities}
    lines = [_line(each, before) for each in measured]
    lines += [line for each in measured for line in _whys(each)]
    lines += _not_measured([each.title for each in offered if not each.is_measured])
    if facts.adoption.contributions.is_measured and facts.adoption.contributions.outside.n:
        lines.append(_contributions(facts))
    return Section(TITLE, tuple(lines), tuple(_trends(facts, measured)))


def _line(each: CapabilityFacts, before: Mapping[str, CapabilityFacts]) -> Line:
    if each.voluntary is None:
        teams = counted(each.standings[State.HAS_TO], "team")
        return Line(
            f"{each.title} ({each.status}): {teams} used it without a choice.",
            "There was no choice, so this is no sign of approval.",
        )
    then = before[each.id].voluntary if each.id in before else None
    new = f" New by choice: {counted(each.new_by_choice, 'team')}." if each.new_by_choice else ""
    share = f"{said(each.voluntary)}{compared(then, each.voluntary)}"
    return Line(
        f"{each.title} ({each.status}), chosen by teams that could: {share}.{new}",
        " ".join([CHOICE, *_beside(each)]),
    )


def _beside(each: CapabilityFacts) -> Iterator[str]:
    if without := each.standings[State.HAS_TO]:
        yield f"Without a choice: {counted(without, 'team')}, not counted."
    for change in each.changes:
        if change.is_jump:
            began = counted(change.began_after, "team")
            yield (
                f"It became {change.after} on {change.day.day} {change.day:%b %Y}: {began} began in the "
                f"{change.days} days after, {change.began_before} before; they had to."
            )


def _whys(each: CapabilityFacts) -> Iterator[Line]:
    if each.pull is not None and each.pull.is_enough:
        yield Line(
            f"{each.title}, brought by colleagues of other teams: {said(each.pull)}.",
            "Of teams that were asked, when they began, who told them.",
        )
    for weeks in AFTER_WEEKS:
        if each.retention[weeks].is_enough:
            yield Line(
                f"{each.title}, still used {weeks} weeks after it was chosen: {said(each.retention[weeks])}.",
                "Of teams that chose it in the last year.",
            )


def _not_measured(unmeasured: list[str]) -> list[Line]:
    if not unmeasured:
        return []
    return [
        Line(
            f"Not measured: {', '.join(unmeasured)}.",
            "Nothing tells who uses it: no action of the catalogue, no event, no file of uses.",
        )
    ]


def _contributions(facts: QuarterFacts) -> Line:
    found, before = facts.adoption.contributions, facts.adoption_before.contributions
    changed = compared(before.outside if before.is_measured else None, found.outside)
    unknown = f" {counted(found.unknown, 'change')} by nobody knows whom, left out." if found.unknown else ""
    return Line(
        f"Changes to the platform's repositories that came from users: {said(found.outside)}{changed}.",
        f"Merged changes to {', '.join(found.read)}.{unknown}",
    )


def _trends(facts: QuarterFacts, measured: list[CapabilityFacts]) -> Iterator[Trend]:
    for each in [each for each in measured if each.voluntary is not None and each.voluntary.is_enough][:DRAWN_MOST]:
        points = [point(week.label, week.voluntary[each.id]) for week in facts.weeks if each.id in week.voluntary]
        yield Trend(f"{each.title}: chosen by, of teams that could", tuple(points))
