"""Takes down what is said. `record_message` is the single entry for live events, catch-up and import."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.authority import is_ours
from bot.clock import Clock
from bot.model import Deletion, Message, Workspace, moment
from bot.peers import rules
from bot.storage import peers as rows
from bot.storage.engine import Database, Tx
from bot.storage.people import pseudonym_of
from bot.work import Asking, Kind, enqueue, withdraw
from knowledge.channels import Channel, Channels, Keep


@dataclass(frozen=True)
class Request:
    """What the person asks of the bot in a message to it: the kind of work, and the words that remain."""

    kind: Kind
    text: str


class PeerService:
    """One transaction for each message, edit or deletion."""

    def __init__(
        self,
        database: Database,
        *,
        channels: Callable[[], Channels],
        workspace: Workspace,
        clock: Clock,
        new_id: Callable[[], str],
        wake: Callable[[], None],
    ) -> None:
        self._database = database
        self._channels = channels
        self._workspace = workspace
        self._clock = clock
        self._new_id = new_id
        self._wake = wake

    async def record_message(self, message: Message, request: Request | None = None, *, event_id: str = "") -> None:
        """Keeps it if its channel is watched, and has it answered if it asks. Taking it down twice changes nothing.

        `request` is set when the message is to the bot: a mention, or anything in its DM.
        """
        channel = self._channels().watched(message.channel_id)
        if channel is None and request is None:
            return
        await self._database.write(lambda tx: self._take_down(tx, message, request, channel, event_id))
        self._wake()

    async def record_deletion(self, deletion: Deletion, *, event_id: str = "") -> None:
        """The message's text and question are gone for good; its row stays as a tombstone."""
        if self._channels().watched(deletion.channel_id) is None:
            return

        async def unit(tx: Tx) -> None:
            if not event_id or await rows.is_new_event(tx, event_id, now=self._clock.now()):
                await rows.put_deletion(tx, deletion.channel_id, deletion.ts, deletion.deleted_ts)
                await withdraw(tx, f"{deletion.channel_id}:{deletion.ts}")

        await self._database.write(unit)

    async def _take_down(
        self, tx: Tx, message: Message, request: Request | None, channel: Channel | None, event_id: str
    ) -> None:
        now = self._clock.now()
        if event_id and not await rows.is_new_event(tx, event_id, now=now):
            return
        if not message.author.user_id or not self._is_ours(message):
            return  # nothing of other companies' people or of nameless bots is kept
        author = await pseudonym_of(tx, message.author.user_id, now=now, new_id=self._new_id)
        if channel is not None:
            text = message.text if channel.keep is Keep.TEXT else None
            if not await rows.put_message(tx, message, author=author, text=text):
                return  # known already, or older than what is known
            await withdraw(tx, f"{message.channel_id}:{message.ts}")  # what an older state of it asked for
        await self._ask(tx, message, request, channel, author)

    async def _ask(
        self,
        tx: Tx,
        message: Message,
        request: Request | None,
        channel: Channel | None,
        author: str,
    ) -> None:
        now = self._clock.now()
        kind = rules.question_kind(message.text) if channel and rules.may_be_question(message) else None
        if channel is not None:
            await self._keep_question(tx, message, author, kind)
        asking = Asking(
            key=f"{message.channel_id}:{message.ts}",
            asker=author,
            text=request.text if request else message.text,
            channel_id=message.channel_id,
            question_ts=message.ts,
            thread_ts=message.thread_ts,
            asked=request is not None,
            is_direct=message.is_direct,
            is_shared=message.is_shared,
        )
        if request is not None:
            if not message.author.is_bot and message.is_plain:
                await enqueue(tx, request.kind, asking, due_at=now, now=now)
        elif kind and channel and (due_at := rules.when_to_answer(channel, moment(message.ts))):
            await enqueue(tx, Kind.ANSWER, asking, due_at=due_at, now=now)

    async def _keep_question(self, tx: Tx, message: Message, author: str, kind: rules.QuestionKind | None) -> None:
        if kind is None:
            await rows.drop_question(tx, message.channel_id, message.ts)
            return
        await rows.put_question(
            tx, message.channel_id, message.ts, asker=author, kind=kind.value, classifier=rules.CLASSIFIER
        )

    def _is_ours(self, message: Message) -> bool:
        author = message.author
        if author.is_bot or not message.is_shared:
            return True
        return is_ours(author.team_id, author.enterprise_id, self._workspace)
