"""What Slack takes and refuses in messages and views, and where it says the fault lies."""

import json
from typing import Any

import pytest

from sandbox.block_kit import BLOCKS, ELEMENTS, VIEWS, Field
from sandbox.limits import text_length, validate_message_blocks, validate_view
from sandbox.model import Json
from tests.real_data import REAL_DATA

PAYLOADS = REAL_DATA / "payloads"


def mrkdwn(text: str = "hello") -> Json:
    return {"type": "mrkdwn", "text": text}


def plain(text: str = "hello") -> Json:
    return {"type": "plain_text", "text": text}


def button(text: str = "Press", **fields: object) -> Json:
    return {"type": "button", "text": plain(text), **fields}


def option(text: str = "One", value: str = "1") -> Json:
    return {"text": plain(text), "value": value}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def section(**fields: object) -> Json:
    return {"type": "section", "text": mrkdwn(), **fields}


def entry(element: Json) -> Json:
    return {"type": "input", "label": plain(), "element": element}


def modal(*blocks: Json, **fields: object) -> Json:
    return {"type": "modal", "title": plain("Form"), "submit": plain("Send"), "blocks": list(blocks), **fields}


def pie(count: int) -> Json:
    segments = [{"label": f"s{index}", "value": 1} for index in range(count)]
    return {"type": "data_visualization", "title": "Share", "chart": {"type": "pie", "segments": segments}}


def bars(series: int, points: int) -> Json:
    names = [f"p{index}" for index in range(points)]
    data = [{"label": name, "value": 1} for name in names]
    chart = {
        "type": "bar",
        "series": [{"name": f"s{index}", "data": data} for index in range(series)],
        "axis_config": {"categories": names},
    }
    return {"type": "data_visualization", "title": "Bars", "chart": chart}


def table(rows: int, columns: int) -> Json:
    row = [{"type": "raw_text", "text": "x"}] * columns
    return {"type": "data_table", "caption": "Numbers", "rows": [row] * rows}


def select(count: int) -> Json:
    return {"type": "static_select", "options": [option(value=str(index)) for index in range(count)]}


def chosen(kind: str, count: int) -> Json:
    return {"type": kind, "options": [option(value=str(index)) for index in range(count)]}


JUST_FITS: dict[str, list[Json]] = {
    "section text 3,000": [section(text=mrkdwn("x" * 3000))],
    "10 fields of 2,000": [{"type": "section", "fields": [mrkdwn("x" * 2000)] * 10}],
    "header 150": [{"type": "header", "text": plain("x" * 150)}],
    "25 actions": [actions(*[button()] * 25)],
    "10 in a context": [{"type": "context", "elements": [mrkdwn()] * 10}],
    "button text 75, value 2,000, id 255": [actions(button("x" * 75, value="x" * 2000, action_id="x" * 255))],
    "block id 255": [{"type": "divider", "block_id": "x" * 255}],
    "select of 100": [actions(select(100))],
    "10 radio buttons": [actions(chosen("radio_buttons", 10))],
    "10 checkboxes": [actions(chosen("checkboxes", 10))],
    "markdown 12,000": [{"type": "markdown", "text": "x" * 12_000}],
    "50 blocks": [{"type": "divider"}] * 50,
    "2 charts": [pie(12), bars(12, 20)],
    "table of 201 by 20": [table(201, 20)],
    "one action id in two blocks": [actions(button(action_id="a")), actions(button(action_id="a"))],
}

