"""What is hard on the way of a change to production: its stages in words, and the button that offers to log it. Pure.

Which stage words are about is guessed in `bot.listening.rules`; here it stands because the button is shown under
answers and requests too, as they happen there.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from bot.blockkit import button, clip
from bot.errors import PayloadMalformed
from bot.model import Json

OPEN = "listening.friction.open"
LABEL = "Log what was hard"
SEPARATOR = ":"
_SUBJECT = re.compile(r"[!-~]{0,100}")


class Stage(StrEnum):
    """Of the delivery flow."""

    CODE = "code"
    BUILD = "build"
    TEST = "test"
    REVIEW = "review"
    DEPLOY = "deploy"
    OPERATE = "operate"
    UNSURE = "unsure"


IN_WORDS = {
    Stage.CODE: "writing code",
    Stage.BUILD: "building",
    Stage.TEST: "testing",
    Stage.REVIEW: "review",
    Stage.DEPLOY: "deploying",
    Stage.OPERATE: "operating",
    Stage.UNSURE: "no stage said",
}


class SaidIn(StrEnum):
    """Where it was said."""

    WORDS = "words"  # by the verb, or in the form alone
    MESSAGE = "message"  # by the shortcut
    ANSWER = "answer"  # under an answer that was not quite it
    REQUEST = "request"  # under a request that failed or took long


@dataclass(frozen=True)
class Origin:
    """`subject` is the id of the answer or request; of somebody's message its channel and ts; else ""."""

    source: SaidIn = SaidIn.WORDS
    subject: str = ""

    def __str__(self) -> str:
        return f"{self.source}{SEPARATOR}{self.subject}"


def offer(origin: Origin) -> Json:
    """The button that opens the form."""
    return button(LABEL, action_id=OPEN, value=str(origin))


def read_origin(value: str) -> Origin:
    """Raises PayloadMalformed for what is none of ours."""
    source, separator, subject = value.partition(SEPARATOR)
    if not separator or source not in set(SaidIn) or not _SUBJECT.fullmatch(subject):
        raise PayloadMalformed(f"nothing hard of ours: {clip(value, 40)}")
    return Origin(SaidIn(source), subject)
