"""The other ways to be seen: growing, whispered, in place of what was pressed. Each ends in one message or in none."""

from dataclasses import replace
from typing import Any

import pytest

from bot.errors import SlackError, SlackRateLimited, SlackRefused
from bot.model import Effect, Manner
from bot.outbox import PRIVATE_WITHIN
from bot.storage.engine import Database
from bot.work import LEASE
from tests.work.desk import Post, Trouble, lost_reply, refusal, run_until
from tests.work.outbox_desk import ASKED, BLOCKS, URL, Desk


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


# A message that grows.

LONG = "The first sentence is as long as a piece must be. " * 4
GROWN = Effect(
    "answer:1",
    ASKED,
    "words",
    ({"type": "section", "text": {"type": "mrkdwn", "text": f"{LONG}\n{LONG}\n{LONG}"}}, *BLOCKS),
    channel_id="D1",
    thread_ts="1.000001",
    manner=Manner.GROW,
)
RATE_LIMITED, REFUSED = SlackRateLimited("chat.…Stream", 30), SlackRefused("chat.…Stream", "channel_type_not_supported")


async def standing(desk: Desk) -> list[tuple[str, int]]:
    """Of every message that stands in the end, whose mark it bears ("" for none) and the number of its blocks."""
    keys = {row["mark"]: key for key, row in (await desk.rows()).items()}
    return [(keys.get(post.mark, post.mark), len(post.blocks)) for post in desk.slack.posts if not post.is_gone]


async def in_the_end(desk: Desk) -> None:
    """Everything that is to be tried again was."""
    for _ in range(4):
        await desk.turn()
        desk.hands.move(minutes=6)


async def test_answer_grows_piece_by_piece_and_ends_with_its_mark(desk: Desk) -> None:
    await desk.put(GROWN)
    await desk.turn()

    assert desk.slack.calls == ["start", "append", "append", "stop"]
    [shown] = desk.slack.posts
    assert [block["text"]["text"].strip() for block in shown.blocks] == [LONG.strip()] * 3 + ["*words*"]
    row = await desk.row()
    assert (shown.mark, row["state"], row["slack_ts"]) == (row["mark"], "sent", "1.000100")


@pytest.mark.parametrize("error", [RATE_LIMITED, REFUSED], ids=["rate limited", "refused"])
async def test_where_nothing_may_grow_the_answer_is_posted_at_once(desk: Desk, error: SlackError) -> None:
    desk.slack.troubles["start"] = [refusal(error)]
    await desk.put(GROWN)
    await desk.turn()

    assert desk.slack.calls == ["start", "post"]
    assert await standing(desk) == [(GROWN.key, 2)]


@pytest.mark.parametrize(
    ("method", "trouble", "blocks"),
    [
        pytest.param("start", lost_reply(applied=True), 2, id="start done and its reply lost"),
        pytest.param("start", lost_reply(applied=False), 2, id="start lost"),
        pytest.param("append", lost_reply(applied=True), 2, id="piece done and its reply lost"),
        pytest.param("append", refusal(REFUSED), 2, id="piece refused"),
        pytest.param("append", refusal(RATE_LIMITED), 2, id="piece rate limited"),
        pytest.param("stop", lost_reply(applied=True), 4, id="end done and its reply lost"),
        pytest.param("stop", lost_reply(applied=False), 2, id="end lost"),
        pytest.param("stop", refusal(REFUSED), 2, id="end refused"),
        pytest.param("stop", refusal(RATE_LIMITED), 2, id="end rate limited"),
    ],
)
async def test_whatever_befalls_a_growing_answer_one_whole_answer_stands(
    desk: Desk, method: str, trouble: Trouble, blocks: int
) -> None:
    desk.slack.troubles[method] = [trouble]
    desk.slack.troubles["remove"] = [lost_reply(applied=False)]
    await desk.put(GROWN)
    await in_the_end(desk)

    assert await standing(desk) == [(GROWN.key, blocks)]
    assert await desk.states() == {GROWN.key: "sent"}


async def test_what_slack_will_not_take_away_keeps_nobody_from_the_answer(desk: Desk) -> None:
    desk.slack.troubles["append"] = [lost_reply(applied=True)]
    desk.slack.troubles["remove"] = [refusal(SlackRefused("chat.delete", "cant_delete_message"))]
    await desk.put(GROWN)
    await in_the_end(desk)

    assert await standing(desk) == [("", 2), (GROWN.key, 2)]


@pytest.mark.parametrize("method", ["append", "stop"])
async def test_nothing_grows_past_the_lease(desk: Desk, method: str) -> None:
    before = {"append": "start", "stop": "append"}[method]
    desk.slack.on_call = lambda called: desk.hands.move(seconds=60) if called == before else None
    await desk.put(GROWN)
    await desk.turn()
    calls, desk.slack.on_call = desk.slack.calls[:], None
    await in_the_end(desk)

    assert method not in calls
    assert await standing(desk) == [(GROWN.key, 2)]


