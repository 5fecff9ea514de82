"""Shows lists of requests. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.blockkit import Shown, clip, escape, header, link, section, sections
from bot.model import Json

TITLE_MOST = 120
NONE = "You asked for nothing yet. `run` lists what you may do."


@dataclass(frozen=True)
class Line:
    """A request in a list; `url` is where more of it stands, "" for nowhere."""

    id: str
    title: str
    standing: str
    asked: str
    url: str


def listing(own: Sequence[Line], waiting: Sequence[Line]) -> Shown:
    blocks = _listed(waiting, head="*Waits for you to decide*") if waiting else []
    blocks += _listed(own, head="*Your requests*") if own else [section(NONE)]
    counted = "1 request" if len(own) == 1 else f"{len(own)} requests"
    text = f"{len(waiting)} waiting for you to decide. You have {counted}." if waiting else f"You have {counted}."
    return Shown(text, tuple(blocks))


def home_part(own: Sequence[Line], waiting: Sequence[Line]) -> list[Json]:
    blocks = [header("Waits for you"), *_listed(waiting)] if waiting else []
    return [*blocks, header("Your requests"), *_listed(own)] if own else blocks


def open_line(line: Line, why: str) -> str:
    return f"{_named(line)} (`{escape(line.id)}`): {why}"


def _listed(lines: Sequence[Line], *, head: str = "") -> list[Json]:
    """Each line whole: one that is cut could end within a link."""
    return sections([*([head] if head else []), *(f"• {_named(each)}: {_ends(each)}" for each in lines)])


def _ends(line: Line) -> str:
    return f"{escape(line.standing)} ({line.asked})"


def _named(line: Line) -> str:
    title = clip(line.title, TITLE_MOST)
    return link(line.url, title) if line.url else escape(title)
