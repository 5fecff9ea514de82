"""Whose name a change will carry, in words for the person who asks for it, before they do."""

from bot.desk import Desk
from knowledge.actions import Action, GitBackend


class Identities:
    """By the Git accounts that the handbook names. `bot_name` is who writes the change where it names none."""

    def __init__(self, desk: Desk, *, bot_name: str) -> None:
        self._desk = desk
        self._bot_name = bot_name

    async def of(self, action: Action, user_id: str) -> str:
        """A noun: the form says "It carries the name of …"."""
        requested = f"{self._bot_name}, with yours in it as who asked"
        if not isinstance(action.backend, GitBackend):
            return requested
        known = self._desk.shelf.library.handbook.people.git_accounts.get(user_id)
        return f"{known.account}, your Git account" if known else requested
