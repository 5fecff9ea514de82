"""Shows the signs to the platform team, and asks it the one question that nothing else can answer."""

import re
from collections.abc import Iterator, Sequence

from bot.blockkit import Shown, actions, button, context, escape, header, section, sections
from bot.errors import PayloadMalformed
from bot.model import Json, MessageKind, Purpose
from bot.signs.rules import Habit, Sign, Step, by_habit
from bot.statistics import FEWEST

IS_GOAL, IS_NONE = "signs.closures.yes", "signs.closures.no"
CLOSURES = MessageKind(
    "closures as a goal",
    Purpose.UNASKED,
    "the platform channel",
    "once a quarter, on the first Wednesday of work in it",
    "once a quarter; not after two quarters in a row without an answer",
    "leave it twice, or take `platform_channel` out of the handbook's `channels.yaml`",
)
KINDS = (CLOSURES,)
TITLE = "Signs of slipping into operations"
FOOT = (
    "You alone see this unless you share it. Shares and counts are of four weeks; there is no overall score. "
    "No message text is read for it. How each is counted: docs/metrics.md."
)
ASKED = (
    "One question, once a quarter: is closing tickets a goal of ours in {quarter}? A number of them, or how fast they "
    "close, would be one. It is one of the signs of slipping into operations that App Home shows you alone."
)
ONE = "One answer for the team: the last press holds until the quarter ends, and who pressed is not kept."

_QUARTER = re.compile(r"\d{4}-Q[1-4]", re.ASCII)


def home_part(found: Sequence[Sign]) -> list[Json]:
    return [header(TITLE), *sections(list(_marked(found))), context(FOOT)]


def lines(found: Sequence[Sign]) -> list[str]:
    """For a terminal, with the trends."""
    told = [TITLE]
    for habit, signs in by_habit(found).items():
        told += ["", habit.value]
        for each in signs:
            told.append(f"- {each.title}: {each.said}.")
            if any(step.n is None or step.n >= FEWEST for step in each.trend):
                told.append(f"  Trend: {', '.join(_step(each, step) for step in each.trend)}")
            told += [f"  {each.way_out}"] if each.way_out else []
    return [*told, "", FOOT]


def _step(sign: Sign, step: Step) -> str:
    words = ("yes" if step.k else "no") if sign.habit is Habit.CLOSURES else step.in_words
    return f"{step.label} {words}"


def _marked(found: Sequence[Sign]) -> Iterator[str]:
    """A line for what is measured; what is not, in one line at the end."""
    for each in found:
        if each.is_measured:
            is_none = each.trend and not each.trend[-1].k
            way = "" if is_none else escape(each.way_out)  # where nothing happened there is nothing to do
            yield f"• *{escape(each.title)}*: {escape(each.said)}. {way}".rstrip()
    if missing := [each.title for each in found if not each.is_measured]:
        yield f"Not measured: {escape('; '.join(missing))}. `mentor health --signs` says what would."


def question(quarter: str) -> Shown:
    asked = ASKED.format(quarter=quarter)
    row = [button("Yes, it is", action_id=IS_GOAL, value=quarter), button("No", action_id=IS_NONE, value=quarter)]
    return Shown(asked, (section(asked), actions(f"signs.closures.{quarter}", row), context(ONE)))


def answered(quarter: str, *, is_goal: bool) -> Shown:
    """The same message, with what holds now; it can be said anew."""
    asked, now = question(quarter), f"*{'Yes' if is_goal else 'No'}*, says the team."
    first, row, foot = asked.blocks
    return Shown(f"{asked.text} {now}", (first, section(now), row, foot))


def said(reason: str) -> Shown:
    return Shown(escape(reason), (section(escape(reason)),))


def read_press(action_id: str, quarter: str) -> bool:
    """Whether they said that it is a goal. Raises PayloadMalformed for a button that is none of ours."""
    if action_id not in (IS_GOAL, IS_NONE) or not _QUARTER.fullmatch(quarter):
        raise PayloadMalformed("no answer about closures")
    return action_id == IS_GOAL
