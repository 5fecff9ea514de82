"""What the sandbox sends and answers, held against every real payload and answer there is, key by key and type by type.

Each difference has its reason in `payload_differences.py`, and none is listed that is not there. Where the real data
is not beside the project, these tests are left out (the header of the run says so); what is published of tiers and
errors stands here.
"""

import ast
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from slack_sdk.errors import SlackApiError

from sandbox.model import Json
from sandbox.rates import METHOD_TIER
from sandbox.web_api import METHODS
from tests.sandbox import payload_differences as known
from tests.sandbox import published
from tests.sandbox.calls import CALLS, HOME, MODAL, everything, replies_of
from tests.sandbox.payload_samples import ACTS, EVENTS, payloads_of
from tests.sandbox.shapes import Shape, blanked, key_of, outermost, real_payloads, shape_of, wrong_types
from tests.sandbox.small import SCOPES, Served, served_small, small_manifest

ROOT = Path(__file__).parents[2]
BLANKED = {
    "app_mention": "AppMention",
    "app_mention.bot_message": "AppMention",
    "app_home_opened": "AppHomeOpened",
    "block_actions.message": "BlockAction",
    "block_actions.view": "BlockAction",
    "channel_left": "ChannelLeft",
    "member_joined_channel": "MemberJoinedChannel",
    "member_left_channel": "MemberLeftChannel",
    "message": "Message",
    "message.bot_message": "MessageBot",
    "message.channel_join": "MessageChannelJoin",
    "message.channel_leave": "MessageChannelLeave",
    "message.message_changed": "MessageChanged",
    "message.message_deleted": "MessageDeleted",
    "message.thread_broadcast": "MessageThreadBroadcast",
    "message_action": "MessageShortcut",
    "reaction_added": "ReactionAdded",
    "reaction_removed": "ReactionRemoved",
    "slash_command": "SlashCommand",
    "view_closed": "ViewClosed",
    "view_submission": "ViewSubmission",
}
# Methods of which no answer was recorded, and whose they share.
LIKE = {
    "assistant.threads.setSuggestedPrompts": "assistant.threads.setStatus",
    "chat.appendStream": "chat.startStream",
    "chat.stopStream": "chat.postMessage",
    "reactions.remove": "reactions.add",
    "views.publish": "views.open",
    "views.push": "views.open",
    "views.update": "views.open",
}
# As Slack's reference shows them; none was recorded.
PUBLISHED_ANSWERS: dict[str, Json] = {
    "api.test": {"ok": True, "args": {"foo": ""}},
    "auth.teams.list": {"ok": True, "teams": [{"id": "", "name": ""}], "response_metadata": {"next_cursor": ""}},
    "users.getPresence": {"ok": True, "presence": "", "online": True, "auto_away": False, "manual_away": False}
    | {"connection_count": 1, "last_activity": 1},
}
# Not of a success, or of every one.
OF_ERRORS = {"error", "errors", "needed", "provided", "warning", "response_metadata"}


def real_shape(name: str) -> Shape:
    folder = "events" if name in EVENTS else "interactive"
    return shape_of(*real_payloads(folder, name), blanked(f"{folder}-shape/{BLANKED.get(name, '')}Payload"))


@pytest.mark.real_data
@pytest.mark.parametrize("name", [*EVENTS, *ACTS])
def test_every_key_a_payload_lacks_is_listed_with_its_reason(name: str) -> None:
    lacking = outermost(real_shape(name).keys() - shape_of(*payloads_of(name)).keys())

    assert {path for path in lacking if key_of(path) not in known.NEVER} == set(known.LACKING.get(name, {}))


@pytest.mark.real_data
@pytest.mark.parametrize("name", [*EVENTS, *ACTS])
def test_every_key_a_payload_has_beyond_the_real_ones_is_listed_with_its_reason(name: str) -> None:
    excess = outermost(shape_of(*payloads_of(name)).keys() - real_shape(name).keys())

    assert excess - known.EXCESS.keys() == set()


@pytest.mark.real_data
@pytest.mark.parametrize("name", [*EVENTS, *ACTS])
def test_every_value_of_a_payload_has_the_type_of_the_real_ones(name: str) -> None:
    assert wrong_types(shape_of(*payloads_of(name)), real_shape(name), set(known.NULLABLE)) == {}


