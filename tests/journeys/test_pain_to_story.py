"""One pain from five people's questions to a story: by a gap, a bet, a talk, a pilot, a pulse, a card and a decision.

By what people see and press, on the workspace's own clock, over five weeks. What people do in Git (fill in a bet,
declare a pilot, merge) is done there.
"""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pytest

from bot.config import Settings
from bot.handbook import EMBEDDED
from bot.storage.requests import LIVE
from sandbox import Message, Sandbox
from tests.git.remote import Remote, make_remote
from tests.journeys.company import CONTROLLERS, Company, company, make_live, with_hook
from tests.journeys.office import Office, at_work, buttons, settings_in, words
from tests.journeys.test_home import home_of
from tests.journeys.test_talks import invited

PAIN = {
    "priya": "how do I get a bucket for our nightly exports? the ticket is a week old",
    "marta": "who can give our team a bucket for exports?",
    "amara": "where do we get a bucket for exports?",
    "lucia": "is there any way to get a bucket for exports without a ticket?",
    "jonas": "we need a bucket for exports, how do we get one?",
}
ALONE = "jonas"  # asks the bot and nobody else
PAYMENTS = ("priya", "marta", "samir", "ellen")
USERS = ("priya", "marta", "samir", "ellen", "amara", "lucia", "petr")  # of payments and search, the volunteers
SATISFIED = "How satisfied are you with buckets?"
SURVEY = f"""\
id: bucket-users
title: Buckets
why: We want to know whether the pilot helps.
owner: platform_team
questions: [{{name: satisfied, csat: "{SATISFIED}"}}]
audience: {{ran: [create-bucket]}}
every: {{weeks: 4, day: wed, at: "10:00"}}
cooldown: 28 days
open: 7 days
threshold: 5
"""
PILOT = """\
- id: object-storage
  title: Object storage
  owner: platform_team
  status: pilot
  since: 2026-12-01
  teams: all
  volunteers: [payments, search]
  counts_as_use: a bucket of the team is declared in the live repository
  built_from: {what: open source, because: every language has a client for it}
"""
FILLED_IN = """\
assumption: Teams make their own bucket once they can do it by a pull request.
smallest: One action that declares a bucket.
wrong_if: Both teams still write tickets after four weeks.
willing: [payments, search]
"""
STORY = {
    "In a few words": "Buckets without a ticket",
    "What was hard?": "A bucket took a week.",
    "What was done?": "A pull request makes it.",
    "What came of it?": "Ten minutes.",
}
COMES_LATER = ("actions/create-bucket.yaml", "articles/data/object-storage.md")
LEFT_OUT = ("surveys/", "bets/", "flows/", "notices/", "golden.yaml", "capabilities.yaml", "policies/")
ASK = "ask-platform"
FOLDER = "docs/handbook"
HEARD = "A bucket took a week, so we keep exports on a disk of the database."
NOT_OFFERED = "This action is not open to you: its entry in the handbook, or a pilot that it belongs to, names others."
ASKED_AGAIN = "*Keep, change or drop?*"


@dataclass
class Tale:
    office: Office
    remote: Remote
    people: Company

    async def merge(self) -> None:
        """The one proposal to the handbook that is open is merged, and its branch deleted."""
        branches = self.remote.git("for-each-ref", "--format=%(refname:short)", "refs/heads/mentor").split()
        (branch,) = branches
        self.remote.git("update-ref", "refs/heads/main", branch)
        await self.office.mentor.curation.proposals.follow()
        self.remote.git("branch", "-D", branch)
        await self._read()

    async def commit(self, files: dict[str, str]) -> None:
        """People of the platform team change the handbook, and it is read."""
        self.remote.change({f"{FOLDER}/{path}": text for path, text in files.items()})
        await self._read()

    def file(self, path: str) -> str:
        return self.remote.git("show", f"main:{FOLDER}/{path}")

    def files(self) -> list[str]:
        listed = self.remote.git("ls-tree", "-r", "--name-only", f"main:{FOLDER}")
        return listed.splitlines()

    async def shown(self, name: str, verb: str) -> Message:
        """What the person alone is shown by the command."""
        before = len(self.office.whispers(name, ASK))
        await self.office.person(name).command("/platform", verb, ASK)
        return (await self.office.until(lambda: self.office.whispers(name, ASK)[before:]))[-1]

    async def pressed(self, name: str, message: Message, label: str) -> Message:
        """What the person alone is shown for it."""
        before = len(self.office.whispers(name, ASK))
        await self.office.person(name).press(message, label)
        return (await self.office.until(lambda: self.office.whispers(name, ASK)[before:]))[-1]

    async def press(self, name: str, message: Message, label: str) -> None:
        await self.office.person(name).press(message, label)
        await self.office.quiet()

    async def _read(self) -> None:
        await self.office.mentor.read_handbook()
        assert self.office.mentor.shelf.library.handbook.revision == self.remote.git("rev-parse", "main")
        await self.office.quiet()


