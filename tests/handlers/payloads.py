"""Small payloads of our own in the forms Slack documents, and ways to break them by chance."""

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]

TEAM = "T0SMALL"
PEOPLE, CHANNEL, BOT = "U0PRIYA", "C0ASKPLAT", "U0BOT"


def callback(event: Json, **around: Any) -> Json:
    """The event in its envelope."""
    return {
        "token": "fixed",
        "team_id": TEAM,
        "api_app_id": "A0SMALL",
        "event": event,
        "type": "event_callback",
        "event_id": "Ev0SMALL001",
        "event_time": 1795514000,
        "authorizations": [{"enterprise_id": None, "team_id": TEAM, "user_id": BOT, "is_bot": True}],
        "is_ext_shared_channel": False,
        **around,
    }


def message(**fields: Any) -> Json:
    return {
        "type": "message",
        "channel": CHANNEL,
        "channel_type": "channel",
        "user": PEOPLE,
        "team": TEAM,
        "text": "how do I see the logs of my service?",
        "ts": "1795514000.000100",
        "event_ts": "1795514000.000100",
        **fields,
    }


def changed(**fields: Any) -> Json:
    """The notice that a message was edited; `fields` are the message's."""
    return {
        "type": "message",
        "subtype": "message_changed",
        "channel": CHANNEL,
        "ts": "1795514100.000300",
        "event_ts": "1795514100.000300",
        "message": message(edited={"user": PEOPLE, "ts": "1795514100.000000"}, **fields),
        "previous_message": message(),
    }


def deleted(**fields: Any) -> Json:
    return {
        "type": "message",
        "subtype": "message_deleted",
        "channel": CHANNEL,
        "ts": "1795514200.000300",
        "event_ts": "1795514200.000400",
        "deleted_ts": "1795514000.000100",
        "previous_message": message(),
        **fields,
    }


def mention(**fields: Any) -> Json:
    return message(type="app_mention", text=f"<@{BOT}> where are my logs?", **fields)


def command(**fields: Any) -> Json:
    return {
        "token": "fixed",
        "team_id": TEAM,
        "channel_id": "C0RANDOM",
        "channel_name": "random",
        "user_id": PEOPLE,
        "user_name": "priya",
        "command": "/platform",
        "text": "help",
        "api_app_id": "A0SMALL",
        "is_enterprise_install": "false",
        "response_url": "http://127.0.0.1:9/none",
        "trigger_id": "1.2.small",
        **fields,
    }


def press(**fields: Any) -> Json:
    return {
        "type": "block_actions",
        "user": {"id": PEOPLE, "username": "priya", "team_id": TEAM},
        "api_app_id": "A0SMALL",
        "token": "fixed",
        "container": {"type": "message", "message_ts": "1795514000.000100", "channel_id": CHANNEL},
        "trigger_id": "1.2.small",
        "team": {"id": TEAM, "domain": "small"},
        "channel": {"id": CHANNEL, "name": "ask-platform"},
        "response_url": "http://127.0.0.1:9/none",
        "actions": [
            {
                "type": "button",
                "action_id": "answers.solved",
                "block_id": "answers.verdict",
                "value": "0" * 32,
                "action_ts": "1795514001.000100",
                "text": {"type": "plain_text", "text": "That solved it"},
            }
        ],
        **fields,
    }


def shortcut_on(on: Json, **fields: Any) -> Json:
    """A shortcut used on the message."""
    return {
        "type": "message_action",
        "token": "fixed",
        "action_ts": "1795514001.000200",
        "team": {"id": TEAM, "domain": "small"},
        "user": {"id": PEOPLE, "name": "priya"},
        "channel": {"id": CHANNEL, "name": "ask-platform"},
        "callback_id": "answers.ask",
        "trigger_id": "1.2.small",
        "message_ts": on["ts"],
        "message": on,
        "response_url": "http://127.0.0.1:9/none",
        **fields,
    }


def shortcut(**fields: Any) -> Json:
    """A shortcut used from Slack's own menu."""
    return {
        "type": "shortcut",
        "token": "fixed",
        "action_ts": "1795514001.000200",
        "team": {"id": TEAM, "domain": "small"},
        "user": {"id": PEOPLE, "username": "priya", "team_id": TEAM},
        "callback_id": "answers.person",
        "trigger_id": "1.2.small",
        **fields,
    }


def pressed(action_id: str, value: str) -> Json:
    """A press on a button of that id."""
    known = press()
    known["actions"] = [{**known["actions"][0], "action_id": action_id, "value": value}]
    return known


