"""The services of answers, put together: who needs whom. `bot.app` gives what they stand on."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.answers.duty import DutyService
from bot.answers.finding import FindService
from bot.answers.hints import HintService
from bot.answers.service import AnswerService
from bot.answers.solved import Solved, SolvedService
from bot.answers.verdicts import VerdictService
from bot.answers.why import WhyService
from bot.answers.writer import Writer
from bot.desk import Desk
from bot.embeddings import VectorOf
from bot.notice_board import Board
from bot.people import PeopleService
from bot.pillar import Pillar
from bot.wanted import Kind, Press, TakenBack
from bot.work import Asked, Job, job


@dataclass(frozen=True)
class AnswerServices(Pillar):
    answers: AnswerService
    duty: DutyService
    find: FindService
    hints: HintService
    solved: SolvedService
    verdicts: VerdictService
    why: WhyService

    def jobs(self, asked: Asked) -> Mapping[str, Job]:
        return {
            Kind.ANSWER: asked(self.answers.answer),
            Kind.TAKEN_BACK: job(TakenBack, self.answers.take_back),
            Kind.HAND_OVER: asked(self.duty.hand_over),
            Kind.URGENT: asked(self.duty.call),
            Kind.FIND: asked(self.find.find),
            Kind.WHY: asked(self.why.explain),
            Kind.HINT: asked(self.hints.hint),
            Kind.VERDICT: job(Press, self.verdicts.record, self.verdicts.given_up),
        }


def answer_services(
    desk: Desk, people: PeopleService, solved_threads: Solved, *, writer: Writer, vector_of: VectorOf, board: Board
) -> AnswerServices:
    """`solved_threads` are read from what peers said; `board` has the notices that answers carry."""
    solved, duty = SolvedService(desk, people, solved_threads), DutyService(desk, people)
    return AnswerServices(
        answers=AnswerService(desk, people, writer, solved, vector_of, board),
        duty=duty,
        find=FindService(desk, people, solved),
        hints=HintService(desk, people, vector_of, board),
        solved=solved,
        verdicts=VerdictService(desk, people, duty, solved),
        why=WhyService(desk, people),
    )
