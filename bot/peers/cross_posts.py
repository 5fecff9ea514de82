"""Finds questions that somebody asked in several channels: near the same words within a day. The first one counts.

Words are compared where they are kept, and what was found stays when they are forgotten.
"""

from collections.abc import Collection, Sequence
from datetime import timedelta

from rapidfuzz import fuzz

from bot.peers.sentences import read
from bot.storage import cross_posts as rows
from bot.storage.cross_posts import Asked
from bot.storage.engine import Tx

WITHIN = timedelta(days=1)
ALIKE = 90.0  # of 100, words in any order: a word or two may differ
FEWEST_WORDS = 4  # "any ideas?" is asked of many things


async def find(tx: Tx, channel_id: str, changed: Collection[str]) -> None:
    """After questions came, changed or went: of them, of those after them, and of those that were held for theirs."""
    again = [*await rows.held_for(tx, channel_id, changed), *((channel_id, ts) for ts in changed)]
    await rows.drop(tx, again)
    found = await rows.with_words(tx, again)
    near = await rows.near(tx, found, within=WITHIN)
    behind = {
        each.key: each
        for asked in found
        for each in near[asked.asker]
        if asked.ts <= each.ts and each.asked_at - asked.asked_at <= WITHIN
    }
    firsts = {key: first_of(each, near[each.asker]) for key, each in behind.items()}
    await rows.put(tx, {key: first for key, first in firsts.items() if first is not None})


def first_of(asked: Asked, others: Sequence[Asked]) -> tuple[str, str] | None:
    """Channel and ts of the earliest question before it that asks the same in another channel."""
    near = [
        each
        for each in others
        if each.ts < asked.ts and each.channel_id != asked.channel_id and asked.asked_at - each.asked_at <= WITHIN
    ]
    if not near or len((said := _words(asked.text)).split()) < FEWEST_WORDS:
        return None
    same = [each.key for each in near if fuzz.token_sort_ratio(said, _words(each.text)) >= ALIKE]
    return min(same, key=lambda key: (key[1], key[0]), default=None)


def _words(text: str) -> str:
    return read(text).text
