"""What the app receives, held against small samples of our own and, where they are, against real payloads."""

import json
from dataclasses import replace

import pytest

from sandbox import interactive
from sandbox.model import (
    Channel,
    HomeOpened,
    Json,
    MembershipChanged,
    Message,
    MessageChanged,
    MessageDeleted,
    MessagePosted,
    Occurrence,
    Person,
    ReactionChanged,
    View,
)
from sandbox.payloads import Installation, events_of, outer
from tests.real_data import REAL_DATA
from tests.sandbox.payload_differences import EXCESS, LACKING, NEWER

REAL = REAL_DATA / "payloads"
AT_S = 1700000000.25

MAYA = Person("U0MAYA", "maya", "Maya Okafor", "T0SAND")
STRANGER = Person("U0STRANGER", "sam", "Sam", "T0OTHER")
BOT = Person("U0BOT", "mentor", "Mentor", "T0SAND", is_bot=True)
HELP = Channel("C0HELP", "help", members={MAYA.id, BOT.id})
SHARED = Channel("C0SHARED", "shared", members={STRANGER.id, BOT.id}, is_ext_shared=True)
ELSEWHERE = Channel("C0ELSE", "elsewhere", members={MAYA.id})
SECRET = Channel("G0SECRET", "secret", "group", members={MAYA.id, BOT.id})
DM = Channel("D0MAYA", "maya", "im", members={MAYA.id, BOT.id}, user=MAYA.id)

BUTTON: Json = {
    "type": "button",
    "action_id": "go",
    "text": {"type": "plain_text", "text": "Go", "emoji": True},
    "value": "1",
}
BLOCKS: list[Json] = [{"type": "actions", "block_id": "b", "elements": [BUTTON]}]
TITLE: Json = {"type": "plain_text", "text": "Form", "emoji": True}
MODAL = View(
    "V0FORM",
    MAYA.id,
    "modal",
    {
        "type": "modal",
        "title": TITLE,
        "submit": TITLE,
        "close": TITLE,
        "blocks": BLOCKS,
        "callback_id": "form",
    },
    "1.abc",
    "V0FORM",
)
HOME = View("V0HOME", MAYA.id, "home", {"type": "home", "blocks": BLOCKS}, "1.abc", "V0HOME")
APP = Installation(
    team_id="T0SAND",
    app_id="A0APP",
    bot_id="B0BOT",
    bot_user_id=BOT.id,
    people={each.id: each for each in (MAYA, STRANGER, BOT)},
    channels={each.id: each for each in (HELP, SHARED, ELSEWHERE, SECRET, DM)},
    home_views={MAYA.id: HOME},
)

ASKED = Message("C0HELP", "1700000000.000100", MAYA.id, "how do I get a bucket?", client_msg_id="4f0c-77")
MENTION = replace(ASKED, text="<@U0BOT> how do I get a bucket?")
ANSWER = Message(
    "C0HELP",
    "1700000001.000100",
    BOT.id,
    "Like this",
    blocks=BLOCKS,
    thread_ts=ASKED.ts,
    bot_id="B0BOT",
    app_id="A0APP",
)
HANDLES = interactive.Handles("1.2.abc", "http://127.0.0.1/response/1")


def names(occurrence: Occurrence) -> list[str]:
    return [event.name for event in events_of(APP, occurrence, AT_S)]


def event(occurrence: Occurrence, name: str) -> Json:
    found = next(each for each in events_of(APP, occurrence, AT_S) if each.name == name)
    return outer(APP, found, event_id="Ev0TEST", event_time_s=AT_S)


def test_message_event_has_the_shape_slack_gives_it() -> None:
    assert event(MessagePosted(ASKED), "message.channels") == {
        "token": "sandbox-verification-token",
        "team_id": "T0SAND",
        "context_team_id": "T0SAND",
        "context_enterprise_id": None,
        "api_app_id": "A0APP",
        "event": {
            "type": "message",
            "ts": "1700000000.000100",
            "text": "how do I get a bucket?",
            "user": "U0MAYA",
            "team": "T0SAND",
            "client_msg_id": "4f0c-77",
            "blocks": [
                {
                    "type": "rich_text",
                    "block_id": "r0100",
                    "elements": [
                        {
                            "type": "rich_text_section",
                            "elements": [{"type": "text", "text": "how do I get a bucket?"}],
                        }
                    ],
                }
            ],
            "channel": "C0HELP",
            "event_ts": "1700000000.000100",
            "channel_type": "channel",
        },
        "type": "event_callback",
        "event_id": "Ev0TEST",
        "event_time": 1700000000,
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": "T0SAND",
                "user_id": "U0BOT",
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
        "event_context": "1-message-T0SAND-C0HELP",
    }


