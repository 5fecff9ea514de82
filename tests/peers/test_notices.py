"""A channel is told once what is kept of it, and again only when that changes."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.clock import Clock
from bot.model import Json
from bot.outbox import Outbox
from bot.peers import notice_blocks
from bot.peers.notices import NoticeService
from bot.storage.engine import Database
from bot.storage.schema import outbox, work
from knowledge.channels import Channel, Channels, Keep
from tests.work.desk import FakeSlack, never_off

ASK, RANDOM = "C0ASK", "C0RANDOM"
NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)


@dataclass
class Desk:
    database: Database
    channels: Channels = field(default_factory=lambda: Channels(channels=(Channel(ASK, "ask"),)))
    woken: int = 0
    seconds: Iterator[int] = field(default_factory=lambda: count(int(NOW.timestamp())))

    def __post_init__(self) -> None:
        clock, marks = Clock(lambda: next(self.seconds)), count(1)
        sender = Outbox(
            self.database, FakeSlack.__new__(FakeSlack), is_off=never_off, clock=clock, new_id=lambda: f"m{next(marks)}"
        )
        self.service = NoticeService(
            self.database,
            sender,
            channels=lambda: self.channels,
            clock=clock,
            wake=self._wake,
            command="/platform",
        )

    def _wake(self) -> None:
        self.woken += 1

    def keep(self, keep: Keep) -> None:
        self.channels = Channels(channels=(replace(Channel(ASK, "ask"), keep=keep),))

    async def said(self) -> list[dict[str, Any]]:
        async with self.database.read() as tx:
            rows = (await tx.execute(select(outbox).order_by(outbox.c.created_at))).mappings()
            return [dict(row) for row in rows]

    async def keys(self) -> list[str]:
        return [row["key"] for row in await self.said()]

    async def settle(self, state: str) -> None:
        waiting = outbox.c.state == "waiting"
        await self.database.write(lambda tx: tx.execute(update(outbox).where(waiting).values(state=state)))


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


def words(blocks: list[Json]) -> str:
    return "\n".join(block["text"]["text"] for block in blocks if "text" in block)


def buttons(blocks: list[Json]) -> list[tuple[str, str]]:
    return [(each["text"]["text"], each["action_id"]) for block in blocks for each in block.get("elements", [])]


async def test_a_channel_that_keeps_text_is_told_what_how_long_who_and_how_to_be_left_out(desk: Desk) -> None:
    await desk.service.announce(ASK)

    [row] = await desk.said()
    assert (row["key"], row["channel_id"], row["purpose"]) == (f"notice:{ASK}:text-90", ASK, "owed")
    assert words(row["blocks"]) == (
        "*What I keep of this channel.* What is written, for 90 days; after that only who wrote when, and whether it "
        "was a question, a reply or a thank-you. I read back 90 days when I begin.\n"
        "*Who sees it.* The platform team sees numbers. Nobody's activity is shown by person, to anyone.\n"
        "*To be left out*, press the button, here or with `/platform settings`. You then count as someone: "
        "your words are not kept, those I have go, and I never name you."
    )
    assert buttons(row["blocks"]) == [("Count me out", "privacy.out")]


async def test_a_channel_that_keeps_counts_is_told_so(desk: Desk) -> None:
    desk.keep(Keep.COUNTS)
    await desk.service.announce(ASK)

    [row] = await desk.said()
    assert row["key"] == f"notice:{ASK}:counts"
    assert "Who wrote when, and whether it was a question, a reply or a thank-you. No words." in row["text"]


async def test_a_channel_that_is_not_in_the_handbook_is_told_that_nothing_is_kept(desk: Desk) -> None:
    await desk.service.announce(RANDOM)

    [row] = await desk.said()
    assert (row["key"], row["text"]) == (f"notice:{RANDOM}:nothing", "I answer when mentioned and keep nothing here.")
    assert buttons(row["blocks"]) == []


async def test_the_platform_teams_own_channel_is_told_what_comes_there(desk: Desk) -> None:
    desk.channels = replace(desk.channels, platform_channel=RANDOM)

    await desk.service.announce(RANDOM)

    [row] = await desk.said()
    assert row["text"] == (
        "Cards, digests and what only the platform team should see come here. I answer when mentioned and keep nothing "
        "of what is written here."
    )


async def test_it_is_said_once(desk: Desk) -> None:
    for _ in range(3):
        await desk.service.announce(ASK)
        await desk.service.announce_changes()
        await desk.settle("sent")

    assert await desk.keys() == [f"notice:{ASK}:text-90"]


async def test_it_is_said_again_each_time_that_what_is_kept_changes(desk: Desk) -> None:
    await desk.service.announce(ASK)
    for keep in (Keep.COUNTS, Keep.TEXT, Keep.TEXT):
        desk.keep(keep)
        await desk.service.announce_changes()

    assert await desk.keys() == [f"notice:{ASK}:text-90", f"notice:{ASK}:counts", f"notice:{ASK}:text-90:2"]


async def test_it_is_said_again_when_words_are_kept_for_longer_or_shorter(desk: Desk) -> None:
    await desk.service.announce(ASK)
    for days in (365, 365, 30):
        desk.channels = replace(desk.channels, text_days=days)
        await desk.service.announce_changes()

    assert await desk.keys() == [f"notice:{ASK}:text-90", f"notice:{ASK}:text-365", f"notice:{ASK}:text-30"]


async def test_a_channel_taken_out_of_the_handbook_is_told_when_its_words_go(desk: Desk) -> None:
    await desk.service.announce(ASK)
    desk.channels = Channels()
    await desk.service.announce_changes()

    [_, row] = await desk.said()
    assert row["text"] == ("I answer when mentioned and keep nothing here. Words I kept before go within 90 days.")


async def test_channels_that_were_told_nothing_are_not_told_of_changes(desk: Desk) -> None:
    """The bot may not be in them."""
    await desk.service.announce_changes()

    assert await desk.keys() == []


async def test_what_slack_refused_is_tried_again_and_not_for_ever(desk: Desk) -> None:
    for _ in range(6):
        await desk.service.announce(ASK)
        await desk.settle("failed")

    assert await desk.keys() == [f"notice:{ASK}:text-90", f"notice:{ASK}:text-90:1", f"notice:{ASK}:text-90:2"]


async def test_the_bots_coming_in_is_work_and_taken_down_once(desk: Desk) -> None:
    await desk.service.take_joined(ASK, event_id="Ev1")
    await desk.service.take_joined(ASK, event_id="Ev1")

    async with desk.database.read() as tx:
        rows = [(row.kind, row.payload) for row in await tx.execute(select(work))]
    assert rows == [("peers.joined", {"key": "Ev1", "channel_id": ASK})]
    assert desk.woken == 2


def test_a_channel_without_history_is_not_told_of_reading_back() -> None:
    channel = Channel(ASK, "ask", history_days=0)
    promised = notice_blocks.promise(ASK, channel, text_days=30, was_kept=False)

    assert "read back" not in notice_blocks.notice(promised, key="k", command="/x").text
