"""Offers a draft to who solved a question that no article answers: to them alone, and seldom."""

from dataclasses import replace

from bot import effects
from bot.curation import draft_blocks as blocks
from bot.curation.draft_maker import DraftMaker
from bot.curation.draft_rules import marked_reply
from bot.desk import Desk
from bot.model import Line, Talk
from bot.storage import drafts as rows
from bot.storage import proposals as proposal_rows
from bot.storage.engine import Tx
from bot.storage.people import is_stand_in
from bot.wanted import Solved
from knowledge.article import Audience
from knowledge.channels import AnswerMode

KNOWN_AT = 0.5  # confidence: more likely than not an article answers it already, and nobody is bothered


class OfferService:
    def __init__(self, desk: Desk, maker: DraftMaker) -> None:
        self._desk = desk
        self._maker = maker

    async def offer(self, solved: Solved) -> None:
        """Who solved a question that no article answers is asked whether a draft shall be made of it.

        Nobody of a channel in shadow: there the platform team alone hears of the bot.
        """
        watched = self._desk.shelf.library.handbook.channels.watched(solved.channel_id)
        if watched is None or watched.answer is AnswerMode.SHADOW:
            return
        async with self._desk.database.read() as tx:
            root = await rows.root_of(tx, solved.channel_id, solved.ts)
            talk = await rows.talk(tx, solved.channel_id, root) if root else None
            reply = marked_reply(talk) if talk else None
            if talk is None or reply is None or not talk.first.text or is_stand_in(reply.author):
                return
            if reply.author == talk.first.author or await rows.wants_no_offers(tx, reply.author):
                return
            if await proposal_rows.of_thread(tx, talk.channel_id, talk.first.ts):
                return
        found = self._desk.shelf.library.index.search(talk.first.text, audiences=frozenset({Audience.PUBLIC}))
        if found.confidence >= KNOWN_AT or await self._maker.why_not(reply.author, talk.channel_id):
            return
        await self._offer(talk, reply)

    async def _offer(self, talk: Talk, reply: Line) -> None:
        key = f"offer:{talk.channel_id}:{talk.first.ts}"
        draft = replace(self._maker.new(key, reply.author, talk, reply), state=rows.OFFERED)
        permalink = await self._desk.slack.permalink(talk.channel_id, talk.first.ts)
        effect = effects.privately(key, reply.author, blocks.offer(permalink, draft.id), kind=blocks.OFFER)

        async def unit(tx: Tx) -> None:
            if await rows.add(tx, draft):
                await self._desk.outbox.put(tx, effect)

        await self._desk.database.write(unit)
        self._desk.outbox.bell.set()