TOO_MUCH: dict[str, tuple[list[Json], str]] = {
    "section text": ([section(text=mrkdwn("x" * 3001))], "must be less than 3001 characters /blocks/0/text/text"),
    "field text": (
        [{"type": "section", "fields": [mrkdwn("x" * 2001)]}],
        "must be less than 2001 characters /blocks/0/fields/0/text",
    ),
    "fields": ([{"type": "section", "fields": [mrkdwn()] * 11}], "no more than 10 items allowed /blocks/0/fields"),
    "header": (
        [{"type": "header", "text": plain("x" * 151)}],
        "must be less than 151 characters /blocks/0/text/text",
    ),
    "actions": ([actions(*[button()] * 26)], "no more than 25 items allowed /blocks/0/elements"),
    "context": (
        [{"type": "context", "elements": [mrkdwn()] * 11}],
        "no more than 10 items allowed /blocks/0/elements",
    ),
    "button text": (
        [actions(button("x" * 76))],
        "must be less than 76 characters /blocks/0/elements/0/text/text",
    ),
    "button value": (
        [actions(button(value="x" * 2001))],
        "must be less than 2001 characters /blocks/0/elements/0/value",
    ),
    "action id": (
        [actions(button(action_id="x" * 256))],
        "must be less than 256 characters /blocks/0/elements/0/action_id",
    ),
    "block id": (
        [{"type": "divider", "block_id": "x" * 256}],
        "must be less than 256 characters /blocks/0/block_id",
    ),
    "options": ([actions(select(101))], "no more than 100 items allowed /blocks/0/elements/0/options"),
    "option text": (
        [actions({"type": "static_select", "options": [option("x" * 76)]})],
        "must be less than 76 characters /blocks/0/elements/0/options/0/text/text",
    ),
    "radio buttons": (
        [actions(chosen("radio_buttons", 11))],
        "no more than 10 items allowed /blocks/0/elements/0/options",
    ),
    "markdown": (
        [{"type": "markdown", "text": "x" * 12_001}],
        "must be less than 12001 characters /blocks/0/text",
    ),
    "markdown in total": (
        [{"type": "markdown", "text": "x" * 6_001}] * 2,
        "markdown blocks must be less than 12001 characters in total /blocks",
    ),
    "blocks": ([{"type": "divider"}] * 51, "no more than 50 items allowed /blocks"),
    "charts": ([pie(1)] * 3, "no more than 2 data_visualization blocks allowed /blocks"),
    "pie segments": ([pie(13)], "no more than 12 items allowed /blocks/0/chart/segments"),
    "series": ([bars(13, 1)], "no more than 12 items allowed /blocks/0/chart/series"),
    "table columns": (
        [table(2, 21)],
        "no more than 20 items allowed /blocks/0/rows/0",
    ),
    "table rows": ([table(202, 1)], "no more than 201 items allowed /blocks/0/rows"),
}

WRONG: dict[str, tuple[list[Json], str]] = {
    "unknown block": ([{"type": "banner"}], "unsupported type: banner /blocks/0/type"),
    "unknown element": ([actions({"type": "dial"})], "unsupported type: dial /blocks/0/elements/0/type"),
    "element in the wrong place": (
        [actions({"type": "plain_text_input"})],
        "unsupported type: plain_text_input /blocks/0/elements/0/type",
    ),
    "missing field": ([{"type": "header"}], "missing required field: text /blocks/0"),
    "neither text nor fields": ([{"type": "section"}], "missing required field: text or fields /blocks/0"),
    "empty text": ([section(text=mrkdwn(""))], "must be more than 0 characters /blocks/0/text/text"),
    "no elements": ([actions()], "no fewer than 1 items allowed /blocks/0/elements"),
    "unknown field": ([section(colour="red")], "invalid additional property: colour /blocks/0"),
    "emoji on mrkdwn": (
        [section(text={**mrkdwn(), "emoji": True})],
        "invalid additional property: emoji /blocks/0/text",
    ),
    "mrkdwn on a button": (
        [actions({"type": "button", "text": mrkdwn()})],
        "unsupported type: mrkdwn /blocks/0/elements/0/text/type",
    ),
    "unknown style": (
        [actions(button(style="loud"))],
        "value must be one of: primary, danger /blocks/0/elements/0/style",
    ),
    "one block id twice": (
        [{"type": "divider", "block_id": "b"}] * 2,
        '`block_id` "b" already exists /blocks/1/block_id',
    ),
    "one action id twice in a block": (
        [actions(button(action_id="a"), button(action_id="a"))],
        '`action_id` "a" already exists /blocks/0/elements/1/action_id',
    ),
    "chart with a gap": (
        [
            {
                **bars(1, 2),
                "chart": {
                    "type": "bar",
                    "series": [{"name": "s", "data": [{"label": "a", "value": 1}]}],
                    "axis_config": {"categories": ["a", "b"]},
                },
            }
        ],
        "must have one point for each category, in their order /blocks/0/chart/series/0/data",
    ),
    "table without caption": (
        [{"type": "data_table", "rows": table(2, 1)["rows"]}],
        "missing required field: caption /blocks/0",
    ),
}


