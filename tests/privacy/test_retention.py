"""Each limit that docs/privacy.md names is kept by the bot's own upkeep: what is older goes, what is younger stays.

Every number in the page's column "how long" has its line here. What stays "until erased" is
looked at in tests/privacy/test_erase.py.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import JSON, Boolean, Column, Date, DateTime, Float, Integer, LargeBinary, Table, insert, select

from bot.adoption.figures import week_of
from bot.app import Mentor
from bot.clock import Clock
from bot.config import Settings, read_settings
from bot.handbook import HandbookSource
from bot.library import catalogued
from bot.model import Workspace
from bot.slack import Slack
from bot.storage.engine import Database, Tx
from bot.storage.schema import (
    Moment,
    answers,
    capability_people,
    controller_reports,
    digests,
    drafts,
    events,
    friction,
    messages,
    model_use,
    outbox,
    people,
    requests,
    stories,
    talk_draws,
    talk_notes,
    talks,
    thanks,
    vectors,
)
from bot.storage.signatures import PREFIX
from tests.privacy.company import NOW

PAGE = (Path(__file__).parents[2] / "docs" / "privacy.md").read_text()
DAY = timedelta(days=1)
OLD, YOUNG = "old", "young"


@dataclass(frozen=True)
class Limit:
    """What goes when `at` is `age` ago: the words in a column, or the whole row; told apart by `margin`.

    `says` is the number by which the page tells it.
    """

    table: Table
    says: int
    age: timedelta
    at: Column[Any]
    words: Column[Any] | None = None
    key: str = "id"
    values: Mapping[str, Any] = field(default_factory=dict)
    margin: timedelta = timedelta(minutes=1)
    is_in_inbox: bool = False  # on SQLite in the file beside

    @property
    def name(self) -> str:
        return f"{self.table.name} {self.says}"


def days(table: Table, number: int, at: Column[Any], words: Column[Any] | None = None, **more: Any) -> Limit:
    return Limit(table, number, number * DAY, at, words, **more)


LIMITS = (
    days(messages, 90, messages.c.posted_at, messages.c.text, key="ts"),
    days(answers, 90, answers.c.created_at, answers.c.question),
    days(drafts, 30, drafts.c.created_at, drafts.c.words, values={"state": "shown"}),
    days(requests, 90, requests.c.ended_at, requests.c.shown, values={"state": "live", "inputs": {"name": "it"}}),
    days(controller_reports, 30, controller_reports.c.heard_at, values={"state": "live"}),
    days(controller_reports, 400, controller_reports.c.heard_at, values={"state": "returned"}),
    Limit(
        capability_people, 26, timedelta(weeks=26), capability_people.c.week, key="person", margin=timedelta(weeks=1)
    ),
    days(outbox, 30, outbox.c.sent_at, outbox.c.text, key="key", values={"state": "sent", "blocks": []}),
    days(vectors, 30, vectors.c.used_at, key="key"),
    days(friction, 400, friction.c.logged_at),
    days(stories, 90, stories.c.told_at, stories.c.words, values={"state": "shown"}),
    days(thanks, 90, thanks.c.given_at, thanks.c.words, values={"told_in": "a message"}),
    days(talks, 183, talks.c.invited_at, values={"draw_id": "draw", "state": "invited"}),
    days(talk_notes, 14, talk_notes.c.written_at, talk_notes.c.words, values={"state": "shown"}),
    Limit(digests, 8, timedelta(weeks=8), digests.c.made_at, digests.c.key, key="week"),
    days(events, 7, events.c.received_at, key="event_id"),
    Limit(
        events,
        15,
        timedelta(minutes=15),
        events.c.received_at,
        key="event_id",
        values={"event_id": PREFIX},
        is_in_inbox=True,
    ),
    days(model_use, 2, model_use.c.day, key="person", margin=DAY),
)


def test_every_number_of_days_on_the_page_is_tried_here() -> None:
    promised = {(what, int(number)) for what, how_long in _kept() for number in re.findall(r"\d+", how_long)}

    tried = {(what, limit.says) for what, _ in _kept() for limit in LIMITS if f"`{limit.table.name}`" in what}

    assert promised - tried == set()


@pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
async def test_what_is_older_than_its_limit_goes_and_what_is_younger_stays(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await database.write(partial(_put_all, is_in_inbox=False))
    await database.inbox.write(partial(_put_all, is_in_inbox=True))
    before = [await _stands(database, limit) for limit in LIMITS]

    mentor = await _mentor(database_url, tmp_path)
    await mentor.upkeep.forget_old()
    await mentor.replays.forget_old()
    await mentor.database.close()

    assert before == [[OLD, YOUNG]] * len(LIMITS)
    assert {limit.name: await _stands(database, limit) for limit in LIMITS} == {limit.name: [YOUNG] for limit in LIMITS}


def _kept() -> list[tuple[str, str]]:
    """The tables of each row of the page's first table, and how long they are kept."""
    rows = PAGE.partition("| data | tables |")[2].partition("\n\n")[0].splitlines()[2:]
    cells = [row.strip("| ").split(" | ") for row in rows]
    return [(each[1], each[3]) for each in cells]