def first_handbook(live: str) -> dict[str, str]:
    """The embedded one, of which what this is about has not been made yet."""
    files = {
        str(each.relative_to(EMBEDDED)): each.read_text()
        for each in EMBEDDED.rglob("*")
        if each.is_file() and not str(each.relative_to(EMBEDDED)).startswith((*LEFT_OUT, *COMES_LATER))
    }
    files["repositories.yaml"] = f"live:\n  url: {live}\n  branch: main\n{CONTROLLERS}"
    entry = "actions/add-dns-record.yaml"
    files[entry] = re.sub(r"  confirm: review .*\n", "", files[entry])
    attest = "actions/attest-builds.yaml"
    files[attest] = re.sub(r"(capability|policy): .*\n", "", files[attest])
    return {f"{FOLDER}/{path}": text for path, text in files.items()}


@pytest.fixture
def settings(sandbox: Sandbox, tmp_path: Path, database_url: str) -> Settings:
    return settings_in(sandbox, tmp_path / "data", database_url=database_url, handbook="")


@pytest.fixture
async def on(sandbox: Sandbox, settings: Settings, tmp_path: Path) -> AsyncIterator[Tale]:
    live, remote = make_live(tmp_path / "live.git"), make_remote(tmp_path / "handbook.git")
    remote.commit(first_handbook(live.address))
    settings = with_hook(replace(settings, handbook=f"{remote.address}//{FOLDER}"))
    async with at_work(sandbox, settings) as office, company(office, live) as people:
        yield Tale(office, remote, people)


async def test_one_pain_goes_from_five_questions_to_a_pilot_its_card_a_decision_and_a_story(on: Tale) -> None:
    await five_ask(on)
    bet = await a_bet_is_drafted_by_one_press(on)
    await the_bet_is_opened(on, bet, await somebody_tells_more(on))
    await two_teams_try_it(on, bet)
    await its_users_are_asked(on)
    await one_team_stops(on)
    await morning_of(on.office, "2026-12-31")
    await the_card_is_decided(on)
    await the_bet_is_decided(on, bet)
    await a_story_is_told(on)


async def five_ask(on: Tale) -> None:
    """Four where all can read it, one alone."""
    for name, text in PAIN.items():
        person = on.office.person(name)
        person.dm(text) if name == ALONE else person.say(ASK, text)
        await on.office.later(2 * 60)  # right below one another they could be taken for talk about the first


async def a_bet_is_drafted_by_one_press(on: Tale) -> str:
    """Its file, once it is merged."""
    await morning_of(on.office, "2026-11-30")
    gaps = await on.shown("maya", "gaps")
    opened = await on.pressed("maya", gaps, "Draft a bet")
    again = await on.pressed("maya", gaps, "Draft a bet")
    await on.office.quiet()
    await on.merge()
    (file,) = [each for each in on.files() if each.startswith("bets/")]
    bet = on.file(file)

    assert words(gaps)[0] == "*1 open gap*: asked for, and not in the handbook."
    assert words(gaps)[1].endswith("an article is missing · asked 5 times by 5 people, 5 days ago")
    assert opened.text.startswith("Opened: a proposal on the branch `mentor/bet-")
    assert again.text.startswith("There is a proposal on the branch `mentor/bet-")
    assert "status: draft" in bet
    assert f"problem: “{PAIN['lucia']}”" in bet
    assert re.search("- gap:[0-9a-f]{24} asked 5 times by 5 people, on 2026-11-24\n", bet)
    assert bet.count("- question:C0ASKPLAT:") == bet.count("- question:") == 4  # what was asked alone is counted
    return file


