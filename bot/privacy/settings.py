"""What people do about their own data in Slack: see it, be left out or counted again, have it sent, have it erased."""

from collections.abc import Callable

import structlog

from bot import effects
from bot.blockkit import Shown
from bot.clock import Clock
from bot.errors import SlackError
from bot.model import Effect
from bot.outbox import Outbox
from bot.privacy import blocks
from bot.privacy.service import PrivacyService
from bot.slack import Slack
from bot.storage.engine import Database, Tx
from bot.storage.people import pseudonym_of, slack_id_of
from bot.wanted import Asking, Choice, Kind
from bot.work import enqueue

log = structlog.get_logger(__name__)


class SettingsService:
    """Methods that workers call may run twice and change nothing the second time."""

    def __init__(
        self,
        privacy: PrivacyService,
        database: Database,
        outbox: Outbox,
        slack: Slack,
        *,
        clock: Clock,
        new_id: Callable[[], str],
        wake: Callable[[], None],
    ) -> None:
        self._privacy = privacy
        self._database = database
        self._outbox = outbox
        self._slack = slack
        self._clock = clock
        self._new_id = new_id
        self._wake = wake

    async def take_choice(self, *, key: str, user_id: str, choice: str, response_url: str | None) -> None:
        """Takes a press down; it is carried out right after."""
        now = self._clock.now()
        kind = Kind.ERASE if choice == blocks.ERASING else Kind.CHOICE

        async def unit(tx: Tx) -> None:
            person = await pseudonym_of(tx, user_id, now=now, new_id=self._new_id)
            wanted = Choice(f"{person}:{key}", person, choice, response_url)
            await enqueue(tx, kind, wanted, due_at=now, now=now)

        await self._database.write(unit)
        self._wake()

    async def show(self, asking: Asking) -> None:
        """To the person alone: whether they are counted, what is kept, and what they can do about it."""
        if user_id := await self._user_id(asking.asker):
            shown = blocks.settings(await self._privacy.kept(user_id))
            await self._send(f"settings:{asking.key}", asking.asker, shown, response_url=asking.response_url)

    async def choose(self, wanted: Choice) -> None:
        """Counted out, counted in, or everything sent."""
        user_id = await self._user_id(wanted.person)
        if user_id is None:
            return
        match wanted.choice:
            case blocks.COUNTED_OUT:
                await self._privacy.leave_out(user_id)
                await self._answer(wanted, blocks.counted_out())
            case blocks.COUNTED_IN:
                await self._privacy.take_in(user_id)
                await self._answer(wanted, blocks.counted_in())
            case _:
                await self._send_export(wanted, user_id)

    async def erase(self, wanted: Choice) -> None:
        """Erased, and then told at most once: nothing is left by which to try again."""
        user_id = await self._user_id(wanted.person)
        if user_id is None:  # a run that was cut short, or a second press
            await self._privacy.finish_erasing()
            return
        erased = await self._privacy.erase(user_id)
        log.info("privacy.erased", values=erased.changed, left=erased.left)
        shown = blocks.erased(erased.left)
        try:
            if wanted.response_url:
                await self._slack.respond(wanted.response_url, text=shown.text, blocks=list(shown.blocks))
            else:
                mark = self._new_id()
                blocks_ = list(shown.blocks)
                await self._slack.post(user_id, text=shown.text, blocks=blocks_, thread_ts=None, mark=mark)
        except SlackError as error:
            log.warning("privacy.erased_untold", reason=str(error))

    async def given_up(self, wanted: Choice) -> None:
        await self._answer(wanted, blocks.not_done())

    async def _user_id(self, person: str) -> str | None:
        async with self._database.read() as tx:
            return await slack_id_of(tx, person)

    async def _answer(self, wanted: Choice, shown: Shown) -> None:
        await self._send(f"choice:{wanted.key}", wanted.person, shown, response_url=wanted.response_url)

    async def _send_export(self, wanted: Choice, user_id: str) -> None:
        """As direct messages, in order; one that would be too long is the operator's to hand over."""
        parts = blocks.export(await self._privacy.export(user_id))
        for number, shown in enumerate(parts, 1):
            key = f"export:{wanted.key}:{number}"
            await self._put(effects.privately(key, wanted.person, shown, kind=blocks.EXPORT))
        self._outbox.bell.set()

    async def _send(self, key: str, person: str, shown: Shown, *, response_url: str | None) -> None:
        await self._put(effects.privately(key, person, shown, response_url=response_url, kind=blocks.SETTINGS))
        self._outbox.bell.set()

    async def _put(self, effect: Effect) -> None:
        await self._database.write(lambda tx: self._outbox.put(tx, effect))
