"""Brings somebody's wish to talk about their answer to the platform team: with what they chose to let go along.

Nothing is automatic: without a press nobody is known. Nothing is stored but the one message, in the outbox.
"""

from collections.abc import Awaitable, Callable

from bot import effects
from bot.authority import Act
from bot.blockkit import Shown
from bot.desk import Desk
from bot.model import Effect
from bot.people import PeopleService
from bot.storage import survey_results as rows
from bot.storage.engine import Tx
from bot.storage.people import slack_id_of
from bot.surveys import definition
from bot.surveys import talk_blocks as blocks
from bot.surveys.talk_blocks import Along, Given
from bot.wanted import Kind, TalkWanted
from knowledge.surveys import Survey

ReadGiven = Callable[[str, str], Awaitable[Given | None]]  # of a wave and a Slack id; None once it cannot be found

NOT_TAKEN = "That was not saved: something broke on my side, and my operators see it. Please press again."
NOWHERE = "The handbook names no channel of the platform team, so nobody would read it. `human` gets you a person."
NOT_ASKED = "This survey did not ask you, or does not offer talks."


class TalkService:
    """`read_given` finds what the person answered, while the wave is open."""

    def __init__(self, desk: Desk, people: PeopleService, read_given: ReadGiven) -> None:
        self._desk = desk
        self._people = people
        self._read_given = read_given

    async def take(self, wave_id: str, along: Along, *, key: str, user_id: str, response_url: str | None) -> None:
        """Takes the press down: with the choice, and without a score. `key` is the press's."""

        def wanted(person: str) -> TalkWanted:
            return TalkWanted(f"{person}:{key}", person, wave_id, along.value, response_url)

        await self._desk.take(Kind.TALK, user_id, wanted)

    async def tell(self, talk: TalkWanted) -> None:
        """One message to the platform channel, a wave and person, and a word to the person; or why not."""
        profile = await self._people.profile(talk.person)
        async with self._desk.database.read() as tx:
            survey = await self._survey(tx, talk)
            user_id = await slack_id_of(tx, talk.person)
        channel_id = self._desk.shelf.library.handbook.channels.platform_channel
        if reason := await self._people.why_not(profile, Act.ASK):
            await self._answer(talk, blocks.said(reason))
        elif survey is None or user_id is None:
            await self._answer(talk, blocks.said(NOT_ASKED))
        elif not channel_id:
            await self._answer(talk, blocks.said(NOWHERE))
        else:
            await self._tell(talk, survey, user_id, channel_id)

    async def given_up(self, talk: TalkWanted) -> None:
        await self._answer(talk, blocks.said(NOT_TAKEN))

    async def _survey(self, tx: Tx, talk: TalkWanted) -> Survey | None:
        """The survey of a wave that asked this person, and offers talks."""
        kept = await rows.definition_for(tx, talk.wave_id, talk.person)
        survey = definition.from_json(kept) if kept else None
        return survey if survey is not None and survey.is_talk_offered else None

    async def _tell(self, talk: TalkWanted, survey: Survey, user_id: str, channel_id: str) -> None:
        along = Along(talk.context)
        given = None if along is Along.NOTHING else await self._read_given(talk.wave_id, user_id)
        name = await self._desk.slack.real_name(user_id)
        wanted = blocks.wanted(name, survey, given, along)
        posted = effects.in_channel(f"talk:{talk.wave_id}:{talk.person}", blocks.TALK, channel_id, wanted)

        async def unit(tx: Tx) -> None:
            """In one, so that nobody is told that more went along than did."""
            is_new = await self._desk.outbox.put(tx, posted)
            told = blocks.taken(given, along) if is_new else blocks.taken_before()
            await self._desk.outbox.put(tx, _privately(talk, told))

        await self._desk.database.write(unit)
        self._desk.outbox.bell.set()

    async def _answer(self, talk: TalkWanted, shown: Shown) -> None:
        await self._desk.send(_privately(talk, shown))


def _privately(talk: TalkWanted, shown: Shown) -> Effect:
    key, url = f"talk-taken:{talk.key}", talk.response_url
    return effects.privately(key, talk.person, shown, response_url=url, kind=blocks.TALK_TAKEN)
