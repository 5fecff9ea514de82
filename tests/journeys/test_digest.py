"""The week's digest as people see it: posted once, to the platform team, and to whoever asks for it."""

import asyncio
import json
import re
from contextlib import AsyncExitStack
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.cli.digests import offline_maker
from bot.config import Settings
from bot.digest.weeks import Week
from bot.model import Json
from bot.storage import digests as rows
from bot.storage.schema import digest_presses, people
from sandbox import Message, Sandbox
from tests.journeys.handbook import CHANNELS, PEOPLE
from tests.journeys.office import Office, at_work, buttons, new_sandbox, settings_in, words

DIGEST, COMMUNITY = "The week in our channels", "What changed on the platform"
MONDAY = datetime(2026, 11, 30, 9, 1, tzinfo=UTC)
QUESTION = "How do I see the traces of my requests?"  # nothing in the handbook
NOTICE = """\
---
kind: deprecation
title: Old build files go
owner: platform_team
from: 2026-11-24
until: 2026-12-18
topics: [log]
channels: [C0ASKPLAT]
---

Delete your files in old/ once the new build runs.
"""
TEAMS = "teams: {payments: {group: S0PAYMENTS}}\n"
FLOW = """\
made_with: 2026-09-01
steps:
  - {name: Write it, stage: code, by: hand}
  - {name: Wait for the lead, stage: review, by: hand, wait: 1 to 3 days}
"""


def digests(office: Office) -> list[str]:
    """The first line of each digest in the platform channel."""
    said = [text for who, text in office.channel("platform-team") if who == "mentor"]
    return [text.splitlines()[0] for text in said if text.startswith((DIGEST, "The digest of"))]


async def at(office: Office, moment: datetime) -> None:
    """The clock goes on to the moment, and ticks."""
    await office.quiet()
    office.sandbox.clock.advance(moment.timestamp() - office.sandbox.clock.now())
    await office.mentor.timetable.tick()
    await office.quiet()


async def test_the_digest_comes_on_monday_morning_once(either_office: Office) -> None:
    office = either_office
    asked = office.person("priya").say("ask-platform", QUESTION)
    office.person("jonas").say("ask-platform", "In Tempo, choose your service.", thread=asked)
    office.person("priya").say("ask-platform", "thanks, that worked!", thread=asked)
    waiting = office.person("li").say("ask-platform", "Where can I find the cost of my namespace?")

    await at(office, datetime(2026, 11, 30, 8, 59, tzinfo=UTC))
    before = digests(office)
    await at(office, datetime(2026, 11, 30, 9, 0, 30, tzinfo=UTC))
    await at(office, datetime(2026, 11, 30, 12, tzinfo=UTC))

    assert (before, digests(office)) == ([], [f"{DIGEST}: 23 Nov to 29 Nov 2026"])
    (post,) = [each for each in office.sandbox.ledger.posts() if each.text.startswith(DIGEST)]
    shown = "\n".join(words(_message(office, post.channel, post.ts)))
    assert "*2 questions* (0 the week before) from 2 people. Colleagues answered 1; nobody answered 1." in shown
    assert "*Answer who waits*: 1 question without a response" in shown
    assert f"/archives/C0ASKPLAT/p{waiting.ts.replace('.', '')}|#ask-platform" in shown
    [details] = _below(office, post.channel, post.ts)
    assert words(details)[0] == "*Who answered*"
    assert buttons(details) == ["How each number is counted", "The numbers as CSV"]


async def test_a_week_in_which_nothing_was_asked_says_so_in_a_line(office: Office) -> None:
    await at(office, MONDAY)

    (post,) = [text for who, text in office.channel("platform-team") if who == "mentor"]
    assert post.splitlines()[1:] == ["A quiet week: nothing was asked, nothing shipped, and nothing waits for you."]


async def test_a_digest_missed_by_more_than_a_day_is_told(office: Office) -> None:
    office.person("priya").say("ask-platform", QUESTION)
    await at(office, datetime(2026, 11, 30, 9, 1, tzinfo=UTC))
    await at(office, datetime(2026, 12, 8, 9, 1, tzinfo=UTC))

    assert digests(office) == [
        f"{DIGEST}: 23 Nov to 29 Nov 2026",
        (
            "The digest of 2026-W49 was not posted: I was not running at its time, nor within a day of it. "
            "`digest 2026-W49` shows it to you."
        ),
    ]


