"""A wave is closed once, whatever is cut short; and nothing of who said what outlives it."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from sqlalchemy import delete, make_url, select

from bot.errors import SlackUnclear
from bot.storage import surveys as rows
from bot.storage.engine import Database, Tx
from bot.storage.restored import MARKS
from bot.storage.schema import (
    invitations,
    keys,
    metadata,
    outbox,
    survey_answers,
    survey_comments,
    waves,
    work,
)
from bot.storage.surveys import ASKED, SKIPPED
from bot.surveys import blocks
from bot.surveys.kept import from_json
from bot.surveys.rules import Why, tag
from bot.surveys.suppression import EVERYBODY, Cell, Reading
from bot.surveys.telling import Where
from bot.wanted import ClosingWave, Kind
from tests.surveys.desk import USERS, Surveys


@pytest.fixture
def desk(database: Database) -> Surveys:
    return Surveys(database)


async def _answered(desk: Surveys, count: int = 6) -> str:
    """The id of a wave that so many answered, and whose time is over."""
    wave_id = await desk.open()
    await desk.answer(wave_id, USERS[:count])
    await desk.answering.take_form(Where(wave_id, USERS[1]), {blocks.WORDS: "Canarywords, and Person2 helped"})
    desk.hands.move(days=7, hours=9)
    return wave_id


async def test_answers_become_results_and_the_way_back_is_gone(desk: Surveys) -> None:
    wave_id = await _answered(desk)
    await desk.closing.close(ClosingWave("k", wave_id))
    await desk.closing.close(ClosingWave("k2", wave_id))

    [wave] = await desk.rows(waves)
    assert (wave["state"], wave["key"], wave["closed_at"]) == ("closed", None, desk.hands.now)
    kept = from_json(wave["shown"])
    said = kept.questions["satisfied"].released
    assert (kept.answers, kept.invited, kept.delivered) == (6, 8, 8)
    assert (said and said.everybody) == Cell(EVERYBODY, 6, None, Reading.HIGH)
    assert [each["text"] for each in await desk.rows(survey_comments)] == ["Canarywords, and someone helped"]
    assert await desk.rows(survey_answers) == []
    people = await desk.rows(invitations)
    shared = {"team": None, "role": None, "asker": False, "new": None}
    assert [each["strata"] for each in people if each["has_answered"]] == [shared] * 6
    assert [each["strata"] for each in people if not each["has_answered"]] == [{}] * (len(USERS) - 6)
    assert [each["key"] for each in await desk.rows(outbox) if ":edit" in each["key"] or "said" in each["key"]] == []


async def test_who_was_skipped_was_not_invited_and_whom_slack_did_not_take_the_question_to_was(desk: Surveys) -> None:
    wave_id = await _answered(desk)
    for user_id, why in zip(USERS[-2:], (Why.AWAY, Why.UNDELIVERED), strict=True):
        settle = partial(
            rows.settle, wave_id=wave_id, person=await desk.person(user_id), state=SKIPPED, because=why, among=ASKED
        )
        await desk.database.write(settle)
    await desk.closing.close(ClosingWave("k", wave_id))

    [wave] = await desk.rows(waves)
    assert (wave["shown"]["invited"], wave["shown"]["delivered"]) == (7, 6)


async def _kept_answers(desk: Surveys) -> int:
    """How many answers are counted in what is kept; 0 where nothing is yet."""
    [wave] = await desk.rows(waves)
    return from_json(wave["shown"]).answers if wave["shown"] else 0


@pytest.mark.parametrize("step", ["begin_closing", "release", "end_closing"])
async def test_what_was_cut_short_is_gone_on_with(desk: Surveys, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process ends just before or within the step; the work is done again by another."""
    wave_id = await _answered(desk)
    with monkeypatch.context() as patch:

        async def dies(*_: object, **__: object) -> None:
            raise asyncio.CancelledError

        patch.setattr(rows, step, dies)
        with pytest.raises(asyncio.CancelledError):
            await desk.closing.close(ClosingWave("k", wave_id))
    before = (len(await desk.rows(survey_answers)), await _kept_answers(desk))
    await desk.closing.close(ClosingWave("k", wave_id))

    assert before in ((6, 0), (0, 6))
    assert (len(await desk.rows(survey_answers)), await _kept_answers(desk)) == (0, 6)
    assert [each["state"] for each in await desk.rows(waves)] == ["closed"]


async def test_presses_while_it_closes_are_taken_before_or_not_at_all(desk: Surveys) -> None:
    wave_id = await desk.open()
    await desk.answer(wave_id, USERS[:5])
    presses = [desk.answering.take_score(Where(wave_id, each), 0) for each in USERS[5:]]
    await asyncio.gather(desk.closing.close(ClosingWave("k", wave_id)), *presses)

    answered = sum(each["has_answered"] for each in await desk.rows(invitations))
    assert await _kept_answers(desk) == answered
    assert await desk.rows(survey_answers) == []


