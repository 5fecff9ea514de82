"""What the platform team sees of gaps: taken by Slack, said plainly, and nobody named."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.bet_button import Source, read_draft
from bot.curation.gap_blocks import CLOSINGS, DRAFTS, Pressed, again, card, closed, gap_list, read_pressed, told
from bot.curation.gap_rules import Because, Closing, Gap, GapFacts
from bot.errors import PayloadMalformed
from bot.model import QuestionKind, Window
from tests.answers.test_blocks import assert_taken

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
DAYS = timedelta(days=1)
GAP = Gap(
    id="f" * 24,
    kind=QuestionKind.HOW_TO,
    questions=5,
    people=3,
    opened_at=NOW - 12 * DAYS,
    first_asked_at=NOW - 12 * DAYS,
    last_asked_at=NOW,
    example="how do I <!channel> & see `gpu` nodes?",
)
WINDOW = Window(NOW - 7 * DAYS, NOW)
ZONE = "Europe/London"


def test_the_longest_list_is_taken_by_slack() -> None:
    widest = replace(GAP, example="w" * 500, again_since=Closing(NOW, Because.DISMISSED, reason="mixed"))
    facts = GapFacts(WINDOW, tuple(replace(widest, id=f"{number:024}") for number in range(40)), unsorted=9)

    shown = gap_list(facts, {}, now=NOW, viewer="p1", timezone=ZONE)

    assert_taken(shown)
    assert shown.blocks[-1]["elements"][0]["text"] == "… and 30 more."
    assert_taken(card(widest, "It is yours.", now=NOW, viewer="p1", timezone=ZONE))


def test_foreign_words_neither_mention_nor_link() -> None:
    shown = gap_list(GapFacts(WINDOW, (GAP,)), {GAP.id: DRAFTS}, now=NOW, viewer="p1", timezone=ZONE)

    assert "<!" not in str(shown.blocks)
    assert "<!" not in shown.text


@pytest.mark.parametrize(
    ("gap", "words"),
    [
        (GAP, "asked 5 times by 3 people, first 12 days ago, last today"),
        (replace(GAP, people=1), "asked 5 times, first 12 days ago, last today"),
        (replace(GAP, questions=2, people=2, last_asked_at=GAP.first_asked_at), "asked twice by 2 people, 12 days ago"),
        (
            replace(GAP, questions=1, people=1, first_asked_at=NOW - DAYS, last_asked_at=NOW - DAYS),
            "asked once, yesterday",
        ),
    ],
    ids=["several", "one person is no number", "on one day", "once"],
)
def test_a_gap_is_told_by_its_numbers(gap: Gap, words: str) -> None:
    assert told(gap, now=NOW) == words


@pytest.mark.parametrize(
    ("closing", "before", "now"),
    [
        (
            Closing(NOW, Because.ARTICLE, article="gpus"),
            "Asked again since the article `gpus` of 24 Nov.",
            "Closed on 24 Nov: an article answers it now.",
        ),
        (
            Closing(NOW, Because.ACTION),
            "Asked again since the action of 24 Nov.",
            "Closed on 24 Nov: an action does it now.",
        ),
        (
            Closing(NOW, Because.QUIET),
            "Asked again; it was quiet until 24 Nov.",
            "Closed on 24 Nov: not asked for twelve weeks.",
        ),
        (
            Closing(NOW, Because.DISMISSED, reason="not again"),
            "Asked again since it was closed on 24 Nov (no gap: it will not be asked again).",
            "Closed on 24 Nov. No gap: it will not be asked again.",
        ),
    ],
    ids=lambda value: value.because.value if isinstance(value, Closing) else "",
)
def test_how_it_was_closed_is_said_then_and_when_it_is_asked_again(closing: Closing, before: str, now: str) -> None:
    assert (again(closing, ZONE), closed(closing, ZONE)) == (before, now)


def test_who_owns_it_is_told_without_a_name() -> None:
    mine = card(replace(GAP, owner="p1"), "", now=NOW, viewer="p1", timezone=ZONE)
    others = card(replace(GAP, owner="p2"), "", now=NOW, viewer="p1", timezone=ZONE)

    assert "yours" in str(mine.blocks)
    assert "I take it" not in str(mine.blocks)
    assert "taken by a colleague" in str(others.blocks)
    assert "p2" not in str(others.blocks)


def test_what_is_offered_is_read_as_it_was_meant() -> None:
    shown = gap_list(GapFacts(WINDOW, (GAP,)), {GAP.id: DRAFTS}, now=NOW, viewer="p1", timezone=ZONE)
    take, article, action, bet, kind, close = shown.blocks[-1]["elements"]

    assert read_pressed(take["action_id"], take["value"]) == Pressed(GAP.id, "take")
    drafts = [read_pressed(each["action_id"], each["value"]).choice for each in (article, action)]
    assert drafts == list(DRAFTS)
    kinds = [read_pressed(kind["action_id"], each["value"]).choice for each in kind["options"]]
    assert kinds == [f"kind:{each}" for each in QuestionKind]
    closings = [read_pressed(close["action_id"], each["value"]).choice for each in close["options"]]
    assert closings == [f"close:{each}" for each in CLOSINGS]
    assert read_draft(bet["action_id"], bet["value"]) == (Source.GAP, GAP.id)


@pytest.mark.parametrize(
    ("action_id", "value"),
    [
        ("gaps.take", "g:1"),
        ("gaps.kind", "g:nothing"),
        ("gaps.close", "g"),
        ("gaps.open_action", "g"),
        ("gaps.open_action", "g:take"),
        ("gaps.other", "g"),
    ],
)
def test_what_was_never_offered_is_refused(action_id: str, value: str) -> None:
    with pytest.raises(PayloadMalformed):
        read_pressed(action_id, value)