async def test_anybody_may_see_a_digest_and_it_stays_as_it_was(office: Office) -> None:
    asked = office.person("priya").say("ask-platform", QUESTION)
    await at(office, datetime(2026, 11, 30, 9, 1, tzinfo=UTC))
    office.person("jonas").say("ask-platform", "In Tempo.", thread=asked)
    await office.quiet()

    await office.person("maya").command("/platform", "digest 2026-W48", "random")
    await office.person("jonas").command("/platform", "digest 2026-W48", "random")
    team, everybody = await office.whisper_to("maya", "random"), await office.whisper_to("jonas", "random")

    (posted,) = [each for each in office.sandbox.ledger.posts() if each.text.startswith(DIGEST)]
    stands, (details,) = _message(office, posted.channel, posted.ts), _below(office, posted.channel, posted.ts)
    assert words(team) == [*words(stands), *words(details)]
    assert buttons(team) == buttons(details)
    assert everybody.text.splitlines()[0] == f"{COMMUNITY}: 23 Nov to 29 Nov 2026"
    assert "*Still open*" in everybody.text
    assert buttons(everybody) == []


async def test_guest_is_told_why_they_get_no_digest(office: Office) -> None:
    guest = office.sandbox.workspace.add_person("gus", is_restricted=True)
    office.sandbox.workspace.channels["C0RANDOM"].members.add(guest.id)

    await office.person("gus").command("/platform", "digest", "random")
    shown = await office.whisper_to("gus", "random")

    assert shown.text == "Guests cannot ask me here. Please ask the person who invited you."


async def test_a_digest_of_no_week_is_a_question(office: Office) -> None:
    await office.person("jonas").command("/platform", "digest of a container image?", "random")
    shown = await office.whisper_to("jonas", "random")

    assert "I found nothing about this" in shown.text


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_two_bots_post_one_digest_a_week_over_holidays_and_changes_of_the_clock(
    tmp_path: Path, handbook: Path, database_url: str
) -> None:
    """From the week of the summer bank holiday (31 August) until after the clocks go back (25 October 2026)."""
    (handbook / "channels.yaml").write_text(f"holidays: GB-ENG\n{CHANNELS}")
    sandbox = new_sandbox(starts_at=datetime(2026, 8, 19, 12, tzinfo=UTC))
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(sandbox)
        settings = settings_in(sandbox, tmp_path / "one", database_url=database_url, handbook=handbook)
        one = await stack.enter_async_context(at_work(sandbox, settings))
        two = await stack.enter_async_context(at_work(sandbox, replace(settings, data_folder=tmp_path / "two")))
        monday = datetime(2026, 8, 24, tzinfo=UTC)
        while monday < datetime(2026, 11, 3, tzinfo=UTC):
            one.person("priya").say("ask-platform", QUESTION)
            for moment in (monday + timedelta(hours=hour, minutes=1) for hour in (8, 9, 32, 33)):
                await one.quiet()
                sandbox.clock.advance(moment.timestamp() - sandbox.clock.now())
                await asyncio.gather(one.mentor.timetable.tick(), two.mentor.timetable.tick())
                await one.quiet()
            monday += timedelta(days=7)

        assert digests(one) == [
            f"{DIGEST}: 17 Aug to 23 Aug 2026",
            f"{DIGEST}: 24 Aug to 30 Aug 2026",
            f"{DIGEST}: 31 Aug to 6 Sep 2026",
            f"{DIGEST}: 7 Sep to 13 Sep 2026",
            f"{DIGEST}: 14 Sep to 20 Sep 2026",
            f"{DIGEST}: 21 Sep to 27 Sep 2026",
            f"{DIGEST}: 28 Sep to 4 Oct 2026",
            f"{DIGEST}: 5 Oct to 11 Oct 2026",
            f"{DIGEST}: 12 Oct to 18 Oct 2026",
            f"{DIGEST}: 19 Oct to 25 Oct 2026",
            f"{DIGEST}: 26 Oct to 1 Nov 2026",
        ]
        posted = [each.at for each in sandbox.ledger.posts() if each.text.startswith(DIGEST)]
        days = [datetime.fromtimestamp(each, UTC).strftime("%a %H") for each in posted]
        assert days == ["Mon 08", "Tue 08", *["Mon 08"] * 7, "Mon 09", "Mon 09"]


