"""What a survey would ask, of whom and when, in words: for who writes one, without Slack. Pure.

The message and the form are those that `blocks` builds. Knows the definition alone: how many people it would reach, and
when the last wave was, is not known here.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from html import unescape
from typing import Any

from bot.errors import MentorError
from bot.model import Json
from bot.surveys import blocks, rules
from knowledge.loader import Handbook
from knowledge.schema import did_you_mean
from knowledge.surveys import After, Audience, Moment, Repeats, Survey

WIDTH = 15  # of what stands before the colon
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class NoSuchSurvey(MentorError):
    """The handbook has no such survey; `mentor pulse preview` shows all there are."""


@dataclass(frozen=True)
class Preview:
    """`next_day` is the first on which people could be asked, None for a survey after an event; `until` is the end."""

    survey: Survey
    channels: Mapping[str, str]  # names by id
    next_day: date | None
    until: date

    def in_words(self) -> list[str]:
        survey = self.survey
        lines = [f"{survey.title} ({survey.id})", "", "The message:", *_in_words(self._message())]
        lines += ["", "Once an answer was pressed:", *_in_words(self._thanks())]
        lines += ["", "The form:", *_in_words(self._form()), "", "Why do we ask?", f"  {survey.why}", ""]
        return [*lines, *(f"{name + ':':{WIDTH}}{said}" for name, said in self._facts())]

    def to_json(self) -> dict[str, Any]:
        said: dict[str, Any] = {key: getattr(self.survey, key) for key in ("id", "title", "why", "owner")}
        return said | {
            "message": _as_json(self._message()),
            "thanks": _as_json(self._thanks()),
            "form": _as_json(self._form()),
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

    def _message(self) -> Sequence[Json]:
        return blocks.pulse(self.survey, "", until=blocks.in_words(self.until)).blocks

    def _thanks(self) -> Sequence[Json]:
        """What then stands in the message and did not before."""
        until, before = blocks.in_words(self.until), self._message()
        after = blocks.pulse(self.survey, "", until=until, is_answered=True).blocks
        return [each for each in after if each not in before]

    def _form(self) -> Sequence[Json]:
        built: Sequence[Json] = blocks.form(self.survey, "", until=blocks.in_words(self.until))["blocks"]
        return built

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


def previews(handbook: Handbook, *, survey_id: str | None, today: date) -> list[Preview]:
    """Of one survey, or of all. Raises NoSuchSurvey."""
    chosen = [find_survey(handbook, survey_id)] if survey_id is not None else handbook.surveys
    channels = {each.id: each.name for each in handbook.channels.channels}
    return [_preview(each, channels, today) for each in chosen]


def _preview(survey: Survey, channels: Mapping[str, str], today: date) -> Preview:
    first = next_day(survey.schedule, today=today)
    last = first or rules.last_of_month(today)
    return Preview(survey, channels, first, last + timedelta(days=survey.open_days))


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


# Blocks as they are built, in words.


def _in_words(built: Sequence[Json]) -> Iterator[str]:
    """What each block says, and below it what can be pressed, chosen or typed."""
    for block in built:
        yield from (f"  {line}" for line in _text(block).splitlines())
        if block["type"] in ("actions", "input"):
            yield f"    {' '.join(f'[{each}]' for each in _answers(block)) or '[typed]'}"


def _as_json(built: Sequence[Json]) -> list[Json]:
    return [{"kind": block["type"], "text": _text(block), "answers": _answers(block)} for block in built]


def _text(block: Json) -> str:
    """Without the mark-up of Slack."""
    if block["type"] == "actions":
        return ""
    said: Json = block.get("text") or block.get("label") or block["elements"][0]
    return re.sub(r"\*([^*\n]+)\*", r"\1", unescape(said["text"]))


def _answers(block: Json) -> list[str]:
    offered = block["elements"] if block["type"] == "actions" else block.get("element", {}).get("options", [])
    return [each["text"]["text"] for each in offered]


def _any(names: Sequence[str] | Iterator[str]) -> str:
    return " or ".join(names)
