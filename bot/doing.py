"""The button that opens an action's form, wherever it stands: under an answer, in a list, in App Home. Pure.

What the form asks for, and who gets it, is decided in `bot.actions` once the button is pressed.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.blockkit import actions, button, clip
from bot.errors import PayloadMalformed
from bot.model import Json

OPEN = "actions.open"
DO_IT_ROW = "actions.do_it"  # block id
REQUEST_MESSAGE = "request:"  # before the id of a request: the key of the message of who asked
DO_IT_MOST = 2  # under one answer: more is a list to search
_ID = re.compile(r"[!-~]{1,80}")


@dataclass(frozen=True)
class Doable:
    """An action of the live catalogue."""

    action_id: str
    title: str


def open_button(text: str, action_id: str, *, number: int | None = None) -> Json:
    """`number` tells several in one row apart."""
    return button(text, action_id=OPEN if number is None else f"{OPEN}.{number}", value=action_id)


def do_it_row(doable: Sequence[Doable]) -> tuple[Json, ...]:
    """At most two buttons; nothing where there is nothing to do."""
    offered = doable[:DO_IT_MOST]
    buttons = [
        open_button(f"Do it for me: {each.title}", each.action_id, number=number) for number, each in enumerate(offered)
    ]
    return (actions(DO_IT_ROW, buttons),) if buttons else ()


def read_action(value: str) -> str:
    """The id of the action whose button was pressed. Raises PayloadMalformed for what cannot be one."""
    if not _ID.fullmatch(value):
        raise PayloadMalformed(f"no action of ours: {clip(value, 40)}")
    return value
