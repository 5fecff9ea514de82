"""Tells colleagues of our organisation's other workspaces from people of other companies, where channels are shared.

A message names the workspace its author wrote from, and not the organisation that has it: the author's profile does.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.authority import is_ours
from bot.errors import SlackError
from bot.model import Author, Message, Profile, Workspace

WAIT_S = 0.5  # Slack waits for the answer to its event meanwhile, a second at most

Placed = Callable[[Message], Awaitable[Message]]


class Companies:
    """Asks Slack once for each workspace, and only where ours is part of an organisation."""

    def __init__(self, workspace: Workspace, profile: Callable[[str], Awaitable[Profile]]) -> None:
        self._workspace = workspace
        self._profile = profile
        self._known: dict[str, str | None] = {}  # the organisation, by workspace; by person where none is told

    async def placed(self, message: Message) -> Message:
        """The message with its author's organisation; as it is where that is not told or does not matter."""
        author, ours = message.author, self._workspace
        if not (ours.enterprise_id and message.is_shared) or author.is_bot or is_ours(author.team_id, None, ours):
            return message
        return replace(message, author=replace(author, enterprise_id=await self._of(author)))

    async def _of(self, author: Author) -> str | None:
        key = author.team_id or author.user_id
        if key not in self._known:
            try:
                async with asyncio.timeout(WAIT_S):
                    self._known[key] = (await self._profile(author.user_id)).enterprise_id
            except (SlackError, TimeoutError):
                return None
        return self._known[key]


async def as_it_is(message: Message) -> Message:
    """Where nobody can be asked."""
    return message
