"""What was said before a question: whether the bot is still in the conversation, and what the question lacks from it.

Pure. Reads nothing: what stands in the thread comes from `bot.answers.context`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from bot.answers.rules import LEFT, NOT_ASKED_HERE, Thresholds
from bot.model import Turn
from knowledge.index import Found

TURNS_MOST = 6  # more is another conversation
TURN_CLIP = 500  # characters of each
LATELY = timedelta(minutes=30)  # beside a thread, what was said longer ago is another conversation
# Measured on 69 questions to a platform team, one following another. Of the words that are looked for, two or fewer
# say too little by themselves, unless they are nearly those of a title. With the question before them, what was asked
# in two messages was found in 65 of 100 cases, not in 48. Where the subject changed, as many were answered wrong as
# without it: 7 of 100, against 25 when simply the surer of both was taken.
LACKING = 2
CERTAIN = 0.9
JUST_BELOW = 0.001  # of the confidence from which the bot answers


class By(StrEnum):
    ASKER = "asker"
    BOT = "bot"
    SOMEONE = "someone"


@dataclass(frozen=True)
class Said:
    """A message of the thread. `calls` tells whether it mentions people, `to_us` whether it mentions the bot."""

    ts: str
    by: By
    text: str
    calls: bool = False
    to_us: bool = False


def why_left(thread: Sequence[Said], follow_up: Said) -> str:
    """Why the bot says nothing to a message that does not mention it; "" while it is in the conversation.

    It is in it from the asker's mention of it, and out as soon as people talk to each other: somebody else replied, or
    the asker or the bot called people.
    """
    before = [each for each in thread if each.ts < follow_up.ts]
    starts = [index for index, each in enumerate(before) if each.by is By.ASKER and each.to_us]
    if not starts:
        return NOT_ASKED_HERE
    since = [*before[starts[-1] + 1 :], follow_up]
    return LEFT if any(each.by is By.SOMEONE or each.calls for each in since) else ""


def turns_before(thread: Sequence[Said], ts: str) -> tuple[Turn, ...]:
    """The last few things said before that, oldest first."""
    said = [Turn(each.by, each.text[:TURN_CLIP]) for each in thread if each.ts < ts and each.text.strip()]
    return tuple(said[-TURNS_MOST:])


def question_before(turns: Sequence[Turn]) -> str:
    """What the asker said last, else what somebody did; "" where nobody said anything."""
    asked = [turn.text for turn in turns if turn.by is By.ASKER]
    others = [turn.text for turn in turns if turn.by is By.SOMEONE]
    return next(reversed(asked or others), "")


def askings(text: str, before: str) -> tuple[str, ...]:
    """What `look_up` may search for: the question alone, then with the one before it, if any."""
    return (text, f"{before}\n{text}") if before else (text,)


def look_up(text: str, before: str, search: Callable[[str], Found], at: Thresholds) -> tuple[str, Found]:
    """What was looked for and what was found: the question alone, or what it lacks from the question before with it.

    A question that says enough by itself and is not known is at most made a suggestion by what went before.
    """
    alone = search(text)
    is_lacking = len(alone.terms) <= LACKING and alone.confidence < CERTAIN
    if not before or (not is_lacking and alone.confidence >= at.suggest_at):
        return text, alone
    whole = askings(text, before)[-1]
    together = search(whole)
    if not is_lacking:
        together = replace(together, confidence=min(together.confidence, at.answer_at - JUST_BELOW))
    return (whole, together) if together.confidence > alone.confidence or is_lacking else (text, alone)
