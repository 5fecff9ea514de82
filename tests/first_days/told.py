"""All that the bot said in the thirty days, in order, as whoever reads it sees it."""

from datetime import datetime

from sandbox import Effect, Sandbox
from tests.first_days.walk import LONDON, Walk

SAID = ("post", "update", "ephemeral", "respond", "view_open", "view_publish")


def told(walk: Walk) -> str:
    sandbox = walk.office.sandbox
    messages = [_message(each, sandbox) for each in sandbox.ledger.effects if each.kind in SAID]
    return "\n\n".join([*messages, *walk.notes, ""])


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
