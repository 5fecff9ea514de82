"""Whether what was agreed to is still what would be done, and may still be done: the entry, the files and the rights.

Asked at the press of an approval, before anything goes out, and before the bot merges.
"""

from dataclasses import replace

from bot.actions.changes import Changes, RepositoryUnknown
from bot.actions.rights import Rights
from bot.storage import requests as rows
from bot.storage.requests import RequestRow

MOVED_ON = "The files that it changes in Git were changed meanwhile."


class Validity:
    def __init__(self, rights: Rights, changes: Changes) -> None:
        self._rights = rights
        self._changes = changes

    async def what_changed(self, row: RequestRow) -> str:
        """Why what would be done is not what was shown; "" when it is. Raises GitFailed when that cannot be told."""
        if reason := self._rights.why_not_live(row):
            return reason
        try:
            return "" if await self._changes.are_as_before(row) else MOVED_ON
        except RepositoryUnknown as unknown:
            return str(unknown)

    async def why_not_carry_out(self, row: RequestRow) -> str:
        """The same, or that who asked or too many of those who agreed may not any more."""
        return await self.what_changed(row) or await self._rights.why_not_execute(row, is_intact=True)

    async def why_not_merge(self, row: RequestRow) -> str:
        """The same of a proposal that was opened: merging it is what was agreed to."""
        return await self.why_not_carry_out(replace(row, state=rows.GOING))
