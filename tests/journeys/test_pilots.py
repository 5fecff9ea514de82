"""A pilot with two teams from its first day to its card, the decision and a story; and who told whom at a first use."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from bot.adoption.team_blocks import TITLE
from bot.adoption.use_events import UseEvent
from bot.config import Settings
from bot.handbook import EMBEDDED
from bot.model import Window
from bot.storage.requests import LIVE, RequestRow
from sandbox import Message, Sandbox
from tests.adoption.pilot import PULSE, close_pulse
from tests.git.remote import Remote, make_remote
from tests.journeys.company import Company, company, copy_handbook, make_live, told, with_hook
from tests.journeys.office import Office, at_work, buttons, words
from tests.journeys.test_home import home_of

BEGAN = "2026-11-24"  # the morning the bot starts on, a Tuesday
PILOT_LINES = f"""\
  status: pilot
  since: {BEGAN}
  volunteers: [payments, search]
"""
PAYMENTS = ("priya", "marta", "samir", "ellen")
NOT_OFFERED = "This action is not open to you: its entry in the handbook, or a pilot that it belongs to, names others."


def in_pilot(capabilities: str) -> str:
    """Object storage as a pilot with two volunteers."""
    changed = re.sub(r"  status: optional\n  since: 2025-09-01\n", PILOT_LINES, capabilities)
    return re.sub(r"  alternative: .*\n", "", changed)


def handbook_files(live: str) -> dict[str, str]:
    files = {
        f"docs/handbook/{each.relative_to(EMBEDDED)}": each.read_text()
        for each in EMBEDDED.rglob("*")
        if each.is_file() and "surveys" not in each.parts
    }
    files["docs/handbook/repositories.yaml"] = f"live:\n  url: {live}\n  branch: main\n"
    entry = "docs/handbook/actions/add-dns-record.yaml"
    files[entry] = re.sub(r"  confirm: review .*\n", "", files[entry])
    path = "docs/handbook/capabilities.yaml"
    return files | {path: in_pilot(files[path])}


@asynccontextmanager
async def pilot_office(sandbox: Sandbox, settings: Settings, folder: Path) -> AsyncIterator[tuple[Office, Remote]]:
    remote = make_remote(folder / "handbook.git")
    remote.commit(handbook_files(make_live(folder / "live.git").address))
    async with at_work(sandbox, replace(settings, handbook=f"{remote.address}//docs/handbook")) as office:
        yield office, remote


async def use(office: Office, team: str, person: str) -> None:
    at = office.mentor.clock.now()
    event = UseEvent(f"{team}{at}", "object-storage", team, at, person=office.sandbox.person(person).id)
    assert await office.mentor.adoption.uses.take_event(event) == ""


async def morning_of(office: Office, day: str, *, hour: int = 10) -> None:
    """The clock goes on to that day's morning and ticks."""
    await office.quiet()
    then = datetime.fromisoformat(f"{day}T{hour:02}:05:00+00:00")
    office.sandbox.clock.advance((then - office.mentor.clock.now()).total_seconds())
    await office.mentor.timetable.tick()
    await office.quiet()


async def answer_to_run(office: Office, name: str) -> str:
    before = len(office.whispers(name, "ask-platform"))
    await office.person(name).command("/platform", "run create-bucket", "ask-platform")
    await office.quiet()
    seen = [each.text for each in office.whispers(name, "ask-platform")[before:]]
    return "a form" if office.person(name).views() else seen[-1]


def cards(office: Office) -> list[Message]:
    platform = office.sandbox.workspace.channels["C0PLATFORM"].messages.values()
    return [each for each in platform if "keep, change or drop?" in each.text]


def asked_for_a_story(office: Office) -> tuple[str, Message]:
    """The one person of payments, whoever was drawn."""
    head = "*payments* uses *Object storage*, and its users are satisfied."
    found = [(name, each) for name in PAYMENTS for each in office.told(name) if each.text.startswith(head)]
    assert len(found) == 1
    return found[0]


