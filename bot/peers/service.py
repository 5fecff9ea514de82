"""Takes down what is said. `record_message` is the single entry for live events; `record_page` takes whole pages.

Catch-up and import use `record_page`. Both lead through `_take_down`, so that it does not matter by which way a message
came. What is counted from the rows is `bot.peers.facts`'.
"""

import re
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

from bot.clock import Clock
from bot.companies import Placed, as_it_is
from bot.model import CHECK_MARKS, Deletion, Message, Reaction, Standing, Workspace, moment
from bot.peers import cross_posts, linker, rules, sentences, wording
from bot.storage import answers as answer_rows
from bot.storage import links as link_rows
from bot.storage import peers as rows
from bot.storage.engine import Database, Tx
from bot.storage.people import StandIns, known_pseudonyms, pseudonyms_of, stand_ins, who_is_left_out
from bot.urgency import is_urgent
from bot.wanted import Asking, Kind, SecretSeen, Solved, TakenBack
from bot.wire import is_direct
from bot.work import enqueue, withdraw
from knowledge.channels import Channel, Channels, Keep

SETTLED_AFTER = timedelta(minutes=10)  # a mark set by mistake is taken back by then
FORGOTTEN_AT_ONCE = 1_000  # messages
TOO_OLD_TO_DO = timedelta(hours=24)  # what somebody asked of the bot longer ago than this is not begun any more
EDGE = timedelta(seconds=1)  # what is too old to do by more than that is not looked at
SECOND_LOOK = ":asked"  # ends the key of an asking that was only overheard before
MENTIONED = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^<>]*)?>")


@dataclass(frozen=True)
class Request:
    """What the person asks of the bot in a message to it: the kind of work, and the words that remain."""

    kind: Kind
    text: str


