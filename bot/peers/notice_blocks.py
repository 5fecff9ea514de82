"""Shows a channel what is kept of it, for how long, who sees it and how to be left out."""

from dataclasses import dataclass

from bot.blockkit import actions, button, section
from bot.model import Effect, Json, MessageKind, Purpose
from knowledge.channels import Channel, Keep

COUNT_OUT = "privacy.out"  # the press is taken by `bot.privacy`
NOTHING = "nothing"  # beside the values of `Keep`: the channel is not in the handbook

NOTICE = MessageKind(
    "notice",
    Purpose.OWED,
    "the channel",
    "the bot joined it, or what is kept of it changed: what, how long, who sees it, how to be left out",
    "once a channel, and once more whenever what is kept changes",
    "take the bot out of the channel",
)
KINDS = (NOTICE,)


@dataclass(frozen=True)
class Promise:
    """What the channel is told: what is kept of it, for how many days, and whether something was kept before."""

    channel_id: str
    keep: str  # text | counts | nothing
    text_days: int
    history_days: int = 0
    was_kept: bool = False
    is_platform: bool = False  # the platform team's own channel

    @property
    def essence(self) -> str:
        """What a channel is told anew of when it changes: what is kept, and of words how long."""
        return f"{self.keep}-{self.text_days}" if self.keep == Keep.TEXT else self.keep


def promise(channel_id: str, channel: Channel | None, *, text_days: int, was_kept: bool) -> Promise:
    """`channel` is None where the handbook does not name it."""
    if channel is None:
        return Promise(channel_id, NOTHING, text_days, was_kept=was_kept)
    return Promise(channel_id, channel.keep.value, text_days, channel.history_days, was_kept)


def notice(promised: Promise, *, key: str, command: str) -> Effect:
    text = _text(promised, command)
    blocks: tuple[Json, ...] = (section(text),)
    if promised.keep != NOTHING:
        out = button("Count me out", action_id=COUNT_OUT, value="me")
        blocks = (*blocks, actions("privacy.notice", [out]))
    return Effect(key, NOTICE, text, blocks, channel_id=promised.channel_id)


def _text(promised: Promise, command: str) -> str:
    if promised.keep == NOTHING:
        gone = f" Words I kept before go within {promised.text_days} days." if promised.was_kept else ""
        cards = "Cards, digests and what only the platform team should see come here. " if promised.is_platform else ""
        return f"{cards}I answer when mentioned and keep nothing {'of what is written ' if cards else ''}here.{gone}"
    back = f" I read back {promised.history_days} days when I begin." if promised.history_days else ""
    return (
        f"*What I keep of this channel.* {_kept(promised)}{back}\n"
        "*Who sees it.* The platform team sees numbers. Nobody's activity is shown by person, to anyone.\n"
        f"*To be left out*, press the button, here or with `{command} settings`. You then count as someone: "
        "your words are not kept, those I have go, and I never name you."
    )


def _kept(promised: Promise) -> str:
    if promised.keep == Keep.COUNTS:
        return "Who wrote when, and whether it was a question, a reply or a thank-you. No words."
    return (
        f"What is written, for {promised.text_days} days; after that only who wrote when, and whether it was "
        "a question, a reply or a thank-you."
    )