def said(problems: list[str]) -> list[str]:
    """Problems as `what path`, without Slack's brackets."""
    return [each.removeprefix("[ERROR] ").replace("[json-pointer:", "").removesuffix("]") for each in problems]


@pytest.mark.parametrize("blocks", JUST_FITS.values(), ids=JUST_FITS.keys())
def test_what_just_fits_is_taken(blocks: list[Json]) -> None:
    assert validate_message_blocks(blocks) == []


@pytest.mark.parametrize(("blocks", "problem"), TOO_MUCH.values(), ids=TOO_MUCH.keys())
def test_one_more_is_refused_with_its_path(blocks: list[Json], problem: str) -> None:
    assert problem in said(validate_message_blocks(blocks))


@pytest.mark.parametrize(("blocks", "problem"), WRONG.values(), ids=WRONG.keys())
def test_what_is_malformed_is_refused_with_its_path(blocks: list[Json], problem: str) -> None:
    assert said(validate_message_blocks(blocks)) == [problem]


@pytest.mark.parametrize("junk", [None, 7, "text", [], {"type": ["section"]}], ids=repr)
def test_junk_is_refused_and_never_raises(junk: object) -> None:
    assert validate_message_blocks([junk])
    assert validate_view({"type": "home", "blocks": [junk]})


@pytest.mark.parametrize(
    ("view", "problems"),
    [
        (modal(entry({"type": "plain_text_input"})), []),
        (modal(title=plain("x" * 25)), ["must be less than 25 characters /view/title/text"]),
        (modal(private_metadata="x" * 3001), ["must be less than 3001 characters /view/private_metadata"]),
        (modal(*[{"type": "divider"}] * 101), ["no more than 100 items allowed /view/blocks"]),
        (modal({"type": "markdown", "text": "x"}), ["unsupported type: markdown /view/blocks/0/type"]),
        (
            {"type": "modal", "title": plain(), "blocks": [entry({"type": "plain_text_input"})]},
            ["must define `submit` to use an `input` block in modals /view/submit"],
        ),
        ({"type": "home", "blocks": [{"type": "divider"}]}, []),
        ({"type": "page", "blocks": []}, ["unsupported type: page /view/type"]),
    ],
    ids=["input", "title", "metadata", "blocks", "message block", "no submit", "home", "type"],
)
def test_a_view_is_held_to_its_own_limits(view: Json, problems: list[str]) -> None:
    assert said(validate_view(view)) == problems


ONE, TWO = option(), option("Two", "2")
OTHER: Json = {**ONE, "value": "2"}
TOO_FAR = "must keep to min_value, max_value and is_decimal_allowed"


def number(**fields: object) -> Json:
    return {"type": "number_input", "is_decimal_allowed": False, **fields}


