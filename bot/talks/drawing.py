"""Draws whom to invite to a talk, and shows the platform team how talks stand.

The invitation is `inviting`'s, what was said in a talk is `notes`'.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256

import structlog

from bot import effects
from bot.authority import Act
from bot.blockkit import Shown
from bot.desk import Desk
from bot.people import PeopleService
from bot.storage import chosen, surveys
from bot.storage import talks as rows
from bot.storage.engine import Tx
from bot.storage.people import known_pseudonyms, pseudonyms_of, slack_id_of
from bot.surveys.frames import PLATFORM, Framed, FrameService
from bot.talk_row import Draw, Talk
from bot.talks import blocks
from bot.talks.blocks import Due, State
from bot.talks.rules import AGAIN_AFTER, FRAME, Prospect, draw, is_chosen, may_draw, named_teams
from bot.wanted import Asking

log = structlog.get_logger(__name__)


class DrawingService:
    """`new_key` gives 32 bytes of chance as hex."""

    def __init__(self, desk: Desk, people: PeopleService, frames: FrameService, *, new_key: Callable[[], str]) -> None:
        self._desk = desk
        self._people = people
        self._frames = frames
        self._new_key = new_key

    async def asked(self, asking: Asking) -> None:
        """How talks stand, with a draw where one is due; or why they get none. Raises SlackError."""
        reason = await self.refusal(asking.asker)
        shown = blocks.said(reason) if reason else await self.drawn_anew(asking.asker, asking.key)
        key, url = f"talks:{asking.key}", asking.response_url
        await self._desk.send(effects.privately(key, asking.asker, shown, response_url=url, kind=blocks.TALKS))

    async def refusal(self, person: str) -> str:
        """Why the person may not draw and invite; "" when they may."""
        return await self._people.why_not(await self._people.profile(person), Act.STEER)

    async def drawn_anew(self, person: str, key: str) -> Shown:
        """The overview, after a draw where one is due; once for each key. Raises SlackError."""
        is_nobody_left = await self._draw_if_due(key)
        return await self.overview(person, is_nobody_left=is_nobody_left)

    async def overview(self, person: str, *, is_nobody_left: bool = False) -> Shown:
        now = self._desk.clock.now()
        async with self._desk.database.read() as tx:
            last = await rows.last_draw(tx)
            mine = await rows.to_write_up(tx, person)
            evidence = await rows.evidence(tx, limit=blocks.EVIDENCE_MOST)
        state = State(
            last[0] if last else None,
            last[1] if last else (),
            [await self.due(each) for each in mine],
            [(each, await self.name_of(each.person)) for each in evidence],
            may_draw=_is_due(last, self._desk) and not is_nobody_left,
            is_nobody_left=is_nobody_left,
        )
        return blocks.overview(state, now=now, timezone=self._desk.shelf.library.handbook.channels.timezone)

    async def due(self, talk: Talk) -> Due:
        return Due(talk.id, await self.name_of(talk.person), talk.team)

    async def name_of(self, person: str) -> str:
        """Slack's; "" for nobody, and once they were erased."""
        async with self._desk.database.read() as tx:
            slack_id = await slack_id_of(tx, person) if person else None
        return await self._desk.slack.real_name(slack_id) if slack_id else ""

    # Drawing.

    async def _draw_if_due(self, key: str) -> bool:
        """Whether nobody is left for a draw that is due. The people drawn are written down with the seed."""
        async with self._desk.database.read() as tx:
            last = await rows.last_draw(tx)
        if not _is_due(last, self._desk):
            return False
        prospects = await self._prospects()
        if not prospects:
            return True
        id_, seed, now = sha256(key.encode()).hexdigest()[:32], self._new_key(), self._desk.clock.now()
        drawn, shown = draw(prospects, seed=seed), named_teams(prospects)

        async def unit(tx: Tx) -> bool:
            if not _is_due(await rows.last_draw(tx), self._desk):
                return False  # somebody else drew meanwhile
            ids = await pseudonyms_of(tx, [each.user_id for each in drawn], now=now, new_id=self._desk.new_id)
            talks = [
                Talk(f"{id_[:20]}{place}", id_, place, ids[each.user_id], each.team if each.team in shown else "")
                for place, each in enumerate(drawn, 1)
            ]
            return await rows.add_draw(tx, Draw(id_, seed, len(prospects), now), talks)

        if await self._desk.database.write(unit):
            log.info("talks.drawn", frame=len(prospects), drawn=len(drawn))
        return False

    async def _prospects(self) -> Sequence[Prospect]:
        """Everybody who could be invited now, but the platform team, which talks to itself anyway."""
        frame = await self._frames.frame(FRAME, self._desk.today())
        now, handbook = self._desk.clock.now(), self._desk.shelf.library.handbook
        free = [each.id for each in handbook.capabilities if is_chosen(each)]
        async with self._desk.database.read() as tx:
            known = await known_pseudonyms(tx, [each.user_id for each in frame])
            resting = await rows.not_to_be_asked(tx, now=now, asked_since=now - AGAIN_AFTER)
            askers = await surveys.askers(tx, since=None)
            told = {*(await chosen.first_uses(tx, among=free)), *(await chosen.first_choices(tx))}
        chose = {handbook.people.team_called(each) for each in told}
        return [
            _prospect(each, known.get(each.user_id, ""), askers, chose)
            for each in frame
            if known.get(each.user_id) not in resting and each.candidate.strata.role != PLATFORM
        ]


def _prospect(framed: Framed, person: str, askers: frozenset[str], chose: set[str]) -> Prospect:
    """Who is in no team is not called apart from the platform by it."""
    team = framed.candidate.strata.team or ""
    return Prospect(framed.user_id, team, is_silent=person not in askers, is_apart=bool(team) and team not in chose)


def _is_due(last: tuple[Draw, Sequence[Talk]] | None, desk: Desk) -> bool:
    drawn_at, states = (last[0].drawn_at, [each.state for each in last[1]]) if last else (None, [])
    return may_draw(drawn_at, states, now=desk.clock.now())
