"""The week's digest as people see it: posted once, to the platform team, and to whoever asks for it."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sandbox import Message
from tests.journeys.handbook import CHANNELS
from tests.journeys.office import Office, at_work, new_sandbox, settings_in, words

DIGEST = "The week in our channels"
QUESTION = "How do I see the traces of my requests?"  # nothing in the handbook


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
    assert "*2 questions* from 2 people (0 the week before)" in shown
    assert "peers to *1*, the platform team to 0" in shown
    assert f"/archives/C0ASKPLAT/p{waiting.ts.replace('.', '')}|#ask-platform" in shown
    assert "*Thanks* were said for 1 answer" in shown


async def test_a_week_in_which_nothing_was_asked_brings_no_digest(office: Office) -> None:
    await at(office, datetime(2026, 11, 30, 9, 1, tzinfo=UTC))
    await at(office, datetime(2026, 12, 7, 9, 1, tzinfo=UTC))

    assert digests(office) == []


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

    await office.person("jonas").command("/platform", "digest 2026-W48", "random")
    shown = await office.whisper_to("jonas", "random")

    (posted,) = [each for each in office.sandbox.ledger.posts() if each.text.startswith(DIGEST)]
    assert words(shown) == words(_message(office, posted.channel, posted.ts))


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


def _message(office: Office, channel: str | None, ts: str | None) -> Message:
    return office.sandbox.workspace.message(channel or "", ts or "")
