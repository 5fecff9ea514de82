"""The typed client against the sandbox: each outcome told apart, reads that wait, messages found by their mark."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web
from aiohttp.http_writer import StreamWriter
from aiohttp.test_utils import TestServer

from bot.clock import Clock
from bot.config import Secret
from bot.errors import SlackRateLimited, SlackRefused, SlackUnclear
from bot.generate import SCOPES, manifest
from bot.model import ChannelInfo, Profile, UserGroup
from bot.slack import PAGE, Slack, not_after
from sandbox import Clock as SandboxClock
from sandbox import Sandbox

FACTOR = 10.0


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(manifest(), clock=SandboxClock(factor=FACTOR)) as sandbox:
        sandbox.workspace.add_person("priya", id="U0PRIYA")
        sandbox.workspace.add_person("gus", id="U0GUEST", is_restricted=True)
        sandbox.workspace.add_channel("ask", members=["U0PRIYA"], id="C0ASKPLAT")
        sandbox.workspace.add_usergroup("payments", ["U0PRIYA"], id="S0PAYMENTS")
        yield sandbox


@pytest.fixture
async def slack(sandbox: Sandbox) -> AsyncIterator[Slack]:
    clock = Clock(sandbox.clock.now, lambda: FACTOR)
    slack = Slack(Secret(sandbox.bot_token), api_url=sandbox.api_url, clock=clock)
    await slack.open()
    yield slack
    await slack.close()


async def post(slack: Slack, *, mark: str = "m1", thread_ts: str | None = None, to: str = "C0ASKPLAT") -> str:
    return (await slack.post(to, text="hello", blocks=[], thread_ts=thread_ts, mark=mark)).ts


@pytest.mark.parametrize(
    ("fault", "outcome", "is_there"),
    [
        pytest.param("status_429", SlackRateLimited, False, id="asked to wait"),
        pytest.param("status_500", SlackUnclear, False, id="failed before it was done"),
        pytest.param("status_500_after", SlackUnclear, True, id="failed after it was done"),
        pytest.param("lose_reply", SlackUnclear, True, id="done, and the reply lost"),
        pytest.param("drop", SlackUnclear, False, id="never arrived"),
        pytest.param("garbage", SlackUnclear, True, id="done, and the reply no JSON"),
        pytest.param("slow_body", SlackUnclear, True, id="done, and the reply too slow"),
        pytest.param("page", SlackUnclear, False, id="answered by somebody else"),
    ],
)
async def test_a_write_is_tried_once_and_its_outcome_told_apart(
    sandbox: Sandbox, slack: Slack, fault: str, outcome: type[Exception], is_there: bool
) -> None:
    sandbox.faults.add(fault, seconds=7 if fault == "status_429" else 60, times=1)

    with pytest.raises(outcome):
        await post(slack)

    assert len(sandbox.ledger.posts()) == is_there


@pytest.mark.parametrize("is_reused", [False, True], ids=["by a new connection", "by one that stands"])
async def test_a_message_whose_time_is_over_when_its_bytes_would_go_is_not_sent(
    sandbox: Sandbox, slack: Slack, is_reused: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As of a process that was stopped since it looked at its lease, or since the connection stands."""
    if is_reused:
        await post(slack)
    before, write_headers = len(sandbox.ledger.posts()), StreamWriter.write_headers

    async def write_late(writer: StreamWriter, *given: Any) -> None:
        sandbox.clock.advance(2)
        await write_headers(writer, *given)

    monkeypatch.setattr(StreamWriter, "write_headers", write_late)
    with not_after(datetime.fromtimestamp(sandbox.clock.now() + 1, UTC)), pytest.raises(SlackUnclear):
        await post(slack, mark="m2")

    assert len(sandbox.ledger.posts()) == before


