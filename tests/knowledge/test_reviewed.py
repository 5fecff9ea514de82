"""The review date moves, and nothing else in the article does."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge import front_matter
from knowledge.reviewed import with_reviewed

DAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("---\ntitle: A\nreviewed: 2026-05-20\n---\ntext\n", "---\ntitle: A\nreviewed: 2026-11-24\n---\ntext\n"),
        (
            "---\n# ours\nreviewed:   2026-05-20   # by Maya, see #12\ntags: [a,  b]\n---\n\n\ntext",
            "---\n# ours\nreviewed: 2026-11-24   # by Maya, see #12\ntags: [a,  b]\n---\n\n\ntext",
        ),
        ('---\nreviewed: "2026-05-20"\n---\nx', "---\nreviewed: 2026-11-24\n---\nx"),
        ("---\nreviewed:\nowner:\n---\nx", "---\nreviewed: 2026-11-24\nowner:\n---\nx"),
        ("---\nreviewed: last week\n---\nx", "---\nreviewed: 2026-11-24\n---\nx"),
        ("---\ntitle: A\n---\nx", "---\ntitle: A\nreviewed: 2026-11-24\n---\nx"),
        ("---\nlast_reviewed_on: 2026-05-20\n---\nx", "---\nlast_reviewed_on: 2026-11-24\n---\nx"),
        ("# A\n\nreviewed: 2026-05-20\n", "---\nreviewed: 2026-11-24\n---\n\n# A\n\nreviewed: 2026-05-20\n"),
        ("---\r\nreviewed: 2026-05-20\r\n---\r\nx\r\n", "---\r\nreviewed: 2026-11-24\r\n---\r\nx\r\n"),
        ("\ufeff---\nreviewed: 2026-05-20\n---\nx", "\ufeff---\nreviewed: 2026-11-24\n---\nx"),
    ],
    ids=["plain", "with comments", "in quotes", "empty", "no date", "missing", "another generator's key",
         "no front matter", "Windows line ends", "a byte order mark"],
)  # fmt: skip
def test_only_the_date_is_another(before: str, after: str) -> None:
    assert with_reviewed(before, DAY) == after


@pytest.mark.parametrize(
    "text",
    [
        "---\nreviewed: 2026-01-01\nreviewed: 2026-02-02\n---\nx",
        "---\ntitle: a: b: c\nreviewed: 2026-01-01\n---\nx",
        "---\ntitle: A\nreviewed: >\n  2026-01-01\n---\nx",
        "---\ntitle: A\n\nx",
    ],
    ids=["twice", "no YAML", "over two lines", "not closed"],
)
def test_what_cannot_be_changed_alone_is_left(text: str) -> None:
    assert with_reviewed(text, DAY) is None


LINES = (
    "title: A", "reviewed: 2026-05-20", "reviewed: 2026-05-20  # why", "# a comment", "tags: [a, b]", "owner: x",
    "review_every: 6 months", "audience: internal", "last_reviewed_on: 2025-01-01", "", "  ", "x: {y: 1}",
)  # fmt: skip


@given(st.lists(st.sampled_from(LINES), unique=True), st.text(max_size=60))
def test_whatever_else_stands_there_reads_the_same(lines: list[str], body: str) -> None:
    text = "\n".join(["---", *lines, "---", body])

    changed = with_reviewed(text, DAY)

    if changed is not None:
        old, new = (front_matter.read(each.replace("\r\n", "\n"), file="") for each in (text, changed))
        assert new.reviewed == DAY
        assert (new.title, new.tags, new.owner, new.audience) == (old.title, old.tags, old.owner, old.audience)
        rest = [line for line in text.splitlines() if "reviewed" not in line]
        assert [line for line in changed.splitlines() if "reviewed" not in line][-len(rest) :] == rest
