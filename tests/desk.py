"""What a service of a pillar stands on: a real database, a Slack that does as it is told, a clock set by hand."""

from collections.abc import Callable
from datetime import datetime

from bot.clock import Clock
from bot.desk import Desk
from bot.library import Library, Shelf
from bot.model import Workspace
from bot.outbox import Outbox
from bot.slack import Slack
from bot.storage.engine import Database
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
    return Desk(
        database,
        Outbox(database, slack, clock=clock, new_id=ids("m")),
        slack,
        Shelf(Library(handbook, Index(articles))),
        Workspace("T1", None, "UBOT", "B1"),
        clock,
        ids("d"),
        lambda: None,
    )
