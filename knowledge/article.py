"""An article of the handbook: read leniently, cut into sections.

What is odd in a file becomes a warning and the rest is used. Reads no files, does not search (see `knowledge.index`)
and does not decide who may see what.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import PurePosixPath

from knowledge import front_matter, prose
from knowledge.audience import Audience as Audience  # others know it as the article's
from knowledge.problem import Level, Problem
from knowledge.prose import Link, Passage, Prose
from knowledge.trust import Trust as Trust  # others know it as the article's

SUFFIXES = (".html.md.erb", ".html.md", ".md.erb", ".md", ".markdown")  # the longer ones first
REVIEW_DAYS = 365  # where an article names no period of its own
LONGEST_STUB = 300  # characters; what says more than where a page went is an article
MOVED = re.compile(
    r"\b(?:page|article|document|documentation|guide|guidance|content|section|tutorial|information|it|this)\b"
    r"[^.!?]{0,60}?\b(?:moved|relocated|been replaced|superseded|now lives|now found|redirects?|redirected)\b"
    r"|^(?:(?:this|we|it)\W+)?(?:has |have |was )?(?:now )?(?:moved|relocated)(?: permanently)? to\b"
    r"|^(?:you are being )?redirect(?:ing|ed|s)?(?: you)? to\b",
    re.IGNORECASE,
)
TEMPLATE_FIX = "write the text itself, if readers need it"


@dataclass(frozen=True)
class Section:
    """A passage under one heading. `text` is plain prose (no Markdown, ERB or HTML), one paragraph a line; code stands
    between lines of three backticks.

    `anchor` is "" for what stands before the first heading; `path` holds the headings above, outermost first.
    """

    heading: str
    anchor: str
    path: tuple[str, ...]
    text: str
    line: int


@dataclass(frozen=True)
class Article:
    """`id` is the path below `articles/` (or below the folder given), with `/` and its suffix kept.

    One from another repository has its source's name and a colon before it.
    """

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
    trust: Trust = Trust.HIGH
    source: str = ""  # name of the one in sources.yaml that it comes from; "" for the handbook's own
    addresses: tuple[str, ...] = ()  # of other sites that it links to
    superseded_by: str = ""  # an article of the handbook that is read first; this one still stands


@dataclass(frozen=True)
class Parsed:
    """An article as its file gives it; `moved_to`, `superseded_by` and the links are still as written."""

    article: Article
    links: tuple[Link, ...] = ()
    warnings: tuple[Problem, ...] = ()


def parse(article_id: str, text: str, *, file: str) -> Parsed | None:
    """The article in the file's text, with warnings; None when the text says nothing."""
    matter = front_matter.read(text, file=file)
    read = prose.read(matter.body, title=matter.title, first_line=matter.body_line)
    if not any(passage.heading or passage.lines for passage in read.passages):
        return None
    title = matter.title or _first_heading(read) or title_from(article_id)
    article = Article(
        id=article_id,
        title=title,
        sections=_sections(read.passages, title),
        questions=matter.questions,
        tags=matter.tags,
        owner=matter.owner,
        reviewed=matter.reviewed,
        review_every_days=matter.review_every_days,
        actions=matter.actions,
        audience=matter.audience,
        url=matter.url,
        moved_to=matter.moved_to or _moved_to(read),
        addresses=tuple(dict.fromkeys(link.target for link in read.links if _is_address(link.target))),
        superseded_by=matter.superseded_by,
    )
    return Parsed(article, tuple(read.links), (*matter.warnings, *_dropped(read, file)))


def article_from_text(article_id: str, title: str, text: str) -> Article:
    """An article whose title is known, from its Markdown body alone; nothing is refused and nothing noted."""
    read = prose.read(text, title=title)
    return Article(id=article_id, title=title, sections=_sections(read.passages, title), moved_to=_moved_to(read))


def review_due(reviewed: date | None, every_days: int | None) -> date | None:
    """When an article is to be looked at again: at its own period, else after a year.

    None for one that was never reviewed: no day is kept that could have passed.
    """
    return reviewed + timedelta(days=every_days or REVIEW_DAYS) if reviewed else None


def title_from(article_id: str) -> str:
    """A title made of the file's name, or of its folder's name for an index page."""
    path = PurePosixPath(without_suffix(article_id))
    name = path.parent.name if path.name.lower() in ("index", "readme") and path.parent.name else path.name
    words = re.sub(r"[-_\s]+", " ", name).strip()
    return words[:1].upper() + words[1:] or article_id


def without_suffix(article_id: str) -> str:
    return next((article_id.removesuffix(one) for one in SUFFIXES if article_id.endswith(one)), article_id)


def _first_heading(read: Prose) -> str:
    return next((passage.heading for passage in read.passages if passage.heading), "")


def _sections(passages: list[Passage], title: str) -> tuple[Section, ...]:
    """The passages that say something, each with the headings above it; all headings when none has text."""
    sections: list[Section] = []
    above: list[Passage] = []
    first = next((passage for passage in passages if passage.heading), None)
    for passage in passages:
        above = [one for one in above if one.level < passage.level]
        path = tuple(one.heading for one in above if one.heading)
        sections.append(Section(passage.heading, passage.anchor, path, passage.text, passage.line))
        if passage.level and not (passage is first and _same(passage.heading, title)):
            above.append(passage)
    return tuple(one for one in sections if one.text) or tuple(one for one in sections if one.heading)


def _same(heading: str, title: str) -> bool:
    return " ".join(heading.split()).casefold() == " ".join(title.split()).casefold()


def _moved_to(read: Prose) -> str:
    """Where a page that only says it moved sends its reader; "" for an ordinary page."""
    text = " ".join(passage.text for passage in read.passages if passage.lines)
    if len(text) > LONGEST_STUB:
        return ""
    targets = {link.target for link in read.links if not link.target.startswith(("mailto:", "#"))}
    if read.refresh:
        return read.refresh
    return targets.pop() if len(targets) == 1 and MOVED.search(text) else ""


def _is_address(target: str) -> bool:
    return target.lower().startswith(("https://", "http://"))


def _dropped(read: Prose, file: str) -> tuple[Problem, ...]:
    if not read.dropped_line:
        return ()
    what = "template code is left out"
    return (Problem(file, read.dropped_line, "", what, TEMPLATE_FIX, Level.WARNING),)
