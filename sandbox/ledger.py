"""Everything visible the bot did, in order, whichever way it did it.

Keeps no state of the channels (that is the workspace) and nothing people did.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sandbox.model import Json


@dataclass(frozen=True)
class Effect:
    """One visible act. `kind`: post | update | delete | ephemeral | respond | reaction | unreaction |
    view_open | view_publish | view_update | stream_start | stream_append | status | prompts. A DM is a post in a
    channel whose id starts with D. A message that grew is a post when it is whole.

    `user` is who sees it, where that is one person (ephemeral, respond, views, DM); `text` is the emoji's name of a
    reaction; `ts` is the view's id of a view. `blocks` are a view's blocks too.
    """

    kind: str
    at: float  # workspace seconds
    method: str  # chat.postMessage, response_url …
    channel: str | None = None
    ts: str | None = None
    thread_ts: str | None = None
    user: str | None = None
    text: str = ""
    blocks: tuple[Json, ...] = ()
    metadata: Json | None = None


Listener = Callable[[Effect], None]


class Ledger:
    def __init__(self) -> None:
        self.effects: list[Effect] = []
        self._listeners: list[Listener] = []

    def subscribe(self, listener: Listener) -> None:
        """Calls the listener with each effect from now on, before the bot has its reply."""
        self._listeners.append(listener)

    def record(self, effect: Effect) -> None:
        self.effects.append(effect)
        for listener in self._listeners:
            listener(effect)

    def of_kind(self, kind: str) -> list[Effect]:
        return [each for each in self.effects if each.kind == kind]

    def posts(self, channel: str | None = None, thread_ts: str | None = None) -> list[Effect]:
        """The bot's posts, in a channel and in a thread where these are given."""
        return [
            each
            for each in self.of_kind("post")
            if channel in (None, each.channel) and thread_ts in (None, each.thread_ts)
        ]