@dataclass(frozen=True)
class Crowd:
    """Those who wrote, as they are kept in one channel: by pseudonym, or by stand-in where they are left out.

    `someone` are the stand-ins of all, also of those who were left out once and are counted again.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    left_out: frozenset[str] = frozenset()
    someone: Mapping[str, str] = field(default_factory=dict)

    def name(self, user_id: str) -> str:
        return self.names[user_id]


@dataclass(frozen=True)
class _Taken:
    """How many messages said something new, and whether work was put in for any."""

    news: int
    is_asked: bool


class PeerService:
    """One transaction for each event, or for each page."""

    def __init__(
        self,
        database: Database,
        *,
        channels: Callable[[], Channels],
        workspace: Workspace,
        clock: Clock,
        new_id: Callable[[], str],
        wake: Callable[[], None],
        placed: Placed = as_it_is,
    ) -> None:
        self._database = database
        self._channels = channels
        self._workspace = workspace
        self._clock = clock
        self._new_id = new_id
        self._wake = wake
        self._placed = placed

    async def record_message(self, message: Message, request: Request | None = None, *, event_id: str = "") -> None:
        """Keeps it if its channel is watched, and has it answered if it asks. Taking it down twice changes nothing.

        `request` is set when the message is to the bot: a mention, or anything in its DM. A reply by which somebody
        goes on where they asked the bot is to it as well, until people talk to each other there.
        """
        is_watched = self._channels().watched(message.channel_id) is not None
        if not is_watched and request is None and not await self._goes_on(message):
            return
        requests = {message.ts: request} if request else {}
        placed = await self._placed(message)

        async def unit(tx: Tx) -> bool:
            if not await self._is_news(tx, event_id):
                return False
            return (await self._take_down(tx, message.channel_id, [placed], requests)).is_asked

        if await self._database.write_together(unit):
            self._wake()

    async def record_deletion(self, deletion: Deletion, *, event_id: str = "") -> None:
        """The message's text and question are gone for good; its row stays as a tombstone.

        Of a direct message no row is kept, only what was asked in it.
        """
        if is_direct(deletion.channel_id):
            await self._take_back_direct(deletion)
        if self._channels().watched(deletion.channel_id) is None:
            return

        async def unit(tx: Tx) -> None:
            if await self._is_news(tx, event_id):
                await self._take_back(tx, [deletion])

        await self._database.write_together(unit)

    async def _take_back_direct(self, deletion: Deletion) -> None:
        now, key = self._clock.now(), f"{deletion.channel_id}:{deletion.ts}"
        gone = TakenBack(key, deletion.channel_id, deletion.ts)
        await self._database.write(lambda tx: enqueue(tx, Kind.TAKEN_BACK, gone, due_at=now, now=now))
        self._wake()

    async def record_reaction(self, reaction: Reaction, *, event_id: str = "") -> None:
        """Kept if the channel is watched; what was said of it last holds."""
        if self._channels().watched(reaction.channel_id) is None:
            return

        async def unit(tx: Tx) -> None:
            if not await self._is_news(tx, event_id):
                return
            crowd = await self._crowd(tx, reaction.channel_id, {reaction.user_id}, is_shared=reaction.is_shared)
            if reaction.user_id in crowd.names:
                row = rows.ReactionRow(
                    reaction.channel_id,
                    reaction.ts,
                    crowd.name(reaction.user_id),
                    reaction.name,
                    changed_ts=reaction.at_ts,
                    is_there=reaction.is_there,
                )
                await rows.put_reaction_changed(tx, row)
                await rows.end_reaction_of_before(tx, row, crowd.someone[reaction.user_id])
                await self._say_solved(tx, reaction)

        await self._database.write_together(unit)

    async def record_page(
        self,
        channel_id: str,
        page: Sequence[Standing],
        *,
        read_ts: str,
        gone: Sequence[Deletion] = (),
        requests: Mapping[str, Request] | None = None,
        overheard_since: str = "",
        is_shared: bool = False,
        also: Callable[[Tx], Awaitable[None]] | None = None,
    ) -> int:
        """How many messages said something new. `gone` vanished from where they stood; `also` joins the transaction.

        `read_ts` is when the page was read, as a ts: reactions are compared with events by it. What stands before
        `overheard_since` is answered only where it is one of `requests`.
        """
        said = [await self._placed(each.said) for each in page if isinstance(each.said, Message)]
        deleted = [each.said for each in page if isinstance(each.said, Deletion)]

        async def unit(tx: Tx) -> int:
            count = (await self._take_down(tx, channel_id, said, requests or {}, overheard_since=overheard_since)).news
            if self._channels().watched(channel_id) is not None:
                await self._take_back(tx, [*deleted, *gone])
                await self._see_reactions(tx, channel_id, page, read_ts, is_shared=is_shared)
            if also is not None:
                await also(tx)
            return count

        count = await self._database.write(unit)
        if count or requests:
            self._wake()
        return count

    async def know_all(self, user_ids: Collection[str]) -> bool:
        """Whether each of them has a pseudonym by now."""
        async with self._database.read() as tx:
            return (await known_pseudonyms(tx, user_ids)).keys() == set(user_ids)

    async def forget_words(self) -> None:
        """Words that are not to be kept any more go, a few at a time: what is live must not wait long for the lock."""
        channels = self._channels()
        before = self._clock.now() - timedelta(days=channels.text_days)
        counted = [channel.id for channel in channels.channels if channel.keep is Keep.COUNTS]
        while True:
            async with self._database.read() as tx:
                found = await rows.texts_to_forget(tx, before=before, counted=counted, limit=FORGOTTEN_AT_ONCE)
            if not found:
                return
            await self._database.write(partial(rows.forget_texts, found=found))

    async def _say_solved(self, tx: Tx, reaction: Reaction) -> None:
        """A check mark may mean that a question is solved: looked at in a while, when people are at work."""
        channels, now = self._channels(), self._clock.now()
        if reaction.name in CHECK_MARKS and reaction.is_there and not reaction.is_shared:
            time = channels.working_time(channels.watched(reaction.channel_id))
            solved = Solved(f"solved:{reaction.channel_id}:{reaction.ts}", reaction.channel_id, reaction.ts)
            await enqueue(tx, Kind.SOLVED, solved, due_at=time.first_from(now + SETTLED_AFTER), now=now)

    async def _is_news(self, tx: Tx, event_id: str) -> bool:
        return not event_id or await rows.is_new_event(tx, event_id, now=self._clock.now())

    async def _take_back(self, tx: Tx, gone: Sequence[Deletion]) -> None:
        if not gone:
            return
        for channel_id in sorted({each.channel_id for each in gone}):
            ts = [each.ts for each in gone if each.channel_id == channel_id]
            roots = await link_rows.threads_of(tx, channel_id, ts)
            await link_rows.drop(tx, channel_id, ts)
            await rows.put_deletions(tx, [each for each in gone if each.channel_id == channel_id])
            await linker.link(tx, channel_id, changed=ts, roots=roots)
            await cross_posts.find(tx, channel_id, ts)
        await withdraw(tx, _keys(gone))

    async def _take_down(
        self,
        tx: Tx,
        channel_id: str,
        said: Sequence[Message],
        requests: Mapping[str, Request],
        *,
        overheard_since: str = "",
    ) -> "_Taken":
        """Nothing of other companies' people or of nameless bots is kept, and nothing older than what is known."""
        channel = self._channels().watched(channel_id)
        ours = [each for each in said if each.author.user_id and rules.is_by_ours(each, self._workspace)]
        news = ours if channel is None else await rows.only_news(tx, channel_id, ours)
        if not news:
            return _Taken(0, is_asked=False)
        crowd = Crowd()
        if channel is not None:
            people = {each.author.user_id for each in ours} | _addressed(news)
            crowd = await self._crowd(tx, channel_id, people, mentioned=_mentioned(news))
            news = await self._keep(tx, channel, news, crowd, seen=ours)
        count = len(news)
        news = [each for each in news if each.ts in requests or each.ts >= overheard_since]
        return _Taken(count, is_asked=await self._ask(tx, channel, news, requests, crowd))

    async def _crowd(
        self,
        tx: Tx,
        channel_id: str,
        user_ids: Collection[str],
        *,
        mentioned: Collection[str] = (),
        is_shared: bool = False,
    ) -> Crowd:
        """In a channel shared with others only people who are known to be ours are named.

        Of those who are only mentioned it is known whether they are left out, and nothing more.
        """
        names: StandIns = await stand_ins(tx)
        left_out = await who_is_left_out(tx, {*user_ids, *mentioned}, names)
        others = set(user_ids) - left_out
        known = (
            await known_pseudonyms(tx, others)
            if is_shared
            else await pseudonyms_of(tx, others, now=self._clock.now(), new_id=self._new_id)
        )
        someone = {each: names.stand_in(each, channel_id) for each in user_ids}
        unnamed = {each: someone[each] for each in left_out.intersection(user_ids)}
        return Crowd(known | unnamed, left_out, someone)

    async def _keep(
        self, tx: Tx, channel: Channel, news: Sequence[Message], crowd: Crowd, *, seen: Sequence[Message]
    ) -> list[Message]:
        """Those of the news that were kept, with their questions; what older states of them asked for is withdrawn.

        `seen` are all that were read, known or not.
        """
        words_since = self._clock.now() - timedelta(days=self._channels().text_days)
        read = {each.ts: sentences.read(each.text) for each in news}  # once, for all that is asked of it
        given = [_row(each, channel, crowd, words_since, wording.gist_of(read[each.ts])) for each in news]
        kept_ts = await rows.put_messages(tx, given)
        kept = [each for each in news if each.ts in kept_ts]
        await withdraw(tx, _keys(kept))
        kinds = {each.ts: kind for each in kept if (kind := _kind(each, read[each.ts]))}
        # what was never edited was no question before
        await rows.drop_questions(tx, channel.id, [each.ts for each in kept if each.edited_ts and each.ts not in kinds])
        asked = [
            rows.QuestionRow(
                channel.id, each.ts, crowd.name(each.author.user_id), kinds[each.ts].value, wording.CLASSIFIER
            )
            for each in kept
            if each.ts in kinds
        ]
        await rows.put_questions(tx, asked)
        await cross_posts.find(tx, channel.id, [each.ts for each in kept if each.ts in kinds or each.edited_ts])
        found = linker.fresh(kept, _speaking(channel, seen, crowd), read, asking=kinds)
        await linker.link(tx, channel.id, found, roots={each.thread_ts for each in kept if each.thread_ts})
        return kept

    async def _ask(
        self,
        tx: Tx,
        channel: Channel | None,
        kept: Sequence[Message],
        requests: Mapping[str, Request],
        crowd: Crowd,
    ) -> bool:
        """Whether any work was put in that the messages ask for.

        Who is left out is heard only when they turn to the bot.
        """
        waited = channel.answer_after if channel is not None else timedelta(0)
        oldest = (self._clock.now() - TOO_OLD_TO_DO - waited - EDGE).timestamp()
        is_asked = False
        for message in kept:
            if message.author.is_bot or not message.is_plain or float(message.ts) < oldest:
                continue
            if message.had_secrets and channel is not None and message.author.user_id not in crowd.left_out:
                is_asked |= await self._warn(tx, message, crowd)
            if (request := requests.get(message.ts)) is not None:
                await self._do_as_asked(tx, message, request)
                is_asked = True
            elif await self._is_follow_up(tx, message):
                await self._go_on(tx, message)
                is_asked = True
            elif channel is not None and message.author.user_id not in crowd.left_out:
                is_asked |= await self._overhear(tx, channel, message, crowd)
        return is_asked

    async def _warn(self, tx: Tx, message: Message, crowd: Crowd) -> bool:
        now = self._clock.now()
        key, person = f"secret:{message.channel_id}:{message.ts}", crowd.name(message.author.user_id)
        seen = SecretSeen(key, person, message.channel_id, message.ts, message.thread_ts)
        return await enqueue(tx, Kind.SECRET_SEEN, seen, due_at=now, now=now)

    async def _do_as_asked(self, tx: Tx, message: Message, request: Request) -> None:
        now, user_id = self._clock.now(), message.author.user_id
        if now - moment(message.ts) >= TOO_OLD_TO_DO:
            return
        known = await pseudonyms_of(tx, [user_id], now=now, new_id=self._new_id)
        asking = _asking(message, known[user_id], text=request.text, asked=True)
        if message.edited_ts and await answer_rows.was_only_overheard(tx, asking.key):
            asking = replace(asking, key=f"{asking.key}{SECOND_LOOK}")  # the mention was edited in
        await enqueue(tx, request.kind, asking, due_at=now, now=now)
        if request.kind is Kind.ANSWER and is_urgent(request.text, self._urgent(message.channel_id)):
            await enqueue(tx, Kind.URGENT, asking, due_at=now, now=now)

    async def _go_on(self, tx: Tx, message: Message) -> None:
        now, user_id = self._clock.now(), message.author.user_id
        known = await known_pseudonyms(tx, [user_id])
        asking = replace(_asking(message, known[user_id], text=message.text, asked=True), follows=True)
        await enqueue(tx, Kind.ANSWER, asking, due_at=now, now=now)

    async def _overhear(self, tx: Tx, channel: Channel, message: Message, crowd: Crowd) -> bool:
        now, due_at = self._clock.now(), rules.when_to_answer(channel, moment(message.ts), message.text)
        if due_at is None or now - due_at >= TOO_OLD_TO_DO or not _kind(message, sentences.read(message.text)):
            return False
        asking = _asking(message, crowd.name(message.author.user_id), text=_words(message, crowd))
        await enqueue(tx, Kind.ANSWER, asking, due_at=due_at, now=now)
        for kind in _meanwhile(channel, message):
            await enqueue(tx, kind, asking, due_at=now, now=now)
        return True

    def _urgent(self, channel_id: str) -> tuple[str, ...]:
        return self._channels().urgent_in(channel_id)

    async def _goes_on(self, message: Message) -> bool:
        async with self._database.read() as tx:
            return await self._is_follow_up(tx, message)

    async def _is_follow_up(self, tx: Tx, message: Message) -> bool:
        """Whether it may go on from what its author asked the bot in the same thread. Nothing of it need be kept."""
        user_id, is_old = message.author.user_id, self._clock.now() - moment(message.ts) >= TOO_OLD_TO_DO
        if is_old or message.thread_ts is None or not rules.may_go_on(message):
            return False
        known = await known_pseudonyms(tx, [user_id])
        return user_id in known and await answer_rows.has_asked_in(
            tx, known[user_id], message.channel_id, message.thread_ts
        )

    async def _see_reactions(
        self, tx: Tx, channel_id: str, page: Sequence[Standing], read_ts: str, *, is_shared: bool
    ) -> None:
        """Holds what is known against what stands there, and writes down only what differs.

        What somebody set while they were left out stays someone's, though they are counted again.
        """
        shown = {(each.ts, name): (users, is_all) for each in page for name, users, is_all in each.reactions}
        people = {user for users, _ in shown.values() for user in users}
        known = await rows.reactions_on(tx, channel_id, [each.ts for each in page])
        crowd = await self._crowd(tx, channel_id, people, is_shared=is_shared) if people else Crowd()
        held = {(row.ts, row.person, row.name) for row in known if row.holds}
        there = {
            (ts, crowd.someone[user] if (ts, crowd.someone[user], name) in held else crowd.name(user), name)
            for (ts, name), (users, _) in shown.items()
            for user in users
            if user in crowd.names
        }
        cut_short = {key for key, (_, is_all) in shown.items() if not is_all}
        lost = {key for key in held - there if (key[0], key[2]) not in cut_short}
        seen = [(key, True) for key in there - held] + [(key, False) for key in lost]
        news = [
            rows.ReactionRow(channel_id, ts, person, name, seen_ts=read_ts, was_there=is_there)
            for (ts, person, name), is_there in sorted(seen)
        ]
        await rows.put_reactions_seen(tx, news)


