"""What people press under a digest: was it useful, I'll take it, how is it counted, shall it come less often.

A press is counted once for each person and digest, under a code that nobody can lead back once the digest is old.
"""

from collections.abc import Sequence

from bot import effects
from bot.authority import Act
from bot.blockkit import Shown
from bot.desk import Desk
from bot.digest import blocks
from bot.digest.blocks import AS_IT_IS, CSV, DEFINED, NOT_NOW, RARER, SHOWN_DIGEST, TAKE, USEFUL, Pressed
from bot.digest.definitions import DEFINITIONS
from bot.digest.figures_csv import csv_text
from bot.digest.kept import Digest, Reader
from bot.digest.maker import DigestMaker
from bot.digest.weeks import Week
from bot.people import PeopleService
from bot.storage import digests as rows
from bot.storage.engine import Tx
from bot.surveys.rules import tag
from bot.wanted import Decision, Due, Kind
from bot.work import enqueue

OF_TEAM = (TAKE, RARER, AS_IT_IS)
SAID = {USEFUL: "useful", NOT_NOW: "not now"}
THANKS = {
    USEFUL: "Counted as useful, without your name. Thank you.",
    NOT_NOW: "Counted, without your name. After four digests without a press I propose to come less often.",
}
TOO_OLD = "This digest is too old for that to count."
GONE = "That digest is not there any more."
YOURS = "It is yours. The team sees that in the digest."
THEIRS = "Somebody has it already: the digest says who."
BROKEN = "That was not saved. Please press again."
EVERY_SECOND = (
    "From now on the digest comes every second week, each for two weeks. `every: week` under `digest` in "
    "`channels.yaml` changes that at any time."
)
WEEKLY = "It stays weekly, and I do not ask again."
HANDBOOK_SAYS = "The handbook says how often the digest comes: change `every` under `digest` in `channels.yaml`."


class PressService:
    def __init__(self, desk: Desk, people: PeopleService, maker: DigestMaker) -> None:
        self._desk = desk
        self._people = people
        self._maker = maker

    async def take_press(self, pressed: Pressed, *, key: str, user_id: str, response_url: str | None) -> None:
        def wanted(person: str) -> Decision:
            return Decision(f"{person}:{key}", person, pressed.subject, pressed.choice, response_url)

        await self._desk.take(Kind.DIGEST_PRESS, user_id, wanted)

    # By a worker.

    async def decide(self, decision: Decision) -> None:
        week, about = blocks.about(decision.subject)
        act = Act.STEER if decision.choice in OF_TEAM or about == Reader.TEAM else Act.ASK
        if reason := await self._people.why_not(await self._people.profile(decision.person), act):
            await self._tell(decision, blocks.said(reason))
            return
        match decision.choice:
            case choice if choice in SAID:
                shown = blocks.said(await self._count(decision, week, about))
            case choice if choice == TAKE:
                shown = blocks.said(await self._take(decision, week, int(about)))
            case choice if choice in (RARER, AS_IT_IS):
                shown = blocks.said(await self._set_rhythm(1 if choice == AS_IT_IS else 2))
            case _:
                shown = await self._numbers(decision.choice, week, Reader(about))
        await self._tell(decision, shown)

    async def given_up(self, decision: Decision) -> None:
        await self._tell(decision, blocks.said(BROKEN))

    async def _count(self, decision: Decision, week: Week, reader: str) -> str:
        async def unit(tx: Tx) -> bool:
            key = await rows.key_of(tx, str(week))
            if key is not None:
                mark = tag(key, decision.person)
                await rows.press(tx, str(week), reader, mark, said=SAID[decision.choice])
            return key is not None

        return THANKS[decision.choice] if await self._desk.database.write(unit) else TOO_OLD

    async def _take(self, decision: Decision, week: Week, place: int) -> str:
        """The first who takes it has it; whoever presses after that is told so."""
        digest = await self._maker.stored(week)
        if digest is None or place > len(digest.todos):
            return GONE
        now = self._desk.clock.now()

        async def unit(tx: Tx) -> str:
            taker = await rows.take(tx, str(week), place, decision.person, now=now)
            again = Due(f"{week}:{place}", now.isoformat())
            await enqueue(tx, Kind.DIGEST_AGAIN, again, due_at=now, now=now)
            return taker

        taker = await self._desk.database.write(unit)
        self._desk.wake()
        return YOURS if taker == decision.person else THEIRS

    async def _set_rhythm(self, weeks: int) -> str:
        """The handbook outranks it, as it does everywhere."""
        if self._desk.shelf.library.handbook.channels.digest.every_weeks is not None:
            return HANDBOOK_SAYS
        now = self._desk.clock.now()
        await self._desk.database.write(lambda tx: rows.set_rhythm(tx, weeks, now=now))
        return EVERY_SECOND if weeks > 1 else WEEKLY

    async def _numbers(self, choice: str, week: Week, reader: Reader) -> Shown:
        digest = await self._maker.stored(week) or await self._maker.of(week)
        if choice == CSV:
            return blocks.csv_shown(csv_text(digest, reader))
        assert choice == DEFINED
        return blocks.definitions_shown(_sections(digest))

    async def _tell(self, decision: Decision, shown: Shown) -> None:
        key, url = f"digest-press:{decision.key}", decision.response_url
        await self._desk.send(effects.privately(key, decision.person, shown, response_url=url, kind=SHOWN_DIGEST))


def _sections(digest: Digest) -> Sequence[str]:
    return [each.section for each in DEFINITIONS if digest.shows(Reader.TEAM, each.section)]
