"""Faults on demand: what a network, and Slack on a bad day, do to calls and deliveries.

Decides only; `mishaps.py` and the delivery make it happen. Chance is seeded, so a run can be repeated.
"""

import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

BEFORE = frozenset({"delay", "status_429", "status_500", "drop", "page"})  # not applied (a delay lets it go on)
AFTER = frozenset({"status_500_after", "lose_reply", "garbage", "slow_body"})  # applied, and the app is not told


@dataclass(frozen=True)
class Fault:
    """One rule. No methods means every method; no channel every channel; no times without end.

    What goes to a `response_url` is a call of the method of this name.
    """

    kind: str
    methods: tuple[str, ...] = ("chat.postMessage",)
    probability: float = 1.0
    times: int | None = None
    seconds: float = 0.0  # workspace seconds: how long a delay or a slow body lasts, what Retry-After says
    channel: str | None = None

    def concerns(self, method: str, channel: str | None) -> bool:
        return (not self.methods or method in self.methods) and self.channel in (None, channel)


class Faults:
    """Rules for calls, and these for deliveries:

    `duplicate_events`: least and most copies of each event, e.g. (1, 3); `reorder_window_s`: each copy is held back
    by up to this long, at random; `delay_events_s`: each is held back by this long; `drop_ack`: the share of
    acknowledgements that get lost on their way to Slack.
    """

    def __init__(self, *, seed: int = 1) -> None:
        self._chance = random.Random(seed)
        self._rules: list[Fault] = []
        self._left: list[int | None] = []
        self.fired: Counter[str] = Counter()
        self.duplicate_events: tuple[int, int] = (1, 1)
        self.reorder_window_s = 0.0
        self.delay_events_s = 0.0
        self.drop_ack = 0.0

    def add(
        self,
        kind: str,
        *,
        methods: Iterable[str] = ("chat.postMessage",),
        probability: float = 1.0,
        times: int | None = None,
        seconds: float = 0.0,
        channel: str | None = None,
    ) -> Fault:
        """A new rule, beside the ones there are. Raises ValueError for an unknown kind."""
        if kind not in BEFORE | AFTER:
            raise ValueError(f"Unknown fault {kind!r}: one of {', '.join(sorted(BEFORE | AFTER))}")
        fault = Fault(kind, tuple(methods), probability, times, seconds, channel)
        self._rules.append(fault)
        self._left.append(times)
        return fault

    def clear(self) -> None:
        """Calls and deliveries work again; what fired stays counted."""
        self._rules.clear()
        self._left.clear()
        self.duplicate_events, self.drop_ack = (1, 1), 0.0
        self.reorder_window_s = self.delay_events_s = 0.0

    def draw(self, method: str, channel: str | None = None) -> list[Fault]:
        """What befalls this call: any delays, and the first other fault whose chance comes up. Counts them."""
        drawn: list[Fault] = []
        for index, fault in enumerate(self._rules):
            if not fault.concerns(method, channel) or self._left[index] == 0:
                continue
            if fault.kind != "delay" and any(each.kind != "delay" for each in drawn):
                continue
            if self._comes_up(fault.probability):
                self._spend(index)
                drawn.append(fault)
        return drawn

    def copies(self) -> int:
        """How often this event is delivered."""
        copies = self._chance.randint(*self.duplicate_events)
        self.fired["duplicate_events"] += copies - 1
        return copies

    def event_delay_s(self) -> float:
        """How long this copy of an event is held back, in workspace seconds."""
        return self.delay_events_s + self._chance.uniform(0.0, self.reorder_window_s)

    def loses_ack(self) -> bool:
        is_lost = self._comes_up(self.drop_ack)
        self.fired["drop_ack"] += is_lost
        return is_lost

    def _comes_up(self, probability: float) -> bool:
        return probability >= 1.0 or self._chance.random() < probability

    def _spend(self, index: int) -> None:
        left = self._left[index]
        self._left[index] = None if left is None else left - 1
        self.fired[self._rules[index].kind] += 1
