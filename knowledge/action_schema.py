"""The form of a catalogue entry as a JSON Schema, for editors: they show a slip while it is typed.

Made of the reader's own constants. It cannot tell all that the reader can (`knowledge.action_files`), such as whether a
placeholder names an input, or a group is there: `mentor check` has the last word.
"""

import re
from collections.abc import Mapping, Sequence

from bot.arn import SHAPES
from knowledge import action_backends as backends
from knowledge import action_files as entries
from knowledge import action_inputs as inputs
from knowledge import action_rights as rights
from knowledge import content, repositories
from knowledge.actions import InputType, Mode
from knowledge.json_schema import DIALECT, YES, YES_NO, Schema, a_list, a_shape, a_text, a_word, an_object
from knowledge.patterns import LONGEST as LONGEST_PATTERN
from knowledge.schema import USER_ID

SCALAR = ["string", "number", "boolean"]
DATA: Schema = {"description": 'Data; "{name}" as a whole leaf is the value of that input.'}


def action_schema() -> Schema:
    return {
        "$schema": DIALECT,
        "title": "An action of Mentor's catalogue",
        "description": "A file in actions/, called like its id. `mentor check` tells what a schema cannot.",
        **an_object(_entry(), required=("id", "title", "summary", "mode", "who")),
        "oneOf": [{"required": [key]} for key in backends.BACKENDS],
        "allOf": [
            _if_mode(Mode.PROPOSAL, {"required": ["git"]}, {}),
            _if_mode(Mode.BREAK_GLASS, {}, {"properties": {"declares": False}}),
            {
                "if": {"properties": {"git": {"required": ["merge"]}}, "required": ["git"]},
                "then": {"required": ["approval"]},
            },
        ],
        "$defs": {"input": _input(), "change": _change(), "changes": _changes()},
    }


def _entry() -> dict[str, Schema]:
    return {
        "id": a_shape(entries.ID, "The file's name without .yaml."),
        "title": a_text(entries.LONGEST_TITLE, "What it does, in a few words."),
        "summary": a_text(entries.LONGEST_SUMMARY, "What comes of it, in a sentence."),
        "questions": a_list(a_text(entries.LONGEST_QUESTION), 0, entries.MOST_QUESTIONS, "How people ask for it."),
        "capability": a_text(80, "What of the platform's offer it belongs to."),
        "owner": a_text(80, "A team or group of people.yaml."),
        "mode": a_word(tuple(Mode), "Proposed to Git and pulled, or pushed (direct, break-glass)."),
        "who": _who(),
        "inputs": a_list({"$ref": "#/$defs/input"}, 0, inputs.MOST_INPUTS, "What the form asks for."),
        "approval": _approval(),
        "stuck_after": a_shape(rights.CLOCK, "Merged and not live for so long is told to the platform team."),
        "git": _git(),
        "step_function": _call(backends.STEP_FUNCTION_KEYS, SHAPES[backends.STATE_MACHINE]),
        "lambda": _call(backends.LAMBDA_KEYS, SHAPES[backends.FUNCTION]),
        "webhook": an_object(
            {
                "url": a_shape(re.compile(r"https://[^/@{}#\s\\]+(?:/[^{}#\s\\]*)?")),
                "lookup": a_shape(re.compile(r"https://[^/@{}#\s\\]+/[^{}#\s\\]*\{request\}[^{}#\s\\]*")),
                "input": _data("object"),
            },
            required=("url", "lookup"),
        ),
        "declares": {
            **an_object({key: _git()["properties"][key] for key in ("repository", "changes", *backends.CHANGE_KEYS)}),
            "$ref": "#/$defs/changes",
        },
    }


def _who() -> Schema:
    people = a_list(a_shape(USER_ID), 0, None, "Slack ids.") | {"uniqueItems": True}
    names = a_list(a_text(80), 0, None) | {"uniqueItems": True}
    return an_object(
        {"teams": {"oneOf": [{"const": "all"}, names]}, "groups": names, "people": people, "guests": people}
    ) | {"minProperties": 1, "description": "Who may run it; guests only by name."}


def _approval() -> Schema:
    value: Schema = {"type": SCALAR}
    times = [rights.WORKING_DAYS.pattern, rights.CLOCK.pattern]
    return an_object(
        {
            "by": a_text(80, "A name under approvers in people.yaml, platform_team or duty."),
            "people": {"type": "integer", "minimum": 1, "maximum": rights.MOST_APPROVERS},
            "when": {
                "type": "object",
                "minProperties": 1,
                "additionalProperties": {"oneOf": [value, a_list(value, 1, None)]},
                "description": "Necessary where each of these inputs has one of its values; left out: always.",
            },
            "expires_after": a_shape(re.compile("|".join(times)), "3 working days, or 4 hours by the clock."),
            "urgent": YES_NO | {"description": "The asker may say it is urgent; then the people on duty approve."},
        },
        required=("by",),
    )


def _input() -> Schema:
    keys: dict[str, Schema] = {
        "name": a_shape(inputs.NAME) | {"not": {"enum": list(content.BUILT_INS)}},
        "type": a_word(tuple(InputType)),
        "label": a_text(inputs.LONGEST_LABEL),
        "hint": a_text(inputs.LONGEST_HINT),
        "optional": YES_NO,
        "default": {"type": SCALAR, "description": "As a person would type it."},
        "pattern": a_text(LONGEST_PATTERN, "The whole text must match. No groups that repeat repetitions."),
        "longest": {"type": "integer", "minimum": 1, "maximum": inputs.LONGEST_TEXT},
        "least": {"type": "number"},
        "most": {"type": "number"},
        "fraction": YES_NO,
        "choices": a_list({"type": SCALAR, "maxLength": inputs.LONGEST_CHOICE}, 1, inputs.MOST_CHOICES),
        "choices_from": an_object(
            {
                "repository": a_text(80),
                "file": _path() | {"allOf": [_read_or_written()]},
                "at": a_text(content.LONGEST_PATH),
            },
            required=("repository", "file"),
        ),
        "any": YES_NO | {"description": "Any team may be chosen; left out: the teams the person is in."},
        "earliest": {"type": "integer", "description": "Days from the day it is asked; 0 is that day."},
        "latest": {"type": "integer"},
    }
    by_type = [_if_type(kind) for kind in InputType]
    return an_object(keys, required=("name", "type")) | {"allOf": by_type}


