"""A workspace to read back, the reader alone without a bot round it, and both compared."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count

from sqlalchemy import func, or_, select

from bot.clock import Clock
from bot.config import Secret
from bot.model import Message, Workspace
from bot.peers.catch_up import CatchUp
from bot.peers.service import PeerService, Request
from bot.slack import Slack
from bot.storage import inbox
from bot.storage.engine import Database
from bot.storage.people import slack_ids_of
from bot.storage.schema import channels, messages, reactions
from bot.wanted import Kind
from knowledge.channels import Channel, Channels
from sandbox import Clock as SandboxClock
from sandbox import Sandbox, testing

ASK, DEPLOYS = "C0ASK", "C0DEPLOYS"
STARTS_S = 1_795_514_000.0  # 24 Nov 2026, a Tuesday, 09:53 in London
Kept = tuple[str, str, str | None, str | None, str | None]  # channel, ts, thread_ts, text, edited_ts
Set = tuple[str, str, str, str]  # channel, ts, user, reaction


@dataclass
class Reader:
    """`watched` may change on the way; `announced` are the channels that were told what is kept."""

    sandbox: Sandbox
    database: Database
    slack: Slack
    peers: PeerService
    catch_up: CatchUp
    watched: Channels
    announced: list[str] = field(default_factory=list)

    async def read_all(self) -> None:
        """Everything due now, and what it makes due, until all rests."""
        await self.catch_up.all_due()
        while await self.catch_up._step():
            pass

    async def kept(self) -> set[Kept]:
        return await kept(self.database)

    async def kept_reactions(self) -> set[Set]:
        return await kept_reactions(self.database)


async def all_is_taken_down(database: Database, *, within_s: float = 60.0) -> None:
    """Once nothing waits that Slack told."""
    async with asyncio.timeout(within_s):
        while await inbox.count(database):
            await asyncio.sleep(0.02)


async def kept(database: Database) -> set[Kept]:
    """What stands in the channels to our knowledge."""
    async with database.read() as tx:
        rows = await tx.execute(select(messages).where(messages.c.deleted_ts.is_(None)))
        return {(row.channel_id, row.ts, row.thread_ts, row.text, row.edited_ts) for row in rows}


async def kept_reactions(database: Database) -> set[Set]:
    """Those on messages that are not gone."""
    is_gone = select(messages.c.ts).where(
        messages.c.channel_id == reactions.c.channel_id,
        messages.c.ts == reactions.c.ts,
        messages.c.deleted_ts.is_not(None),
    )
    async with database.read() as tx:
        rows = (await tx.execute(select(reactions).where(~is_gone.exists()))).all()
        users = await slack_ids_of(tx, {row.person for row in rows})
    return {
        (row.channel_id, row.ts, users[row.person], row.name)
        for row in rows
        if (row.was_there if row.seen_ts > row.changed_ts else row.is_there)
    }


async def is_at_rest(database: Database, since_s: float) -> bool:
    """Whether every channel was read after that moment, and nothing is left to read."""
    here = channels.c.is_direct.is_(False)
    left = or_(channels.c.is_whole_due, ~channels.c.is_read_back, channels.c.lease.is_not(None))
    stale = func.coalesce(channels.c.watermark, "") < f"{since_s:.6f}"
    async with database.read() as tx:
        count = await tx.scalar(select(func.count()).where(here))
        return bool(count) and not await tx.scalar(select(func.count()).where(here, or_(left, stale)))


def standing(sandbox: Sandbox, channel_ids: Sequence[str]) -> set[Kept]:
    """What stands in the channels, by the workspace's own word."""
    found: set[Kept] = set()
    for channel_id in channel_ids:
        for each in sandbox.workspace.channels[channel_id].messages.values():
            if each.subtype in (None, "thread_broadcast", "bot_message"):
                thread_ts = each.thread_ts if each.thread_ts != each.ts else None
                found.add((channel_id, each.ts, thread_ts, each.text, (each.edited or {}).get("ts")))
    return found


def standing_reactions(sandbox: Sandbox, channel_ids: Sequence[str]) -> set[Set]:
    return {
        (channel_id, each.ts, user, name)
        for channel_id in channel_ids
        for each in sandbox.workspace.channels[channel_id].messages.values()
        for name, users in each.reactions.items()
        for user in users
    }


def request_in(message: Message, workspace: Workspace) -> Request | None:
    is_to_us = not message.author.is_bot and (message.is_direct or message.mentions_us)
    return Request(Kind.ANSWER, message.text) if is_to_us else None


def new_sandbox(*, factor: float, start_s: float = STARTS_S) -> Sandbox:
    return Sandbox(testing.manifest(), clock=SandboxClock(start_s=start_s, factor=factor))


async def reader_of(
    sandbox: Sandbox, database: Database, listed: Sequence[Channel], *, new_id: Callable[[], str] | None = None
) -> Reader:
    """Not reading yet. The sandbox must be started; close `slack` at the end."""
    numbers = count(1)
    clock = Clock(sandbox.clock.now, lambda: sandbox.clock.factor)
    slack = Slack(Secret(sandbox.bot_token), api_url=sandbox.api_url, clock=clock)
    await slack.open()
    workspace = await slack.who_am_i()
    next_id = new_id or (lambda: f"p{next(numbers)}")
    peers = PeerService(
        database, channels=lambda: reader.watched, workspace=workspace, clock=clock, new_id=next_id, wake=lambda: None
    )
    watched = Channels(channels=tuple(listed))
    reader = Reader(sandbox, database, slack, peers, catch_up=None, watched=watched)  # type: ignore[arg-type]

    async def announce(channel_id: str) -> None:
        reader.announced.append(channel_id)

    reader.catch_up = CatchUp(
        database,
        slack,
        peers,
        channels=lambda: reader.watched,
        workspace=workspace,
        clock=clock,
        new_id=next_id,
        request_in=request_in,
        announce=announce,
    )
    return reader
