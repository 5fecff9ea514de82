"""Takes down what people say for their team: that it stops, why it does not use something, who told it of it.

It is the team's word, so nobody's name is kept with it. Whom to ask, and when, is `bot.adoption.prompting`'s.
"""

from collections.abc import Sequence
from datetime import timedelta

from bot import effects
from bot.adoption import team_blocks as blocks
from bot.adoption.courses import USING, State
from bot.adoption.figures import Days
from bot.adoption.reading import courses_of, known_of, marks_of, read_kept
from bot.adoption.reasons import IN_WORDS, Reason
from bot.adoption.team_blocks import PEER, PULL, STOP, UNDO, WHY, InUse, Subject
from bot.authority import Act, Matter
from bot.blockkit import Shown
from bot.desk import Desk
from bot.model import Json, Use, What
from bot.people import PeopleService
from bot.storage import adoption as rows
from bot.storage import pilots
from bot.storage.engine import Tx
from bot.storage.people import pseudonym_of
from bot.wanted import Asking, Decision, Kind
from bot.work import enqueue
from knowledge.capabilities import FREE, Capability, Status
from knowledge.loader import Handbook

PRESS = "press"  # `Use.source`
CAN_STOP = (*FREE, Status.PILOT)


class SpeakingService:
    """Methods that workers call may run twice and change nothing the second time."""

    def __init__(self, desk: Desk, people: PeopleService) -> None:
        self._desk = desk
        self._people = people

    # What is shown in App Home.

    async def home_part(self, person: str) -> Sequence[Json]:
        """What the person's teams use by choice or try in a pilot, each with *Stop*."""
        if not any(each.status in CAN_STOP for each in self._handbook.capabilities):
            return ()
        profile = await self._people.profile(person)
        teams = () if profile.is_guest or profile.is_deleted else await self._people.teams_of(profile.user_id)
        return blocks.home_part(await self._in_use(teams)) if teams else ()

    async def _in_use(self, teams: Sequence[str]) -> list[InUse]:
        handbook, today = self._handbook, self._desk.today()
        async with self._desk.database.read() as tx:
            kept = await read_kept(
                tx, handbook, Days(today - timedelta(days=27), today), (), teams=_names(handbook, teams)
            )
        marks, found = marks_of(handbook, kept, today=today), []
        for each in handbook.capabilities:
            if each.status in CAN_STOP:
                _, now = courses_of(known_of(each, handbook, kept, marks.get(each.id, ()), today), today)
                states = {team: now[team].state for team in teams if team in now}
                found += [InUse(each, team, state in USING) for team, state in states.items() if _may_stop(each, state)]
        return found

    # What is pressed.

    async def take_press(self, subject: str, choice: str, *, key: str, user_id: str, response_url: str | None) -> None:
        def wanted(person: str) -> Decision:
            return Decision(f"{person}:{key}", person, subject, choice, response_url)

        await self._desk.take(Kind.SAY_FOR_TEAM, user_id, wanted)

    async def take_thanked(
        self, capability_id: str, thanked: str, *, key: str, user_id: str, response_url: str | None
    ) -> None:
        """As if they had said so by the verb: whoever takes no thanks gets none."""
        capability, now = self._handbook.capability(capability_id), self._desk.clock.now()
        words = f"<@{thanked}> for telling me about {capability.title if capability else 'the platform'}"

        async def unit(tx: Tx) -> None:
            person = await pseudonym_of(tx, user_id, now=now, new_id=self._desk.new_id)
            asking = Asking(f"told:{person}:{key}", person, words, "", response_url=response_url, is_direct=True)
            await enqueue(tx, Kind.THANKS, asking, due_at=now, now=now)

        await self._desk.database.write(unit)
        self._desk.wake()

    # By a worker.

    async def say(self, decision: Decision) -> None:
        """Taken down, or the person is told why not."""
        subject = blocks.read_subject(decision.subject)
        capability = self._handbook.capability(subject.capability)
        if reason := await self._why_not(decision, subject):
            shown = blocks.said(reason)
        elif capability is None:
            shown = blocks.said(blocks.GONE)
        elif decision.choice == STOP:
            shown = await self._stop(capability, subject)
        elif decision.choice == UNDO:
            shown = await self._undo(subject)
        elif decision.choice.startswith(WHY):
            shown = await self._say_why(subject, Reason(decision.choice.removeprefix(WHY)))
        else:
            shown = await self._say_pull(subject, decision.choice.removeprefix(PULL))
        await self._tell(decision, shown)

    async def given_up(self, decision: Decision) -> None:
        await self._tell(decision, blocks.said(blocks.BROKEN))

    async def _stop(self, capability: Capability, subject: Subject) -> Shown:
        if capability.status not in CAN_STOP:
            return blocks.said(blocks.NOT_FREE)
        left = Use(subject.capability, subject.team, self._desk.today(), What.LEFT, PRESS)
        await self._desk.database.write(lambda tx: rows.add(tx, [left]))
        return blocks.stopped(capability.title, subject)

    async def _undo(self, subject: Subject) -> Shown:
        today = self._desk.today()
        await self._desk.database.write(
            lambda tx: pilots.take_back_leaving(tx, subject.capability, subject.team, on=today, source=PRESS)
        )
        return blocks.said(blocks.TAKEN_BACK)

    async def _say_why(self, subject: Subject, reason: Reason) -> Shown:
        today = self._desk.today()
        await self._desk.database.write(
            lambda tx: pilots.say_why_not(tx, subject.capability, subject.team, reason.value, on=today)
        )
        return blocks.said(blocks.REASON_TAKEN.format(reason=IN_WORDS[reason]))

    async def _say_pull(self, subject: Subject, who: str) -> Shown:
        """The first answer holds."""
        await self._desk.database.write(lambda tx: rows.say_pull(tx, subject.capability, subject.team, said=who))
        return blocks.told_by_peer(subject) if who == PEER else blocks.said(blocks.PULL_TAKEN)

    async def _why_not(self, decision: Decision, subject: Subject) -> str:
        """Only people of the team speak for it."""
        profile = await self._people.profile(decision.person)
        teams = () if profile.is_deleted else await self._people.teams_of(profile.user_id)
        matter = Matter(is_named=subject.team in teams)
        return await self._people.why_not(profile, Act.SPEAK_FOR_TEAM, matter=matter)

    async def _tell(self, decision: Decision, shown: Shown) -> None:
        """In place of the question, where it was one."""
        key, person, url = f"for-team:{decision.key}", decision.person, decision.response_url
        if url is not None:
            await self._desk.send(effects.in_place(key, person, shown, response_url=url))
        else:
            await self._desk.send(effects.privately(key, person, shown, kind=blocks.SPOKEN))

    @property
    def _handbook(self) -> Handbook:
        return self._desk.shelf.library.handbook


def _may_stop(capability: Capability, state: State) -> bool:
    """A volunteer also before it began; who left once has nothing to stop."""
    return state in USING or (capability.status is Status.PILOT and state is State.NOT_YET)


def _names(handbook: Handbook, teams: Sequence[str]) -> list[str]:
    """All that these teams are or were called."""
    return [name for team in teams for name in (team, *handbook.people.teams[team].formerly)]
