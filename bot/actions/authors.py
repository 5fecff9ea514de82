"""Whose change it is in Git: the requester's own account, from the handbook, else proven by them, else the bot's.

An account counts at the host where it was proven and nowhere else: elsewhere its name may be somebody else's.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from bot.actions import rules
from bot.actions.changes import Changes
from bot.desk import Desk
from bot.git.host import Author
from bot.git.hosts import account_host
from bot.storage import requests as rows
from bot.storage.people import known_pseudonyms, slack_id_of
from bot.storage.requests import RequestRow
from knowledge.actions import Action, GitBackend
from knowledge.people import GitAccount


@dataclass(frozen=True)
class Identity:
    """`author` is None where the change carries the bot's name and the requester's only in its text."""

    author: Author | None
    account: str = ""


class Authors:
    def __init__(self, desk: Desk, changes: Changes) -> None:
        self._desk = desk
        self._changes = changes

    async def of(self, person: str, repository: str) -> Identity:
        """`person` is a pseudonym. Raises GitFailed when the host cannot be asked, or is not in the handbook."""
        async with self._desk.database.read() as tx:
            slack_id = await slack_id_of(tx, person)
        return await self.of_user(slack_id or "", repository)

    async def are_of_another(self, accounts: Collection[str], *, row: RequestRow) -> bool:
        """Whether one of these accounts, at the host of the request's repository, is another person's."""
        host = self.host_of(str(row.entry["backend"]["repository"]))
        async with self._desk.database.read() as tx:
            slack_id = await slack_id_of(tx, row.person)
            proven = await rows.accounts_at(tx, host)
        people = self._desk.shelf.library.handbook.people
        own = {str((row.values or {}).get("requester") or "")} - {""}
        others: set[str] = set()
        named = [(user_id, each.account) for user_id, each in self._named.items()]
        for user_id, known in (*named, *proven.items()):
            (own if slack_id and people.same_person(user_id, slack_id) else others).add(known)
        return rules.is_reviewed(accounts, own, others)

    async def of_user(self, user_id: str, repository: str) -> Identity:
        """The same of a Slack id."""
        named = self._named.get(user_id)
        author = named and (_written(named) or await self._changes.host(repository).author_of(named.account))
        if named and author:
            return Identity(author, named.account)
        async with self._desk.database.read() as tx:
            person = (await known_pseudonyms(tx, [user_id])).get(user_id, "")
            proven = await rows.account_of(tx, person, self.host_of(repository))
        if proven is not None:
            return Identity(Author(proven.name, proven.email), proven.account)
        return Identity(None, named.account if named else "")

    async def accounts(self, action: Action) -> Mapping[str, str]:
        """The Git account of each person, by Slack id, as far as it is known where this action writes.

        Of an action that writes in no repository only those that the handbook names.
        """
        proven: Mapping[str, str] = {}
        if host := self.host_of(repository_of(action)):
            async with self._desk.database.read() as tx:
                proven = await rows.accounts_at(tx, host)
        return {**proven, **{user_id: each.account for user_id, each in self._named.items()}}

    def host_of(self, repository: str) -> str:
        """Whose accounts are meant there; "" where there are none."""
        found = self._desk.shelf.library.handbook.repository(repository)
        return account_host(found.url) if found else ""

    @property
    def _named(self) -> Mapping[str, GitAccount]:
        return self._desk.shelf.library.handbook.people.git_accounts


def repository_of(action: Action) -> str:
    """Where it writes, at once or to declare afterwards what it did; "" for nowhere."""
    if isinstance(action.backend, GitBackend):
        return action.backend.repository
    return action.declares.repository if action.declares else ""


def _written(account: GitAccount) -> Author | None:
    """As the handbook says it."""
    return Author(account.name or account.account, account.email) if account.email else None
