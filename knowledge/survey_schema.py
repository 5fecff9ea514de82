"""The form of a survey as a JSON Schema, for editors: they show a slip while it is typed.

Made of the reader's own constants. It cannot tell all that the reader can (`knowledge.survey_files`), such as whether a
team is there, or a reminder comes before the end: `mentor check` has the last word.
"""

import re

from knowledge import survey_files as surveys
from knowledge import survey_questions as questions
from knowledge import survey_schedule as schedule
from knowledge.json_schema import DIALECT, YES, YES_NO, Schema, a_list, a_shape, a_text, a_word, an_object
from knowledge.schema import CHANNEL_ID, USERGROUP_ID
from knowledge.survey_audience import NARROWING
from knowledge.surveys import Scale

CHOICE: Schema = {"type": ["string", "number", "boolean"], "minLength": 1, "maxLength": questions.LONGEST_CHOICE}


def survey_schema() -> Schema:
    return {
        "$schema": DIALECT,
        "title": "A pulse survey of Mentor",
        "description": "A file in surveys/, called like its id. `mentor check` tells what a schema cannot.",
        **an_object(_survey(), required=surveys.NEEDED),
        "oneOf": [{"required": ["every"]}, {"required": ["after"]}],
        "if": _questions_that(_asks(Scale.NPS)),
        "then": {"properties": {"insist_on_nps": YES}, "required": ["insist_on_nps"]},
        "else": {"properties": {"insist_on_nps": {"enum": [False, "no"]}}},
        "allOf": [_sample_after_events(), _talk()],
        "$defs": {"question": _question()},
    }


def _survey() -> dict[str, Schema]:
    return {
        "id": a_shape(surveys.ID, "The file's name without .yaml."),
        "title": a_text(surveys.LONGEST_TITLE, "What people know it by, in a few words."),
        "why": a_text(surveys.LONGEST_WHY, "Shown under *Why do we ask?*: why, and what you do with the answers."),
        "owner": a_text(80, "A team or group of people.yaml: who acts on the answers."),
        "questions": _questions(),
        "audience": _audience(),
        "every": _every(),
        "after": _after(),
        "sample": _sample(),
        "cooldown": _days("Nobody is asked within so many days of any other survey, 14 at least (28)."),
        "open": _days(f"So long answers are taken, {schedule.MOST_OPEN} days at most (7 days)."),
        "remind_after": _days("One reminder to who has not answered, sooner than `open` ends; left out: none."),
        "threshold": _number(
            surveys.LEAST_THRESHOLD, surveys.MOST_THRESHOLD, "Nothing is shown of fewer answers than these (5)."
        ),
        "talk": YES_NO
        | {"description": "A talk of 15 minutes is offered with the thanks for every answer, whatever it was."},
        "insist_on_nps": YES_NO | {"description": "Beside an nps question alone; csat tells more."},
    }


def _questions() -> Schema:
    """The first is answered by buttons."""
    first = {"properties": {"text": False, "choices": {"maxItems": questions.MOST_BUTTONS}}}
    listed = a_list({"$ref": "#/$defs/question"}, 1, questions.MOST_QUESTIONS)
    return listed | {"prefixItems": [first | {"$ref": "#/$defs/question"}]}


def _question() -> Schema:
    words = {
        Scale.CSAT: "How satisfied people are, 1 to 5.",
        Scale.CES: "A statement that it was easy, agreed to or not, 1 to 5.",
        Scale.NPS: "Whether they would recommend it, 0 to 10; only with `insist_on_nps: yes`.",
        Scale.CHOICE: "One of `choices`.",
        Scale.TEXT: "Typed in the form; never the first question.",
    }
    keys: dict[str, Schema] = {
        "name": a_shape(questions.NAME, "Under this its answers are kept and shown."),
        **{scale.value: a_text(questions.LONGEST_TEXT, said) for scale, said in words.items()},
        "choices": a_list(CHOICE, 2, questions.MOST_CHOICES) | {"uniqueItems": True},
    }
    return {
        **an_object(keys, required=("name",)),
        "oneOf": [{"required": [scale.value]} for scale in Scale],
        "dependentRequired": {"choices": ["choice"], "choice": ["choices"]},
    }


