"""A team is brought on through the five steps by its lead; others are told who may; a newcomer looks at Home."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer

from bot.config import Settings
from sandbox import Message, Sandbox
from sandbox.repository import BareRepository
from tests.git.device_server import CLIENT_ID, DeviceServer
from tests.git.remote import Remote, make_remote
from tests.journeys.handbook import ARTICLES, CHANNELS, PAGE, PEOPLE
from tests.journeys.office import Office, at_work, buttons, words
from tests.journeys.test_home import home_of
from tests.journeys.test_run_action import BUCKET, CAPABILITIES

TEAM = "teams:\n  search:\n    group: S0SEARCH\n"
OPTIONAL = CAPABILITIES.replace("only way", "optional").replace("  since", "  alternative: an own account\n  since")


@pytest.fixture
def live(tmp_path: Path) -> BareRepository:
    return BareRepository.make(tmp_path / "live.git", {"README.md": "live\n"})


@pytest.fixture
def remote(tmp_path: Path, live: BareRepository) -> Remote:
    remote = make_remote(tmp_path / "handbook.git")
    remote.commit(
        {
            **{f"articles/{name}": text for name, text in ARTICLES.items()},
            "people.yaml": f"{PEOPLE}approvers:\n  platform-approvers: {{group: S0PLATFORM}}\n{TEAM}",
            "channels.yaml": CHANNELS,
            "capabilities.yaml": OPTIONAL,
            "actions/create-bucket.yaml": BUCKET,
            "repositories.yaml": f"live: {{url: {live.address}}}\nhub: {{url: https://127.0.0.1/acme/hub.git}}\n",
        }
    )
    return remote


@pytest.fixture
async def server() -> AsyncIterator[DeviceServer]:
    server = DeviceServer("github")
    async with TestServer(server.application()) as running:
        server.url = str(running.make_url("")).rstrip("/")
        server.said = ""  # whoever gets a code enters it at once
        yield server


@pytest.fixture
async def company(sandbox: Sandbox, settings: Settings, remote: Remote, server: DeviceServer) -> AsyncIterator[Office]:
    git = replace(settings.git, github_api_url=server.url, github_client_id=CLIENT_ID)
    async with at_work(sandbox, replace(settings, handbook=remote.address, git=git)) as office:
        yield office


async def start(office: Office, name: str, rest: str = "") -> Message:
    """What `start` shows the person."""
    before = len(office.whispers(name, "ask-platform"))
    await office.person(name).command("/platform", f"start {rest}".strip(), "ask-platform")
    return (await office.until(lambda: office.whispers(name, "ask-platform")[before:]))[-1]


def marks(message: Message) -> str:
    """Of each step, whether it is done, next, or open."""
    return "".join(line[0] for line in words(message) if line[0] in "✓→·")


async def propose(office: Office, shown: Message, step: str, filling: dict[str, object]) -> None:
    """By the button beside the step, with a form."""
    await office.person("priya").press(shown, f"onboarding.propose.{step}")
    [form] = await office.until(office.person("priya").views)
    done = await office.person("priya").submit(form, filling)
    await office.quiet()
    assert (done.acknowledged, done.errors) == (True, {})


async def merged(office: Office, remote: Remote) -> list[str]:
    """The platform team merges what was proposed last; the lines it added."""
    branch = remote.git("for-each-ref", "--sort=-creatordate", "--format=%(refname)", "refs/heads/mentor").split()[0]
    shown = remote.git("diff", "-U0", "main", branch).splitlines()
    remote.git("update-ref", "refs/heads/main", branch)
    await office.mentor.curation.proposals.follow()
    await office.mentor.read_handbook()
    await office.quiet()
    remote.git("update-ref", "-d", branch)
    return [line[1:] for line in shown if line.startswith("+") and not line.startswith("+++")]


async def test_a_lead_brings_a_team_on_through_five_steps(
    company: Office, remote: Remote, live: BareRepository
) -> None:
    office, priya = company, company.person("priya")
    nowhere = await start(office, "priya")
    assert nowhere.text.startswith("The handbook has you in no team.")

    await propose(office, nowhere, "group", {"The team's name": "payments", "Its Slack user group": "@payments"})
    assert office.told("priya")[-1].text.startswith("Opened: ")
    assert await merged(office, remote) == ["  payments:", "    group: S0PAYMENTS"]
    shown = await start(office, "priya")
    assert words(shown)[:2] == [
        "*Bringing payments on*: 1 of 5 done.",
        "✓ *Group*: 4 people, by the handbook and Slack.",
    ]
    assert marks(shown) == "✓→···"

    await priya.press(shown, "Link my account")
    await office.later(0.2)
    shown = await start(office, "priya")
    assert "*Git*: 1 of 4 accounts known" in "\n".join(words(shown))
    assert marks(shown) == "✓✓→··"

    await propose(
        office, shown, "duty", {"Whom may others ask about the team's things?": [office.sandbox.person("marta").id]}
    )
    waits = await start(office, "priya")
    assert "waits for the platform team's review." in words(waits)[3]
    assert await merged(office, remote) == ["    duty:", "      - U0MARTA"]
    shown = await start(office, "priya")
    assert "✓ *Duty person*: Marta Nowak." in words(shown)

    await priya.press(shown, "Open its form")
    [form] = await office.until(priya.views)
    await priya.submit(form, {"Bucket name": "receipts", "Environment": "staging", "Team": "payments"})
    await office.quiet()
    live.merge(live.unmerged()[0])
    await office.mentor.actions.following.follow()
    await office.later(2)
    await office.mentor.actions.following.follow()
    await office.quiet()
    shown = await start(office, "priya")
    assert "✓ *First capability*: Object storage, since 24 Nov 2026." in words(shown)
    assert marks(shown) == "✓✓✓✓→"

    await propose(office, shown, "channel", {"Where does the team ask, and help?": "C0RANDOM"})
    assert await merged(office, remote) == [
        *("  - id: C0RANDOM", "    name: random", "    answer: shadow"),
        "    channel: C0RANDOM",
    ]
    shown = await start(office, "priya")
    assert words(shown)[0] == "*Bringing payments on*: 5 of 5 done."
    assert "✓ *Channel*: <#C0RANDOM> is watched." in words(shown)
    assert buttons(shown) == []
    assert "• payments: 5 of 5" in (await start(office, "maya")).blocks[0]["text"]["text"]


TEAMS = """\
teams:
  payments: {group: S0PAYMENTS, leads: [U0PRIYA], duty: [U0MARTA]}
  search: {group: S0SEARCH}
