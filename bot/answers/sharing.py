"""Brings what somebody asked by the command into the channel they asked it in, by their own press and no name.

An answer is shared only if all it rests on is public; a question is posted only after its asker saw what would be.
"""

from dataclasses import replace

from bot import effects
from bot.answers import blocks, sharing_blocks
from bot.answers.rules import Answered
from bot.answers.sources import as_seen, draft_of, standing
from bot.answers.writer import Draft, quote
from bot.authority import Act
from bot.blockkit import Shown
from bot.desk import Desk
from bot.errors import SlackRefused
from bot.model import Effect, Json, Profile
from bot.notice_board import carried, with_lines
from bot.people import PeopleService
from bot.storage.answers import Answer
from bot.storage.engine import Tx
from bot.wanted import Asking, Press
from knowledge.audience import Audience
from knowledge.index import Hit

CHANNELS = ("C", "G")  # first letters of ids; "D" is a direct message, which has nobody else in it
NOT_KEPT = "I do not have the words of your question any more. Please ask again."
NOTHING = "There is no answer here that could be shared."
NOT_PUBLIC = "This cannot be shared: it rests on something that not everybody may see."
NOT_THERE = "I am not in that channel. Somebody there can invite me; then please press again."
ARCHIVED = "That channel is archived."
SHARED_CHANNEL = "That channel is shared with another company, so I post nothing there."
NOT_A_MEMBER = "You are not in that channel, so you cannot post there through me."
SHARED_BEFORE = "This was shared in the channel already."
POSTED_BEFORE = "This question was posted in the channel already."


class SharingService:
    def __init__(self, desk: Desk, people: PeopleService) -> None:
        self._desk = desk
        self._people = people

    def asked_in(self, asking: Asking) -> str:
        """The channel in which a command was used, for a press to come; "" for any other asking."""
        is_there = asking.response_url is not None and asking.channel_id.startswith(CHANNELS)
        return asking.channel_id if is_there else ""

    def offered(self, effect: Effect, answer: Answer) -> Effect:
        """A private answer's message, with what can be done with it in the channel."""
        return replace(effect, blocks=(*effect.blocks, *self.offer(answer)))

    def offer(self, answer: Answer) -> tuple[Json, ...]:
        """Share it, or ask people where there is nothing to share."""
        if answer.surface != "private" or not answer.asked_in or not answer.question:
            return ()
        match answer.outcome:
            case "answered" | "suggested":
                is_public = self._public_part(answer) is not None
                return sharing_blocks.can_share(answer.id) if is_public else sharing_blocks.cannot_share()
            case "silent" | "person":
                return sharing_blocks.can_ask_people(answer.id)
            case _:
                return ()

    async def share(self, press: Press, answer: Answer, profile: Profile, *, seen: Shown) -> str:
        """Why not; "" when it is posted and `seen` takes the place of the private message."""
        if answer.outcome not in ("answered", "suggested"):
            return NOTHING
        if reason := await self._refusal(answer, profile):
            return reason
        draft = self._public_part(answer)
        if draft is None:
            return NOT_PUBLIC
        is_sure, today = answer.outcome == "answered", self._desk.today()
        found = blocks.answer(replace(draft, pointers=()), answer.id, is_sure=is_sure, today=today, can_press=False)
        found = with_lines(found, carried(seen.blocks))
        key, shown = f"shared:{answer.id}:{answer.asked_in}", sharing_blocks.shared(answer.question or "", found)
        effect = effects.in_channel(key, sharing_blocks.SHARED, answer.asked_in, shown)
        await self._post(press, effect, seen=seen, before=SHARED_BEFORE)
        return ""

    async def preview(self, press: Press, answer: Answer) -> str:
        """Why not; "" when the asker is shown what would be posted."""
        if not (answer.question and answer.asked_in):
            return NOT_KEPT
        shown = sharing_blocks.preview(answer.question, answer.id)
        await self._desk.send(_in_place(press, shown))
        return ""

    async def post_question(self, press: Press, answer: Answer, profile: Profile, *, mention: str) -> str:
        """Why not; "" when it is posted. `mention` is for those who asked for a person."""
        if reason := await self._refusal(answer, profile):
            return reason
        key = f"asked:{answer.stands_in or answer.key}:{answer.asked_in}"
        shown = sharing_blocks.posted(answer.question or "", mention=mention)
        effect = effects.in_channel(key, sharing_blocks.QUESTION_POSTED, answer.asked_in, shown)
        await self._post(press, effect, seen=sharing_blocks.was_posted(), before=POSTED_BEFORE)
        return ""

    async def _post(self, press: Press, effect: Effect, *, seen: Shown, before: str) -> None:
        """Once: a second press is told so."""

        async def unit(tx: Tx) -> None:
            is_new = await self._desk.outbox.put(tx, effect)
            await self._desk.outbox.put(tx, _in_place(press, seen if is_new else blocks.refusal(before)))

        await self._desk.database.write(unit)
        self._desk.outbox.bell.set()

    def _public_part(self, answer: Answer) -> Draft | None:
        """The answer with its public sources, if its words come from no other; None if they may."""
        public = standing(self._desk.shelf.library.handbook, answer.sources, {Audience.PUBLIC})
        draft, hits = draft_of(answer), {hit.article.id: hit for hit in public}
        sources = tuple(as_seen(each, hits[each.id]) for each in draft.sources if each.id in hits)
        if len(sources) == len(draft.sources):
            return replace(draft, sources=sources)
        if answer.outcome == "suggested":
            return Draft("", sources) if sources else None
        return Draft(answer.text, sources) if public and _is_quoted(answer, public[0]) else None

    async def _refusal(self, answer: Answer, profile: Profile) -> str:
        """Why nothing may be posted there for this person now; "" when it may."""
        if not (answer.question and answer.asked_in):
            return NOT_KEPT
        if reason := await self._people.why_not(profile, Act.ASK):
            return reason
        return await self._why_not_there(answer.asked_in, profile)

    async def _why_not_there(self, channel_id: str, profile: Profile) -> str:
        try:
            info = await self._desk.slack.channel_info(channel_id)
        except SlackRefused:
            return NOT_THERE
        if info.is_shared:
            return SHARED_CHANNEL
        if info.is_archived:
            return ARCHIVED
        if not info.is_member:
            return NOT_THERE
        return "" if await self._desk.slack.is_in(channel_id, profile.user_id) else NOT_A_MEMBER


def _is_quoted(answer: Answer, first: Hit) -> bool:
    """Whether its words are the section's own: then none of them came from the sources named beside it."""
    is_first = answer.article == first.article.id
    return is_first and answer.text == quote(answer.question or "", Answered((first,), answer.confidence)).text


def _in_place(press: Press, shown: Shown) -> Effect:
    return effects.in_place(f"press:{press.key}", press.person, shown, response_url=press.response_url)
