"""How long Slack waited for each answer of this process, for /metrics. Slack itself waits three seconds."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Histogram
from slack_bolt.response import BoltResponse

from handlers.errors import NotTakenDown

BUCKETS_S = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0)
STATES = ("taken", "refused", "not saved")


@dataclass
class Ended:
    """`response` is None where none came about."""

    response: BoltResponse | None = None


class Acknowledged:
    """What was answered within which time. A request that was not even read is not counted.

    `hurry` is entered meanwhile, so that others may make way; `expect` is called when something came, unread.
    """

    def __init__(
        self,
        hurry: Callable[[], AbstractContextManager[None]] = nullcontext,
        expect: Callable[[], None] = lambda: None,
    ) -> None:
        self._hurry = hurry
        self.expect = expect
        self.registry = CollectorRegistry()
        self._seconds = Histogram(
            "mentor_acknowledgement_seconds",
            "Mentor: from a request of Slack's to its answer",
            ["state"],
            buckets=BUCKETS_S,
            registry=self.registry,
        )
        for state in STATES:  # so that a first one is a rise
            self._seconds.labels(state)

    @contextmanager
    def timing(self) -> Iterator[Ended]:
        loop, ended = asyncio.get_running_loop(), Ended()
        began = loop.time()
        try:
            with self._hurry():
                yield ended
        finally:
            self._seconds.labels(_state(ended.response)).observe(loop.time() - began)


def _state(response: BoltResponse | None) -> str:
    if response is None or isinstance(response, NotTakenDown):
        return "not saved"
    return "taken" if response.status < 400 else "refused"