async def _mentor(database_url: str, folder: Path) -> Mentor:
    """All of it, built and not started: nobody asks Slack for anything here."""
    settings = replace(_settings(folder), database_url=database_url, clock=Clock(NOW.timestamp))
    source = HandbookSource("", workspace=folder / "handbook", environment={})
    await source.refresh()
    slack = Slack(settings.slack_bot_token, api_url=settings.slack_api_url, clock=settings.clock)
    return Mentor(settings, source, await catalogued(source.current), Workspace("T1", None, "UBOT", "B1"), slack)


def _settings(folder: Path) -> Settings:
    """With an embedding server, so that vectors are kept at all; it is not asked."""
    return read_settings(
        {
            "MENTOR_DATA": str(folder),
            "SLACK_BOT_TOKEN": "xoxb-1",
            "SLACK_SIGNING_SECRET": "s",
            "MENTOR_EMBEDDING_MODEL": "m",
            "MENTOR_EMBEDDING_BASE_URL": "http://127.0.0.1:9/v1",
        }
    )


async def _put_all(tx: Tx, *, is_in_inbox: bool) -> None:
    if not is_in_inbox:
        await _put(tx, talk_draws, {"id": "draw", "drawn_at": NOW})
    for number, limit in enumerate(LIMITS):
        if limit.is_in_inbox is not is_in_inbox:
            continue
        for place, (age, name) in enumerate(((limit.age + limit.margin, OLD), (limit.age - limit.margin, YOUNG))):
            key = f"{limit.values.get(limit.key, '')}{name} {number}"
            row = {limit.key: key, **limit.values, limit.at.name: _moment(limit, NOW - age)} | {limit.key: key}
            if limit.words is not None:
                row[limit.words.name] = ["words"] if isinstance(limit.words.type, JSON) else "words"
            if limit.table is capability_people:
                await _put(tx, people, {"id": key, "slack_id": key})
            if limit.table is talks:
                row["place"] = place
            if limit.table is talk_notes:
                row["talk_id"] = f"{key} talk"
                await _put(tx, talks, {"id": row["talk_id"], "draw_id": "draw", "place": 10 + place, "invited_at": NOW})
            await _put(tx, limit.table, row)


def _moment(limit: Limit, at: datetime) -> Any:
    if limit.at is capability_people.c.week:
        return week_of(at.date())
    return at.date() if isinstance(limit.at.type, Date) else at


async def _put(tx: Tx, table: Table, given: Mapping[str, Any]) -> None:
    """A row with nothing in it but what is given, and that it is one of its own."""
    own = {name: next(iter(given.values())) for name in ("key", "mark", "id") if name in table.c}
    plain = {each.name: _nothing(each) for each in table.columns if not each.nullable}
    await tx.execute(insert(table).values({**plain, **own, **given}))


def _nothing(column: Column[Any]) -> Any:
    match column.type:
        case Boolean():
            return False
        case Integer() | Float():
            return 0
        case JSON():
            return {}
        case LargeBinary():
            return b""
        case Date():
            return NOW.date()
        case DateTime() | Moment():
            return NOW
        case _:
            return ""


async def _stands(database: Database, limit: Limit) -> list[str]:
    """Which of the two is still there, with its words."""
    mark = str(LIMITS.index(limit))
    key = limit.table.c[limit.key]
    query = select(key, *([limit.words] if limit.words is not None else [])).order_by(key)
    async with (database.inbox if limit.is_in_inbox else database).read() as tx:
        found = [tuple(row) for row in await tx.execute(query)]
    names = [str(row[0]).removeprefix(PREFIX).split(" ") for row in found if row[-1] is not None]
    return [name for name, number, *_ in (each for each in names if len(each) == 2) if number == mark]
