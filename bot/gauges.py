"""How the bot is doing, for /metrics: what waits, what was given up, and what is not read or declared yet."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import TypeAlias

from bot.clock import Clock
from bot.storage import channels, follow_ups, gaps, inbox, outbox, requests, restored, work
from bot.storage.engine import Database
from knowledge.loader import Handbook

Figures: TypeAlias = Mapping[tuple[str, str], float]  # by what is counted, and which of it


class Gauges:
    """What the database knows, the same whichever replica is asked; `others` count what pillars know of themselves."""

    def __init__(
        self,
        database: Database,
        *,
        handbook: Callable[[], Handbook],
        others: Sequence[Callable[[], Awaitable[Figures]]],
        clock: Clock,
    ) -> None:
        self._database = database
        self._handbook = handbook
        self._others = others
        self._clock = clock

    async def read(self) -> Figures:
        handbook, now = self._handbook(), self._clock.now()
        untaken_since = await inbox.oldest(self._database)
        async with self._database.read() as tx:
            behind = await work.backlog(tx, now=now)
            messages = await outbox.backlog(tx)
            unsent_since = await outbox.oldest_unsent(tx)
            unseen = await outbox.given_up(tx)
            backed_up_at = await restored.last_backup(tx)
            unread = await channels.count_unread(tx, [each.id for each in handbook.channels.channels])
            open_gaps = await gaps.count_open(tx)
            asked = await requests.count_by_state(tx)
            undeclared = len(await follow_ups.unsettled(tx))
        return {
            ("work", "due"): behind.due,
            ("work", "failed"): behind.failed,
            ("slots", "missed"): behind.missed,
            ("age_seconds", "work"): _age_s(behind.oldest, now),
            ("age_seconds", "inbox"): _age_s(untaken_since, now),
            ("age_seconds", "outbox"): _age_s(unsent_since, now),
            ("outbox", "given up"): unseen,
            **({("age_seconds", "backup"): _age_s(backed_up_at, now)} if backed_up_at else {}),
            ("channels", "not_read_back"): unread,
            **{("outbox", state): count for state, count in messages.items()},
            ("gaps", "open"): open_gaps,
            **{("requests", state): count for state, count in asked.items()},
            ("follow_ups", "open"): undeclared,
            **{name: value for count in self._others for name, value in (await count()).items()},
        }


class OwnGauges:
    """What this process alone knows, and also while its database is away.

    `silent_s` tells how long Slack has not been heard of, 0 where it calls us; `late` how late each tick is; `trouble`
    what is amiss with the handbook, if anything. `model_outcomes` counts the model's
    replies; empty where there is no model.
    """

    def __init__(
        self,
        *,
        handbook: Callable[[], Handbook],
        silent_s: Callable[[], Awaitable[float]],
        late: Callable[[], Mapping[str, float]],
        trouble: Callable[[], Mapping[str, int]],
        model_outcomes: Mapping[str, int],
    ) -> None:
        self._handbook = handbook
        self._silent_s = silent_s
        self._late = late
        self._trouble = trouble
        self._model_outcomes = model_outcomes

    async def read(self) -> Figures:
        return {
            ("running", "tasks"): len(asyncio.all_tasks()),
            ("running", "threads"): threading.active_count(),
            ("silent_seconds", "slack"): await self._silent_s(),
            **{("late_seconds", tick): seconds for tick, seconds in self._late().items()},
            ("handbook_articles", "live"): len(self._handbook().articles),
            **{("handbook_trouble", what): count for what, count in self._trouble().items()},
            **{("model", outcome): count for outcome, count in self._model_outcomes.items()},
        }


def _age_s(since: datetime | None, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds()) if since else 0.0
