"""Whose name a change carries, by the repository it is made in; and that the form says the same beforehand."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pytest

from bot.actions.authors import Authors, Identity
from bot.actions.changes import Changes
from bot.actions.identity import Identities
from bot.errors import GitFailed
from bot.git.host import Author
from bot.library import Library
from bot.storage import requests as rows
from bot.storage.engine import Database
from bot.storage.requests import GitAccountRow
from knowledge.actions import Action, GitBackend
from knowledge.index import Index
from knowledge.people import GitAccount, People
from knowledge.repositories import LiveRepository
from tests.actions.company import BUCKET, PEOPLE, RESTART, Company, Repository

JONAS = "U0JONAS"
HERE, ELSEWHERE, FILE = "https://git.example.com/live.git", "git@github.com:acme/live.git", "file:///srv/live.git"
BOTS = "It carries the name of Mentor, with yours in it as who asked."
PROVEN = Author("Jonas W", "7+jonas@users.noreply.git.example.com")
STRICT = replace(BUCKET, backend=replace(BUCKET.backend, needs_author=True))  # type: ignore[arg-type]


@dataclass
class Bare(Repository):
    """Has no accounts."""

    async def author_of(self, account: str) -> Author | None:
        return None


@dataclass
class Case:
    """What is found, and what the form says of it."""

    company: Company
    authors: Authors
    said: Identities

    async def found(self) -> Identity:
        return await self.authors.of(await self.company.pseudonym(JONAS), "live")


async def case(
    database: Database,
    *,
    url: str = HERE,
    named: GitAccount | None = None,
    proven_at: str = "",
    repository: Repository | None = None,
) -> Case:
    company = Company(database)
    accounts: Mapping[str, GitAccount] = {JONAS: named} if named else {}
    _use(company, replace(PEOPLE, git_accounts=dict(accounts)), url)
    host = repository or Bare()
    authors = Authors(company.desk, Changes(company.desk, lambda _: host))
    if proven_at:
        row = GitAccountRow(
            await company.pseudonym(JONAS), proven_at, "jonas", PROVEN.name, PROVEN.email, company.hands.now
        )
        await database.write(lambda tx: rows.prove(tx, row))
    said = Identities(authors, hosts=lambda: ["git.example.com"], bot_name="Mentor", command="/platform")
    return Case(company, authors, said)


def _use(company: Company, people: People, url: str) -> None:
    handbook = company.desk.shelf.library.handbook
    handbook = replace(handbook, people=people, repositories=(LiveRepository("live", url, "main"),))
    company.desk.shelf.library = Library(handbook, Index.build(()))


async def test_proven_account_counts_at_the_host_where_it_was_proven(database: Database) -> None:
    asked = await case(database, proven_at="git.example.com")

    assert await asked.found() == Identity(PROVEN, "jonas")
    assert await asked.said.of(BUCKET, JONAS) == "It carries the name of jonas, your Git account."
    assert await asked.authors.accounts(BUCKET) == {JONAS: "jonas"}


@pytest.mark.parametrize("url", [ELSEWHERE, FILE], ids=["another host", "this machine"])
async def test_elsewhere_it_is_nobodys_account(database: Database, url: str) -> None:
    asked = await case(database, url=url, proven_at="git.example.com")

    assert await asked.found() == Identity(None)
    assert await asked.said.of(BUCKET, JONAS) == BOTS
    assert await asked.authors.accounts(BUCKET) == {}


async def test_account_proven_at_github_counts_by_any_address_of_it(database: Database) -> None:
    asked = await case(database, url=ELSEWHERE, proven_at="github.com")

    assert await asked.found() == Identity(PROVEN, "jonas")


@pytest.mark.parametrize("url", [HERE, FILE], ids=["a host", "this machine"])
async def test_what_the_handbook_writes_goes_first_everywhere(database: Database, url: str) -> None:
    named = GitAccount("jw", "Jonas Weber", "jw@example.com")
    asked = await case(database, url=url, named=named, proven_at="git.example.com")

    assert await asked.found() == Identity(Author("Jonas Weber", "jw@example.com"), "jw")
    assert await asked.said.of(BUCKET, JONAS) == "It carries the name of jw, your Git account."
    assert await asked.authors.accounts(BUCKET) == {JONAS: "jw"}


async def test_named_account_without_an_address_is_asked_of_the_host(database: Database) -> None:
    asked = await case(database, named=GitAccount("jw"), repository=Repository())

    assert await asked.found() == Identity(Author("jw", "jw@git.example.com"), "jw")
    assert await asked.said.of(BUCKET, JONAS) == "It carries the name of jw, your Git account."


async def test_named_account_that_the_host_does_not_know_leaves_it_to_the_bot(database: Database) -> None:
    asked = await case(database, named=GitAccount("jw"))

    assert await asked.found() == Identity(None, "jw")
    assert await asked.said.of(BUCKET, JONAS) == BOTS
    assert "write your name and e-mail address for it in people.yaml" in await asked.said.of(STRICT, JONAS)


async def test_where_an_account_is_demanded_the_form_says_how_to_get_one(database: Database) -> None:
    asked = await case(database)
    elsewhere = await case(database, url=FILE)

    assert await asked.said.of(STRICT, JONAS) == (
        "It has to carry your own Git account, and I know none of yours there. Sent now, it is refused: first prove "
        "one with `/platform link`, or ask the platform team to name it."
    )
    assert await elsewhere.said.of(STRICT, JONAS) == (
        "It has to carry your own Git account, and I know none of yours there. Sent now, it is refused: first ask the "
        "platform team to name it."
    )


async def test_host_that_does_not_answer_holds_up_no_form(database: Database) -> None:
    class Away(Repository):
        async def author_of(self, account: str) -> Author | None:
            raise GitFailed("git.example.com: no answer")

    asked = await case(database, named=GitAccount("jw"), repository=Away())

    with pytest.raises(GitFailed):
        await asked.found()
    assert (await asked.said.of(BUCKET, JONAS)).endswith(
        "if the host knows it; else of Mentor, with yours in it as who asked."
    )
    assert (await asked.said.of(STRICT, JONAS)).endswith("if the host knows it; else it is refused.")


@pytest.mark.parametrize(
    ("action", "accounts"),
    [(RESTART, {JONAS: "jonas"}), (replace(RESTART, declares=None), {})],
    ids=["where it declares", "where it writes nothing"],
)
async def test_past_git_only_accounts_of_where_it_declares_count(
    database: Database, action: Action, accounts: Mapping[str, str]
) -> None:
    asked = await case(database, proven_at="git.example.com")

    assert not isinstance(action.backend, GitBackend)
    assert await asked.authors.accounts(action) == accounts
    assert await asked.said.of(action, JONAS) == BOTS
