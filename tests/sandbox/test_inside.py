"""What the sandbox tells beside its conversations: traffic, the app's insides, a repository, a tour, and the clock."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from sandbox import Sandbox
from sandbox.model import Json
from sandbox.repository import BareRepository
from sandbox.testing import manifest
from sandbox.tour import Beat, Place, Step, Tell, Tour
from sandbox.traffic import KEPT
from tests.sandbox.bolt_app import SmallBot, running
from tests.sandbox.small import propose
from tests.sandbox.test_control import Browser


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(manifest()) as sandbox:
        maya = sandbox.workspace.add_person("maya")
        sandbox.workspace.add_channel("help", members=[maya.id], id="C0HELP")
        yield sandbox


@pytest.fixture
async def browser(sandbox: Sandbox) -> AsyncIterator[Browser]:
    async with aiohttp.ClientSession() as session:
        yield Browser(sandbox, session)


@pytest.fixture
async def bot(sandbox: Sandbox) -> AsyncIterator[SmallBot]:
    async with running(sandbox, "socket") as bot:
        yield bot


def told(line: Json) -> tuple[str, str, str]:
    return line["kind"], line["name"], line["outcome"]


def step(name: str, *texts: str, problem: str = "") -> Step:
    async def act(tell: Tell) -> None:
        for text in texts:
            tell(Beat("maya", text, Place("U1", "C0HELP", "1.0")))
        if problem:
            raise LookupError(problem)

    return Step(name, name.title(), f"Because of {name}.", act)


async def test_traffic_tells_what_was_handed_over_and_what_was_called(
    sandbox: Sandbox, browser: Browser, bot: SmallBot
) -> None:
    before = (await browser.get("traffic"))["next"]
    await sandbox.person("maya").command("/platform", "help", "help")
    await bot.client.chat_postMessage(channel="C0HELP", text="hello")
    await sandbox.settle()

    lines = (await browser.get(f"traffic?since={before}"))["lines"]

    assert ("command", "/platform", "ok") in [told(each) for each in lines]
    assert ("call", "chat.postMessage", "ok") in [told(each) for each in lines]
    assert all(each["took_ms"] > 0 for each in lines)
    assert "hello" not in str(lines)


async def test_traffic_tells_a_refusal_by_its_name_and_a_429_with_its_wait(browser: Browser, bot: SmallBot) -> None:
    await browser.post("faults", add={"kind": "status_429", "methods": ["chat.delete"], "times": 1, "seconds": 7})
    for _ in range(2):
        with pytest.raises(Exception, match=r"ratelimited|message_not_found"):
            await bot.client.chat_delete(channel="C0HELP", ts="1.0")

    answer = await browser.get("traffic")

    deleted = [each for each in answer["lines"] if each["name"] == "chat.delete"]
    assert [(each["outcome"], each["wait_s"]) for each in deleted] == [("429", 7), ("message_not_found", 0)]
    assert answer["refused"] == 1


async def test_an_event_nobody_takes_stands_there_with_each_try(sandbox: Sandbox, browser: Browser) -> None:
    sandbox.person("maya").say("help", "is anybody there?")
    while len((await browser.get("traffic"))["lines"]) < 2:
        await asyncio.sleep(0)
    sandbox.clock.advance(400)
    await sandbox.settle()

    lines = (await browser.get("traffic"))["lines"]

    assert {told(each) for each in lines} == {("event", "message", "dispatch_failed")}
    assert [each["attempt"] for each in lines] == [0, 1, 2, 3][: len(lines)]


async def test_old_lines_make_room_and_numbers_go_on(sandbox: Sandbox, browser: Browser) -> None:
    async with aiohttp.ClientSession() as session:
        for _ in range(KEPT + 3):
            async with session.post(f"{sandbox.api_url}api.test"):
                pass

    answer = await browser.get("traffic")

    assert (len(answer["lines"]), answer["lines"][0]["number"], answer["next"]) == (KEPT, 3, KEPT + 3)


async def test_what_the_host_does_not_hand_over_is_null(browser: Browser) -> None:
    assert await browser.get("inside") == {"ok": True, "app": None, "repository": None}
    assert await browser.get("tour") == {"ok": True, "tour": None}
    assert (await browser.post("tour", step="one"))["error"] == "not_found"


async def test_the_repository_shows_what_was_merged_and_what_waits(
    sandbox: Sandbox, browser: Browser, tmp_path: Path
) -> None:
    repository = sandbox.inside.repository = BareRepository.make(tmp_path / "live.git", {"dns.yaml": "records: []\n"})
    propose(repository, "mentor/one", "dns.yaml", "records: [one]\n")
    propose(repository, "mentor/two", "mail.yaml", "to: two\n")
    repository.merge("mentor/one")

    shown = (await browser.get("inside"))["repository"]

    newest = shown["commits"][0]
    assert (newest["subject"], newest["is_merge"]) == ("Merge branch 'mentor/one'", True)
    assert "+records: [one]" in newest["diff"]
    assert [each["branch"] for each in shown["waiting"]] == ["mentor/two"]
    assert "+to: two" in shown["waiting"][0]["diff"]
    assert "one" not in shown["waiting"][0]["diff"]  # what the base got since is not the branch's


async def test_steps_are_taken_in_turn_and_tell_what_came_of_them(sandbox: Sandbox, browser: Browser) -> None:
    sandbox.inside.tour = Tour("A tour", [step("ask", "asked", "answered"), step("thank", "thanked")])

    early = await browser.post("tour", step="thank")
    unknown = await browser.post("tour", step="sing")
    asked = (await browser.post("tour", step="ask"))["tour"]["steps"]
    again = await browser.post("tour", step="ask")

    assert (early["error"], early["detail"]) == ("not_its_turn", "the next step is ask")
    assert (unknown["error"], again["error"]) == ("not_found", "not_its_turn")
    assert [each["state"] for each in asked] == ["done", "waiting"]
    assert [beat["text"] for beat in asked[0]["beats"]] == ["asked", "answered"]
    assert asked[0]["beats"][0]["place"]["at"] == "C0HELP"


async def test_nothing_is_taken_before_it_is_ready_or_while_a_step_is_under_way(
    sandbox: Sandbox, browser: Browser
) -> None:
    goes_on = asyncio.Event()

    async def act(_: Tell) -> None:
        await goes_on.wait()

    tour = sandbox.inside.tour = Tour("A tour", [Step("wait", "Wait", "", act)], preparing="The bot is starting.")
    early = await browser.post("tour", step="wait")
    tour.preparing = ""
    first = asyncio.create_task(browser.post("tour", step="wait"))
    while not tour.is_under_way:
        await asyncio.sleep(0)
    second = await browser.post("tour", step="wait")
    goes_on.set()

    assert (early["error"], early["detail"]) == ("not_ready", "The bot is starting.")
    assert second["error"] == "step_under_way"
    assert (await first)["tour"]["steps"][0]["state"] == "done"


async def test_a_step_that_failed_says_why_and_may_be_tried_again(sandbox: Sandbox, browser: Browser) -> None:
    tour = sandbox.inside.tour = Tour("A tour", [step("ask", "asked", problem="nobody answered")])

    await browser.post("tour", step="ask")
    answer = (await browser.post("tour", step="ask"))["tour"]["steps"][0]

    assert (answer["state"], answer["problem"]) == ("failed", "nobody answered")
    assert [beat["text"] for beat in answer["beats"]] == ["asked"]
    assert tour.next is not None


async def test_the_clock_goes_to_a_moment_and_never_back(sandbox: Sandbox, browser: Browser) -> None:
    monday = sandbox.clock.now() + 3 * 86_400

    there = await browser.post("clock", to_s=monday)
    back = await browser.post("clock", to_s=monday - 60)

    assert monday <= there["now"] < monday + 5
    assert (back["error"], back["detail"]) == ("invalid_arguments", "the moment is over; a clock only goes on")
