"""What an app shows beside its messages: the status of a thread and the prompts it suggests in its messages tab."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox import timeline
from sandbox.ledger import Effect
from sandbox.model import Json
from sandbox.refused import Refused

if TYPE_CHECKING:
    from sandbox.workspace import Workspace

STATUS_LIFE_S = 120.0  # unless the app says something first
PROMPTS_MAX = 4


@dataclass(frozen=True)
class Status:
    text: str
    ends_at: float  # workspace seconds


class Assistant:
    """`prompts`: by channel, what is suggested there."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._statuses: dict[tuple[str, str], Status] = {}
        self.prompts: dict[str, list[Json]] = {}

    def set_status(self, channel_id: str, thread_ts: str, text: str) -> None:
        """Shown in the thread until the app says something there; "" takes it away."""
        channel = self._workspace.app.visible(channel_id)
        try:
            timeline.thread_parent(channel, thread_ts)
        except Refused:
            raise Refused("invalid_thread_ts") from None
        if text:
            self._statuses[channel_id, thread_ts] = Status(text, self._workspace.clock.now() + STATUS_LIFE_S)
        else:
            self.said(channel_id, thread_ts)
        self._record("status", "assistant.threads.setStatus", channel_id, thread_ts, text)

    def suggest(self, channel_id: str, prompts: list[Json], *, thread_ts: str | None) -> None:
        """With `thread_ts` nothing is shown to users of an app with an agent view, and Slack does not say so."""
        self._workspace.app.visible(channel_id)
        if thread_ts is not None and self._workspace.manifest.has_agent_view:
            return
        self.prompts[channel_id] = prompts
        text = "\n".join(str(each["title"]) for each in prompts)
        self._record("prompts", "assistant.threads.setSuggestedPrompts", channel_id, thread_ts, text)

    def said(self, channel_id: str, thread_ts: str | None) -> None:
        """The app said something there."""
        self._statuses.pop((channel_id, thread_ts or ""), None)

    def statuses(self) -> dict[tuple[str, str], str]:
        """What is shown now, by channel and thread."""
        now = self._workspace.clock.now()
        return {where: status.text for where, status in self._statuses.items() if now < status.ends_at}

    def _record(self, kind: str, method: str, channel: str, thread_ts: str | None, text: str) -> None:
        at, user = self._workspace.clock.now(), self._workspace.channels[channel].user
        effect = Effect(kind=kind, at=at, method=method, channel=channel, thread_ts=thread_ts, user=user, text=text)
        self._workspace.ledger.record(effect)