async def test_slack_says_how_long_to_wait(sandbox: Sandbox, slack: Slack) -> None:
    sandbox.faults.add("status_429", seconds=7)

    with pytest.raises(SlackRateLimited) as limited:
        await post(slack)

    assert limited.value.retry_after_s == 7


async def test_a_refusal_carries_slacks_code(slack: Slack) -> None:
    with pytest.raises(SlackRefused, match="channel_not_found"):
        await post(slack, to="C0NOWHERE")


async def test_reads_wait_and_try_again(sandbox: Sandbox, slack: Slack) -> None:
    sandbox.faults.add("status_429", methods=["users.info"], seconds=2, times=1)
    sandbox.faults.add("status_500", methods=["users.info"], times=2)

    assert await slack.profile("U0GUEST") == Profile("U0GUEST", sandbox.workspace.team_id, is_guest=True)


@pytest.mark.parametrize("to", ["C0ASKPLAT", "U0PRIYA"], ids=["in a channel", "in a DM, by the person's id"])
async def test_a_message_is_found_again_by_its_mark(slack: Slack, to: str) -> None:
    start = datetime.now(UTC) - timedelta(minutes=1)
    await post(slack, mark="other", to=to)
    ts = await post(slack, mark="mine", to=to)

    found = await slack.find_marked(to, thread_ts=None, mark="mine", since=start)

    assert found is not None
    assert found.ts == ts
    assert await slack.find_marked(to, thread_ts=None, mark="nobody's", since=start) is None


async def test_a_reply_is_found_beyond_the_first_page(sandbox: Sandbox, slack: Slack) -> None:
    priya, start = sandbox.person("priya"), datetime.now(UTC) - timedelta(minutes=1)
    parent = priya.say("ask", "how?")
    for number in range(PAGE + 5):
        priya.say("ask", f"{number}", thread=parent)
    ts = await post(slack, mark="mine", thread_ts=parent.ts)

    found = await slack.find_marked("C0ASKPLAT", thread_ts=parent.ts, mark="mine", since=start)

    assert found is not None
    assert found.ts == ts


async def test_a_thread_that_is_gone_holds_no_message(slack: Slack) -> None:
    start = datetime.now(UTC)

    assert await slack.find_marked("C0ASKPLAT", thread_ts="1.000001", mark="mine", since=start) is None


async def test_a_group_slack_does_not_know_is_empty(slack: Slack) -> None:
    members = [await slack.group_members(group) for group in ("S0PAYMENTS", "S0GONE99", "")]

    assert members == [frozenset({"U0PRIYA"}), frozenset(), frozenset()]


async def test_all_groups_are_read_by_one_call_and_told_from_it(sandbox: Sandbox, slack: Slack) -> None:
    await slack.group_members("S0GONE99")

    await slack.read_groups()
    sandbox.workspace.usergroups.clear()
    members = [await slack.group_members(group) for group in ("S0PAYMENTS", "S0GONE99")]

    assert members == [frozenset({"U0PRIYA"}), frozenset()]


async def test_a_private_reply_goes_to_no_other_host_than_slacks(slack: Slack) -> None:
    with pytest.raises(SlackRefused, match="not_an_address"):
        await slack.respond("https://evil.example.com/response/T1/x", text="secret", blocks=[])


@pytest.mark.parametrize(
    ("fault", "is_shown"), [("page", False), ("garbage", True), ("slow_body", True), ("lose_reply", True)]
)
async def test_a_private_reply_that_slack_did_not_confirm_is_unclear(
    sandbox: Sandbox, slack: Slack, fault: str, is_shown: bool
) -> None:
    """A proxy's page comes with a 200, too."""
    url = sandbox.response_url("U0PRIYA", "C0ASKPLAT")
    sandbox.faults.add(fault, methods=["response_url"], seconds=60, times=1)

    with pytest.raises(SlackUnclear):
        await slack.respond(url, text="secret", blocks=[])

    assert len(sandbox.ledger.of_kind("respond")) == is_shown


