"""Proposes files to the handbook that another pillar wants there. What becomes of them is told back to that pillar."""

from pathlib import PurePosixPath

from bot import effects
from bot.blockkit import Shown
from bot.curation import draft_blocks as blocks
from bot.curation.proposals import FAILED, SETTLED, STORY, Change, ProposalService
from bot.desk import Desk
from bot.model import Effect
from bot.storage import proposals as rows
from bot.storage.engine import Tx
from bot.storage.proposals import ProposalRow
from bot.wanted import FileSettled, FileWanted
from bot.work import enqueue


class FilingService:
    def __init__(self, desk: Desk, proposals: ProposalService) -> None:
        self._desk = desk
        self._proposals = proposals

    async def propose(self, wanted: FileWanted) -> None:
        """Once for each subject; in the place of no file, unless it is to replace one. Raises GitFailed."""
        if self._proposals.repository is None:
            await self.given_up(wanted)
            return
        file = wanted.file if wanted.replaces else await self._proposals.free_file(wanted.file, _following)
        change = Change(wanted.kind, wanted.subject, wanted.title, wanted.body, {file: wanted.text})

        async def unit(tx: Tx) -> None:
            before = await rows.of(tx, wanted.subject)
            is_new = await self._proposals.put(tx, change, person=wanted.person, response_url=wanted.response_url)
            if before is not None and not is_new and not _is_told_soon(before, wanted):
                shown = blocks.proposed_before(branch=before.branch, url=before.url)
                await self._desk.outbox.put(tx, _told(f"filed-before:{wanted.key}", wanted, shown))

        await self._desk.database.write(unit)
        self._desk.outbox.bell.set()
        self._desk.wake()

    async def given_up(self, wanted: FileWanted) -> None:
        """Who wants a story told learns it from its pillar; everybody else here."""
        now = self._desk.clock.now()
        settled, kind = FileSettled(wanted.key, wanted.subject, rows.FAILED), SETTLED.get(wanted.kind)

        async def unit(tx: Tx) -> None:
            if kind is not None:
                await enqueue(tx, kind, settled, due_at=now, now=now)
            if wanted.kind != STORY:
                await self._desk.outbox.put(tx, _told(f"not-filed:{wanted.key}", wanted, blocks.said(FAILED)))

        await self._desk.database.write(unit)
        self._desk.outbox.bell.set()
        self._desk.wake()


def _is_told_soon(before: ProposalRow, wanted: FileWanted) -> bool:
    """Whether the same person pressed twice, or the work was done twice: they learn where it stands once it is open."""
    return before.state == rows.WAITING and before.person == wanted.person


def _told(key: str, wanted: FileWanted, shown: Shown) -> Effect:
    return effects.privately(key, wanted.person, shown, response_url=wanted.response_url)


def _following(file: str) -> str:
    """The next name of a file that is taken: `a.md`, `a-2.md`, `a-3.md`."""
    path = PurePosixPath(file)
    stem, dash, number = path.stem.rpartition("-")
    if dash and number.isdigit():
        return str(path.with_name(f"{stem}-{int(number) + 1}{path.suffix}"))
    return str(path.with_name(f"{path.stem}-2{path.suffix}"))
