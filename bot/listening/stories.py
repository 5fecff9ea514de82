"""Takes success stories down, asks everyone they would name, and has them proposed to the handbook.

What stands there is written by `story_rules`; the proposal is opened and followed by curation, which tells us back.
"""

from collections.abc import Collection, Mapping
from datetime import date
from zoneinfo import ZoneInfo

import structlog

from bot import effects
from bot.authority import Act
from bot.blockkit import Shown, plain
from bot.desk import Desk
from bot.errors import SlackError
from bot.file_names import file_name
from bot.listening import story_blocks as blocks
from bot.listening import story_rules
from bot.listening.rules import WORDS_KEPT
from bot.listening.safe_words import safe_lines, safe_words
from bot.listening.story_blocks import ASKED_MOST, Filled
from bot.listening.story_rules import HARD, NAME_MOST, PART_MOST, PARTS, TITLE_MOST, Named, one_line, story_file
from bot.masking import masked
from bot.model import Effect
from bot.people import PeopleService
from bot.storage import stories as rows
from bot.storage import work as work_rows
from bot.storage.engine import Tx
from bot.storage.people import (
    is_left_out,
    pseudonyms_of,
    slack_id_of,
    slack_ids_of,
    stand_ins,
    who_is_counted,
    who_is_left_out,
)
from bot.storage.stories import StoryRow
from bot.storage.thanks import wishes_of
from bot.wanted import Asking, Decision, FileSettled, FileWanted, Kind, StoryTold
from bot.work import enqueue
from knowledge.stories import FOLDER

log = structlog.get_logger(__name__)

KIND = "story"  # of a proposal
NOT_OPENED = "Slack did not open the form. Please press again."
GONE = "This story is not here any more, or it is before its reviewers already."
NOT_YOURS = "Only the person who told it can decide this."
DROPPED = "All right, nothing of it is kept."
LEFT_OUT = "You are counted out, so I keep no words of yours. `settings` changes that."
SAID = {"yes": "Thank you. You are named, if the story is not opened yet.", "no": "All right, you are not named."}
TOO_LATE = "The story is opened or dropped already, so this changes nothing in it."
BROKEN = "I could not do this: something broke on my side, and my operators see it. Please try again later."


