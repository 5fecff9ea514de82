"""Who answered whom where there are no threads, kept in step whatever order things come in."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from bot.clock import Clock
from bot.model import Author, Deletion, Message, Standing, Workspace
from bot.peers.facts import FactsService
from bot.peers.linking import LINKER
from bot.peers.listing import ListingService
from bot.peers.service import PeerService
from bot.storage.engine import Database
from bot.storage.peers import has_human_reply
from bot.storage.schema import links, messages
from knowledge.channels import Channel, Channels, Keep

NOW = datetime(2025, 11, 24, 16, 1, tzinfo=UTC)
ASK, OTHER, COUNTED = "C0ASK", "C0OTHER", "C0COUNTED"
CHANNELS = Channels(
    channels=(Channel(ASK, "ask"), Channel(OTHER, "other"), Channel(COUNTED, "counted", keep=Keep.COUNTS))
)
START = 1_763_990_000
SAID = (
    "How do I rotate the token of my service?",
    "<@U2> you can rotate it with the portal, under tokens",
    "thanks, that worked",
    "which cluster is it?",
    "the staging cluster",
    "Is the registry down?",
    "it is slow for me too",
    "and the portal says error 500",
    "<@U3> restart the runner, then the token is read again",
    "ok",
    "hi all, our build fails with a timeout since this morning",
    "<@U1> try a smaller image",
)


class Talk:
    """The service on a database, and what it linked."""

    def __init__(self, database: Database) -> None:
        numbers = count(1)
        self.database = database
        self.clock = Clock(NOW.timestamp)
        self.service = PeerService(
            database,
            channels=lambda: CHANNELS,
            workspace=Workspace("T1", None, "UBOT", "B1"),
            clock=self.clock,
            new_id=lambda: f"p{next(numbers)}",
            wake=lambda: None,
        )

    async def hear(self, events: Sequence[Message | Deletion]) -> None:
        for each in events:
            if isinstance(each, Message):
                await self.service.record_message(each)
            else:
                await self.service.record_deletion(each)

    async def links(self, channel_id: str = ASK) -> list[tuple[object, ...]]:
        names = ("ts", "form", "kin", "has_thread", "answers_ts", "talk_ts", "confidence", "linker")
        query = select(*(links.c[name] for name in names)).where(links.c.channel_id == channel_id)
        async with self.database.read() as tx:
            return [tuple(row) for row in await tx.execute(query.order_by(links.c.ts))]

    async def answered(self, channel_id: str = ASK) -> dict[int, int | None]:
        """By number of the message, the number of the one it answers."""
        return {_number(str(row[0])): _number(str(row[4])) if row[4] else None for row in await self.links(channel_id)}


@pytest.fixture
def talk(database: Database) -> Talk:
    return Talk(database)


def at(number: int) -> str:
    return f"{START + number * 20}.000100"


def _number(ts: str) -> int:
    return (int(float(ts)) - START) // 20


def said(number: int, user: str, text: str, channel_id: str = ASK, *, in_thread_of: int | None = None) -> Message:
    thread_ts = None if in_thread_of is None else at(in_thread_of)
    return Message(channel_id, at(number), Author(user, team_id="T1"), text, thread_ts=thread_ts)


DIALOGUE = [
    said(0, "U1", "How do I rotate the token of my service?"),
    said(1, "U2", "Is the registry down?"),
    said(2, "U3", "<@U1> open the portal and press rotate on the token"),
    said(3, "U4", "<@U2> yes, it is down since nine, we are on it"),
    said(4, "U1", "<@U3> that worked, thanks!"),
]


async def test_replies_are_linked_to_what_they_answer(talk: Talk) -> None:
    await talk.hear(DIALOGUE)

    assert await talk.answered() == {0: None, 1: None, 2: 0, 3: 1, 4: 2}
    assert {row[7] for row in await talk.links()} == {LINKER}


async def test_who_answered_first_is_read_from_the_channel_below(talk: Talk) -> None:
    await talk.hear(DIALOGUE)

    facts = FactsService(talk.database, channels=lambda: CHANNELS, clock=talk.clock)
    listed = await ListingService(talk.database, facts, key=None).questions()

    told = [(row["asker"], row["first_responder"], row["seconds_to_first_response"], row["outcome"]) for row in listed]
    assert told == [("U1", "U3", 40, "peer"), ("U2", "U4", 40, "open")]


async def test_a_follow_up_belongs_to_its_question_and_is_not_counted_again(talk: Talk) -> None:
    more = said(5, "U1", "<@U3> and how do I rotate the second token?")
    await talk.hear([*DIALOGUE, more])

    facts = FactsService(talk.database, channels=lambda: CHANNELS, clock=talk.clock)
    listed = await ListingService(talk.database, facts, key=None).questions()

    assert [each.ts for each in await facts.cases()] == [at(0), at(1)]
    assert [row.get("part_of") for row in listed] == [None, None, {"channel": ASK, "ts": at(0)}]


async def test_a_bot_below_a_question_is_no_person_who_answered(talk: Talk) -> None:
    bot = replace(said(1, "UBOT2", "<@U1> read the page on tokens"), author=Author("UBOT2", is_bot=True, team_id="T1"))
    await talk.hear([DIALOGUE[0], bot])

    facts = FactsService(talk.database, channels=lambda: CHANNELS, clock=talk.clock)
    [case] = await facts.cases()

    assert (await talk.answered())[1] == 0
    assert (case.first_responder, case.first_responder_kind) == (None, "bot")


async def test_a_question_answered_below_is_not_answered_by_the_bot_any_more(talk: Talk) -> None:
    await talk.hear(DIALOGUE[:2])
    async with talk.database.read() as tx:
        before = await has_human_reply(tx, ASK, at(0), asker="p1")

    await talk.hear(DIALOGUE[2:])

    async with talk.database.read() as tx:
        assert (before, await has_human_reply(tx, ASK, at(0), asker="p1")) == (False, True)


@pytest.mark.parametrize(
    ("text", "is_left_to_people"),
    [
        ("<@U1> it is in the portal", True),
        ("press rotate on the token, in the portal", True),
        ("lunch is at noon today", False),
        ("and who can tell me where the token is kept?", False),
    ],
    ids=["names the asker", "shares words", "a remark", "a question"],
)
async def test_only_what_is_about_the_question_leaves_it_to_people(
    talk: Talk, text: str, is_left_to_people: bool
) -> None:
    """However sure the linker is that it belongs to the same talk."""
    await talk.hear([DIALOGUE[0], said(1, "U2", text)])
    sure = update(links).where(links.c.ts == at(1)).values(answers_ts=at(0), talk_ts=at(0), confidence=0.99)
    await talk.database.write(lambda tx: tx.execute(sure))

    async with talk.database.read() as tx:
        assert await has_human_reply(tx, ASK, at(0), asker="p1") is is_left_to_people


async def test_where_people_answer_in_threads_nothing_below_is_taken_for_an_answer(talk: Talk) -> None:
    threads = [said(number, "U1", "How do I rotate the token?") for number in (0, 2, 4)]
    replies = [said(number + 1, "U2", "in the portal", in_thread_of=number) for number in (0, 2)]
    await talk.hear([*threads, *replies, said(6, "U3", "the portal is nice")])

    assert await talk.answered() == {0: None, 2: None, 4: None, 6: None}


async def test_a_deleted_message_is_answered_by_nobody(talk: Talk) -> None:
    await talk.hear(DIALOGUE)

    await talk.hear([Deletion(ASK, at(2), at(9))])

    answered = await talk.answered()
    assert 2 not in answered
    assert 2 not in answered.values()


async def test_words_bear_on_links_only_where_words_are_kept(talk: Talk) -> None:
    for channel_id in (ASK, COUNTED):
        await talk.hear([replace(each, channel_id=channel_id) for each in DIALOGUE])

    assert any(row[2] for row in await talk.links(ASK))
    assert not any(row[2] for row in await talk.links(COUNTED))
    async with talk.database.read() as tx:
        kept = (await tx.scalars(select(messages.c.text).where(messages.c.channel_id == COUNTED))).all()
    assert set(kept) == {None}
    assert await talk.answered(COUNTED) == {0: None, 1: None, 2: 0, 3: 1, 4: 2}


async def test_a_question_asked_in_several_channels_counts_once_with_all_that_was_said(talk: Talk) -> None:
    asked = "How do I rotate the token of my service account?"
    again = said(1, "U1", "How do I rotate the tokens of my service account?", OTHER)
    answer = said(2, "U2", "<@U1> in the portal, under tokens", OTHER)
    await talk.hear([again, said(0, "U1", asked), answer, said(3, "U4", asked, OTHER)])
    facts = FactsService(talk.database, channels=lambda: CHANNELS, clock=talk.clock)

    cases = await facts.cases()
    await talk.hear([Deletion(ASK, at(0), at(9))])

    assert [(each.channel_id, each.ts, each.seconds_to_first_response) for each in cases] == [
        (ASK, at(0), 40),
        (OTHER, at(3), None),
    ]
    assert [(each.channel_id, each.ts) for each in await facts.cases()] == [(OTHER, at(1)), (OTHER, at(3))]


def _events(chance: Random, number: int) -> list[Message | Deletion]:
    """A talk of a few people with edits, deletions and threads in it, in the order of time."""
    events: list[Message | Deletion] = []
    roots: list[int] = []
    for each in range(number):
        in_thread = chance.choice(roots) if roots and chance.random() < 0.15 else None
        channel_id = ASK if chance.random() < 0.8 else COUNTED
        message = said(each, f"U{chance.randint(1, 4)}", chance.choice(SAID), channel_id, in_thread_of=in_thread)
        if in_thread is not None:
            message = replace(message, channel_id=ASK)
        elif channel_id == ASK:
            roots.append(each)
        events.append(message)
        if chance.random() < 0.15:
            events.append(replace(message, text=chance.choice(SAID), edited_ts=at(each + 1)))
        if chance.random() < 0.1:
            events.append(Deletion(message.channel_id, message.ts, at(each + 2)))
    return events


# A smaller seed makes no simpler talk, so nothing is looked for once one fails.
@settings(max_examples=3, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000))
async def test_the_order_of_events_duplicates_edits_and_deletions_change_no_link(
    tmp_path: Path, migrated_file: Path, seed: int
) -> None:
    chance = Random(seed)
    events = _events(chance, 45)
    shuffled = [*events, *chance.sample(events, 8)]
    chance.shuffle(shuffled)

    found = []
    for name, heard in (("in order", events), ("shuffled", shuffled)):
        talk = _on_copy(tmp_path / f"{seed} {name}.db", migrated_file)
        await talk.hear(heard)
        found.append([await talk.links(ASK), await talk.links(COUNTED)])
        await talk.database.close()
    talk = _on_copy(tmp_path / f"{seed} pages.db", migrated_file)
    await _take_pages(talk, events)
    found.append([await talk.links(ASK), await talk.links(COUNTED)])
    await talk.database.close()

    assert found[1] == found[0]
    assert found[2] == found[0]


def _on_copy(file: Path, migrated: Path) -> Talk:
    file.write_bytes(migrated.read_bytes())
    return Talk(Database(f"sqlite+aiosqlite:///{file}"))


async def _take_pages(talk: Talk, events: Sequence[Message | Deletion]) -> None:
    """As history shows it: latest pages first, each message as it stands in the end."""
    for channel_id in (ASK, COUNTED):
        here = {each.ts: each for each in events if each.channel_id == channel_id}
        gone = {each.ts for each in events if isinstance(each, Deletion)}
        standing = [Standing(each) for ts, each in here.items() if ts not in gone and isinstance(each, Message)]
        for start in reversed(range(0, len(standing), 7)):
            await talk.service.record_page(channel_id, standing[start : start + 7], read_ts=at(99))