async def somebody_tells_more(on: Tale) -> str:
    """What they let stand, as evidence of a bet names it."""
    office, maya = on.office, on.office.person("maya")
    drawn = await on.shown("maya", "talk")
    await maya.press(drawn, "talks.invite")
    await office.quiet()
    ((name, invitation),) = invited(office).items()
    await on.press(name, invitation, "Yes, gladly")
    await maya.press(office.told("maya")[-1], "Write notes")
    (form,) = await office.until(maya.views)
    assert (await maya.submit(form, {"What was said": HEARD})).acknowledged
    await office.quiet()
    await on.press(name, office.told(name)[-1], "Keep these notes")
    said = re.fullmatch(
        r"The notes of your talk are approved\. Cite them in a bet as `(talk:\w+)`; `talk` shows them\.",
        office.told("maya")[-1].text,
    )
    assert said is not None
    return said[1]


async def the_bet_is_opened(on: Tale, file: str, evidence: str) -> None:
    draft = on.file(file).replace("status: draft", "status: open").replace("evidence:\n", f"evidence:\n- {evidence}\n")
    said = "".join(f"{line}\n" for line in draft.splitlines() if not line.startswith("#"))
    await on.commit({file: re.sub("review:\n- .*", "review:\n- 2026-12-31", said) + FILLED_IN})


async def two_teams_try_it(on: Tale, bet: str) -> None:
    await morning_of(on.office, "2026-12-01")
    later = {name: (EMBEDDED / name).read_text() for name in COMES_LATER}
    named = f"{on.file(bet)}\ncapability: object-storage\n"
    await on.commit({**later, bet: named, "capabilities.yaml": PILOT, "surveys/bucket-users.yaml": SURVEY})
    await on.office.mentor.actions.choices.refresh()
    await on.office.mentor.timetable.tick()
    assert NOT_OFFERED in (await on.shown("jonas", "run create-bucket")).text  # checkout did not volunteer
    assert "Object storage*, a pilot: payments volunteered for it" in await home_of(on.office, "priya")
    for name in USERS:
        await ask_for_a_bucket(on, name, f"exports-{name}")
    assert "Object storage*, a pilot: payments uses it" in await home_of(on.office, "priya")


async def ask_for_a_bucket(on: Tale, name: str, bucket: str) -> None:
    team = "payments" if name in PAYMENTS else "search"
    filling = {"bucket": bucket, "environment": "dev", "team": team}
    request = await on.people.merged(await on.people.ask(name, "create-bucket", filling))
    assert request.state == LIVE


async def its_users_are_asked(on: Tale) -> None:
    """All but who was talked to, if it was one of them: nobody is asked twice in four weeks."""
    await morning_of(on.office, "2026-12-15", hour=6)  # the day before, when it is drawn who is asked
    await morning_of(on.office, "2026-12-16")
    asked = {name: each for name in USERS for each in on.office.told(name) if each.text == SATISFIED}
    assert len(asked) >= len(USERS) - 1
    for name, question in asked.items():
        await on.press(name, question, "5 Very satisfied" if name in PAYMENTS else "4")
    await morning_of(on.office, "2026-12-29")
    await ask_for_a_bucket(on, "priya", "more-exports")


async def one_team_stops(on: Tale) -> None:
    """By one press, and says why by another."""
    await home_of(on.office, "amara")
    home = on.office.person("amara").home()
    assert home is not None
    await on.office.person("amara").press(home, "Stop")
    await on.office.quiet()
    stopped = on.office.told("amara")[-1]
    assert stopped.text.startswith("Noted: *search* does not use *Object storage* any more.")
    await on.press("amara", stopped, "It lacks something we need")


