"""Proposes files to the handbook that another pillar wants there. What becomes of them is told back to that pillar."""

from pathlib import PurePosixPath

from bot.curation.proposals import SETTLED, Change, ProposalService
from bot.desk import Desk
from bot.storage import proposals as rows
from bot.storage.engine import Tx
from bot.work import FileSettled, FileWanted, enqueue


class FilingService:
    def __init__(self, desk: Desk, proposals: ProposalService) -> None:
        self._desk = desk
        self._proposals = proposals

    async def propose(self, wanted: FileWanted) -> None:
        """Once for each subject; in the place of no file that is there. Raises GitFailed."""
        if self._proposals.repository is None:
            await self.given_up(wanted)
            return
        file = await self._proposals.free_file(wanted.file, _following)
        change = Change(wanted.kind, wanted.subject, wanted.title, wanted.body, {file: wanted.text})

        async def unit(tx: Tx) -> None:
            await self._proposals.put(tx, change, person=wanted.person, response_url=wanted.response_url)

        await self._desk.database.write(unit)
        self._desk.wake()

    async def given_up(self, wanted: FileWanted) -> None:
        now = self._desk.clock.now()
        settled = FileSettled(wanted.key, wanted.subject, rows.FAILED)
        kind = SETTLED[wanted.kind]
        await self._desk.database.write(lambda tx: enqueue(tx, kind, settled, due_at=now, now=now))
        self._desk.wake()


def _following(file: str) -> str:
    """The next name of a file that is taken: `a.md`, `a-2.md`, `a-3.md`."""
    path = PurePosixPath(file)
    stem, dash, number = path.stem.rpartition("-")
    if dash and number.isdigit():
        return str(path.with_name(f"{stem}-{int(number) + 1}{path.suffix}"))
    return str(path.with_name(f"{path.stem}-2{path.suffix}"))
