"""Makes drafts: from which thread one may be made, in which words, and how it is shown.

Decides nothing about what becomes of them: that is `bot.curation.drafts`'.
"""

from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

from bot import effects
from bot.authority import Act
from bot.blockkit import clip
from bot.curation import draft_blocks as blocks
from bot.curation.draft_rules import Written, article, sketched, template
from bot.desk import Desk
from bot.errors import SlackRefused
from bot.file_names import file_name
from bot.masking import masked
from bot.model import Effect, Line, Talk, Turn, moment
from bot.model_client import ModelClient
from bot.people import PeopleService
from bot.sketch import sketch_article
from bot.storage import drafts as rows
from bot.storage.drafts import Draft
from bot.storage.people import is_stand_in, slack_id_of
from bot.wanted import Decision, Saving
from knowledge.article import Audience
from knowledge.channels import Keep

WORDS_MOST = 6_000  # characters of a message that a draft is made from, so that whoever saves it sees all of it
NEAR_AT = 0.3  # an article this near lends a draft its owner and tags, which the reviewers see

NOT_WATCHED = "I keep nothing of this channel, as the handbook does not name it, so I cannot draft from it."
COUNTS_ONLY = "Of this channel I keep no words, as the handbook says, so I cannot draft from it."
PRIVATE = "This channel is private, and the handbook may not be. Please write the article yourself, if people agree."
SHARED = "This channel is shared with another company, so nothing of it goes into the handbook."


class DraftMaker:
    """`can_propose` is whether the handbook lies in a repository. Without a model a draft quotes the reply."""

    def __init__(
        self, desk: Desk, people: PeopleService, *, can_propose: bool, model: ModelClient | None = None
    ) -> None:
        self._desk = desk
        self._people = people
        self._can_propose = can_propose
        self._model = model

    async def why_not(self, person: str, channel_id: str) -> str:
        """Why the person may not have a draft made from this channel; "" when they may."""
        library = self._desk.shelf.library
        profile = await self._people.profile(person)
        if reason := await self._people.why_not(profile, Act.ASK):
            return reason
        channel = library.handbook.channels.watched(channel_id)
        if channel is None:
            return NOT_WATCHED
        try:
            info = await self._desk.slack.channel_info(channel_id)
        except SlackRefused:  # private, and we are not in it
            return PRIVATE
        if info.is_shared:
            return SHARED
        if info.is_private:
            return PRIVATE
        return COUNTS_ONLY if channel.keep is Keep.COUNTS else ""

    def new(self, key: str, saver: str, talk: Talk, reply: Line) -> Draft:
        return Draft(
            id=self._desk.new_id(),
            key=key,
            channel_id=talk.channel_id,
            root=talk.first.ts,
            reply_ts=reply.ts,
            saver=saver,
            asker=None if is_stand_in(talk.first.author) else talk.first.author,
            solver=None if is_stand_in(reply.author) else reply.author,
            credit=rows.UNASKED,
            state=rows.SHOWN,
            words=None,
            owner="",
            tags=(),
            file="",
            created_at=self._desk.clock.now(),
        )

    async def filled(self, draft: Draft, talk: Talk, reply: Line) -> Draft:
        """With its words, by the model or the template, and what the nearest article lends it."""
        names = await self._people.names_of(talk.people)
        question, answer = (masked(clip(line.text or "", WORDS_MOST), names=names) for line in (talk.first, reply))
        thread = (Turn("asker", question), Turn("someone", answer))
        sketch = await sketch_article(self._model, thread, person=draft.saver)
        written = template(question, answer)
        if sketch is not None:
            written = sketched(sketch.title, sketch.questions, sketch.body, instead_of=written)
        library = self._desk.shelf.library
        found = library.index.search(question, audiences=frozenset({Audience.PUBLIC}))
        near = found.hits[0].article if found.hits and found.confidence >= NEAR_AT else None
        return replace(
            draft,
            words=written.to_json(),
            owner=near.owner[:200] if near else "",
            tags=near.tags if near else (),
            file=file_name(written.title, taken=[each.id for each in library.handbook.articles]),
        )

    async def shown(self, draft: Draft, asked: Saving | Decision) -> Effect:
        """To whoever asked for it, once an asking."""
        shown = blocks.draft(
            await self.text(draft, ""),
            draft.id,
            file=f"articles/{draft.file}",
            is_own=draft.saver == draft.solver,
            was_asked=draft.credit == rows.ASKED,
            has_repository=self._can_propose,
        )
        key = f"draft:{asked.key}"
        return effects.privately(key, draft.saver, shown, response_url=asked.response_url, kind=blocks.DRAFT)

    async def may_i_name_you(self, draft: Draft) -> Effect:
        permalink = await self._desk.slack.permalink(draft.channel_id, draft.reply_ts)
        shown = blocks.may_i_name_you(permalink, draft.id)
        return effects.privately(f"credit:{draft.id}", draft.solver or "", shown, kind=blocks.CREDIT)

    async def text(self, draft: Draft, credit: str) -> str:
        return article(
            Written.from_json(draft.words or {}),
            owner=draft.owner,
            tags=draft.tags,
            permalink=await self._desk.slack.permalink(draft.channel_id, draft.root),
            asked_on=self._day(draft.root),
            credit=credit,
        )

    def _day(self, ts: str) -> date:
        return moment(ts).astimezone(ZoneInfo(self._desk.shelf.library.handbook.channels.timezone)).date()

    async def name_of(self, person: str) -> str:
        """Slack's name of somebody who let it be told; "" once they were erased."""
        async with self._desk.database.read() as tx:
            slack_id = await slack_id_of(tx, person)
        return await self._desk.slack.real_name(slack_id) if slack_id else ""