async def the_card_is_decided(on: Tale) -> None:
    office, maya = on.office, on.office.person("maya")
    (card,) = cards(office)
    assert words(card)[0] == "*Object storage* after 30 days (pilot since 1 Dec 2026): keep, change or drop?"
    lines = words(card)[1].splitlines()
    assert lines[0] == (
        "• Volunteers that use it: 1 of 2. Of all that use it, in the last 28 days: 1 of 1. Stopped: 1 team."
    )
    assert re.fullmatch(r"• Satisfied users: over 80 % of [67] \(.* % to 100 %\)\.", lines[1])
    assert "• Why not: left: it lacks something we need 1 (1 team said, 0 asked)." in lines

    await on.press("maya", card, "Keep")
    await maya.press(cards(office)[0], "Say why")
    form = (await office.until(maya.views))[-1]
    await maya.submit(form, {"In a sentence, for the team": "nobody would go back to tickets"})
    await office.quiet()
    (card,) = cards(office)
    assert "*Keep*, says the team on 31 Dec 2026: “nobody would go back to tickets”" in words(card)[2]
    assert "write `status: optional` and `since: 2026-12-31`" in words(card)[2]


async def the_bet_is_decided(on: Tale, file: str) -> None:
    before = on.file(file)
    (asked,) = [each for each in on.office.person("maya").sees("platform-team") if ASKED_AGAIN in each.text]
    assert "(asked 5 times by 5 people, on 2026-11-24): not asked since" in asked.text
    assert "• Object storage, a pilot: used by 1 of 2 volunteers" in asked.text
    assert re.search("• Object storage, satisfied by “Buckets”: over 80 % of [67]", asked.text)
    assert buttons(asked) == ["Keep", "Change", "Drop"]

    await on.press("maya", asked, "Keep")
    await on.merge()
    after = on.file(file)
    assert asked.text.endswith("*Kept*, on 2026-12-31.")
    assert buttons(asked) == []
    assert after == f'{before}\ndecisions:\n- "on": "2026-12-31"\n  decided: keep'


async def a_story_is_told(on: Tale) -> None:
    """By one person of the team that still uses it, who was asked whether they like to."""
    await on.press("maya", cards(on.office)[0], "Ask a team for its story")
    assert "One person of payments is asked for its story, if they like." in words(cards(on.office)[0])[2]
    name, wanted = asked_for_a_story(on.office)
    teller = on.office.person(name)
    await teller.press(wanted, "Tell it")
    form = (await on.office.until(teller.views))[-1]
    assert (await teller.submit(form, STORY)).acknowledged
    await on.office.quiet()
    await on.press(name, on.office.told(name)[-1], "Open pull request")
    await on.merge()

    assert "consent: []\n" in on.file("stories/buckets-without-a-ticket.md")  # nobody is named
    assert on.office.told(name)[-1].text.startswith("Your story is in the handbook: Buckets without a ticket")
    assert "*Success stories*\n• Buckets without a ticket" in (await on.shown("jonas", "find bucket ticket")).text


async def morning_of(office: Office, day: str, *, hour: int = 10) -> None:
    """The clock goes on to that day's morning and ticks."""
    await office.quiet()
    then = datetime.fromisoformat(f"{day}T{hour:02}:05:00+00:00")
    office.sandbox.clock.advance((then - office.mentor.clock.now()).total_seconds())
    await office.mentor.timetable.tick()
    await office.quiet()


def cards(office: Office) -> list[Message]:
    platform = office.sandbox.workspace.channels["C0PLATFORM"].messages.values()
    return [each for each in platform if "after 30 days" in each.text]


def asked_for_a_story(office: Office) -> tuple[str, Message]:
    """The one person of payments, whoever was drawn."""
    head = "*payments* uses *Object storage*, and its users are satisfied."
    ((name, wanted),) = [(name, each) for name in PAYMENTS for each in office.told(name) if each.text.startswith(head)]
    return name, wanted
