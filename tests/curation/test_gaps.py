"""What becomes a gap, what is shown of it, and how it ends, on real databases."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.curation.gap_rules import Because, Lack
from bot.curation.gap_sorting import GapSorting, by_words
from bot.model import QuestionKind, Window
from bot.storage import gaps as rows
from bot.storage.engine import Database
from bot.storage.schema import answers, gap_members, messages
from knowledge.likeness import Alike
from tests.curation.asked import NOW, PRIVATE, PUBLIC, Past

GPU = "does the cluster have gpu nodes?"


@pytest.fixture
async def past(database: Database) -> Past:
    past = Past(database)
    await past.begin()
    return past


async def test_what_was_not_well_answered_becomes_gaps_and_nothing_else_does(past: Past) -> None:
    await past.ask("ada", GPU)
    await past.ask_us("bela", "how do I get gpu nodes")
    await past.ask_us("chidi", "gpu nodes for training?", outcome="answered", confidence=0.9, verdict="not quite")
    await past.ask_us("chidi", "gpu nodes for training?", outcome="suggested", verdict="not quite", stands_in="first")
    await past.ask_us("ada", "gpu nodes?", outcome="suggested", confidence=0.4, verdict="solved")
    await past.ask_us("ada", "gpu nodes", outcome="suggested", confidence=0.6)
    await past.ask_us("ada", "are gpu nodes there", asked=False)
    await past.ask("bela", "please create a kafka topic", kind="do-it-for-me")
    await past.ask_us("bela", "hi all?")
    await past.ask("bela", None)

    unsorted = await past.sorting.sort()
    gpu, kafka = await past.facts.open_gaps()

    assert (gpu.questions, gpu.people, gpu.lacks, gpu.example) == (3, 3, Lack.ARTICLE, GPU)
    assert (kafka.questions, kafka.people, kafka.lacks) == (1, 1, Lack.ACTION)
    assert unsorted == 1


async def test_what_a_further_source_solved_is_no_gap(past: Past) -> None:
    await past.ask_us("ada", GPU, id="first", key="k1", verdict="not quite")
    await past.ask_us("ada", GPU, stands_in="k1", verdict="solved")
    await past.ask_us("bela", "please create a kafka topic", id="other", key="k2", verdict="not quite")
    await past.ask_us("bela", "please create a kafka topic", stands_in="k2", verdict="not quite")

    [kafka] = await past.gaps()

    assert kafka.lacks is Lack.ACTION


async def test_words_of_private_channels_and_of_people_left_out_are_not_shown_and_these_do_not_count(
    past: Past,
) -> None:
    await past.ask("ada", GPU, PRIVATE)
    await past.ask_us("bela", "please, gpu nodes")
    await past.ask_us("bela", "are there any gpu nodes")
    await past.leave_out("bela")
    await past.ask("~someone", None)

    [gap] = await past.gaps()

    assert (gap.questions, gap.people, gap.example, gap.channel_id) == (3, 1, "", "")
    assert gap.kind is QuestionKind.HOW_TO


async def test_a_gap_stays_while_others_join_and_its_words_go(past: Past) -> None:
    first = await past.ask("ada", GPU)
    [before] = await past.gaps()
    past.later(days=2)
    await past.ask("bela", "can I get gpu nodes for training?")
    [joined] = await past.gaps()
    await past.database.write(lambda tx: tx.execute(update(messages).values(text=None)))
    await past.database.write(lambda tx: tx.execute(update(answers).values(question=None)))
    [wordless] = await past.gaps()
    past.unanswered = {key for key in past.unanswered if key[1] != first}
    [answered_since] = await past.gaps()

    assert before.id == joined.id == wordless.id == answered_since.id
    assert (before.questions, joined.questions, wordless.questions, answered_since.questions) == (1, 2, 2, 1)
    assert (joined.example, wordless.example) == ("can I get gpu nodes for training?", "")


async def test_a_gap_is_quiet_after_twelve_weeks_and_opens_anew_when_it_is_asked_again(past: Past) -> None:
    await past.ask("ada", GPU)
    [old] = await past.gaps()
    past.later(weeks=12, hours=1)
    assert await past.gaps() == []

    past.later(hours=1)
    await past.ask("bela", "can I get gpu nodes?")
    [new] = await past.gaps()
    window = await past.facts.facts(Window(NOW, past.now))

    assert new.id != old.id
    assert new.again_since is not None
    assert (new.questions, new.again_since.because) == (1, Because.QUIET)
    assert (window.opened, window.closed, window.closed_by, len(window.open)) == (1, 1, {"quiet": 1}, 1)
    assert "gpu" not in str(window.to_json())


async def test_a_window_has_the_gaps_and_askings_that_there_were_at_its_end(past: Past) -> None:
    await past.ask("ada", GPU)
    await past.ask("bela", "please create a kafka topic")
    _, gpu = await past.gaps()
    week = Window(NOW, past.now + timedelta(days=1))
    past.later(days=2)
    await past.ask("chidi", "can you please create a kafka topic?")
    await past.ask("chidi", "where is the dashboard of the build?")
    await past.gaps()
    await past.database.write(lambda tx: rows.close(tx, gpu.id, because=Because.ARTICLE, now=past.now))

    then, now = await past.facts.facts(week), await past.facts.facts(Window(past.now, past.now))

    assert [(each.example, each.questions, each.people) for each in then.open] == [
        ("please create a kafka topic", 1, 1),
        (GPU, 1, 1),
    ]
    assert (then.opened, then.closed) == (2, 0)
    assert [(each.example, each.questions) for each in now.open] == [
        ("can you please create a kafka topic?", 2),
        ("where is the dashboard of the build?", 1),
    ]


async def test_two_runs_at_a_time_open_one_gap(past: Past) -> None:
    for who in ("ada", "bela", "chidi"):
        await past.ask(who, GPU)

    await asyncio.gather(*(past.sorting.sort() for _ in range(3)))
    [gap] = await past.facts.open_gaps()

    assert (gap.questions, gap.people) == (3, 3)


def interrupted(past: Past, meanwhile: Callable[[], Awaitable[object]]) -> GapSorting:
    """A run that reads what was asked, is held up while something happens, and goes on by what it read."""

    async def compare(texts: Mapping[str, str]) -> Alike:
        await meanwhile()
        return await by_words(texts)

    return past.sorting_by(compare)


async def test_a_run_that_was_held_up_leaves_alone_what_another_sorted_meanwhile(past: Past) -> None:
    await past.ask("ada", GPU)

    async def asked_sorted_and_taken() -> None:
        await past.ask("bela", "please create a kafka topic")
        kafka, _ = await past.gaps()
        await past.database.write(lambda tx: rows.take(tx, kafka.id, "chidi"))
        await past.database.write(lambda tx: rows.put_kind(tx, kafka.id, QuestionKind.IDEA.value))

    await interrupted(past, asked_sorted_and_taken).sort()
    kafka, gpu = await past.facts.open_gaps()

    assert (gpu.example, kafka.example) == (GPU, "please create a kafka topic")
    assert (kafka.owner, kafka.kind) == ("chidi", QuestionKind.IDEA)


async def test_a_gap_that_went_while_something_was_put_into_it_is_there_again(past: Past) -> None:
    first = await past.ask("ada", GPU)
    [gap] = await past.gaps()
    second = await past.ask("bela", "can I get gpu nodes for training?")

    async def both_answered_and_sorted() -> None:
        past.unanswered.clear()
        assert await past.gaps() == []

    await interrupted(past, both_answered_and_sorted).sort()
    past.unanswered = {(PUBLIC, first), (PUBLIC, second)}
    [again] = await past.gaps()

    assert (again.id, again.questions) == (gap.id, 2)


async def test_what_was_taken_back_leaves_its_gap(past: Past) -> None:
    await past.ask("ada", GPU)
    second = await past.ask("bela", "can I get gpu nodes for training?")
    await past.gaps()
    gone = update(messages).where(messages.c.ts == second).values(deleted_ts="9.0")
    await past.database.write(lambda tx: tx.execute(gone))
    past.unanswered.discard((PUBLIC, second))
    await past.gaps()

    async with past.database.read() as tx:
        kept = await tx.scalars(select(gap_members.c.ts))

    assert second not in set(kept)


async def test_what_was_asked_before_a_gap_was_closed_and_fails_later_opens_none(past: Past) -> None:
    await past.ask("ada", GPU)
    [gap] = await past.gaps()
    await past.ask("bela", "can I get gpu nodes?")
    past.later(days=1)
    await past.database.write(lambda tx: rows.close(tx, gap.id, because=Because.ACTION, now=past.now))

    assert await past.gaps() == []
    closed = await past.facts.gap(gap.id)
    assert closed is not None
    assert (closed.questions, closed.closing is not None) == (2, True)
