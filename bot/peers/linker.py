"""Keeps what each message of a channel answers in step with what stands there, in the transaction that changes it.

The outcome is the one of linking all messages in their order, whatever order they came in: after a change those behind
it are linked anew until a whole window of them is as it was. Which one a message answers is `bot.peers.linking`'s.
"""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.model import Message
from bot.peers import forms
from bot.peers.evidence import Form, Link, Said
from bot.peers.linking import LINKER, WINDOW, Window
from bot.storage import links as rows
from bot.storage.engine import Tx
from bot.storage.links import LinkRow

Words = frozenset[str]


@dataclass(frozen=True)
class Fresh:
    """What was just read of messages. `said` are those whose words may be used, known before or not."""

    forms: Mapping[str, Form] = field(default_factory=dict)
    said: Mapping[str, Message] = field(default_factory=dict)

    def words(self, row: LinkRow) -> Words | None:
        """None where they are not at hand. What was read beside the news may be older than what is kept."""
        is_news = row.ts in self.forms
        if row.ts in self.said and (is_news or row.text is None):
            return forms.words_of(self.said[row.ts].text)
        return None if row.text is None else forms.words_of(row.text)


NOTHING = Fresh()


def read(kept: Sequence[Message], speaking: Sequence[Message]) -> Fresh:
    """Of the news that were kept; `speaking` are all that were read and whose words may be used."""
    standing = {each.ts: forms.form_of(each.text) for each in kept if each.thread_ts is None}
    return Fresh(standing, {each.ts: each for each in speaking if each.thread_ts is None})


async def link(
    tx: Tx, channel_id: str, fresh: Fresh = NOTHING, *, changed: Collection[str] = (), roots: Collection[str] = ()
) -> None:
    """After messages came, changed or went (`changed`), and threads of `roots` with them."""
    turned = await rows.note_threads(tx, channel_id, roots)
    await _Relinking(tx, channel_id, fresh, {*fresh.forms, *changed, *turned}).run()


class _Relinking:
    def __init__(self, tx: Tx, channel_id: str, fresh: Fresh, changed: Collection[str]) -> None:
        self._tx = tx
        self._channel_id = channel_id
        self._fresh = fresh
        self._changed = sorted(changed)
        self._words: dict[str, Words] = {}  # of those in the window
        self._window = Window()

    async def run(self) -> None:
        while self._changed:
            news = await self._from_next_change()
            await rows.put(self._tx, self._channel_id, news)

    async def _from_next_change(self) -> list[LinkRow]:
        """Those decided otherwise, from the next change to where nothing behind can have changed."""
        news: list[LinkRow] = []
        same = 0
        await self._begin_before(self._changed[0])
        async for row in self._standing_from(self._changed[0]):
            if self._is_changed(row.ts):
                same = 0
            elif same >= WINDOW:
                return news
            linked = self._linked(row)
            same = same + 1 if linked.decided == row.decided else 0
            if linked != row:
                news.append(linked)
        self._changed = []  # the channel's end
        return news

    def _is_changed(self, ts: str) -> bool:
        """Whether there is a change at this message, or since the one before."""
        number = len(self._changed)
        self._changed = [each for each in self._changed if each > ts]
        return len(self._changed) < number

    async def _begin_before(self, ts: str) -> None:
        before = await rows.before(self._tx, self._channel_id, ts, WINDOW)
        self._words = {row.ts: words for row in before if (words := self._fresh.words(row)) is not None}
        self._window = Window((said(row), _link(row)) for row in before)

    async def _standing_from(self, ts: str) -> AsyncIterator[LinkRow]:
        while following := await rows.following(self._tx, self._channel_id, ts):
            unknown = [row.ts for row in following if not row.linker]
            threads = await rows.with_threads(self._tx, self._channel_id, unknown) if unknown else frozenset()
            for row in following:
                yield row if row.linker else replace(row, has_thread=row.ts in threads)
            if len(following) < rows.READ_AT_ONCE:
                return
            ts = f"{following[-1].ts}~"  # behind it, and before any other

    def _linked(self, row: LinkRow) -> LinkRow:
        """The row as it is decided now, put into the window."""
        form, kin = self._form_of(row), self._kin_of(row)
        kept = replace(row, form=forms.written(form), kin=rows.kin_in_words(kin))
        link = self._window.link(said(kept))
        return replace(
            kept, answers_ts=link.answers_ts, talk_ts=link.talk_ts, confidence=link.confidence, linker=LINKER
        )

    def _form_of(self, row: LinkRow) -> Form:
        """Of what was known before there were links, from its words, if they are still there."""
        if row.ts in self._fresh.forms:
            return self._fresh.forms[row.ts]
        if row.linker or row.text is None:
            return forms.read_form(row.form)
        return forms.form_of(row.text)

    def _kin_of(self, row: LinkRow) -> dict[str, int]:
        """With whom it shares words: counted where both are at hand, else as it was counted once."""
        words = self._fresh.words(row)
        near = self._window.ts()
        once = rows.read_kin(row.kin)
        kin = {ts: once[ts] for ts in near if ts in once and (words is None or ts not in self._words)}
        if words is not None:
            kin |= forms.shared(words, {ts: self._words[ts] for ts in near if ts in self._words})
            self._words[row.ts] = words
        return kin


def said(row: LinkRow) -> Said:
    """As the rules see it."""
    form, kin = forms.read_form(row.form), rows.read_kin(row.kin)
    return Said(row.ts, row.author, row.gist, form, row.is_bot, row.addressee, row.has_thread, kin)


def _link(row: LinkRow) -> Link:
    return Link(row.answers_ts, row.talk_ts or row.ts, row.confidence)
