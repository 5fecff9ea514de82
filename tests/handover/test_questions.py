"""Which questions are handed over, of the four weeks that were counted by hand. On both databases."""

from bot.handover.questions import OpenQuestions
from bot.storage.engine import Database
from tests.curation.desk import CompanySlack
from tests.desk import desk_at
from tests.peers.december import CHANNELS, NOW, put_answer, write_december
from tests.peers.test_facts import counting


async def test_who_was_told_of_an_incident_is_not_among_those_not_listed(database: Database) -> None:
    await write_december(database)
    questions = OpenQuestions(desk_at(database, CompanySlack(), now=NOW, channels=CHANNELS), counting(database))
    before = await questions.part()
    await database.write(lambda tx: put_answer(tx, 23, "", outcome="known"))

    after = await questions.part()

    assert len(after.lines) == len(before.lines) - 1
    assert after.more == before.more == 2  # of somebody left out, and of a private channel
