"""Ids, secrets and message times that look like Slack's and repeat with the seed."""

import random

from sandbox.clock import Clock

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


class Ids:
    def __init__(self, *, seed: int, clock: Clock) -> None:
        self._chance = random.Random(seed)
        self._clock = clock
        self._last_us = 0

    def new(self, prefix: str) -> str:
        """A fresh id such as U07ABCDEFGH."""
        return f"{prefix}0{''.join(self._chance.choices(_LETTERS, k=9))}"

    def secret(self) -> str:
        """32 hexadecimal digits."""
        return f"{self._chance.getrandbits(128):032x}"

    def uuid(self) -> str:
        digits = self.secret()
        return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))

    def ts(self) -> str:
        """The moment as Slack's `ts`, later than every one before it."""
        self._last_us = max(self._last_us + 1, int(self._clock.now() * 1_000_000))
        return ts_of(self._last_us)

    def note(self, moment_us: int) -> None:
        """Every `ts` from now on is later than that moment, too."""
        self._last_us = max(self._last_us, moment_us)


def ts_of(moment_us: int) -> str:
    """Microseconds since the epoch as Slack's `ts`."""
    return f"{moment_us // 1_000_000}.{moment_us % 1_000_000:06d}"
