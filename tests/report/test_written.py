"""A page as Markdown, as HTML and in Slack: what we did not write can do nothing in any of them."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from bot.blockkit import TEXT_MAX
from bot.report import blocks, drawing, html, markdown
from bot.report.page import Line, Page, Point, Section, Story, Trend
from bot.report.rules import report
from tests.report.quarters import EVIL, rich

HOSTILE = Page(
    EVIL,
    EVIL,
    (
        Section(
            EVIL,
            (Line(EVIL, EVIL, "javascript:alert(1)"), Line("a", url='https://x.test/"onclick="alert(1)')),
            (Trend(EVIL, (Point(EVIL, 0.5, 0.2, 0.7), Point(EVIL, 0.6, 0.3, 0.8))),),
            (Story(EVIL, EVIL, EVIL, "https://x.test/a>b"),),
        ),
    ),
    (EVIL,),
)


class Seen(HTMLParser):
    """Every tag and attribute that a browser would find."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.addresses: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src", "action", "xlink:href")]


def test_nothing_we_did_not_write_is_html() -> None:
    seen = Seen(html.written(HOSTILE))

    assert "script" not in seen.tags
    assert not [each for each in seen.attributes if each.startswith("on")]
    assert [each[:14] for each in seen.addresses] == ["https://x.test"] * 2
    assert "<script" not in html.written(HOSTILE)


def test_a_page_loads_nothing_and_runs_nothing() -> None:
    written = html.written(report(rich()))
    seen = Seen(written)

    assert not seen.tags & {"script", "link", "img", "iframe", "object", "form", "input"}
    assert "url(" not in written
    assert "default-src 'none'" in written
    assert set(seen.addresses) == {"https://git.example/p/12", "https://git.example/h/stories/queues.md"}


def test_nothing_we_did_not_write_is_markdown() -> None:
    written = markdown.written(HOSTILE)

    assert "<script" not in written.replace(r"\<", "")
    assert "javascript:" not in written
    assert not re.search(r"(?<!\\)\[x(?<!\\)\]", written)
    assert len(re.findall(r"^#+ ", written, re.MULTILINE)) == 2  # its own two headings


@pytest.mark.parametrize(
    ("text", "said"), [("1. a", r"1\. a"), ("- a", r"\- a"), ("132. b", r"132\. b"), ("1.5 a", "1.5 a")]
)
def test_a_sentence_begins_no_list(text: str, said: str) -> None:
    assert markdown.escaped(text) == said


def test_nothing_we_did_not_write_mentions_or_links_in_slack() -> None:
    shown = blocks.shown(
        report(replace(rich(), stories=(replace(rich().stories[0], title="<!channel> <@U0X> |"),))), quarter="2026-Q3"
    )

    assert "<!channel>" not in str(shown)
    assert "<@U0X>" not in str(shown)
    assert len(shown.text) <= TEXT_MAX
    assert len(shown.blocks) <= 50


def test_a_trend_is_drawn_with_its_interval_and_a_gap_where_there_were_too_few() -> None:
    points = (Point("W1", 0.5, 0.4, 0.6), Point("W2", 0.6, 0.5, 0.7), Point("W3"), Point("W4", None, 0.2, 0.9))

    svg = drawing.drawn(Trend("Solved", points))

    assert svg.count('class="band"') == 2
    assert svg.count("<polyline") == 1
    assert svg.count("<circle") == 2
    assert 'aria-label="Solved: W1 50 %, W2 60 %, W3 too few, W4 20 % to 90 %"' in svg


@pytest.mark.parametrize("points", [(), (Point("W1", 0.5, 0.4, 0.6),), (Point("W1"), Point("W2"))])
def test_one_point_is_no_trend(points: tuple[Point, ...]) -> None:
    page = Page("t", "s", (Section("a", (Line("b"),), (Trend("c", points),)),), ())

    assert "<svg" not in html.written(page)
    assert "W1" not in markdown.written(page)
