"""Replies have Slack's keys and types: always against samples of our own, and against real ones where these are.

A real sample is a union over many workspaces, so ours may lack keys; it must not have keys Slack does not have.
"""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import pytest

from sandbox.model import Json
from tests.real_data import REAL_DATA
from tests.sandbox.small import SCOPES, Served, say_numbers, served_small, small_manifest

RESPONSES = REAL_DATA / "payloads" / "api-responses"

METADATA: Json = {"event_type": "row", "event_payload": {}}
HOME: Json = {"type": "home", "blocks": [{"type": "divider"}]}
MODAL: Json = {
    "type": "modal",
    "title": {"type": "plain_text", "text": "Form"},
    "submit": {"type": "plain_text", "text": "Send"},
    "blocks": [{"type": "divider"}],
}

# Right in ours and not in the samples, with the reason.
IN_EXCESS = {
    # The samples merge blocks of all kinds into one of kind "actions", so they show no rich text.
    "conversations.history": {"messages[].blocks[].elements[].elements"},
    # Recorded from a bot's thread: people's messages have an id of their client.
    "conversations.replies": {"messages[].blocks[].elements[].elements", "messages[].client_msg_id"},
}

Call = Callable[[Served, str], Awaitable[Any]]

CALLS: dict[str, Call] = {
    "auth.test": lambda api, ts: api.client.auth_test(),
    "bots.info": lambda api, ts: api.client.bots_info(bot=api.small.workspace.bot_id),
    "chat.delete": lambda api, ts: api.client.chat_delete(channel=api.small.help.id, ts=ts),
    "chat.getPermalink": lambda api, ts: api.client.chat_getPermalink(channel=api.small.help.id, message_ts=ts),
    "chat.postEphemeral": lambda api, ts: api.client.chat_postEphemeral(
        channel=api.small.help.id, user=api.small.ana.id, text="psst"
    ),
    "chat.postMessage": lambda api, ts: api.client.chat_postMessage(
        channel=api.small.help.id, text="x", thread_ts=ts, blocks=HOME["blocks"], metadata=METADATA
    ),
    "chat.update": lambda api, ts: api.client.chat_update(channel=api.small.help.id, ts=ts, text="new"),
    "assistant.threads.setStatus": lambda api, ts: api.client.assistant_threads_setStatus(
        channel_id=api.small.help.id, thread_ts=ts, status="is looking"
    ),
    "chat.startStream": lambda api, ts: api.client.chat_startStream(
        channel=api.small.help.id,
        thread_ts=ts,
        recipient_user_id=api.small.ana.id,
        recipient_team_id=api.small.workspace.team_id,
    ),
    "conversations.history": lambda api, ts: api.client.conversations_history(
        channel=api.small.help.id, limit=2, include_all_metadata=True
    ),
    "conversations.info": lambda api, ts: api.client.conversations_info(
        channel=api.small.help.id, include_num_members=True
    ),
    "conversations.join": lambda api, ts: api.client.conversations_join(channel=api.small.help.id),
    "conversations.list": lambda api, ts: api.client.conversations_list(types="public_channel,im"),
    "conversations.members": lambda api, ts: api.client.conversations_members(channel=api.small.help.id),
    "conversations.open": lambda api, ts: api.client.conversations_open(users=api.small.ana.id, return_im=True),
    "conversations.replies": lambda api, ts: api.client.conversations_replies(channel=api.small.help.id, ts=ts),
    "reactions.add": lambda api, ts: api.client.reactions_add(channel=api.small.help.id, timestamp=ts, name="tada"),
    "reactions.get": lambda api, ts: api.client.reactions_get(channel=api.small.help.id, timestamp=ts),
    "team.info": lambda api, ts: api.client.team_info(),
    "usergroups.list": lambda api, ts: api.client.usergroups_list(include_users=True, include_count=True),
    "usergroups.users.list": lambda api, ts: api.client.usergroups_users_list(
        usergroup=next(iter(api.small.workspace.usergroups))
    ),
    "users.conversations": lambda api, ts: api.client.users_conversations(types="public_channel,im"),
    "users.info": lambda api, ts: api.client.users_info(user=api.small.ana.id),
    "users.list": lambda api, ts: api.client.users_list(),
    "users.lookupByEmail": lambda api, ts: api.client.users_lookupByEmail(email="ana@sandbox.example"),
    "views.open": lambda api, ts: api.client.views_open(
        trigger_id=api.small.workspace.windows.issue_trigger(api.small.ana.id), view=MODAL
    ),
}

