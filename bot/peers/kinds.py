"""People say what kind a question is; that outweighs the rules for good."""

from bot import effects, kinds
from bot.authority import Act
from bot.desk import Desk
from bot.kinds import Chosen
from bot.peers import blocks
from bot.people import PeopleService
from bot.storage import peers as rows
from bot.wanted import Kind, KindSaid

UNKNOWN = "That question is not there any more."
NOT_TAKEN = "That was not saved. Please choose again."


class KindService:
    def __init__(self, desk: Desk, people: PeopleService) -> None:
        self._desk = desk
        self._people = people

    async def take_choice(self, chosen: Chosen, *, key: str, user_id: str, response_url: str | None) -> None:
        """Takes it down; whether it counts is decided right after, with the rights as they are then."""

        def wanted(person: str) -> KindSaid:
            place, kind = (chosen.channel_id, chosen.ts), chosen.kind
            return KindSaid(f"{person}:{key}", person, *place, kind, response_url=response_url)

        await self._desk.take(Kind.SAY_KIND, user_id, wanted)

    async def correct(self, said: KindSaid) -> None:
        """Kept if the person may say it; they are told what came of it where they do not see it."""
        reason = await self._refusal(said)
        if not reason:
            row = rows.KindSaid(said.channel_id, said.ts, said.person, said.kind)
            now = self._desk.clock.now()
            await self._desk.database.write(lambda tx: rows.correct_kind(tx, row, now=now))
        is_shown = said.response_url is None  # in Home the menu itself shows what was chosen
        if said.is_told and (reason or not is_shown):
            await self._tell(said, reason or f"Noted: {kinds.in_words(said.kind)}. It stays so.")

    async def given_up(self, said: KindSaid) -> None:
        if said.is_told:
            await self._tell(said, NOT_TAKEN)

    async def _refusal(self, said: KindSaid) -> str:
        """Why the person may not say it; "" when they may."""
        async with self._desk.database.read() as tx:
            question = await rows.question_found(tx, said.channel_id, said.ts)
        if question is None:
            return UNKNOWN
        profile = await self._people.profile(said.person)
        return await self._people.why_not(profile, Act.SAY_KIND, is_asker=question.asker == said.person)

    async def _tell(self, said: KindSaid, words: str) -> None:
        shown = blocks.refusal(words)
        effect = effects.privately(f"kind:{said.key}", said.person, shown, response_url=said.response_url)
        await self._desk.send(effect)
