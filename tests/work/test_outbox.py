"""Each effect becomes visible exactly once, whatever befalls the calls; and no faster or oftener than allowed."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete

from bot.errors import SlackError, SlackRateLimited, SlackRefused, SlackUnclear
from bot.model import Effect, Purpose
from bot.outbox import LOOK_BACK, PACE, SETTLE
from bot.storage import outbox as rows
from bot.storage.engine import Database, Tx
from bot.storage.outbox import Sending
from bot.storage.restored import put_backed_up, put_restored
from bot.storage.schema import outbox
from bot.unasked import may_send_unasked
from bot.work import CLOCKS_APART, LEASE, apart
from tests.work.desk import STARTS_AT, FakeSlack, ids, lost_reply, refusal, run_until
from tests.work.outbox_desk import ASKED, BLOCKS, EDIT, POST, UNASKED, Desk, kind


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


async def test_effect_is_shown_once_a_key_as_it_was_first_put(desk: Desk) -> None:
    await desk.put(POST, replace(POST, text="other words"))
    await desk.turn()
    await desk.put(POST)
    desk.hands.move(minutes=1)
    await desk.turn()

    [shown] = desk.slack.posts
    assert (shown.channel, shown.text, shown.blocks, shown.thread_ts) == ("C1", "words", list(BLOCKS), "1.000001")
    row = await desk.row()
    assert (row["state"], row["slack_channel"], row["slack_ts"], row["attempts"]) == ("sent", "C1", "1.000100", 1)
    assert desk.slack.looks == []


async def test_what_slack_can_show_others_names_nothing(desk: Desk) -> None:
    await desk.put(POST)
    await desk.turn()

    assert POST.key not in desk.slack.posts[0].mark


async def test_direct_message_goes_to_the_person_behind_the_pseudonym(desk: Desk) -> None:
    person = await desk.person("U1")
    await desk.put(replace(POST, channel_id="", recipient=person))
    await desk.turn()

    assert [post.channel for post in desk.slack.posts] == ["U1"]


@pytest.mark.parametrize("channel_id", ["", "D1"], ids=["a DM", "the DM they wrote in"])
async def test_erased_person_gets_nothing(desk: Desk, channel_id: str) -> None:
    person = await desk.person("U1")
    await desk.put(replace(POST, channel_id=channel_id, recipient=person))
    await desk.erase(person)
    await desk.turn()

    assert (desk.slack.posts, await desk.states()) == ([], {POST.key: "skipped"})


# An outcome that is not known.


async def test_lost_reply_of_a_message_that_stands_is_looked_up_and_not_sent_again(desk: Desk) -> None:
    desk.slack.troubles["post"] = [lost_reply(applied=True)]
    await desk.put(POST)
    await desk.turn()
    unclear = await desk.row()
    desk.hands.now = unclear["due_at"]
    await desk.turn()

    assert unclear["state"] == "unclear"
    assert desk.slack.calls == ["post", "look"]
    assert desk.slack.looks == [((await desk.row())["mark"], STARTS_AT - LOOK_BACK)]
    assert len(desk.slack.posts) == 1
    row = await desk.row()
    assert (row["state"], row["slack_ts"]) == ("sent", "1.000100")


async def test_lost_message_is_sent_again_after_a_look(desk: Desk) -> None:
    desk.slack.troubles["post"] = [lost_reply(applied=False)]
    await desk.put(POST)
    await desk.turn_at_each_due_time(1)
    await desk.turn()

    assert desk.slack.calls == ["post", "look", "post"]
    assert (len(desk.slack.posts), await desk.states()) == (1, {POST.key: "sent"})


async def test_slack_has_time_to_settle_before_the_look(desk: Desk) -> None:
    desk.slack.troubles["post"] = [lost_reply(applied=True)]
    await desk.put(POST)
    await desk.turn()
    desk.hands.now = STARTS_AT + SETTLE + apart(desk.database) - timedelta(seconds=1)
    await desk.turn()

    assert desk.slack.calls == ["post"]


async def test_waits_grow_and_every_look_goes_back_to_the_first_try(desk: Desk) -> None:
    desk.slack.troubles["post"] = [lost_reply(applied=False)] * 8
    await desk.put(POST)
    waits = await desk.turn_at_each_due_time(8)
    await desk.turn()

    settled = (SETTLE + apart(desk.database)).total_seconds()
    assert waits == [max(settled, wait) for wait in (5, 10, 20, 40, 80, 160, 300, 300)]
    assert {since for _, since in desk.slack.looks} == {STARTS_AT - LOOK_BACK}
    assert len(desk.slack.posts) == 1


async def test_look_that_fails_is_no_leave_to_send(desk: Desk) -> None:
    desk.slack.troubles["post"] = [lost_reply(applied=True)]
    desk.slack.troubles["look"] = [
        refusal(SlackRateLimited("conversations.replies", 30)),
        refusal(SlackUnclear("conversations.replies", "status 500")),
    ]
    await desk.put(POST)
    await desk.turn_at_each_due_time(3)
    await desk.turn()

    assert desk.slack.calls == ["post", "look", "look", "look"]
    assert (len(desk.slack.posts), await desk.states()) == (1, {POST.key: "sent"})


async def test_effect_claimed_by_a_process_that_died_is_looked_up_first(desk: Desk) -> None:
    await desk.put(POST)
    [dead] = await desk.claim("dead")
    desk.slack.posts.append(await _posted_by(desk, dead))
    desk.hands.move(seconds=LEASE.total_seconds())
    await desk.turn()

    assert desk.slack.calls == ["look"]
    assert await desk.states() == {POST.key: "sent"}


async def _posted_by(desk: Desk, sending: Sending) -> Any:
    other = FakeSlack()
    await other.post("C1", text=sending.text, blocks=[], thread_ts=None, mark=sending.mark)
    return other.posts[0]


async def test_what_a_restored_database_does_not_know_of_is_looked_up_for_a_day(desk: Desk) -> None:
    """Another one sent it, after the copy was taken of which this one was made: the mark is the same."""
    await desk.put(POST)
    await desk.turn()
    taken_at, restored_at = desk.hands.now - timedelta(hours=1), desk.hands.now
    await desk.database.write(lambda tx: tx.execute(delete(outbox)))
    await desk.database.write(lambda tx: put_backed_up(tx, taken_at))
    await desk.database.write(lambda tx: put_restored(tx, restored_at))
    again = Desk(desk.database, desk.hands, desk.slack)

    await again.put(POST, replace(POST, key="answer:2"))
    await again.turn()
    again.hands.move(hours=25)
    await again.put(replace(POST, key="answer:3"))
    await again.turn()

    assert desk.slack.calls == ["post", "look", "look", "post", "post"]
    assert {since for _, since in desk.slack.looks} == {taken_at - LOOK_BACK}
    assert set((await again.states()).values()) == {"sent"}


async def test_look_that_outlasts_the_lease_is_no_leave_to_send(desk: Desk) -> None:
    desk.slack.troubles["post"] = [lost_reply(applied=False)]
    await desk.put(POST)
    await desk.turn_at_each_due_time(1)
    desk.slack.during = lambda: desk.hands.move(seconds=LEASE.total_seconds())
    await desk.turn()
    desk.slack.during = None

    assert desk.slack.posts == []
    assert await desk.states() == {POST.key: "unclear"}


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_bot_whose_clock_is_a_minute_ahead_takes_no_message_that_another_sends(desk: Desk) -> None:
    ahead = Desk(desk.database, slack=desk.slack, new_id=ids("ahead"))
    ahead.hands.move(seconds=(CLOCKS_APART + LEASE / 2).total_seconds())
    desk.slack.gate = asyncio.Event()
    await desk.put(POST)
    sending = asyncio.create_task(desk.outbox.run())
    await desk.hands.until(lambda: desk.slack.calls == ["post"])
    rests = ahead.hands.rests
    looking = asyncio.create_task(ahead.outbox.run())
    await ahead.hands.until(lambda: ahead.hands.rests > rests + 2 or len(desk.slack.calls) > 1)
    desk.slack.gate.set()
    for task in (sending, looking):
        task.cancel()
    await asyncio.gather(sending, looking, return_exceptions=True)

    assert desk.slack.calls == ["post"]


async def test_after_a_day_without_an_outcome_it_is_given_up(desk: Desk) -> None:
    desk.slack.troubles["post"] = [lost_reply(applied=False)] * 2
    await desk.put(POST)
    await desk.turn()
    desk.hands.move(hours=25)
    await desk.turn()

    assert await desk.states() == {POST.key: "failed"}


# Slack says wait, or no.


async def test_rate_limit_is_no_try_that_may_have_been_seen(desk: Desk) -> None:
    desk.slack.troubles["post"] = [refusal(SlackRateLimited("chat.postMessage", 30))]
    await desk.put(POST)
    waits = await desk.turn_at_each_due_time(1)
    limited = await desk.row()
    await desk.turn()

    assert waits == [30]
    assert (limited["state"], limited["first_tried_at"]) == ("waiting", None)
    assert desk.slack.calls == ["post", "post"]


async def test_rate_limit_holds_the_channel_and_no_other(desk: Desk) -> None:
    desk.slack.troubles["post"] = [refusal(SlackRateLimited("chat.postMessage", 30))]
    await desk.put(POST)
    await desk.turn()
    await desk.put(replace(POST, key="same"), replace(POST, key="other", channel_id="C2"))
    desk.hands.move(seconds=29)
    await desk.turn()
    before = [post.channel for post in desk.slack.posts]
    desk.hands.move(seconds=1)
    await desk.turn()
    desk.hands.move(seconds=2)
    await desk.turn()

    assert before == ["C2"]
    assert [post.channel for post in desk.slack.posts] == ["C2", "C1", "C1"]


async def test_rate_limit_makes_an_unclear_effect_no_clearer(desk: Desk) -> None:
    desk.slack.troubles["post"] = [
        lost_reply(applied=False),
        refusal(SlackRateLimited("chat.postMessage", 30)),
    ]
    await desk.put(POST)
    await desk.turn_at_each_due_time(2)
    await desk.turn()

    assert desk.slack.calls == ["post", "look", "post", "look", "post"]
    assert len(desk.slack.posts) == 1


@pytest.mark.parametrize("code", ["invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long"])
async def test_blocks_slack_refuses_are_left_out(desk: Desk, code: str) -> None:
    desk.slack.troubles["post"] = [refusal(SlackRefused("chat.postMessage", code))]
    await desk.put(POST)
    await desk.turn()
    desk.hands.move(seconds=2)
    await desk.turn()

    assert [(post.text, post.blocks) for post in desk.slack.posts] == [("words", [])]
    assert desk.slack.calls == ["post", "post"]


@pytest.mark.parametrize(
    ("effect", "code"),
    [
        pytest.param(replace(POST, blocks=()), "invalid_blocks", id="no blocks to leave out"),
        pytest.param(POST, "channel_not_found", id="no such channel"),
        pytest.param(POST, "is_archived", id="archived"),
        pytest.param(POST, "something_new", id="a refusal not known yet"),
    ],
)
async def test_refused_effect_fails_with_slacks_word(desk: Desk, effect: Effect, code: str) -> None:
    desk.slack.troubles["post"] = [refusal(SlackRefused("chat.postMessage", code))]
    await desk.put(effect)
    await desk.turn()
    desk.hands.move(hours=1)
    await desk.turn()

    row = await desk.row()
    assert (row["state"], row["problem"], desk.slack.calls) == ("failed", code, ["post"])


@pytest.mark.parametrize("code", ["invalid_auth", "token_revoked", "missing_scope"])
async def test_trouble_with_the_token_is_waited_out(desk: Desk, code: str) -> None:
    desk.slack.troubles["post"] = [refusal(SlackRefused("chat.postMessage", code))]
    await desk.put(POST)
    await desk.turn_at_each_due_time(1)
    desk.hands.move(hours=20)
    await desk.turn()

    assert desk.slack.calls == ["post", "post"]
    assert await desk.states() == {POST.key: "sent"}


async def test_trouble_with_the_token_ends_after_a_day(desk: Desk) -> None:
    desk.slack.troubles["post"] = [refusal(SlackRefused("chat.postMessage", "invalid_auth"))] * 2
    await desk.put(POST)
    await desk.turn()
    desk.hands.move(hours=24)
    await desk.turn()

    assert await desk.states() == {POST.key: "failed"}


# Edits.


async def test_edit_waits_for_its_target(desk: Desk) -> None:
    desk.slack.troubles["post"] = [lost_reply(applied=True)]
    await desk.put(POST, EDIT)
    await desk.turn()
    waiting = desk.slack.edits[:]
    desk.hands.now = (await desk.row())["due_at"]
    await desk.turn()
    desk.hands.move(seconds=2)
    await desk.turn()

    assert waiting == []
    assert desk.slack.edits == [("C1", "1.000100", "newer words")]


async def test_newest_state_of_an_edit_wins(desk: Desk) -> None:
    await desk.put(POST, EDIT, replace(EDIT, text="newest words"))
    await desk.turn()
    desk.hands.move(seconds=2)
    await desk.turn()

    assert [text for _, _, text in desk.slack.edits] == ["newest words"]


async def test_edit_that_was_shown_is_shown_again_only_for_a_newer_state(desk: Desk) -> None:
    await desk.put(POST, EDIT)
    for text in (None, None, "newest words", None):
        if text:
            await desk.put(replace(EDIT, text=text))
        desk.hands.move(seconds=2)
        await desk.turn()

    assert [text for _, _, text in desk.slack.edits] == ["newer words", "newest words"]


@pytest.mark.parametrize(
    "trouble",
    [
        pytest.param(None, id="that is shown"),
        pytest.param(lost_reply("chat.update", applied=False), id="that is lost"),
        pytest.param(refusal(SlackRefused("chat.update", "msg_too_long")), id="that is refused"),
        pytest.param(refusal(SlackRefused("chat.update", "edit_window_closed")), id="that fails"),
    ],
)
async def test_newer_state_put_during_an_edit_is_shown_after_it(desk: Desk, trouble: Any) -> None:
    await desk.put(POST)
    await desk.turn()
    desk.hands.move(seconds=2)
    desk.slack.gate, desk.slack.troubles["edit"] = asyncio.Event(), [trouble]
    await desk.put(EDIT)

    async def is_under_way() -> bool:
        if "edit" not in desk.slack.calls:
            return False
        await desk.put(replace(EDIT, text="newest words"))
        assert desk.slack.gate is not None
        desk.slack.gate.set()
        return True

    await run_until(desk.outbox.run(), is_under_way)
    desk.hands.move(seconds=30)
    await desk.turn()

    assert desk.slack.edits[-1][2] == "newest words"
    assert (await desk.row(EDIT.key))["state"] == "sent"


async def test_lost_reply_of_an_edit_is_said_again_without_a_look(desk: Desk) -> None:
    desk.slack.troubles["edit"] = [lost_reply("chat.update", applied=True)]
    await desk.put(POST, EDIT)
    for _ in range(3):
        await desk.turn()
        desk.hands.move(seconds=15)

    assert desk.slack.calls == ["post", "edit", "edit"]


@pytest.mark.parametrize("state", ["failed", "skipped"])
async def test_edit_of_what_was_never_shown_fails(desk: Desk, state: str) -> None:
    await desk.put(POST)
    [sending] = await desk.claim()
    await desk.database.write(lambda tx: rows.mark_ended(tx, sending, state=state, problem="no", now=desk.hands.now))
    await desk.put(EDIT)
    await desk.turn()

    row = await desk.row(EDIT.key)
    assert (row["state"], row["problem"], desk.slack.calls) == ("failed", "target_was_not_sent", [])


# One at a time, and no faster than Slack takes it.


async def test_channel_has_one_message_a_second(desk: Desk) -> None:
    await desk.put(*(replace(POST, key=f"answer:{number}") for number in range(3)))
    counts = []
    for _ in range(4):
        await desk.turn()
        await desk.turn()
        counts.append(len(desk.slack.posts))
        desk.hands.move(seconds=PACE.total_seconds())

    assert counts == [1, 2, 3, 3]


@pytest.mark.parametrize("channel_id", ["C1", "", "D1"], ids=["a channel", "a DM", "the DM they wrote in"])
async def test_two_calls_to_one_place_are_never_under_way_at_once(desk: Desk, channel_id: str) -> None:
    person = await desk.person("U1")
    one = replace(POST, channel_id=channel_id, recipient=None if channel_id == "C1" else person)
    await desk.put(one)
    desk.slack.gate = asyncio.Event()

    async def is_second_tried() -> bool:
        if not desk.slack.calls:
            return False
        await desk.put(replace(one, key="second"))
        rests = desk.hands.rests
        while desk.hands.rests < rests + 3:
            desk.outbox.bell.set()
            await asyncio.sleep(0.001)
        assert desk.slack.gate is not None
        desk.slack.gate.set()
        return True

    await run_until(desk.outbox.run(), is_second_tried)
    await desk.turn()
    desk.hands.move(seconds=2)
    await desk.turn()

    assert desk.slack.at_most == 1
    assert len(desk.slack.posts) == 2


async def test_channels_do_not_wait_for_each_other(desk: Desk) -> None:
    channels = [f"C{number}" for number in range(8)]
    await desk.put(*(replace(POST, key=channel, channel_id=channel) for channel in channels))
    desk.slack.gate = asyncio.Event()

    async def are_all_under_way() -> bool:
        return len(desk.slack.calls) == len(channels)

    running = asyncio.create_task(run_until(desk.outbox.run(), are_all_under_way))
    await desk.hands.until(lambda: len(desk.slack.calls) == len(channels))
    desk.slack.gate.set()
    await running

    assert sorted(post.channel for post in desk.slack.posts) == channels


async def test_leased_effects_and_busy_channels_are_not_claimed(desk: Desk) -> None:
    await desk.put(POST, replace(POST, key="busy", channel_id="C2"), replace(POST, key="free", channel_id="C3"))
    first = [sending.key for sending in await desk.claim(busy=["C2", "C3"])]
    second = [sending.key for sending in await desk.claim(busy=["C2"])]
    third = [sending.key for sending in await desk.claim()]
    desk.hands.move(seconds=LEASE.total_seconds())
    fourth = await desk.claim("another")

    assert (first, second, third) == ([POST.key], ["free"], ["busy"])
    assert sorted((each.key, each.attempts) for each in fourth) == [(POST.key, 2), ("busy", 2), ("free", 2)]
    assert {each.first_tried_at for each in fourth} == {STARTS_AT}


async def test_two_that_claim_at_once_never_get_the_same(desk: Desk) -> None:
    await desk.put(*(replace(POST, key=f"{number}", channel_id=f"C{number}") for number in range(16)))

    claims = await asyncio.gather(*(desk.claim(f"lease {number}") for number in range(5)))

    keys = [sending.key for each in claims for sending in each]
    assert len(keys) == len(set(keys))


Settle = Callable[[Tx, Sending, datetime], Awaitable[None]]


@pytest.mark.parametrize(
    "settle",
    [
        pytest.param(lambda tx, it, now: rows.mark_sent(tx, it, channel="C1", ts="9.9", now=now), id="sent"),
        pytest.param(lambda tx, it, now: rows.mark_untried(tx, it, due_at=now, problem="x"), id="untried"),
        pytest.param(lambda tx, it, now: rows.mark_unclear(tx, it, due_at=now, problem="x"), id="unclear"),
        pytest.param(lambda tx, it, now: rows.mark_ended(tx, it, state="failed", problem="x", now=now), id="ended"),
        pytest.param(lambda tx, it, now: rows.use_plain_text(tx, it, now=now, problem="x"), id="plain text"),
    ],
)
@pytest.mark.parametrize("is_settled", [False, True], ids=["in other hands", "already sent"])
async def test_owner_whose_lease_was_taken_over_changes_nothing(desk: Desk, settle: Settle, is_settled: bool) -> None:
    await desk.put(
        replace(EDIT, edits=None), replace(POST, channel_id="C2"), replace(EDIT, channel_id="C2", key="edit")
    )
    await desk.claim("first")
    mine = {sending.key: sending for sending in await _taken_over(desk, "mine")}
    await desk.put(replace(EDIT, channel_id="C2", key="edit", text="newest"))
    theirs = await _taken_over(desk, "theirs")
    if is_settled:
        for sending in theirs:
            await desk.database.write(
                lambda tx, sending=sending: rows.mark_sent(tx, sending, channel="C2", ts="1.1", now=desk.hands.now)  # type: ignore[misc]
            )
    before = await desk.rows()

    for sending in mine.values():
        await desk.database.write(lambda tx, sending=sending: settle(tx, sending, desk.hands.now))  # type: ignore[misc]

    assert await desk.rows() == before


async def _taken_over(desk: Desk, lease: str) -> Sequence[Sending]:
    """Everything there is, in the hands of `lease`, the older leases having run out."""
    desk.hands.move(seconds=LEASE.total_seconds())
    await desk.database.write(
        lambda tx: tx.execute(outbox.update().where(outbox.c.key == POST.key).values(state="sent"))
    )
    return await desk.claim(lease)


# Unasked messages.


WEEK_S, MONTH_S = 7 * 86_400, 30 * 86_400


@pytest.mark.parametrize(
    ("days_ago", "expected"),
    [
        pytest.param([], True, id="never"),
        pytest.param([0], False, id="just now"),
        pytest.param([6.999], False, id="almost a week ago"),
        pytest.param([7], True, id="a week ago"),
        pytest.param([8, 20], False, id="twice in 30 days"),
        pytest.param([8, 29.999], False, id="twice in almost 30 days"),
        pytest.param([8, 30], True, id="once in 30 days"),
        pytest.param([31, 32, 33], True, id="long ago"),
    ],
)
def test_unasked_budget_is_one_a_week_and_two_in_30_days(days_ago: list[float], expected: bool) -> None:
    assert may_send_unasked([STARTS_AT - timedelta(days=days) for days in days_ago], now=STARTS_AT) is expected


@given(st.lists(st.integers(0, 120 * 86_400), max_size=60))
def test_unasked_budget_holds_over_any_wishes(wishes: list[int]) -> None:
    shown: list[datetime] = []
    for wish in sorted(wishes):
        now = STARTS_AT + timedelta(seconds=wish)
        if may_send_unasked(shown, now=now):
            shown.append(now)

    assert all((later - earlier).total_seconds() >= WEEK_S for earlier, later in pairwise(shown))
    assert all((later - earlier).total_seconds() >= MONTH_S for earlier, later in zip(shown, shown[2:], strict=False))


async def test_unasked_message_over_the_budget_is_skipped_and_not_queued(desk: Desk) -> None:
    person = await desk.person("U1")
    tried = {}
    for day in (0, 3, 8, 16, 31):
        desk.hands.now = STARTS_AT + timedelta(days=day)
        await desk.put(Effect(f"day {day}", UNASKED, "a thought", recipient=person))
        await desk.turn()
        tried[day] = (await desk.states())[f"day {day}"]

    assert tried == {0: "sent", 3: "skipped", 8: "sent", 16: "skipped", 31: "sent"}
    assert len(desk.slack.posts) == 3


async def test_two_unasked_messages_put_together_are_one(desk: Desk) -> None:
    person = await desk.person("U1")
    await desk.put(*(Effect(f"{number}", UNASKED, "a thought", recipient=person) for number in range(3)))
    for _ in range(3):
        await desk.turn()
        desk.hands.move(seconds=2)

    assert sorted((await desk.states()).values()) == ["sent", "skipped", "skipped"]


async def test_budget_is_each_persons_own_and_counts_only_unasked(desk: Desk) -> None:
    one, other = await desk.person("U1"), await desk.person("U2")
    await desk.put(Effect("asked", ASKED, "an answer", recipient=one))
    await desk.put(Effect("owed", kind(Purpose.OWED), "an outcome", recipient=one))
    await desk.put(Effect("one", UNASKED, "a thought", recipient=one))
    await desk.put(Effect("other", UNASKED, "a thought", recipient=other))
    await desk.put(Effect("asked again", ASKED, "an answer", recipient=one))
    for _ in range(4):
        await desk.turn()
        desk.hands.move(seconds=2)

    assert set((await desk.states()).values()) == {"sent"}


async def test_message_that_may_have_been_seen_counts_for_the_budget(desk: Desk) -> None:
    person = await desk.person("U1")
    desk.slack.troubles["post"] = [lost_reply(applied=True)]
    desk.slack.troubles["look"] = [refusal(SlackUnclear("conversations.history", "status 500"))]
    await desk.put(Effect("first", UNASKED, "a thought", recipient=person))
    await desk.turn()
    await desk.put(Effect("second", UNASKED, "a thought", recipient=person))
    for _ in range(3):
        desk.hands.move(seconds=80)
        await desk.turn()

    assert await desk.states() == {"first": "sent", "second": "skipped"}
    assert len(desk.slack.posts) == 1


async def test_rate_limited_message_does_not_count_for_the_budget_twice(desk: Desk) -> None:
    person = await desk.person("U1")
    desk.slack.troubles["post"] = [refusal(SlackRateLimited("chat.postMessage", 30))]
    await desk.put(Effect("first", UNASKED, "a thought", recipient=person))
    await desk.turn()
    desk.hands.move(seconds=30)
    await desk.turn()

    assert await desk.states() == {"first": "sent"}


@pytest.mark.parametrize(
    ("zone", "at", "state"),
    [
        pytest.param("Europe/London", "2026-11-24T09:00+00:00", "sent", id="the first minute"),
        pytest.param("Europe/London", "2026-11-24T08:59+00:00", "skipped", id="the minute before"),
        pytest.param("Europe/London", "2026-11-24T17:30+00:00", "skipped", id="the first minute after"),
        pytest.param("Asia/Kolkata", "2026-11-24T13:00+00:00", "skipped", id="evening where the person is"),
        pytest.param("America/New_York", "2026-11-24T21:00+00:00", "sent", id="afternoon where the person is"),
        pytest.param("Pacific/Auckland", "2026-11-27T21:00+00:00", "skipped", id="Saturday where the person is"),
        pytest.param("", "2026-11-24T10:00+00:00", "skipped", id="no zone is known"),
        pytest.param("Mars/Olympus", "2026-11-24T10:00+00:00", "skipped", id="a zone that is none"),
    ],
)
async def test_unasked_message_outside_the_persons_own_hours_is_skipped(
    desk: Desk, zone: str, at: str, state: str
) -> None:
    desk.slack.zones["U1"] = zone
    desk.hands.now = datetime.fromisoformat(at)
    await desk.put(Effect("thought", UNASKED, "a thought", recipient=await desk.person("U1")))
    await desk.turn()

    assert await desk.states() == {"thought": state}


async def test_unasked_message_waits_as_long_as_slack_does_not_tell_the_persons_hours(desk: Desk) -> None:
    away = [SlackUnclear("users.info", "status 500"), SlackRateLimited("users.info", 30.0)]
    desk.slack.troubles["time_zone"] = [refusal(each) for each in away]
    await desk.put(Effect("thought", UNASKED, "a thought", recipient=await desk.person("U1")))
    states = []
    for _ in range(3):
        await desk.turn()
        states.append(await desk.states())
        desk.hands.move(minutes=1)

    assert states == [{"thought": "waiting"}, {"thought": "waiting"}, {"thought": "sent"}]
    assert desk.slack.calls.count("post") == 1


async def test_unasked_message_is_given_up_when_slack_does_not_tell_for_a_day(desk: Desk) -> None:
    desk.slack.troubles["time_zone"] = [refusal(SlackUnclear("users.info", "status 500"))] * 2
    await desk.put(Effect("thought", UNASKED, "a thought", recipient=await desk.person("U1")))
    await desk.turn()
    desk.hands.move(days=1, minutes=1)
    await desk.turn()

    assert await desk.states() == {"thought": "failed"}


async def test_unasked_message_to_somebody_slack_does_not_know_is_skipped(desk: Desk) -> None:
    desk.slack.troubles["time_zone"] = [refusal(SlackRefused("users.info", "user_not_found"))]
    await desk.put(Effect("thought", UNASKED, "a thought", recipient=await desk.person("U1")))
    await desk.turn()

    assert await desk.states() == {"thought": "skipped"}


async def test_unasked_message_on_a_public_holiday_of_the_persons_is_skipped_and_costs_nothing(
    database: Database,
) -> None:
    days = [date(2026, 11, 24)]

    async def is_off(user_id: str, day: date) -> bool:
        return user_id == "U1" and day in days

    desk = Desk(database, is_off=is_off)
    desk.slack.zones["U1"] = "Pacific/Auckland"
    desk.hands.now = datetime(2026, 11, 23, 21, tzinfo=UTC)  # the 24th where the person is
    person = await desk.person("U1")
    await desk.put(Effect("thought", UNASKED, "a thought", recipient=person))
    await desk.put(Effect("answer", ASKED, "an answer", recipient=person))
    for _ in range(2):
        await desk.turn()
        desk.hands.move(seconds=2)
    days.clear()
    await desk.put(Effect("another", UNASKED, "a thought", recipient=person))
    await desk.turn()

    assert await desk.states() == {"thought": "skipped", "answer": "sent", "another": "sent"}


@pytest.mark.parametrize(
    ("error", "states"),
    [
        (SlackUnclear("usergroups.users.list", "status 500"), ["waiting", "sent"]),
        (SlackRefused("usergroups.users.list", "missing_scope"), ["skipped", "skipped"]),
    ],
    ids=["does not tell", "refuses to tell"],
)
async def test_unasked_message_is_not_sent_while_slack_does_not_tell_whose_holidays_are_theirs(
    database: Database, error: SlackError, states: list[str]
) -> None:
    errors = [error]

    async def is_off(user_id: str, day: date) -> bool:
        if errors:
            raise errors.pop()
        return False

    desk = Desk(database, is_off=is_off)
    await desk.put(Effect("thought", UNASKED, "a thought", recipient=await desk.person("U1")))
    found = []
    for _ in range(2):
        await desk.turn()
        found.append((await desk.states())["thought"])
        desk.hands.move(minutes=1)

    assert found == states


async def test_what_is_in_hand_is_finished_before_the_end(desk: Desk) -> None:
    await desk.put(POST)
    desk.slack.gate = asyncio.Event()
    task = asyncio.create_task(desk.outbox.run())
    await desk.hands.until(lambda: desk.slack.calls == ["post"])
    task.cancel()
    asyncio.get_running_loop().call_soon(desk.slack.gate.set)
    await asyncio.gather(task, return_exceptions=True)

    assert await desk.states() == {POST.key: "sent"}


async def test_backlog_counts_effects_by_state(desk: Desk) -> None:
    await desk.put(POST, replace(POST, key="2", channel_id="C2"))
    await desk.turn()
    await desk.put(replace(POST, key="3", channel_id="C3"))

    async with desk.database.read() as tx:
        assert await rows.backlog(tx) == {"sent": 2, "waiting": 1}
