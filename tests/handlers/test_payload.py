"""Slack's payloads, read into our nouns: each form Slack documents, and what has no such form refused."""

import pytest

from bot import wire
from bot.errors import PayloadMalformed
from bot.model import Author, Deletion, Json, Message, Workspace
from handlers import payload
from tests.handlers import payloads
from tests.handlers.payloads import callback, changed, command, deleted, mention, message, press

OURS = Workspace("T0SMALL", None, "U0BOT", "B0BOT")
AUTHOR = Author("U0PRIYA", is_bot=False, team_id="T0SMALL")
SAID = Message("C0ASKPLAT", "1795514000.000100", AUTHOR, "how do I see the logs of my service?")


def _with(**fields: object) -> Message:
    return Message(**{**SAID.__dict__, **fields})


@pytest.mark.parametrize(
    ("event", "read"),
    [
        pytest.param(message(), SAID, id="a message"),
        pytest.param(
            message(thread_ts="1795513000.000100"), _with(thread_ts="1795513000.000100"), id="a reply in a thread"
        ),
        pytest.param(message(thread_ts="1795514000.000100"), SAID, id="the first message of a thread"),
        pytest.param(
            message(subtype="thread_broadcast", thread_ts="1795513000.000100"),
            _with(thread_ts="1795513000.000100"),
            id="a reply that is also sent to the channel",
        ),
        pytest.param(message(subtype="file_share", files=[{"id": "F1"}]), SAID, id="a message with a file"),
        pytest.param(message(subtype="me_message"), SAID, id="a message by /me"),
        pytest.param(
            message(subtype="bot_message", user=None, team=None, bot_id="B0OTHER"),
            _with(author=Author("B0OTHER", is_bot=True)),
            id="a message of an old kind of bot",
        ),
        pytest.param(
            message(bot_id="B0OTHER"),
            _with(author=Author("U0PRIYA", is_bot=True, team_id="T0SMALL")),
            id="a message of an app",
        ),
        pytest.param(
            message(channel="D0PRIYA", channel_type="im"),
            _with(channel_id="D0PRIYA", is_direct=True),
            id="a direct message",
        ),
        pytest.param(changed(), _with(edited_ts="1795514100.000000"), id="an edit"),
        pytest.param(
            changed(text="never mind"), _with(text="never mind", edited_ts="1795514100.000000"), id="an edited text"
        ),
        pytest.param(deleted(), Deletion("C0ASKPLAT", "1795514000.000100", "1795514200.000400"), id="a deletion"),
        pytest.param(
            changed(subtype="tombstone", user="USLACKBOT", text="This message was deleted."),
            Deletion("C0ASKPLAT", "1795514000.000100", "1795514100.000300"),
            id="a deletion of a message that has replies",
        ),
        pytest.param(message(text=None), _with(text=""), id="a message of blocks alone"),
        pytest.param(message(text="a\x00b\ud83dc"), _with(text="ab?c"), id="a text that no database takes"),
        pytest.param(message(text="x" * 50_000), _with(text="x" * 40_000), id="a text longer than any of Slack's"),
    ],
)
def test_a_message_is_read(event: Json, read: Message | Deletion) -> None:
    assert payload.read_message(callback(event), OURS) == read


@pytest.mark.parametrize(
    "subtype",
    ["channel_join", "channel_leave", "channel_topic", "channel_name", "group_join", "pinned_item", "message_replied"],
)
def test_a_notice_is_no_message(subtype: str) -> None:
    assert payload.read_message(callback(message(subtype=subtype)), OURS) is None


@pytest.mark.parametrize("author", [{"user": "USLACKBOT"}, {"bot_id": "B0OTHER"}], ids=["Slackbot", "a bot"])
def test_a_notice_with_a_bot_as_its_author_is_none_either(author: Json) -> None:
    assert payload.read_message(callback(message(subtype="channel_join", **author)), OURS) is None


def test_an_edited_notice_is_no_message() -> None:
    assert payload.read_message(callback(changed(subtype="channel_topic")), OURS) is None