async def test_comments_are_given_up_rather_than_the_day(desk: Surveys) -> None:
    wave_id = await _answered(desk)
    desk.slack.is_deaf = True
    with pytest.raises(SlackUnclear):
        await desk.closing.close(ClosingWave("k", wave_id))
    await desk.closing.given_up(ClosingWave("k", wave_id))
    again = [each["due_at"] for each in await desk.rows(work) if each["kind"] == Kind.CLOSE_WAVE]
    first = (len(await desk.rows(survey_answers)), again[-1] - desk.hands.now)
    desk.hands.move(hours=24)
    await desk.closing.close(ClosingWave("k2", wave_id))

    assert (first[0], first[1].total_seconds()) == (6, 3600)
    assert (await _kept_answers(desk), await desk.rows(survey_comments)) == (6, [])


async def test_file_holds_no_answer_of_a_closed_wave(desk: Surveys, database_url: str) -> None:
    if not database_url.startswith("sqlite"):
        return  # tests/storage/test_scrub.py looks into PostgreSQL's files
    wave_id = await _answered(desk, count=3)  # under the threshold: nothing is kept of it
    file = str(make_url(database_url).database)
    [wave] = await desk.rows(waves)
    tags = [each["tag"] for each in await desk.rows(survey_answers)]
    await desk.closing.close(ClosingWave("k", wave_id))

    for name in (file, f"{file}-wal"):
        with open(name, "rb") as opened:  # noqa: PTH123
            content = opened.read()
        assert [
            each for each in (b"Canarywords", wave["key"].encode(), *map(str.encode, tags)) if each in content
        ] == []


async def test_whom_the_outbox_did_not_reach_was_not_asked(desk: Surveys) -> None:
    wave_id = await desk.open()
    await desk.database.write(_skip_first)
    await desk.closing.close(ClosingWave("k", wave_id))

    skipped = [each["because"] for each in await desk.rows(invitations) if each["state"] == "skipped"]
    assert skipped == ["over the unasked budget"]


async def _skip_first(tx: object) -> None:
    from sqlalchemy import update

    from bot.storage.engine import Tx
    from bot.unasked import OVER_BUDGET

    assert isinstance(tx, Tx)
    first = (await tx.execute(outbox.select().order_by(outbox.c.key))).first()
    assert first is not None
    values = {"state": "skipped", "problem": OVER_BUDGET}
    await tx.execute(update(outbox).where(outbox.c.key == first.key).values(values))


# What a copy of the database tells.


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param([4, 3, 3, 3, 0, 0, 1, 1], [0, 1, 0, 1, 3, 3, 4, 3], id="who said what is turned round"),
        pytest.param([3, 3, 3, 3, 4, 4, 4, 4], [3, 3, 3, 3, 4, 4, 4, 0], id="all are satisfied, or all but one"),
        pytest.param([0, 0, 1, 1, 2, 2, 2, 0], [0, 0, 1, 1, 4, 2, 2, 0], id="nobody is satisfied, or one is"),
    ],
)
async def test_worlds_that_are_shown_alike_leave_the_same_database(
    desk: Surveys, one: Sequence[int], other: Sequence[int]
) -> None:
    copies = []
    for answers in (one, other):
        world = Surveys(desk.database)
        wave_id = await world.open()
        for user, number in zip(USERS, answers, strict=True):
            await world.answer(wave_id, [user], number)
        world.hands.move(days=7, hours=9)
        await world.closing.close(ClosingWave("k", wave_id))
        copies.append({each.name: _without_counters(await world.rows(each)) for each in metadata.sorted_tables})
        await desk.database.write(_emptied)

    first, second = copies
    assert [each["state"] for each in first["waves"]] == ["closed"]
    assert first == second


def _without_counters(found: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """PostgreSQL counts on when a table is empty again."""
    return [{name: value for name, value in row.items() if name != "id" or isinstance(value, str)} for row in found]


async def _emptied(tx: Tx) -> None:
    """But for the key of the marks of messages, which each database has its own of."""
    for table in reversed(metadata.sorted_tables):
        others = delete(table).where(keys.c.name != MARKS) if table is keys else delete(table)
        await tx.execute(others)


async def test_waves_that_close_at_once_follow_each_other(desk: Surveys) -> None:
    """They differ by one person, so only the figures of one may be shown, whichever is first."""
    first = await _answered(desk)
    await desk.database.write(lambda tx: _put_second(tx, first))

    await asyncio.gather(*(desk.closing.close(ClosingWave(each, each)) for each in (first, "w2")))

    kept = [from_json(each["shown"]) for each in await desk.rows(waves)]
    assert sorted(each.answers for each in kept) == [6, 7]
    assert sorted(len(each.questions) for each in kept) == [0, 1]


async def _put_second(tx: Tx, first: str) -> None:
    """Another wave of the survey, which one person more answered."""
    wave = await rows.wave(tx, first)
    assert wave is not None
    second = replace(wave, id="w2", slot="2026-W52", key="5e" * 32)
    await rows.open_wave(tx, second)
    people = [rows.Invitation(**row) for row in (await tx.execute(select(invitations))).mappings()]
    ordered = sorted(people, key=lambda each: not each.has_answered)
    found = [replace(each, wave_id="w2", has_answered=at < 7) for at, each in enumerate(ordered)]
    await rows.invite(tx, found)
    for each in found[:7]:
        await rows.put_answer(tx, rows.AnswerRow("w2", tag("5e" * 32, each.person), {"satisfied": 4}, "", each.strata))
