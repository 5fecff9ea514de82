"""A pilot with two volunteers that began thirty days ago, what was said of it, and a closed survey of its users."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import insert

from bot.adoption.marks import MarkService
from bot.adoption.use_events import FileUse
from bot.adoption.uses import keep
from bot.storage.engine import Database, Tx
from bot.storage.schema import case_answers as answered
from bot.storage.schema import cases, messages, questions, waves
from bot.surveys import definition, kept
from bot.surveys.kept import Kept, KeptQuestion
from bot.surveys.suppression import Cell, Released, reading
from knowledge.actions import Action
from knowledge.article import Article
from knowledge.capabilities import Capability, Status
from knowledge.loader import Handbook
from knowledge.people import Team
from knowledge.surveys import Audience, Question, Repeats, Scale, Survey
from tests.adoption.desk import ACTION, CAPABILITY, HANDBOOK, PEOPLE, Adoption, group
from tests.work.desk import Hands

BEGAN = date(2026, 10, 26)  # a Monday; the 30th day after it is a Wednesday
PILOT: Capability = replace(
    CAPABILITY, title="Attested builds", status=Status.PILOT, since=BEGAN, volunteers=("payments", "search")
)
ATTEST: Action = replace(ACTION, capability=PILOT.id)
TEAMS = PEOPLE.teams | {"web": Team(group("U0WEB"))}
PULSE = Survey(
    "users",
    "Users",
    "To know.",
    "platform_team",
    (Question("satisfied", Scale.CSAT, "How satisfied?"),),
    Audience(ran=(ATTEST.id,)),
    Repeats(4, 3, time(10)),
)
ARTICLE = Article("build.md", "Builds", (), tags=("builds",), actions=(ATTEST.id,))
WITH_PILOT: Handbook = replace(
    HANDBOOK,
    articles=(ARTICLE,),
    people=replace(PEOPLE, teams=TEAMS),
    actions=(ATTEST,),
    capabilities=(PILOT,),
    policies=(),
)


async def begin(database: Database, hands: Hands, handbook: Handbook = WITH_PILOT) -> Adoption:
    """It is the day it began, seen by the bot; the clock then goes on to the 30th day after it, at ten."""
    adoption = Adoption(database, hands, handbook=handbook)
    hands.now = datetime(BEGAN.year, BEGAN.month, BEGAN.day, 10, tzinfo=UTC)
    await MarkService(adoption.desk).observe()
    hands.now += timedelta(days=30)
    return adoption


async def use(adoption: Adoption, *uses: tuple[str, date]) -> None:
    told = [FileUse(PILOT.id, team, day) for team, day in uses]
    desk = adoption.desk
    await desk.database.write(lambda tx: keep(tx, told, source="file", clock=desk.clock, new_id=desk.new_id))


async def close_pulse(
    database: Database,
    *,
    satisfied: int,
    n: int,
    survey: Survey = PULSE,
    at: datetime = datetime(2026, 11, 20, 12, tzinfo=UTC),
) -> None:
    """As a closed wave is kept: of fewer than five answers nothing."""
    reads = reading(satisfied, n)
    cell = Cell(frozenset(), n, satisfied if reads == "exact" else None, reads)
    question = KeptQuestion(n, released=Released(cell, {}) if n >= 5 else None)
    shown = {"satisfied": question} if n >= 5 else {}
    row = {
        "id": f"w{n}", "survey": survey.id, "slot": "2026-W46", "definition": definition.to_json(survey),
        "revision": "r1", "seed": "s", "key": None, "frame": n, "state": "closed", "opened_at": at - timedelta(days=7),
        "closes_at": at, "closed_at": at, "shown": kept.to_json(Kept(n, n, n, shown)),
    }  # fmt: skip
    await database.write(lambda tx: tx.execute(insert(waves).values(**row)))


async def ask_about_it(database: Database) -> None:
    """Two questions of its topic, one more that belongs to the first, and one of another topic. The first has an answer
    by the team and one by a peer, the second one by a peer.
    """
    at = datetime(2026, 11, 10, 12, tzinfo=UTC)
    asked = [("1.1", "builds", False), ("1.2", "builds", False), ("1.3", "builds", True), ("1.4", "network", False)]
    said = [("1.1", "p2", "platform"), ("1.1", "p3", "peer"), ("1.2", "p3", "peer"), ("1.4", "p2", "platform")]
    case = {
        "channel_id": "C1", "basis": "b", "young_until": 0, "responder": "peer", "answerer": "peer", "reopened": 0,
        "was_shown": False, "was_hinted": False, "is_hint_confirmed": False, "said_not_quite": False,
        "is_thanked": False, "was_looked_up": False, "is_repeat": False,
    }  # fmt: skip
    message = {"channel_id": "C1", "author": "p1", "author_kind": "person", "posted_at": at}

    async def unit(tx: Tx) -> None:
        for ts, topic, is_part in asked:
            await tx.execute(insert(messages).values(ts=ts, **message))
            row = {"channel_id": "C1", "ts": ts, "asker": "p1", "kind": "how-to", "classifier": "1", "asked_at": at}
            await tx.execute(insert(questions).values(**row, topic=topic))
            await tx.execute(insert(cases).values(ts=ts, is_part=is_part, **case))
        for ts, person, by in said:
            await tx.execute(insert(answered).values(channel_id="C1", ts=ts, person=person, answerer=by))

    await database.write(unit)
