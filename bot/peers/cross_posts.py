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
    for asked in await rows.with_words(tx, again):
        near = await rows.of_asker(tx, asked, within=WITHIN)
        found = [each for each in (asked, *near) if each.ts >= asked.ts]
        firsts = {each.key: first for each in found if (first := first_of(each, (asked, *near))) is not None}
        await rows.put(tx, firsts)


def first_of(asked: Asked, others: Sequence[Asked]) -> tuple[str, str] | None:
    """Channel and ts of the earliest question before it that asks the same in another channel."""
    said = _words(asked.text)
    same = [
        each.key
        for each in others
        if each.ts < asked.ts
        and each.channel_id != asked.channel_id
        and asked.asked_at - each.asked_at <= WITHIN
        and len(said.split()) >= FEWEST_WORDS
        and fuzz.token_sort_ratio(said, _words(each.text)) >= ALIKE
    ]
    return min(same, key=lambda key: (key[1], key[0]), default=None)


def _words(text: str) -> str:
    return read(text).text
