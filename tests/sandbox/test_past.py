"""What was said before anybody listened: put in any order, in its place, and quickly."""

from bisect import bisect_left
from typing import ClassVar

import pytest

from sandbox import timeline
from sandbox.model import Channel, Message, Occurrence
from sandbox.workspace import Refused
from tests.sandbox.small import START_S, Small, small_workspace

DAY_S = 86_400.0


@pytest.fixture
def small() -> Small:
    return small_workspace()


def say(small: Small, text: str, days_ago: float, thread: Message | None = None) -> Message:
    at = START_S - days_ago * DAY_S
    return small.workspace.past.say(
        small.ana.id, small.help.id, text, at=at, thread_ts=thread.ts if thread is not None else None
    )


def texts(channel: Channel, moments: list[str]) -> list[str]:
    return [channel.messages[ts].text for ts in moments]


def test_whatever_the_order_they_are_put_in_messages_stand_by_their_time(small: Small) -> None:
    say(small, "yesterday", 1)
    say(small, "last week", 7)
    live = small.workspace.say(small.ben.id, small.help.id, "now")
    say(small, "three days ago", 3)

    assert texts(small.help, small.help.timeline) == ["last week", "three days ago", "yesterday", "now"]
    assert small.help.timeline[-1] == live.ts


def test_replies_stand_by_their_time_too(small: Small) -> None:
    asked = say(small, "question", 5)
    say(small, "second", 3, asked)
    say(small, "first", 4, asked)

    assert texts(small.help, small.help.threads[asked.ts]) == ["first", "second"]
    assert texts(small.help, small.help.timeline) == ["question"]
    assert timeline.thread_facts(small.help, asked)["latest_reply"] == small.help.threads[asked.ts][-1]


def test_a_broadcast_of_the_past_stands_in_the_channel_too(small: Small) -> None:
    asked = say(small, "question", 5)

    reply = small.workspace.past.say(
        small.ben.id, small.help.id, "all", at=START_S - DAY_S, thread_ts=asked.ts, broadcast=True
    )

    assert reply.subtype == "thread_broadcast"
    assert small.help.timeline == [asked.ts, reply.ts]


def test_it_tells_no_one(small: Small) -> None:
    occurrences: list[Occurrence] = []
    small.workspace.subscribe(occurrences.append)
    past = small.workspace.past

    asked = say(small, "helo", 5)
    past.edit(asked, "hello", at=START_S - DAY_S)
    past.react(asked, "tada", small.ana.id, small.ben.id)
    past.delete(say(small, "oops", 4))

    assert occurrences == []
    assert (asked.text, asked.edited) == ("hello", {"user": small.ana.id, "ts": f"{START_S - DAY_S:.6f}"})
    assert asked.reactions == {"tada": [small.ana.id, small.ben.id]}
    assert small.help.timeline == [asked.ts]


def test_no_two_messages_of_a_channel_have_the_same_time_not_even_after_one_is_gone(small: Small) -> None:
    first, second = say(small, "one", 1), say(small, "two", 1)
    small.workspace.past.delete(second)
    third = small.workspace.past.say(small.ana.id, small.help.id, "three", at=float(second.ts))
    live = [small.workspace.past.say(small.ana.id, small.help.id, "just now", at=START_S) for _ in range(3)]
    live.append(small.workspace.say(small.ana.id, small.help.id, "now"))

    moments = [first.ts, second.ts, third.ts, *(each.ts for each in live)]
    assert moments == sorted(set(moments))


def test_the_same_acts_give_the_same_times() -> None:
    def moments() -> list[str]:
        small = small_workspace()
        return [say(small, "x", number % 3).ts for number in range(9)]

    assert moments() == moments()


def test_a_deleted_parent_of_the_past_leaves_a_tombstone(small: Small) -> None:
    asked = say(small, "question", 5)
    small.workspace.past.edit(asked, "a question", at=START_S - 4 * DAY_S)
    say(small, "answer", 4, asked)

    small.workspace.past.delete(asked)

    assert (asked.subtype, asked.user, asked.edited) == ("tombstone", "USLACKBOT", None)
    assert small.help.timeline == [asked.ts]


def test_who_has_left_the_channel_may_have_spoken_there(small: Small) -> None:
    cleo = small.workspace.add_person("cleo")

    said = small.workspace.past.say(cleo.id, small.help.id, "bye", at=START_S - DAY_S)

    assert small.help.timeline == [said.ts]


def test_what_another_app_said_carries_its_own_id(small: Small) -> None:
    alerts = small.workspace.add_other_app("alerts")

    said = small.workspace.past.say(alerts.id, small.help.id, "disk full", at=START_S - DAY_S)

    assert (said.user, said.bot_id, said.app_id) == (alerts.id, alerts.bot_id, alerts.app_id)
    assert said.client_msg_id is None
    assert alerts.bot_id not in ("", small.workspace.bot_id)


def test_the_past_has_neither_the_future_nor_replies_before_their_question(small: Small) -> None:
    past, asked = small.workspace.past, say(small, "question", 5)

    with pytest.raises(ValueError, match="yet to come"):
        past.say(small.ana.id, small.help.id, "x", at=START_S + 1)
    with pytest.raises(ValueError, match="A reply at"):
        say(small, "x", 6, asked)
    with pytest.raises(Refused, match="thread_not_found"):
        past.say(small.ana.id, small.help.id, "x", at=START_S - 1, thread_ts="1.000000")
    with pytest.raises(Refused, match="already_reacted"):
        past.react(asked, "tada", small.ana.id, small.ana.id)
    assert small.help.timeline == [asked.ts]


class Counted(str):
    """A ts that counts how often it is compared."""

    __slots__ = ()
    comparisons: ClassVar[list[int]] = [0]

    def __lt__(self, other: str) -> bool:
        self.comparisons[0] += 1
        return str.__lt__(self, other)

    def __eq__(self, other: object) -> bool:
        self.comparisons[0] += 1
        return str.__eq__(self, other)

    __hash__ = str.__hash__


def test_putting_and_deleting_twenty_thousand_takes_few_comparisons_each(small: Small) -> None:
    channel, count = small.help, 20_000
    messages = [
        Message(channel.id, Counted(f"{1_700_000_000 + number * 7919 % count}.000000"), small.ana.id, "x")
        for number in range(count)
    ]
    Counted.comparisons[0] = 0

    for message in messages:
        timeline.insert(channel, message)
    assert channel.timeline == sorted(each.ts for each in messages)
    for message in messages:
        timeline.remove(channel, message)

    assert channel.timeline == []
    assert Counted.comparisons[0] < count * 60  # a search through half of them would be some 200,000,000


def test_a_thousand_messages_of_one_moment_each_find_their_time_at_once(small: Small) -> None:
    looked_up: list[str] = []

    class Watched(dict[str, Message]):
        def __contains__(self, ts: object) -> bool:
            looked_up.append(str(ts))
            return super().__contains__(ts)

    small.help.messages = Watched()

    for _ in range(1000):
        say(small, "x", 1)

    assert len(looked_up) == 1000
    assert len(small.help.timeline) == 1000
    assert bisect_left(small.help.timeline, f"{START_S - DAY_S:.6f}") == 0
