"""The community numbers of December, counted by hand: against November, by channel and topic, and who is not shown."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import update

from bot.clock import Clock
from bot.model import Window
from bot.peers.community import Changed, CommunityFacts, Group, csv_rows
from bot.peers.community_facts import CommunityService
from bot.peers.facts import FactsService
from bot.peers.figures import shown
from bot.peers.own_teams import Teams
from bot.peers.topics import TopicService
from bot.statistics import Change, Share
from bot.storage import peers, schema, team
from bot.storage.engine import Database, Tx
from bot.storage.proposals import MERGED
from bot.storage.team import HANDBOOK, Term
from knowledge.article import Article, Section
from knowledge.index import Index
from tests.peers.december import ASK, BY_NUMBER, CHANNELS, COUNTED, NOW, SECRET, TEAM, WINDOW, at, ts, write_december

# ann and bob are in Atlas, cat in Borealis, dan in both; the others are in no team. Castor is of nobody here.
TEAMS = Teams(
    frozenset({"Atlas", "Borealis", "Castor"}),
    {
        "ann": frozenset({"Atlas"}),
        "bob": frozenset({"Atlas"}),
        "cat": frozenset({"Borealis"}),
        "dan": frozenset({"Atlas", "Borealis"}),
    },
)
# Peers' answers where both teams are known, asker <- answerer:
#   1 ann <- bob, 5 ann <- bob, 6 ann <- bob, 7 bob <- ann, 28 ann <- bob: Atlas among themselves
#   8 cat <- bob, 20 bob <- cat, 27 cat <- ann, 33 bob <- cat: across; 24 cat <- dan, 32 ann <- dan: they share one
CROSS_TEAM = Share(4, 11)
# Topics: 1, 5, 6, 7, 28 and 11 are about deploys; 8 and 27 about secrets; 2 and 3 of nothing known.
DEPLOYS, SECRETS, NOTHING = (1, 5, 6, 7, 11, 28), (8, 27), (2, 3)


async def teams() -> Teams:
    return TEAMS


def community(database: Database, *, now: datetime = NOW) -> CommunityService:
    return CommunityService(database, channels=lambda: CHANNELS, clock=Clock(now.timestamp), teams=teams)


async def put_topics(tx: Tx) -> None:
    for topic, numbers in (("deploys", DEPLOYS), ("secrets", SECRETS), ("", NOTHING)):
        for number in numbers:
            here = schema.questions.c.ts == ts(BY_NUMBER[number].when)
            await tx.execute(update(schema.questions).where(here).values(topic=topic))


async def put_proposal(tx: Tx, person: str, when: str, state: str = MERGED) -> None:
    said = {
        "id": f"{person}{state}",
        "subject": f"{person}{state}",
        "branch": f"mentor/{person}{state}",
        "person": person,
    }
    rest = {
        "kind": "article",
        "title": "",
        "body": None,
        "files": None,
        "url": "",
        "number": "",
        "created_at": at(when),
        "state": state,
    }
    columns = {name: value for name, value in (said | rest).items() if name in schema.proposals.c}
    missing = {each.name: "" for each in schema.proposals.c if not each.nullable and each.name not in columns}
    await tx.execute(schema.proposals.insert().values(**missing, **columns))


@pytest.fixture
async def december(database: Database) -> CommunityFacts:
    await write_december(database)
    await database.write(put_topics)
    for person, when, state in (
        ("bob", "12-20 10:00", MERGED),
        ("ann", "12-01 09:00", MERGED),
        ("cat", "12-28 10:00", "closed"),
    ):
        await database.write(partial(put_proposal, person=person, when=when, state=state))
    return await community(database).facts(WINDOW)


def group(facts: CommunityFacts, name: str) -> Group:
    return next(each for each in facts.groups if each.name == name)


def test_help_across_teams_is_counted_by_who_shares_a_team(december: CommunityFacts) -> None:
    assert december.whole.figures.cross_team == CROSS_TEAM


def test_breadth_is_of_all_who_wrote_outside_the_platform_team(december: CommunityFacts) -> None:
    """Wrote: ann, bob, cat, dan, tess (a peer until the 10th), someone. tim wrote in the team, eve too late."""
    activity = december.whole.activity

    assert activity is not None
    assert activity.breadth == Share(5, 6)
    assert activity.teams == Share(2, 3)


def test_each_channel_has_its_own_numbers(december: CommunityFacts) -> None:
    assert [(each.id, each.figures.questions) for each in december.channels] == [(ASK, 25), (COUNTED, 1), (SECRET, 1)]
    ask = december.channels[0]
    assert (ask.figures.peer_first, ask.figures.cross_team) == (Share(10, 16), Share(3, 10))  # all but 20
    assert ask.activity is not None
    assert ask.activity.breadth == Share(5, 6)  # cat answered 33 where it was asked again


def test_each_topic_has_its_own_numbers(december: CommunityFacts) -> None:
    deploys = group(december, "deploys")

    assert deploys.figures.questions == 6
    assert deploys.figures.peer_first == Share(4, 5)  # 1, 5, 6, 7 and the team's 11; 28 is young
    assert (deploys.figures.answers, deploys.figures.absence_factor) == (8, 2)  # bob 4, tom 2, ann 1, tess 1
    assert december.sorted_by_topic == Share(8, 10)


def test_the_window_before_is_the_four_weeks_of_november(december: CommunityFacts) -> None:
    assert december.whole.before.window == Window(WINDOW.since - timedelta(weeks=4), WINDOW.since)
    assert december.whole.before.questions == 1  # 30
    assert december.whole.changes["peer_first"] == Changed(Change.TOO_FEW)


def test_the_trend_is_of_twelve_weeks_up_to_the_window_s_end(december: CommunityFacts) -> None:
    trend = december.whole.trend

    assert len(trend) == 12
    assert trend[-1].window.until == WINDOW.until
    # 24 Nov: 30. 1 Dec: 1 to 9. 8 Dec: 10 to 13, 32, 33. 15 Dec: 14 to 17 and 19 to 21, 27. 22 Dec: 22, 23, 24, 28.
    assert [each.questions for each in trend] == [0] * 7 + [1, 9, 6, 8, 4]
    assert trend[8].shares["peer_first"] == Share(6, 9 - 1)  # 1, 2, 3, 5, 6, 7; the team 8, 9; nobody 4


def test_who_asked_and_answers_since_is_told_of_months_with_enough_people(december: CommunityFacts) -> None:
    """Asked first, and then answered as a peer a question that was asked later.

    ann 24 Nov (last answered 27), bob 1 Dec (28), cat 2 Dec (20), dan 2 Dec (24); eve only asked, after the window.
    tom was ever in the team, someone is left out.
    """
    conversion = december.conversion

    assert conversion.askers == Share(4, 4)
    assert [(each.month, each.answered) for each in conversion.cohorts] == [
        ("2025-11", Share(1, 1)),
        ("2025-12", Share(3, 3)),
    ]
    assert conversion.answerers == Share(
        1, 4
    )  # bob; ann gave before she answered, cat's was closed, dan nothing; tess was in the team
    assert conversion.to_json() == {"askers_who_answer": None, "answerers_who_contribute": None, "cohorts": []}


def test_nothing_tells_of_few(december: CommunityFacts) -> None:
    said = december.to_json()

    assert [each["name"] for each in said["topics"]] == ["deploys"]
    assert said["channels"][1] == {
        "kind": "channel",
        "id": COUNTED,
        "name": "counted",
        "is_public": True,
        "too_few": True,
    }
    deploys = said["topics"][0]
    # asked by ann and bob, answered by bob and ann: of so few nothing is told
    assert [deploys["figures"][name] for name in ("askers", "new_askers", "answerers", "absence_factor")] == [None] * 4
    assert deploys["figures"]["self_serve"] is None
    assert deploys["before"] == {"questions": None, "too_few": True}


def test_no_person_is_in_what_is_told(december: CommunityFacts) -> None:
    told = json.dumps(december.to_json()) + repr(list(csv_rows(december)))

    assert [
        name for name in ("ann", "bob", "cat", "tess", "someone", "Atlas") if f"'{name}'" in told or f'"{name}"' in told
    ] == []


def test_each_line_of_the_csv_has_cases_enough(december: CommunityFacts) -> None:
    columns, *lines = csv_rows(december)

    assert {len(each) for each in lines} == {len(columns)}
    assert {each[1] for each in lines} == {"everything", "ask", "deploys", ""}
    assert [each for each in lines if each[4] != "" and int(str(each[4])) < 5] == []
    assert ("all", "everything", "cross_team", 4, 11) in [each[:5] for each in lines]


def test_what_changed_detectably_is_told_with_its_interval() -> None:
    assert Changed.between(Share(10, 40), Share(30, 40), more_is_better=True).verdict is Change.BETTER
    changed = Changed.between(Share(10, 40), Share(30, 40), more_is_better=False)
    assert (changed.verdict, changed.low is not None and 0 < changed.low < 0.5) == (Change.WORSE, True)


def test_a_window_of_holidays_is_not_compared(december: CommunityFacts) -> None:
    quiet = replace(december.whole, before=replace(december.whole.before, working_days=2))

    assert quiet.changes == {}


def test_what_few_did_is_hidden_from_a_channel_s_figures(december: CommunityFacts) -> None:
    assert shown(december.channels[1].figures) == {"questions": None, "too_few": True}
    assert [each["figures"] for each in december.facts.aggregates()["channels"]][1:] == [
        {"questions": None, "too_few": True}
    ] * 2


async def test_the_facts_are_those_that_are_told_elsewhere(december: CommunityFacts, database: Database) -> None:
    service = FactsService(database, channels=lambda: CHANNELS, clock=Clock(NOW.timestamp), teams=teams)

    assert december.facts == await service.facts(WINDOW)


async def test_nobody_s_team_is_guessed(database: Database) -> None:
    await write_december(database)

    found = await CommunityService(database, channels=lambda: CHANNELS, clock=Clock(NOW.timestamp)).facts(WINDOW)

    assert found.whole.figures.cross_team == Share(0, 0)
    assert found.whole.activity is not None
    assert found.whole.activity.teams == Share(0, 0)


async def test_who_joins_the_team_since_changes_what_was_kept(database: Database) -> None:
    await write_december(database)
    before = await community(database).facts(WINDOW)

    await database.write(lambda tx: team.replace(tx, HANDBOOK, [*TEAM, Term("bob", since=date(2025, 12, 4))]))
    after = await community(database).facts(WINDOW)

    # 28 is young; of the settled bob was first in 1 and 5 before, and in 6 after; 7's mark counts for nobody else
    assert before.whole.figures.peer_first == Share(11, 17)
    assert after.whole.figures.peer_first == Share(11, 17)
    assert (before.whole.figures.peer_solved, after.whole.figures.peer_solved) == (Share(8, 10), Share(7, 10))  # 8


@pytest.fixture
def index() -> Index:
    told = (
        ("deploy", "Deploy a service", "Deploy a service with the pipeline and roll it back.", ("deploys",)),
        ("secret", "Rotate a secret", "Rotate the secret of a service in the vault.", ("secrets", "vault")),
        ("lunch", "The canteen", "Lunch is at noon in the canteen downstairs.", ()),
    )
    return Index.build(
        [Article(name, title, (Section("", "", (), text, 1),), tags=tags) for name, title, text, tags in told]
    )


async def test_a_question_s_topic_is_the_first_tag_of_the_nearest_article(database: Database, index: Index) -> None:
    asked = {
        "1764000000.000100": "How do I rotate the secret of my service in the vault?",
        "1764000001.000100": "When is lunch in the canteen?",
        "1764000002.000100": "Does anyone know a good dentist?",
    }
    await database.write(lambda tx: _ask(tx, asked))
    now = datetime.fromtimestamp(1_764_000_100, UTC)
    topics = TopicService(database, index=lambda: index, channels=lambda: CHANNELS, clock=Clock(now.timestamp))

    assert await topics.sort() == 3

    assert await _topics(database) == ["secrets", "", ""]
    await database.write(lambda tx: peers.forget_texts(tx, {ASK: list(asked)}))
    assert await topics.sort() == 0
    assert await _topics(database) == ["secrets", "", ""]


async def test_other_words_are_looked_at_anew_and_a_corrected_kind_is_not(database: Database) -> None:
    await database.write(lambda tx: _ask(tx, {"1764000000.000100": "How do I rotate the secret?"}))
    await database.write(lambda tx: tx.execute(update(schema.questions).values(topic="secrets")))
    row = peers.QuestionRow(ASK, "1764000000.000100", "p1", "how-to", "rules-2")

    await database.write(lambda tx: peers.correct_kind(tx, peers.KindSaid(ASK, row.ts, "p1", "broken"), now=NOW))
    kept = await _topics(database)
    await database.write(lambda tx: peers.put_questions(tx, [row]))

    assert (kept, await _topics(database)) == (["secrets"], [None])


async def _ask(tx: Tx, said: dict[str, str]) -> None:
    rows = [peers.MessageRow(ASK, each, None, "p1", "person", text, "asks", None, None) for each, text in said.items()]
    await peers.put_messages(tx, rows)
    await peers.put_questions(tx, [peers.QuestionRow(ASK, each, "p1", "how-to", "rules-2") for each in said])


async def _topics(database: Database) -> list[str | None]:
    async with database.read() as tx:
        rows = await tx.execute(schema.questions.select().order_by(schema.questions.c.ts))
        return [row.topic for row in rows]