def _keys(changed: Sequence[Message | Deletion]) -> list[str]:
    """Under which older states of these messages may have asked for something."""
    plain = [f"{each.channel_id}:{each.ts}" for each in changed]
    return [*plain, *(f"{key}{SECOND_LOOK}" for key in plain)]


def _row(
    message: Message, channel: Channel, crowd: Crowd, words_since: datetime, gist: wording.Gist
) -> rows.MessageRow:
    author = message.author
    has_words = channel.keep is Keep.TEXT and author.user_id not in crowd.left_out and moment(message.ts) >= words_since
    return rows.MessageRow(
        channel_id=message.channel_id,
        ts=message.ts,
        thread_ts=message.thread_ts,
        author=crowd.name(author.user_id),
        author_kind=rows.BOT if author.is_bot else rows.PERSON,
        text=_words(message, crowd) if has_words else None,
        gist=gist.value,
        addressee=_addressee(message, crowd),
        edited_ts=message.edited_ts,
    )


def _speaking(channel: Channel, seen: Sequence[Message], crowd: Crowd) -> list[Message]:
    """Those whose words bear on links: in channels that keep words, of authors who are not left out, old or new."""
    may_speak = channel.keep is Keep.TEXT
    return [each for each in seen if may_speak and each.author.user_id not in crowd.left_out]


