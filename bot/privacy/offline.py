"""Export and erase from the command line: the same as in Slack, also while no bot runs."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from bot.audit import Audit, find_key
from bot.config import Settings
from bot.errors import AuditKeyUnusable
from bot.privacy.service import PrivacyService
from bot.slack import Slack
from bot.storage import migrate
from bot.storage.engine import Database
from knowledge.channels import Channels

OUT_OF_REACH = (
    "commits in Git",
    "what stands in Slack itself",
    "backups, archived logs, replicas and server logs of the database",
    "a bot running elsewhere: it may hold who the person is in memory for an hour, unless it is started again",
)


@asynccontextmanager
async def at_hand(
    settings: Settings, channels: Channels, *, new_id: Callable[[], str]
) -> AsyncIterator[PrivacyService]:
    """The service on the database of the settings; with Slack where there is a token, to learn the person's names.

    Raises DatabaseOlder, DatabaseNewer or DatabaseAway.
    """
    database = Database(settings.database_url)
    slack = Slack(settings.slack_bot_token, api_url=settings.slack_api_url, clock=settings.clock)
    has_slack = bool(settings.slack_bot_token)
    try:
        await migrate.check_current(database)
        if has_slack:
            await slack.open()
        yield PrivacyService(
            database,
            slack if has_slack else None,
            channels=lambda: channels,
            clock=settings.clock,
            new_id=new_id,
            audit=_audit(settings),
        )
    finally:
        await slack.close()
        await database.close()


def _audit(settings: Settings) -> Audit | None:
    """None on a machine that has no key: whoever wants to be erased need not wait for it."""
    try:
        return Audit(find_key(settings.audit_key, settings.data_folder), clock=settings.clock)
    except AuditKeyUnusable:
        return None