@pytest.mark.parametrize(
    ("element", "problem"),
    [
        pytest.param({**select(2), "initial_option": option("One", "1")}, "", id="one of the options"),
        pytest.param(
            {**select(2), "initial_option": TWO},
            "must exactly match one of the options /view/blocks/0/element/initial_option",
            id="none of the options",
        ),
        pytest.param(
            {"type": "static_select", "option_groups": [{"label": plain(), "options": [TWO]}], "initial_option": TWO},
            "",
            id="one of a group",
        ),
        pytest.param(
            {"type": "radio_buttons", "options": [ONE], "initial_option": OTHER},
            "must exactly match one of the options /view/blocks/0/element/initial_option",
            id="another value",
        ),
        pytest.param(
            {"type": "checkboxes", "options": [ONE], "initial_options": [ONE, TWO]},
            "must exactly match one of the options /view/blocks/0/element/initial_options",
            id="one of several",
        ),
        pytest.param({"type": "datepicker", "initial_date": "2026-02-28"}, "", id="a day"),
        pytest.param(
            {"type": "datepicker", "initial_date": "28.2.2026"},
            "must be a date as YYYY-MM-DD /view/blocks/0/element/initial_date",
            id="a day otherwise written",
        ),
        pytest.param(
            {"type": "timepicker", "initial_time": "24:00"},
            "must be a time as HH:mm /view/blocks/0/element/initial_time",
            id="no time of day",
        ),
        pytest.param(number(min_value="1", max_value="3", initial_value="3"), "", id="a number in its range"),
        pytest.param(
            number(min_value="3", max_value="1"),
            "cannot be greater than max_value /view/blocks/0/element/min_value",
            id="a range turned round",
        ),
        pytest.param(
            number(max_value="3", initial_value="4"),
            f"{TOO_FAR} /view/blocks/0/element/initial_value",
            id="a number out of its range",
        ),
        pytest.param(number(initial_value="0.5"), f"{TOO_FAR} /view/blocks/0/element/initial_value", id="a fraction"),
        pytest.param(
            number(min_value="one"), "must be a number in a string /view/blocks/0/element/min_value", id="a word"
        ),
        pytest.param(
            {"type": "plain_text_input", "max_length": 3001},
            "must be from 1 to 3000 /view/blocks/0/element/max_length",
            id="a text too long",
        ),
        pytest.param(
            {"type": "plain_text_input", "min_length": 5, "max_length": 4},
            "must not be greater than max_length /view/blocks/0/element/min_length",
            id="lengths turned round",
        ),
        pytest.param(
            {"type": "plain_text_input", "initial_value": "x" * 3001},
            "must be less than 3001 characters /view/blocks/0/element/initial_value",
            id="a text that begins too long",
        ),
        pytest.param(
            {"type": "plain_text_input", "max_length": 4, "initial_value": "x" * 5},
            "must be less than 5 characters /view/blocks/0/element/initial_value",
            id="a text that begins longer than it may become",
        ),
        pytest.param(
            {"type": "plain_text_input", "max_length": 4, "initial_value": "x" * 4}, "", id="a text of the whole length"
        ),
    ],
)
def test_what_a_field_begins_with_is_held_to_what_it_may_hold(element: Json, problem: str) -> None:
    assert said(validate_view(modal(entry(element)))) == ([problem] if problem else [])


def test_all_text_of_a_message_is_counted_however_deep() -> None:
    blocks = [section(text=mrkdwn("12345"), accessory=button("123")), {"type": "markdown", "text": "1234567"}]

    assert text_length(blocks) == 15


@pytest.mark.real_data
def test_the_table_agrees_with_the_limits_slacks_sdk_checks() -> None:
    limits: dict[str, Any] = json.loads((PAYLOADS / "block-kit-limits.json").read_text())["limits"]

    differences = {
        (part["type"], name): (most, ours.most)
        for part in limits.values()
        for name, most in part["max"].items()
        if (ours := our_field(part["type"], name)) is not None and ours.most != most
    }

    assert differences == {}


@pytest.mark.real_data
def test_the_table_agrees_with_the_views_limits() -> None:
    limits = json.loads((PAYLOADS / "block-kit-limits.json").read_text())["limits"]["View"]["max"]

    assert {name: VIEWS["modal"][name].most for name in limits} == limits


@pytest.mark.real_data
def test_what_real_payloads_carry_is_taken() -> None:
    refused = {
        path.name: problems
        for path in sorted((PAYLOADS / "interactive").glob("*.json"))
        if (problems := message_problems(json.loads(path.read_text())))
    }

    assert refused == {}


def our_field(kind: str | None, name: str) -> Field | None:
    """Our field of this shape; None for shapes and fields we do not have."""
    shapes = [shape[kind] for shape in (BLOCKS, ELEMENTS) if kind in shape] if kind else []
    return next((shape[name] for shape in shapes if name in shape), None)


def message_problems(payload: Json) -> list[str]:
    message = payload.get("message")
    return validate_message_blocks(message["blocks"]) if message and message.get("blocks") else []
