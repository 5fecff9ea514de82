"""Takes down what people find hard, tells them in one line what was taken and who sees it, and takes it back.

What the platform team sees of it is `listing`'s, and what several of them are about is found in `sorting`.
"""

from dataclasses import replace

import structlog

from bot import effects
from bot.authority import Act
from bot.blockkit import Shown, plain
from bot.desk import Desk
from bot.errors import SlackError
from bot.friction import Origin, SaidIn, Stage, read_origin
from bot.listening import friction_blocks as blocks
from bot.listening.friction_blocks import Filled, Noted
from bot.listening.rules import KEPT, TEXT_MOST, capability_in, guessed_stage
from bot.masking import masked
from bot.model import Effect, Profile
from bot.people import PeopleService
from bot.storage import answers, requests
from bot.storage import friction as rows
from bot.storage.engine import Tx
from bot.storage.friction import Friction
from bot.storage.people import is_left_out
from bot.wanted import Asking, Decision, Kind, Logging

log = structlog.get_logger(__name__)

SAY = "Say in a few words what was hard."
TOO_LONG = f"Nothing was logged: please say it in at most {TEXT_MOST:,} characters."
NOT_OPENED = "Slack did not open the form. Please press again, or write `friction` and what was hard."
NOT_KEPT = (
    "Nothing was logged: I may not show the words of that message (its channel is private or keeps none, or its author "
    "is left out). Say in your own words what was hard."
)
WITHDRAWN = "Withdrawn: nothing of it is kept."
GONE = "That is not there any more: it was withdrawn, or its time is over."
BROKEN = "That was not saved: something broke on my side, and my operators see it. Please try again."


