"""A channel's past questions put to today's handbook: what the bot would have done. Nothing is sent or kept."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from bot.answers.offline import Said, ask
from bot.answers.tuning import Judged
from bot.embeddings import VectorOf, words_alone
from bot.library import Library
from bot.model import Json, Window
from bot.storage import answers as rows
from bot.storage.answers import PastQuestion
from bot.storage.engine import Database

HEADER = "people's own words, for the operator and the platform team alone: do not pass on"
ON_A_PAGE = 20  # answers that a person can judge in a quarter of an hour
RIGHT = "right"


@dataclass(frozen=True)
class Rehearsed:
    question: PastQuestion
    said: Said


@dataclass(frozen=True)
class Rehearsal:
    """All questions of the window whose words are kept, oldest first."""

    window: Window
    played: Sequence[Rehearsed]

    def counts(self, channel_id: str | None = None) -> Counter[str]:
        """By outcome, of one channel or of all."""
        return Counter(
            each.said.outcome for each in self.played if channel_id is None or each.question.channel_id == channel_id
        )

    @property
    def silent(self) -> Sequence[PastQuestion]:
        return [each.question for each in self.played if each.said.outcome == "silent"]

    def page(self) -> Sequence[Rehearsed]:
        """Twenty that would be answered or suggested, from the surest to the least sure, evenly picked."""
        told = sorted(
            (each for each in self.played if each.said.outcome != "silent"),
            key=lambda each: (-each.said.confidence, each.question.channel_id, each.question.ts),
        )
        step = max(1.0, len(told) / ON_A_PAGE)
        return [told[int(at * step)] for at in range(min(ON_A_PAGE, len(told)))]

    def to_json(self) -> Json:
        return {
            "since": self.window.since.isoformat(),
            "until": self.window.until.isoformat(),
            **_told(self.counts()),
            "channels": [{"channel": each, **_told(self.counts(each))} for each in self.channels()],
        }

    def channels(self) -> Sequence[str]:
        return sorted({each.question.channel_id for each in self.played})


def _told(counts: Counter[str]) -> Json:
    return {"n": counts.total(), **{outcome: counts[outcome] for outcome in ("answered", "suggested", "silent")}}


class RehearsalService:
    def __init__(self, database: Database, library: Library, vector_of: VectorOf = words_alone) -> None:
        self._database = database
        self._library = library
        self._vector_of = vector_of

    async def play(self, window: Window) -> Rehearsal:
        """Asks as a member of the company would in the channel: public articles alone, no model."""
        async with self._database.read() as tx:
            asked = await rows.past_questions(tx, window)
        return Rehearsal(window, [await self._played(each) for each in asked])

    async def _played(self, asked: PastQuestion) -> Rehearsed:
        return Rehearsed(asked, ask(self._library, asked.text, await self._vector_of(asked.text)))

    async def judged_in_shadow(self) -> Sequence[Judged]:
        """What the platform team said of shadow cards; the newest word of each counts."""
        async with self._database.read() as tx:
            judgements = await rows.shadow_judgements(tx)
        return [Judged(confidence, verdict == RIGHT) for confidence, verdict in judgements]
