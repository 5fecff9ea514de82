"""Merged changes to the platform's own repositories: how many a day, from outside and from the platform team.

Who made one is not kept. How they are told apart is `bot.adoption.contribution_rules`'.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.people import all_slack_ids, stand_ins, who_is_left_out
from bot.storage.schema import contributions, git_accounts, proposals
from bot.storage.statements import insert_into
from bot.storage.team import Term, terms


@dataclass(frozen=True)
class ContributionRow:
    """`days`: from outside, by the platform team, by nobody knows whom; by day in ISO form."""

    repository: str
    place: str
    revision: str
    whole_since: date | None
    days: Mapping[str, Sequence[int]]
    problem: str
    read_at: datetime


@dataclass(frozen=True)
class Known:
    """Who may be meant by what stands in a commit; nobody who is left out.

    `emails` and `accounts` (host and name), in small letters, lead to pseudonyms of those who linked an account;
    `pseudonyms` from Slack ids, `left_out` are Slack ids; `proposed` is by branch who asked for it.
    """

    emails: Mapping[str, str]
    accounts: Mapping[tuple[str, str], str]
    pseudonyms: Mapping[str, str]
    left_out: frozenset[str]
    terms: Mapping[str, Sequence[Term]]
    proposed: Mapping[str, str]


async def rows(tx: AsyncConnection) -> Mapping[str, ContributionRow]:
    """By repository."""
    found = (await tx.execute(select(contributions))).mappings()
    return {row["repository"]: ContributionRow(**row) for row in found}


async def put(tx: AsyncConnection, row: ContributionRow) -> None:
    """In place of what was known of the repository."""
    values = {**asdict(row), "days": {day: list(counts) for day, counts in row.days.items()}}
    newer = {name: value for name, value in values.items() if name != "repository"}
    insert = insert_into(tx, contributions).values(**values)
    await tx.execute(insert.on_conflict_do_update(index_elements=["repository"], set_=newer))


async def keep_only(tx: AsyncConnection, repositories: Collection[str]) -> None:
    """Nothing is known any more of others."""
    await tx.execute(delete(contributions).where(contributions.c.repository.not_in(list(repositories))))


async def known(tx: AsyncConnection, slack_ids: Collection[str]) -> Known:
    """`slack_ids` are those that the handbook names, whether they were ever seen or not."""
    ids = await all_slack_ids(tx)
    left_out = await who_is_left_out(tx, {*ids.values(), *slack_ids}, await stand_ins(tx))
    counted = {person for person, slack_id in ids.items() if slack_id not in left_out}
    linked = [each for each in await tx.execute(select(git_accounts)) if each.person in counted]
    asked = select(proposals.c.branch, proposals.c.person)
    return Known(
        emails={each.email.lower(): each.person for each in linked},
        accounts={(each.host, each.account.lower()): each.person for each in linked},
        pseudonyms={slack_id: person for person, slack_id in ids.items()},
        left_out=left_out,
        terms=await terms(tx),
        proposed={row.branch: row.person if row.person in counted else "" for row in await tx.execute(asked)},
    )