def submitted(callback_id: str, metadata: str, values: Json) -> Json:
    """A form was sent; `values` are elements by block id."""
    state = {"values": {block_id: {"it": element} for block_id, element in values.items()}}
    blocks = [{"type": "input", "block_id": block_id} for block_id in values]
    view = {"id": "V0SMALL", "type": "modal", "callback_id": callback_id, "private_metadata": metadata}
    return {
        "type": "view_submission",
        "team": {"id": TEAM, "domain": "small"},
        "user": {"id": PEOPLE, "username": "priya", "team_id": TEAM},
        "api_app_id": "A0SMALL",
        "token": "fixed",
        "trigger_id": "1.2.small",
        "view": {**view, "state": state, "blocks": blocks},
    }


def reaction(**fields: Any) -> Json:
    item = {"type": "message", "channel": CHANNEL, "ts": "1795514000.000100"}
    event = {"type": "reaction_added", "user": PEOPLE, "reaction": "white_check_mark", "item": item}
    return {**event, "item_user": PEOPLE, "event_ts": "1795514300.000400", **fields}


WHOLE: tuple[Json, ...] = (
    callback(message()),
    callback(changed()),
    callback(deleted()),
    callback(mention()),
    callback(message(channel="D0PRIYA", channel_type="im")),
    callback(message(thread_ts="1795513000.000100", subtype="thread_broadcast")),
    callback(message(subtype="bot_message", bot_id="B0OTHER", user=None)),
    callback(reaction()),
    callback(reaction(type="reaction_removed")),
    command(),
    press(),
    shortcut_on(message()),
    shortcut_on(message(thread_ts="1795513000.000100"), callback_id="curation.save"),
    shortcut(),
    shortcut_on(message(), callback_id="listening.friction.log"),
    shortcut_on(message(user="U0OTHER"), callback_id="listening.story.save"),
    pressed("listening.friction.open", "answer:a1"),
    pressed("listening.friction.withdraw", "f1"),
    pressed("listening.story.yes", "s1"),
    pressed("listening.thanks.less", "mine"),
    submitted(
        "listening.friction.form",
        "words:",
        {
            "listening.field.words": {"type": "plain_text_input", "value": "builds are slow"},
            "listening.field.stage": {"type": "static_select", "selected_option": {"value": "build"}},
            "listening.field.named": {"type": "checkboxes", "selected_options": []},
        },
    ),
    submitted(
        "listening.story.form",
        "",
        {
            "listening.story.field.title": {"type": "plain_text_input", "value": "Faster"},
            "listening.story.field.hard": {"type": "plain_text_input", "value": "slow"},
            "listening.story.field.did": {"type": "plain_text_input", "value": "a cache"},
            "listening.story.field.came": {"type": "plain_text_input", "value": "fast"},
            "listening.story.field.named": {"type": "multi_users_select", "selected_users": ["U0OTHER"]},
        },
    ),
)
STRANGE: tuple[Any, ...] = (
    None,
    "",
    "\x00",
    "a\x00b",
    "\ud83d",
    "٣.٣",
    "9" * 30,
    "99999999999999.000001",
    "x" * 5_000,
    "<@U0BOT>" * 50,
    0,
    -1,
    1e308,
    True,
    [],
    ["id"],
    {},
    {"id": ["id"]},
    [[{"ts": [{}]}]],
)


def anew(payload: Json, number: int, *, bot_user_id: str) -> Json:
    """The payload under ids of its own, so that it is no repetition, and with the bot's real id in it."""
    text = json.dumps(payload)
    for known, own in (("Ev0SMALL001", f"Ev{number:09}"), ("1.2.small", f"1.2.{number}"), (BOT, bot_user_id)):
        text = text.replace(known, own)
    own_payload: Json = json.loads(text)
    return own_payload


def mutated(payload: Json, chance: random.Random) -> Json:
    """The payload with one to three values replaced by strange ones, or taken out."""
    broken = copy.deepcopy(payload)
    for _ in range(chance.randint(1, 3)):
        if not broken:
            break
        holder, key = chance.choice(list(_places(broken)))
        if chance.random() < 0.2:
            del holder[key]
        else:
            holder[key] = copy.deepcopy(chance.choice(STRANGE))
    return broken


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Each mapping or list in the value, with each of its keys."""
    keys: list[Any] = list(value) if isinstance(value, dict) else list(range(len(value)))
    for key in keys:
        yield value, key
        if isinstance(value[key], dict | list):
            yield from _places(value[key])


def nested(depth: int) -> bytes:
    return b'{"a":' * depth + b"1" + b"}" * depth


def huge() -> bytes:
    return json.dumps(callback(message(text="x" * 2_000_000))).encode()
