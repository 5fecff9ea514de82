"""Who may see what, where: nothing that is not for everybody there comes out, whatever is asked and pressed."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import pytest
from sqlalchemy import select

from bot.answers.audiences import MEMBERS_MOST, OURS, PUBLIC, AudienceService
from bot.answers.duty import DutyService
from bot.answers.rules import Answered
from bot.answers.service import AnswerService
from bot.answers.sharing import (
    NOT_A_MEMBER,
    NOT_PUBLIC,
    NOT_THERE,
    NOTHING,
    POSTED_BEFORE,
    SHARED_BEFORE,
    SHARED_CHANNEL,
    SharingService,
)
from bot.answers.solved import SolvedService
from bot.answers.verdicts import VerdictService
from bot.answers.writer import QuotingWriter, quote, source_of
from bot.blockkit import Shown
from bot.clock import Clock
from bot.desk import Desk
from bot.errors import SlackRefused, SlackUnclear
from bot.library import Library, Shelf
from bot.model import ChannelInfo, Profile, SolvedThread, Window, Workspace
from bot.outbox import Outbox
from bot.people import PeopleService
from bot.storage.answers import Answer
from bot.storage.engine import Database
from bot.storage.people import pseudonym_of
from bot.storage.schema import answers, outbox
from bot.wanted import Asking, Press
from knowledge.article import Article, Section
from knowledge.audience import Audience
from knowledge.channels import AnswerMode, Channel, Channels
from knowledge.index import Hit, Index
from knowledge.loader import Handbook
from tests.answers.test_blocks import all_texts
from tests.work.desk import STARTS_AT, FakeSlack, ids, never_off

URL = "https://hooks.example/1"
OPEN = ChannelInfo("C1", "ask", is_private=False, is_shared=False, is_member=True, is_archived=False)
CLOSED = replace(OPEN, is_private=True)
OURS_THERE = {"U1": Profile("U1", "T1"), "U2": Profile("U2", "T1")}


@dataclass
class Slack(FakeSlack):
    """One channel and its members, as they are to be."""

    info: ChannelInfo = OPEN
    people: dict[str, Profile] = field(default_factory=lambda: dict(OURS_THERE))
    trouble: Exception | None = None

    async def channel_info(self, channel_id: str) -> ChannelInfo:
        if self.trouble:
            raise self.trouble
        return self.info

    async def members(self, channel_id: str, *, most: int) -> frozenset[str]:
        return frozenset(self.people)

    async def is_in(self, channel_id: str, user_id: str) -> bool:
        return user_id in self.people

    async def profile(self, user_id: str) -> Profile:
        return self.people.get(user_id, Profile(user_id, "T1"))


class People(PeopleService):
    """Everybody is in the platform team, and so sees everything in private."""

    async def is_platform(self, user_id: str) -> bool:
        return True


def article(number: int, audience: Audience) -> Article:
    """Its words are shared with the others but for one that names its audience."""
    words = f"deploy rollback certificate quota secret bucket word{number % 5} {audience.value}only"
    sections = (Section("", "", (), f"How to {words}.", 1), Section(f"More {number}", "more", (), f"Also {words}.", 5))
    return Article(f"{number}.md", f"Deploy {number} {audience.value}only", sections, audience=audience)


ARTICLES = tuple(article(number, audience) for number, audience in enumerate([*Audience] * 5))


def a_desk(database: Database, slack: Slack, audience: Audience = Audience.PUBLIC) -> Desk:
    clock = Clock(STARTS_AT.timestamp)
    channels = Channels(channels=(Channel("C1", "ask", AnswerMode.AT_ONCE, audience=audience),))
    handbook = Handbook(revision="1", articles=ARTICLES, channels=channels)
    box = Outbox(database, slack, is_off=never_off, clock=clock, new_id=ids("mark"))
    shelf = Shelf(Library(handbook, Index.build(ARTICLES)))
    return Desk(database, box, slack, shelf, Workspace("T1", None, "UBOT", "B1"), clock, ids("id"), lambda: None)


def an_answer(*articles: Article) -> Answer:
    """A private one by the command, as the quoting writer makes it of these."""
    draft = quote("deploy?", Answered(tuple(Hit(each, each.sections[0], 1.0) for each in articles), 0.9))
    sources = [source.to_json() for source in draft.sources]
    told = ("", None, None, "p1", "private", "answered", "", draft.text, 0.9, sources, "1", STARTS_AT)
    return Answer("a1", "command:1", *told, asked_in="C1", question="deploy?")


def press() -> Press:
    return Press("p1:1", "p1", "a1", "share", URL)


async def nothing_solved(_: Window) -> Sequence[SolvedThread]:
    return ()


SEEN = Shown("Shared.", ())
GUEST = {"U9": Profile("U9", "T1", is_guest=True)}
CROWD = {f"U{number}": Profile(f"U{number}", "T1") for number in range(MEMBERS_MOST + 1)}


@pytest.mark.parametrize(
    ("declared", "info", "people", "trouble", "expected"),
    [
        pytest.param(Audience.PUBLIC, CLOSED, OURS_THERE, None, PUBLIC, id="nothing declared"),
        pytest.param(Audience.INTERNAL, CLOSED, OURS_THERE, None, OURS, id="private, declared internal"),
        pytest.param(Audience.PLATFORM, CLOSED, OURS_THERE, None, frozenset(Audience), id="declared platform"),
        pytest.param(Audience.PLATFORM, OPEN, OURS_THERE, None, PUBLIC, id="made public since"),
        pytest.param(
            Audience.PLATFORM, replace(CLOSED, is_shared=True), OURS_THERE, None, PUBLIC, id="shared with a company"
        ),
        pytest.param(Audience.INTERNAL, CLOSED, {**OURS_THERE, **GUEST}, None, PUBLIC, id="a guest reads along"),
        pytest.param(Audience.INTERNAL, CLOSED, CROWD, None, PUBLIC, id="too many to look up"),
        pytest.param(
            Audience.INTERNAL, CLOSED, OURS_THERE, SlackUnclear("conversations.info", "500"), PUBLIC, id="not told"
        ),
    ],
)
async def test_a_channel_sees_more_only_while_nobody_else_reads_along(
    declared: Audience,
    info: ChannelInfo,
    people: dict[str, Profile],
    trouble: Exception | None,
    expected: frozenset[Audience],
    tmp_path: object,
) -> None:
    unused = Database(f"sqlite+aiosqlite:///{tmp_path}/none.db")
    desk = a_desk(unused, Slack(info=info, people=people, trouble=trouble), declared)

    assert await AudienceService(desk, People(desk)).in_channel("C1") == expected


@pytest.fixture
async def asker(database: Database) -> str:
    return await database.write(lambda tx: pseudonym_of(tx, "U1", now=STARTS_AT, new_id=lambda: "p1"))


async def public_words(database: Database) -> Sequence[str]:
    """All that was put into a channel for everybody to read."""
    async with database.read() as tx:
        there = outbox.c.channel_id.startswith("C"), outbox.c.manner == "post"
        query = select(outbox.c.text, outbox.c.blocks).where(*there)
        return ["\n".join([row.text, *all_texts(row.blocks)]) for row in await tx.execute(query)]


async def test_nothing_that_is_not_public_comes_into_a_channel_whatever_is_asked_and_pressed(
    database: Database, asker: str
) -> None:
    desk = a_desk(database, Slack())
    people = People(desk)
    solved = SolvedService(desk, people, nothing_solved)
    service = AnswerService(desk, people, QuotingWriter(), solved)
    verdicts = VerdictService(desk, people, DutyService(desk, people), solved)
    chance = random.Random(4)
    vocabulary = " ".join(section.text for each in ARTICLES for section in each.sections).split()
    public = [each for each in ARTICLES if each.audience is Audience.PUBLIC]

    for number in range(60):
        text = " ".join(chance.sample(vocabulary, chance.randint(2, 7)))
        if number % 3 == 0:
            text = f"{chance.choice(public).title}?"
        mention = Asking(f"C1:{number}", asker, text, "C1", question_ts=f"{STARTS_AT.timestamp():.0f}.{number}")
        await service.answer(mention)
        await service.answer(replace(mention, key=f"command:{number}", question_ts=None, response_url=URL))
    async with database.read() as tx:
        given = (await tx.execute(select(answers.c.id, answers.c.surface))).all()
    for number, row in enumerate(given):
        for verdict in ("share", "not quite", "ask people", "post"):
            await verdicts.record(Press(f"{number}:{verdict}", asker, row.id, verdict, URL))

    shown = await public_words(database)
    answers_in = [_answers_in(each) for each in shown]
    assert sum("Shared by a person" in each and "publiconly" in each for each in answers_in) >= 5
    assert sum("publiconly" in each for each in answers_in) >= 30
    assert [each for each in answers_in if "internalonly" in each or "platformonly" in each] == []


def _answers_in(shown: str) -> str:
    """Without the askers' own words, which may be any."""
    return "\n".join(line for line in shown.splitlines() if "&gt; " not in line)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        pytest.param(lambda slack: setattr(slack, "people", {}), NOT_A_MEMBER, id="who asked has left"),
        pytest.param(
            lambda slack: setattr(slack, "info", replace(OPEN, is_member=False)), NOT_THERE, id="the bot has left"
        ),
        pytest.param(
            lambda slack: setattr(slack, "trouble", SlackRefused("conversations.info", "channel_not_found")),
            NOT_THERE,
            id="the channel is not to be seen",
        ),
        pytest.param(
            lambda slack: setattr(slack, "info", replace(OPEN, is_shared=True)), SHARED_CHANNEL, id="shared by now"
        ),
    ],
)
async def test_what_holds_when_it_is_pressed_decides(
    database: Database, asker: str, change: Callable[[Slack], None], told: str
) -> None:
    slack = Slack()
    sharing = SharingService(desk := a_desk(database, slack), People(desk))
    change(slack)

    refused = [
        await sharing.share(press(), an_answer(ARTICLES[0]), Profile("U1", "T1"), seen=SEEN),
        await sharing.post_question(press(), an_answer(ARTICLES[0]), Profile("U1", "T1"), mention=""),
    ]

    assert refused == [told, told]
    assert await public_words(database) == []


