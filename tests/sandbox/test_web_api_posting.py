"""What the app posts through the Web API, and what it may not."""

from collections.abc import AsyncIterator

import pytest
from slack_sdk.errors import SlackApiError

from sandbox.model import Json
from tests.sandbox.small import Served, error_of, raw, served_small


@pytest.fixture
async def api() -> AsyncIterator[Served]:
    async with served_small() as served:
        yield served


async def test_a_post_stands_in_the_channel_and_in_the_ledger(api: Served) -> None:
    answer = await api.client.chat_postMessage(channel=api.small.help.id, text="hello")

    message = api.small.help.messages[answer["ts"]]
    assert (message.text, message.bot_id) == ("hello", api.small.workspace.bot_id)
    assert [effect.ts for effect in api.small.workspace.ledger.posts()] == [answer["ts"]]
    assert answer["message"]["bot_id"] == api.small.workspace.bot_id


async def test_blocks_come_as_json_and_as_form_alike(api: Served) -> None:
    token, blocks = api.small.workspace.bot_token, '[{"type": "divider", "block_id": "b"}]'
    form = {"channel": api.small.help.id, "text": "x", "blocks": blocks}

    answer = await raw(api, "chat.postMessage", token=token, data=form)

    assert answer["ok"]
    assert api.small.help.messages[answer["ts"]].blocks == [{"type": "divider", "block_id": "b"}]


async def test_slack_makes_up_the_ids_that_are_not_given(api: Served) -> None:
    blocks = [{"type": "actions", "elements": [{"type": "button", "text": {"type": "plain_text", "text": "x"}}]}]

    answer = await api.client.chat_postMessage(channel=api.small.help.id, text="x", blocks=blocks)

    [block] = api.small.help.messages[answer["ts"]].blocks
    assert block["block_id"]
    assert block["elements"][0]["action_id"]


async def test_a_post_to_a_person_opens_the_dm(api: Served) -> None:
    answer = await api.client.chat_postMessage(channel=api.small.ana.id, text="hello")

    assert answer["channel"] == api.small.workspace.dm_of(api.small.ana.id).id


async def test_a_post_may_name_the_channel(api: Served) -> None:
    answer = await api.client.chat_postMessage(channel="#help", text="hello")

    assert answer["channel"] == api.small.help.id


async def test_text_that_is_missing_beside_blocks_is_only_a_warning(api: Served) -> None:
    token, blocks = api.small.workspace.bot_token, [{"type": "divider"}]

    answer = await raw(api, "chat.postMessage", token=token, json={"channel": api.small.help.id, "blocks": blocks})

    assert answer["ok"]
    assert answer["response_metadata"]["warnings"] == ["missing_text_in_message", "missing_charset"]


async def test_a_post_over_forty_thousand_characters_is_cut(api: Served) -> None:
    answer = await api.client.chat_postMessage(channel=api.small.help.id, text="x" * 40_001)

    assert len(api.small.help.messages[answer["ts"]].text) == 40_000
    assert answer["warning"] == "message_truncated"


LONG = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3000}}


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"text": ""}, "no_text"),
        ({"text": "x", "channel": "C0NOWHERE"}, "channel_not_found"),
        ({"text": "x", "blocks": [{"type": "banner"}]}, "invalid_blocks"),
        ({"text": "x", "blocks": "[{"}, "invalid_blocks_format"),
        ({"text": "x", "blocks": [LONG] * 5}, "msg_blocks_too_long"),
        ({"text": "x", "thread_ts": "1.000000"}, "thread_not_found"),
        ({"text": "x", "metadata": {"event_type": "row"}}, "invalid_metadata_format"),
        ({"text": "x", "attachments": [{"text": "a"}] * 101}, "too_many_attachments"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_a_post_is_refused_as_slack_refuses_it(api: Served, arguments: Json, error: str) -> None:
    token, body = api.small.workspace.bot_token, {"channel": api.small.help.id} | arguments

    assert (await raw(api, "chat.postMessage", token=token, json=body))["error"] == error
    assert api.small.workspace.ledger.effects == []


async def test_refused_blocks_are_named_with_their_path(api: Served) -> None:
    with pytest.raises(SlackApiError) as refused:
        await api.client.chat_postMessage(channel=api.small.help.id, text="x", blocks=[{"type": "header"}])

    messages = refused.value.response["response_metadata"]["messages"]
    assert messages == ["[ERROR] missing required field: text [json-pointer:/blocks/0]"]


async def test_the_app_posts_only_where_it_is_and_knows_no_other_private_channel(api: Served) -> None:
    workspace, post = api.small.workspace, api.client.chat_postMessage
    elsewhere = workspace.add_channel("elsewhere", members=[api.small.ana.id], with_bot=False)

    assert await error_of(post(channel=elsewhere.id, text="x")) == "not_in_channel"
    assert await error_of(post(channel=api.small.secret.id, text="x")) == "channel_not_found"


async def test_nobody_posts_in_an_archived_channel(api: Served) -> None:
    api.small.help.is_archived = True

    assert await error_of(api.client.chat_postMessage(channel=api.small.help.id, text="x")) == "is_archived"


async def test_an_update_longer_than_four_thousand_characters_is_refused(api: Served) -> None:
    channel = api.small.help.id
    ts = (await api.client.chat_postMessage(channel=channel, text="x"))["ts"]

    assert await error_of(api.client.chat_update(channel=channel, ts=ts, text="x" * 4001)) == "msg_too_long"


async def test_updates_and_deletes_are_of_the_apps_own_messages(api: Served) -> None:
    channel = api.small.help.id
    own = (await api.client.chat_postMessage(channel=channel, text="one"))["ts"]
    anas = api.small.workspace.say(api.small.ana.id, channel, "mine").ts

    await api.client.chat_update(channel=channel, ts=own, text="two")

    assert api.small.help.messages[own].text == "two"
    assert await error_of(api.client.chat_update(channel=channel, ts=anas, text="x")) == "cant_update_message"
    assert await error_of(api.client.chat_delete(channel=channel, ts=anas)) == "cant_delete_message"
    assert await error_of(api.client.chat_delete(channel=channel, ts="1.000000")) == "message_not_found"


async def test_a_whisper_is_not_in_the_history(api: Served) -> None:
    channel, ana = api.small.help.id, api.small.ana.id

    answer = await api.client.chat_postEphemeral(channel=channel, user=ana, text="psst")

    assert [message.ts for message in api.small.workspace.ephemerals] == [answer["message_ts"]]
    assert (await api.client.conversations_history(channel=channel))["messages"] == []


async def test_a_permalink_of_a_reply_names_its_thread(api: Served) -> None:
    parent = api.small.workspace.say(api.small.ana.id, api.small.help.id, "question")
    reply = api.small.workspace.say(api.small.ben.id, api.small.help.id, "answer", thread_ts=parent.ts)

    answer = await api.client.chat_getPermalink(channel=api.small.help.id, message_ts=reply.ts)

    path = f"/archives/{api.small.help.id}/p{reply.ts.replace('.', '')}"
    assert answer["permalink"].endswith(f"{path}?thread_ts={parent.ts}&cid={api.small.help.id}")
