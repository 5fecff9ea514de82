"""Reads what was said before a question from Slack, and keeps none of it: Slack's history is the source of truth."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog

from bot import wire
from bot.answers.rules import NOT_ASKED_HERE
from bot.answers.turns import LATELY, By, Said, turns_before, why_left
from bot.desk import Desk
from bot.errors import PayloadMalformed, SlackError
from bot.model import Json, Message, Turn, moment
from bot.storage import answers as rows
from bot.storage.answers import Answer
from bot.storage.people import stand_ins, who_is_left_out
from bot.wanted import Asking

log = structlog.get_logger(__name__)

CALL = re.compile(r"<(?:@[UW]|!)[^<>]*>")  # people, a group of them, or everybody


@dataclass(frozen=True)
class Context:
    """What was said before, and what the bot answered in it."""

    turns: tuple[Turn, ...] = ()
    answered: frozenset[str] = frozenset()


class ContextService:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def why_left(self, asking: Asking, user_id: str) -> str:
        """Why what the asker says next in a thread is not the bot's to answer; "" when it is. `user_id` is theirs.

        Raises SlackError: what it cannot read it does not guess.
        """
        if asking.question_ts is None or asking.thread_ts is None:
            return NOT_ASKED_HERE
        if not await self._answers(asking, thread_ts=asking.thread_ts):
            return NOT_ASKED_HERE
        thread = await self._read(asking, user_id, thread_ts=asking.thread_ts)
        calls = bool(CALL.search(asking.text))
        return why_left(thread, Said(asking.question_ts, By.ASKER, asking.text, calls=calls))

    async def before(self, asking: Asking, user_id: str) -> Context:
        """What went before the question in its thread, or lately in the direct messages it was written in.

        Empty where nothing did, and where it cannot be read: the question is answered without.
        """
        ts = asking.question_ts
        if ts is None or asking.is_shared or not asking.asked:
            return Context()
        try:
            if asking.thread_ts is not None:
                return await self._in_thread(asking, ts, asking.thread_ts, user_id)
            return await self._lately(asking, ts, user_id) if asking.is_direct else Context()
        except SlackError as error:
            log.warning("answers.no_context", reason=str(error))
            return Context()

    async def _in_thread(self, asking: Asking, ts: str, thread_ts: str, user_id: str) -> Context:
        earlier = await self._answers(asking, thread_ts=thread_ts)
        thread = await self._read(asking, user_id, thread_ts=thread_ts)
        return Context(turns_before(thread, ts), frozenset(each.text for each in earlier if each.text))

    async def _lately(self, asking: Asking, ts: str, user_id: str) -> Context:
        """Beside any thread: what the person wrote in the last half hour, and the answers, which are in threads."""
        earlier = {each.question_ts: each for each in await self._answers(asking, lately=LATELY)}
        if not earlier:
            return Context()
        since = f"{(moment(ts) - LATELY).timestamp():.6f}"
        asked = await self._read(asking, user_id, oldest=since)
        told = [Said(each.ts, By.BOT, earlier[each.ts].text) for each in asked if each.ts in earlier]
        both = sorted([*asked, *told], key=lambda said: said.ts)  # stable: an answer comes after its question
        return Context(turns_before(both, ts), frozenset(each.text for each in earlier.values() if each.text))

    async def _answers(
        self, asking: Asking, *, thread_ts: str | None = None, lately: timedelta | None = None
    ) -> Sequence[Answer]:
        since = self._desk.clock.now() - lately if lately else None
        async with self._desk.database.read() as tx:
            return await rows.given_to(
                tx, asking.asker, asking.channel_id, thread_ts=thread_ts, since=since, but=asking.key
            )

    async def _read(
        self, asking: Asking, user_id: str, *, thread_ts: str | None = None, oldest: str = ""
    ) -> list[Said]:
        """People's words and the bot's, without those of people who are left out."""
        latest = asking.question_ts or ""
        listed = await self._desk.slack.said_before(
            asking.channel_id, latest=latest, thread_ts=thread_ts, oldest=oldest
        )
        messages = [each for each in (self._message(one, asking.channel_id) for one in listed) if each]
        others = {each.author.user_id for each in messages} - {user_id, ""}
        async with self._desk.database.read() as tx:
            left_out = await who_is_left_out(tx, others, await stand_ins(tx))
        return list(self._said(messages, user_id, left_out))

    def _said(self, messages: Iterable[Message], user_id: str, left_out: Collection[str]) -> Iterable[Said]:
        workspace = self._desk.workspace
        us = (workspace.bot_user_id, workspace.bot_id)
        for each in messages:
            author = each.author
            if author.is_bot and author.user_id not in us:
                continue
            by = By.BOT if author.user_id in us else By.ASKER if author.user_id == user_id else By.SOMEONE
            own = wire.without_mention(each.text, workspace)
            text = "" if author.user_id in left_out else own
            yield Said(each.ts, by, text, calls=bool(CALL.search(own)), to_us=each.mentions_us)

    def _message(self, listed: Json, channel_id: str) -> Message | None:
        try:
            return wire.read_message(listed, channel_id, self._desk.workspace, is_shared=False)
        except PayloadMalformed:
            return None
