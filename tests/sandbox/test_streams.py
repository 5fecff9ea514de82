"""Messages that grow, the status of a thread and suggested prompts: as strict as Slack, and seen in the ledger."""

from collections.abc import AsyncIterator

import pytest

from sandbox import shown
from sandbox.assistant import STATUS_LIFE_S
from sandbox.model import Json
from sandbox.streams import LIFE_S
from tests.sandbox.small import SCOPES, Served, error_of, raw, served_small, small_manifest

METADATA: Json = {"event_type": "row", "event_payload": {"mark": "m"}}
DIVIDER: Json = {"type": "divider", "block_id": "d"}
AGENT: Json = {"features": {**small_manifest()["features"], "agent_view": {}}}


def said(text: str) -> Json:
    return {"type": "section", "block_id": text, "text": {"type": "mrkdwn", "text": text}}


def chunk(*texts: str) -> list[Json]:
    return [{"type": "blocks", "blocks": [said(text) for text in texts]}]


LONG = {**said("long"), "text": {"type": "mrkdwn", "text": "x" * 2_900}}


@pytest.fixture
async def api() -> AsyncIterator[Served]:
    async with served_small(small_manifest(scopes=SCOPES | {"assistant:write"}) | AGENT) as served:
        yield served


@pytest.fixture
def where(api: Served) -> Json:
    """A question in Ana's DM with the app, as what is begun below it names it."""
    dm = api.small.workspace.dm_of(api.small.ana.id)
    asked = api.small.workspace.say(api.small.ana.id, dm.id, "where are the logs?")
    return {"channel": dm.id, "thread_ts": asked.ts}


async def call(api: Served, method: str, body: Json) -> Json:
    return await raw(api, method, token=api.small.workspace.bot_token, json=body)


async def begun(api: Served, where: Json, **first: object) -> Json:
    """A stream, as the calls that go on with it name it."""
    started = await call(api, "chat.startStream", where | first)
    assert started["ok"], started
    return {"channel": started["channel"], "ts": started["ts"]}


async def test_a_message_grows_by_text_and_ends_with_blocks_and_metadata(api: Served, where: Json) -> None:
    stream = await begun(api, where, markdown_text="In the ", metadata=METADATA)
    message = api.small.workspace.message(stream["channel"], stream["ts"])
    before = (message.text, message.metadata, message.thread_ts)
    await call(api, "chat.appendStream", stream | {"markdown_text": "logs."})
    ended = await call(api, "chat.stopStream", stream | {"blocks": [DIVIDER], "metadata": METADATA})

    assert before == ("In the ", None, where["thread_ts"])
    assert (message.text, message.metadata) == ("In the logs.", METADATA)
    assert [block["type"] for block in message.blocks] == ["rich_text", "divider"]
    assert ended["message"]["text"] == "In the logs."
    effects = [(each.kind, each.method, each.text) for each in api.small.workspace.ledger.effects]
    assert effects == [
        ("stream_start", "chat.startStream", "In the "),
        ("stream_append", "chat.appendStream", "In the logs."),
        ("post", "chat.stopStream", "In the logs."),
    ]


async def test_a_message_grows_by_blocks(api: Served, where: Json) -> None:
    stream = await begun(api, where, chunks=chunk("one"))
    await call(api, "chat.appendStream", stream | {"chunks": chunk("two")})
    await call(api, "chat.stopStream", stream | {"blocks": [DIVIDER]})

    message = api.small.workspace.message(stream["channel"], stream["ts"])
    assert message.blocks == [said("one"), said("two"), DIVIDER]
    assert message.text == "one\ntwo"


