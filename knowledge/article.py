"""An article of the handbook: read leniently, cut into sections.

Does not search (see `knowledge.index`) and does not decide who may see what.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Audience(StrEnum):
    PUBLIC = "public"
    INTERNAL = "internal"  # our own people only, never in channels shared with other companies
    PLATFORM = "platform"  # the platform team only


@dataclass(frozen=True)
class Section:
    """A passage under one heading. `text` is plain prose (no Markdown, ERB or HTML), one paragraph a line.

    `anchor` is "" for what stands before the first heading; `path` holds the headings above, outermost first.
    """

    heading: str
    anchor: str
    path: tuple[str, ...]
    text: str
    line: int


@dataclass(frozen=True)
class Article:
    """`id` is the path below `articles/` (or below the folder given), with `/` and its suffix kept."""

    id: str
    title: str
    sections: tuple[Section, ...]
    questions: tuple[str, ...] = ()  # other ways people ask for it
    tags: tuple[str, ...] = ()
    owner: str = ""
    reviewed: date | None = None
    review_every_days: int | None = None
    actions: tuple[str, ...] = ()
    audience: Audience = Audience.PUBLIC
    url: str = ""  # the rendered page, cited instead of the file where known
    moved_to: str = ""  # a stub that only points elsewhere: id or address of what replaced it
