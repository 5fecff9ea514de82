"""A signed request is taken once: its signature is remembered for every replica and over restarts.

What was being written down when a process died is not remembered; event ids and effect keys hold it apart then.
"""

from datetime import timedelta

from bot.clock import Clock
from bot.storage import signatures
from bot.storage.engine import Database

# A signature is good for 5 minutes to either side of its time: for 10 after it was first seen. Replicas' clocks differ.
KEPT = timedelta(minutes=15)
AT_ONCE = 500  # forgotten in a transaction


class Replays:
    def __init__(self, database: Database, *, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def is_replay(self, signature: str) -> bool:
        """Whether a request with this signature was taken before, by whichever replica."""
        return await signatures.is_known(self._database, signature)

    async def remember(self, signature: str) -> None:
        """The request was taken. Only for verified signatures: nobody else may fill the table."""
        await signatures.put(self._database, signature, now=self._clock.now())

    async def forget_old(self) -> None:
        """A few at a time: Slack waits for what is written beside them."""
        before = self._clock.now() - KEPT
        while await signatures.forget(self._database, before=before, limit=AT_ONCE) == AT_ONCE:
            pass
