"""Teams are told once, reminded while they are not done, and done in the way that can be seen. On both databases."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.git.address import read_address
from bot.git.command import Git
from bot.git.history import History
from bot.git.repository import Repository
from bot.notices.blocks import ACTION_COUNTS, AGAIN_SAID, COUNTED, GONE, LESS_SAID, NOT_YOURS
from bot.storage.engine import Database
from bot.storage.notices import BY_ACTION, BY_ITEMS, BY_LEAVING, BY_PRESS
from bot.storage.schema import outbox
from knowledge.loader import Handbook
from knowledge.notices import FilesOf, NoticeKind, When
from knowledge.people import Team
from knowledge.repositories import LiveRepository
from tests.git.remote import ISOLATED, make_remote
from tests.notices.desk import ANN, ASK, BO, CY, DEE, MAYA, NEW_IMAGE, PAY, TOM, Office, group, notice

BREAKS, TOLD, POSTED = "notice of what breaks", "notice to users", "handbook notice"
FIRST = "1 notice for team pay: Old images go"
MINE = "1 notice for your team, shop: Old images go"


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


async def both_use(office: Office) -> None:
    await office.uses("pay", ANN)
    await office.uses("shop", CY)


async def test_what_breaks_is_told_once_in_the_channel_else_to_who_uses_it(office: Office) -> None:
    await both_use(office)
    office.publish(notice())

    await office.look()
    office.hands.move(hours=1)
    await office.look()

    assert sorted(await office.told(BREAKS)) == [(PAY, FIRST), (CY, MINE)]
    assert await office.told(TOLD) == []


async def test_where_nobody_is_known_to_use_it_all_of_the_team_learn_what_breaks(office: Office) -> None:
    await office.uses("shop")
    await office.leave_out(DEE)
    office.publish(notice())

    await office.look()

    assert await office.told(BREAKS) == [(CY, MINE)]


async def test_what_breaks_and_reached_nobody_is_told_once_somebody_is_there(office: Office) -> None:
    await office.uses("shop")
    office.slack.zones = {CY: "Nowhere/Known", DEE: "Nowhere/Known"}
    office.publish(notice())
    await office.look()
    unheard = (await office.teams())["shop"].told_at

    office.slack.zones = {CY: "Europe/London", DEE: "Nowhere/Known"}
    await office.look()

    assert unheard is None
    assert await office.told(BREAKS) == [(CY, MINE)]


async def test_what_breaks_nothing_is_told_unasked_and_to_no_team_at_large(office: Office) -> None:
    await office.uses("pay")
    await office.uses("shop")
    office.publish(notice(NoticeKind.CHANGE))

    await office.look()

    assert await office.told(TOLD) == [(PAY, FIRST)]
    assert await office.told(BREAKS) == []


async def test_less_of_this_holds_for_what_breaks_nothing(office: Office) -> None:
    await office.uses("shop", CY, DEE)
    office.publish(notice(NoticeKind.CHANGE))
    assert await office.press(CY, "mine", "less") == LESS_SAID
    assert await office.press(DEE, "mine", "less") == LESS_SAID
    assert await office.press(DEE, "mine", "again") == AGAIN_SAID

    await office.look()
    office.publish(notice(NoticeKind.CHANGE), notice(id_="breaking"))
    office.go_to(11, 25)
    await office.look()

    assert await office.told(TOLD) == [(DEE, MINE)]
    assert sorted(each for each, _ in await office.told(BREAKS)) == [CY, DEE]


async def test_each_is_told_at_work_by_their_own_clock(office: Office) -> None:
    await office.uses("shop", CY, DEE)
    office.slack.zones = {CY: "America/New_York", DEE: "Nowhere/Known"}
    office.publish(notice())

    await office.look()  # ten in London, five in New York
    early = await office.told(BREAKS)
    office.go_to(11, 24, 14)
    await office.look()

    assert early == []
    assert await office.told(BREAKS) == [(CY, MINE)]


async def test_who_is_done_meanwhile_is_told_nothing(office: Office) -> None:
    await office.uses("shop", CY)
    office.slack.zones = {CY: "America/New_York"}
    office.publish(notice())
    await office.look()

    await office.press(DEE, '["old", "shop"]', "done")
    office.go_to(11, 24, 15)
    await office.look()

    assert await office.told(BREAKS) == []


async def test_a_bot_that_was_away_tells_at_the_next_hour_of_work(office: Office) -> None:
    await office.uses("shop", CY)
    office.slack.zones = {CY: "America/New_York"}
    office.publish(notice())
    await office.look()

    office.go_to(11, 25, 3)
    await office.look()
    late = await office.told(BREAKS)
    office.go_to(11, 25, 15)
    await office.look()

    assert late == []
    assert await office.told(BREAKS) == [(CY, MINE)]


@pytest.mark.parametrize(
    ("month", "day", "hour"),
    [(11, 28, 10), (12, 25, 10), (11, 24, 9), (11, 24, 17)],
    ids=["a Saturday", "Christmas", "before ten", "after hours"],
)
async def test_nothing_is_told_or_posted_out_of_hours(office: Office, month: int, day: int, hour: int) -> None:
    await both_use(office)
    office.publish(notice(until=When(date(2027, 2, 1)), channels=(ASK,)))
    office.go_to(month, day, hour)

    await office.look()

    assert (await office.told(BREAKS), hour == 9 or await office.told(POSTED)) == ([], hour == 9 or [])


async def test_reminders_come_three_times_and_one_that_was_missed_only_before_the_next(office: Office) -> None:
    await office.uses("pay")
    office.publish(notice(until=When(date(2027, 2, 1))))
    office.go_to(12, 1)
    await office.look()
    for month, day, year in ((12, 18, 2026), (12, 21, 2026), (1, 22, 2027), (1, 25, 2027), (1, 29, 2027), (2, 1, 2027)):
        office.go_to(month, day, year=year)
        await office.look()

    assert (await office.teams())["pay"].reminder == 1
    assert len(await office.told(BREAKS)) == 4  # at first, on the 18th for the 16th, on the 22nd and 29th of January


async def test_two_notices_of_a_day_are_one_message_and_a_later_one_waits(office: Office) -> None:
    await office.uses("pay")
    office.publish(notice(), notice(id_="two"))
    await office.look()
    office.publish(notice(), notice(id_="two"), notice(id_="three"))
    office.hands.move(hours=1)
    await office.look()
    same_day = await office.told(BREAKS)
    office.go_to(11, 25)
    await office.look()

    assert [text for _, text in same_day] == ["2 notices for team pay: Old images go; Old images go"]
    assert (await office.told(BREAKS))[1:] == [(PAY, FIRST)]


# Done.


async def test_a_team_is_done_by_a_press_of_its_own_and_not_of_others(office: Office) -> None:
    await both_use(office)
    office.publish(notice())
    await office.look()

    assert await office.press(CY, '["old", "pay"]', "done") == NOT_YOURS
    assert await office.press(MAYA, '["old", "pay"]', "done") == NOT_YOURS
    assert await office.press(ANN, '["gone", "pay"]', "done") == GONE
    told = await office.press(ANN, '["old", "pay"]', "done")

    assert told == "Noted: team pay is done with “Old images go”. No more reminders."
    assert {name: each.done_by for name, each in (await office.teams()).items()} == {"pay": BY_PRESS, "shop": ""}
    await office.press(BO, '["old", "pay"]', "undo")
    assert (await office.teams())["pay"].done_at is None


async def test_a_team_is_done_by_the_action_that_was_carried_out_for_it(office: Office) -> None:
    await both_use(office)
    office.publish(notice(action="new-image"), actions=[NEW_IMAGE])
    await office.look()
    await office.carries_out(ANN, {"team": "pay"})
    await office.carries_out(CY, {}, state="declined")

    await office.look()

    assert {name: each.done_by for name, each in (await office.teams()).items()} == {"pay": BY_ACTION, "shop": ""}
    await office.carries_out(CY, {})  # names no team, and she is only in one
    await office.look()
    assert (await office.teams())["shop"].done_by == BY_ACTION


async def test_a_team_that_left_what_it_is_about_hears_no_more(office: Office) -> None:
    await office.uses("pay")
    office.publish(notice())
    await office.look()

    await office.uses("pay", what="left", day=date(2026, 11, 25))
    office.go_to(12, 9)
    await office.look()

    assert (await office.teams())["pay"].done_by == BY_LEAVING
    assert len(await office.told(BREAKS)) == 1


async def test_a_team_that_was_renamed_and_left_is_no_user_by_its_old_name(office: Office) -> None:
    await office.uses("cash")
    await office.uses("pay", what="left", day=date(2026, 11, 23))
    library = office.desk.shelf.library
    teams = library.handbook.people.teams | {"pay": Team(group(ANN, BO), "london", PAY, formerly=("cash",))}
    people = replace(library.handbook.people, teams=teams)
    office.desk.shelf.library = replace(library, handbook=replace(library.handbook, people=people))
    office.publish(notice())

    await office.look()

    assert await office.teams() == {}


async def test_an_action_counts_from_when_a_team_was_told_though_the_notice_begins_later(office: Office) -> None:
    await office.uses("pay")
    office.publish(notice(action="new-image", since=When(date(2026, 12, 1))), actions=[NEW_IMAGE])
    await office.look()
    office.hands.move(hours=1)
    await office.carries_out(ANN, {"team": "pay"})

    await office.look()

    assert (await office.teams())["pay"].done_by == BY_ACTION


@pytest.mark.parametrize("is_pressed", [False, True], ids=["by the action alone", "after a press"])
async def test_what_an_action_did_is_not_taken_back_and_that_is_said(office: Office, is_pressed: bool) -> None:
    await office.uses("pay")
    office.publish(notice(action="new-image"), actions=[NEW_IMAGE])
    await office.look()
    if is_pressed:
        await office.press(ANN, '["old", "pay"]', "done")
    await office.carries_out(ANN, {"team": "pay"})
    await office.look()

    assert await office.press(ANN, '["old", "pay"]', "undo") == ACTION_COUNTS
    assert (await office.teams())["pay"].done_by == BY_ACTION


async def test_what_is_counted_is_done_when_nothing_is_left_and_open_when_it_comes_back(office: Office) -> None:
    await both_use(office)
    office.publish(notice(items={"pay": ("ledger",), "shop": ()}))
    await office.look()
    assert await office.told(BREAKS) == [(PAY, FIRST)]
    assert await office.press(ANN, '["old", "pay"]', "done") == COUNTED

    office.publish(notice(items={"pay": ()}))
    await office.look()
    assert (await office.teams())["pay"].done_by == BY_ITEMS
    office.publish(notice(items={"pay": ("ledger", "invoices")}))
    await office.look()

    row = (await office.teams())["pay"]
    assert (row.done_at, row.items) == (None, ("ledger", "invoices"))


async def test_items_are_files_of_a_repository_and_what_cannot_be_read_stays_as_it_was(
    database: Database, tmp_path: Path
) -> None:
    remote = make_remote(tmp_path / "live.git")
    remote.commit({"teams/pay/old/a.yaml": "a", "teams/pay/new.yaml": "a"})
    git = Git(ISOLATED, timeout_s=20)
    mirror = Repository(git, read_address(remote.address), tmp_path / "mirror.git")
    office = Office(database, history_of=lambda _: History(mirror))
    counted = notice(items=FilesOf("live", "teams/{team}/old/*.yaml"))
    office.publish(counted)
    library = office.desk.shelf.library
    live = replace(library.handbook, repositories=(LiveRepository("live", remote.address),))
    assert isinstance(live, Handbook)
    office.desk.shelf.library = replace(library, handbook=live)

    await office.look()
    assert {name: each.items for name, each in (await office.teams()).items()} == {"pay": ("teams/pay/old/a.yaml",)}
    remote.folder.rename(tmp_path / "away.git")
    await office.look()
    assert (await office.teams())["pay"].done_at is None
    (tmp_path / "away.git").rename(remote.folder)
    remote.commit({"teams/pay/new.yaml": "a"})
    await office.look()

    assert (await office.teams())["pay"].done_by == BY_ITEMS


# News.


async def test_news_mark_what_is_yours_and_tell_the_platform_team_of_all(office: Office) -> None:
    await both_use(office)
    window = notice(
        NoticeKind.MAINTENANCE, "window", capability="", topics=("upgrade",), since=When(date(2026, 11, 30))
    )
    office.publish(notice(items={"pay": ("ledger",), "shop": ("cart",)}), window)
    await office.look()

    mine, other, platform = [await office.news(each) for each in (ANN, TOM, MAYA)]

    assert mine == [
        "*Maintenance: Old images go*\nBuild anew.",
        "from 30 Nov 2026 until 18 Dec 2026",
        "*Going away: Old images go*\nBuild anew.",
        "until 18 Dec 2026",
        "*Yours*, pay: 1 left: `ledger`",
    ]
    assert not any("Yours" in each or "Progress" in each for each in other)
    assert "Progress: 0 of 2 teams done; not yet: pay (1), shop (1)" in platform


async def test_of_a_maintenance_nothing_is_left_to_do(office: Office) -> None:
    await both_use(office)
    office.publish(notice(NoticeKind.MAINTENANCE, since=When(date(2026, 11, 30))))
    await office.look()

    mine, platform = await office.news(ANN), await office.news(MAYA)
    query = select(outbox.c.text, outbox.c.blocks).where(outbox.c.kind.in_((TOLD, "news")))
    shown = str([tuple(row) for row in await office.rows(query)])

    assert mine[1:] == ["from 30 Nov 2026 until 18 Dec 2026", "*Yours*, pay"]
    assert platform[1:] == ["from 30 Nov 2026 until 18 Dec 2026"]
    assert len(await office.told(TOLD)) == 2
    assert "done" not in shown


async def test_there_may_be_no_news(office: Office) -> None:
    assert await office.news(ANN) == ["There is no notice at the moment."]