async def press(office: Office, name: str, message: Message, label: str) -> str:
    """What the person alone is told."""
    person, channel = office.person(name), office.sandbox.workspace.channels[message.channel].name
    before = len(office.told(name)) + len(office.whispers(name, channel))
    await person.press(message, label)

    def said() -> list[Message]:
        return [*office.whispers(name, channel), *office.told(name)][before:]

    return (await office.until(said))[-1].text


async def posted(office: Office, key: str = DIGEST) -> Message:
    (post,) = [each for each in office.sandbox.ledger.posts() if each.text.startswith(key)]
    return _message(office, post.channel, post.ts)


async def test_what_is_worth_doing_is_taken_once_and_the_team_sees_by_whom(office: Office) -> None:
    office.person("priya").say("ask-platform", QUESTION)
    await at(office, MONDAY)
    digest = await posted(office)

    before = deepcopy(digest)  # as it stands on screens that were not drawn anew yet
    told = [await press(office, name, before, "I'll take it") for name in ("maya", "maya", "tomas")]
    await office.until(lambda: "has it" in str(digest.blocks))

    assert told == [
        "It is yours. The team sees that in the digest.",
        "It is yours. The team sees that in the digest.",
        "Somebody has it already: the digest says who.",
    ]
    assert next(line for line in words(digest) if "has it" in line).endswith(":white_check_mark: Maya Lind has it.")
    assert buttons(digest) == ["Useful", "Not this week"]


async def test_the_command_line_makes_the_same_digest_of_notices_and_flows(
    sandbox: Sandbox, settings: Settings, handbook: Path
) -> None:
    """But for links, which Slack alone knows."""
    for file, text in {"notices/old-builds.md": NOTICE, "flows/payments.yaml": FLOW}.items():
        (handbook / file).parent.mkdir()
        (handbook / file).write_text(text)
    (handbook / "people.yaml").write_text(PEOPLE + TEAMS)
    async with at_work(sandbox, settings) as office:
        office.person("priya").say("ask-platform", QUESTION)
        await office.mentor.news.look()
        await at(office, MONDAY)
        async with office.mentor.database.read() as tx:
            posted = await rows.facts_of(tx, "2026-W48")
        maker = offline_maker(office.mentor.database, office.mentor.shelf.library.handbook, settings)
        made = json.loads(json.dumps((await maker.make(Week(2026, 48))).to_json()))

    assert posted is not None
    assert [each["title"] for each in posted["coming"]] == ["Old build files go (until 18 Dec 2026)"]
    assert [each["stage"] for each in posted["waits"]] == ["review"]
    assert all("/archives/" in each["url"] for each in posted["coming"])
    assert _without_links(made) == _without_links(posted)


async def test_who_was_erased_has_nothing_and_is_not_named(office: Office) -> None:
    office.person("priya").say("ask-platform", QUESTION)
    await at(office, MONDAY)
    digest = await posted(office)
    await press(office, "maya", digest, "I'll take it")
    await office.until(lambda: "Maya Lind" in str(digest.blocks))

    await office.mentor.privacy.forget("U0MAYA")
    office.mentor.desk.wake()

    await office.until(lambda: "Maya Lind" not in str(digest.blocks))
    assert "I'll take it" in str(digest.blocks)


async def test_useful_counts_a_person_once_and_nobody_by_name(office: Office) -> None:
    await at(office, MONDAY)
    digest = await posted(office)

    told = [
        await press(office, name, digest, label)
        for name, label in (("maya", "Useful"), ("maya", "Not this week"), ("tomas", "Useful"), ("tomas", "Useful"))
    ]

    assert told[0] == "Counted as useful, without your name. Thank you."
    async with office.mentor.database.read() as tx:
        found = await rows.presses(tx, ["2026-W48"])
        tags = (await tx.execute(select(digest_presses.c.tag))).scalars().all()
        known = (await tx.execute(select(people.c.id))).scalars().all()
    assert found == {("2026-W48", "team", "not now"): 1, ("2026-W48", "team", "useful"): 1}
    assert not set(tags) & set(known)


