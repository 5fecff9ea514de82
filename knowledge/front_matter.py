"""The lines between `---` at the top of an article: read by the strict reader, but every problem is only a warning.

An audience that cannot be made out is taken as the narrowest, so that a slip of the pen publishes nothing.
"""

import re
from dataclasses import dataclass, replace
from datetime import date

from knowledge import strict_yaml
from knowledge.audience import Audience
from knowledge.problem import Level, Problem
from knowledge.schema import Fields, Value, nearest
from knowledge.strict_yaml import Scalar

MATTER = re.compile(r"\A---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
OPENING = re.compile(r"\A---[ \t]*\n[\w-]+:")  # and not a thematic break
AUDIENCE = re.compile(r"^\s*[\"']?audience\b", re.IGNORECASE | re.MULTILINE)
TITLE = re.compile(r"^title:[ \t]*(\S[^\n]{0,300})$", re.MULTILINE)
PERIOD = re.compile(r"(\d{1,3}) (day|week|month|year)s?", re.ASCII)
DAYS = {"day": 1, "week": 7, "month": 365 / 12, "year": 365}
ADDRESS = re.compile(r"https?://[^\s<>|\"]+")
OURS = (
    "title",
    "questions",
    "tags",
    "owner",
    "reviewed",
    "review_every",
    "actions",
    "audience",
    "url",
    "moved_to",
    "superseded_by",
)
THEIRS = ("last_reviewed_on", "review_in", "redirect_to")  # of other site generators, read as ours


@dataclass(frozen=True)
class FrontMatter:
    """What the front matter says, and the text below it from line `body_line` on."""

    body: str
    body_line: int = 1
    title: str = ""
    questions: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    owner: str = ""
    reviewed: date | None = None
    review_every_days: int | None = None
    actions: tuple[str, ...] = ()
    audience: Audience = Audience.PUBLIC
    url: str = ""
    moved_to: str = ""
    superseded_by: str = ""
    warnings: tuple[Problem, ...] = ()


def read(text: str, *, file: str) -> FrontMatter:
    """The article's front matter and body; without front matter the whole text is the body."""
    found = MATTER.match(text)
    if found is None:
        return _unclosed(text, file) if OPENING.match(text) else FrontMatter(body=text)
    body_line = text.count("\n", 0, found.end()) + 1
    empty = FrontMatter(body=text[found.end() :], body_line=body_line)
    document = strict_yaml.read(found[1], file=file, first_line=2)
    problems = list(document.problems)
    if document.root is None:
        matter = _salvaged(empty, found[1])
    else:
        root = Value(document.root, file, problems, level=Level.WARNING)
        matter = _read(empty, root.fields(*OURS, *THEIRS))
    if _hides_audience(problems):
        matter = replace(matter, audience=Audience.PLATFORM)
    return replace(matter, warnings=tuple(replace(problem, level=Level.WARNING) for problem in problems))


def _read(empty: FrontMatter, fields: Fields) -> FrontMatter:
    return replace(
        empty,
        title=" ".join(fields.get("title", Value.text, "").split()),
        questions=fields.get("questions", _texts, ()),
        tags=fields.get("tags", _texts, ()),
        owner=fields.get("owner", Value.text, ""),
        reviewed=fields.get("reviewed", Value.day, None) or fields.get("last_reviewed_on", Value.day, None),
        review_every_days=fields.get("review_every", _days, None) or fields.get("review_in", _days, None),
        actions=fields.get("actions", _texts, ()),
        audience=fields.get("audience", _audience, Audience.PUBLIC),
        url=fields.get("url", _address, ""),
        moved_to=fields.get("moved_to", Value.text, "") or fields.get("redirect_to", Value.text, ""),
        superseded_by=fields.get("superseded_by", Value.text, ""),
    )


def _texts(value: Value) -> tuple[str, ...]:
    """A list of texts; a single text counts as a list of one."""
    if isinstance(value.node, Scalar):
        text = value.text()
        return (text,) if text else ()
    return value.texts()


def _days(value: Value) -> int | None:
    fix = "write for example: 6 months"
    text = value.shaped(PERIOD, "is not a period", fix)
    if text is None:
        return None
    number, unit = text.split()
    return round(int(number) * DAYS[unit.removesuffix("s")]) or None


def _audience(value: Value) -> Audience | None:
    text = value.choice(tuple(Audience))
    return Audience(text) if text else None


def _address(value: Value) -> str | None:
    return value.shaped(ADDRESS, "is not a web address", "write it in full, with https://")


def _hides_audience(problems: list[Problem]) -> bool:
    """Whether something wrong may have been meant to narrow the audience."""
    return any(nearest(problem.field.split("[")[0], ("audience",)) for problem in problems)


def _salvaged(empty: FrontMatter, matter: str) -> FrontMatter:
    """The title out of front matter that is not YAML, often for a colon in the title itself."""
    title = TITLE.search(matter)
    audience = Audience.PLATFORM if AUDIENCE.search(matter) else Audience.PUBLIC
    return replace(empty, title=title[1].strip().strip("\"'") if title else "", audience=audience)


def _unclosed(text: str, file: str) -> FrontMatter:
    fix = "end the front matter with a line of three dashes"
    warning = Problem(file, 1, "", "the front matter is not closed, so it is read as text", fix, Level.WARNING)
    audience = Audience.PLATFORM if AUDIENCE.search(text) else Audience.PUBLIC
    return FrontMatter(body=text, audience=audience, warnings=(warning,))
