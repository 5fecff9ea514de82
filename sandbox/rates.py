"""How often the app may call: Slack's tiers per method, on the workspace's clock.

A token bucket per method (chat.postMessage: per channel, under a ceiling for the workspace). Slack publishes the
tiers and "some burst"; how much burst is our reading. Event deliveries are not counted here.
"""

import math
from collections import Counter
from dataclasses import dataclass

from sandbox.clock import Clock

MINUTE_S = 60.0

TIER_PER_MINUTE = {1: 1, 2: 20, 3: 50, 4: 100}
SPECIAL_PER_MINUTE = 600  # "hundreds of requests per minute": auth.test, chat.getPermalink, setStatus
CONNECTION_BURST = 10  # an app may hold ten sockets, so it must be able to open ten
POSTS_PER_SECOND = 1.0  # per channel
POST_BURST = 4
WORKSPACE_POSTS_PER_MINUTE = 300  # "several hundred messages per minute"

METHOD_TIER = {
    "api.test": 4,
    "apps.connections.open": 1,
    "assistant.threads.setSuggestedPrompts": 4,
    "auth.teams.list": 2,
    "bots.info": 3,
    "chat.appendStream": 4,
    "chat.delete": 3,
    "chat.postEphemeral": 4,
    "chat.startStream": 2,
    "chat.stopStream": 2,
    "chat.update": 3,
    "conversations.history": 3,
    "conversations.info": 3,
    "conversations.join": 3,
    "conversations.list": 2,
    "conversations.members": 4,
    "conversations.open": 3,
    "conversations.replies": 3,
    "reactions.add": 3,
    "reactions.get": 3,
    "reactions.remove": 2,
    "team.info": 3,
    "usergroups.list": 2,
    "usergroups.users.list": 2,
    "users.conversations": 3,
    "users.getPresence": 3,
    "users.info": 4,
    "users.list": 2,
    "users.lookupByEmail": 3,
    "views.open": 4,
    "views.publish": 4,
    "views.push": 4,
    "views.update": 4,
}


@dataclass
class _Bucket:
    size: float
    per_second: float
    left: float
    at: float

    def wait_s(self, now: float) -> float:
        """Seconds until a call fits; 0 when it fits now."""
        self.left = min(self.size, self.left + (now - self.at) * self.per_second)
        self.at = now
        return max(0.0, 1.0 - self.left) / self.per_second


class Rates:
    """`calls` counts by method what went ahead, `refusals` what was to wait."""

    def __init__(self, clock: Clock) -> None:
        self.calls: Counter[str] = Counter()
        self.refusals: Counter[str] = Counter()
        self._clock = clock
        self._buckets: dict[str, _Bucket] = {}

    def take(self, method: str, channel: str = "") -> int:
        """0 when the call may go ahead, and then it counts; else whole workspace seconds to wait."""
        now = self._clock.now()
        buckets = self._buckets_of(method, channel, now)
        wait_s = max(bucket.wait_s(now) for bucket in buckets)
        if wait_s > 1e-6:  # less is a rounding error of the refill
            self.refusals[method] += 1
            return math.ceil(wait_s)
        for bucket in buckets:
            bucket.left -= 1.0
        self.calls[method] += 1
        return 0

    def _buckets_of(self, method: str, channel: str, now: float) -> list[_Bucket]:
        if method == "chat.postMessage":
            per_channel = self._bucket(f"{method} {channel}", POST_BURST, POSTS_PER_SECOND, now)
            of_workspace = WORKSPACE_POSTS_PER_MINUTE
            return [per_channel, self._bucket(method, of_workspace, of_workspace / MINUTE_S, now)]
        tier = METHOD_TIER.get(method)
        per_minute = SPECIAL_PER_MINUTE if tier is None else TIER_PER_MINUTE[tier]
        size = CONNECTION_BURST if method == "apps.connections.open" else per_minute
        return [self._bucket(method, size, per_minute / MINUTE_S, now)]

    def _bucket(self, key: str, size: float, per_second: float, now: float) -> _Bucket:
        return self._buckets.setdefault(key, _Bucket(size, per_second, left=size, at=now))
