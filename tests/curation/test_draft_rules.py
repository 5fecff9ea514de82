"""Which reply a draft is made from, and how it reads without a model."""

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.curation.draft_rules import (
    Written,
    article,
    marked_reply,
    quoted,
    sketched,
    solving_reply,
    template,
    title_of,
)
from bot.model import Line, Talk
from knowledge import front_matter
from knowledge.article import parse

ASKED = Line("1.0", "priya", False, "asks", "how do I clean the cache?")
BOT = Line("2.0", "mentor", True, "says", "I am not sure")
FIRST, SECOND = Line("3.0", "jonas", False, "says", "restart it"), Line("4.0", "maya", False, "says", "run the cleaner")
OWN = Line("5.0", "priya", False, "thanks", "thanks, that did it")
UNKEPT = Line("6.0", "~someone", False, "says", None)
REPLIES = (BOT, FIRST, SECOND, OWN, UNKEPT)


@pytest.mark.parametrize(
    ("picked", "marked", "solved"),
    [
        pytest.param("4.0", {"3.0"}, SECOND, id="the one picked, whatever was marked"),
        pytest.param("5.0", set(), OWN, id="the asker's own, when it is picked"),
        pytest.param("1.0", {"3.0"}, FIRST, id="the one the asker marked"),
        pytest.param("1.0", {"1.0"}, SECOND, id="the last answer before a marked question"),
        pytest.param("1.0", {"1.0", "3.0"}, FIRST, id="a mark on a reply says more than one on the question"),
        pytest.param("2.0", {"3.0"}, FIRST, id="a bot's message picks none"),
        pytest.param("1.0", {"2.0"}, None, id="a bot's answer was marked"),
        pytest.param("1.0", set(), None, id="nobody said which"),
        pytest.param("6.0", {"3.0"}, None, id="the words of the one picked are not kept"),
    ],
)
def test_which_reply_solved_it(picked: str, marked: set[str], solved: Line | None) -> None:
    assert solving_reply(Talk("C0", ASKED, REPLIES, frozenset(marked)), picked) == solved


def test_without_a_pick_only_the_askers_mark_counts() -> None:
    assert marked_reply(Talk("C0", ASKED, REPLIES, frozenset({"4.0"}))) == SECOND
    assert marked_reply(Talk("C0", ASKED, REPLIES)) is None


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("hi all, how do I clean the cache?", "How do I clean the cache?"),
        ("someone someone: My build hangs. How do I clean the cache? Thanks!", "How do I clean the cache?"),
        ("my build hangs", "My build hangs"),
        ("why " + "very " * 40 + "long?", "Why" + " very" * 15 + "…"),
        ("", "Untitled"),
    ],
)
def test_title_is_what_was_asked(question: str, title: str) -> None:
    assert title_of(question) == title


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        ("run it\nthen wait", "> run it\n> then wait"),
        ("run\n\n\n```a <b>\n\nc```", "> run\n>\n> ```\n> a <b>\n>\n> c\n> ```"),
        ("an open ```fence", "> an open\n> ```\n> fence\n> ```"),
        ("<script>x</script> and `<pod>`", "> &lt;script>x&lt;/script> and `<pod>`"),
        ("an odd ` and <b>", "> an odd ` and &lt;b>"),
        ("---\naudience: platform", "> ---\n> audience: platform"),
    ],
)
def test_reply_is_quoted_and_no_more_than_text(answer: str, shown: str) -> None:
    assert quoted(answer) == shown


@given(st.text(max_size=300))
def test_every_line_of_a_quotation_is_one(answer: str) -> None:
    assert [line for line in quoted(answer).splitlines() if line and not line.startswith(">")] == []


def test_a_models_words_are_found_by_what_was_asked_and_bring_no_tags() -> None:
    quoting = Written("How?", ("how?",), "> so")
    body = "Run <b>it</b>:\n\n```bash\ncat <file>\n```"

    written = sketched("Clean it", ("why?", "how?"), body, instead_of=quoting)

    assert written == Written("Clean it", ("how?", "why?"), "Run &lt;b>it&lt;/b>:\n\n```bash\ncat <file>\n```")


def test_draft_is_an_article_for_the_reviewer_to_complete() -> None:
    written = template("hi all, how do I: clean the cache?", "Run the cleaner.")

    text = article(
        written,
        owner="platform-build",
        tags=("ci",),
        permalink="https://small.slack.com/archives/C0/p1",
        asked_on=date(2026, 11, 24),
        credit="",
    )

    assert text == (
        "---\n"
        "title: 'How do I: clean the cache?'\n"
        "questions:\n"
        "- 'how do I: clean the cache?'\n"
        "tags:\n"
        "- ci\n"
        "owner: platform-build\n"
        "reviewed:\n"
        "---\n"
        "\n"
        "> Run the cleaner.\n"
        "\n"
        "## Where this comes from\n"
        "\n"
        "From [a thread in Slack](https://small.slack.com/archives/C0/p1) of 24 November 2026.\n"
    )


@example("", "", "\x85", "")
@given(st.text(max_size=200), st.text(max_size=200), st.text(max_size=40), st.text(max_size=40))
@example("\x1b", "", "\x85", "")
def test_any_words_give_an_article_that_says_them(question: str, answer: str, owner: str, credit: str) -> None:
    written = template(question, answer)

    text = article(written, owner=owner, tags=(), permalink="https://x/p", asked_on=date(2026, 11, 4), credit=credit)
    matter = front_matter.read(text, file="a.md")

    assert parse("a.md", text, file="a.md") is not None
    assert matter.title == " ".join(written.title.split())
    assert matter.audience == "public"
    assert [each.field for each in matter.warnings if each.field not in ("owner", "reviewed")] == []


def test_words_come_back_as_they_were_kept() -> None:
    written = Written("How?", ("how?", "why?"), "> so")

    assert Written.from_json(written.to_json()) == written