@pytest.mark.real_data
def test_no_difference_of_payloads_is_listed_that_is_not_there() -> None:
    excess, lacking, null = set[str](), set[str](), set[str]()
    for name in (*EVENTS, *ACTS):
        ours, real = shape_of(*payloads_of(name)), real_shape(name)
        excess |= outermost(ours.keys() - real.keys())
        lacking |= {key_of(path) for path in real.keys() - ours.keys()}
        null |= {key_of(path) for path in wrong_types(ours, real, set())}

    assert known.EXCESS.keys() - excess == set()
    assert known.NEVER.keys() - lacking == set()
    assert known.NULLABLE.keys() - null == set()


def test_what_is_said_never_to_be_sent_is_not() -> None:
    sent = {key_of(path) for name in (*EVENTS, *ACTS) for path in shape_of(*payloads_of(name))}

    assert sent & known.NEVER.keys() == set()


def serving() -> AbstractAsyncContextManager[Served]:
    return served_small(small_manifest(scopes=SCOPES | {"users:read.email", "assistant:write"}))


@pytest.fixture
async def api() -> AsyncIterator[Served]:
    async with serving() as served:
        yield served


def real_answer(method: str) -> Json:
    return PUBLISHED_ANSWERS.get(method) or blanked(f"api-responses/{LIKE.get(method, method)}")


def test_every_method_is_called() -> None:
    assert METHODS.keys() == CALLS.keys()


@pytest.mark.real_data
@pytest.mark.parametrize("method", CALLS)
async def test_every_difference_of_an_answer_is_listed_with_its_reason(api: Served, method: str) -> None:
    ours, real = shape_of(*await replies_of(api, method)), shape_of(real_answer(method))

    lacking = {path for path in outermost(real.keys() - ours.keys()) if key_of(path) not in OF_ERRORS}

    assert {path for path in lacking if key_of(path) not in known.NEVER_ANSWERED} == set(
        known.NOT_ANSWERED.get(method, {})
    )
    assert outermost(ours.keys() - real.keys()) == set(known.ANSWERED_BESIDES.get(method, {}))
    assert wrong_types(ours, real, set(known.NULL_ANSWERS)) == {}


@pytest.mark.real_data
async def test_no_difference_of_answers_is_listed_that_is_not_there() -> None:
    lacking, null = set[str](), set[str]()
    for method in CALLS:
        async with serving() as api:
            ours, real = shape_of(*await replies_of(api, method)), shape_of(real_answer(method))
        lacking |= {key_of(path) for path in real.keys() - ours.keys()}
        null |= {key_of(path) for path in wrong_types(ours, real, set())}

    assert known.NEVER_ANSWERED.keys() - lacking == set()
    assert known.NULL_ANSWERS.keys() - null == set()


# What is published: tiers and errors.


def test_every_method_has_the_tier_that_slack_publishes() -> None:
    special = dict.fromkeys(METHODS.keys() - METHOD_TIER.keys(), published.SPECIAL)

    assert METHOD_TIER | special == published.TIERS


def test_every_error_is_one_that_slack_publishes_or_is_listed_with_its_reason() -> None:
    known_codes = published.GENERAL.union(published.OUR_OWN, published.UNPUBLISHED, *published.ERRORS.values())

    assert set(codes_in(ROOT / "sandbox")) - known_codes == set()


def codes_in(folder: Path) -> Iterator[str]:
    """Every code that stands in a `Refused("…")`, or for arguments of no use in an `otherwise="…"`."""
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                is_refusal = isinstance(node.func, ast.Name) and node.func.id == "Refused"
                values = [*node.args[:is_refusal], *(each.value for each in node.keywords if each.arg == "otherwise")]
                yield from (str(each.value) for each in values if isinstance(each, ast.Constant))


