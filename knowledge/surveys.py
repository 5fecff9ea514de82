"""`surveys/*.yaml`: what people are asked now and then, whom, how often at most, and until when.

What a survey is. How the files are read is in `knowledge.survey_files`; whom it is sent to, and what may be shown of
the answers, is decided in `bot.surveys`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import time
from enum import StrEnum


class Scale(StrEnum):
    """What kind of answer a question takes."""

    CSAT = "csat"  # 1 to 5; satisfied is 4 or 5
    CES = "ces"  # 1 to 5, "it was easy"; agreed is 4 or 5
    NPS = "nps"  # 0 to 10
    CHOICE = "choice"
    TEXT = "text"


@dataclass(frozen=True)
class Question:
    """The first of a survey is answered by a press in the message, so it is no text; the others stand in the form."""

    name: str
    scale: Scale
    text: str
    choices: tuple[str, ...] = ()


class Moment(StrEnum):
    """What a survey is sent after."""

    CONVERGED = "action converged"  # an action the person asked for holds
    ANSWERED = "answer"  # the person's question was answered


@dataclass(frozen=True)
class Audience:
    """Whose opinion is wanted: everybody who is in all of what is named; () and None name nothing."""

    channels: tuple[str, ...] = ()  # Slack ids: members
    teams: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()  # Slack user group ids
    ran: tuple[str, ...] = ()  # ids of actions, any of which the person asked for of late
    asked: bool | None = None  # True: asked a question of late; False: never asked one
    did_not_choose: str = ""  # a capability: people of teams that did not choose it, though they could


@dataclass(frozen=True)
class Repeats:
    """By local slots: every so many weeks, on this weekday (1 is Monday) at this time of each person's own day."""

    weeks: int
    weekday: int
    at: time


@dataclass(frozen=True)
class After:
    """By event; `actions` are ids, () is any. `share` of the events lead to a message, 0.0 to 1.0."""

    moment: Moment
    actions: tuple[str, ...] = ()
    share: float = 1.0


@dataclass(frozen=True)
class Survey:
    """`people` is how many are asked at most in a wave, `share` which part of the frame at most (1.0 is all of it)."""

    id: str
    title: str
    why: str  # shown under "Why do we ask?"
    owner: str
    questions: tuple[Question, ...]
    audience: Audience
    schedule: Repeats | After
    share: float = 1.0
    people: int = 5_000
    cooldown_days: int = 28
    open_days: int = 7
    remind_after_days: int = 0  # 0: no reminder
    threshold: int = 5
    is_talk_offered: bool = False  # a 15-minute talk; after every answer, so that nothing tells a low one
    file: str = field(default="", compare=False)
    line: int = field(default=1, compare=False)


def are_sent_after(surveys: Iterable[Survey], moment: Moment) -> bool:
    """Whether anybody is asked anything after such an event."""
    return any(isinstance(each.schedule, After) and each.schedule.moment is moment for each in surveys)
