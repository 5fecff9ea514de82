"""Once the socket is back, everything is read anew: events of the time without it may have been lost."""

import asyncio
from datetime import timedelta

from sqlalchemy import select

from bot.peers.catch_up import EVERY
from bot.storage.schema import channels
from handlers.socket_mode import PING_S
from sandbox import Sandbox
from tests.journeys.handbook import LOGS_TOLD, QUESTION
from tests.journeys.office import PATIENCE_S, Office
from tests.peers.reading import kept, kept_reactions, standing, standing_reactions

MISSED = "how do I pause a rollout half way?"
WATCHED = ["C0ASKPLAT", "C0DEPLOYS"]
DAY_S = 86_400.0


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


async def test_what_slack_gave_up_on_while_the_socket_was_gone_is_known_and_answered(office: Office) -> None:
    """Also a reply that changed in an old thread, of which no page of the channel tells."""
    sandbox, priya, jonas = office.sandbox, office.person("priya"), office.person("jonas")
    topic = jonas.say("C0DEPLOYS", "We deploy at noon from now on.")
    view = priya.say("C0DEPLOYS", "Noon is fine.", thread=topic)
    await office.quiet()
    sandbox.clock.advance(14 * DAY_S)
    async with asyncio.timeout(PATIENCE_S):
        while not await is_at_rest(office):
            await asyncio.sleep(0.05)

    lose_the_socket(sandbox)
    await sandbox.wait_for(lambda: not sandbox.sockets.connections)
    priya.edit(view, "Noon is fine, but on Fridays.")
    jonas.react(view, "tada")
    jonas.say("C0DEPLOYS", "Friday it is.", thread=topic)
    asked = priya.say("C0ASKPLAT", QUESTION)
    await sandbox.clock.sleep(1)  # Slack tries at once, and twice more within six minutes
    sandbox.clock.advance(420)
    await sandbox.settle()
    assert len(sandbox.delivery.lost) >= 4
    sandbox.faults.clear()
    await sandbox.connected(timeout_s=2 * PING_S)
    await office.answer_to(asked)
    async with asyncio.timeout(PATIENCE_S):
        while not await is_all_known(office):
            await asyncio.sleep(0.05)

    assert office.thread(asked) == [("priya", QUESTION), LOGS_TOLD]


def lose_the_socket(sandbox: Sandbox) -> None:
    """And let no other be opened."""
    sandbox.faults.add("status_500", methods=["apps.connections.open"])
    sandbox.disconnect_sockets(kind="cut")


async def is_all_known(office: Office) -> bool:
    database, sandbox = office.mentor.database, office.sandbox
    here = {each for each in await kept(database) if each[0] in WATCHED}
    is_set = await kept_reactions(database) == standing_reactions(sandbox, WATCHED)
    return is_set and here == standing(sandbox, WATCHED)


async def is_at_rest(office: Office) -> bool:
    """Whether every channel was read, and none is to be read now."""
    async with office.mentor.database.read() as tx:
        rows = (await tx.execute(select(channels))).all()
    soon = office.mentor.clock.now() + EVERY / 2
    return bool(rows) and all(row.is_read_back and row.due_at > soon for row in rows if not row.is_direct)


async def texts(office: Office) -> list[str | None]:
    return [text for channel_id, text in await office.kept_messages() if channel_id == "C0QUIET"]
