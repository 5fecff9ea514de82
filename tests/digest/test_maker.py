"""A week's digest is counted from the rows, and shown again from what was stored, whatever happened since."""

import json
from datetime import UTC, datetime

import pytest

from bot.actions.facts import ActionFactsService
from bot.adoption.facts import AdoptionFactsService
from bot.audit import Audit
from bot.blockkit import Shown
from bot.clock import Clock
from bot.curation.gap_facts import GapFactsService
from bot.digest.community_blocks import community_digest
from bot.digest.detail_blocks import detail_blocks
from bot.digest.kept import Digest
from bot.digest.maker import DigestMaker, Sources
from bot.digest.team_blocks import team_digest
from bot.digest.weeks import Week
from bot.errors import SlackRefused
from bot.listening.listing import ListeningFactsService
from bot.model import Deletion, Window
from bot.peers.facts import FactsService
from bot.seals import Key
from bot.storage import digests, peers
from bot.storage.engine import Database, Tx
from bot.surveys.results import SurveyFactsService
from knowledge.loader import Handbook
from sandbox.limits import validate_message_blocks
from tests.peers.december import ASK, CHANNELS, NOW, SECRET, ts, write_december

W51 = Week.read("2025-W51")


async def nothing(_window: Window) -> tuple[()]:
    return ()


def maker_on(database: Database, *, refused: str = "") -> DigestMaker:
    async def permalink(channel_id: str, ts: str) -> str:
        if refused:
            raise SlackRefused("chat.getPermalink", refused)
        return f"https://december.slack.com/archives/{channel_id}/p{ts.replace('.', '')}"

    clock = Clock(NOW.timestamp)
    handbook = Handbook("r1", (), channels=CHANNELS)
    adoption = AdoptionFactsService(
        database,
        handbook=lambda: handbook,
        places=dict,
        pulses=SurveyFactsService(database).facts,
        today=lambda: clock.now().date(),
    )
    sources = Sources(
        peers=FactsService(database, channels=lambda: CHANNELS, clock=clock),
        gaps=GapFactsService(database, channels=lambda: CHANNELS),
        surveys=SurveyFactsService(database).facts,
        listening=ListeningFactsService(database).facts,
        adoption=adoption.facts,
        actions=ActionFactsService(database, handbook=lambda: handbook).facts,
        documented=nothing,
        signs=nothing,
        coming=nothing,
        waits=tuple,
    )
    return DigestMaker(database, sources, channels=lambda: CHANNELS, clock=clock, permalink=permalink)


def whole(digest: Digest) -> tuple[Shown, Shown, Shown]:
    """The platform team's, what goes in its thread, and the community's."""
    return team_digest(digest, {}), detail_blocks(digest), community_digest(digest)


@pytest.fixture
async def december(database: Database) -> Database:
    await write_december(database)
    return database


async def test_a_week_is_counted_and_its_waiting_questions_are_linked(december: Database) -> None:
    digest = await maker_on(december).make(W51)

    assert digest.week == W51
    assert digest.this.window == W51.window("Europe/London")
    assert sum(digest.this.by_outcome.values()) == digest.this.questions
    assert digest.rolling.window.since == datetime(2025, 11, 24, tzinfo=UTC)
    assert digest.rolling_before.questions == 0
    assert all(each.channel != "secret" for each in digest.listed)
    assert [each.permalink for each in digest.listed] == [
        f"https://december.slack.com/archives/{ASK}/p{ts(each.asked_at.strftime('%m-%d %H:%M')).replace('.', '')}"
        for each in digest.listed
    ]


async def test_a_digest_goes_out_without_a_link_that_slack_does_not_give(december: Database) -> None:
    digest = await maker_on(december, refused="message_not_found").make(W51)

    assert digest.listed
    assert {each.permalink for each in digest.listed} == {""}


async def test_a_stored_digest_says_the_same_whatever_happened_since(december: Database) -> None:
    maker = maker_on(december)
    made = await maker.make(W51)

    async def store(tx: Tx) -> None:
        await digests.add(tx, str(W51), json.loads(json.dumps(made.to_json())), revision="r1", now=NOW)
        await peers.put_deletions(tx, [Deletion(ASK, ts("12-15 10:00"), ts("12-28 10:00"))])

    await december.write(store)

    shown = await maker.of(W51)
    assert whole(shown) == whole(made)
    assert (await maker.make(W51)).this.questions == made.this.questions - 1


async def test_the_whole_message_is_taken_by_slack_and_names_nothing_private(december: Database) -> None:
    for number in (49, 50, 51, 52):
        digest = await maker_on(december).make(Week(2025, number))
        for shown in whole(digest):
            assert validate_message_blocks(list(shown.blocks)) == []
            assert "secret" not in json.dumps(shown.blocks) + shown.text
            assert SECRET not in json.dumps(shown.blocks) + json.dumps(digest.to_json())


async def test_the_words_of_a_digest(december: Database) -> None:
    digest = await maker_on(december).make(W51)

    base = "https://december.slack.com/archives/C0ASK"
    team, details, community = whole(digest)
    asked = "Colleagues answered 2, the platform team 1, the handbook 1; nobody answered 4."
    first, second = (
        f"<{base}/p1765796400000100|#ask, Mon 15 Dec 11:00>",
        f"<{base}/p1765886400000100|#ask, Tue 16 Dec 12:00>",
    )
    assert team.text.splitlines() == [
        "The week in our channels: 15 Dec to 21 Dec 2025",
        f"*8 questions* (6 the week before) from 5 people. {asked}",
        "*Worth doing now*, one thing",
        (
            "1. *Answer who waits*: 4 questions without a response, 2 past the time promised: "
            f"the longest {first}, 14 days."
        ),
    ]
    assert details.text.splitlines()[:-1] == [
        "*Who answered*",
        "• Answered by a colleague: 2 (3 before)",
        "• Answered by the platform team: 1 (3 before)",
        "• Answered from the handbook, says the asker: 1 (0 before)",
        "• Only the bot answered, unconfirmed: 1 (0 before)",
        "• Nobody answered: 3 (0 before)",
        "• All questions: 8 (6 before)",
        "*Twelve weeks*, in fours: colleagues 0, 0, 10; platform team 0, 0, 6; handbook 0, 0, 1; nobody 0, 0, 6.",
    ]
    assert community.text.splitlines() == [
        "What changed on the platform: 15 Dec to 21 Dec 2025",
        f"*8 questions* from 5 people. {asked}",
        f"*Still open*: {first}; {second}; and 2 more. If you know one, answer in its thread.",
    ]


async def test_digest_keeps_and_shows_the_end_of_the_audit_log(december: Database) -> None:
    none_yet = await maker_on(december).make(W51)
    log = Audit(Key("k" * 32), clock=Clock(NOW.timestamp))
    await december.write(lambda tx: log.add(tx, "request.approved", person=None, subject="r1", facts={}))

    digest = await maker_on(december).make(W51)

    assert none_yet.audit == ""
    assert "Audit:" not in str(detail_blocks(none_yet).blocks)
    number, _, seal = digest.audit.partition(":")
    assert (number, len(seal)) == ("1", 16)
    assert detail_blocks(digest).blocks[-2]["elements"][0]["text"].endswith(f"\nAudit: {digest.audit}…")
    assert Digest.from_json(digest.to_json()) == digest
    async with december.read() as tx:
        assert (await log.verify(tx, digest.audit)).wrong is None
