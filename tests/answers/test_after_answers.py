"""Surveys that follow an answer are told of it: of who got one, once, and only where there are such surveys."""

from dataclasses import replace
from datetime import time, timedelta

import pytest
from sqlalchemy import select

from bot.answers.service import AnswerService
from bot.answers.solved import SolvedService
from bot.answers.writer import QuotingWriter
from bot.library import Library, Shelf
from bot.storage import peers
from bot.storage.engine import Database, Tx
from bot.storage.peers import MessageRow, QuestionRow
from bot.storage.people import pseudonym_of
from bot.storage.schema import work
from bot.wanted import Asking, Kind
from knowledge.channels import AnswerMode, Channel, Channels
from knowledge.surveys import After, Audience, Moment, Question, Repeats, Scale, Survey
from tests.answers.test_audiences import URL, People, Slack, a_desk, nothing_solved
from tests.work.desk import STARTS_AT

AFTER_ANSWER = Survey(
    "helpful",
    "Helpful?",
    "To know.",
    "platform_team",
    (Question("easy", Scale.CES, "It was easy."),),
    Audience(),
    After(Moment.ANSWERED, (), 0.5),
)
AFTER_ACTION = replace(AFTER_ANSWER, schedule=After(Moment.CONVERGED, (), 0.5))
EACH_MONTH = replace(AFTER_ANSWER, schedule=Repeats(4, 2, time(10)))
OPENLY = Channels(channels=(Channel("C1", "ask", AnswerMode.AT_ONCE),))
SHADOW = Channels(platform_channel="C9", channels=(Channel("C1", "ask", AnswerMode.SHADOW),))
KNOWN, UNKNOWN = "Deploy 0 publiconly?", "which restaurant has vegan lunch?"


class LinkingSlack(Slack):
    async def permalink(self, channel_id: str, ts: str) -> str:
        return f"https://small.slack.com/archives/{channel_id}/p{ts}"


THREAD = Asking("C1:1", "p1", KNOWN, "C1", question_ts=f"{STARTS_AT.timestamp():.0f}.1")
PRIVATE = replace(THREAD, question_ts=None, response_url=URL)


@pytest.mark.parametrize(
    ("surveys", "channels", "asking", "is_told"),
    [
        pytest.param((AFTER_ANSWER,), OPENLY, THREAD, True, id="in a thread"),
        pytest.param((AFTER_ANSWER,), OPENLY, PRIVATE, True, id="in private"),
        pytest.param((AFTER_ANSWER,), OPENLY, replace(PRIVATE, text=UNKNOWN), False, id="not answered"),
        pytest.param((AFTER_ANSWER,), SHADOW, replace(THREAD, asked=False), False, id="in shadow"),
        pytest.param((AFTER_ACTION, EACH_MONTH), OPENLY, THREAD, False, id="no survey follows answers"),
    ],
)
async def test_surveys_are_told_of_whoever_was_answered(
    database: Database, surveys: tuple[Survey, ...], channels: Channels, asking: Asking, *, is_told: bool
) -> None:
    desk = a_desk(database, LinkingSlack())
    handbook = replace(desk.shelf.library.handbook, surveys=surveys, channels=channels)
    desk = replace(desk, shelf=Shelf(Library(handbook, desk.shelf.library.index)))
    await database.write(_begin)
    people = People(desk)
    service = AnswerService(desk, people, QuotingWriter(), SolvedService(desk, people, nothing_solved))
    for _ in range(2):
        await service.answer(asking)

    async with database.read() as tx:
        query = select(work.c.payload, work.c.due_at).where(work.c.kind == Kind.SURVEY_EVENT.value)
        events = [(row.payload["moment"], row.payload["person"], row.due_at) for row in await tx.execute(query)]

    assert [each[:2] for each in events] == [("answer", "p1")] * is_told
    assert [each for each in events if each[2] < STARTS_AT + timedelta(minutes=59)] == []


async def _begin(tx: Tx) -> None:
    await pseudonym_of(tx, "U1", now=STARTS_AT, new_id=lambda: "p1")
    assert THREAD.question_ts is not None
    await peers.put_messages(
        tx, [MessageRow("C1", THREAD.question_ts, None, "p1", "person", KNOWN, "asks", None, None)]
    )
    await peers.put_questions(tx, [QuestionRow("C1", THREAD.question_ts, "p1", "broken", "rules")])
