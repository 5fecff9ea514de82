"""What a notice says beside an answer, or an incident in place of one. Pure.

Who finds it is `bot.notices.board`; where it is shown is `bot.answers`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.blockkit import Shown, clip, context, escape, link, section
from bot.model import Json
from knowledge.notices import TITLE_MOST

CARRIED_MOST = 2  # under one answer: more is a list, which `news` gives
KNOWN_MOST = 600  # characters of what stands in place of an answer
CARRIED = "notices.carried."  # begins the block ids of such lines, so that they are found again


@dataclass(frozen=True)
class Current:
    """A notice in a line: `when` is such as "until 1 Feb 2027", or ""; `url` of its post, or ""."""

    title: str
    when: str = ""
    url: str = ""


@dataclass(frozen=True)
class Outage:
    """An incident that is on: times of day in words; `next_word` and `url`, of its thread, may be ""."""

    id: str
    title: str
    since: str
    next_word: str = ""
    known: str = ""
    url: str = ""


@dataclass(frozen=True)
class OnBoard:
    notices: tuple[Current, ...] = ()
    outage: Outage | None = None


class Board(Protocol):
    """The one of the handbook, and the empty one of a bot that has no notices to tell."""

    async def about(self, text: str, articles: Sequence[str]) -> OnBoard:
        """What is on about a question: by its words, and by the ids of the articles that its answer rests on."""


class EmptyBoard:
    async def about(self, text: str, articles: Sequence[str]) -> OnBoard:
        return OnBoard()


def with_notices(shown: Shown, notices: Sequence[Current]) -> Shown:
    """The answer with a line for each notice, above what can be pressed."""
    told = enumerate(notices[:CARRIED_MOST], start=1)
    return with_lines(shown, [context(_line(each)) | {"block_id": f"{CARRIED}{number}"} for number, each in told])


def with_lines(shown: Shown, lines: Sequence[Json]) -> Shown:
    """The same with lines that an earlier state of the message carried."""
    at = next((number for number, block in enumerate(shown.blocks) if block["type"] == "actions"), len(shown.blocks))
    return Shown(shown.text, (*shown.blocks[:at], *lines, *shown.blocks[at:]))


def carried(blocks: Sequence[Json]) -> list[Json]:
    """The lines of notices in a message of ours."""
    return [each for each in blocks if str(each.get("block_id", "")).startswith(CARRIED)]


def known_already(outage: Outage, *, is_told_end: bool = True) -> Shown:
    """In place of an answer: since when, when there is news, and where. `is_told_end`: its end is told there."""
    title = clip(outage.title, TITLE_MOST)
    next_word = f", next word at {outage.next_word}" if outage.next_word else ""
    head = f"Known since {outage.since}{next_word}: *{link(outage.url, title) if outage.url else escape(title)}*"
    known = "\n" + "\n".join(f"> {line}" for line in _known(outage).splitlines()) if outage.known else ""
    text = f"{head}{known}"
    end = (context("I tell you here when it is over."),) if is_told_end else ()
    return Shown(text, (section(text), *end))


def _known(outage: Outage) -> str:
    return clip(escape(outage.known), KNOWN_MOST)


def _line(notice: Current) -> str:
    title = clip(notice.title, TITLE_MOST)
    when = f" ({notice.when})" if notice.when else ""
    return f"Notice: {link(notice.url, title) if notice.url else escape(title)}{when}"