async def test_a_private_reply_that_slack_confirmed_is_done(sandbox: Sandbox, slack: Slack) -> None:
    await slack.respond(sandbox.response_url("U0PRIYA", "C0ASKPLAT"), text="secret", blocks=[])

    assert [each.text for each in sandbox.ledger.of_kind("respond")] == ["secret"]


async def test_the_token_is_introduced_with_its_scopes_and_slacks_time(sandbox: Sandbox, slack: Slack) -> None:
    said = await slack.introduce()

    assert (said.workspace, said.bot, said.scopes) == ("Sandbox", "mentor", frozenset(SCOPES))
    assert said.said_at is not None
    assert said.asked_at - timedelta(seconds=1) < said.said_at <= said.heard_at


async def test_a_channel_is_described(sandbox: Sandbox, slack: Slack) -> None:
    add = sandbox.workspace.add_channel
    add("secret", id="C0SECRET", kind="group")
    add("partners", id="C0PARTNERS", is_ext_shared=True)
    add("old", id="C0OLDONE", with_bot=False).is_archived = True

    found = [await slack.channel_info(channel) for channel in ("C0ASKPLAT", "C0SECRET", "C0PARTNERS", "C0OLDONE")]

    def described(channel_id: str, name: str, **known: bool) -> ChannelInfo:
        usual = {"is_private": False, "is_shared": False, "is_member": True, "is_archived": False}
        return ChannelInfo(channel_id, name, **{**usual, **known})

    assert found == [
        described("C0ASKPLAT", "ask"),
        described("C0SECRET", "secret", is_private=True),
        described("C0PARTNERS", "partners", is_shared=True),
        described("C0OLDONE", "old", is_member=False, is_archived=True),
    ]


async def test_the_bots_own_channels_come_over_all_pages(sandbox: Sandbox, slack: Slack) -> None:
    for number in range(PAGE):
        sandbox.workspace.add_channel(f"team-{number}")
    sandbox.workspace.add_channel("elsewhere", with_bot=False)
    sandbox.workspace.add_channel("old").is_archived = True

    found = await slack.own_channels()

    assert [each.name for each in found] == ["ask", *(f"team-{number}" for number in range(PAGE))]
    assert all(each.is_member for each in found)


async def test_user_groups_come_with_their_members(slack: Slack) -> None:
    assert await slack.user_groups() == [UserGroup("S0PAYMENTS", "payments", frozenset({"U0PRIYA"}))]


async def test_names_are_on_one_line_and_steer_nothing(sandbox: Sandbox, slack: Slack) -> None:
    sandbox.workspace.channels["C0ASKPLAT"].name = "ask\n\x1b[31m\u202eplat\u2028form\x85é"

    assert (await slack.channel_info("C0ASKPLAT")).name == "ask [31m plat form é"


async def test_a_persons_time_zone_is_known(slack: Slack) -> None:
    assert await slack.time_zone("U0PRIYA") == "Europe/London"


async def test_members_of_a_channel_come_as_far_as_they_are_wanted(sandbox: Sandbox, slack: Slack) -> None:
    bot = sandbox.workspace.bot_user_id
    few = await slack.members("C0ASKPLAT", most=10)
    crowd = [sandbox.workspace.add_person(f"p{number}").id for number in range(PAGE + 10)]
    sandbox.workspace.add_channel("crowd", members=crowd, id="C0CROWD")

    assert few == {"U0PRIYA", bot}
    assert await slack.members("C0CROWD", most=1_000) == {*crowd, bot}
    assert len(await slack.members("C0CROWD", most=5)) == 6


async def test_whether_a_person_is_in_a_channel_is_as_it_is_now(sandbox: Sandbox, slack: Slack) -> None:
    before = await slack.is_in("C0ASKPLAT", "U0PRIYA"), await slack.is_in("C0ASKPLAT", "U0GUEST")
    sandbox.workspace.channels["C0ASKPLAT"].members.discard("U0PRIYA")

    assert (*before, await slack.is_in("C0ASKPLAT", "U0PRIYA")) == (True, False, False)


