"""Who acts is what Slack says of the whole payload, whatever else stands in it: in a value, a form, a name."""

import copy
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from bot.errors import PayloadMalformed
from bot.model import Json, Message, Workspace
from handlers import payload
from tests.handlers import payloads
from tests.handlers.payloads import BOT, PEOPLE, TEAM

OURS = Workspace(TEAM, None, BOT, "B0SMALL")
INTRUDER = "U0INTRUDER"
NAMES = (
    *("user", "user_id", "user_name", "username", "actor", "actor_id", "as_user", "on_behalf_of", "requester"),
    *("person", "sender", "author", "author_id", "id", "value", "name", "acting_user", "impersonate"),
)
CASES = 1_000  # of each kind of payload; there are ten
Place = tuple[str | int, ...]


@dataclass(frozen=True)
class Kind:
    """A payload, where in it stands who acts, and how that is read."""

    body: Json
    actor: Place
    read: Callable[[Json], str]


def author(body: Json) -> str:
    said = payload.read_message(body, OURS)
    assert isinstance(said, Message)
    return said.author.user_id


def reactor(body: Json) -> str:
    reaction = payload.read_reaction(body)
    assert reaction is not None
    return reaction.user_id


FORM = {
    "type": "view_submission",
    "user": {"id": PEOPLE, "name": "priya", "team_id": TEAM},
    "team": {"id": TEAM},
    "view": {
        "id": "V0SMALL",
        "callback_id": "actions.form",
        "private_metadata": f'{{"user": "{INTRUDER}"}}',
        "state": {"values": {"in.team": {"x": {"type": "users_select", "selected_user": INTRUDER}}}},
    },
}
KINDS = {
    "message": Kind(payloads.callback(payloads.message()), ("event", "user"), author),
    "edit": Kind(payloads.callback(payloads.changed()), ("event", "message", "user"), author),
    "mention": Kind(payloads.callback(payloads.mention()), ("event", "user"), author),
    "reaction": Kind(payloads.callback(payloads.reaction(item_user=INTRUDER)), ("event", "user"), reactor),
    "App Home": Kind(
        payloads.callback({"type": "app_home_opened", "user": PEOPLE, "tab": "home"}),
        ("event", "user"),
        lambda body: payload.read_opened(body).user_id,
    ),
    "command": Kind(payloads.command(), ("user_id",), lambda body: payload.read_command(body).user_id),
    "press": Kind(payloads.press(), ("user", "id"), lambda body: payload.read_press(body).user_id),
    "form": Kind(FORM, ("user", "id"), lambda body: payload.read_submission(body).user_id),
    "shortcut": Kind(payloads.shortcut(), ("user", "id"), lambda body: payload.read_picked(body).user_id),
    "shortcut on a message": Kind(
        payloads.shortcut_on(payloads.message(user=INTRUDER)),
        ("user", "id"),
        lambda body: payload.read_picked(body).user_id,
    ),
}


def holders(value: object, place: Place = ()) -> Iterator[Place]:
    """Where the objects in the payload stand."""
    if isinstance(value, dict):
        yield place
    for name, below in value.items() if isinstance(value, dict) else enumerate(value):  # type: ignore[arg-type]
        if isinstance(below, dict | list):
            yield from holders(below, (*place, name))


def spoilt(kind: Kind, rng: random.Random) -> Json:
    """The payload with somebody else in up to five of its fields, or in new ones; who acts stays where it stands."""
    body: Json = copy.deepcopy(kind.body)
    places = [*holders(body)]
    for _ in range(rng.randint(1, 5)):
        place, name = rng.choice(places), rng.choice(NAMES)
        if (*place, name) != kind.actor[: len(place) + 1]:
            holder: Any = body
            for step in place:
                holder = holder[step]
            if isinstance(holder, dict) and not isinstance(holder.get(name), dict | list):
                holder[name] = INTRUDER
    return body


@pytest.mark.parametrize("name", KINDS)
def test_no_field_of_a_payload_says_that_somebody_else_acts(name: str, seed: int) -> None:
    kind, rng = KINDS[name], random.Random(f"{name}{seed}")
    assert kind.read(kind.body) == PEOPLE
    actors = set()
    for _ in range(CASES):
        try:
            actors.add(kind.read(spoilt(kind, rng)))
        except PayloadMalformed:
            continue

    assert actors == {PEOPLE}