NOT_A_CHANNEL = {"channel": "C0NONE"}
REFUSALS: list[tuple[str, Json, str]] = [
    ("bots.info", {"bot": "B0NONE"}, "bot_not_found"),
    ("chat.delete", NOT_A_CHANNEL | {"ts": "1.0"}, "channel_not_found"),
    ("chat.delete", {"channel": "#help", "ts": "1.0"}, "message_not_found"),
    ("chat.delete", {"channel": "#help", "ts": "$anas"}, "cant_delete_message"),
    ("chat.getPermalink", {"channel": "#help", "message_ts": "1.0"}, "message_not_found"),
    ("chat.postEphemeral", {"channel": "#help", "user": "U0LEFT", "text": "x"}, "user_not_in_channel"),
    ("chat.postMessage", NOT_A_CHANNEL | {"text": "x"}, "channel_not_found"),
    ("chat.postMessage", {"channel": "#help"}, "no_text"),
    ("chat.postMessage", {"channel": "#help", "blocks": "{"}, "invalid_blocks_format"),
    ("chat.postMessage", {"channel": "#help", "blocks": '[{"type": "no"}]'}, "invalid_blocks"),
    ("chat.postMessage", {"channel": "#help", "text": "x", "metadata": "["}, "invalid_metadata_format"),
    ("chat.startStream", {"channel": "#help", "markdown_text": "x"}, "missing_recipient_user_id"),
    ("chat.appendStream", {"channel": "#help", "ts": "$ts", "markdown_text": "x"}, "message_not_in_streaming_state"),
    ("chat.update", {"channel": "#help", "ts": "$anas", "text": "x"}, "cant_update_message"),
    ("chat.update", {"channel": "#help", "ts": "$ts", "text": "x" * 4001}, "msg_too_long"),
    ("conversations.history", NOT_A_CHANNEL, "channel_not_found"),
    ("conversations.history", {"channel": "#help", "oldest": "then"}, "invalid_ts_oldest"),
    ("conversations.history", {"channel": "#help", "cursor": "!"}, "invalid_cursor"),
    ("conversations.info", NOT_A_CHANNEL, "channel_not_found"),
    ("conversations.join", {"channel": "$dm"}, "method_not_supported_for_channel_type"),
    ("conversations.list", {"types": "secret"}, "invalid_types"),
    ("conversations.list", {"limit": "1000"}, "invalid_limit"),
    ("conversations.members", {"channel": "#help", "limit": "0"}, "invalid_limit"),
    ("conversations.open", {}, "users_list_not_supplied"),
    ("conversations.open", {"users": "U0NONE"}, "user_not_found"),
    ("conversations.open", {"users": "U0LEFT"}, "user_disabled"),
    ("conversations.replies", {"channel": "#help", "ts": "1.0"}, "thread_not_found"),
    ("reactions.add", {"channel": "#help", "timestamp": "$ts", "name": "heart"}, "already_reacted"),
    ("reactions.add", {"channel": "#help", "timestamp": "then", "name": "heart"}, "bad_timestamp"),
    ("reactions.add", {"name": "heart"}, "no_item_specified"),
    ("reactions.get", {"channel": "#help", "timestamp": "1000000000.000001"}, "message_not_found"),
    ("reactions.remove", {"channel": "#help", "timestamp": "$ts", "name": "tada"}, "no_reaction"),
    ("team.info", {"team": "T0NONE"}, "team_not_found"),
    ("usergroups.users.list", {"usergroup": "S0NONE"}, "no_such_subteam"),
    ("users.info", {"user": "U0NONE"}, "user_not_found"),
    ("users.lookupByEmail", {"email": "nobody@example.com"}, "users_not_found"),
    ("views.open", {"trigger_id": "1.2.x", "view": "$modal"}, "invalid_trigger_id"),
    ("views.publish", {"user_id": "$ana", "view": "$home", "hash": "old"}, "hash_conflict"),
    ("views.push", {"trigger_id": "1.2.x", "view": "$modal"}, "invalid_trigger_id"),
    ("views.update", {"view_id": "V0NONE", "view": "$modal"}, "not_found"),
]


@pytest.mark.parametrize(("method", "arguments", "code"), REFUSALS, ids=[f"{each[0]} {each[2]}" for each in REFUSALS])
async def test_a_call_is_refused_as_slack_publishes_it(api: Served, method: str, arguments: Json, code: str) -> None:
    given = await with_names(api, arguments)

    with pytest.raises(SlackApiError) as refused:
        await api.client.api_call(method, params=given)

    answer = refused.value.response.data
    assert isinstance(answer, dict)
    assert (answer["ok"], answer["error"]) == (False, code)
    assert code in published.ERRORS[method]
    assert answer.keys() <= {"ok", "error", "errors", "response_metadata"}


async def with_names(api: Served, arguments: Json) -> Json:
    """The arguments with ids in place of names; written values come as they are."""
    workspace = api.small.workspace
    ts = await everything(api)
    await api.client.views_publish(user_id=api.small.ana.id, view=HOME)
    meant = {
        "#help": api.small.help.id,
        "$ana": api.small.ana.id,
        "$anas": workspace.say(api.small.ana.id, api.small.help.id, "mine").ts,
        "$dm": workspace.dm_of(api.small.ana.id).id,
        "$home": json.dumps(HOME),
        "$modal": json.dumps(MODAL),
        "$ts": ts,
    }
    return {name: meant.get(value, value) for name, value in arguments.items()}


# The page.


def test_the_page_shows_the_differences_as_they_are() -> None:
    page = ROOT / "docs" / "sandbox.md"

    shown = page.read_text("utf-8")

    assert known.written_into(shown) == shown, f"run: python -m tests.sandbox.payload_differences {page.name}"
    assert known.BEGIN in shown
