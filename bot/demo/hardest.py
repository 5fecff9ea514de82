"""The hardest questions of a team's past: those that nobody answered, and those that took longest."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.clock import Clock
from bot.peers.cases import Case
from bot.peers.facts import FactsService
from bot.storage.engine import Database
from bot.storage.people import all_slack_ids
from knowledge.channels import Channels

MOST = 5
UNANSWERED = 3  # of them, where there are as many; the rest took longest
FEWEST_WORDS, LONGEST = 5, 700  # a question that can be understood alone, and that a command's line can hold


@dataclass(frozen=True)
class Hardest:
    """`seconds` until the first person answered; None: nobody did."""

    channel_id: str
    asker_id: str
    asked_at: datetime
    text: str
    seconds: int | None


async def hardest(
    database: Database, channels: Channels, clock: Clock, *, text_of: Callable[[str, str], str]
) -> Sequence[Hardest]:
    """At most five: first what nobody answered, the newest first, then what took longest.

    `text_of` gives the words by channel and ts: the bot itself forgets them after the handbook's time.
    """
    facts = FactsService(database, channels=lambda: channels, clock=clock)
    await facts.keep_up()
    cases = await facts.all_cases()
    texts = {_key(each): text_of(each.channel_id, each.ts) for each in cases}
    async with database.read() as tx:
        slack_ids = await all_slack_ids(tx)
    alone = [each for each in cases if _stands_alone(texts[_key(each)])]
    return [_told(each, texts[_key(each)], slack_ids) for each in _chosen(alone)]


def _chosen(cases: Sequence[Case]) -> Sequence[Case]:
    whole = [each for each in cases if each.part_of is None and not each.is_young]
    alone = sorted((each for each in whole if each.is_waiting), key=lambda each: each.asked_at, reverse=True)
    slow = sorted(
        (each for each in whole if each.seconds_to_first_response is not None),
        key=lambda each: each.seconds_to_first_response or 0,
        reverse=True,
    )
    first = alone[: max(UNANSWERED, MOST - len(slow))]
    return [*first, *slow[: MOST - len(first)]][:MOST]


def _told(case: Case, text: str, slack_ids: Mapping[str, str]) -> Hardest:
    seconds = case.seconds_to_first_response
    return Hardest(case.channel_id, slack_ids.get(case.asker, ""), case.asked_at, text, seconds)


def _key(case: Case) -> tuple[str, str]:
    return case.channel_id, case.ts


def _stands_alone(text: str) -> bool:
    return len(text.split()) >= FEWEST_WORDS and len(text) <= LONGEST
