"""Which solved threads are pointed to: each rule by itself, on real databases, and never a word of what was said."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date

import pytest

from bot.answers.finding import FindService
from bot.answers.pointers import Pointer, pointed
from bot.answers.service import AnswerService
from bot.answers.writer import QuotingWriter
from bot.people import PeopleService
from bot.storage import answers as rows
from bot.storage.engine import Database
from bot.storage.schema import answers, outbox, work
from knowledge.channels import AnswerMode
from tests.answers.threads import ASKED, ASKING, CHANNEL, LIKE_IT, WORDS, C, Past, all_rows

URL = f"https://acme.slack.example/archives/{C}/p{ASKED.replace('.', '')}"
THERE = Pointer(C, ASKED, date(2026, 11, 3), URL)
Changed = Callable[[Past], Awaitable[None]]


@pytest.fixture
async def past(database: Database) -> Past:
    past = Past(database)
    await past.begin()
    return past


async def test_a_thread_in_which_people_solved_a_question_like_it_is_pointed_to(past: Past) -> None:
    service = past.service()

    assert await service.like(ASKING, LIKE_IT) == (THERE,)
    assert await service.like(ASKING, "where is the canteen?") == ()
    assert await service.with_words(ASKING, "zeppelin", most=3) == (THERE,)
    assert await service.standing([THERE, replace(THERE, ts=ASKING.question_ts or "")]) == (THERE,)


async def test_what_nobody_asked_us_is_held_to_a_higher_bar(past: Past) -> None:
    service = past.service()

    assert await service.like(ASKING, WORDS, at_least=0.55) == (THERE,)
    assert await service.like(ASKING, "postgres zeppelin is slow to start", at_least=0.55) == ()


@pytest.mark.parametrize(
    ("change", "is_dropped"),
    [
        (Past.private, True),
        (Past.made_private, False),
        (Past.shared, False),
        (Past.counts, True),
        (Past.unwatched, True),
        (Past.asker_left_out, True),
        (Past.helper_left_out, True),
        (Past.bystander_left_out, True),
        (Past.helper_is_someone, True),
        (Past.helper_erased, True),
        (Past.deleted, True),
        (Past.answer_deleted, True),
        (Past.reopened, True),
        (Past.unsolved, True),
        (Past.solved_by_a_bot, True),
        (Past.solved_by_our_answer, True),
        (Past.wordless, True),
        (Past.edited, False),
        (Past.asked_by_a_guest, False),
        (Past.asked_by_a_stranger, False),
        (Past.where_others_read_along, False),
        (Past.in_the_thread_itself, False),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
async def test_no_pointer_leads_where_a_rule_forbids_it(past: Past, change: Changed, *, is_dropped: bool) -> None:
    """At once, though it is catalogued; and where the thread itself is at fault it is dropped from the catalogue."""
    service = past.service()
    await service.refresh()
    assert service.count == 1

    await change(past)
    at_once = await service.like(past.asking, LIKE_IT)
    await service.refresh()

    assert at_once == await service.like(past.asking, LIKE_IT) == ()
    assert service.count == (0 if is_dropped else 1)


@pytest.mark.parametrize(
    ("mode", "asked", "text", "outcome"),
    [
        pytest.param(AnswerMode.AT_ONCE, True, LIKE_IT, "silent", id="asked"),
        pytest.param(AnswerMode.AT_ONCE, False, WORDS, "suggested", id="overheard"),
        pytest.param(AnswerMode.SHADOW, False, WORDS, None, id="overheard in shadow"),
        pytest.param(AnswerMode.AT_ONCE, False, "postgres zeppelin is slow", None, id="overheard, not sure"),
    ],
)
async def test_it_is_kept_with_the_answer_and_no_word_of_the_thread_is(
    past: Past, mode: AnswerMode, asked: bool, text: str, outcome: str | None
) -> None:
    past.watch(replace(CHANNEL, answer=mode))
    desk, people, solved = past.desk, PeopleService(past.desk), past.service()
    await past.ask_again()

    await AnswerService(desk, people, QuotingWriter(), solved).answer(replace(ASKING, text=text, asked=asked))
    await FindService(desk, people, solved).find(replace(ASKING, key="find:1", text="zeppelin index"))
    async with past.database.read() as tx:
        answer = await rows.by_key(tx, ASKING.key)
    seen = await all_rows(past.database, (answers, outbox, work))

    assert answer is not None
    assert answer.pointers == ([THERE.to_json()] if outcome else [])
    assert answer.outcome == (outcome or "silent")
    assert seen.count("A question like this was solved in") == (2 if outcome else 0)  # text and block
    assert "solved in <" in seen  # by `find`, whatever came of the question
    assert [each for each in ("canary", "VACUUM ANALYZE", "UADA", "UBELA", "'ada'", "'bela'") if each in seen] == []


@pytest.mark.parametrize(
    ("pointers", "expected"),
    [
        ((), ""),
        ((THERE,), f"A question like this was solved in <{URL}|this thread> on 3 Nov."),
        (
            (THERE, replace(THERE, solved_on=date(2025, 12, 31))),
            f"A question like this was solved in <{URL}|this thread> on 3 Nov, and in <{URL}|this one> on 31 Dec 2025.",
        ),
    ],
    ids=["none", "one", "two, one of last year"],
)
def test_a_pointer_is_a_sentence(pointers: tuple[Pointer, ...], expected: str) -> None:
    assert pointed(pointers, today=date(2026, 11, 24)) == expected
