"""What happened while nobody listened is read back: all of it, once, and what is gone is gone."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, update

from bot.model import Author, Message
from bot.storage import channels as channel_rows
from bot.storage import people
from bot.storage.engine import Tx
from bot.storage.schema import channels, messages, questions, work
from bot.wanted import Choice, Kind
from bot.work import enqueue
from sandbox import Actor
from tests.peers.reading import ASK, DEPLOYS, Reader, standing, standing_reactions

HOUR_S, DAY_S = 3600.0, 86400.0


async def assert_all_is_known(reader: Reader) -> None:
    both = (ASK, DEPLOYS)
    assert await reader.kept() == standing(reader.sandbox, both)
    assert await reader.kept_reactions() == standing_reactions(reader.sandbox, both)


async def test_a_channel_seen_for_the_first_time_is_read_back(reader: Reader, ada: Actor, bela: Actor) -> None:
    asked = ada.say(ASK, "How do I see logs?")
    bela.react(bela.say(ASK, "In Grafana.", thread=asked), "eyes")
    ada.say(DEPLOYS, "Deploying now.")
    reader.sandbox.clock.advance(10 * DAY_S)
    ada.say(ASK, "Where are my metrics?")

    await reader.read_all()

    await assert_all_is_known(reader)
    assert reader.announced.count(ASK) >= 1
    async with reader.database.read() as tx:
        assert [(each.name, each.is_private, each.is_read_back) for each in await channel_rows.states(tx)] == [
            ("ask", False, True),
            ("deploys", False, True),
        ]


async def test_reading_again_changes_nothing(reader: Reader, ada: Actor, bela: Actor) -> None:
    asked = ada.say(ASK, "How do I see logs?")
    ada.react(bela.say(ASK, "In Grafana.", thread=asked), "white_check_mark")
    await reader.read_all()
    async with reader.database.read() as tx:
        before = [list((await tx.execute(select(table))).all()) for table in (messages, questions, work)]

    await reader.read_all()

    async with reader.database.read() as tx:
        assert [list((await tx.execute(select(table))).all()) for table in (messages, questions, work)] == before
    await assert_all_is_known(reader)


@pytest.mark.parametrize("hours", [0.003, 0.1, 2, 72])
async def test_whatever_happened_while_away_is_recovered(reader: Reader, ada: Actor, bela: Actor, hours: float) -> None:
    old = ada.say(ASK, "How do I see logs?")
    first = bela.say(ASK, "In Grafana.", thread=old)
    liked = ada.say(ASK, "Nice.")
    doomed, doomed_with_replies = ada.say(ASK, "Never mind?"), ada.say(ASK, "How do I deploy?")
    bela.say(ASK, "By merging.", thread=doomed_with_replies)
    bela.react(liked, "tada")
    reader.sandbox.clock.advance(9 * DAY_S)  # by then the threads are old
    recent = ada.say(DEPLOYS, "How do I roll back?")
    last = bela.say(DEPLOYS, "By reverting.", thread=recent)
    await reader.read_all()

    reader.sandbox.clock.advance(hours * HOUR_S)
    bela.say(ASK, "Or in the shell.", thread=old)
    bela.edit(first, "In Grafana, under Explore.")
    bela.edit(last, "By reverting the commit.")
    ada.react(last, "white_check_mark")
    ada.edit(recent, "How do I roll back a deployment?")
    ada.delete(doomed)
    ada.delete(doomed_with_replies)
    bela.unreact(liked, "tada")
    ada.say(DEPLOYS, "How do I see who deployed?")
    reader.sandbox.clock.advance(120)
    await reader.read_all()
    if hours < 0.25:  # after a short absence, what happened to old replies is found by the nightly pass
        await reader.catch_up.all_due(is_whole=True)
        await reader.read_all()

    await assert_all_is_known(reader)


async def test_a_thread_whose_last_replies_vanished_is_emptied(reader: Reader, ada: Actor, bela: Actor) -> None:
    asked = ada.say(ASK, "How do I see logs?")
    reply = bela.say(ASK, "In Grafana.", thread=asked)
    await reader.read_all()

    bela.delete(reply)
    reader.sandbox.clock.advance(120)
    await reader.read_all()

    await assert_all_is_known(reader)


async def test_a_thread_that_vanished_whole_leaves_nothing(reader: Reader, ada: Actor, bela: Actor) -> None:
    asked = ada.say(ASK, "How do I see logs?")
    reply = bela.say(ASK, "In Grafana.", thread=asked)
    await reader.read_all()

    bela.delete(reply)
    ada.delete(asked)
    reader.sandbox.clock.advance(120)
    await reader.read_all()

    assert await reader.kept() == set()
    async with reader.database.read() as tx:
        assert (await tx.execute(select(questions))).all() == []


async def test_what_was_said_a_moment_ago_is_not_taken_for_gone(reader: Reader, ada: Actor) -> None:
    reader.sandbox.clock.set_factor(10)  # a minute must not pass meanwhile on a busy machine
    said = ada.say(ASK, "How do I see logs?")
    await reader.read_all()
    del reader.sandbox.workspace.channels[ASK].messages[said.ts]  # Slack does not show it yet
    reader.sandbox.workspace.channels[ASK].timeline.clear()

    await reader.read_all()

    assert [ts for _, ts, *_ in await reader.kept()] == [said.ts]


async def test_history_older_than_the_handbook_wants_is_left_alone(reader: Reader, ada: Actor) -> None:
    ada.say(DEPLOYS, "Long ago.")
    reader.sandbox.clock.advance(31 * DAY_S)
    said = ada.say(DEPLOYS, "Today.")

    await reader.read_all()

    assert [ts for _, ts, *_ in await reader.kept()] == [said.ts]


async def test_an_old_question_is_kept_and_not_answered(reader: Reader, ada: Actor) -> None:
    await reader.read_all()
    old = ada.say(ASK, "How do I see logs?")
    reader.sandbox.clock.advance(2 * DAY_S)
    new = ada.say(ASK, "How do I deploy?")

    await reader.read_all()

    async with reader.database.read() as tx:
        assert set((await tx.scalars(select(questions.c.ts))).all()) == {old.ts, new.ts}
    assert await work_keys(reader) == [f"{ASK}:{new.ts}"]


async def test_what_was_said_before_the_database_was_used_is_kept_and_not_done(reader: Reader, ada: Actor) -> None:
    """Nobody knows here what became of it: the bot may be new, or its database lost."""
    mention = f"<@{reader.sandbox.workspace.bot_user_id}>"
    said = [ada.say(DEPLOYS, f"{mention} How do I roll back?"), ada.dm("How do I get a bucket?")]
    reader.sandbox.clock.advance(1200)
    said.append(ada.say(ASK, "How do I see logs?"))

    await reader.read_all()
    await reader.read_all()

    assert await work_keys(reader) == []
    assert {ts for _, ts, *_ in await reader.kept()} == {said[0].ts, said[2].ts}


async def test_who_turned_to_the_bot_while_it_was_being_set_up_is_heard(reader: Reader, ada: Actor) -> None:
    mention = f"<@{reader.sandbox.workspace.bot_user_id}>"
    root = ada.say(DEPLOYS, "Deploying now.")
    asked = [ada.say(DEPLOYS, f"{mention} hello?"), ada.dm("hello?"), ada.say(DEPLOYS, f"{mention} hi?", thread=root)]

    await reader.read_all()

    assert sorted(await work_keys(reader)) == sorted(f"{each.channel}:{each.ts}" for each in asked)


async def test_what_a_bot_of_ours_answered_on_a_database_that_is_lost_is_not_done_again(
    reader: Reader, ada: Actor
) -> None:
    workspace = reader.sandbox.workspace
    mention = f"<@{workspace.bot_user_id}>"
    root = ada.say(DEPLOYS, "Deploying now.")
    asked = [ada.say(DEPLOYS, f"{mention} hello?"), ada.dm("hello?"), ada.say(DEPLOYS, f"{mention} hi?", thread=root)]
    for each in asked:
        workspace.past.say(
            workspace.bot_user_id,
            each.channel,
            "Hello.",
            at=reader.sandbox.clock.now(),
            thread_ts=each.thread_ts or each.ts,
        )

    await reader.read_all()

    assert await work_keys(reader) == []


async def test_what_was_asked_before_its_channel_was_watched_is_not_answered(reader: Reader, ada: Actor) -> None:
    both = reader.watched
    reader.watched = replace(both, channels=both.channels[1:])
    await reader.read_all()
    ada.say(ASK, "How do I see logs?")
    reader.sandbox.clock.advance(60)
    reader.watched = both
    await reader.catch_up._add_new()
    asked = ada.say(ASK, "How do I deploy?")

    await reader.read_all()

    assert await work_keys(reader) == [f"{ASK}:{asked.ts}"]


async def work_keys(reader: Reader) -> list[str]:
    async with reader.database.read() as tx:
        return list(await tx.scalars(select(work.c.key)))


async def test_a_direct_message_missed_while_away_is_taken_up_and_not_kept(reader: Reader, ada: Actor) -> None:
    missed = ada.dm("How do I see logs?")

    await reader.read_all()
    await reader.read_all()

    async with reader.database.read() as tx:
        assert list((await tx.scalars(select(work.c.key))).all()) == [f"{missed.channel}:{missed.ts}"]
    assert await reader.kept() == set()


async def test_a_channel_without_the_bot_is_named_and_tried_again(reader: Reader, ada: Actor) -> None:
    reader.sandbox.workspace.channels[ASK].members.discard(reader.sandbox.workspace.bot_user_id)
    await reader.read_all()
    async with reader.database.read() as tx:
        problems = {each.channel_id: each.problem for each in await channel_rows.states(tx)}

    ada.invite_app(ASK)
    said = ada.say(ASK, "How do I see logs?")
    await reader.read_all()

    assert problems == {ASK: "not_in_channel", DEPLOYS: None}
    assert said.ts in {ts for _, ts, *_ in await reader.kept()}


async def test_a_lease_that_was_lost_stops_the_reader(reader: Reader, ada: Actor) -> None:
    ada.say(ASK, "How do I see logs?")

    async def taken_over(_channel_id: str) -> None:
        async with reader.database.engine.begin() as connection:
            await connection.execute(channels.update().values(lease="somebody else's"))

    reader.catch_up._announce = taken_over
    await reader.catch_up.all_due()
    await reader.catch_up._step()

    assert await reader.kept() == set()


async def test_direct_messages_with_an_erased_person_are_not_looked_for_until_they_ask_again(
    reader: Reader, ada: Actor, bela: Actor
) -> None:
    hers, his = ada.dm("hello").channel, bela.dm("hello").channel
    await reader.database.write(lambda tx: _leave_out(tx, ada.id, datetime(2026, 11, 24, tzinfo=UTC)))
    await reader.read_all()
    async with reader.database.read() as tx:
        before = set(await tx.scalars(select(channels.c.channel_id).where(channels.c.is_direct)))
    now = reader.catch_up._clock.now()
    await reader.database.write(lambda tx: people.pseudonym_of(tx, ada.id, now=now, new_id=lambda: "again"))
    await reader.read_all()

    assert before == {his}
    async with reader.database.read() as tx:
        assert set(await tx.scalars(select(channels.c.channel_id).where(channels.c.is_direct))) == {hers, his}


async def test_what_an_erased_person_asked_directly_before_is_not_asked_anew_once_they_are_back(
    reader: Reader, ada: Actor
) -> None:
    ada.dm("hello")
    reader.sandbox.clock.advance(60)
    now = reader.catch_up._clock.now()
    await reader.database.write(lambda tx: _leave_out(tx, ada.id, now))
    await reader.database.write(lambda tx: people.pseudonym_of(tx, ada.id, now=now, new_id=lambda: "again"))
    after = ada.dm("and now?")
    await reader.read_all()

    async with reader.database.read() as tx:
        assert list(await tx.scalars(select(work.c.key))) == [f"{after.channel}:{after.ts}"]


async def test_reaction_to_a_reply_is_found_though_the_channel_was_never_read_before_the_absence(
    reader: Reader, ada: Actor, bela: Actor
) -> None:
    """Events told of the thread: by their number its replies were all known."""
    asked = ada.say(ASK, "How do I see logs?")
    reply = bela.say(ASK, "In Grafana.", thread=asked)
    for each, root in ((asked, None), (reply, asked.ts)):
        await reader.peers.record_message(Message(ASK, each.ts, Author(each.user), each.text, thread_ts=root))
    now = reader.catch_up._clock.now()
    await reader.database.write(lambda tx: channel_rows.add(tx, {ASK: "ask", DEPLOYS: "deploys"}, now=now))
    read = update(channels).where(channels.c.channel_id == DEPLOYS).values(watermark=asked.ts)
    await reader.database.write(lambda tx: tx.execute(read))
    ada.react(reply, "white_check_mark")
    reader.sandbox.clock.advance(HOUR_S)

    await reader.read_all()

    await assert_all_is_known(reader)


async def test_what_somebody_asked_directly_is_not_asked_anew_while_they_are_erased(
    reader: Reader, ada: Actor, bela: Actor
) -> None:
    ada.dm("hello")
    his, now = bela.dm("hello").channel, reader.catch_up._clock.now()

    async def erasing(tx: Tx) -> None:
        person = await people.pseudonym_of(tx, ada.id, now=now, new_id=lambda: "leaving")
        await enqueue(tx, Kind.ERASE, Choice("leaving:1", person, "erase"), due_at=now, now=now)

    await reader.database.write(erasing)
    await reader.read_all()

    async with reader.database.read() as tx:
        assert set(await tx.scalars(select(channels.c.channel_id).where(channels.c.is_direct))) == {his}


async def _leave_out(tx: Tx, user_id: str, now: datetime) -> None:
    await people.leave_out(tx, user_id, await people.stand_ins(tx), now=now)