async def test_a_pilot_goes_from_two_volunteers_to_its_card_a_decision_and_a_story(
    sandbox: Sandbox, settings: Settings, tmp_path: Path
) -> None:
    async with pilot_office(sandbox, settings, tmp_path) as (office, remote):
        maya, amara = office.person("maya"), office.person("amara")
        assert NOT_OFFERED in await answer_to_run(office, "jonas")  # checkout did not volunteer
        assert await answer_to_run(office, "priya") == "a form"
        assert "Object storage*, a pilot: payments volunteered for it" in await home_of(office, "priya")
        assert TITLE not in await home_of(office, "jonas")
        await use(office, "payments", "priya")
        await use(office, "search", "amara")

        # The day before the card search stops, with one press, and says why with another.
        await morning_of(office, "2026-12-22")
        await use(office, "payments", "priya")
        await home_of(office, "amara")
        home = amara.home()
        assert home is not None
        await amara.press(home, "Stop")
        await office.quiet()
        stopped = office.told("amara")[-1]
        assert stopped.text.startswith("Noted: *search* does not use *Object storage* any more.")
        await amara.press(stopped, "It lacks something we need")
        await office.quiet()
        survey = replace(PULSE, audience=replace(PULSE.audience, ran=("create-bucket",)))
        at = office.mentor.clock.now() - timedelta(hours=1)
        await close_pulse(office.mentor.database, satisfied=20, n=24, survey=survey, at=at)

        # The card, once, though the bot ticks on.
        await morning_of(office, "2026-12-24")
        await morning_of(office, "2026-12-30")
        (card,) = cards(office)
        assert words(card)[0] == "*Object storage* after 30 days (pilot since 24 Nov 2026): keep, change or drop?"
        body = words(card)[1].splitlines()
        assert body[:3] == [
            "• Volunteers that use it: 1 of 2. Of all that use it, in the last 28 days: 1 of 1. Stopped: 1 team.",
            "• Satisfied users: 83 % of 24 (64 % to 93 %).",
            "• Logged as hard: 0 times since then.",
        ]
        assert "• Why not: left: it lacks something we need 1 (1 team said, 0 asked)." in body
        assert buttons(card) == ["Keep", "Change", "Drop"]

        # The decision, with a sentence, and what to change in the handbook.
        await maya.press(card, "Keep")
        await office.quiet()
        await maya.press(cards(office)[0], "Say why")
        [form] = await office.until(maya.views)
        await maya.submit(form, {"In a sentence, for the team": "payments would not go back"})
        await office.quiet()
        (card,) = cards(office)
        assert "*Keep*, says the team on 30 Dec 2026: “payments would not go back”" in words(card)[2]
        assert "write `status: optional` and `since: 2026-12-30`" in words(card)[2]

        # A story, by who wants to tell it, into the handbook.
        await maya.press(card, "Ask a team for its story")
        await office.quiet()
        assert "One person of payments is asked for its story, if they like." in words(cards(office)[0])[2]
        name, wanted = asked_for_a_story(office)
        teller = office.person(name)
        await teller.press(wanted, "Tell it")
        form = (await office.until(teller.views))[-1]
        said = {
            "In a few words": "Buckets without a ticket",
            "What was hard?": "A bucket took a week.",
            "What was done?": "A pull request makes it.",
            "What came of it?": "Ten minutes.",
        }
        assert (await teller.submit(form, said)).acknowledged
        await office.quiet()
        await teller.press(office.told(name)[-1], "Open pull request")
        await office.quiet()
        (branch,) = remote.git("for-each-ref", "--format=%(refname:short)", "refs/heads/mentor").split()
        assert "Ten minutes." in remote.git("show", f"{branch}:docs/handbook/stories/buckets-without-a-ticket.md")


async def test_at_a_teams_first_bucket_who_asked_for_it_says_who_told_them_and_thanks_them(
    sandbox: Sandbox, settings: Settings, tmp_path: Path
) -> None:
    live = make_live(tmp_path / "live.git")
    settings = replace(settings, handbook=str(copy_handbook(tmp_path / "embedded", live.address)))
    async with at_work(sandbox, with_hook(settings)) as office, company(office, live) as people:
        priya, jonas = office.person("priya"), office.person("jonas")
        asked = await bucket(people, "receipts")
        message = await people.message(asked)
        question = office.replies(message)[-1]
        assert told(question).splitlines()[0] == (
            "*payments* uses *Object storage* for the first time. If you like: who told you of it?"
        )
        assert buttons(question) == ["A colleague", "The platform team", "I found it myself"]

        await priya.press(question, "A colleague")
        await office.quiet()
        noted = next(each for each in priya.sees_in_dm() if "Would you like to thank them?" in each.text)
        await priya.select(noted, "adoption.thank.object-storage", jonas.id)
        await office.quiet()
        assert any(each.text == "Thank you for saying so." for each in priya.sees_in_dm())
        second = await people.message(await bucket(people, "invoices"))
        assert [each for each in office.replies(second) if "who told you" in each.text] == []

        facts = await office.mentor.adoption.facts.facts(last_week(office))
        (storage,) = [each for each in facts.capabilities if each.id == "object-storage"]
        assert storage.pull is not None
        assert (storage.pull.k, storage.pull.n) == (1, 1)


async def bucket(people: Company, name: str) -> RequestRow:
    """Asked for by Priya, merged, live."""
    filling = {"bucket": name, "environment": "dev", "team": "payments"}
    request = await people.merged(await people.ask("priya", "create-bucket", filling))
    assert request.state == LIVE
    await people.office.quiet()
    return request


def last_week(office: Office) -> Window:
    """Today is in it."""
    now = office.mentor.clock.now()
    return Window(now - timedelta(days=7), now + timedelta(days=1))
