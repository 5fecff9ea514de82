"""People and their pseudonyms, and who asked to be left out. The only tables that know a Slack user id."""

import hmac
import secrets
from collections.abc import Callable, Collection
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.schema import keys, left_out, people
from bot.storage.statements import FEW, insert_all, insert_new, is_among, one_of

NewId = Callable[[], str]

ALL_PSEUDONYMS = select(people.c.slack_id, people.c.id)
PSEUDONYMS = ALL_PSEUDONYMS.where(one_of(people.c.slack_id, "slack_ids"))
KEY = select(keys.c.value).where(keys.c.name == "people")
ANYBODY_LEFT_OUT = select(left_out.c.fingerprint).limit(1)


async def pseudonym_of(tx: AsyncConnection, slack_id: str, *, now: datetime, new_id: NewId) -> str:
    """The person's pseudonym; a person not seen before gets one."""
    return (await pseudonyms_of(tx, [slack_id], now=now, new_id=new_id))[slack_id]


async def pseudonyms_of(
    tx: AsyncConnection, slack_ids: Collection[str], *, now: datetime, new_id: NewId
) -> dict[str, str]:
    """Each one's pseudonym; people not seen before get one."""
    known = await known_pseudonyms(tx, slack_ids)
    unknown = sorted(set(slack_ids) - known.keys())
    if not unknown:
        return known
    new = [{"id": new_id(), "slack_id": each, "created_at": now} for each in unknown]
    await tx.execute(insert_all(tx, people, new).on_conflict_do_nothing())
    return known | await known_pseudonyms(tx, unknown)


async def known_pseudonyms(tx: AsyncConnection, slack_ids: Collection[str]) -> dict[str, str]:
    """The pseudonyms of those who have one."""
    if len(slack_ids) <= FEW:
        rows = await tx.execute(PSEUDONYMS, {"slack_ids": list(slack_ids)})
    else:
        rows = await tx.execute(ALL_PSEUDONYMS.where(is_among(tx, people.c.slack_id, slack_ids)))
    return {slack_id: pseudonym for slack_id, pseudonym in rows}  # noqa: C416  # of rows, which `dict` takes longer for


async def slack_id_of(tx: AsyncConnection, pseudonym: str) -> str | None:
    """The person's Slack user id; None once they were erased."""
    return await tx.scalar(select(people.c.slack_id).where(people.c.id == pseudonym))


async def slack_ids_of(tx: AsyncConnection, pseudonyms: Collection[str]) -> dict[str, str]:
    """The Slack user ids of those who were not erased."""
    query = select(people.c.id, people.c.slack_id).where(is_among(tx, people.c.id, pseudonyms))
    return {row.id: row.slack_id for row in await tx.execute(query)}


async def all_slack_ids(tx: AsyncConnection) -> dict[str, str]:
    """By pseudonym, the Slack user ids of all who were not erased."""
    return {row.id: row.slack_id for row in await tx.execute(select(people.c.id, people.c.slack_id))}


def is_stand_in(name: str) -> bool:
    """Whether the name is of somebody left out, and no pseudonym."""
    return name.startswith("~")


class StandIns:
    """Names for people left out. They hang on a key made once for the database, so nobody can count them back."""

    def __init__(self, key: str) -> None:
        self._key = key.encode()

    def fingerprint(self, slack_id: str) -> str:
        """How a person left out is known again."""
        return self._digest(slack_id)

    def stand_in(self, slack_id: str, channel_id: str) -> str:
        """ "Someone": the same person within a channel, nobody outside it."""
        return f"~{self._digest(f'{slack_id}|{channel_id}')[:31]}"

    def _digest(self, text: str) -> str:
        return hmac.digest(self._key, text.encode(), "sha256").hex()


async def stand_ins(tx: AsyncConnection) -> StandIns:
    """With this database's key, made when there is none yet; only a writing transaction may make it."""
    value = await tx.scalar(KEY)
    if value is None:
        await insert_new(tx, keys, {"name": "people", "value": secrets.token_hex(32)})
        value = await tx.scalar(KEY)
    return StandIns(str(value))


async def who_is_left_out(tx: AsyncConnection, slack_ids: Collection[str], names: StandIns) -> frozenset[str]:
    """Those of the people who asked to be left out."""
    if await tx.scalar(ANYBODY_LEFT_OUT) is None:  # as mostly; to make prints of all takes time
        return frozenset()
    prints = {names.fingerprint(each): each for each in slack_ids}
    query = select(left_out.c.fingerprint).where(is_among(tx, left_out.c.fingerprint, prints))
    return frozenset(prints[each] for each in await tx.scalars(query))


async def who_is_counted(tx: AsyncConnection, pseudonyms: Collection[str]) -> frozenset[str]:
    """Those who are counted as themselves: neither erased nor left out. Nobody's stand-in is."""
    slack_ids = await slack_ids_of(tx, pseudonyms)
    if not slack_ids:
        return frozenset()
    left_out = await who_is_left_out(tx, slack_ids.values(), await stand_ins(tx))
    return frozenset(each for each, slack_id in slack_ids.items() if slack_id not in left_out)


async def is_left_out(tx: AsyncConnection, pseudonym: str) -> bool:
    """Whether the person, known by pseudonym, asked to be left out; one who was erased did."""
    return pseudonym not in await who_is_counted(tx, [pseudonym])


async def who_is_erased(tx: AsyncConnection, slack_ids: Collection[str], names: StandIns) -> frozenset[str]:
    """Those who are left out and have no pseudonym: they did not turn to the bot again since they were erased."""
    return await who_is_left_out(tx, slack_ids, names) - (await known_pseudonyms(tx, slack_ids)).keys()


async def leave_out(tx: AsyncConnection, slack_id: str, names: StandIns, *, now: datetime) -> None:
    await insert_new(tx, left_out, {"fingerprint": names.fingerprint(slack_id), "since": now})


async def left_out_since(tx: AsyncConnection, slack_ids: Collection[str], names: StandIns) -> dict[str, datetime]:
    """By Slack user id, since when those who are left out are; of whoever was erased, since then."""
    prints = {names.fingerprint(each): each for each in slack_ids}
    query = select(left_out).where(is_among(tx, left_out.c.fingerprint, prints))
    return {prints[row.fingerprint]: row.since for row in await tx.execute(query)}


async def begin_anew(tx: AsyncConnection, slack_id: str, names: StandIns, *, now: datetime) -> None:
    """Left out since now: nothing is known of what was before."""
    await tx.execute(update(left_out).where(left_out.c.fingerprint == names.fingerprint(slack_id)).values(since=now))


async def take_in(tx: AsyncConnection, slack_id: str, names: StandIns) -> None:
    """From now on; what was counted as someone's stays so."""
    await tx.execute(delete(left_out).where(left_out.c.fingerprint == names.fingerprint(slack_id)))


async def forget(tx: AsyncConnection, pseudonym: str) -> None:
    """Nothing leads from the pseudonym to a person any more."""
    await tx.execute(delete(people).where(people.c.id == pseudonym))
