"""What can be chosen where an entry points to a file: read in the background, never while somebody waits for a form.

Nothing is made up: a list that could not be read has a reason, and the form of its action is refused with it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.actions.lists import choices_in
from bot.desk import Desk
from bot.errors import GitFailed
from bot.git.host import GitHost
from knowledge.actions import Action, ChoicesFrom

log = structlog.get_logger(__name__)

STANDS_FOR = timedelta(minutes=10)  # a list that was read and now cannot be is used so long: hosts have short troubles
NOT_YET = "has not been read yet; try again in a minute"


@dataclass(frozen=True)
class Read:
    """`why_not` is "" where the last reading was good."""

    choices: tuple[str, ...] = ()
    at: datetime | None = None  # of the last good reading
    why_not: str = NOT_YET


class Choices:
    """`hosts` gives the host of a repository by its name in repositories.yaml; it raises GitFailed for none."""

    def __init__(self, desk: Desk, hosts: Callable[[str], GitHost]) -> None:
        self._desk = desk
        self._hosts = hosts
        self._read: dict[ChoicesFrom, Read] = {}

    def of(self, action: Action) -> dict[str, Sequence[str]] | str:
        """The choices by the input's name, where they come from a file; the reason, where one cannot be read."""
        lists: dict[str, Sequence[str]] = {}
        for each in action.inputs:
            if each.choices_from is None:
                continue
            read = self._read.get(each.choices_from, Read())
            if read.why_not and not self._still_stands(read):
                what = f"The choices for “{each.label or each.name}” cannot be shown"
                return f"{what}: {each.choices_from.file} in {each.choices_from.repository} {read.why_not}."
            lists[each.name] = read.choices
        return lists

    async def refresh(self) -> None:
        """Reads every list that the live catalogue points to, a file once."""
        actions = self._desk.shelf.library.handbook.actions
        wanted = dict.fromkeys(each.choices_from for action in actions for each in action.inputs if each.choices_from)
        files: dict[tuple[str, str], str | GitFailed | None] = {}
        for source in wanted:
            place = (source.repository, source.file)
            if place not in files:
                files[place] = await self._file(*place)
            self._read[source] = self._noted(source, files[place])
        self._read = {source: self._read[source] for source in wanted}

    async def _file(self, repository: str, file: str) -> str | GitFailed | None:
        try:
            return await self._hosts(repository).read_file(file)
        except GitFailed as failed:
            log.warning("choices.not_read", repository=repository, file=file, reason=str(failed))
            return failed

    def _noted(self, source: ChoicesFrom, text: str | GitFailed | None) -> Read:
        before = self._read.get(source, Read())
        found = "is not to be reached at the moment" if isinstance(text, GitFailed) else choices_in(text, source)
        if isinstance(found, str):
            return Read(before.choices, before.at, found)
        return Read(found, self._desk.clock.now(), "")

    def _still_stands(self, read: Read) -> bool:
        return read.at is not None and self._desk.clock.now() - read.at < STANDS_FOR
