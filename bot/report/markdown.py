"""Writes a page as Markdown; nothing in it that we did not write can be a heading, a link, HTML or code. Pure."""

import re
from collections.abc import Iterator

from bot.report.page import Line, Page, Point, Section, Story, Trend

_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~!])")
_LIST = re.compile(r"^(\d*)([-+.)])(?=\s)")


def written(page: Page) -> str:
    parts = [f"# {escaped(page.title)}", escaped(page.subtitle)]
    parts += ["\n".join(_section(each)) for each in page.sections]
    parts.append("---\n\n" + "\n".join(f"{escaped(each)}  " for each in page.foot).rstrip())
    return "\n\n".join(parts) + "\n"


def escaped(text: str) -> str:
    return _LIST.sub(r"\1\\\2", _SPECIAL.sub(r"\\\1", " ".join(text.split())))


def _section(section: Section) -> Iterator[str]:
    yield f"## {escaped(section.title)}\n"
    yield from map(_line, section.lines)
    trends = [each for each in section.trends if each.is_drawn]
    if trends:
        yield ""
        yield from map(_trend, trends)
    for story in section.stories:
        yield _story(story)


def _line(line: Line) -> str:
    caveat = f" *{escaped(line.caveat)}*" if line.caveat else ""
    return f"- {escaped(line.text)}{_link(line.url)}{caveat}"


def _story(story: Story) -> str:
    by = f" *({escaped(story.by)})*" if story.by else ""
    words = f"\n\n> {escaped(story.words)}" if story.words else ""
    return f"**{escaped(story.title)}**{by}{_link(story.url)}{words}\n"


def _link(url: str) -> str:
    """Only an address that cannot end the link it stands in."""
    is_whole = url.startswith(("https://", "http://")) and url.isprintable() and not re.search(r"[\s<>()\\]", url)
    return f" <{url}>" if is_whole else ""


def _trend(trend: Trend) -> str:
    return f"- {escaped(trend.title)}: {', '.join(map(in_words, trend.points))}"


def in_words(point: Point) -> str:
    """The point for who cannot see the drawing."""
    if point.value is not None:
        return f"{escaped(point.label)} {percent(point.value)}"
    if point.low is not None and point.high is not None:
        return f"{escaped(point.label)} {percent(point.low)} to {percent(point.high)}"
    return f"{escaped(point.label)} too few"


def percent(share: float) -> str:
    return f"{share:.0%}".replace("%", " %")
