"""`channels.yaml`: which channels are watched, and how the bot behaves in each."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from bot.calendar import Hours


class AnswerMode(StrEnum):
    SHADOW = "shadow"  # the platform team alone sees what would have been said
    WHEN_MENTIONED = "when mentioned"
    AFTER = "after"  # only after people had their chance
    AT_ONCE = "at once"


class Keep(StrEnum):
    TEXT = "text"
    COUNTS = "counts"


@dataclass(frozen=True)
class Channel:
    id: str
    name: str
    answer: AnswerMode = AnswerMode.SHADOW
    answer_after: timedelta = timedelta(0)  # people's chance, for AnswerMode.AFTER
    horizon_working_days: int = 3
    history_days: int = 90
    keep: Keep = Keep.TEXT
    language: str = "en"
    hours: Hours | None = None  # None: always within hours


@dataclass(frozen=True)
class Channels:
    """No `channels.yaml` means `Channels()`: nothing is watched, the bot answers only when mentioned."""

    timezone: str = "UTC"  # weeks and days are cut here
    platform_channel: str = ""  # digests, shadow cards and notices to the platform team go here
    guests_may_ask: bool = False
    answer_at: float | None = None  # confidence from which the bot answers; None: the shipped default
    suggest_at: float | None = None
    channels: tuple[Channel, ...] = ()

    def watched(self, channel_id: str) -> Channel | None:
        return next((channel for channel in self.channels if channel.id == channel_id), None)
