"""Whose name a change will carry, in words for the person who asks for it, before they do.

What is said is what `Authors.of` will find; only where the host does not answer in time is it said with an "if".
"""

import asyncio
from collections.abc import Callable, Collection

import structlog

from bot.actions.authors import Authors
from bot.errors import GitFailed
from knowledge.actions import Action, GitBackend

log = structlog.get_logger(__name__)

ASKED_S = 0.6  # of the host, while Slack waits for the form


class Identities:
    """`bot_name` is who writes the change where the person's own account is not known; `hosts` are those by name at
    which people can prove one now.
    """

    def __init__(self, authors: Authors, *, hosts: Callable[[], Collection[str]], bot_name: str, command: str) -> None:
        self._authors = authors
        self._hosts = hosts
        self._bot_name = bot_name
        self._command = command

    async def of(self, action: Action, user_id: str) -> str:
        """A sentence."""
        backend = action.backend
        if not isinstance(backend, GitBackend):
            return self._bots
        try:
            async with asyncio.timeout(ASKED_S):
                found = await self._authors.of_user(user_id, backend.repository)
        except (TimeoutError, GitFailed) as error:
            log.warning("actions.identity_unknown", action=action.id, reason=str(error) or "too late")
            return f"It carries the name of your Git account, if the host knows it; else {self._otherwise(backend)}"
        if found.author is not None:
            return f"It carries the name of {found.account}, your Git account."
        if not backend.needs_author:
            return self._bots
        return f"It has to carry your own Git account, {self._missing(found.account, backend.repository)}"

    @property
    def _bots(self) -> str:
        return f"It carries the name of {self._bot_name}, with yours in it as who asked."

    def _otherwise(self, backend: GitBackend) -> str:
        return "it is refused." if backend.needs_author else f"of {self._bot_name}, with yours in it as who asked."

    def _missing(self, account: str, repository: str) -> str:
        """Why there is none, and what to do first."""
        if account:
            return (
                f"and the host of {repository} does not say who {account} is. Sent now, it is refused: first ask the "
                "platform team to write your name and e-mail address for it in people.yaml."
            )
        is_provable = self._authors.host_of(repository) in self._hosts()
        way = f"prove one with `{self._command} link`, or " if is_provable else ""
        return f"and I know none of yours there. Sent now, it is refused: first {way}ask the platform team to name it."
