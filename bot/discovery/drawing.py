"""Draws a flow as an SVG file for documentation: a step a row, by hand or by machine, with its wait as a bar. Pure.

Plain SVG without script, style sheet or foreign parts; `title` and `desc` say all of it in words, nothing by colour
alone. What the platform team sees beside a flow in Slack is not in it: a file is read by everybody.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from html import escape
from itertools import groupby
from textwrap import wrap

from bot.discovery.rules import summary
from bot.friction import IN_WORDS, Stage
from knowledge.flows import Flow, Step, Wait

WIDTH, MARGIN, HEAD = 960, 16, 76
STAGE_WIDTH, WHO_AT, NAME_AT, BAR_AT, BAR_MOST = 120, 148, 232, 640, 150
ROW, LINE, PAD = 30, 17, 8
NAME_CHARS, PAIN_CHARS = 48, 56  # what fits beside the bars at these sizes
INK, PALE, HAND = "#1f2933", "#52606d", "#8a3b12"  # each at least 5 to 1 on its ground
STAGES = {
    Stage.CODE: "#dbeafe",
    Stage.BUILD: "#e0f2e9",
    Stage.TEST: "#fdf0cf",
    Stage.REVIEW: "#ece3f7",
    Stage.DEPLOY: "#fbe2dc",
    Stage.OPERATE: "#e4e7eb",
}


def drawn(flow: Flow) -> str:
    """The whole file."""
    rows = list(_rows(flow))
    height = HEAD + sum(row.height for row in rows) + MARGIN + LINE
    title, told = f"{flow.team}: the way to production", "; ".join(_in_words(flow))
    size = f'viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
    named = 'role="img" aria-labelledby="title desc" font-family="Helvetica, Arial, sans-serif"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} {named}>',
        f'<title id="title">{_safe(title)}</title>',
        f'<desc id="desc">{_safe(told)}</desc>',
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        _text(MARGIN, 32, title, font_size=20, font_weight="bold"),
        _text(MARGIN, 54, f"{summary(flow)}. Looked at with the team on {flow.looked_at}.", fill=PALE),
        *_bands(rows),
        *(part for row in rows for part in row.drawn()),
        _text(
            MARGIN, height - MARGIN, "Waits are by the clock, before a step is begun, as the team told them.", fill=PALE
        ),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


class _Row:
    """A step, and where its row begins."""

    def __init__(self, number: int, step: Step, y: int, longest: timedelta) -> None:
        self.step = step
        self.y = y
        self._number = number
        self._longest = longest
        self._name = wrap(f"{number}. {step.name}", NAME_CHARS)
        self._pain = wrap(step.pain, PAIN_CHARS)

    @property
    def height(self) -> int:
        return ROW + LINE * (len(self._name) - 1 + len(self._pain)) + (PAD if self._pain else 0)

    def drawn(self) -> Iterator[str]:
        y = self.y
        yield f'<line x1="{WHO_AT}" x2="{WIDTH - MARGIN}" y1="{y}" y2="{y}" stroke="#cbd2d9"/>'
        yield from self._who()
        for at, line in enumerate(self._name):
            yield _text(NAME_AT, y + 20 + at * LINE, line)
        below = y + 20 + len(self._name) * LINE
        for at, line in enumerate(self._pain):
            yield _text(NAME_AT, below + at * LINE, line, fill=PALE, font_style="italic", font_size=13)
        if self.step.wait:
            yield from self._bar(self.step.wait)

    def _who(self) -> Iterator[str]:
        by_hand = self.step.is_by_hand
        fill, ink = (HAND, "#ffffff") if by_hand else ("#ffffff", INK)
        edge = HAND if by_hand else PALE
        place = f'x="{WHO_AT}" y="{self.y + 6}" width="72" height="19" rx="3"'
        yield f'<rect {place} fill="{fill}" stroke="{edge}"/>'
        yield _text(
            WHO_AT + 36, self.y + 20, "by hand" if by_hand else "machine", fill=ink, font_size=12, text_anchor="middle"
        )

    def _bar(self, wait: Wait) -> Iterator[str]:
        """As long as it waits at most, dark as far as it waits at least."""
        most = max(2, round(BAR_MOST * (wait.most / self._longest)))
        least = max(2, round(BAR_MOST * (wait.least / self._longest)))
        at = f'x="{BAR_AT}" y="{self.y + 9}" height="13"'
        yield f'<rect {at} width="{most}" fill="#e8b298"/>'
        yield f'<rect {at} width="{least}" fill="{HAND}"/>'
        yield _text(BAR_AT + most + 6, self.y + 20, wait.said, font_size=13)


def _rows(flow: Flow) -> Iterator[_Row]:
    longest = max((each.wait.most for each in flow.steps if each.wait), default=timedelta(hours=1))
    y = HEAD
    for number, step in enumerate(flow.steps, start=1):
        row = _Row(number, step, y, longest)
        yield row
        y += row.height


def _bands(rows: Sequence[_Row]) -> Iterator[str]:
    """The stages at the left, each over its steps."""
    for stage, group in groupby(rows, key=lambda each: each.step.stage):
        these = list(group)
        height = sum(each.height for each in these)
        y = these[0].y
        yield f'<rect x="{MARGIN}" y="{y}" width="{STAGE_WIDTH}" height="{height - 2}" fill="{STAGES[stage]}"/>'
        yield _text(MARGIN + 8, y + 20, IN_WORDS[stage], font_weight="bold", font_size=13)


def _in_words(flow: Flow) -> Iterator[str]:
    yield summary(flow)
    for number, step in enumerate(flow.steps, start=1):
        waits = f", waits {step.wait.said}" if step.wait else ""
        hard = f", hard: {step.pain}" if step.pain else ""
        who = "by hand" if step.is_by_hand else "by machine"
        yield f"{number}. {IN_WORDS[step.stage]}: {step.name}, {who}{waits}{hard}"


def _text(x: int, y: int, text: str, **attributes: str | int) -> str:
    """In ink and at the usual size, where nothing else is said."""
    told = {"fill": INK, "font_size": 14} | attributes
    more = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in told.items())
    return f'<text x="{x}" y="{y}"{more}>{_safe(text)}</text>'


def _safe(text: str) -> str:
    """Without what XML cannot hold."""
    return escape("".join(each if each.isprintable() else " " for each in text))
