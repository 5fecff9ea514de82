"""How the bot is doing, for /metrics: what waits, what was given up, and what is not read or declared yet."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeAlias

from bot.clock import Clock
from bot.storage import channels, follow_ups, gaps, outbox, requests, work
from bot.storage.engine import Database
from knowledge.loader import Handbook

Figures: TypeAlias = Mapping[tuple[str, str], float]  # by what is counted, and which of it


class Gauges:
    """`others` count what pillars know of themselves.

    `model_outcomes` counts the model's replies of this process; empty where there is no model.
    """

    def __init__(
        self,
        database: Database,
        *,
        handbook: Callable[[], Handbook],
        model_outcomes: Mapping[str, int],
        others: Sequence[Callable[[], Awaitable[Figures]]],
        clock: Clock,
    ) -> None:
        self._database = database
        self._handbook = handbook
        self._model_outcomes = model_outcomes
        self._others = others
        self._clock = clock

    async def read(self) -> Figures:
        handbook = self._handbook()
        async with self._database.read() as tx:
            due, failed = await work.backlog(tx, now=self._clock.now())
            messages = await outbox.backlog(tx)
            unread = await channels.count_unread(tx, [each.id for each in handbook.channels.channels])
            open_gaps = await gaps.count_open(tx)
            asked = await requests.count_by_state(tx)
            undeclared = len(await follow_ups.unsettled(tx))
        return {
            ("work", "due"): due,
            ("work", "failed"): failed,
            ("channels", "not_read_back"): unread,
            **{("outbox", state): count for state, count in messages.items()},
            ("gaps", "open"): open_gaps,
            **{("requests", state): count for state, count in asked.items()},
            ("follow_ups", "open"): undeclared,
            **{name: value for count in self._others for name, value in (await count()).items()},
            ("handbook_articles", "live"): len(handbook.articles),
            **{("model", outcome): count for outcome, count in self._model_outcomes.items()},
        }
