"""What people say of a question's kind outweighs the rules for good, and nobody else says it."""

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.clock import Clock
from bot.errors import PayloadMalformed
from bot.kinds import Chosen, kind_select, read_chosen
from bot.model import NO_QUESTION, Deletion, Profile, QuestionKind, Window
from bot.peers.facts import FactsService
from bot.peers.kinds import UNKNOWN, KindService
from bot.people import PeopleService
from bot.storage import peers as rows
from bot.storage.engine import Database
from bot.storage.schema import kind_corrections, outbox, people, questions, work
from bot.wanted import KindSaid
from knowledge.people import Group, Member, People
from tests.desk import desk_at
from tests.peers.test_service import ASKED, NOW, TS, WATCHED, Desk
from tests.work.desk import FakeSlack

REFUSED = "Only the person who asked and the platform team can say what kind of question it is."
PEOPLE = People(platform_team=Group(members=(Member("UTEAM"),)))


@dataclass
class Colleagues(FakeSlack):
    async def profile(self, user_id: str) -> Profile:
        return Profile(user_id, "T1")

    async def group_members(self, usergroup_id: str) -> frozenset[str]:
        return frozenset()


class Office:
    """Somebody asked how to see logs, which the rules call how-to."""

    def __init__(self, database: Database) -> None:
        self.peers = Desk(database)
        desk = desk_at(database, Colleagues(), now=NOW, people=PEOPLE)
        self.kinds = KindService(desk, PeopleService(desk))
        self.database = database

    async def say(self, user_id: str, kind: str, url: str | None = "https://hooks.slack.com/1") -> None:
        """The person chooses the kind, and that is worked on."""
        key = f"{user_id}-{kind}"
        await self.kinds.take_choice(Chosen(WATCHED, TS, kind), key=key, user_id=user_id, response_url=url)
        async with self.database.read() as tx:
            query = select(work.c.payload).where(work.c.kind == "peers.say_kind", work.c.key.endswith(key))
            payload = await tx.scalar(query)
        await self.kinds.correct(KindSaid(**(payload or {})))

    async def kind(self) -> tuple[str, str]:
        [row] = await self.peers.rows(questions)
        return row["kind"], row["classifier"]

    async def corrections(self) -> list[tuple[str, str, str]]:
        """Whose each is by Slack id, the kind before, and the kind from then on."""
        async with self.database.read() as tx:
            query = select(people.c.slack_id, kind_corrections.c.old_kind, kind_corrections.c.new_kind)
            joined = query.join(people, people.c.id == kind_corrections.c.person).order_by(kind_corrections.c.id)
            return [tuple(row) for row in await tx.execute(joined)]

    async def told(self) -> list[str]:
        async with self.database.read() as tx:
            return [str(each) for each in await tx.scalars(select(outbox.c.text))]


@pytest.fixture
async def office(database: Database) -> Office:
    office = Office(database)
    await office.peers.service.record_message(ASKED)
    return office


async def test_the_asker_and_the_platform_team_are_heard_and_it_is_kept(office: Office) -> None:
    await office.say("U1", QuestionKind.HOW_TO)  # as the rules say: no correction
    assert (await office.kind())[1] != rows.CORRECTED

    await office.say("U1", QuestionKind.BROKEN)
    await office.say("UTEAM", QuestionKind.IDEA)

    assert await office.kind() == ("idea", rows.CORRECTED)
    assert await office.corrections() == [("U1", "how-to", "broken"), ("UTEAM", "broken", "idea")]
    await office.say("U1", QuestionKind.UNSURE, None)  # in Home, where no reply can stand
    assert await office.kind() == ("unsure", rows.CORRECTED)
    assert (await office.told())[-1] == "Noted: an idea. It stays so."


async def test_anybody_else_is_told_why_not(office: Office) -> None:
    await office.say("U0OTHER", QuestionKind.BROKEN)

    assert (await office.kind())[0] == "how-to"
    assert (await office.corrections(), await office.told()) == ([], [REFUSED])


async def test_the_rules_do_not_outweigh_it_after_an_edit_or_another_reading(office: Office) -> None:
    await office.say("U1", QuestionKind.BROKEN)

    for number, text in enumerate(("How do I see traces?", "Never mind.", "How do I see the traces?"), 1):
        await office.peers.service.record_message(replace(ASKED, text=text, edited_ts=f"176400000{number}.000100"))
    await office.peers.service.record_message(ASKED)

    assert await office.kind() == ("broken", rows.CORRECTED)


async def test_what_people_call_no_question_is_none_until_they_take_that_back(office: Office) -> None:
    await office.say("U1", NO_QUESTION)
    await office.peers.service.record_message(
        replace(ASKED, text="How do I see traces?", edited_ts="1764000001.000100")
    )

    facts = FactsService(office.database, channels=lambda: office.peers.channels, clock=Clock(NOW.timestamp))
    counted = await facts.facts(Window(NOW - timedelta(days=7), NOW + timedelta(days=1)))

    assert await office.peers.count(questions) == 0
    assert await office.corrections() == [("U1", "how-to", NO_QUESTION)]
    assert (counted.figures.questions, counted.no_questions) == (0, 1)
    await office.say("UTEAM", QuestionKind.BROKEN)
    assert await office.kind() == ("broken", rows.CORRECTED)


async def test_nothing_is_said_of_a_question_that_is_gone(office: Office) -> None:
    await office.say("U1", QuestionKind.BROKEN)
    await office.peers.service.record_deletion(Deletion(WATCHED, TS, "1764000009.000100"))

    await office.say("UTEAM", QuestionKind.IDEA)

    assert await office.told() == ["Noted: something is broken. It stays so.", UNKNOWN]
    assert await office.corrections() == []


def test_what_is_chosen_is_read_as_it_was_offered() -> None:
    menu = kind_select(WATCHED, TS, "broken")

    read = [read_chosen(each["value"]) for each in menu["options"]]

    assert read == [Chosen(WATCHED, TS, each) for each in (*QuestionKind, NO_QUESTION)]
    assert read_chosen(menu["initial_option"]["value"]).kind == QuestionKind.BROKEN


@pytest.mark.parametrize("value", ["", "C1:1.2", "C1:1.2:nothing", "C 1:1.2:idea", "C1:1.2:idea:idea"])
def test_what_was_never_offered_is_refused(value: str) -> None:
    with pytest.raises(PayloadMalformed):
        read_chosen(value)