class StoryService:
    """Methods that workers call may run twice and change nothing the second time."""

    def __init__(self, desk: Desk, people: PeopleService, *, can_propose: bool) -> None:
        self._desk = desk
        self._people = people
        self._can_propose = can_propose

    # What is pressed and sent.

    async def open_form(
        self, words: str, colleague: str, *, key: str, user_id: str, trigger_id: str, response_url: str | None
    ) -> None:
        """Before the person's eyes. `words` are their own; `colleague` wrote the message it is about."""
        form = blocks.form(words=plain(words), colleague=colleague)
        try:
            await self._desk.slack.open_view(trigger_id, form)
        except SlackError as error:
            log.warning("story.form_not_opened", reason=str(error))
            await self._desk.tell(user_id, "story-form", key, blocks.said(NOT_OPENED), response_url=response_url)

    async def take_form(self, filled: Filled, *, key: str, user_id: str) -> dict[str, str]:
        """What is wrong in it, by its blocks; taken down when nothing is."""
        others = [each for each in filled.named if each != user_id]
        if found := story_rules.problems(filled.title, filled.words, others):
            return blocks.errors(found)
        now = self._desk.clock.now()

        async def unit(tx: Tx) -> None:
            out = await who_is_left_out(tx, others, await stand_ins(tx))  # of whom no new record is made
            asked = [each for each in others if each not in out]
            known = await pseudonyms_of(tx, {user_id, *asked}, now=now, new_id=self._desk.new_id)
            person, words = known[user_id], {"title": filled.title, **filled.words}
            named = [known[each] for each in asked]
            told = StoryTold(f"{person}:{key}", person, words, filled.names_teller, filled.names_team, named)
            await enqueue(tx, Kind.TELL_STORY, told, due_at=now, now=now)

        await self._desk.database.write(unit)
        self._desk.wake()
        return {}

    async def take_press(self, story_id: str, choice: str, *, key: str, user_id: str, response_url: str | None) -> None:
        def wanted(person: str) -> Decision:
            return Decision(f"{person}:{key}", person, story_id, choice, response_url)

        await self._desk.take(Kind.DECIDE_STORY, user_id, wanted)

    # By a worker.

    async def asked(self, asking: Asking) -> None:
        """By the verb, where no form can be opened at once."""
        reason = await self._why_not(asking.asker)
        shown = blocks.said(reason) if reason else blocks.offer()
        await self._send(f"story:{asking.key}", asking.asker, shown, asking.response_url)

    async def tell(self, told: StoryTold) -> None:
        """Shown to the teller, and whom it would name is asked."""
        if reason := await self._why_not(told.person):
            await self._send(f"story:{told.key}", told.person, blocks.said(reason))
            return
        story, named = await self._story(told), await self._may_be_asked(told)
        shown = blocks.draft(
            self._text(story, await self._named(story)), story.id, asked=len(named), can_propose=self._can_propose
        )
        asks = [await self._may_i(story, person) for person in sorted(named)]

        async def unit(tx: Tx) -> None:
            if await is_left_out(tx, told.person):
                message = self._effect(f"story:{told.key}", told.person, blocks.said(LEFT_OUT))
                await self._desk.outbox.put(tx, message)
            elif await rows.add(tx, story, named):
                await self._desk.outbox.put(tx, self._effect(f"story:{told.key}", told.person, shown))
                for each in asks:
                    await self._desk.outbox.put(tx, each)

        await self._desk.database.write(unit)
        self._desk.outbox.bell.set()

    async def given_up(self, asked: StoryTold | Decision) -> None:
        url = asked.response_url if isinstance(asked, Decision) else None
        await self._send(f"story-broken:{asked.key}", asked.person, blocks.said(BROKEN), url)

    async def decide(self, decision: Decision) -> None:
        """Carries out what was pressed, or says why not."""
        async with self._desk.database.read() as tx:
            story = await rows.by_id(tx, decision.subject)
        if story is None:
            await self._tell(decision, GONE)
        elif decision.choice in SAID:
            await self._say(decision)
        elif decision.person != story.teller:
            await self._tell(decision, NOT_YOURS)
        elif decision.choice == "drop":
            is_dropped = await self._desk.database.write(lambda tx: rows.drop(tx, story.id))
            await self._tell(decision, DROPPED if is_dropped else GONE)
        else:
            await self._open(decision, story)

    async def settled(self, settled: FileSettled) -> None:
        """What became of the proposal. That it was closed, or could not be opened, the teller is told with it."""
        file, now = settled.file.removeprefix(f"{FOLDER}/"), self._desk.clock.now()

        async def unit(tx: Tx) -> None:
            if settled.outcome not in (rows.MERGED, rows.CLOSED):
                await rows.take_back(tx, settled.subject)
                return
            story = await rows.settle(tx, settled.subject, settled.outcome, url=settled.url, file=file, now=now)
            if story is not None and settled.outcome == rows.MERGED:
                shown = blocks.merged(story.title or "a story", url=settled.url, file=settled.file)
                told = effects.privately(f"story-merged:{story.id}", story.teller, shown, kind=blocks.MERGED)
                await self._desk.outbox.put(tx, told)

        await self._desk.database.write(unit)
        self._desk.outbox.bell.set()

    async def forget_old(self) -> None:
        before = self._desk.clock.now() - WORDS_KEPT
        await self._desk.database.write(lambda tx: rows.forget_words(tx, before=before))

    async def _why_not(self, person: str) -> str:
        return await self._people.why_not(await self._people.profile(person), Act.TELL)

    async def _say(self, decision: Decision) -> None:
        """Somebody says whether they may be named: only who was asked, for themselves."""

        async def unit(tx: Tx) -> bool:
            said = rows.YES if decision.choice == "yes" and not await is_left_out(tx, decision.person) else rows.NO
            return await rows.say(tx, decision.subject, decision.person, said)

        is_in_time = await self._desk.database.write(unit)
        await self._tell(decision, SAID[decision.choice] if is_in_time else TOO_LATE)

    async def _open(self, decision: Decision, story: StoryRow) -> None:
        async with self._desk.database.read() as tx:
            is_done = await work_rows.is_known(tx, kind=Kind.PROPOSE_FILE, key=decision.key)
        if is_done:  # by this press; curation tells what comes of it
            return
        if story.state != rows.SHOWN or story.words is None:
            await self._tell(decision, GONE)
            return
        text, file = self._text(story, await self._named(story)), f"{FOLDER}/{story.file}"
        if not self._can_propose:
            await self._send(
                f"story-file:{decision.key}", story.teller, blocks.by_hand(text, file=file), decision.response_url
            )
            return
        wanted = FileWanted(
            key=decision.key,
            subject=story.id,
            kind=KIND,
            title=story.title,
            body=blocks.request_text(),
            file=file,
            text=text,
            person=story.teller,
            response_url=decision.response_url,
        )
        now = self._desk.clock.now()

        async def unit(tx: Tx) -> bool:
            is_new = await rows.mark_proposed(tx, story.id)
            if is_new:
                await enqueue(tx, Kind.PROPOSE_FILE, wanted, due_at=now, now=now)
            return is_new

        if not await self._desk.database.write(unit):
            await self._tell(decision, GONE)
        self._desk.wake()

    # Making one.

    async def _story(self, told: StoryTold) -> StoryRow:
        """Its words without the names of colleagues: who is named stands in the file's head, with consent."""
        names = await self._names()
        words = {part: masked(told.words.get(part, "")[:PART_MOST], names=names) for part in PARTS}
        title = one_line(masked(told.words.get("title", ""), names=names), TITLE_MOST)
        teams = await self._people.teams_of((await self._people.profile(told.person)).user_id)
        taken = [each.id for each in self._desk.shelf.library.handbook.stories]
        return StoryRow(
            id=self._desk.new_id(),
            key=told.key,
            teller=told.person,
            title=title,
            words=words,
            names_teller=told.names_teller,
            team=teams[0] if told.names_team and len(teams) == 1 else "",
            state=rows.SHOWN,
            file=file_name(title, taken=taken, fallback="story"),
            url="",
            told_at=self._desk.clock.now(),
        )

    async def _names(self) -> frozenset[str]:
        return frozenset[str]().union(*[each.names for each in await self._desk.slack.everybody()])

    async def _may_be_asked(self, told: StoryTold) -> Collection[str]:
        """Members who are counted and want such questions; nobody else is asked, nor named."""
        async with self._desk.database.read() as tx:
            counted = await who_is_counted(tx, told.named)
            willing = [each for each in counted if not (await wishes_of(tx, each)).wants_none]
            slack_ids = await slack_ids_of(tx, willing)
        return {person for person, slack_id in slack_ids.items() if await self._people.is_member(slack_id)}

    async def _may_i(self, story: StoryRow, person: str) -> Effect:
        words: Mapping[str, str] = story.words or {}
        parts = [line for part in PARTS for line in safe_lines(words.get(part, ""), most=ASKED_MOST).splitlines()]
        title = safe_words(story.title, most=TITLE_MOST)
        shown = blocks.may_i_name_you(await self._name(story.teller), title, parts, story.id)
        return effects.privately(f"story-asks:{story.id}:{person}", person, shown, kind=blocks.MAY_I)

    async def _named(self, story: StoryRow) -> Named:
        """Who agreed, as things stand now."""
        async with self._desk.database.read() as tx:
            said = await rows.said_by(tx, story.id)
            agreed = await who_is_counted(tx, [person for person, each in said.items() if each == rows.YES])
            is_teller_named = story.names_teller and not await is_left_out(tx, story.teller)
        others = [await self._name(each) for each in sorted(agreed)]
        by = await self._name(story.teller) if is_teller_named else ""
        return Named(by, tuple(each for each in others if each and each != by), story.team)

    async def _name(self, person: str) -> str:
        """Slack's; "" once they were erased."""
        async with self._desk.database.read() as tx:
            slack_id = await slack_id_of(tx, person)
        return one_line(await self._desk.slack.real_name(slack_id), NAME_MOST) if slack_id else ""

    def _text(self, story: StoryRow, named: Named) -> str:
        return story_file(story.title, story.words or {HARD: ""}, named, told_on=self._day(story))

    def _day(self, story: StoryRow) -> date:
        return story.told_at.astimezone(ZoneInfo(self._desk.shelf.library.handbook.channels.timezone)).date()

    # Telling.

    async def _tell(self, decision: Decision, words: str) -> None:
        await self._send(f"story-said:{decision.key}", decision.person, blocks.said(words), decision.response_url)

    async def _send(self, key: str, person: str, shown: Shown, response_url: str | None = None) -> None:
        await self._desk.send(self._effect(key, person, shown, response_url))

    def _effect(self, key: str, person: str, shown: Shown, response_url: str | None = None) -> Effect:
        return effects.privately(key, person, shown, response_url=response_url, kind=blocks.STORY)
