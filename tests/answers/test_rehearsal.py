"""Past questions against today's handbook, on both databases; and the page that people judge."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from bot.answers import rehearsal_page
from bot.answers.offline import Said
from bot.answers.rehearsal import RehearsalService, Rehearsed
from bot.answers.tuning import Judged
from bot.answers.writer import Draft, Source
from bot.library import Library
from bot.model import Window
from bot.storage.answers import PastQuestion
from bot.storage.engine import Database, Tx
from bot.storage.schema import answers, messages, questions, verdicts
from knowledge.index import Index
from knowledge.loader import Handbook, article_from_text

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
WINDOW = Window(NOW - timedelta(days=90), NOW)
LOGS = article_from_text("logs.md", "Read the logs of a service", "Run `platform logs` to see the logs.")
LIBRARY = Library(Handbook("r1", (LOGS,)), Index.build((LOGS,)))


async def asked(tx: Tx, channel_id: str, at: datetime, text: str | None, *, deleted: bool = False) -> None:
    ts = f"{at.timestamp():.6f}"
    row = {"channel_id": channel_id, "ts": ts, "author": "p1", "author_kind": "person", "text": text, "posted_at": at}
    await tx.execute(insert(messages).values(**row, deleted_ts="1.0" if deleted else None))
    question = {"asker": "p1", "kind": "how-to", "classifier": "1", "asked_at": at}
    await tx.execute(insert(questions).values(channel_id=channel_id, ts=ts, **question))


async def test_each_question_whose_words_are_kept_is_put_to_the_handbook(database: Database) -> None:
    async def fill(tx: Tx) -> None:
        await asked(tx, "C1", NOW - timedelta(days=3), "how do I read the logs of my service?")
        await asked(tx, "C1", NOW - timedelta(days=2), "what is for lunch today?")
        await asked(tx, "C2", NOW - timedelta(days=1), "where are the logs of a service")
        await asked(tx, "C2", NOW - timedelta(days=1, hours=1), None)
        await asked(tx, "C2", NOW - timedelta(days=1, hours=2), "deleted logs?", deleted=True)
        await asked(tx, "C2", NOW - timedelta(days=91), "too old for the window: logs?")

    await database.write(fill)

    rehearsal = await RehearsalService(database, LIBRARY).play(WINDOW)

    assert rehearsal.to_json() == {
        "since": WINDOW.since.isoformat(),
        "until": WINDOW.until.isoformat(),
        "n": 3, "answered": 2, "suggested": 0, "silent": 1,
        "channels": [
            {"channel": "C1", "n": 2, "answered": 1, "suggested": 0, "silent": 1},
            {"channel": "C2", "n": 1, "answered": 1, "suggested": 0, "silent": 0},
        ],
    }  # fmt: skip
    assert [each.text for each in rehearsal.silent] == ["what is for lunch today?"]


async def test_the_newest_word_on_a_shadow_card_counts(database: Database) -> None:
    async def fill(tx: Tx) -> None:
        for id_, surface, confidence in (("a1", "shadow", 0.7), ("a2", "shadow", 0.3), ("a3", "thread", 0.9)):
            await tx.execute(
                insert(answers).values(
                    id=id_, key=id_, channel_id="C1", asker="p1", surface=surface, outcome="answered", reason="",
                    text="", confidence=confidence, sources=[], handbook_revision="r1", created_at=NOW,
                )
            )  # fmt: skip
        given = [
            ("a1", "p1", "wrong", 1),
            ("a1", "p2", "right", 2),
            ("a2", "p1", "silent", 3),
            ("a3", "p1", "solved", 4),
        ]
        for answer_id, person, verdict, minute in given:
            said = {"verdict": verdict, "by_asker": False, "given_at": NOW + timedelta(minutes=minute)}
            await tx.execute(insert(verdicts).values(answer_id=answer_id, person=person, **said))

    await database.write(fill)

    judged = await RehearsalService(database, LIBRARY).judged_in_shadow()

    assert judged == [Judged(0.7, is_right=True), Judged(0.3, is_right=False)]


def rehearsed(text: str, confidence: float) -> Rehearsed:
    draft = Draft(
        "Run `platform logs`:\n```\nplatform logs\n```", (Source("logs.md", "Logs", "", "", "", 1, None, ""),)
    )
    return Rehearsed(PastQuestion("C1", "1.0", text), Said("answered", "", confidence, draft))


def test_a_page_is_judged_by_hand_and_read_again(tmp_path: Path) -> None:
    page = tmp_path / "page.yaml"
    text = rehearsal_page.written(
        [rehearsed("logs: where?", 0.7), rehearsed("- what\n'now'", 0.4), rehearsed("no", 0.3)]
    )
    first, second = text.replace("judgement:", "judgement: right", 3), "judgement: right"
    page.write_text(first.replace(second, "judgement: wrong", 2).replace("judgement: wrong", "`judgement:`", 1))

    judged = rehearsal_page.read(page)

    assert judged == [Judged(0.7, is_right=False), Judged(0.4, is_right=True)]


def test_a_slip_on_the_page_is_named_with_its_line(tmp_path: Path) -> None:
    page = tmp_path / "page.yaml"
    page.write_text(rehearsal_page.written([rehearsed("logs?", 0.7)]).replace("  judgement:", "  judgement: rihgt"))

    with pytest.raises(rehearsal_page.PageInvalid, match=r'page.yaml:\d+: \[0\].judgement: .*did you mean "right"'):
        rehearsal_page.read(page)
