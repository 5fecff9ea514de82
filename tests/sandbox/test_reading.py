"""What is new to whom: counted for each person from what they have seen."""

import pytest

from sandbox import AppManifest, Clock, Workspace
from sandbox.model import Channel, Message
from sandbox.reading import Reading, Unread
from sandbox.testing import manifest

NOTHING = Unread(0, 0)


class Room:
    """A channel with three people, and who has read what in it."""

    def __init__(self) -> None:
        self.workspace = Workspace(clock=Clock(), manifest=AppManifest.load(manifest()))
        for name in ("maya", "tom", "priya"):
            self.workspace.add_person(name, id=name)
        self.workspace.add_usergroup("duty", ["tom"], id="S0DUTY")
        self.channel: Channel = self.workspace.add_channel("help", members=["maya", "tom", "priya"], id="C0HELP")
        self.reading = Reading(self.workspace)

    def says(self, name: str, text: str, thread: Message | None = None) -> Message:
        return self.workspace.say(name, "C0HELP", text, thread_ts=thread.ts if thread else None)

    def new_to(self, name: str) -> Unread:
        return self.reading.unread(name, self.channel)


@pytest.fixture
def room() -> Room:
    return Room()


def test_a_message_is_new_to_all_but_who_wrote_it_until_they_have_seen_it(room: Room) -> None:
    said = room.says("maya", "hello")

    assert (room.new_to("maya"), room.new_to("tom")) == (NOTHING, Unread(1, 0))
    room.reading.mark("tom", "C0HELP", said.ts)
    assert (room.new_to("tom"), room.new_to("priya")) == (NOTHING, Unread(1, 0))


def test_what_was_said_before_anybody_looked_is_read(room: Room) -> None:
    room.says("maya", "hello")

    assert Reading(room.workspace).unread("tom", room.channel) == NOTHING


@pytest.mark.parametrize(
    ("text", "called"),
    [
        pytest.param("<@tom> look", ["tom"], id="a person"),
        pytest.param("<!subteam^S0DUTY> look", ["tom"], id="a group"),
        pytest.param("<!here> look", ["tom", "priya"], id="all"),
        pytest.param("<@U0ELSE> look", [], id="somebody who is not there"),
    ],
)
def test_who_is_meant_is_called_by_a_number(room: Room, text: str, called: list[str]) -> None:
    room.says("maya", text)

    assert [name for name in ("maya", "tom", "priya") if room.new_to(name).calls] == called


def test_a_reply_calls_who_takes_part_in_the_thread_until_they_open_it(room: Room) -> None:
    asked = room.says("tom", "where are my logs?")
    answered = room.says("maya", "in Grafana", asked)

    assert (room.new_to("tom"), room.new_to("priya").calls) == (Unread(0, 1), 0)
    room.reading.mark("tom", "C0HELP", answered.ts)  # who sees the channel has not seen the thread
    assert room.reading.new_replies("tom", "C0HELP", asked.ts) == 1
    room.reading.mark("tom", "C0HELP", answered.ts, asked.ts)
    assert (room.new_to("tom"), room.reading.new_replies("tom", "C0HELP", asked.ts)) == (NOTHING, 0)


def test_what_is_taken_away_calls_nobody_any_more(room: Room) -> None:
    said = room.says("maya", "<@tom> look")
    room.workspace.delete("maya", "C0HELP", said.ts)

    assert room.new_to("tom") == NOTHING


def test_a_direct_message_of_the_app_calls_the_person(room: Room) -> None:
    dm = room.workspace.dm_of("tom")
    bot = room.workspace.bot_user_id
    room.workspace.put(Message(dm.id, room.workspace.ids.ts(), bot, "Approved", bot_id=room.workspace.bot_id))

    assert room.reading.unread("tom", dm) == Unread(1, 1)
