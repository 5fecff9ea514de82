"""Tells whoever asks how people help each other, to them alone."""

from collections.abc import Callable

from bot.authority import Act, Refused, may
from bot.blockkit import Shown
from bot.clock import Clock
from bot.model import Effect, Workspace
from bot.outbox import Outbox
from bot.peers import blocks
from bot.peers.facts import FactsService
from bot.peers.window import read_window
from bot.slack import Slack
from bot.storage.engine import Database
from bot.storage.people import slack_id_of
from bot.work import Asking
from knowledge.channels import Channels

ERASED = "I do not know you any more. Please ask again."


class HealthService:
    def __init__(
        self,
        database: Database,
        outbox: Outbox,
        slack: Slack,
        facts: FactsService,
        *,
        channels: Callable[[], Channels],
        workspace: Workspace,
        clock: Clock,
    ) -> None:
        self._database = database
        self._outbox = outbox
        self._slack = slack
        self._facts = facts
        self._channels = channels
        self._workspace = workspace
        self._clock = clock

    async def tell(self, asking: Asking) -> None:
        """The figures of the window they name, or why they get none; once, however often this runs."""
        shown = await self._shown(asking)
        effect = Effect(
            key=f"health:{asking.key}",
            kind=blocks.HEALTH,
            text=shown.text,
            blocks=shown.blocks,
            recipient=asking.asker,
            response_url=asking.response_url,
        )
        await self._database.write(lambda tx: self._outbox.put(tx, effect))
        self._outbox.bell.set()

    async def _shown(self, asking: Asking) -> Shown:
        if reason := await self._refusal(asking):
            return blocks.refusal(reason)
        facts = await self._facts.facts(read_window(asking.text, self._clock.now()))
        return blocks.health(facts.figures, facts.hints, timezone=self._channels().timezone)

    async def _refusal(self, asking: Asking) -> str:
        """Whoever may ask may know: "" then."""
        async with self._database.read() as tx:
            slack_id = await slack_id_of(tx, asking.asker)
        if slack_id is None:
            return ERASED
        profile = await self._slack.profile(slack_id)
        guests_may_ask = self._channels().guests_may_ask
        permission = may(profile, Act.ASK, workspace=self._workspace, guests_may_ask=guests_may_ask)
        return permission.reason if isinstance(permission, Refused) else ""
