"""Once the socket is back, everything is read anew: events of the time without it may have been lost."""

import asyncio
from datetime import timedelta

from sqlalchemy import select

from bot.peers.catch_up import EVERY
from bot.storage.schema import channels
from tests.journeys.office import Office

MISSED = "how do I pause a rollout half way?"


async def test_what_was_said_while_the_socket_was_gone_is_known_once_it_is_back(office: Office) -> None:
    async with asyncio.timeout(20):
        while not await is_at_rest(office):
            await asyncio.sleep(0.05)
    clock, workspace = office.sandbox.clock, office.sandbox.workspace

    office.sandbox.disconnect_sockets(kind="cut")
    began_s = clock.now()
    workspace.past.say("U0PRIYA", "C0QUIET", MISSED, at=began_s - 1)  # and no event tells of it
    async with asyncio.timeout(20):
        while MISSED not in await texts(office):
            await asyncio.sleep(0.05)

    assert timedelta(seconds=clock.now() - began_s) < EVERY / 2  # not by the reading that comes every few minutes


async def is_at_rest(office: Office) -> bool:
    """Whether every channel was read, and none is to be read now."""
    async with office.mentor.database.read() as tx:
        rows = (await tx.execute(select(channels))).all()
    soon = office.mentor.clock.now() + EVERY / 2
    return bool(rows) and all(row.is_read_back and row.due_at > soon for row in rows if not row.is_direct)


async def texts(office: Office) -> list[str | None]:
    return [text for channel_id, text in await office.kept_messages() if channel_id == "C0QUIET"]
