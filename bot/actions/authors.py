"""Whose change it is in Git: the requester's own account, from the handbook, else proven by them, else the bot's."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from bot.actions import rules
from bot.desk import Desk
from bot.git.host import Author, GitHost
from bot.storage import requests as rows
from bot.storage.people import slack_id_of
from knowledge.people import GitAccount


@dataclass(frozen=True)
class Identity:
    """`author` is None where the change carries the bot's name and the requester's only in its text."""

    author: Author | None
    account: str = ""


class Authors:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def of(self, person: str, host: GitHost) -> Identity:
        """Raises GitFailed when the host cannot be asked."""
        async with self._desk.database.read() as tx:
            slack_id = await slack_id_of(tx, person)
            proven = await rows.accounts_of(tx, [person])
        named = self._desk.shelf.library.handbook.people.git_accounts.get(slack_id or "")
        author = named and (_written(named) or await host.author_of(named.account))
        if named and author:
            return Identity(author, named.account)
        account = named.account if named else ""
        return next((Identity(Author(each.name, each.email), each.account) for each in proven), Identity(None, account))

    async def are_of_another(self, accounts: Collection[str], *, person: str, account: str) -> bool:
        """Whether one of these accounts is another person's; `account` is known to be the person's own."""
        async with self._desk.database.read() as tx:
            slack_id = await slack_id_of(tx, person)
            people = self._desk.shelf.library.handbook.people
            proven = await rows.every_account(tx)
        own: set[str] = {account} - {""}
        others: set[str] = set()
        named = [(user_id, each.account) for user_id, each in people.git_accounts.items()]
        for user_id, known in (*named, *proven):
            (own if slack_id and people.same_person(user_id, slack_id) else others).add(known)
        return rules.is_reviewed(accounts, own, others)

    async def accounts(self) -> Mapping[str, str]:
        """The Git account of each person, by Slack id, as far as it is known."""
        named = self._desk.shelf.library.handbook.people.git_accounts
        async with self._desk.database.read() as tx:
            proven = await rows.all_accounts(tx)
        return {**proven, **{user_id: each.account for user_id, each in named.items()}}


def _written(account: GitAccount) -> Author | None:
    """As the handbook says it."""
    return Author(account.name or account.account, account.email) if account.email else None