def _addressed(messages: Sequence[Message]) -> set[str]:
    return {user_id for each in messages if (user_id := _addressee_id(each)) is not None}


def _mentioned(messages: Sequence[Message]) -> set[str]:
    mentions = {found[1] for each in messages for found in MENTIONED.finditer(each.text)}
    return mentions | {each.named for each in messages if each.named is not None}


def _words(message: Message, crowd: Crowd) -> str:
    """What is kept of what was said: who is left out is not named in it."""
    return MENTIONED.sub(lambda found: "someone" if found[1] in crowd.left_out else found[0], message.text)


def _addressee(message: Message, crowd: Crowd) -> str | None:
    """The first person the message mentions, or whom it names; nobody who is left out."""
    user_id = _addressee_id(message)
    return crowd.name(user_id) if user_id is not None and user_id not in crowd.left_out else None


def _addressee_id(message: Message) -> str | None:
    found = MENTIONED.search(message.text)
    return found[1] if found else message.named


def _meanwhile(channel: Channel, message: Message) -> Sequence[Kind]:
    """What is done at once for a question that was overheard, whenever it is answered."""
    if message.is_shared:
        return ()
    if rules.may_call_people(channel, message.text):
        return (Kind.URGENT,)
    return (Kind.HINT,) if rules.is_left_to_peers(channel, moment(message.ts), message.text) else ()


def _kind(message: Message, said: sentences.Wording) -> wording.QuestionKind | None:
    """What kind of question it is; None when it is none."""
    return wording.question_kind_of(message.text, said) if rules.may_be_question(message) else None


def _asking(message: Message, asker: str, *, text: str, asked: bool = False) -> Asking:
    return Asking(
        key=f"{message.channel_id}:{message.ts}",
        asker=asker,
        text=text,
        channel_id=message.channel_id,
        question_ts=message.ts,
        thread_ts=message.thread_ts,
        asked=asked,
        is_direct=message.is_direct,
        is_shared=message.is_shared,
    )