@pytest.mark.parametrize(
    ("fields", "team_id"),
    [
        ({"team": "T0SMALL"}, "T0SMALL"),
        ({"team": "T0SMALL", "source_team": "T0OTHER"}, "T0OTHER"),
        ({"team": "T0SMALL", "user_team": "T0OTHER"}, "T0OTHER"),
        ({"team": None}, None),
    ],
)
def test_the_authors_own_company_is_read_in_a_channel_shared_with_another(fields: Json, team_id: str | None) -> None:
    shared = callback(message(**fields), is_ext_shared_channel=True)

    read = payload.read_message(shared, OURS)

    assert read == _with(is_shared=True, author=Author("U0PRIYA", team_id=team_id))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<@U0BOT> where are my logs?", "where are my logs?"),
        ("<@U0BOT|mentor> where are my logs?", "where are my logs?"),
        ("where are my logs, <@U0BOT>?", "where are my logs,  ?"),
        ("<@U0BOT>", ""),
        ("<@U0BOT> <@U0BOT|mentor>  help", "help"),
        ("<@U0BOT>\nhelp", "help"),
    ],
)
def test_the_words_beside_a_mention_are_what_is_asked(text: str, words: str) -> None:
    read = payload.read_message(callback({**mention(), "text": text}), OURS)

    assert read == _with(text=text, mentions_us=True)
    assert wire.without_mention(text, OURS) == words


@pytest.mark.parametrize(
    "text",
    ["<@U0BOTTOM> hi", "<@U0OTHER> hi", "@mentor hi", "U0BOT hi", "&lt;@U0BOT&gt; hi", "<#U0BOT> hi", "<@u0bot> hi"],
)
def test_what_only_looks_like_a_mention_is_none(text: str) -> None:
    assert payload.read_message(callback(message(text=text)), OURS) == _with(text=text)


@pytest.mark.parametrize(
    "broken",
    [
        callback(message(channel=None)),
        callback(message(channel="")),
        callback(message(channel=5)),
        callback(message(channel="C" * 41)),
        callback(message(channel="C0\x00")),
        callback(message(ts=None)),
        callback(message(ts=1795514000.0001)),
        callback(message(ts="1795514000")),
        callback(message(ts="99999999999.000001")),
        callback(message(ts="١٧٦٣٩٧٨٠٠٠.٠٠٠١")),
        callback(message(ts="1795514000.00010000000000000")),
        callback(message(thread_ts="soon")),
        callback(message(user=["U0PRIYA"])),
        callback(message(user="U\ud83d")),
        callback(message(team={"id": "T0SMALL"})),
        callback(message(subtype=["file_share"])),
        callback(changed(ts="")),
        callback({**changed(), "message": "text"}),
        callback({**changed(), "message": None}),
        callback(deleted(deleted_ts=None)),
        callback(deleted(event_ts="never")),
        {"event": None},
        {"event": [message()]},
        {},
    ],
    ids=str,
)
def test_a_message_of_no_form_of_slacks_is_refused(broken: Json) -> None:
    with pytest.raises(PayloadMalformed):
        payload.read_message(broken, OURS)


@pytest.mark.parametrize("event_id", [None, "", 5, "Ev" + "0" * 60, "Ev\x00", "Ev\ud83d"], ids=repr)
def test_an_event_needs_an_id(event_id: object) -> None:
    with pytest.raises(PayloadMalformed):
        payload.read_event_id({"event_id": event_id})


def test_an_events_id_is_read() -> None:
    assert payload.read_event_id(callback(message())) == "Ev0SMALL001"


def test_a_command_is_read() -> None:
    read = payload.read_command(command(text="ask where are my logs?"))

    assert read == payload.Command(
        key="command:1.2.small",
        user_id="U0PRIYA",
        channel_id="C0RANDOM",
        text="ask where are my logs?",
        response_url="http://127.0.0.1:9/none",
        trigger_id="1.2.small",
        is_shared=False,
    )


@pytest.mark.parametrize(
    ("text", "words"), [("", ""), (None, ""), ("a\x00b", "ab"), ("\ud83d", "?"), (5, "")], ids=repr
)
def test_a_commands_words_are_made_fit_to_keep(text: object, words: str) -> None:
    assert payload.read_command(command(text=text)).text == words


