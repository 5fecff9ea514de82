"""All that the bot said in the thirty days, in order, as whoever reads it sees it."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select

from bot.model import Purpose
from bot.storage.schema import outbox
from bot.surveys.blocks import REMINDED
from sandbox import Effect, Sandbox
from tests.first_days.walk import LONDON, Walk

SAID = ("post", "update", "ephemeral", "respond", "view_open", "view_publish")


def told(walk: Walk) -> str:
    sandbox = walk.office.sandbox
    messages = [_message(each, sandbox) for each in sandbox.ledger.effects if each.kind in SAID]
    return "\n\n".join([*messages, *walk.notes, ""])


async def shown_unasked(walk: Walk) -> Mapping[str, list[str]]:
    """By person, the kinds of what nobody asked for and Slack really showed them; reminders cost nothing.

    What kind a message is of is told by its mark, under which the bot knows it.
    """
    async with walk.office.mentor.database.read() as tx:
        known = {row.mark: row for row in await tx.execute(select(outbox.c.mark, outbox.c.kind, outbox.c.purpose))}
    shown: defaultdict[str, list[str]] = defaultdict(list)
    for each in walk.office.sandbox.ledger.posts():
        if each.user is not None:
            row = known[str((each.metadata or {})["event_payload"]["mark"])]
            if row.purpose == Purpose.UNASKED.value and row.kind != REMINDED.name:
                shown[each.user].append(row.kind)
    return shown


def _message(effect: Effect, sandbox: Sandbox) -> str:
    workspace = sandbox.workspace
    channel = workspace.channels.get(effect.channel or "")
    where = f"#{channel.name}" if channel and channel.name else "direct"
    person = workspace.people.get(effect.user or "")
    who = f" to {person.real_name}" if person else ""
    at = datetime.fromtimestamp(effect.at, LONDON)
    head = f"=== {at:%a %d %b %H:%M} {effect.kind} {where}{who}{' (thread)' if effect.thread_ts else ''}"
    return "\n".join([head, *(_words(list(effect.blocks)) or [effect.text])])


def _words(part: object) -> list[str]:
    if isinstance(part, dict):
        if part.get("type") in ("mrkdwn", "plain_text"):
            return [str(part.get("text", ""))]
        return [words for value in part.values() for words in _words(value)]
    if isinstance(part, list):
        return [words for each in part for words in _words(each)]
    return []
