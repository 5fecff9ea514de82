"""What is open goes to the platform team when they ask, and to each person who comes on duty."""

import asyncio

from sqlalchemy import select

from bot.storage.schema import on_duty
from tests.journeys.office import PATIENCE_S, Office, words
from tests.journeys.test_reconnect import is_at_rest

WAITING = "does anybody know a good lunch place near the office?"
URGENT = "prod down, does anybody know why?"
DAY_S = 86_400


async def all_read(office: Office) -> None:
    """Until every channel was read once: only then it is known which are public."""
    async with asyncio.timeout(PATIENCE_S):
        while not await is_at_rest(office):
            await asyncio.sleep(0.02)


async def ask_and_wait(office: Office) -> None:
    """An old question, a young one, and one for which people were called."""
    await all_read(office)
    office.person("li").say("quiet", WAITING)
    await office.quiet()
    office.sandbox.clock.advance(7 * DAY_S)
    office.person("jonas").say("quiet", WAITING)
    office.person("priya").say("ask-platform", URGENT)
    await office.quiet()


async def test_the_platform_team_sees_what_is_open_with_what_is_pressing_first(either_office: Office) -> None:
    office = either_office
    await ask_and_wait(office)

    await office.person("maya").command("/platform", "handover", "random")
    head, part = words(await office.whisper_to("maya", "random"))

    assert head == "*What is open*"
    title, *lines = part.splitlines()
    assert title == "*Open questions*"
    assert [line.partition("|#")[2].partition(",")[0] for line in lines] == ["ask-platform", "quiet", "quiet"]
    assert [line.partition("> · ")[2] for line in lines] == ["people were called", "past its time", ""]
    assert WAITING not in part


async def test_others_are_told_why_they_do_not_see_it(office: Office) -> None:
    office.person("jonas").say("random", f"{office.mention} handover")
    told = (await office.until(lambda: office.person("jonas").sees_in_dm()))[0]

    assert told.text == "Only the platform team can see what is open."


async def test_who_comes_on_duty_is_told_once_what_is_open(either_office: Office) -> None:
    office = either_office
    group = office.sandbox.workspace.usergroups["S0DUTY"]
    before = list(group.users)
    await ask_and_wait(office)

    for users in (before, [*before, "U0YUKI"], [*before, "U0YUKI"], before, [*before, "U0YUKI"]):
        group.users = users
        office.sandbox.clock.advance(600)
        await office.mentor.handover.observe()
        await office.quiet()

    told = office.person("yuki").sees_in_dm()
    assert [words(each)[0] for each in told] == ["*You are on duty now.* This is open:"] * 2  # came back: once more
    assert "|#ask-platform, " in words(told[0])[1]
    assert [office.direct(each.name) for each in office.sandbox.workspace.people.values() if each.id in before] == [
        [] for _ in before
    ]


async def test_who_is_left_out_comes_on_duty_unseen(office: Office) -> None:
    yuki, group = office.person("yuki"), office.sandbox.workspace.usergroups["S0DUTY"]
    await yuki.command("/platform", "settings", "random")
    await yuki.press(await office.whisper_to("yuki", "random"), "Count me out")
    await ask_and_wait(office)
    await office.mentor.handover.observe()
    async with office.mentor.database.read() as tx:
        before = (await tx.execute(select(on_duty))).all()

    group.users = [*group.users, "U0YUKI"]
    office.sandbox.clock.advance(600)
    await office.mentor.handover.observe()
    await office.quiet()

    async with office.mentor.database.read() as tx:
        assert len((await tx.execute(select(on_duty))).all()) == len(before)
    assert office.direct("yuki") == []


async def test_nobody_is_told_that_nothing_is_open(office: Office) -> None:
    group = office.sandbox.workspace.usergroups["S0DUTY"]
    group.users = [*group.users, "U0YUKI"]
    office.sandbox.clock.advance(600)
    await office.mentor.handover.observe()
    await office.quiet()

    assert office.direct("yuki") == []