@pytest.mark.parametrize("missing", ["trigger_id", "user_id", "channel_id", "response_url"])
@pytest.mark.parametrize("value", [None, "", 5, "\x00", "x" * 201], ids=repr)
def test_a_command_that_cannot_be_answered_is_refused(missing: str, value: object) -> None:
    with pytest.raises(PayloadMalformed):
        payload.read_command(command(**{missing: value}))


def test_a_press_is_read() -> None:
    assert payload.read_press(press()) == payload.Pressed(
        key=f"1795514001.000100:{'0' * 32}",
        user_id="U0PRIYA",
        action_id="answers.solved",
        value="0" * 32,
        response_url="http://127.0.0.1:9/none",
        trigger_id="1.2.small",
        channel_id="C0ASKPLAT",
        ts="1795514000.000100",
    )


def test_a_press_may_come_without_an_address_to_answer_to() -> None:
    assert payload.read_press(press(response_url=None)).response_url is None


def test_two_presses_have_two_keys_and_no_key_names_the_person() -> None:
    again = press(actions=[{**press()["actions"][0], "action_ts": "1795514002.000100"}])

    keys = [payload.read_press(each).key for each in (press(), press(), again, press(user={"id": "U0JONAS"}))]

    assert keys[0] == keys[1] == keys[3] != keys[2]
    assert not any("U0" in key for key in keys)


@pytest.mark.parametrize(
    "broken",
    [
        press(actions=None),
        press(actions=[]),
        press(actions=["answers.solved"]),
        press(actions={"0": {}}),
        press(actions=[{**press()["actions"][0], "value": None}]),
        press(actions=[{**press()["actions"][0], "action_id": 5}]),
        press(actions=[{**press()["actions"][0], "action_ts": ""}]),
        press(user=None),
        press(user="U0PRIYA"),
        press(user={"id": ["U0PRIYA"]}),
        press(response_url="http://127.0.0.1/\x00"),
        press(response_url=5),
    ],
    ids=lambda broken: str({key: broken[key] for key in ("actions", "user", "response_url")}),
)
def test_a_press_of_no_form_of_slacks_is_refused(broken: Json) -> None:
    with pytest.raises(PayloadMalformed):
        payload.read_press(broken)


def test_no_payload_of_ours_is_itself_malformed() -> None:
    """Else the tests above would pass for the wrong reason."""
    read = [payload.read_message(whole, OURS) for whole in payloads.WHOLE[:7]]

    assert None not in read


def test_who_came_into_a_channel_is_read() -> None:
    event = {"type": "member_joined_channel", "user": "U0BOT", "channel": "C0ASKPLAT", "team": "T0SMALL"}

    assert payload.read_joined(callback(event)) == payload.Joined("C0ASKPLAT", "U0BOT")


@pytest.mark.parametrize("lacking", ["user", "channel"])
def test_a_coming_in_without_who_or_where_is_refused(lacking: str) -> None:
    event = {"type": "member_joined_channel", "user": "U0BOT", "channel": "C0ASKPLAT"}
    del event[lacking]

    with pytest.raises(PayloadMalformed):
        payload.read_joined(callback(event))


def _form(element: object) -> Json:
    view = {"id": "V1", "callback_id": "form", "private_metadata": "", "state": {"values": {"b": {"a": element}}}}
    return {"user": {"id": "U0PRIYA"}, "view": view}


@pytest.mark.parametrize(
    ("element", "value"),
    [
        ({"type": "static_select", "selected_option": {"value": "small"}}, "small"),
        ({"type": "static_select", "selected_option": None}, ""),
        ({"type": "checkboxes", "selected_options": [{"value": "a"}, {"value": "b"}]}, "a,b"),
        ({"type": "checkboxes", "selected_options": []}, ""),
    ],
)
def test_what_was_chosen_in_a_form_is_read(element: Json, value: str) -> None:
    assert payload.read_submission(_form(element)).values == {"b": value}


@pytest.mark.parametrize(
    "element",
    [
        "an element",
        {"type": "static_select", "selected_option": "small"},
        {"type": "checkboxes", "selected_options": ["a"]},
        {"type": "checkboxes", "selected_options": [{"value": 7}]},
        {"type": "slider", "value": "7"},
    ],
)
def test_an_element_of_no_form_of_slacks_is_refused(element: object) -> None:
    with pytest.raises(PayloadMalformed):
        payload.read_submission(_form(element))
