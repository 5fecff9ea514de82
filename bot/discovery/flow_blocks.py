"""Draws a flow in Slack and on a terminal: by stage, a step a line, by hand or not, what waits, what hurts. Pure."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby

from bot.blockkit import Shown, actions, button, context, escape, header, section, sections
from bot.discovery.rules import Attached, age, notes_of, notes_of_stage, summary
from bot.errors import PayloadMalformed
from bot.friction import IN_WORDS, Stage
from bot.model import Json, MessageKind, Purpose
from bot.statistics import counted
from knowledge.flows import Flow, Step

SHOW = "discovery.flow.show"
LISTED_MOST = 20  # flows with a button each; Slack takes 25 in a row
HAND, MACHINE = "✋", "⚙️"
ROOM = 9_000  # characters: all of a message may be 10,000

FLOWS = MessageKind(
    "way to production",
    Purpose.ASKED,
    "the person who asked, only visible to them; as a DM when that fails",
    "`flows`, by the command or to the bot; *Show* beside a team",
    "once a request",
    "it only answers what you do",
)
OVERDUE = MessageKind(
    "flow to be looked at again",
    Purpose.OWED,
    "the platform channel, or where the platform team's digest goes",
    "nobody has looked at a team's flow for six months, as its file says",
    "once for each time it was looked at",
    "move `reviewed` in `flows/TEAM.yaml`, or take the file out",
)
KINDS = (FLOWS, OVERDUE)
NONE = (
    "The handbook has no flow that you may see. A flow is a team's way to production, made with the team in a talk "
    "and kept as `flows/TEAM.yaml`."
)
GONE = "That flow is not in the handbook any more."
NOT_YOURS = "You see the flows of your own teams; the platform team sees all."
LEGEND = f"{HAND} by hand · {MACHINE} by machine · waits are by the clock, as the team told them"

Run = tuple[Stage, list[Step]]


def drawn(flow: Flow, attached: Attached | None, *, today: date) -> Shown:
    """The whole flow; `attached` is what the platform team sees beside it."""
    head = f"{flow.team}: the way to production"
    blocks = [header(head), section(f"{summary(flow)}.")]
    room = ROOM
    for stage, steps, first in _runs(flow):
        told = _stage_lines(stage, steps, first, flow, attached)
        length = sum(len(each) + 1 for each in told)
        if length > room:
            blocks.append(context("… the rest does not fit: `mentor flow` on a terminal has it, and the file."))
            break
        room -= length
        blocks += sections(told)
    beside = f" · what was logged, run and put back: {attached.days} days" if attached else ""
    blocks.append(context(escape(f"{LEGEND}{beside} · {age(flow, today)}")))
    return Shown(f"{escape(head)}. {summary(flow)}.", tuple(blocks))


def lines(flow: Flow, *, today: date) -> list[str]:
    """For a terminal."""
    told = [f"{flow.team}: {summary(flow)}; {age(flow, today)}"]
    for stage, steps, first in _runs(flow):
        told += ["", IN_WORDS[stage]]
        for at, step in enumerate(steps, start=first):
            waits = f", waits {step.wait.said}" if step.wait else ""
            told.append(f"  {at}. {step.name} ({'by hand' if step.is_by_hand else 'by machine'}{waits})")
            told += [f"     hard: {step.pain}"] if step.pain else []
            told += [f"     does it: {step.action}"] if step.action else []
    return told


def _runs(flow: Flow) -> Iterator[tuple[Stage, list[Step], int]]:
    """Steps of one stage that follow one another, with the number of the first."""
    first = 1
    for stage, group in groupby(flow.steps, key=lambda each: each.stage):
        steps = list(group)
        yield stage, steps, first
        first += len(steps)


def _stage_lines(stage: Stage, steps: Sequence[Step], first: int, flow: Flow, attached: Attached | None) -> list[str]:
    notes = "; ".join(notes_of_stage(stage, flow, attached))
    head = f"*{IN_WORDS[stage].capitalize()}*" + (f" · {escape(notes)}" if notes else "")
    return [head, *(line for at, step in enumerate(steps, start=first) for line in _step_lines(at, step, attached))]


def _step_lines(at: int, step: Step, attached: Attached | None) -> Iterator[str]:
    waits = f" · waits {step.wait.said}" if step.wait else ""
    yield escape(f"{at}. {HAND if step.is_by_hand else MACHINE} {step.name}{waits}")
    if step.pain:
        yield f"      _{escape(step.pain).replace('_', ' ')}_"
    touched = [f"`{step.action}` does it"] if step.action else []
    touched += [step.capability] if step.capability and not step.action else []
    if said := "; ".join([*touched, *notes_of(step, attached)]):
        yield escape(f"      ↳ {said}")


def listed(flows: Sequence[Flow], *, today: date) -> Shown:
    """Several flows to choose from."""
    head = "Ways to production, each made with its team:"
    told = [f"• *{escape(each.team)}*: {summary(each)}; {age(each, today)}" for each in flows[:LISTED_MOST]]
    told += [f"… and {len(flows) - LISTED_MOST} more in `flows/`"] if len(flows) > LISTED_MOST else []
    row = [
        button(f"Show {each.team}", action_id=f"{SHOW}.{at}", value=each.team)
        for at, each in enumerate(flows[:LISTED_MOST])
    ]
    return Shown("\n".join([head, *told]), (section(head), *sections(told), actions("discovery.flows", row)))


def overdue(flows: Sequence[Flow]) -> Shown:
    named = ", ".join(f"{escape(each.team)} (last on {each.looked_at})" for each in flows[:LISTED_MOST])
    text = (
        f"*Due for another look with the team*: the way to production of {named}. Six months change a lot. "
        "Go through it together, then move `reviewed` in its file. `flows` draws it."
    )
    return said(text)


def said(text: str) -> Shown:
    return Shown(text, (section(text),))


def read_show(action_id: str, value: str) -> str:
    """The team. Raises PayloadMalformed for what is none of ours."""
    if not action_id.startswith(f"{SHOW}.") or not value or len(value) > 80:
        raise PayloadMalformed(f"no flow to show: {action_id[:40]}")
    return value


def home_lines(flows: Sequence[Flow]) -> Sequence[Json]:
    if not flows:
        return ()
    by_hand, steps = sum(each.by_hand for each in flows), sum(len(each.steps) for each in flows)
    ways = counted(len(flows), "way to production", "ways to production")
    return [context(f"{ways}, {by_hand} of {counted(steps, 'step')} by hand. `flows` draws them.")]
