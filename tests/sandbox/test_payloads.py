"""What the app receives, held against small samples of our own. Against real ones: `test_fidelity.py`."""

from dataclasses import replace

import pytest

from sandbox import interactive
from sandbox.model import MembershipChanged, MessageChanged, MessagePosted, Occurrence, ReactionChanged
from sandbox.payloads import events_of
from tests.sandbox.payload_samples import (
    ANSWER,
    APP,
    ASKED,
    AT_S,
    BOT,
    EVENTS,
    HANDLES,
    HELP,
    IN_ORGANISATION,
    MAYA,
    MENTION,
    MODAL,
    OF_ORGANISATION,
    SIBLING,
    STRANGER,
    TOLD,
    event,
    payloads_of,
)


def names(occurrence: Occurrence) -> list[str]:
    return [event.name for event in events_of(APP, occurrence, AT_S)]


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


@pytest.mark.parametrize("name", EVENTS)
def test_every_event_is_wrapped_with_what_apps_read(name: str) -> None:
    payload = payloads_of(name)[0]

    assert {"type", "event_id", "event_time", "team_id", "api_app_id", "authorizations"} <= payload.keys()
    assert payload["event"]["type"] == name.split(".")[0]


@pytest.mark.parametrize("name", ["block_actions.message", "view_submission", "message_action", "shortcut"])
def test_every_act_that_may_open_a_modal_carries_a_trigger(name: str) -> None:
    assert {each["trigger_id"] for each in payloads_of(name)} == {"1.2.abc"}


# Organisations and other companies.


def test_in_an_organisation_events_and_acts_name_it() -> None:
    told = event(MessagePosted(ASKED), "message.channels", IN_ORGANISATION)
    acted = interactive.view_submission(IN_ORGANISATION, MAYA, MODAL, values={}, handles=HANDLES)
    typed = interactive.slash_command(IN_ORGANISATION, MAYA, HELP, command="/a", text="", handles=HANDLES)

    assert (told["team_id"], told["enterprise_id"], told["context_enterprise_id"]) == ("T0SAND", "E0ORG", "E0ORG")
    assert told["authorizations"][0] == {
        "enterprise_id": "E0ORG",
        "team_id": "T0SAND",
        "user_id": "U0BOT",
        "is_bot": True,
        "is_enterprise_install": False,
    }
    assert acted["team"]["enterprise_name"] == "Odyssey Group"
    assert (acted["enterprise"], acted["is_enterprise_install"]) == ({"id": "E0ORG", "name": "Odyssey Group"}, False)
    assert (typed["enterprise_id"], typed["is_enterprise_install"]) == ("E0ORG", "false")


def test_an_app_of_the_whole_organisation_is_told_of_no_workspace_of_its_own() -> None:
    told = event(MessagePosted(replace(ASKED, user=SIBLING.id)), "message.channels", OF_ORGANISATION)
    acted = interactive.view_submission(OF_ORGANISATION, SIBLING, MODAL, values={}, handles=HANDLES)

    assert (told["team_id"], told["event"]["team"]) == ("T0SECOND", "T0SECOND")
    assert (told["authorizations"][0]["team_id"], told["authorizations"][0]["is_enterprise_install"]) == (None, True)
    assert (acted["team"], acted["user"]["team_id"], acted["is_enterprise_install"]) == (None, "T0SECOND", True)
    assert acted["view"]["app_installed_team_id"] == "E0ORG"


def test_a_message_of_another_companys_person_says_who_that_is() -> None:
    body = event(MessagePosted(replace(ASKED, channel="C0SHARED", user=STRANGER.id)), "message.channels")["event"]

    assert (body["user_team"], body["source_team"], body["user_profile"]["team"]) == ("T0OTHER", "T0OTHER", "T0OTHER")
    assert "user_team" not in event(MessagePosted(ASKED), "message.channels")["event"]
