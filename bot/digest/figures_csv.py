"""A digest's numbers as rows: of what, which number, k, n, value, interval; and how each is defined. Pure.

Counts alone: no thread, no address, no title that people gave.
"""

import csv
import io
from collections.abc import Iterator

from bot.digest.detail_blocks import OUTCOMES
from bot.digest.kept import Digest, Reader
from bot.digest.rules import SHARES
from bot.peers.figures import Figures
from bot.statistics import Share

COLUMNS = ("week", "window", "number", "k", "n", "value", "low", "high", "definition")
DEFINED = "docs/metrics.md#"
Row = tuple[object, ...]


def csv_rows(digest: Digest, reader: Reader) -> Iterator[Row]:
    """The community's are those its digest shows; the team's are all."""
    yield COLUMNS
    window = "week" if digest.weeks == 1 else f"{digest.weeks} weeks"
    rows = _community(digest) if reader is Reader.COMMUNITY else _team(digest)
    for within, number, value, anchor in rows:
        yield (str(digest.week), within or window, number, *_cells(value), DEFINED + anchor)


def csv_text(digest: Digest, reader: Reader) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(csv_rows(digest, reader))
    return out.getvalue()


Told = tuple[str, str, Share | float | int | None, str]


def _community(digest: Digest) -> Iterator[Told]:
    yield "", "questions", digest.this.questions, "numbers"
    yield "", "askers", digest.this.askers, "numbers"
    for outcome, words in OUTCOMES.items():
        yield "", words.lower(), Share(digest.this.by_outcome[outcome], digest.this.questions), "numbers"
    yield "", "waiting for a response", digest.unanswered, "numbers"


def _team(digest: Digest) -> Iterator[Told]:
    yield from _community(digest)
    yield "before", "questions", digest.before.questions, "numbers"
    yield "", "first response, median seconds", digest.this.response.median_s, "numbers"
    yield "", "first response, 90th percentile seconds", digest.this.response.p90_s, "numbers"
    yield from _shares("4 weeks", digest.rolling)
    yield from _shares("4 weeks before", digest.rolling_before)
    if digest.rolling_first:
        yield from _shares("4 weeks before those", digest.rolling_first)
    for week in digest.trend:
        for kind in ("peers", "platform", "handbook", "nobody"):
            yield week.week, f"answered by {kind}", getattr(week, kind), "numbers"
    gaps = {"open": digest.gaps.open, "opened": digest.gaps.opened, "closed": digest.gaps.closed}
    for name, n in gaps.items():
        yield "", f"gaps {name}", n, "gaps"
    yield "now", "articles to mend", digest.to_mend, "articles"
    yield from _others(digest)


def _others(digest: Digest) -> Iterator[Told]:
    for capability in digest.adopted:
        yield "now", f"chosen: {capability.title}", capability.chose, "adoption"
        yield "", f"began by choice: {capability.title}", capability.began, "adoption"
        yield "", f"began without a choice: {capability.title}", capability.began_without, "adoption"
    if digest.self_service:
        yield "", "became live", digest.self_service.live_n, "self-service"
        yield "", "from asking to live, median seconds", digest.self_service.median_s, "self-service"
        yield "", "pushed past git", digest.self_service.pushed, "self-service"
    for wait in digest.waits:
        yield "now", f"waits at least, seconds: {wait.stage}", wait.least_s, "bets-and-flows"
        yield "now", f"waits at most, seconds: {wait.stage}", wait.most_s, "bets-and-flows"
    for each in digest.reverted:
        yield "", f"changed by hand and put back: {each.team or 'nobody named'}", each.times, "self-service"


def _shares(window: str, figures: Figures) -> Iterator[Told]:
    for name in SHARES:
        yield window, name.replace("_", " "), getattr(figures, name), "numbers"


def _cells(value: Share | float | int | None) -> Row:
    """Under 5 cases a share is not told."""
    if not isinstance(value, Share):
        return ("", "", "" if value is None else value, "", "")
    said = value.to_json()
    shown = tuple("" if said[name] is None else round(said[name], 4) for name in ("value", "low", "high"))
    return (value.k, value.n, *shown)
