"""Tells people privately that what they posted looks like a secret: everybody in the channel can read it.

Here it was masked before it was written down; in Slack it stands until its author deletes it.
"""

from datetime import timedelta

from bot import effects
from bot.blockkit import Shown, section
from bot.desk import Desk
from bot.model import moment
from bot.peers import blocks
from bot.wanted import SecretSeen
from knowledge.channels import AnswerMode

WITHIN = timedelta(hours=1)  # later others have read it
TEXT = (
    "Only you see this. Your message seems to hold a password, token or key, and everybody here can read it. "
    "Have it changed, then edit or delete the message. I kept the message without it."
)


class SecretService:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def warn(self, seen: SecretSeen) -> None:
        channel = self._desk.shelf.library.handbook.channels.watched(seen.channel_id)
        if channel is None or channel.answer is AnswerMode.SHADOW:
            return
        if self._desk.clock.now() - moment(seen.ts) > WITHIN:
            return
        shown = Shown(TEXT, (section(TEXT),))
        warning = effects.whispered(
            seen.key, blocks.SECRET, seen.person, shown, channel_id=seen.channel_id, thread_ts=seen.thread_ts
        )
        await self._desk.send(warning)
