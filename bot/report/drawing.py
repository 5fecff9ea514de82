"""Draws a trend as SVG: the share as a line, its 95 % interval as a band, a gap where there were too few. Pure."""

from collections.abc import Iterator, Sequence
from html import escape

from bot.report.markdown import in_words, percent
from bot.report.page import Point, Trend

WIDTH, HEIGHT = 340, 120
LEFT, RIGHT, TOP, BOTTOM = 44, 52, 8, 20  # room for what is written beside the lines
LABELS_MOST = 4

Run = list[tuple[int, Point]]


def drawn(trend: Trend) -> str:
    points = trend.points
    words = escape(f"{trend.title}: {', '.join(map(in_words, points))}")
    parts = [
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{words}">',
        *_grid(),
        *(_band(run, len(points)) for run in _runs(points)),
        *(part for run in _runs(points) for part in _line(run, len(points))),
        *_labels(points),
        *_last(points),
        "</svg>",
    ]
    return "".join(parts)


def _runs(points: Sequence[Point]) -> list[Run]:
    """What hangs together, with no gap in it."""
    runs: list[Run] = [[]]
    for at, each in enumerate(points):
        if each.low is None:
            runs.append([])
        else:
            runs[-1].append((at, each))
    return [run for run in runs if run]


def _x(at: int, of: int) -> float:
    return round(LEFT + (WIDTH - LEFT - RIGHT) * (at / (of - 1) if of > 1 else 0.5), 1)


def _y(share: float) -> float:
    return round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - share), 1)


def _grid() -> Iterator[str]:
    for share in (0.0, 0.5, 1.0):
        y = _y(share)
        yield f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}"/>'
        yield f'<text class="axis" x="{LEFT - 4}" y="{y + 3}" text-anchor="end">{percent(share)}</text>'


def _band(run: Run, of: int) -> str:
    """A single one is as wide as a mark."""
    wide = 3 if len(run) == 1 else 0
    ends = [(_x(at, of), each) for at, each in run]
    if wide:
        ((x, each),) = ends
        ends = [(x - wide, each), (x + wide, each)]
    upper = [f"{x},{_y(each.high or 0)}" for x, each in ends]
    lower = [f"{x},{_y(each.low or 0)}" for x, each in reversed(ends)]
    return f'<polygon class="band" points="{" ".join([*upper, *lower])}"/>'


def _line(run: Run, of: int) -> Iterator[str]:
    told = [(_x(at, of), _y(each.value)) for at, each in run if each.value is not None]
    if len(told) == len(run) > 1:
        yield f'<polyline class="line" points="{" ".join(f"{x},{y}" for x, y in told)}"/>'
    yield from (f'<circle class="dot" cx="{x}" cy="{y}" r="2"/>' for x, y in told)


def _labels(points: Sequence[Point]) -> Iterator[str]:
    step = max(1, -(-len(points) // LABELS_MOST))
    for at in range(len(points) - 1, -1, -step):  # from the last one back, which is the one to read
        yield (
            f'<text class="axis" x="{_x(at, len(points))}" y="{HEIGHT - 5}" text-anchor="middle">'
            f"{escape(points[at].label)}</text>"
        )


def _last(points: Sequence[Point]) -> Iterator[str]:
    """What the line ends at."""
    share = points[-1].value
    if share is not None:
        yield (f'<text class="last" x="{WIDTH - RIGHT + 6}" y="{_y(share) + 4}">{percent(share)}</text>')