async def test_what_another_process_lets_grow_in_the_thread_is_left_alone(desk: Desk) -> None:
    await desk.put(replace(GROWN, key="other"))
    await desk.claim("other's", held=2 * LEASE)
    desk.slack.posts.append(Post("D1", "", [{}], "1.000001", mark=""))
    desk.slack.troubles["append"] = [lost_reply(applied=True)]
    await desk.put(GROWN)

    async def was_tried(times: int) -> bool:
        row = await desk.row()
        return bool(row["state"] == "unclear" and row["attempts"] == times)

    await run_until(desk.outbox.run(), lambda: was_tried(1))
    desk.hands.now = (await desk.row())["due_at"]
    await run_until(desk.outbox.run(), lambda: was_tried(2))
    meanwhile = await standing(desk)
    desk.hands.move(seconds=2 * LEASE.total_seconds())
    await in_the_end(desk)

    assert meanwhile == [("", 1), ("", 2)]
    assert sorted(await standing(desk)) == [(GROWN.key, 2), ("other", 2)]


# Whispers.


@pytest.fixture
async def whisper(desk: Desk) -> Effect:
    return Effect(
        "hint:1", ASKED, "words", BLOCKS, channel_id="C1", recipient=await desk.person("U1"), manner=Manner.WHISPER
    )


async def test_whisper_is_shown_in_the_channel_to_one_person(desk: Desk, whisper: Effect) -> None:
    await desk.put(whisper, whisper)
    await desk.turn()

    assert desk.slack.whispers == [("C1", "U1", "words")]
    assert desk.slack.posts == []
    assert await desk.states() == {"hint:1": "sent"}


@pytest.mark.parametrize("applied", [True, False], ids=["it was shown", "it was not"])
async def test_whisper_of_which_nothing_is_known_is_left_at_that(desk: Desk, whisper: Effect, *, applied: bool) -> None:
    desk.slack.troubles["whisper"] = [lost_reply("chat.postEphemeral", applied=applied)]
    await desk.put(whisper)
    for _ in range(3):
        await desk.turn()
        desk.hands.move(minutes=1)

    assert len(desk.slack.whispers) == applied
    assert await desk.states() == {"hint:1": "failed"}
    assert desk.slack.posts == []


async def test_whisper_whose_sender_died_is_not_sent_again(desk: Desk, whisper: Effect) -> None:
    await desk.put(whisper)
    await desk.claim("a process that is killed")
    desk.hands.move(seconds=LEASE.total_seconds() + 1)
    await desk.turn()

    assert desk.slack.whispers == []
    assert await desk.states() == {"hint:1": "failed"}


async def test_whisper_waits_for_the_rate_limit_but_not_long(desk: Desk, whisper: Effect) -> None:
    late = replace(whisper, key="hint:2", channel_id="C2")
    for seconds in (30, 600):
        desk.slack.troubles.setdefault("whisper", []).append(refusal(SlackRateLimited("chat.postEphemeral", seconds)))
    await desk.put(whisper)
    await desk.turn()
    await desk.put(late)
    await desk.turn()
    for seconds in (31, 600):
        desk.hands.move(seconds=seconds)
        await desk.turn()

    assert desk.slack.whispers == [("C1", "U1", "words")]
    assert await desk.states() == {"hint:1": "sent", "hint:2": "skipped"}


# Private answers.


@pytest.fixture
async def private(desk: Desk) -> Effect:
    return Effect("private:1", ASKED, "words", BLOCKS, recipient=await desk.person("U1"), response_url=URL)


async def test_private_answer_takes_the_place_of_the_one_that_was_pressed(desk: Desk, private: Effect) -> None:
    await desk.put(replace(private, manner=Manner.REPLACE))
    await desk.turn()

    assert (desk.slack.responses, desk.slack.replaced) == ([(URL, "words")], [URL])


async def test_private_answer_is_shown_where_the_person_acted(desk: Desk, private: Effect) -> None:
    await desk.put(private, private)
    await desk.turn()

    assert (desk.slack.responses, desk.slack.posts) == ([(URL, "words")], [])
    row = await desk.row(private.key)
    assert (row["state"], row["response_url"]) == ("sent", None)


@pytest.mark.parametrize(
    "trouble",
    [
        pytest.param(lost_reply("response_url", applied=True), id="lost reply"),
        pytest.param(lost_reply("response_url", applied=False), id="lost call"),
        pytest.param(refusal(SlackRefused("response_url", "expired_url")), id="expired"),
        pytest.param(refusal(SlackRateLimited("response_url", 30)), id="rate limit"),
    ],
)
async def test_private_answer_in_doubt_goes_as_a_direct_message(desk: Desk, private: Effect, trouble: Any) -> None:
    desk.slack.troubles["respond"] = [trouble]
    await desk.put(private)
    for _ in range(3):
        await desk.turn()
        desk.hands.move(minutes=1)

    assert desk.slack.calls == ["respond", "post"]
    assert [(post.channel, post.text) for post in desk.slack.posts] == [("U1", "words")]
    assert (await desk.row(private.key))["response_url"] is None


async def test_late_private_answer_goes_as_a_direct_message(desk: Desk, private: Effect) -> None:
    await desk.put(private)
    desk.hands.now += PRIVATE_WITHIN
    await desk.turn()
    await desk.turn()

    assert desk.slack.calls == ["post"]


async def test_private_answer_of_a_process_that_died_goes_as_a_direct_message(desk: Desk, private: Effect) -> None:
    await desk.put(private)
    await desk.claim("dead")
    desk.hands.now += LEASE
    for _ in range(2):
        await desk.turn()
        desk.hands.move(seconds=2)

    assert desk.slack.calls == ["post"]


async def test_private_answer_to_an_erased_person_goes_nowhere(desk: Desk, private: Effect) -> None:
    await desk.put(private)
    await desk.erase("p-U1")
    await desk.turn()

    assert desk.slack.calls == []
    assert set((await desk.states()).values()) == {"skipped"}