@pytest.mark.parametrize(
    ("occurrence", "expected"),
    [
        pytest.param(MessagePosted(ASKED), ["message.channels"], id="plain message"),
        pytest.param(MessagePosted(MENTION), ["app_mention", "message.channels"], id="mention"),
        pytest.param(
            MessagePosted(replace(MENTION, text="<@U0BOT2> hi")),
            ["message.channels"],
            id="mention of a longer id",
        ),
        pytest.param(MessagePosted(replace(MENTION, channel="D0MAYA")), ["message.im"], id="mention in a DM"),
        pytest.param(MessagePosted(replace(ASKED, channel="G0SECRET")), ["message.groups"], id="private channel"),
        pytest.param(MessagePosted(replace(MENTION, channel="C0ELSE")), [], id="channel without the app"),
        pytest.param(MessagePosted(ANSWER), ["message.channels"], id="the app's own post"),
        pytest.param(MessagePosted(replace(ANSWER, ephemeral_to=MAYA.id)), [], id="ephemeral"),
        pytest.param(
            MessageChanged(MENTION, ASKED), ["app_mention", "message.channels"], id="mention added by an edit"
        ),
        pytest.param(MessageChanged(MENTION, MENTION), ["message.channels"], id="edit of a mention"),
        pytest.param(
            ReactionChanged(ASKED, MAYA.id, "eyes", added=False, event_ts="1700000002.000100"),
            ["reaction_removed"],
            id="reaction taken back",
        ),
        pytest.param(MembershipChanged("C0ELSE", MAYA.id, joined=True), [], id="join elsewhere"),
        pytest.param(MembershipChanged("C0ELSE", BOT.id, joined=False), ["channel_left"], id="the app is removed"),
    ],
)
def test_an_occurrence_becomes_the_events_slack_makes_of_it(occurrence: Occurrence, expected: list[str]) -> None:
    assert names(occurrence) == expected


def test_a_stranger_in_a_shared_channel_brings_the_team_of_their_company() -> None:
    payload = event(MessagePosted(replace(ASKED, channel="C0SHARED", user=STRANGER.id)), "message.channels")

    assert payload["team_id"] == "T0OTHER"
    assert payload["event"]["team"] == "T0OTHER"
    assert payload["authorizations"][0]["team_id"] == "T0SAND"
    assert payload["is_ext_shared_channel"] is True


def test_a_tombstone_is_told_at_the_moment_it_came() -> None:
    tombstone = replace(ASKED, subtype="tombstone", text="This message was deleted.", user="USLACKBOT")

    payload = event(MessageChanged(tombstone, ASKED, "1700000009.000100"), "message.channels")["event"]

    assert (payload["ts"], payload["event_ts"], payload["message"]["ts"]) == (
        "1700000009.000100",
        "1700000009.000100",
        ASKED.ts,
    )
    assert payload["message"]["hidden"] is True


def test_a_reaction_to_what_nobody_by_name_wrote_names_no_author() -> None:
    reaction = ReactionChanged(
        replace(TOLD, bot_id="B0OTHER"), MAYA.id, "eyes", added=True, event_ts="1700000002.000100"
    )

    assert event(reaction, "reaction_added")["event"] == {
        "type": "reaction_added",
        "user": MAYA.id,
        "reaction": "eyes",
        "item": {"type": "message", "channel": "C0HELP", "ts": TOLD.ts},
        "event_ts": "1700000002.000100",
    }


def test_another_apps_message_does_not_carry_our_profile() -> None:
    body = event(MessagePosted(replace(TOLD, bot_id="B0OTHER", app_id=None)), "message.channels")["event"]

    assert body["bot_id"] == "B0OTHER"
    assert not {"bot_profile", "app_id"} & body.keys()


def test_an_ephemeral_message_is_left_out_of_a_press_on_it() -> None:
    body = interactive.message_action(
        APP, MAYA, replace(ANSWER, ephemeral_to=MAYA.id), action={}, values={}, handles=HANDLES
    )

    assert "message" not in body
    assert body["container"]["is_ephemeral"] is True


def message_sample() -> Json:
    """A message with everything one can have: a person's, and the app's own."""
    both = event(MessagePosted(ANSWER), "message.channels")
    both["event"] |= event(MessagePosted(ASKED), "message.channels")["event"]
    return both


def message_event(occurrence: Occurrence) -> Json:
    return event(occurrence, "message.channels")