def _audience() -> Schema:
    ids: dict[str, Schema] = {
        "everyone": YES,
        "channels": _ids(a_shape(CHANNEL_ID), "Who is in any of these; watched ones, by their Slack ids."),
        "teams": _ids(a_text(80), "Who is in any of these teams of people.yaml."),
        "groups": _ids(a_shape(USERGROUP_ID), "Who is in any of these Slack user groups."),
        "ran": _ids(a_text(60), "Who asked for any of these actions of late."),
        "asked": YES_NO | {"description": "yes: who asked a question of late; no: who never asked one."},
        "did_not_choose": a_text(60, "A capability: people of teams that could choose it and did not."),
    }
    alone = {"if": {"required": ["everyone"]}, "then": {"properties": dict.fromkeys(NARROWING, False)}}
    return an_object(ids) | alone | {"minProperties": 1, "description": "Who is in all of what is named."}


def _every() -> Schema:
    keys: dict[str, Schema] = {
        "weeks": _number(1, schedule.MOST_WEEKS, "So many weeks from one wave to the next."),
        "day": a_word(schedule.DAYS_ASKED),
        "at": a_shape(
            re.compile(f"{_hours()}:[0-5][0-9]|{schedule.LATEST:%H:%M}"),
            "By each person's own clock.",
        ),
    }
    return an_object(keys, required=tuple(keys))


def _hours() -> str:
    """Those in which any minute will do."""
    return f"(?:{'|'.join(f'{hour:02}' for hour in range(schedule.EARLIEST.hour, schedule.LATEST.hour))})"


def _after() -> Schema:
    actions = _ids(a_text(60), "Ids of actions, or `any`.")
    keys: dict[str, Schema] = {
        "action_live": {"oneOf": [{"const": schedule.ANY}, actions]},
        "answer": {"const": schedule.ANY},
        "share": _share("So many of these events lead to a message."),
    }
    one = [{"required": [event]} for event in schedule.EVENTS]
    return an_object(keys, required=("share",)) | {"oneOf": one}


def _sample() -> Schema:
    keys: dict[str, Schema] = {
        "share": _share("Of everybody it is for, at most so many; left out: all."),
        "people": _number(surveys.LEAST_THRESHOLD, surveys.MOST_PEOPLE, "At most so many people a wave."),
    }
    return an_object(keys) | {"minProperties": 1}


def _sample_after_events() -> Schema:
    return {"if": {"required": ["after"]}, "then": {"properties": {"sample": {"properties": {"share": False}}}}}


def _talk() -> Schema:
    """Offered only after a score."""
    no_score: Schema = {"not": {"anyOf": [_asks(scale) for scale in questions.SCORED]}}
    return {"if": _questions_that(no_score), "then": {"properties": {"talk": {"enum": [False, "no"]}}}}


def _asks(scale: Scale) -> Schema:
    return {"contains": {"type": "object", "required": [scale.value]}}


def _questions_that(condition: Schema) -> Schema:
    """Holds of a survey with questions of which the condition holds."""
    return {"properties": {"questions": {"type": "array"} | condition}, "required": ["questions"]}


def _ids(items: Schema, description: str) -> Schema:
    return a_list(items, 1, None, description) | {"uniqueItems": True}


def _share(description: str) -> Schema:
    return {"type": "number", "exclusiveMinimum": 0, "maximum": 1, "description": description}


def _number(least: int, most: int, description: str) -> Schema:
    return {"type": "integer", "minimum": least, "maximum": most, "description": description}


def _days(description: str) -> Schema:
    return a_shape(schedule.DAYS, description)