async def test_words_that_may_come_from_more_than_public_articles_are_not_shared(database: Database) -> None:
    sharing = SharingService(desk := a_desk(database, Slack()), People(desk))
    mixed = an_answer(ARTICLES[0], ARTICLES[1])
    written = replace(mixed, text="words of a model, from both")

    refused = [
        await sharing.share(press(), each, Profile("U1", "T1"), seen=SEEN)
        for each in (an_answer(ARTICLES[1]), an_answer(ARTICLES[1], ARTICLES[0]), written)
    ]
    taken = await sharing.share(press(), mixed, Profile("U1", "T1"), seen=SEEN)

    assert (refused, taken) == ([NOT_PUBLIC] * 3, "")


async def test_what_is_pressed_twice_is_posted_once_and_the_second_press_is_told_so(
    database: Database, asker: str
) -> None:
    sharing = SharingService(desk := a_desk(database, Slack()), People(desk))
    told = an_answer(ARTICLES[0])

    for number in range(2):
        pressed, who = replace(press(), key=f"p1:{number}"), Profile("U1", "T1")
        await sharing.share(pressed, told, who, seen=SEEN)
        await sharing.post_question(replace(pressed, key=f"p1:{number}:post"), told, who, mention="")

    async with database.read() as tx:
        private = set(await tx.scalars(select(outbox.c.text).where(outbox.c.manner == "replace")))
    assert len(await public_words(database)) == 2
    assert {SHARED_BEFORE, POSTED_BEFORE, SEEN.text} < private


async def test_where_nothing_was_answered_nothing_is_shared(database: Database) -> None:
    sharing = SharingService(desk := a_desk(database, Slack()), People(desk))
    silent = replace(an_answer(ARTICLES[0]), outcome="silent", text="", sources=[])

    assert await sharing.share(press(), silent, Profile("U1", "T1"), seen=SEEN) == NOTHING
    assert await public_words(database) == []


async def test_what_replaced_an_article_is_not_named_where_it_may_not_be_seen(database: Database, asker: str) -> None:
    sharing = SharingService(desk := a_desk(database, Slack()), People(desk))
    public, internal = ARTICLES[0], ARTICLES[1]
    answer = an_answer(public)
    hit = Hit(public, public.sections[0], 1.0, replaced_by=internal)
    told = replace(answer, sources=[source_of(hit).to_json()])

    refused = await sharing.share(press(), told, Profile("U1", "T1"), seen=SEEN)

    (shown,) = await public_words(database)
    assert refused == ""
    assert public.title in shown
    assert "internalonly" not in shown
