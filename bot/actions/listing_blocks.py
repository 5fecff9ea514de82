"""Shows lists of requests. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.blockkit import Shown, clip, escape, header, link, section
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
    blocks = [section(f"*Waits for you to decide*\n{_lines(waiting)}")] if waiting else []
    blocks.append(section(f"*Your requests*\n{_lines(own)}" if own else NONE))
    text = f"{len(waiting)} wait for you. You have {len(own)} requests." if waiting else f"{len(own)} requests."
    return Shown(text, tuple(blocks))


def home_part(own: Sequence[Line], waiting: Sequence[Line]) -> list[Json]:
    blocks = [header("Waits for you"), section(_lines(waiting))] if waiting else []
    return [*blocks, header("Your requests"), section(_lines(own))] if own else blocks


def open_line(line: Line, why: str) -> str:
    return f"{_named(line)} (`{escape(line.id)}`): {why}"


def _lines(lines: Sequence[Line]) -> str:
    return "\n".join(f"• {_named(each)}: {escape(each.standing)} ({each.asked})" for each in lines)


def _named(line: Line) -> str:
    title = clip(line.title, TITLE_MOST)
    return link(line.url, title) if line.url else escape(title)
