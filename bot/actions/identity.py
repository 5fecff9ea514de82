"""Whose name a change will carry, in words for the person who asks for it, before they do."""

from bot.actions.authors import Authors
from knowledge.actions import Action, GitBackend


class Identities:
    """`bot_name` is who writes the change where the person's own account is not known."""

    def __init__(self, authors: Authors, *, bot_name: str) -> None:
        self._authors = authors
        self._bot_name = bot_name

    async def of(self, action: Action, user_id: str) -> str:
        """A noun: the form says "It carries the name of …"."""
        requested = f"{self._bot_name}, with yours in it as who asked"
        if not isinstance(action.backend, GitBackend):
            return requested
        known = (await self._authors.accounts()).get(user_id)
        return f"{known}, your Git account" if known else requested
