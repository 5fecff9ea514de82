"""`surveys/*.yaml`, a survey a file: how they are read, and everything that somebody careful would check.

What a survey is stands in `knowledge.surveys`. Reads no files; sends nothing.
"""

import re
from dataclasses import replace
from datetime import time

from knowledge.capabilities import read_owner
from knowledge.schema import Fields, Value, clip
from knowledge.strict_yaml import Mapping
from knowledge.survey_audience import Around, read_audience
from knowledge.survey_questions import SCORED, check_nps, read_questions
from knowledge.survey_schedule import (
    check_times,
    read_cooldown,
    read_open,
    read_remind_after,
    read_schedule,
    read_share,
)
from knowledge.surveys import After, Audience, Moment, Repeats, Survey

FOLDER = "surveys"
NEEDED = ("id", "title", "why", "owner", "questions", "audience")
LEFT_OUT = ("sample", "cooldown", "open", "remind_after", "threshold", "talk", "insist_on_nps")
KEYS = (*NEEDED, "every", "after", *LEFT_OUT)
ID = re.compile(r"[a-z][a-z0-9-]{0,59}", re.ASCII)
LONGEST_TITLE, LONGEST_WHY = 75, 500
LEAST_THRESHOLD, MOST_THRESHOLD = 5, 50
MOST_PEOPLE = 5_000  # at Slack's pace an hour and a half
COUNT = re.compile(r"[1-9]\d{0,3}", re.ASCII)
SAMPLE_KEYS = ("share", "people")
ONCE_A_YEAR = Repeats(52, 1, time(10))  # stands for what is missing


def read_survey(root: Value, stem: str, around: Around) -> Survey | None:
    """The survey in a file whose name without its suffix is `stem`. What is wrong is noted at `root`."""
    fields = root.fields(*KEYS)
    fix = f"write `id: {stem}`, as the file is called" if ID.fullmatch(stem) else "call it like platform-pulse.yaml"
    id_ = fields.need("id", lambda it: _read_id(it, stem), fix)
    title = fields.need("title", lambda it: _read_line(it, LONGEST_TITLE), "write a few words that people know it by")
    why = fields.need("why", lambda it: _read_line(it, LONGEST_WHY), "tell people why you ask, and what you do with it")
    owner = fields.need("owner", lambda it: _read_owner(it, around), "name who acts on the answers")
    questions = fields.need("questions", read_questions, "write what is asked: one to four questions")
    audience = fields.need(
        "audience", lambda it: read_audience(it, around), "write `{everyone: yes}`, or who it is for"
    )
    schedule = read_schedule(fields, around)
    # What is missing is noted by now; the rest is read for mistakes of its own.
    survey = Survey(
        id=id_ or "",
        title=title or "",
        why=why or "",
        owner=owner or "",
        questions=questions or (),
        audience=audience or Audience(),
        schedule=schedule or ONCE_A_YEAR,
        file=root.file,
        line=root.line,
    )
    survey = _with_terms(survey, fields)
    _check(survey, fields)
    return survey if id_ and title and why and owner and questions and audience and schedule else None


def _with_terms(survey: Survey, fields: Fields) -> Survey:
    """With what a survey may leave out."""
    share, people = fields.get("sample", _read_sample, (survey.share, survey.people))
    return replace(
        survey,
        share=share,
        people=people,
        cooldown_days=fields.get("cooldown", read_cooldown, survey.cooldown_days),
        open_days=fields.get("open", read_open, survey.open_days),
        remind_after_days=fields.get("remind_after", read_remind_after, survey.remind_after_days),
        threshold=fields.get("threshold", _read_threshold, survey.threshold),
        is_talk_offered=fields.get("talk", Value.yes_or_no, survey.is_talk_offered),
    )


def _check(survey: Survey, fields: Fields) -> None:
    """What no key shows by itself."""
    check_nps(fields)
    check_times(fields, survey)
    if survey.people < survey.threshold:
        what = f"{survey.people} people are asked, and nothing is shown under {survey.threshold} answers"
        for value in _inside(fields, "sample", "people"):
            value.wrong(what, "ask more people")
    if isinstance(survey.schedule, After):
        _check_moment(fields, survey.audience, survey.schedule)
    if survey.is_talk_offered and survey.questions and not any(each.scale in SCORED for each in survey.questions):
        fix = f"take it out, or add a question of one of these kinds: {', '.join(SCORED)}"
        fields["talk"].wrong("a talk is about a score, and no question has one", fix)


def _check_moment(fields: Fields, audience: Audience, after: After) -> None:
    if after.moment is Moment.ANSWERED and audience.asked is False:
        for value in _inside(fields, "audience", "asked"):
            what = "whoever was answered has asked, so nobody would be asked"
            value.wrong(what, "take it out, or ask by `every`")
    for value in _inside(fields, "sample", "share"):
        fix = "take it out; `after` has a share of its own, of the events"
        value.wrong("after an event there is no list of people to take a share of", fix)


def _inside(fields: Fields, key: str, inner: str) -> list[Value]:
    """The value there, or none; nothing is noted."""
    if key not in fields or not isinstance(fields[key].node, Mapping):
        return []
    return [value for name, value in fields[key].named().items() if name == inner]


def _read_id(value: Value, stem: str) -> str | None:
    id_ = value.shaped(ID, "is no id for a survey", "write small letters, digits and -, such as platform-pulse")
    if id_ is not None and id_ != stem:
        value.wrong(f'the id is "{id_}", and the file is called {clip(stem)}', "let both be the same")
    return id_


def _read_line(value: Value, at_most: int) -> str | None:
    text = value.text(at_most=at_most)
    return " ".join(text.split()) if text else None


def _read_owner(value: Value, around: Around) -> str | None:
    return value.name() if around.people is None else read_owner(value, around.people)


def _read_sample(value: Value) -> tuple[float, int]:
    fields = value.fields(*SAMPLE_KEYS)
    if isinstance(value.node, Mapping) and not any(key in fields for key in SAMPLE_KEYS):
        value.wrong("nothing says how many are asked", "write for example {share: 0.25, people: 200}, or take it out")
    return fields.get("share", read_share, 1.0), fields.get("people", _read_people, MOST_PEOPLE)


def _read_people(value: Value) -> int | None:
    return _read_count(value, 1, MOST_PEOPLE, "so many people are asked at most in a wave")


def _read_threshold(value: Value) -> int | None:
    why = "fewer answers are never shown, so that nobody is known by theirs"
    return _read_count(value, LEAST_THRESHOLD, MOST_THRESHOLD, why)


def _read_count(value: Value, least: int, most: int, why: str) -> int | None:
    fix = f"write a number from {least} to {most}; {why}"
    text = value.shaped(COUNT, "is no whole number as expected here", fix)
    if text is None:
        return None
    if least <= int(text) <= most:
        return int(text)
    value.wrong(f"{text} is too {'few' if int(text) < least else 'many'}", fix)
    return None
