"""Puts into words why the bot answered a question as it did, or said nothing. Pure.

What is known of the question is gathered by `bot.answers.why`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.answers.pointers import day
from bot.answers.rules import NOT_SURE, NOTHING_MORE, Thresholds
from bot.answers.writer import MODEL, QUOTING
from bot.blockkit import SECTION_MAX, Shown, clip, escape, section
from knowledge.channels import AnswerMode, Channel

NOTHING_ASKED = "I know of no question of yours here. Ask me something, or use `why` in the thread you mean."
MODES = {
    AnswerMode.SHADOW: "This channel is in shadow: the platform team alone sees what I would have said.",
    AnswerMode.WHEN_MENTIONED: "In this channel I answer only when I am mentioned.",
    AnswerMode.AFTER: "In this channel people have their chance first: I answer after {minutes} minutes if nobody did.",
    AnswerMode.AT_ONCE: "In this channel I answer questions at once.",
}
SEEN_BY = {"shadow": ", and the platform team alone saw it", "hint": ", and who asked alone saw it"}
NOT_WATCHED = "I do not watch this channel: I answer when I am mentioned, and keep nothing."


@dataclass(frozen=True)
class Given:
    """What came of it: an answer's row, as far as it tells why. `titles` are of what came closest, best first."""

    outcome: str
    reason: str
    surface: str
    confidence: float
    titles: tuple[str, ...]
    handbook_revision: str
    solved_on: tuple[date, ...] = ()  # of each solved thread pointed to
    writer: str = QUOTING


@dataclass(frozen=True)
class Known:
    """What is known of one question. `kind` is None for what was taken for none; `channel` where it is watched."""

    answer: Given | None
    kind: str | None
    channel: Channel | None
    is_private: bool
    due_at: datetime | None  # it waits for its turn until then
    people_answered: bool


def explanation(known: Known, at: Thresholds, *, now: datetime, timezone: str) -> Shown:
    """In a few short sentences: what it was taken for, how the channel is set, what came of it and why."""
    said = [_taken_for(known), _mode(known), *_outcome(known, at, now.astimezone(ZoneInfo(timezone)))]
    text = clip("\n".join(each for each in said if each), SECTION_MAX)
    return Shown(text, (section(text),))


def _taken_for(known: Known) -> str:
    if known.kind is not None:
        return f"I read the message as a question ({escape(known.kind)})."
    if known.answer is not None:
        return "You asked me directly." if known.is_private else "I was asked."
    return "I did not read the message as a question."


def _mode(known: Known) -> str:
    if known.is_private:
        return ""
    if known.channel is None:
        return NOT_WATCHED
    minutes = int(known.channel.answer_after / timedelta(minutes=1))
    return MODES[known.channel.answer].format(minutes=minutes)


def _outcome(known: Known, at: Thresholds, now: datetime) -> Sequence[str]:
    answer = known.answer
    if answer is None:
        return [_why_nothing(known, now)]
    match answer.outcome:
        case "answered" | "suggested":
            verb = "answered" if answer.outcome == "answered" else "was not sure and only suggested"
            done = f"I {verb}{SEEN_BY.get(answer.surface, '')}."
            turn = _turn(known.due_at, now) if known.due_at is not None else ""
            return [done, turn, _closest(answer, at), _pointed(answer, now), _writer(answer), _revision(answer)]
        case "known":
            return ["It was known already: an incident was on, so I told what is known of it in place of an answer."]
        case "refused":
            return [f"I refused: {escape(answer.reason)}"]
        case _ if answer.reason in (NOT_SURE, NOTHING_MORE):
            return [
                f"I had no answer: {answer.reason}.",
                _closest(answer, at),
                _pointed(answer, now),
                _revision(answer),
            ]
        case _:
            return [f"I had no answer: {escape(answer.reason)}.", _pointed(answer, now)]


def _why_nothing(known: Known, now: datetime) -> str:
    if known.due_at is not None:
        return _turn(known.due_at, now)
    if known.people_answered:
        return "People answered."
    if known.kind is not None and known.channel is not None and known.channel.answer is not AnswerMode.WHEN_MENTIONED:
        return "It was too old when I read it, or asked before I watched this channel."
    return "So I said nothing."


def _turn(due_at: datetime, now: datetime) -> str:
    """When it may be answered in the channel."""
    if due_at <= now:
        return "I am about to look at it."
    return f"Its turn comes at {due_at.astimezone(now.tzinfo):%H:%M}, if nobody answers before."


def _closest(answer: Given, at: Thresholds) -> str:
    if not answer.titles:
        return ""
    titles = " · ".join(f"“{escape(title)}”" for title in answer.titles)
    return (
        f"Closest: {titles}, with a confidence of {answer.confidence:.2f}. "
        f"I suggest from {at.suggest_at:.2f} and answer from {at.answer_at:.2f}."
    )


def _pointed(answer: Given, now: datetime) -> str:
    """When what it pointed to was solved; the link stands in the answer alone."""
    days = " and ".join(day(each, today=now.date()) for each in answer.solved_on)
    return f"I pointed to a question like it that was solved on {days}." if days else ""


def _writer(answer: Given) -> str:
    if answer.outcome != "answered":
        return ""
    if answer.writer == MODEL:
        return "A language model wrote the words, from the passages cited and nothing else."
    return "The words are the handbook's own."


def _revision(answer: Given) -> str:
    return f"The handbook stood at revision `{escape(answer.handbook_revision[:12])}`."