# Keys on which code relies, with their types: a sample of our own for each noun.
SAMPLES: dict[str, Json] = {
    "auth.test": {"url": "", "team": "", "user": "", "team_id": "", "user_id": "", "bot_id": ""},
    "chat.postMessage": {
        "channel": "",
        "ts": "",
        "message": {"type": "", "text": "", "user": "", "ts": "", "bot_id": "", "app_id": "", "team": ""},
    },
    "chat.update": {"channel": "", "ts": "", "text": "", "message": {"text": "", "edited": {"user": "", "ts": ""}}},
    "conversations.history": {
        "messages": [{"type": "", "ts": "", "text": "", "user": "", "reply_count": 0, "reply_users": [""]}],
        "has_more": True,
        "response_metadata": {"next_cursor": ""},
    },
    "conversations.info": {
        "channel": {"id": "", "name": "", "is_private": True, "is_member": True, "is_ext_shared": True}
        | {"is_archived": True, "num_members": 0, "topic": {"value": ""}, "purpose": {"value": ""}}
    },
    "conversations.open": {"channel": {"id": "", "is_im": True, "user": ""}},
    "conversations.replies": {"messages": [{"ts": "", "thread_ts": "", "latest_reply": ""}], "has_more": True},
    "users.info": {
        "user": {"id": "", "name": "", "real_name": "", "tz": "", "tz_offset": 0, "is_bot": True}
        | {"is_restricted": True, "team_id": "", "deleted": True, "profile": {"display_name": "", "email": ""}}
    },
    "usergroups.list": {"usergroups": [{"id": "", "handle": "", "users": [""], "user_count": 0}]},
    "views.open": {"view": {"id": "", "hash": "", "type": "", "blocks": [], "root_view_id": "", "state": {}}},
}


@pytest.fixture
async def api() -> AsyncIterator[Served]:
    async with served_small(small_manifest(scopes=SCOPES | {"users:read.email"})) as served:
        yield served


async def reply_of(api: Served, method: str) -> Json:
    """The method's reply in a workspace where there is something of everything."""
    workspace, channel = api.small.workspace, api.small.help
    workspace.add_usergroup("platform", [api.small.ana.id])
    workspace.dm_of(api.small.ben.id)
    say_numbers(api.small, 2)
    posted = await api.client.chat_postMessage(channel=channel.id, text="x", metadata=METADATA)
    workspace.react(api.small.ana.id, channel.id, posted["ts"], "eyes")
    say_numbers(api.small, 1, thread_ts=posted["ts"])
    answer = await CALLS[method](api, posted["ts"])
    return dict(answer.data)


@pytest.mark.parametrize("method", SAMPLES)
async def test_a_reply_has_the_keys_and_types_code_relies_on(api: Served, method: str) -> None:
    reply = await reply_of(api, method)

    assert list(lacking(reply, SAMPLES[method])) == []


@pytest.mark.real_data
@pytest.mark.parametrize("method", CALLS)
async def test_a_reply_has_no_key_and_no_type_that_real_ones_have_not(api: Served, method: str) -> None:
    real = json.loads((RESPONSES / f"{method}.json").read_text())

    reply = await reply_of(api, method)

    assert set(excess(reply, real)) - IN_EXCESS.get(method, set()) == set()


def lacking(ours: Any, sample: Any, path: str = "") -> Iterator[str]:
    """Paths in the sample that ours has not, or has with another type."""
    if isinstance(sample, dict) and isinstance(ours, dict):
        for name, value in sample.items():
            if name in ours:
                yield from lacking(ours[name], value, f"{path}.{name}".lstrip("."))
            else:
                yield f"{path}.{name}".lstrip(".")
    elif isinstance(sample, list) and isinstance(ours, list):
        for value in sample:
            if not any(not list(lacking(each, value)) for each in ours):
                yield f"{path}[]"
    elif type(ours) is not type(sample):
        yield f"{path}: {type(ours).__name__}"


def excess(ours: Any, real: Any, path: str = "") -> Iterator[str]:
    """Paths in ours that the real reply has not, or has with another type. Nulls and empty lists say nothing."""
    if isinstance(ours, dict) and isinstance(real, dict):
        for name, value in ours.items():
            if name in real:
                yield from excess(value, real[name], f"{path}.{name}".lstrip("."))
            elif real:
                yield f"{path}.{name}".lstrip(".")
    elif isinstance(ours, list) and isinstance(real, list):
        for each in ours if real else ():
            if all(list(excess(each, sample)) for sample in real):
                yield from excess(each, real[0], f"{path}[]")
    elif ours is not None and real is not None and type(ours) is not type(real):
        yield f"{path}: {type(ours).__name__}, not {type(real).__name__}"
