"""What a service of a pillar stands on: a real database, a Slack that does as it is told, a clock set by hand."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from sqlalchemy import select

from bot import work
from bot.clock import Clock
from bot.days_off import DaysOff
from bot.desk import Desk
from bot.library import Library, Shelf
from bot.model import Workspace
from bot.outbox import Outbox
from bot.pillar import Pillar
from bot.slack import Slack
from bot.storage.engine import Database
from bot.storage.schema import work as rows
from bot.wanted import Asking, Kind
from knowledge.article import Article
from knowledge.channels import Channels
from knowledge.index import Index
from knowledge.loader import Handbook
from knowledge.people import People
from tests.work.desk import ids


def desk_at(
    database: Database,
    slack: Slack,
    *,
    now: datetime | Callable[[], datetime],
    people: People | None = None,
    channels: Channels | None = None,
    articles: tuple[Article, ...] = (),
) -> Desk:
    """`now` may be a clock's hand that the test moves."""
    clock = Clock(lambda: (now() if callable(now) else now).timestamp())
    handbook = Handbook("r1", articles, people or People(), channels or Channels())
    shelf = Shelf(Library(handbook, Index(articles)))
    return Desk(
        database,
        Outbox(database, slack, is_off=DaysOff(slack, shelf).is_off, clock=clock, new_id=ids("m")),
        slack,
        shelf,
        Workspace("T1", None, "UBOT", "B1"),
        clock,
        ids("d"),
        lambda: None,
    )


async def do_due(database: Database, pillar: Pillar, kind: Kind, *, now: datetime) -> None:
    """All work of the kind that is due, again too, by whoever does it in the bot."""
    job = pillar.jobs(partial(work.job, Asking))[kind]
    query = select(rows.c.payload).where(rows.c.kind == kind.value, rows.c.due_at <= now).order_by(rows.c.id)
    async with database.read() as tx:
        found = list(await tx.scalars(query))
    for payload in found:
        await job.do(payload)
