"""Publishes App Home when somebody opens it, and takes what is asked there.

Publishing again is harmless, so it needs no outbox.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta

import structlog

from bot import effects
from bot.desk import Desk
from bot.errors import SlackRefused
from bot.home import blocks
from bot.home.blocks import SHOWN_MOST, Offer, Question
from bot.home.prompts import LATELY, first_questions
from bot.model import Json, Window
from bot.peers.cases import Case
from bot.peers.facts import FactsService
from bot.storage import answers as answer_rows
from bot.storage import channels as channel_rows
from bot.storage import peers as peer_rows
from bot.storage.engine import Tx
from bot.storage.people import pseudonym_of, slack_id_of, stand_ins, who_is_left_out
from bot.wanted import Asking, Kind, Opened
from bot.work import enqueue

log = structlog.get_logger(__name__)

LOOK_BACK = timedelta(weeks=4)

Part = Callable[[str], Awaitable[Sequence[Json]]]  # blocks for a person; none for who may not see them


class HomeService:
    """`welcome` is for who is new here; `parts` are everybody's, each their own; `team_parts` the platform team's."""

    def __init__(
        self,
        desk: Desk,
        facts: FactsService,
        *,
        welcome: Part,
        parts: Sequence[Part] = (),
        team_parts: Sequence[Part] = (),
        command: str,
    ) -> None:
        self._desk = desk
        self._facts = facts
        self._welcome = welcome
        self._parts = parts
        self._team_parts = team_parts
        self._command = command

    async def take_opened(self, *, key: str, user_id: str) -> None:
        """Somebody looks at their Home: it is made right after."""
        await self._desk.take(Kind.HOME, user_id, lambda person: Opened(f"{person}:{key}", person))

    async def take_question(self, question: str, *, key: str, user_id: str) -> None:
        """Asked in the box: it is answered in the direct messages, and Home is made anew with an empty box."""
        now = self._desk.clock.now()

        async def unit(tx: Tx) -> None:
            person = await pseudonym_of(tx, user_id, now=now, new_id=self._desk.new_id)
            asking = Asking(f"home:{person}:{key}", person, question, channel_id="", is_direct=True)
            echo = effects.privately(f"asked:{asking.key}", person, blocks.asked(question), kind=blocks.ASKED)
            if question.strip() and await enqueue(tx, Kind.ANSWER, asking, due_at=now, now=now):
                await self._desk.outbox.put(tx, echo)
            await enqueue(tx, Kind.HOME, Opened(f"{person}:{key}", person), due_at=now, now=now)

        await self._desk.database.write(unit)
        self._desk.outbox.bell.set()
        self._desk.wake()

    async def take_prompt(self, prompt_id: str, *, key: str, user_id: str) -> None:
        """A suggested question was pressed. Of one that the handbook has no more only Home is made anew."""
        articles = self._desk.shelf.library.handbook.articles
        known = {blocks.prompt_id(question): question for article in articles for question in article.questions}
        await self.take_question(known.get(prompt_id, ""), key=key, user_id=user_id)

    async def publish(self, opened: Opened) -> None:
        now = self._desk.clock.now()
        async with self._desk.database.read() as tx:
            user_id = await slack_id_of(tx, opened.person)
            if user_id is None:
                return  # erased meanwhile
            is_left_out = bool(await who_is_left_out(tx, [user_id], await stand_ins(tx)))
            cited = await answer_rows.cited_since(tx, now - LATELY)
        mine: Sequence[Case] = ()
        if not is_left_out:
            mine = await self._facts.cases(Window(now - LOOK_BACK, now), asker=opened.person)
        handbook = self._desk.shelf.library.handbook
        view = blocks.home(
            await self._questions(mine[-SHOWN_MOST:]),
            Offer(self._desk.new_id(), first_questions(handbook.articles, cited)),
            is_left_out=is_left_out,
            command=self._command,
            timezone=handbook.channels.timezone,
            welcome=() if is_left_out else await self._welcome(opened.person),
            parts=[block for part in self._parts for block in await part(opened.person)],
            for_team=[block for part in self._team_parts for block in await part(opened.person)],
        )
        await self._desk.slack.publish_home(user_id, view)

    async def _questions(self, mine: Sequence[Case]) -> list[Question]:
        """Newest first."""
        async with self._desk.database.read() as tx:
            names = {each.channel_id: each.name for each in await channel_rows.states(tx)}
            texts = [(await peer_rows.newest_text(tx, each.channel_id, each.ts))[0] or "" for each in mine]
        links = await asyncio.gather(*map(self._permalink, mine))
        shown = [_question(*each, names) for each in zip(mine, texts, links, strict=True)]
        return list(reversed(shown))

    async def _permalink(self, case: Case) -> str:
        """ "" where Slack gives none: the bot may be in the channel no more, or it was imported."""
        try:
            return await self._desk.slack.permalink(case.channel_id, case.ts)
        except SlackRefused as refused:
            log.warning("home.no_permalink", reason=refused.code)
            return ""


def _question(case: Case, text: str, permalink: str, names: Mapping[str, str]) -> Question:
    return Question(case, names.get(case.channel_id) or case.channel_id, text, permalink)
