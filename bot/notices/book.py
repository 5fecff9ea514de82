"""The handbook's notices as they stand now: which are current, what does what they ask for, and their posts."""

import structlog

from bot.desk import Desk
from bot.errors import SlackError
from bot.notices import rules
from bot.storage import outbox
from knowledge.loader import Handbook
from knowledge.notices import Notice

log = structlog.get_logger(__name__)


def post_key(notice_id: str, channel_id: str = "") -> str:
    """Without a channel what the keys of all its posts begin with."""
    return f"notice:{notice_id}:{channel_id}"


class Book:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @property
    def handbook(self) -> Handbook:
        return self._desk.shelf.library.handbook

    @property
    def timezone(self) -> str:
        return self.handbook.channels.timezone

    def current(self) -> list[Notice]:
        return rules.current(self.handbook.notices, now=self._desk.clock.now(), timezone=self.timezone)

    def current_one(self, notice_id: str) -> Notice | None:
        return next((each for each in self.current() if each.id == notice_id), None)

    def action_title(self, notice: Notice, *, channel_id: str = "") -> str:
        """What its button says; "" where the action may not be run, in that channel or ("") in private."""
        action = self.handbook.action(notice.action) if notice.action else None
        if action is None or not self.handbook.channels.offers(action):
            return ""
        is_there = not channel_id or self.handbook.channels.may_run_in(channel_id, action.id)
        return action.title if is_there else ""

    async def url(self, notice_id: str) -> str:
        """Of its first post; "" before it is posted, and where Slack does not tell."""
        return await self.url_under(post_key(notice_id))

    async def url_under(self, prefix: str) -> str:
        async with self._desk.database.read() as tx:
            put = await outbox.put_under(tx, prefix)
        for each in put:
            if each.slack_channel and each.slack_ts:
                try:
                    return await self._desk.slack.permalink(each.slack_channel, each.slack_ts)
                except SlackError as error:
                    log.warning("notices.no_permalink", reason=str(error))
        return ""
