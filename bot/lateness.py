"""How late what is done every few seconds or minutes is, for /metrics: what raises each time is late, too.

A job that finds Git or Slack away passes it over, says so in the log, and counts as done.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.clock import Clock


class Lateness:
    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock
        self._every: dict[str, timedelta] = {}
        self._done_at: dict[str, datetime] = {}

    def expect(self, name: str, every: timedelta) -> None:
        """From now on."""
        self._every[name] = every
        self._done_at[name] = self._clock.now()

    def note(self, name: str) -> None:
        """It was done, and raised nothing."""
        self._done_at[name] = self._clock.now()

    def late_s(self) -> Mapping[str, float]:
        """How long each has been due without having been done; 0 where it is in time."""
        now = self._clock.now()
        return {
            name: max(0.0, (now - self._done_at[name] - every).total_seconds()) for name, every in self._every.items()
        }