class FrictionService:
    """Methods that workers call may run twice and change nothing the second time."""

    def __init__(self, desk: Desk, people: PeopleService) -> None:
        self._desk = desk
        self._people = people

    # What is pressed and sent; whether it counts is decided by a worker.

    async def open_form(
        self, origin: Origin, words: str, *, key: str, user_id: str, trigger_id: str, response_url: str | None
    ) -> None:
        """Before the person's eyes. `words` are their own."""
        words = plain(words)
        form = blocks.form(origin, words=words, guess=guessed_stage(words), has_message=_is_of_colleague(origin))
        try:
            await self._desk.slack.open_view(trigger_id, form)
        except SlackError as error:
            log.warning("friction.form_not_opened", reason=str(error))
            shown = blocks.said(NOT_OPENED)
            await self._desk.tell(user_id, "friction-form", key, shown, response_url=response_url)

    async def take_form(self, origin: Origin, filled: Filled, *, key: str, user_id: str) -> dict[str, str]:
        """What is wrong in it, by its blocks; taken down when nothing is."""
        if not filled.words and not _is_of_colleague(origin):
            return blocks.errors(SAY)
        if len(filled.words) > TEXT_MOST:
            return blocks.errors(TOO_LONG)

        def wanted(person: str) -> Logging:
            stage = filled.stage.value if filled.stage else ""
            return Logging(f"{person}:{key}", person, filled.words, str(origin), stage, filled.is_named)

        await self._desk.take(Kind.LOG_FRICTION, user_id, wanted)
        return {}

    async def take_press(
        self, friction_id: str, choice: str, *, key: str, user_id: str, response_url: str | None
    ) -> None:
        def wanted(person: str) -> Decision:
            return Decision(f"{person}:{key}", person, friction_id, choice, response_url)

        await self._desk.take(Kind.DECIDE_FRICTION, user_id, wanted)

    # By a worker.

    async def asked(self, asking: Asking) -> None:
        """By the verb, with the words beside it."""
        words = plain(asking.text)
        if reason := await self._why_not(asking.asker):
            await self._tell(asking.key, asking.asker, blocks.said(reason), asking.response_url)
        elif not words:
            await self._tell(asking.key, asking.asker, blocks.asks(), asking.response_url)
        elif len(words) > TEXT_MOST:
            await self._tell(asking.key, asking.asker, blocks.said(TOO_LONG), asking.response_url)
        else:
            logging = Logging(f"{asking.asker}:{asking.key}", asking.asker, words, str(Origin()))
            await self._log(replace(logging, response_url=asking.response_url))

    async def log(self, logging: Logging) -> None:
        """By the form."""
        if reason := await self._why_not(logging.person):
            await self._tell(logging.key, logging.person, blocks.said(reason), logging.response_url)
        else:
            await self._log(logging)

    async def given_up(self, asked: Logging | Decision) -> None:
        await self._tell(asked.key, asked.person, blocks.said(BROKEN), asked.response_url)

    async def decide(self, decision: Decision) -> None:
        """Changed or taken back, in place of what was shown. Only ever one's own."""
        choice = decision.choice
        if choice == "withdraw":
            gone = await self._desk.database.write(lambda tx: rows.withdraw(tx, decision.subject, decision.person))
            await self._in_place(decision, blocks.said(WITHDRAWN if gone else GONE))
            return

        async def unit(tx: Tx) -> Noted | None:
            if choice in set(Stage):
                await rows.say_stage(tx, decision.subject, decision.person, choice)
            elif choice in ("name", "unname"):
                is_named = choice == "name" and not await is_left_out(tx, decision.person)
                await rows.say_name(tx, decision.subject, decision.person, is_named=is_named)
            row = await rows.of_person(tx, decision.subject, decision.person)
            return _noted(row, is_left_out=await is_left_out(tx, decision.person)) if row else None

        told = await self._desk.database.write(unit)
        await self._in_place(decision, blocks.noted(told) if told else blocks.said(GONE))

    async def forget_old(self) -> None:
        before = self._desk.clock.now() - KEPT
        await self._desk.database.write(lambda tx: rows.forget(tx, before=before))

    async def _why_not(self, person: str) -> str:
        return await self._people.why_not(await self._people.profile(person), Act.SPEAK_UP)

    async def _log(self, logging: Logging) -> None:
        row = await self._row(logging)

        async def unit(tx: Tx) -> None:
            if await rows.by_key(tx, row.key):
                return
            is_out = await is_left_out(tx, row.person)
            kept = replace(row, text=None, is_named=False, team="") if is_out else row
            if row.text or await rows.is_kept(tx, row.channel_id, row.ts):
                await rows.add(tx, kept)
                shown = blocks.noted(_noted(kept, is_left_out=is_out))
            else:
                shown = blocks.said(NOT_KEPT)
            await self._desk.outbox.put(tx, self._told(logging.key, row.person, shown, logging.response_url))

        await self._desk.database.write(unit)
        self._desk.outbox.bell.set()

    async def _row(self, logging: Logging) -> Friction:
        origin, handbook = read_origin(logging.origin), self._desk.shelf.library.handbook
        channel_id, _, ts = origin.subject.partition(":") if origin.source is SaidIn.MESSAGE else ("", "", "")
        capability, topic = await self._about(origin)
        stage = logging.stage or guessed_stage(logging.text).value
        return Friction(
            id=self._desk.new_id(),
            key=logging.key,
            person=logging.person,
            text=masked(logging.text) or None,
            stage=stage,
            is_stage_said=bool(logging.stage),
            source=origin.source.value,
            logged_at=self._desk.clock.now(),
            channel_id=channel_id,
            ts=ts,
            capability=capability or capability_in(logging.text, handbook.capabilities),
            topic=topic,
            team=await self._team_of(await self._people.profile(logging.person)),
            is_named=logging.is_named,
        )

    async def _about(self, origin: Origin) -> tuple[str, str]:
        """The capability and topic of what it was said under; "" where not known."""
        handbook = self._desk.shelf.library.handbook
        async with self._desk.database.read() as tx:
            if origin.source is SaidIn.REQUEST:
                request = await requests.by_id(tx, origin.subject)
                action = handbook.action(request.action) if request else None
                return (action.capability or "" if action else ""), ""
            answer = await answers.by_id(tx, origin.subject) if origin.source is SaidIn.ANSWER else None
        article = next((each for each in handbook.articles if answer and each.id == answer.article), None)
        return "", (article.tags[0][:80] if article and article.tags else "")

    async def _team_of(self, profile: Profile) -> str:
        """The person's only team; "" where they are in none, or in several."""
        teams = await self._people.teams_of(profile.user_id)
        return teams[0] if len(teams) == 1 else ""

    async def _in_place(self, decision: Decision, shown: Shown) -> None:
        key, url = f"friction:{decision.key}", decision.response_url
        await self._desk.send(effects.in_place(key, decision.person, shown, response_url=url))

    async def _tell(self, key: str, person: str, shown: Shown, response_url: str | None) -> None:
        await self._desk.send(self._told(key, person, shown, response_url))

    def _told(self, key: str, person: str, shown: Shown, response_url: str | None) -> Effect:
        return effects.privately(f"friction:{key}", person, shown, response_url=response_url, kind=blocks.NOTED)


def _is_of_colleague(origin: Origin) -> bool:
    """Whether a message says more than the person's own words."""
    return origin.source is SaidIn.MESSAGE and origin.subject != ""


def _noted(row: Friction, *, is_left_out: bool) -> Noted:
    return Noted(
        id=row.id,
        words=row.text or "",
        stage=Stage(row.stage),
        is_stage_said=row.is_stage_said,
        is_named=row.is_named,
        source=SaidIn(row.source),
        is_left_out=is_left_out,
    )
