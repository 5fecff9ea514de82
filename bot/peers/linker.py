"""Keeps what each message of a channel answers in step with what stands there, in the transaction that changes it.

The outcome is the one of linking all messages in their order, whatever order they came in: after a change those behind
it are linked anew until a whole window of them is as it was. Which one a message answers is `bot.peers.linking`'s.
"""

from collections import deque
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from bot.model import Message
from bot.peers import forms
from bot.peers.evidence import Form, Link, Said
from bot.peers.linking import LINKER, WINDOW, Window
from bot.peers.sentences import Wording, read
from bot.peers.wording import question_kind
from bot.storage import links as rows
from bot.storage.engine import Tx
from bot.storage.links import LinkRow

Words = frozenset[str]


@dataclass(frozen=True)
class Fresh:
    """What was just read. `beside` are texts of what was known before, and may be older than what is kept."""

    forms: Mapping[str, Form] = field(default_factory=dict)
    words: Mapping[str, Words] = field(default_factory=dict)
    beside: Mapping[str, str] = field(default_factory=dict)

    def words_of(self, row: LinkRow) -> Words | None:
        """None where they are not at hand."""
        if row.ts in self.forms:
            return self.words.get(row.ts)
        text = self.beside.get(row.ts) if row.text is None else row.text
        return None if text is None else _words_of(text)


NOTHING = Fresh()


@lru_cache(maxsize=1_000)
def _words_of(text: str) -> Words:
    """Remembered: a live message is held against those before it, and so is the next one."""
    return forms.words_of(read(text))


def fresh(
    news: Sequence[Message], seen: Sequence[Message], said: Mapping[str, Wording], *, asking: Collection[str]
) -> Fresh:
    """Of the news that were kept, and what they `said`, by ts.

    `seen` are all whose words may be used, known or not; `asking` ask something.
    """
    speaking = {each.ts: each.text for each in seen if each.thread_ts is None}
    found, words = dict[str, Form](), dict[str, Words]()
    for each in news:
        if each.thread_ts is None:
            wording = said[each.ts]
            found[each.ts] = forms.form_of(each.text, wording, asks=each.ts in asking)
            if speaking.pop(each.ts, None) is not None:
                words[each.ts] = forms.words_of(wording)
    return Fresh(found, words, speaking)


async def link(
    tx: Tx, channel_id: str, read_anew: Fresh = NOTHING, *, changed: Collection[str] = (), roots: Collection[str] = ()
) -> None:
    """After messages came, changed or went (`changed`), and threads of `roots` with them."""
    turned = await rows.note_threads(tx, channel_id, roots)
    await _Relinking(tx, channel_id, read_anew, {*read_anew.forms, *changed, *turned}).run()


class _Relinking:
    def __init__(self, tx: Tx, channel_id: str, read_anew: Fresh, changed: Collection[str]) -> None:
        self._tx = tx
        self._channel_id = channel_id
        self._fresh = read_anew
        self._changed = deque(sorted(changed))
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
        self._changed.clear()  # the channel's end
        return news

    def _is_changed(self, ts: str) -> bool:
        """Whether there is a change at this message, or since the one before."""
        is_changed = False
        while self._changed and self._changed[0] <= ts:
            self._changed.popleft()
            is_changed = True
        return is_changed

    async def _begin_before(self, ts: str) -> None:
        before = await rows.before(self._tx, self._channel_id, ts, WINDOW)
        self._words = {row.ts: words for row in before if (words := self._fresh.words_of(row)) is not None}
        self._window = Window((said(row), _link(row)) for row in before)

    async def _standing_from(self, ts: str) -> AsyncIterator[LinkRow]:
        while following := await rows.following(self._tx, self._channel_id, ts):
            unknown = [row.ts for row in following if not row.linker]
            threads = await rows.with_threads(self._tx, self._channel_id, unknown) if unknown else frozenset()
            for row in following:
                yield row if row.linker else row._replace(has_thread=row.ts in threads)
            if len(following) < rows.READ_AT_ONCE:
                return
            ts = f"{following[-1].ts}~"  # behind it, and before any other

    def _linked(self, row: LinkRow) -> LinkRow:
        """The row as it is decided now, put into the window."""
        form, kin = self._form_of(row), self._kin_of(row)
        link = self._window.link(
            Said(row.ts, row.author, row.gist, form, row.is_bot, row.addressee, row.has_thread, kin)
        )
        return LinkRow(
            row.ts,
            row.author,
            row.is_bot,
            row.gist,
            row.addressee,
            row.text,
            form=forms.written(form),
            kin=rows.kin_in_words(kin),
            has_thread=row.has_thread,
            answers_ts=link.answers_ts,
            talk_ts=link.talk_ts,
            confidence=link.confidence,
            linker=LINKER,
        )

    def _form_of(self, row: LinkRow) -> Form:
        """Of what was known before there were links, from its words, if they are still there."""
        if row.ts in self._fresh.forms:
            return self._fresh.forms[row.ts]
        if row.linker or row.text is None:
            return forms.read_form(row.form)
        return forms.form_of(row.text, read(row.text), asks=question_kind(row.text) is not None)

    def _kin_of(self, row: LinkRow) -> dict[str, int]:
        """With whom it shares words: counted where both are at hand, else as it was counted once."""
        words = self._fresh.words_of(row)
        near = self._window.ts()
        once = rows.read_kin(row.kin) if row.kin else {}
        kin = {ts: once[ts] for ts in near if ts in once and (words is None or ts not in self._words)} if once else {}
        if words is not None:
            kin |= forms.shared(words, self._words, near)
            self._words[row.ts] = words
        return kin


def said(row: LinkRow) -> Said:
    """As the rules see it."""
    form, kin = forms.read_form(row.form), rows.read_kin(row.kin)
    return Said(row.ts, row.author, row.gist, form, row.is_bot, row.addressee, row.has_thread, kin)


def _link(row: LinkRow) -> Link:
    return Link(row.answers_ts, row.talk_ts or row.ts, row.confidence)
