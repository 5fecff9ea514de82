"""Replies have the keys and types code relies on, by samples of our own. Against real ones: `test_fidelity.py`."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from sandbox.model import Json
from tests.sandbox.calls import reply_of
from tests.sandbox.small import SCOPES, Served, served_small, small_manifest

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


@pytest.mark.parametrize("method", SAMPLES)
async def test_a_reply_has_the_keys_and_types_code_relies_on(api: Served, method: str) -> None:
    reply = await reply_of(api, method)

    assert list(lacking(reply, SAMPLES[method])) == []


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
