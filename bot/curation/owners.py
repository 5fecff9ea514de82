"""Asks owners to look at their articles, once a week in one message, and carries out what they say."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from bot import effects
from bot.authority import Act
from bot.calendar import Weekly
from bot.curation import health_blocks as blocks
from bot.curation.article_health import ArticleHealthService
from bot.curation.health_blocks import ARTICLES_MOST, Item
from bot.curation.health_rules import ArticleHealth, Owner, whose_turn
from bot.curation.proposals import REVIEW, Change, ProposalService
from bot.desk import Desk
from bot.model import Effect, Json
from bot.people import PeopleService
from bot.storage import articles as rows
from bot.storage.articles import Look
from bot.storage.engine import Tx
from bot.storage.people import pseudonym_of
from bot.wanted import Decision, Due, Kind, NotProposed
from knowledge.article import Article
from knowledge.reviewed import with_reviewed

WEEKDAY, AT = 2, time(10)  # Tuesday: Monday has the digest
WORTH = timedelta(hours=24)
ASKED_AGAIN_AFTER = timedelta(days=27)  # less than four weeks by the clock's own slack
GONE = "This article is not in the handbook any more."
SAID = "A colleague has answered for this article already."
BROKEN = "I could not do this: something broke on my side, and my operators see it. Please press again later."
NOTED = "Noted. The platform team sees that it needs work; answers from it go on, with its age."


class OwnerService:
    def __init__(
        self, desk: Desk, people: PeopleService, health: ArticleHealthService, proposals: ProposalService
    ) -> None:
        self._desk = desk
        self._people = people
        self._health = health
        self._proposals = proposals

    def schedule(self) -> Weekly:
        channels = self._desk.shelf.library.handbook.channels
        days = channels.working_time().hours.days
        return Weekly(WEEKDAY, AT, channels.timezone, channels.holidays, days)

    async def ask(self, due: Due) -> None:
        """One message to each owner, and one to the platform channel; of an article only once in four weeks."""
        now = self._desk.clock.now()
        facts = await self._health.facts()
        async with self._desk.database.read() as tx:
            asked = await rows.asked_since(tx, now - ASKED_AGAIN_AFTER)
        by_person: dict[str | None, list[ArticleHealth]] = {}
        for each in facts.to_look_at:
            if each.id not in asked:
                by_person.setdefault(await self._recipient(each, due), []).append(each)
        for slack_id, found in by_person.items():
            await self._ask(slack_id, found, due)

    async def _recipient(self, health: ArticleHealth, due: Due) -> str | None:
        """The Slack id of who is asked; None for the platform channel."""
        if health.owner_state is not Owner.THERE:
            return None
        week = datetime.fromisoformat(due.due_at).isocalendar().week
        return whose_turn(await self._health.owners(health.owner), week)

    async def _ask(self, slack_id: str | None, found: Sequence[ArticleHealth], due: Due) -> None:
        if slack_id is None and not self._desk.shelf.library.handbook.channels.platform_channel:
            return
        now, shown = self._desk.clock.now(), found[:ARTICLES_MOST]

        async def unit(tx: Tx) -> None:
            person = await pseudonym_of(tx, slack_id, now=now, new_id=self._desk.new_id) if slack_id else None
            if await rows.looks_of(tx, due.key, person):
                return
            looks = [
                Look(self._desk.new_id(), each.id, due.key, person, place, blocks.reasons(each), now)
                for place, each in enumerate(shown)
            ]
            await rows.add_looks(tx, looks)
            await self._desk.outbox.put(tx, self._message(due.key, person, looks, left=len(found) - len(shown)))

        await self._desk.database.write(unit)
        self._desk.outbox.bell.set()

    def _message(self, slot: str, person: str | None, looks: Sequence[Look], *, left: int) -> Effect:
        items = [self._item(each) for each in looks]
        shown = blocks.to_look_at(items, left=left, is_channel=person is None)
        key = f"articles:{slot}:{person or 'platform'}"
        if person is not None:
            return effects.privately(key, person, shown, kind=blocks.TO_LOOK_AT)
        channel_id = self._desk.shelf.library.handbook.channels.platform_channel
        return effects.in_channel(key, blocks.TO_LOOK_AT, channel_id, shown)

    def _item(self, look: Look) -> Item:
        article = self._article(look.article)
        title, url = (article.title, article.url) if article else (look.article, "")
        return Item(look.id, look.article, title, url, tuple(look.reasons), look.said or "")

    def _article(self, article_id: str) -> Article | None:
        return next((each for each in self._desk.shelf.library.handbook.articles if each.id == article_id), None)

    async def home_part(self, person: str) -> Sequence[Json]:
        """How the articles are, for App Home; nothing for somebody who is not in the platform team."""
        if await self._people.why_not(await self._people.profile(person), Act.CURATE):
            return ()
        return blocks.home_part(await self._health.facts())

    # What owners say.

    async def take_press(self, *, key: str, user_id: str, look_id: str, choice: str, response_url: str | None) -> None:
        """Takes a press under an article down."""

        def wanted(person: str) -> Decision:
            return Decision(key, person, look_id, choice, response_url)

        await self._desk.take(Kind.DECIDE_ARTICLE, user_id, wanted)

    async def decide(self, decision: Decision) -> None:
        """Carries out what was pressed, or says why not."""
        async with self._desk.database.read() as tx:
            look = await rows.look(tx, decision.subject)
        article = self._article(look.article) if look else None
        if look is None or article is None:
            await self._tell(decision, GONE)
        elif reason := await self._why_not(decision.person, article):
            await self._tell(decision, reason)
        elif look.said is not None:
            await self._tell(decision, SAID)
        elif decision.choice == rows.NEEDS_WORK:
            await self._say(decision, look, NOTED)
        else:
            await self._still_true(decision, look, article)

    async def given_up(self, decision: Decision) -> None:
        await self._tell(decision, BROKEN)

    async def _still_true(self, decision: Decision, look: Look, article: Article) -> None:
        """A pull request that moves the date; words on how to do it by hand where none can be made."""
        file, today = f"articles/{article.id}", self._desk.today()
        by_hand = f"Please write `reviewed: {today}` at the top of `{file}` yourself: "
        repository = self._proposals.repository
        if repository is None:
            await self._say(decision, look, by_hand + "your handbook is a folder, and I propose changes to Git only.")
            return
        text = await repository.host.read_file(repository.path(file))
        changed = with_reviewed(text, today) if text is not None else None
        if changed is None:
            reason = "its front matter is not of a form that I can change safely."
            missing = "the file is not in the handbook's own repository."
            await self._say(decision, look, by_hand + (reason if text is not None else missing))
            return
        body = blocks.request_text(article.title, str(today))
        change = Change(REVIEW, look.id, f"Still true: {article.title}", body, {file: changed})
        await self._say(decision, look, "", change)

    async def _say(self, decision: Decision, look: Look, words: str, change: Change | None = None) -> None:
        """Kept, shown in the message, and told; with a change, where it stands is told once it is open."""
        now = self._desk.clock.now()

        async def unit(tx: Tx) -> None:
            if not await rows.say(tx, look.id, decision.choice, decision.person, now=now):
                return
            await self._renew(tx, look)
            if change is not None:
                await self._proposals.put(tx, change, person=decision.person, response_url=decision.response_url)
            else:
                await self._desk.outbox.put(tx, self._told(decision, words))

        await self._desk.database.write(unit)
        self._desk.outbox.bell.set()
        self._desk.wake()

    async def ask_again(self, failed: NotProposed) -> None:
        """The buttons are there again: what was said could not be proposed."""

        async def unit(tx: Tx) -> None:
            if (look := await rows.take_back(tx, failed.look_id)) is not None:
                await self._renew(tx, look)

        await self._desk.database.write(unit)
        self._desk.outbox.bell.set()

    async def _renew(self, tx: Tx, look: Look) -> None:
        """Its message, as all in it stands now."""
        looks = await rows.looks_of(tx, look.slot, look.recipient)
        await self._desk.outbox.put(tx, effects.newest(self._message(look.slot, look.recipient, looks, left=0)))

    async def _why_not(self, person: str, article: Article) -> str:
        """Why the person may not say this of the article; "" when they may."""
        profile = await self._people.profile(person)
        is_owner = profile.user_id in await self._health.owners(article.owner)
        return await self._people.why_not(profile, Act.REVIEW, is_owner=is_owner)

    async def _tell(self, decision: Decision, words: str) -> None:
        await self._desk.send(self._told(decision, words))

    def _told(self, decision: Decision, words: str) -> Effect:
        key, shown = f"press:{decision.key}", blocks.said(words)
        return effects.privately(key, decision.person, shown, response_url=decision.response_url)
