"""What a page is made of, however it is written: sections of sentences with their caveats, and trends. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """A sentence, what to keep in mind with it, and where more stands ("" for none)."""

    text: str
    caveat: str = ""
    url: str = ""


@dataclass(frozen=True)
class Point:
    """A share with its interval, from 0.0 to 1.0; None where there was too little to say."""

    label: str
    value: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Trend:
    title: str
    points: tuple[Point, ...]

    @property
    def is_drawn(self) -> bool:
        """One point makes no trend."""
        return sum(each.low is not None for each in self.points) > 1


@dataclass(frozen=True)
class Story:
    title: str
    words: str
    by: str = ""  # a team
    url: str = ""


@dataclass(frozen=True)
class Section:
    title: str
    lines: tuple[Line, ...] = ()
    trends: tuple[Trend, ...] = ()
    stories: tuple[Story, ...] = ()

    @property
    def is_silent(self) -> bool:
        return not (self.lines or self.stories)


@dataclass(frozen=True)
class Page:
    title: str
    subtitle: str
    sections: tuple[Section, ...]
    foot: tuple[str, ...]