"""


@pytest.fixture
def in_folder(handbook: Path) -> None:
    (handbook / "people.yaml").write_text(PEOPLE + TEAMS)
    (handbook / "actions").mkdir()
    (handbook / "actions" / "create-bucket.yaml").write_text(
        BUCKET.replace("capability: object-storage\n", "").replace(
            "approval: {when: {environment: [prod]}, by: platform-approvers, urgent: yes}\n", ""
        )
    )
    (handbook / "repositories.yaml").write_text("live: {url: https://git.example.com/platform/live.git}\n")


@pytest.mark.usefixtures("in_folder")
async def test_others_are_told_who_may_and_see_no_other_team(office: Office) -> None:
    assert (await start(office, "marta")).text == (
        "Bringing payments on is for Priya Nair and the platform team: `leads` in `people.yaml` says so."
    )
    assert (await start(office, "priya", "search")).text.startswith("`search` is no team that you can bring on.")
    assert words(await start(office, "lucia"))[0] == "*Bringing search on*: 1 of 5 done."  # no leads are named
    assert words(await start(office, "maya", "payments"))[0] == "*Bringing payments on*: 2 of 5 done."
    asked = await start(office, "priya", "a pod by hand?")
    assert "Bringing" not in asked.text


@pytest.mark.usefixtures("in_folder")
async def test_where_the_handbook_is_a_folder_the_change_is_shown(office: Office) -> None:
    shown = await start(office, "lucia")

    await office.person("lucia").press(shown, "onboarding.propose.channel")
    [form] = await office.until(office.person("lucia").views)
    await office.person("lucia").submit(form, {"Where does the team ask, and help?": "C0RANDOM"})
    await office.quiet()

    assert "teams:\n  search:\n    channel: C0RANDOM" in "\n".join(words(office.told("lucia")[-1]))


@pytest.mark.usefixtures("in_folder")
async def test_a_newcomer_sees_their_team_their_duty_person_and_three_things(office: Office) -> None:
    samir = office.person("samir")

    first = await home_of(office, "samir")

    assert first.startswith(
        "*Welcome.* Your team: *payments*. Your duty person: Marta Nowak, of *payments*.\n\n"
        "Three things you can do here:\n"
        "1. *Ask*: in the box below. The answer is for you alone, with its source.\n"
        "2. *Do it yourself*: *Create a storage bucket*.\n"
        "3. *Get a person*: who is on duty, and how to reach them."
    )
    assert "Your questions" not in first
    view = samir.home()
    assert view is not None
    await samir.press(view, "Open its form")
    assert [each.payload["title"]["text"] for each in await office.until(samir.views)] == ["Create a storage bucket"]
    await samir.press(view, "Get a person")
    told = (await office.until(lambda: office.told("samir")))[-1]
    assert PAGE in "\n".join(words(told))

    again = await home_of(office, "samir")
    assert "Welcome" not in again
    assert "Your questions" in again


@pytest.mark.usefixtures("in_folder")
async def test_a_newcomer_of_no_team_is_told_who_is_on_duty(office: Office) -> None:
    home = await home_of(office, "yuki")

    assert "The handbook has you in no team yet" in home
    assert "Your duty person: Tomas Reyes, of the platform team." in home
