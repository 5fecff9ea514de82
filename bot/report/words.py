"""How figures are worded for who cannot ask back: of small groups not even how many of how many. Pure."""

from bot.report.page import Point
from bot.statistics import FEWEST, TOO_FEW, Change, Share, change, counted, share_in_words
from bot.surveys.result_rules import in_words, interval
from bot.surveys.suppression import Cell

CHANGES = {
    Change.BETTER: "better than the quarter before",
    Change.WORSE: "worse than the quarter before",
    Change.NONE: "no detectable change from the quarter before",
    Change.TOO_FEW: "too few to compare with the quarter before",
}


def said(share: Share) -> str:
    return share_in_words(share) if share.is_enough else TOO_FEW


def compared(before: Share | None, now: Share, *, more_is_better: bool = True) -> str:
    """What became of it, with a comma before; "" where there is nothing to say of it."""
    if before is None or not now.is_enough:
        return ""
    return f", {CHANGES[change(before, now, more_is_better=more_is_better)]}"


def people(number: int) -> str:
    return counted(number, "person", "people") if number >= FEWEST else f"fewer than {FEWEST} people"


def times(number: int) -> str:
    return counted(number, "time") if number >= FEWEST else f"fewer than {FEWEST} times"


def point(label: str, share: Share) -> Point:
    if not share.is_enough or share.interval is None:
        return Point(label)
    return Point(label, share.value, *share.interval)


def cell_point(label: str, cell: Cell) -> Point:
    """Of a survey: where it is not told how many, only the interval."""
    return Point(label, cell.k / cell.n if cell.k is not None else None, *interval(cell))


def of_cell(cell: Cell) -> str:
    return in_words(cell)


def plural(number: int, one: str, many: str) -> str:
    return one if number == 1 else many
