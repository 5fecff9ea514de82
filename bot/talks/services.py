"""The services of talks, put together: who needs whom. `bot.app` gives what they stand on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.desk import Desk
from bot.people import PeopleService
from bot.pillar import Pillar
from bot.surveys.frames import FrameService
from bot.talks.drawing import DrawingService
from bot.talks.inviting import InvitingService
from bot.talks.notes import NoteService
from bot.wanted import Decision, Kind, NotesWritten, TalkTurn
from bot.work import Asked, Job, job


@dataclass(frozen=True)
class TalkServices(Pillar):
    drawing: DrawingService
    inviting: InvitingService
    notes: NoteService

    def jobs(self, asked: Asked) -> Mapping[str, Job]:
        return {
            Kind.TALKS: asked(self.drawing.asked),
            Kind.DECIDE_TALK: job(Decision, self.inviting.decide, self.inviting.given_up),
            Kind.INVITE_TALK: job(TalkTurn, self.inviting.invite, self.inviting.skip),
            Kind.SHOW_NOTES: job(NotesWritten, self.notes.show, self.notes.given_up),
            Kind.EDIT_NOTES: job(NotesWritten, self.notes.edit, self.notes.given_up),
            Kind.DECIDE_NOTES: job(Decision, self.notes.decide, self.notes.given_up),
        }


def talk_services(desk: Desk, people: PeopleService, *, new_key: Callable[[], str]) -> TalkServices:
    """`new_key` gives chance that nobody foresees: the seed of a draw."""
    frames = FrameService(desk, people)
    drawing = DrawingService(desk, people, frames, new_key=new_key)
    return TalkServices(drawing, InvitingService(desk, frames, drawing), NoteService(desk, drawing))
