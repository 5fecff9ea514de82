"""What a survey would ask, of whom and when, in words: for who writes one, without Slack. Pure.

Knows the definition alone: how many people it would reach, and when the last wave was, is not known here.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from bot.errors import MentorError
from knowledge.loader import Handbook
from knowledge.schema import did_you_mean
from knowledge.surveys import After, Audience, Moment, Question, Repeats, Scale, Survey

WIDTH = 15  # of what stands before the colon
BUTTONS = {Scale.CSAT: range(1, 6), Scale.CES: range(1, 6), Scale.NPS: range(11)}
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class NoSuchSurvey(MentorError):
    """The handbook has no such survey; `mentor pulse preview` shows all there are."""


@dataclass(frozen=True)
class Preview:
    """`next_day` is the first on which people could be asked; None for a survey after an event."""

    survey: Survey
    channels: Mapping[str, str]  # names by id
    next_day: date | None

    def in_words(self) -> list[str]:
        survey = self.survey
        first, *others = survey.questions
        lines = [f"{survey.title} ({survey.id})", "", "In the message:", *_shown(first)]
        lines += ["", "In the form:"] if others else []
        lines += [line for each in others for line in _shown(each)]
        lines += ["", "Why do we ask?", f"  {survey.why}", ""]
        return [*lines, *(f"{name + ':':{WIDTH}}{said}" for name, said in self._facts())]

    def to_json(self) -> dict[str, Any]:
        first, *others = self.survey.questions
        said: dict[str, Any] = {key: getattr(self.survey, key) for key in ("id", "title", "why", "owner")}
        return said | {
            "message": {"text": first.text, "buttons": answers_to(first)},
            "form": [asdict(each) | {"choices": answers_to(each)} for each in others],
            "audience": list(audience_in_words(self.survey.audience, self.channels)),
            "sample": sample_in_words(self.survey),
            "when": when_in_words(self.survey.schedule),
            "next_day": None if self.next_day is None else self.next_day.isoformat(),
            "cooldown_days": self.survey.cooldown_days,
            "open_days": self.survey.open_days,
            "remind_after_days": self.survey.remind_after_days,
            "threshold": self.survey.threshold,
            "is_talk_offered": self.survey.is_talk_offered,
        }

    def _facts(self) -> Iterator[tuple[str, str]]:
        survey, next_day = self.survey, self.next_day
        yield "owner", survey.owner
        for number, each in enumerate(audience_in_words(survey.audience, self.channels)):
            yield ("and" if number else "for"), each
        yield "asked of them", sample_in_words(survey)
        yield "never", f"who was asked anything in the last {survey.cooldown_days} days"
        yield "when", when_in_words(survey.schedule)
        if next_day is not None and isinstance(survey.schedule, Repeats):
            weeks = survey.schedule.weeks
            unless = f"; later where a wave was less than {weeks} weeks before" if weeks > 1 else ""
            yield "next", f"{next_day.day} {next_day:%B %Y}{unless}"
        yield "open", _open_in_words(survey)
        yield "shown", f"from {survey.threshold} answers on"
        if survey.is_talk_offered:
            yield "low score", "a talk of 15 minutes is offered"


def previews(handbook: Handbook, *, survey_id: str | None, today: date) -> list[Preview]:
    """Of one survey, or of all. Raises NoSuchSurvey."""
    chosen = [find_survey(handbook, survey_id)] if survey_id is not None else handbook.surveys
    channels = {each.id: each.name for each in handbook.channels.channels}
    return [Preview(each, channels, next_day(each.schedule, today=today)) for each in chosen]


def find_survey(handbook: Handbook, survey_id: str) -> Survey:
    """Raises NoSuchSurvey."""
    found = handbook.survey(survey_id)
    if found is None:
        known = [each.id for each in handbook.surveys]
        fix = did_you_mean(survey_id, known, otherwise="`mentor pulse preview` shows all there are")
        raise NoSuchSurvey(f'The handbook has no survey "{survey_id}"; {fix}')
    return found


def next_day(schedule: Repeats | After, *, today: date, last: date | None = None) -> date | None:
    """The next day after today on which people are asked, given a day of the last wave's week; None after an event."""
    if isinstance(schedule, After):
        return None
    day = today + timedelta(days=(schedule.weekday - today.isoweekday() - 1) % 7 + 1)
    if last is None:
        return day
    own_day = last + timedelta(weeks=schedule.weeks, days=schedule.weekday - last.isoweekday())
    return max(day, own_day)


def answers_to(question: Question) -> list[str]:
    """What can be pressed or chosen; nothing where the answer is typed."""
    return list(question.choices) or [str(grade) for grade in BUTTONS.get(question.scale, ())]


def audience_in_words(audience: Audience, channels: Mapping[str, str]) -> Iterator[str]:
    """Whoever is in all of these."""
    said = {
        f"who is in {_any(f'#{channels.get(each, each)}' for each in audience.channels)}": bool(audience.channels),
        f"who is in the team {_any(audience.teams)}": bool(audience.teams),
        f"who is in the Slack user group {_any(audience.groups)}": bool(audience.groups),
        f"who asked for {_any(audience.ran)} of late": bool(audience.ran),
        "who asked a question of late": audience.asked is True,
        "who never asked a question": audience.asked is False,
        f"who is in a team that could choose {audience.did_not_choose} and did not": bool(audience.did_not_choose),
    }
    named = [words for words, is_said in said.items() if is_said]
    yield from named or ["everyone"]


def sample_in_words(survey: Survey) -> str:
    if isinstance(survey.schedule, After):
        return (
            f"at random {100 * survey.schedule.share:.3g} % of these events, at most {survey.people:,} people a month"
        )
    share = f"at random {100 * survey.share:.3g} %" if survey.share < 1 else "all"
    return f"{share}, at most {survey.people:,} people"


def when_in_words(schedule: Repeats | After) -> str:
    if isinstance(schedule, Repeats):
        weeks = "every week" if schedule.weeks == 1 else f"every {schedule.weeks} weeks"
        return f"{weeks}, {DAYS[schedule.weekday - 1]} {schedule.at:%H:%M} by each person's own clock"
    if schedule.moment is Moment.ANSWERED:
        return "after a question of theirs was answered"
    which = _any(schedule.actions) if schedule.actions else "an action"
    return f"after {which} that they asked for became live"


def _open_in_words(survey: Survey) -> str:
    is_by_event = isinstance(survey.schedule, After)
    reminded = f", one reminder after {survey.remind_after_days}" if survey.remind_after_days else ", no reminder"
    return f"{survey.open_days} days{' after the end of each month' if is_by_event else ''}{reminded}"


def _shown(question: Question) -> list[str]:
    answers = answers_to(question)
    return [f"  {question.text}", f"    {' '.join(f'[{each}]' for each in answers)}" if answers else "    [typed]"]


def _any(names: Sequence[str] | Iterator[str]) -> str:
    return " or ".join(names)