async def test_what_is_written_into_a_channel_is_for_somebody(api: Served) -> None:
    asked = api.small.workspace.say(api.small.ana.id, api.small.help.id, "where?")
    where = {"channel": api.small.help.id, "thread_ts": asked.ts, "markdown_text": "x"}
    team = {"recipient_team_id": api.small.workspace.team_id}

    errors = [
        (await call(api, "chat.startStream", where | more)).get("error")
        for more in (
            {},
            {"recipient_user_id": api.small.ana.id},
            team | {"recipient_user_id": "U0NOBODY"},
            team | {"recipient_user_id": api.small.ana.id},
        )
    ]

    assert errors == ["missing_recipient_user_id", "missing_recipient_team_id", "user_not_found", None]


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"thread_ts": ""}, "invalid_arguments"),
        ({"channel": "C0NOWHERE"}, "channel_not_found"),
        ({"channel": ""}, "invalid_arguments"),
        ({"thread_ts": "1.000000"}, "thread_not_found"),
        ({"markdown_text": "x", "chunks": chunk("x")}, "cannot_provide_both_markdown_text_and_chunks"),
        ({"markdown_text": "x" * 12_001}, "msg_too_long"),
        ({"chunks": [{"type": "banner"}]}, "invalid_chunks"),
        ({"chunks": [{"type": "blocks", "blocks": [{"type": "header"}]}]}, "invalid_blocks"),
        ({"chunks": [*chunk(*map(str, range(50))), *chunk("x")]}, "msg_blocks_too_many"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_a_start_is_refused_as_slack_refuses_it(api: Served, where: Json, wrong: Json, error: str) -> None:
    assert (await call(api, "chat.startStream", where | wrong))["error"] == error
    assert api.small.workspace.ledger.effects == []


@pytest.mark.parametrize("method", ["chat.appendStream", "chat.stopStream"])
async def test_nothing_goes_on_that_does_not_grow(api: Served, where: Json, method: str) -> None:
    workspace, text = api.small.workspace, {"markdown_text": "x"}
    posted = (await api.client.chat_postMessage(**where, text="whole"))["ts"]
    old = await begun(api, where, markdown_text="old")
    workspace.clock.advance(LIFE_S)
    ended = await begun(api, where, markdown_text="new")
    await call(api, "chat.stopStream", ended)

    errors = [
        (await call(api, method, ended | text | {"ts": ts})).get("error")
        for ts in (posted, where["thread_ts"], "1.000000", old["ts"], ended["ts"])
    ]

    no_stream = "message_not_in_streaming_state"
    assert errors == [no_stream, "message_not_owned_by_app", "message_not_found", no_stream, no_stream]


async def test_a_stream_goes_on_as_it_began_and_is_not_edited_meanwhile(api: Served, where: Json) -> None:
    stream = await begun(api, where, markdown_text="x")

    assert (await call(api, "chat.appendStream", stream | {"chunks": chunk("y")}))["error"] == "streaming_mode_mismatch"
    assert (await call(api, "chat.appendStream", stream))["error"] == "markdown_text_or_chunks_required"
    assert await error_of(api.client.chat_update(**stream, text="y")) == "streaming_state_conflict"


async def test_a_stream_that_nobody_ended_is_shown_as_growing_until_slack_ends_it(api: Served, where: Json) -> None:
    workspace = api.small.workspace
    stream = await begun(api, where, markdown_text="In the")
    message = workspace.message(stream["channel"], stream["ts"])

    before = shown.message(workspace, message)["is_growing"]
    workspace.clock.advance(LIFE_S)

    assert (before, shown.message(workspace, message)["is_growing"]) == (True, False)


@pytest.mark.parametrize(
    ("last", "error"),
    [
        pytest.param({"blocks": [said(f"n{number}") for number in range(48)]}, None, id="as many as fit"),
        pytest.param({"blocks": [said(f"n{number}") for number in range(49)]}, "invalid_blocks", id="one too many"),
        pytest.param({"blocks": [said("two")]}, "invalid_blocks", id="the id of a block that stands"),
        pytest.param({"chunks": chunk("x"), "blocks": [said("x")]}, "invalid_blocks", id="the id of the last chunk's"),
        pytest.param(
            {
                "chunks": [{"type": "blocks", "blocks": [LONG]}],
                "blocks": [LONG | {"block_id": each} for each in "abcd"],
            },
            "msg_blocks_too_long",
            id="text too long",
        ),
    ],
)
async def test_what_stands_and_what_ends_it_are_one_message_to_slack(
    api: Served, where: Json, last: Json, error: str | None
) -> None:
    stream = await begun(api, where, chunks=chunk("one", "two"))
    message = api.small.workspace.message(stream["channel"], stream["ts"])

    ended = await call(api, "chat.stopStream", stream | last)

    assert ended.get("error") == error
    assert len(message.blocks) == (2 if error else 50)
    assert api.small.workspace.streams.is_open(message) is bool(error)


async def test_an_unfinished_message_can_be_deleted(api: Served, where: Json) -> None:
    stream = await begun(api, where, chunks=chunk("x"))
    await api.client.chat_delete(**stream)

    assert (await call(api, "chat.stopStream", stream))["error"] == "message_not_found"


async def test_a_status_stands_until_the_app_says_something(api: Served, where: Json) -> None:
    workspace, thread = api.small.workspace, (where["channel"], where["thread_ts"])
    status = {"channel_id": where["channel"], "thread_ts": where["thread_ts"], "status": "is looking …"}
    seen = []
    for more in (status, status | {"status": ""}, status):
        await call(api, "assistant.threads.setStatus", more)
        seen.append(workspace.assistant.statuses().get(thread))
    await api.client.chat_postMessage(**where, text="found")
    seen.append(workspace.assistant.statuses().get(thread))
    await call(api, "assistant.threads.setStatus", status)
    workspace.clock.advance(STATUS_LIFE_S)
    seen.append(workspace.assistant.statuses().get(thread))

    assert seen == ["is looking …", None, "is looking …", None, None]
    wrong = status | {"thread_ts": "1.000000"}
    assert (await call(api, "assistant.threads.setStatus", wrong))["error"] == "invalid_thread_ts"


async def test_up_to_four_prompts_are_suggested_and_never_to_a_thread(api: Served, where: Json) -> None:
    prompts = [{"title": "Logs", "message": "Where are my logs?"}]
    channel_id = where["channel"]
    too_many = {"channel_id": channel_id, "prompts": prompts * 5}

    await api.client.assistant_threads_setSuggestedPrompts(channel_id=channel_id, prompts=prompts)
    in_thread = {"channel_id": channel_id, "prompts": [], "thread_ts": where["thread_ts"]}
    in_thread["prompts"] = [{"title": "Other", "message": "other"}]
    assert (await call(api, "assistant.threads.setSuggestedPrompts", in_thread))["ok"]

    assert api.small.workspace.assistant.prompts == {channel_id: prompts}
    assert (await call(api, "assistant.threads.setSuggestedPrompts", too_many))["error"] == "invalid_arguments"


async def test_prompts_need_a_scope_that_streams_and_the_status_do_not() -> None:
    async with served_small() as api:
        asked = api.small.workspace.say(api.small.ana.id, api.small.help.id, "where?")
        status = {"channel_id": api.small.help.id, "thread_ts": asked.ts, "status": "is looking …"}
        prompts = {"channel_id": api.small.help.id, "prompts": [{"title": "a", "message": "b"}]}

        assert (await call(api, "assistant.threads.setStatus", status))["ok"]
        assert (await call(api, "assistant.threads.setSuggestedPrompts", prompts))["error"] == "missing_scope"
