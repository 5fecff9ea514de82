"""What people tell of their own accord: what was hard, success stories, thanks; as dialogues with a running bot."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.config import Settings
from bot.listening.friction import WITHDRAWN
from bot.storage.schema import friction
from sandbox import Message, Sandbox
from tests.git.remote import Remote, make_remote
from tests.journeys.handbook import ARTICLES, CHANNELS, PEOPLE, QUESTION
from tests.journeys.office import Office, at_work, buttons, words

HARD = "deploys hang for an hour"
GOOD = {f"articles/{name}": text for name, text in ARTICLES.items()} | {
    "people.yaml": PEOPLE,
    "channels.yaml": CHANNELS,
}


async def command(office: Office, name: str, text: str) -> Message:
    """What the person alone is shown for it."""
    before = len(office.whispers(name, "random"))
    await office.person(name).command("/platform", text, "random")
    return (await office.until(lambda: office.whispers(name, "random")[before:]))[-1]


def shown(office: Office) -> list[Message]:
    return office.whispers("priya", "random")


async def logged(office: Office) -> list[tuple[str | None, str, str]]:
    async with office.mentor.database.read() as tx:
        rows = await tx.execute(select(friction).order_by(friction.c.logged_at))
        return [(row.text, row.stage, row.source) for row in rows]


async def next_morning(office: Office, hour: int) -> None:
    """The clock goes on to that hour of the next day in London, and ticks."""
    await office.quiet()
    now = office.mentor.clock.now()
    then = (now + timedelta(days=1)).replace(hour=hour, minute=0)
    office.sandbox.clock.advance((then - now).total_seconds())
    await office.mentor.timetable.tick()
    await office.quiet()


async def test_what_was_hard_is_logged_by_the_verb_corrected_and_withdrawn(either_office: Office) -> None:
    office = either_office

    noted = await command(office, "priya", f"friction {HARD}")
    assert words(noted) == [
        f"Logged, *deploying* (as I read it): “{HARD}”",
        "The platform team sees it without your name, from tomorrow morning on. It is deleted after 400 days.",
    ]
    await office.person("priya").select(noted, "listening.friction.stage", "testing")
    await office.until(lambda: f"Logged, *testing*: “{HARD}”" in [each.text for each in shown(office)])
    await office.person("priya").press(shown(office)[-1], "Withdraw")
    await office.until(lambda: WITHDRAWN in [each.text for each in shown(office)])

    assert await logged(office) == []


async def test_a_message_is_logged_by_its_author_and_by_a_colleague(either_office: Office) -> None:
    office = either_office
    said = office.person("priya").say("ask-platform", f"{HARD}, again")
    await office.quiet()

    await office.person("priya").shortcut("listening.friction.log", said)
    [own] = await office.until(lambda: office.person("priya").views())
    await office.person("priya").submit(own, {})
    await office.person("jonas").shortcut("listening.friction.log", said)
    [other] = await office.until(lambda: office.person("jonas").views())
    done = await office.person("jonas").submit(other, {"At which stage?": "deploying"})
    await office.quiet()

    assert done.acknowledged
    assert await logged(office) == [(f"{HARD}, again", "deploy", "message"), (None, "deploy", "message")]
    assert office.told("jonas")[-1].text == "Logged, *deploying*"


async def test_what_was_not_quite_it_can_be_told_as_hard(office: Office) -> None:
    shown = await command(office, "priya", QUESTION)
    await office.person("priya").press(shown, "Not quite")
    await office.quiet()
    asked = office.whispers("priya", "random")[-1]
    await office.person("priya").press(asked, buttons(asked)[-1])
    await office.quiet()
    noted = office.whispers("priya", "random")[-1]

    await office.person("priya").press(noted, "Log what was hard")
    [form] = await office.until(lambda: office.person("priya").views())
    await office.person("priya").submit(form, {"What was hard?": "nobody knows where the logs are"})
    await office.quiet()

    assert await logged(office) == [("nobody knows where the logs are", "operate", "answer")]


async def test_the_platform_team_sees_in_home_what_several_found_hard(office: Office) -> None:
    for name, text in (("priya", "slow builds"), ("priya", "the builds are slow"), ("jonas", "builds slow again")):
        await command(office, name, f"friction {text}")
    await next_morning(office, 6)

    office.person("maya").open_home()
    await office.quiet()
    home = str(office.person("maya").home())

    assert "What people find hard" in home
    assert "building: 3 times, 2 people" in home
    assert "Priya" not in home.partition("What people find hard")[2]


async def test_thanks_come_in_private_the_next_morning_and_stop_with_one_press(office: Office) -> None:
    jonas = office.sandbox.person("jonas").id
    taken = await command(office, "priya", f"thanks <@{jonas}> for the help with https://evil.example/x")
    assert taken.text == "Thank you for saying so."

    await next_morning(office, 10)
    brought = office.told("jonas")[-1]
    assert brought.text == "*Thanks from a colleague*\n&gt; Priya Nair: “the help with (link)”"
    await office.person("jonas").press(brought, "Less of this")
    await office.quiet()

    told = [*office.told("jonas"), *office.person("jonas").sees_in_dm()]
    assert any("no thanks and no questions" in each.text for each in told)


@pytest.fixture
def remote(tmp_path: Path) -> Remote:
    remote = make_remote(tmp_path / "handbook.git")
    remote.commit({f"docs/handbook/{path}": text for path, text in GOOD.items()})
    return remote


@pytest.fixture
async def in_git(sandbox: Sandbox, settings: Settings, remote: Remote) -> AsyncIterator[Office]:
    async with at_work(sandbox, replace(settings, handbook=f"{remote.address}//docs/handbook")) as office:
        yield office


async def test_a_story_goes_by_consent_into_the_handbook_and_is_found_there(in_git: Office, remote: Remote) -> None:
    office = in_git
    priya, jonas = office.person("priya"), office.person("jonas")
    await priya.command("/platform", "story", "random")
    [form] = await office.until(priya.views)
    told = {
        "In a few words": "Deploys without a ticket",
        "What was hard?": "Every deploy took a ticket.",
        "What was done?": "A pull request does it.",
        "What came of it?": "Minutes instead of days.",
        "Who else should be named?": [jonas.id],
    }
    done = await priya.submit(form, told)
    await office.quiet()
    assert (done.acknowledged, done.errors) == (True, {})

    asked = office.told("jonas")[-1]
    assert asked.text.startswith("Priya Nair would name you in a success story, “Deploys without a ticket”:")
    await jonas.press(asked, "Name me")
    await office.quiet()
    await priya.press(office.told("priya")[-1], "Open pull request")
    await office.quiet()
    (branch,) = remote.git("for-each-ref", "--format=%(refname:short)", "refs/heads/mentor").split()
    file = remote.git("show", f"{branch}:docs/handbook/stories/deploys-without-a-ticket.md")
    assert "with:\n- Jonas Weber\nconsent:\n- Jonas Weber\n" in file
    assert "Priya" not in file

    remote.git("update-ref", "refs/heads/main", branch)
    await office.mentor.curation.proposals.follow()
    await office.quiet()
    assert office.told("priya")[-1].text.startswith("Your story is in the handbook: ")
    await office.mentor.reload.handbook()
    found = await command(office, "maya", "find deploy ticket")
    assert (
        "*Success stories*\n• Deploys without a ticket (`stories/deploys-without-a-ticket.md`), told 24 Nov"
        in found.text
    )