def _if_type(kind: InputType) -> Schema:
    then: Schema = {"propertyNames": {"enum": [*inputs.COMMON_KEYS, *inputs.KEYS_OF[kind]]}}
    default: Mapping[InputType, Schema] = {
        InputType.NUMBER: _number_default(),
        InputType.PERSON: a_shape(USER_ID),
        InputType.DATE: a_shape(re.compile(r"\d{4}-\d{2}-\d{2}")),
        InputType.YES_NO: YES_NO,
    }
    if kind in default:
        then["properties"] = {"default": default[kind]}
    if kind is InputType.CHOICE:
        then["oneOf"] = [{"required": ["choices"]}, {"required": ["choices_from"]}]
    return {"if": {"properties": {"type": {"const": kind.value}}, "required": ["type"]}, "then": then}


def _number_default() -> Schema:
    return {"oneOf": [{"type": "number"}, a_shape(inputs.NUMBER)]}


def _git() -> Schema:
    change = _change()["properties"]
    keys: dict[str, Schema] = {
        "repository": a_text(80, f"A name of {repositories.FILE}."),
        **change,
        "changes": a_list({"$ref": "#/$defs/change"}, 1, backends.MOST_CHANGES),
        "merge": a_word(("on-approval",), "The bot merges it once it is approved; else people do."),
        "confirm": a_word(("review",), "Somebody must agree on the pull request itself."),
        "author": a_word(("required",), "Refused where the asker's Git account is not known."),
    }
    return {**an_object(keys), "$ref": "#/$defs/changes", "not": {"required": ["merge", "confirm"]}}


def _changes() -> Schema:
    """A single change beside the repository, or a list of them."""
    single = [{"required": ["file", verb]} for verb in backends.VERBS]
    in_line = {"properties": dict.fromkeys(backends.CHANGE_KEYS, False), "required": ["changes"]}
    only = {"oneOf": single, "properties": {"changes": False}} | _whole_file()
    return {"required": ["repository"], "oneOf": [in_line, only]}


def _change() -> Schema:
    data = DATA | {"type": [*SCALAR, "object", "array"]}
    keys: dict[str, Schema] = {
        "file": _path() | {"description": "Its path; {name} may stand within a part of it."},
        "content": DATA | {"type": ["object", "array"], "minProperties": 1, "minItems": 1},
        "replace": YES_NO | {"description": "The file may be there already."},
        "delete": YES,
        "set": {"type": "object", "minProperties": 1, "description": "New values by their way, such as spec.size."},
        "add": an_object({"to": a_text(content.LONGEST_PATH), "entry": data, "key": a_text(content.LONGEST_PATH)})
        | {"required": ["entry"], "anyOf": [{"required": ["to"]}, {"required": ["key"]}]},
        "remove": an_object(
            {
                "from": a_text(content.LONGEST_PATH),
                "key": a_text(content.LONGEST_PATH),
                "where": {"type": "object", "minProperties": 1, "additionalProperties": {"type": SCALAR}},
                "entry": {"type": SCALAR},
            }
        )
        | {"oneOf": [{"required": [way]} for way in ("key", "where", "entry")]},
    }
    verbs = [{"required": [verb]} for verb in backends.VERBS]
    return an_object(keys, required=("file",)) | {"oneOf": verbs} | _whole_file()


def _whole_file() -> Schema:
    """What only a file can be that is written or deleted as a whole."""
    return {
        "dependentRequired": {"replace": ["content"]},
        "if": {"not": {"required": ["delete"]}},
        "then": {"properties": {"file": _read_or_written()}},
    }


def _call(keys: Sequence[str], arn: re.Pattern[str]) -> Schema:
    known: dict[str, Schema] = {
        "account": a_shape(backends.ACCOUNT, "12 digits, in quotes."),
        "region": a_shape(backends.REGION),
        "arn": a_shape(arn),
        "input": _data("object"),
        "role": a_shape(SHAPES[backends.ROLE], "To assume; left out: the bot's own."),
        "table": a_shape(backends.TABLE, "The DynamoDB table in which the function keeps how the request went."),
    }
    required = [key for key in keys if key not in ("input", "role")]
    return an_object({key: known[key] for key in keys}, required=required)


def _if_mode(mode: Mode, then: Schema, otherwise: Schema) -> Schema:
    """`then` for the mode, `otherwise` for the others; proposals are of Git, and nothing else is."""
    if mode is Mode.PROPOSAL:
        otherwise = {"properties": {"git": False}}
    return {
        "if": {"properties": {"mode": {"const": mode.value}}, "required": ["mode"]},
        "then": then,
        "else": otherwise,
    }


def _path() -> Schema:
    part = content.SEGMENT.pattern.replace("$", "(?:/|$)")
    return {"type": "string", "maxLength": content.LONGEST_PATH, "pattern": f"^{part}(?:/{part})*$"}


def _read_or_written() -> Schema:
    """A file of a kind that is read and written, and not only deleted."""
    return {"pattern": f"(?:{'|'.join(re.escape(suffix) for suffix in content.SUFFIXES)})$"}


def _data(kind: str) -> Schema:
    return DATA | {"type": kind}
