"""The first days of docs/adopting.md with the generated firm: three in CI, all thirty by `make long`."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from sandbox import Message
from tests.first_days.days import walked
from tests.first_days.firm import ASK, ROOM, Worker
from tests.first_days.told import shown_unasked, told
from tests.first_days.walk import Walk, first_day

MOST_UNASKED = 2  # in 30 days


async def no_picture(walk: Walk, name: str, who: Worker, channel: str, *, below: str = "") -> None:
    """Nobody looks."""


def by_the_bot(walk: Walk, channel: str) -> list[Message]:
    return [each for each in walk.office.person("maya").sees(channel) if each.bot_id and not each.ephemeral_to]


async def test_in_the_first_three_days_only_what_is_kept_is_said_to_anybody(tmp_path: Path) -> None:
    async with first_day(tmp_path, no_picture, history=timedelta(days=7)) as walk:
        await walked(walk, through=3)

        (kept,) = by_the_bot(walk, ASK)
        assert kept.text.startswith("*What I keep of this channel.*")
        heads = [" ".join(each.text.split()[:5]) for each in by_the_bot(walk, ROOM)]
        assert heads == ["Cards, digests and what only", "One question, once a quarter:"]
        assert [who.name for who in walk.firm.workers if walk.office.told(who.name)] == []
        assert "*Do people help each other?*" in told(walk)
        rehearsed = next(each for each in walk.notes if "rehearsal" in each)
        assert rehearsed.startswith("05 Nov, rehearsal: silent ")


@pytest.mark.chaos
async def test_in_thirty_days_nobody_is_told_more_unasked_than_the_budget(tmp_path: Path) -> None:
    async with first_day(tmp_path, no_picture) as walk:
        await walked(walk)

        shown = await shown_unasked(walk)
        kinds = {kind for each in shown.values() for kind in each}
        assert {"thanks", "pulse question", "invitation to a talk"} <= kinds
        assert max(map(len, shown.values())) <= MOST_UNASKED, shown
        assert not re.search(r"\b1 days ago", told(walk))