async def test_the_community_reads_its_own_where_the_handbook_says(
    sandbox: Sandbox, settings: Settings, handbook: Path
) -> None:
    told = "digest: {community: {channel: C0ASKPLAT, sections: [open]}, team: {channel: C0QUIET}}\n"
    (handbook / "channels.yaml").write_text(told + CHANNELS)
    async with at_work(sandbox, settings) as office:
        waiting = office.person("priya").say("ask-platform", QUESTION)
        await at(office, MONDAY)

        everybody = await posted(office, COMMUNITY)
        team = await posted(office)
        said = await press(office, "jonas", everybody, "Useful")

    assert (everybody.channel, team.channel) == ("C0ASKPLAT", "C0QUIET")
    assert words(everybody)[1].startswith("*Still open*: <http")
    assert words(everybody)[1].endswith(
        f"/archives/C0ASKPLAT/p{waiting.ts.replace('.', '')}|#ask-platform, Tue 24 Nov 10:12>. "
        "If you know one, answer in its thread."
    )
    assert said == "Counted as useful, without your name. Thank you."


async def test_four_digests_without_a_press_bring_one_proposal_to_come_every_second_week(office: Office) -> None:
    monday = MONDAY
    for _ in range(5):
        await at(office, monday)
        monday += timedelta(weeks=1)
    proposed = await posted(office, "Nobody pressed")

    said = await press(office, "maya", proposed, "Every second week")
    for _ in range(4):
        await at(office, monday)
        monday += timedelta(weeks=1)

    assert said.startswith("From now on the digest comes every second week")
    assert [each.partition(": ")[2] for each in digests(office)][-3:] == [
        "21 Dec to 27 Dec 2026",
        "28 Dec to 10 Jan 2027",
        "11 Jan to 24 Jan 2027",
    ]
    assert len([each for each in office.sandbox.ledger.posts() if each.text.startswith("Nobody pressed")]) == 1


async def test_others_are_told_why_they_cannot_take_what_the_team_can(office: Office) -> None:
    office.person("priya").say("ask-platform", QUESTION)
    await at(office, MONDAY)
    digest = await posted(office)
    office.sandbox.workspace.channels["C0PLATFORM"].members.add("U0JONAS")

    assert await press(office, "jonas", digest, "I'll take it") == "Only the platform team can do this."
    assert "has it" not in str(digest.blocks)


async def test_numbers_come_as_csv_and_with_their_definitions_to_who_asks(office: Office) -> None:
    office.person("priya").say("ask-platform", QUESTION)
    await at(office, MONDAY)
    digest = await posted(office)
    (details,) = _below(office, digest.channel, digest.ts)

    table = await press(office, "maya", details, "The numbers as CSV")
    defined = await press(office, "maya", details, "How each number is counted")

    assert table.splitlines()[:2] == [
        "week,window,number,k,n,value,low,high,definition",
        "2026-W48,week,questions,,,1,,,docs/metrics.md#numbers",
    ]
    assert defined.splitlines()[0].startswith("*Answered by*: who solved a question")


def _without_links(facts: Json) -> Json:
    """And without the moments at which they were made, which are seconds apart."""
    text = re.sub(r'"(?:now|made_at)": "[^"]*"', '"now": ""', json.dumps(facts))
    return json.loads(re.sub(r'"http[^"]*/archives/[^"]*"', '""', text))  # type: ignore[no-any-return]


def _below(office: Office, channel: str | None, ts: str | None) -> list[Message]:
    kept = office.sandbox.workspace.channels[channel or ""].messages.values()
    return [each for each in kept if each.thread_ts == ts and each.ts != ts]


def _message(office: Office, channel: str | None, ts: str | None) -> Message:
    return office.sandbox.workspace.message(channel or "", ts or "")
