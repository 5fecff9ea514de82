"""The typed client against the sandbox: each outcome told apart, reads that wait, messages found by their mark."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.clock import Clock
from bot.config import Secret
from bot.errors import SlackRateLimited, SlackRefused, SlackUnclear
from bot.generate import manifest
from bot.model import Profile
from bot.slack import PAGE, Slack
from sandbox import Clock as SandboxClock
from sandbox import Sandbox

FACTOR = 20.0


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
    ],
)
async def test_a_write_is_tried_once_and_its_outcome_told_apart(
    sandbox: Sandbox, slack: Slack, fault: str, outcome: type[Exception], is_there: bool
) -> None:
    sandbox.faults.add(fault, seconds=7, times=1)

    with pytest.raises(outcome):
        await post(slack)

    assert len(sandbox.ledger.posts()) == is_there


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


async def test_a_private_reply_goes_to_no_other_host_than_slacks(slack: Slack) -> None:
    with pytest.raises(SlackRefused, match="not_an_address"):
        await slack.respond("https://evil.example.com/response/T1/x", text="secret", blocks=[])
