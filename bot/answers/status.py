"""What stands in the thread while an answer is being made. Slack takes it away when the bot says something there.

It is shown only to somebody who turned to the bot, and only once it is sure that a message follows in that thread. A
status that cannot be shown keeps nobody from their answer.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog

from bot.errors import SlackError
from bot.slack import Slack
from bot.wanted import Asking

log = structlog.get_logger(__name__)

LOOKING = "is looking in the handbook …"
WAIT_S = 2.0  # of the wall, for one that is slow in coming: later the answer could come first and the status stay


@asynccontextmanager
async def looking(slack: Slack, asking: Asking) -> AsyncIterator[None]:
    """The status is asked for as the block begins, and is there or given up when it ends."""
    thread_ts = asking.thread_ts or asking.question_ts
    if not asking.asked or asking.is_shared or asking.response_url is not None or thread_ts is None:
        yield
        return
    task = asyncio.create_task(_show(slack, asking.channel_id, thread_ts))
    try:
        yield
    finally:
        with suppress(TimeoutError):
            await asyncio.wait_for(task, WAIT_S)


async def _show(slack: Slack, channel_id: str, thread_ts: str) -> None:
    try:
        await slack.set_status(channel_id, thread_ts, LOOKING)
    except SlackError as error:
        log.warning("answers.no_status", reason=str(error))
