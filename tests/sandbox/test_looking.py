"""What the page is given to draw: one window of one place, older messages on demand, and what is new."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

import sandbox as package
from sandbox import Sandbox
from sandbox.model import Json
from sandbox.testing import manifest
from tests.sandbox.test_control import Browser

SANDBOX = Path(package.__file__).parent
OF_THE_APP_ALONE = {"cannot_dm_bot", "user_disabled", "user_not_found"}  # people cannot come to these


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(manifest()) as sandbox:
        maya = sandbox.workspace.add_person("maya", id="U0MAYA")
        tom = sandbox.workspace.add_person("tom", id="U0TOM")
        sandbox.workspace.add_channel("news", id="C0NEWS")
        sandbox.workspace.add_channel("help", members=[maya.id, tom.id], id="C0HELP")
        sandbox.workspace.add_channel("secret", kind="group", members=[tom.id], id="C0SECRET")
        yield sandbox


@pytest.fixture
async def browser(sandbox: Sandbox) -> AsyncIterator[Browser]:
    async with aiohttp.ClientSession() as session:
        yield Browser(sandbox, session)


def texts(answer: Json) -> list[str]:
    return [each["text"] for each in answer["messages"]]


async def test_a_place_is_given_as_its_newest_messages_and_the_older_ones_by_asking(
    sandbox: Sandbox, browser: Browser
) -> None:
    for number in range(5):
        sandbox.person("maya").say("help", str(number))

    place = (await browser.get("look?as=maya&at=C0HELP&limit=2"))["place"]
    older = await browser.get(f"messages?as=maya&at=C0HELP&limit=2&before={place['messages'][0]['ts']}")
    oldest = await browser.get(f"messages?as=maya&at=C0HELP&limit=2&before={older['messages'][0]['ts']}")

    assert (texts(place), place["more"]) == (["3", "4"], True)
    assert (texts(older), older["more"]) == (["1", "2"], True)
    assert (texts(oldest), oldest["more"]) == (["0"], False)


async def test_a_thread_is_summed_up_below_its_first_message_and_given_when_it_is_open(
    sandbox: Sandbox, browser: Browser
) -> None:
    asked = sandbox.person("maya").say("help", "where?")
    answered = sandbox.person("tom").say("help", "here", thread=asked)

    closed = (await browser.get("look?as=maya&at=C0HELP"))["place"]
    opened = (await browser.get(f"look?as=maya&at=C0HELP&thread={asked.ts}"))["place"]

    summary = {"count": 1, "authors": ["U0TOM"], "latest": answered.ts, "new": 1}
    assert ([each["replies"] for each in closed["messages"]], closed["thread"]) == ([summary], None)
    assert [each["text"] for each in opened["thread"]] == ["where?", "here"]


async def test_who_and_where_one_is_not_becomes_somebody_and_somewhere_there_is(browser: Browser) -> None:
    nobody = await browser.get("look?as=nobody&at=C0NOWHERE")
    alone = await browser.get("look?as=tom&at=app")

    assert (nobody["me"], nobody["at"], nobody["place"]["id"]) == ("U0MAYA", "C0HELP", "C0HELP")
    assert (alone["at"], alone["place"]["id"]) == ("app", alone["dm"])


async def test_private_channels_are_for_their_members(browser: Browser) -> None:
    seen = await browser.get("look?as=maya&at=C0SECRET")
    asked = await browser.get("messages?as=maya&at=C0SECRET")

    assert [each["name"] for each in seen["channels"] if each["kind"] != "im"] == ["news", "help"]
    assert (seen["at"], asked["error"]) == ("C0HELP", "channel_not_found")


async def test_the_page_shows_a_guest_and_another_company_no_more_than_slack_would(
    sandbox: Sandbox, browser: Browser
) -> None:
    workspace = sandbox.workspace
    workspace.add_person("gus", id="U0GUS", is_restricted=True)
    company = workspace.add_company("Phaeacia")
    workspace.add_person("sam", id="U0SAM", team_id=company.id)
    workspace.add_channel("joint", members=["U0MAYA", "U0SAM"], shared_with=[company.id], id="C0JOINT")
    sandbox.person("maya").invite(sandbox.person("gus").person, "C0HELP")

    guest = await browser.get("look?as=gus&at=C0NEWS")
    outsider = await browser.get("look?as=sam&at=app")
    older = {name: await browser.get(f"messages?as={name}&at=C0NEWS") for name in ("gus", "sam")}
    told = await browser.act("sam", "dm", text="hello")

    places = [[each["name"] for each in seen["channels"] if each["kind"] != "im"] for seen in (guest, outsider)]
    assert places == [["help"], ["joint"]]
    assert (guest["at"], outsider["at"], outsider["dm"]) == ("C0HELP", "C0JOINT", None)
    assert [each["error"] for each in older.values()] == ["channel_not_found"] * 2
    assert told["error"] == "app_not_installed"
    assert {each.user for each in workspace.channels.values() if each.kind == "im"} == {"U0GUS"}


async def test_whose_people_are_and_their_status_are_told_as_they_are_now(sandbox: Sandbox, browser: Browser) -> None:
    workspace = sandbox.workspace
    organisation = workspace.begin_organisation("Odyssey Group")
    second = workspace.add_workspace("Ithaca")
    tom = workspace.people["U0TOM"]
    tom.status_text, tom.status_expiration = "Lunch", int(sandbox.clock.now()) + 60

    sandbox.clock.advance(120)
    seen = await browser.get("look?as=maya")

    assert seen["organisation"] == {"id": organisation.id, "name": "Odyssey Group"}
    assert [each["id"] for each in seen["teams"]] == [workspace.team_id, second.id]
    assert [each["status_text"] for each in seen["people"] if each["id"] == tom.id] == [""]


async def test_what_was_seen_is_not_new_any_more(sandbox: Sandbox, browser: Browser) -> None:
    said = sandbox.person("tom").say("help", "hello @maya")
    before = await browser.get("look?as=maya")

    order: dict[str, Any] = {"as": "maya", "channel": "C0HELP", "ts": said.ts}
    await browser.post("read", **order)

    after = await browser.get("look?as=maya")
    unread = [[each["unread"] for each in seen["channels"] if each["id"] == "C0HELP"] for seen in (before, after)]
    assert unread == [[1], [0]]


async def test_people_are_given_again_only_when_they_changed(sandbox: Sandbox, browser: Browser) -> None:
    first = await browser.get("look?as=maya")
    same = await browser.get(f"look?as=maya&people={first['people_stamp']}")
    sandbox.workspace.people["U0TOM"].status_text = "Away"
    changed = await browser.get(f"look?as=maya&people={first['people_stamp']}")

    assert same["people"] is None
    assert [each["status_text"] for each in changed["people"] if each["id"] == "U0TOM"] == ["Away"]


async def test_a_workspace_without_people_is_said_to_be_so(browser: Browser, sandbox: Sandbox) -> None:
    sandbox.workspace.people = {sandbox.workspace.bot_user_id: sandbox.workspace.people[sandbox.workspace.bot_user_id]}

    answer = await browser.get("look")

    assert (answer["error"], answer["detail"]) == ("not_found", "There are no people in this workspace")


def test_every_refusal_a_person_can_meet_is_a_sentence_on_the_page() -> None:
    sources = "".join((SANDBOX / name).read_text() for name in ("actor.py", "workspace.py", "census.py"))
    refusals = set(re.findall(r'Refused\("(\w+)"', sources)) - OF_THE_APP_ALONE

    page = (SANDBOX / "page" / "workspace.js").read_text()
    sentences = page.partition("const REFUSED = {")[2].partition("};")[0]

    assert refusals - set(re.findall(r"^  (\w+):", sentences, re.MULTILINE)) == set()
