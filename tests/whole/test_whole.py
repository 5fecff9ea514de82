"""The whole bot against a small model of it: people ask, answer, edit, delete, react, press, write in private, are left
out and erased, while the clock goes on, calls fail, events come twice, and the bot is started again.

What must hold: whatever was to be answered was, once; what was not, was not; what is private nobody else sees; of words
and reactions exactly those are kept that may be.
"""

import random
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Row, func, select

from bot.demo.company import PEOPLE
from bot.storage.people import stand_ins
from bot.storage.schema import messages, people, reactions, verdicts
from tests.goals.counting import Tally
from tests.journeys.office import new_sandbox, settings_in
from tests.whole.place import PLACES, furnish, handbook
from tests.whole.walk import Walk

SEQUENCES, CI_SEQUENCES, AT_ONCE = 5_000, 12, 50
PARTS = 10  # that several workers can share
WATCHED = {each.id for each in PLACES if each.is_watched}


async def divergences(walk: Walk) -> list[str]:
    """Where what is seen and kept is not what the model says."""
    return [*_answers(walk), *_private(walk), *await _kept(walk), *await _marks(walk), *await _verdicts(walk)]


async def _kept(walk: Walk) -> list[str]:
    async with walk.office.mentor.database.read() as tx:
        rows = list(await tx.execute(select(messages).where(messages.c.author_kind != "bot")))
    kept = {(row.channel_id, row.ts): row.text for row in rows if row.channel_id in WATCHED}
    wanted = walk.model.kept()
    return [
        f"kept of {key}: {kept.get(key, 'no row')!r}, not {wanted.get(key, 'no row')!r}"
        for key in sorted(kept.keys() | wanted.keys())
        if kept.get(key, "no row") != wanted.get(key, "no row")
    ]


async def _marks(walk: Walk) -> list[str]:
    """Of everybody, and whether they are named; not on what was deleted, which holds no marks any more."""
    wanted = {mark: is_named for mark, is_named in walk.model.marks.items() if mark[0] in WATCHED}
    async with walk.office.mentor.database.read() as tx:
        named = {row.id: row.slack_id for row in await tx.execute(select(people))}
        names = await stand_ins(tx)
        rows = [row for row in await tx.execute(select(reactions)) if _holds(row)]
    unnamed = {names.stand_in(person, place): person for place in WATCHED for person in PEOPLE}
    who = {
        **{each: (person, True) for each, person in named.items()},
        **{each: (person, False) for each, person in unnamed.items()},
    }
    found = sorted((row.channel_id, row.ts, *who.get(row.person, (row.person, False))) for row in rows)
    stands = sorted((*mark, is_named) for mark, is_named in wanted.items())
    gone = {key for key, each in walk.model.said.items() if each.is_deleted}
    differ = (Counter(found) - Counter(stands)) + (Counter(stands) - Counter(found))
    return [f"mark {each}, kept {each in found}" for each in sorted(differ) if each[:2] not in gone]


def _holds(row: Row[Any]) -> bool:
    """By what history showed, or what an event told: by the later one."""
    return bool(row.was_there if row.seen_ts > row.changed_ts else row.is_there)


async def _verdicts(walk: Walk) -> list[str]:
    async with walk.office.mentor.database.read() as tx:
        query = select(func.count()).select_from(verdicts).where(verdicts.c.verdict == "solved", verdicts.c.by_asker)
        found = await tx.scalar(query)
    wanted = sum(each.is_solved for each in walk.model.said.values())
    return [] if found == wanted else [f"{found} times solved, not {wanted}"]


def _answers(walk: Walk) -> list[str]:
    found = []
    for each in walk.sequences:
        if each.said is None or each.message is None:
            continue
        said = each.said
        answers = walk.answers_to(said, each.message)
        if not said.least <= len(answers) <= said.most:
            told = [answer.text[:60] for answer in answers]
            found.append(f"{each.taken}: answers {told}, wanted {said.least} to {said.most}")
    return found


def _private(walk: Walk) -> list[str]:
    return [
        f"{person} was answered alone {walk.answered_alone(person)} times, not {number}"
        for person, number in sorted(walk.model.private.items())
        if walk.answered_alone(person) != number
    ]


async def check_batch(folder: Path, chance: random.Random, sequences: int, tally: Tally) -> Counter[str]:
    """The acts that were taken, by kind."""
    async with new_sandbox() as sandbox:
        furnish(sandbox)
        settings = settings_in(
            sandbox,
            folder / "data",
            database_url=f"sqlite+aiosqlite:///{folder / 'mentor.db'}",
            handbook=handbook(folder / "handbook"),
        )
        walk = Walk(sandbox, settings, chance, sequences)
        try:
            await walk.go()
            found = await divergences(walk)
        finally:
            await walk.close()
    acts = Counter(act for each in walk.sequences for act in each.taken)
    tally(sequences=sequences, acts=acts.total(), wrong=len(found))
    assert found == []
    return acts


async def test_whatever_people_do_the_bot_is_as_its_model(
    tmp_path: Path, migrated_file: Path, seed: int, tally: Tally
) -> None:
    shutil.copyfile(migrated_file, tmp_path / "mentor.db")

    acts = await check_batch(tmp_path, random.Random(f"{seed} 0"), CI_SEQUENCES, tally)

    assert acts.total() > 2 * CI_SEQUENCES


@pytest.mark.goal(g=26)
@pytest.mark.chaos
@pytest.mark.parametrize("part", range(PARTS))
async def test_whatever_many_do_the_bot_is_as_its_model(
    tmp_path: Path, migrated_file: Path, seed: int, tally: Tally, part: int
) -> None:
    acts: Counter[str] = Counter()
    for number in range(part, SEQUENCES // AT_ONCE, PARTS):
        folder = tmp_path / str(number)
        folder.mkdir()
        shutil.copyfile(migrated_file, folder / "mentor.db")
        acts += await check_batch(folder, random.Random(f"{seed} {number}"), AT_ONCE, tally)
        shutil.rmtree(folder)

    assert acts.total() > 2 * SEQUENCES // PARTS
