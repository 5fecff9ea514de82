"""Questions and replies row by row, for the operator alone: by Slack's ids, or by names that hold for one listing.

Without ids no time is told either, and the order says nothing; durations stay.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.model import Json
from bot.peers.cases import Case
from bot.peers.facts import FactsService
from bot.storage.cases import LinkedReply, linked_replies
from bot.storage.engine import Database
from bot.storage.people import all_slack_ids

HEADER = "row by row, for the operator alone: do not pass on; what may be shown is in `mentor health`"


@dataclass(frozen=True)
class Named:
    """Slack's own ids; where nobody stands behind a name any more, or one was left out, the name itself."""

    slack_ids: Mapping[str, str]

    def person(self, name: str | None) -> str | None:
        return self.slack_ids.get(name, name) if name is not None else None

    def channel(self, channel_id: str) -> str:
        return channel_id

    def ts(self, ts: str) -> str | None:
        return ts


@dataclass(frozen=True)
class Disguised:
    """Names that hang on a key of this listing alone."""

    key: bytes

    def person(self, name: str | None) -> str | None:
        return f"person-{self._digest(f'person {name}')}" if name is not None else None

    def channel(self, channel_id: str) -> str:
        return f"channel-{self._digest(f'channel {channel_id}')}"

    def ts(self, ts: str) -> str | None:
        return None

    def _digest(self, text: str) -> str:
        return hmac.new(self.key, text.encode(), hashlib.sha256).hexdigest()[:12]


class ListingService:
    """`key` is random and new for each listing; None lists by Slack's ids."""

    def __init__(self, database: Database, facts: FactsService, *, key: bytes | None) -> None:
        self._database = database
        self._facts = facts
        self._key = key

    async def questions(self) -> Sequence[Json]:
        """Each question and what became of it, those that belong to another one too."""
        names = await self._names()
        return self._ordered([_question(each, names) for each in await self._facts.all_cases()])

    async def replies(self) -> Sequence[Json]:
        """Each reply, and the message it answers: in a thread the first one there."""
        names = await self._names()
        async with self._database.read() as tx:
            found = await linked_replies(tx)
        return self._ordered([_reply(each, names) for each in found])

    async def _names(self) -> Named | Disguised:
        if self._key is not None:
            return Disguised(self._key)
        async with self._database.read() as tx:
            return Named(await all_slack_ids(tx))

    def _ordered(self, listed: list[Json]) -> Sequence[Json]:
        """Oldest first; without times by chance: sorted by name, all of one person's would stand together."""
        if self._key is None:
            return listed
        places = {place: hmac.digest(self._key, b"%d" % place, "sha256") for place in range(len(listed))}
        return [listed[place] for place in sorted(places, key=places.__getitem__)]


def _question(case: Case, names: Named | Disguised) -> Json:
    return {
        "channel": names.channel(case.channel_id),
        "ts": names.ts(case.ts),
        "asker": names.person(case.asker),
        "outcome": case.outcome.value,
        "first_responder": names.person(case.first_responder),
        "first_responder_kind": case.first_responder_kind.value,
        "seconds_to_first_response": case.seconds_to_first_response,
        "resolved_by_kind": case.solution.by.value if case.solution else None,
    } | ({} if case.part_of is None else {"part_of": _place(case.part_of, names)})


def _place(key: tuple[str, str], names: Named | Disguised) -> Json | bool:
    """Channel and ts; without times only that there is one."""
    ts = names.ts(key[1])
    return True if ts is None else {"channel": names.channel(key[0]), "ts": ts}


def _reply(reply: LinkedReply, names: Named | Disguised) -> Json:
    return {
        "channel": names.channel(reply.channel_id),
        "ts": names.ts(reply.ts),
        "user": names.person(reply.author),
        "answers_ts": names.ts(reply.answers_ts),
        "confidence": reply.confidence,
    }


def in_words(listed: Sequence[Json]) -> str:
    """A table with a line for each row; "-" where there is nothing to say."""
    if not listed:
        return "nothing yet"
    names = list(dict.fromkeys(name for row in listed for name in row))
    table = [names, *([_cell(row.get(name)) for name in names] for row in listed)]
    widths = [max(len(line[column]) for line in table) for column in range(len(names))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in table)
    return "\n".join(line.rstrip() for line in lines)


def _cell(value: object) -> str:
    return "-" if value is None else str(value)
