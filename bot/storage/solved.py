"""Which solved threads may be pointed to, as things stand now, and the words of their questions."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import SolvedThread
from bot.storage.people import who_is_counted
from bot.storage.schema import channels, messages

Key = tuple[str, str]  # channel and ts of a question


async def open_to_all(
    tx: AsyncConnection, threads: Sequence[SolvedThread], *, watched: Collection[str]
) -> Mapping[Key, str]:
    """The words of these questions, where they are kept.

    Only of channels in `watched` that are public as far as Slack said, and where all who took part may be counted.
    """
    if not threads:
        return {}
    words = await _words(tx, {each.key for each in threads}, watched)
    counted = await who_is_counted(tx, {person for each in threads for person in each.people})
    return {each.key: words[each.key] for each in threads if each.key in words and each.people <= counted}


async def _words(tx: AsyncConnection, keys: Collection[Key], watched: Collection[str]) -> dict[Key, str]:
    is_public = and_(~channels.c.is_private, ~channels.c.is_direct, channels.c.channel_id.in_(list(watched)))
    query = (
        select(messages.c.channel_id, messages.c.ts, messages.c.text)
        .join(channels, channels.c.channel_id == messages.c.channel_id)
        .where(is_public, messages.c.text.is_not(None))  # nothing is left of those deleted
        .where(messages.c.ts.between(min(ts for _, ts in keys), max(ts for _, ts in keys)))
    )
    rows = await tx.execute(query)
    return {(channel_id, ts): text for channel_id, ts, text in rows if (channel_id, ts) in keys}