TOLD = replace(ANSWER, user="", subtype="bot_message", thread_ts=None, blocks=[])
EDITED = replace(ASKED, edited={"user": MAYA.id, "ts": "1700000002.000000"})
SHOUTED = replace(ASKED, ts="1700000004.000100", subtype="thread_broadcast", thread_ts=ASKED.ts)
REACTION = ReactionChanged(ASKED, MAYA.id, "eyes", added=True, event_ts="1700000002.000100")
JOINED = MembershipChanged("C0HELP", MAYA.id, joined=True, inviter=MAYA.id)
LEFT = MembershipChanged("C0HELP", MAYA.id, joined=False)
ACTION = {**BUTTON, "block_id": "b", "action_ts": "1700000002.000100"}
HELP.messages[ASKED.ts] = ASKED

SAMPLES: dict[str, Json] = {
    "app_mention": event(MessagePosted(MENTION), "app_mention"),
    "message": message_sample(),
    "message.bot_message": message_event(MessagePosted(TOLD)),
    "message.message_changed": message_event(MessageChanged(EDITED, ASKED)),
    "message.message_deleted": message_event(MessageDeleted(replace(ASKED, client_msg_id=None), "1700000003.000100")),
    "message.thread_broadcast": message_event(MessagePosted(SHOUTED)),
    "reaction_added": event(REACTION, "reaction_added"),
    "member_joined_channel": event(JOINED, "member_joined_channel"),
    "member_left_channel": event(LEFT, "member_left_channel"),
    "app_home_opened": event(HomeOpened(MAYA.id, "D0MAYA", "home"), "app_home_opened"),
    "block_actions.message": interactive.message_action(APP, MAYA, ANSWER, action=ACTION, values={}, handles=HANDLES),
    "block_actions.view": interactive.view_action(APP, MAYA, MODAL, action=ACTION, values={}, handles=HANDLES),
    "view_submission": interactive.view_submission(APP, MAYA, MODAL, values={}, handles=HANDLES),
    "view_closed": interactive.view_closed(APP, MAYA, MODAL, values={}, is_cleared=False),
    "shortcut": interactive.global_shortcut(APP, MAYA, callback_id="x", action_ts="1.2", handles=HANDLES),
    "message_action": interactive.message_shortcut(APP, MAYA, ASKED, callback_id="x", action_ts="1.2", handles=HANDLES),
    "slash_command": interactive.slash_command(APP, MAYA, HELP, command="/platform", text="help", handles=HANDLES),
}
EVENTS = list(SAMPLES)[:10]
ACTS = list(SAMPLES)[10:]
OPAQUE = {"blocks", "attachments", "values", "root"}  # carried as they are, or other types' business


def key_paths(value: object, above: str = "") -> set[str]:
    if isinstance(value, list):
        return {path for each in value for path in key_paths(each, above + "[]")}
    if not isinstance(value, dict):
        return set()
    found = set()
    for key, inner in value.items():
        path = f"{above}.{key}" if above else key
        found |= {path} if key in OPAQUE else {path} | key_paths(inner, path)
    return found


def real_type(payload: Json) -> str:
    if payload.get("type") == "event_callback":
        inner = payload["event"]
        return f"{inner['type']}.{inner['subtype']}" if inner.get("subtype") else str(inner["type"])
    name = str(payload.get("type", "slash_command"))
    return f"{name}.{payload.get('container', {}).get('type')}" if name == "block_actions" else name


def real_paths(folder: str, name: str) -> set[str]:
    payloads = [json.loads(path.read_text("utf-8")) for path in sorted((REAL / folder).glob("*.json"))]
    return {path for each in payloads if real_type(each) == name for path in key_paths(each)}


def outermost(paths: set[str]) -> set[str]:
    """Without what stands below another path of the set."""
    return {each for each in paths if not any(each.startswith((f"{other}.", f"{other}[")) for other in paths)}


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("folder", "name"), [("events", name) for name in EVENTS] + [("interactive", name) for name in ACTS]
)
def test_every_key_that_differs_from_real_payloads_is_listed_with_its_reason(folder: str, name: str) -> None:
    real, ours = real_paths(folder, name), key_paths(SAMPLES[name])

    lacking, excess = outermost(real - ours), outermost(ours - real - NEWER)

    assert lacking == set(LACKING.get(name, {}))
    assert excess == set(EXCESS.get(name, {}))


@pytest.mark.parametrize("name", EVENTS)
def test_every_event_is_wrapped_with_what_apps_read(name: str) -> None:
    payload = SAMPLES[name]

    assert {"type", "event_id", "event_time", "team_id", "api_app_id", "authorizations"} <= payload.keys()
    assert payload["event"]["type"] == name.split(".")[0]


@pytest.mark.parametrize("name", ["block_actions.message", "view_submission", "message_action", "shortcut"])
def test_every_act_that_may_open_a_modal_carries_a_trigger(name: str) -> None:
    assert SAMPLES[name]["trigger_id"] == "1.2.abc"