async def test_a_whisper_is_for_one_member_alone_and_refused_for_others(sandbox: Sandbox, slack: Slack) -> None:
    await slack.whisper("C0ASKPLAT", "U0PRIYA", text="psst", blocks=[], thread_ts=None)

    with pytest.raises(SlackRefused, match="user_not_in_channel"):
        await slack.whisper("C0ASKPLAT", "U0GUEST", text="psst", blocks=[], thread_ts=None)
    assert [(each.kind, each.user, each.text) for each in sandbox.ledger.effects] == [("ephemeral", "U0PRIYA", "psst")]


async def test_a_bot_token_opens_no_socket(slack: Slack) -> None:
    with pytest.raises(SlackRefused, match="not_allowed_token_type"):
        await slack.ask_for_socket()


async def test_a_stream_is_found_by_its_mark_once_it_ended_and_among_the_unmarked_until_then(
    sandbox: Sandbox, slack: Slack
) -> None:
    asked = sandbox.person("priya").dm("where are my logs?")
    since = datetime.fromtimestamp(sandbox.clock.now(), UTC) - timedelta(seconds=60)
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "In Grafana"}}]
    await slack.post(asked.channel, text="hello", blocks=[], thread_ts=asked.ts, mark="m0")

    async def seen() -> tuple[list[str], str]:
        unmarked = await slack.find_unmarked(asked.channel, thread_ts=asked.ts, since=since)
        marked = await slack.find_marked(asked.channel, thread_ts=asked.ts, mark="m1", since=since)
        return [each.ts for each in unmarked], marked.ts if marked else ""

    stream = await slack.start_stream(asked.channel, thread_ts=asked.ts, blocks=blocks)
    await slack.append_stream(stream, blocks=blocks)
    before = await seen()
    await slack.stop_stream(stream, blocks=[{"type": "divider"}], mark="m1")

    assert (before, await seen()) == (([stream.ts], ""), ([], stream.ts))
    kinds = [block["type"] for block in sandbox.workspace.message(asked.channel, stream.ts).blocks]
    assert kinds == ["section", "section", "divider"]
    await slack.remove(stream)
    await slack.remove(stream)
    assert await seen() == ([], "")


async def test_a_permalink_is_asked_for_once(sandbox: Sandbox, slack: Slack) -> None:
    ts = await post(slack)
    link = await slack.permalink("C0ASKPLAT", ts)
    sandbox.faults.add("drop", times=1)

    assert await slack.permalink("C0ASKPLAT", ts) == link
    assert not sandbox.faults.fired["drop"]


async def test_slack_is_told_to_look_behind_no_link_and_to_call_nobody_by_name() -> None:
    """What is posted says so each time: Slack's own habits would fetch links, and make calls of names."""
    asked: dict[str, dict[str, object]] = {}

    async def take(request: web.Request) -> web.Response:
        asked[request.path.rpartition("/")[2]] = await request.json()
        return web.json_response({"ok": True, "channel": "C0ASKPLAT", "ts": "1.000001"})

    application = web.Application()
    application.router.add_post("/api/{method}", take)
    async with TestServer(application) as server:
        slack = Slack(Secret("xoxb-x"), api_url=str(server.make_url("/api/")), clock=Clock(lambda: 0.0))
        await slack.open()
        await post(slack)
        await slack.whisper("C0ASKPLAT", "U0PRIYA", text="hello", blocks=[], thread_ts=None)
        await slack.close()

    previews = {"unfurl_links": False, "unfurl_media": False}
    calls_nobody = {"link_names": False, "parse": "none"}
    assert asked["chat.postMessage"].items() >= (previews | calls_nobody).items()
    assert asked["chat.postEphemeral"].items() >= calls_nobody.items()
