"""Asks the handbook's golden questions and says which are not answered as they must be."""

from collections.abc import Awaitable, Callable, Sequence

from bot.answers.offline import Said
from bot.errors import MentorError
from knowledge.golden import FILE, SILENT, GoldenQuestion
from knowledge.problem import Problem
from knowledge.schema import clip

Ask = Callable[[str], Awaitable[Said]]


class NoGoldenQuestions(MentorError):
    """The handbook has no golden.yaml: write a question and the article that answers it, and try again."""


async def failures(golden: Sequence[GoldenQuestion], ask: Ask) -> list[Problem]:
    """One problem for each question that is answered otherwise than its line says."""
    found = [(each, await ask(each.question)) for each in golden]
    return [_problem(each, said) for each, said in found if not _is_met(each, said)]


def _is_met(wanted: GoldenQuestion, said: Said) -> bool:
    if wanted.outcome is not None and said.outcome != wanted.outcome:
        return False
    return wanted.outcome == SILENT or _first(said) == wanted.article


def _first(said: Said) -> str:
    return said.draft.sources[0].id if said.draft.sources else ""


def _problem(wanted: GoldenQuestion, said: Said) -> Problem:
    is_other = wanted.article not in ("", _first(said))
    field = "outcome" if wanted.outcome not in (None, said.outcome) and not is_other else "article"
    became = f"{said.outcome} from {_first(said)}" if _first(said) else "met with silence"
    fix = (
        "raise `suggest_at`, or take it out if the answer is right"
        if wanted.outcome == SILENT
        else f"add it to the questions of {wanted.article}, or correct this line"
    )
    return Problem(
        FILE, wanted.line, field, f'"{clip(wanted.question)}" is {became} (confidence {said.confidence:.2f})', fix
    )
