"""Moves the review date in an article's front matter, and nothing else: other keys, comments and the text stay.

Does not decide whether an article was reviewed, and writes no file.
"""

import re
from dataclasses import replace
from datetime import date

from knowledge import front_matter
from knowledge.front_matter import MATTER, OPENING, FrontMatter

KEYS = ("reviewed", "last_reviewed_on")  # the second is of another site generator, which goes on reading it


def with_reviewed(text: str, day: date) -> str | None:
    """The article with that date; None when its front matter cannot be changed without changing more."""
    if "\r\n" in text:
        changed = with_reviewed(text.replace("\r\n", "\n"), day)
        return None if changed is None else changed.replace("\n", "\r\n")
    bom = "\ufeff" if text.startswith("\ufeff") else ""
    plain = text.removeprefix(bom)
    changed = _changed(plain, day)
    return bom + changed if changed is not None and _is_only_that(plain, changed, day) else None


def _changed(text: str, day: date) -> str | None:
    found = MATTER.match(text)
    if found is None and OPENING.match(text):
        return None
    if found is None:
        return f"---\nreviewed: {day}\n---\n\n{text}"
    matter = found[1]
    for key in KEYS:
        line = re.compile(
            rf"^({key}[ \t]*:)[ \t]*(?:\"[^\"\n]*\"|'[^'\n]*'|[^\s#][^#\n]*?)?([ \t]+#[^\n]*|[ \t]*)$", re.MULTILINE
        )
        if lines := list(line.finditer(matter)):
            if len(lines) > 1:
                return None
            (one,) = lines
            new = f"{one[1]} {day}{one[2].rstrip()}"
            return text[: found.start(1) + one.start()] + new + text[found.start(1) + one.end() :]
    return text[: found.end(1)] + f"reviewed: {day}\n" + text[found.end(1) :]


def _is_only_that(before: str, after: str, day: date) -> bool:
    """Whether both read the same but for the date. Front matter that cannot be read is not touched."""
    old, new = front_matter.read(before, file=""), front_matter.read(after, file="")
    return new.reviewed == day and _rest(old) == _rest(new) and _others(new) <= _others(old)


def _rest(matter: FrontMatter) -> FrontMatter:
    return replace(matter, body=matter.body.strip("\n"), body_line=0, reviewed=None, warnings=())


def _others(matter: FrontMatter) -> set[str]:
    return {f"{problem.field}: {problem.what}" for problem in matter.warnings}
