"""A payload for every id that the code names: whichever listener there is, some of what is sent gets to it.

The ids are read from the code, so that a new one is tried without being named here.
"""

import random
import re
from functools import cache
from pathlib import Path
from typing import Any

from tests.handlers import payloads
from tests.handlers.payloads import Json

CODE = Path(__file__).parents[2]
ID = re.compile(r"""["']((?:[a-z_]+\.)+[a-z_]+)["']""")
VALUES = (
    "a1",
    "0" * 32,
    "answer:a1",
    "mine",
    "words:",
    "1",
    "U0PRIYA",
    "C0ASKPLAT",
    "a1:b2:c3",
    '{"a": "b"}',
    "1/2",
    "",
)
ELEMENTS: tuple[Json, ...] = (
    {"type": "plain_text_input", "value": "builds are slow"},
    {"type": "plain_text_input", "value": None},
    {"type": "static_select", "selected_option": {"value": "1", "text": {"type": "plain_text", "text": "One"}}},
    {"type": "static_select", "selected_option": None},
    {"type": "multi_users_select", "selected_users": ["U0PRIYA", "U0OTHER"]},
    {"type": "users_select", "selected_user": "U0PRIYA"},
    {"type": "checkboxes", "selected_options": [{"value": "yes"}]},
    {"type": "radio_buttons", "selected_option": {"value": "1"}},
    {"type": "datepicker", "selected_date": "2026-11-30"},
    {"type": "channels_select", "selected_channel": "C0ASKPLAT"},
    {"type": "number_input", "value": "5"},
)


@cache
def ids() -> tuple[str, ...]:
    """All that could be an id of an action, a form, a block or a shortcut, and some words that are none."""
    files = [path for folder in ("bot", "handlers") for path in sorted((CODE / folder).rglob("*.py"))]
    return tuple(sorted({found for path in files for found in ID.findall(path.read_text(encoding="utf-8"))}))


def some(chance: random.Random) -> Json:
    """A press, a form or a shortcut by one of the ids, or by one that continues it."""
    known = chance.choice(ids())
    named = known if chance.random() < 0.8 else f"{known}.{chance.randrange(9)}"
    match chance.randrange(5):
        case 0 | 1:
            return _pressed(named, chance)
        case 2:
            return payloads.submitted(named, chance.choice(VALUES), _filled(known, chance))
        case 3:
            return payloads.shortcut(callback_id=named)
        case _:
            return payloads.shortcut_on(payloads.message(user=chance.choice(("U0OTHER", "U0PRIYA"))), callback_id=named)


def _pressed(action_id: str, chance: random.Random) -> Json:
    press = payloads.pressed(action_id, chance.choice(VALUES))
    if chance.random() < 0.4:
        element: Json = {**chance.choice(ELEMENTS), "action_id": action_id, "block_id": "b", "action_ts": "1.2"}
        press["actions"] = [element]
    around: list[Json] = [
        {},
        {"message": payloads.message(), "state": {"values": {"b": {action_id: chance.choice(ELEMENTS)}}}},
        {"container": {"type": "view", "view_id": "V0SMALL"}, "view": {"id": "V0SMALL", "type": "home", "hash": "h"}},
    ]
    return press | chance.choice(around)


def _filled(form: str, chance: random.Random) -> dict[str, Any]:
    """What stands in fields whose ids begin as the form's does."""
    beside = [each for each in ids() if each.split(".")[0] == form.split(".")[0]]
    return {each: chance.choice(ELEMENTS) for each in chance.sample(beside, min(len(beside), chance.randrange(12)))}
