"""What is gathered of articles: their links by night, how they were served, whether their owners are there."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import insert, select

from bot.curation import article_health
from bot.curation.article_health import ArticleHealthService
from bot.curation.health_rules import Owner, Served
from bot.storage import articles as rows
from bot.storage.engine import Database, Tx
from bot.storage.schema import answers, verdicts, work
from bot.wanted import Due, Kind
from knowledge.article import Article
from knowledge.hosts import Hosts
from knowledge.loader import Handbook
from knowledge.people import Group, Member, People, Team
from tests.curation.desk import ASK, CHANNELS, CompanySlack, new_desk
from tests.work.desk import STARTS_AT, Hands

LOGS = Article("logs.md", "Read the logs", (), owner="observability", reviewed=date(2026, 6, 1))
NIGHT = Due("2026-11-24", STARTS_AT.isoformat())
PEOPLE = People(
    teams={"observability": Team(Group("S0OBS", (Member("U0MAYA"), Member("U0ERA", until=date(2026, 1, 1)))))}
)


def handbook(*articles: Article, hosts: Hosts = Hosts(), people: People = PEOPLE) -> Handbook:  # noqa: B008
    return Handbook("r1", articles, people=people, channels=CHANNELS, hosts=hosts)


async def test_links_are_looked_at_each_night_and_dead_after_two(database: Database) -> None:
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(status=200 if request.path == "/fine" else 404)

    application = web.Application()
    application.router.add_route("*", "/{tail:.*}", answer)
    async with TestServer(application) as server:
        site = f"http://127.0.0.1:{server.port}"
        article = replace(LOGS, addresses=(f"{site}/fine", f"{site}/gone", "https://unlisted.example/"))
        hosts = Hosts(private=frozenset({f"127.0.0.1:{server.port}"}))
        hands = Hands()
        service = ArticleHealthService(new_desk(database, hands, handbook=handbook(article, hosts=hosts)))
        found = []
        for _ in range(2):
            await service.check_links(replace(NIGHT, due_at=hands.now.isoformat()))
            await service.check_links(replace(NIGHT, due_at=hands.now.isoformat()))  # nothing is left to do
            hands.move(days=1)
            found += [(await service.facts()).articles[0].dead_links]

    assert found == [(), (f"{site}/gone",)]
    assert sorted(asked) == ["/fine", "/fine", "/gone", "/gone", "/gone", "/gone"]


async def test_many_links_are_looked_at_piece_by_piece(database: Database) -> None:
    addresses = tuple(f"http://127.0.0.1:9/{number}" for number in range(article_health.PIECE + 1))
    hosts = Hosts(private=frozenset({"127.0.0.1:9"}))
    desk = new_desk(database, Hands(), handbook=handbook(replace(LOGS, addresses=addresses), hosts=hosts))
    service = ArticleHealthService(desk)

    await service.check_links(NIGHT)
    async with database.read() as tx:
        further = list(await tx.scalars(select(work.c.payload).where(work.c.kind == Kind.CHECK_LINKS.value)))
    await service.check_links(Due(**further[0]))

    async with database.read() as tx:
        known = await rows.links(tx)
    assert len(further) == 1
    assert known.keys() == set(addresses)


async def test_an_address_that_no_article_names_is_forgotten(database: Database) -> None:
    desk = new_desk(database, Hands(), handbook=handbook(LOGS))
    await database.write(lambda tx: rows.put_link(tx, "https://old.example/", has_failed=True, now=STARTS_AT))

    await ArticleHealthService(desk).check_links(NIGHT)

    async with database.read() as tx:
        assert await rows.links(tx) == {}


async def test_how_an_article_was_served(database: Database) -> None:
    async def unit(tx: Tx) -> None:
        for number, (article, outcome, surface, age) in enumerate(
            [
                ("logs.md", "answered", "thread", 1),
                ("logs.md", "suggested", "private", 2),
                ("logs.md", "answered", "thread", 3),
                ("logs.md", "answered", "shadow", 1),
                ("logs.md", "answered", "thread", 100),
                ("other.md", "answered", "thread", 1),
                (None, "silent", "thread", 1),
                ("logs.md", "answered", "thread", 1),
                ("logs.md", "answered", "thread", 1),
            ]
        ):
            await tx.execute(insert(answers).values(_answer(number, article, outcome, surface, age)))
        for number, person, by_asker, reason in [
            (0, "priya", True, "out of date"),
            (1, "priya", True, "out of date"),
            (2, "jonas", False, "unclear"),
            (5, "amara", True, "unclear"),
            (7, "amara", True, "out of date"),
            (8, "lin", True, None),
        ]:
            said = {"verdict": "not quite", "given_at": STARTS_AT, "reason": reason}
            await tx.execute(insert(verdicts).values(answer_id=f"a{number}", person=person, by_asker=by_asker, **said))

    await database.write(unit)
    service = ArticleHealthService(new_desk(database, Hands(), handbook=handbook(LOGS)))

    assert (await service.facts()).articles[0].served == Served(5, 3, {"out of date": 2})


def _answer(number: int, article: str | None, outcome: str, surface: str, age: int) -> dict[str, Any]:
    made: dict[str, Any] = {"id": f"a{number}", "key": f"k{number}", "channel_id": ASK, "asker": "priya"}
    told = {"reason": "", "text": "", "confidence": 0.9, "handbook_revision": "r1"}
    sources = [{"id": article}] if article else []
    at = STARTS_AT - timedelta(days=age)
    return {**made, **told, "sources": sources, "outcome": outcome, "surface": surface, "created_at": at}


@pytest.mark.parametrize(
    ("owner", "gone", "state"),
    [
        ("observability", set(), Owner.THERE),
        ("observability", {"U0MAYA"}, Owner.THERE),
        ("observability", {"U0MAYA", "U0LIN"}, Owner.LEFT),
        ("U0MAYA", {"U0MAYA"}, Owner.LEFT),
        ("observables", set(), Owner.UNKNOWN),
        ("", set(), Owner.NONE),
    ],
    ids=["all are there", "one is", "nobody is", "the person left", "no name of the handbook", "none"],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # nothing of it is in the database
async def test_whether_the_owner_is_there(database: Database, owner: str, gone: set[str], state: Owner) -> None:
    slack = CompanySlack(groups={"S0OBS": frozenset({"U0LIN"})}, gone=gone)
    desk = new_desk(database, Hands(), handbook=handbook(replace(LOGS, owner=owner)), slack=slack)

    assert (await ArticleHealthService(desk).facts()).articles[0].owner_state is state


def test_night_is_by_the_wall_of_the_handbook(database: Database) -> None:
    schedule = ArticleHealthService(new_desk(database, Hands(), handbook=handbook())).schedule()

    assert schedule.slot(date(2026, 11, 24)).due_at == datetime.fromisoformat("2026-11-24T03:30+00:00")
