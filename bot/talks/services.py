"""The services of talks, put together: who needs whom. `bot.app` gives what they stand on."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.desk import Desk
from bot.people import PeopleService
from bot.surveys.frames import FrameService
from bot.talks.drawing import DrawingService
from bot.talks.inviting import InvitingService
from bot.talks.notes import NoteService


@dataclass(frozen=True)
class TalkServices:
    drawing: DrawingService
    inviting: InvitingService
    notes: NoteService


def talk_services(desk: Desk, people: PeopleService, *, new_key: Callable[[], str]) -> TalkServices:
    """`new_key` gives chance that nobody foresees: the seed of a draw."""
    frames = FrameService(desk, people)
    drawing = DrawingService(desk, people, frames, new_key=new_key)
    return TalkServices(drawing, InvitingService(desk, frames, drawing), NoteService(desk, drawing))
