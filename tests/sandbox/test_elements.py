"""Finding and filling what stands in blocks."""

import pytest

from sandbox.elements import action_entry, client_errors, find_element, values_of
from sandbox.model import Json

DEV: Json = {"text": {"type": "plain_text", "text": "Development"}, "value": "dev"}
PROD: Json = {"text": {"type": "plain_text", "text": "Production"}, "value": "prod"}


def labelled(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def block(element: Json, *, block_id: str = "b", label: str = "Label", optional: bool = False) -> Json:
    return {
        "type": "input",
        "block_id": block_id,
        "label": labelled(label),
        "optional": optional,
        "element": {"action_id": "a", **element},
    }


@pytest.mark.parametrize(
    ("element", "given", "state"),
    [
        pytest.param({"type": "plain_text_input"}, "x", {"value": "x"}, id="text"),
        pytest.param({"type": "number_input"}, 3, {"value": "3"}, id="number"),
        pytest.param(
            {"type": "static_select", "options": [DEV, PROD]}, "Production", {"selected_option": PROD}, id="by label"
        ),
        pytest.param({"type": "radio_buttons", "options": [DEV, PROD]}, "dev", {"selected_option": DEV}, id="by value"),
        pytest.param(
            {"type": "static_select", "option_groups": [{"label": labelled("All"), "options": [PROD]}]},
            "prod",
            {"selected_option": PROD},
            id="in a group",
        ),
        pytest.param(
            {"type": "checkboxes", "options": [DEV, PROD]},
            ["dev", "prod"],
            {"selected_options": [DEV, PROD]},
            id="many",
        ),
        pytest.param({"type": "users_select"}, "U1", {"selected_user": "U1"}, id="person"),
        pytest.param({"type": "multi_users_select"}, "U1", {"selected_users": ["U1"]}, id="people"),
        pytest.param({"type": "datepicker"}, "2026-11-22", {"selected_date": "2026-11-22"}, id="date"),
        pytest.param({"type": "datetimepicker"}, 1700000000, {"selected_date_time": 1700000000}, id="moment"),
        pytest.param({"type": "static_select", "options": [DEV]}, None, {"selected_option": None}, id="emptied"),
    ],
)
def test_what_people_give_becomes_the_state_of_the_element(element: Json, given: object, state: Json) -> None:
    values = values_of([block(element)], {("b", "a"): given})

    assert values == {"b": {"a": {"type": element["type"], **state}}}


@pytest.mark.parametrize(
    ("element", "state"),
    [
        pytest.param({"type": "plain_text_input", "initial_value": "x"}, {"value": "x"}, id="text"),
        pytest.param(
            {"type": "static_select", "options": [DEV], "initial_option": DEV}, {"selected_option": DEV}, id="option"
        ),
        pytest.param(
            {"type": "checkboxes", "options": [DEV], "initial_options": [DEV]},
            {"selected_options": [DEV]},
            id="options",
        ),
        pytest.param(
            {"type": "conversations_select", "initial_conversation": "C1"},
            {"selected_conversation": "C1"},
            id="channel",
        ),
        pytest.param(
            {"type": "rich_text_input", "initial_value": {"type": "rich_text", "elements": []}},
            {"rich_text_value": {"type": "rich_text", "elements": []}},
            id="rich text",
        ),
        pytest.param({"type": "datetimepicker", "initial_date_time": 1}, {"selected_date_time": 1}, id="moment"),
        pytest.param({"type": "multi_users_select"}, {"selected_users": []}, id="nobody"),
    ],
)
def test_what_nobody_touched_has_its_initial_state(element: Json, state: Json) -> None:
    assert values_of([block(element)], {}) == {"b": {"a": {"type": element["type"], **state}}}


@pytest.mark.parametrize(
    ("blocks", "given", "errors"),
    [
        pytest.param(
            block({"type": "plain_text_input"}), "", {"b": "Please complete this required field."}, id="required"
        ),
        pytest.param(block({"type": "plain_text_input"}, optional=True), "", {}, id="optional"),
        pytest.param(
            block({"type": "plain_text_input", "min_length": 2, "max_length": 3}),
            "abcd",
            {"b": "Please write 2 to 3 characters."},
            id="too long",
        ),
        pytest.param(block({"type": "plain_text_input"}), "fine", {}, id="filled"),
    ],
)
def test_a_form_is_checked_before_it_is_sent(blocks: Json, given: object, errors: dict[str, str]) -> None:
    assert client_errors([blocks], values_of([blocks], {("b", "a"): given})) == errors


def test_an_option_that_is_not_offered_cannot_be_chosen() -> None:
    with pytest.raises(LookupError, match="No option 'test' in a: dev, prod"):
        values_of([block({"type": "static_select", "options": [DEV, PROD]})], {("b", "a"): "test"})


def test_an_element_is_found_by_action_id_before_label_and_within_a_block() -> None:
    go = {"type": "button", "action_id": "go", "text": labelled("stop")}
    stop = {"type": "button", "action_id": "stop", "text": labelled("go")}
    blocks: list[Json] = [
        {"type": "section", "block_id": "one", "accessory": go},
        {"type": "actions", "block_id": "two", "elements": [go, stop]},
    ]

    assert find_element(blocks, "stop").element is stop
    assert find_element(blocks, "go").block_id == "one"
    assert find_element(blocks, "go", "two").block_id == "two"


def test_the_action_of_a_press_is_the_buttons_own() -> None:
    go = {"type": "button", "action_id": "go", "text": labelled("Go"), "value": "1", "style": "primary"}
    found = find_element([{"type": "actions", "block_id": "b", "elements": [go]}], "Go")

    assert action_entry(found, None, action_ts="1.2") == {**go, "block_id": "b", "action_ts": "1.2"}


def test_the_action_of_an_overflow_carries_the_option() -> None:
    more = {"type": "overflow", "action_id": "more", "options": [DEV, PROD]}
    found = find_element([{"type": "section", "block_id": "b", "accessory": more}], "more")

    assert action_entry(found, "prod", action_ts="1.2")["selected_option"] == PROD


NUMBER: Json = {"type": "number_input", "is_decimal_allowed": False, "min_value": "1", "max_value": "10"}


def test_an_option_is_known_by_its_value_before_its_text() -> None:
    options = [{"value": "0", "text": {"text": "1"}}, {"value": "1", "text": {"text": "0"}}]

    values = values_of([block({"type": "static_select", "options": options})], {("b", "a"): "1"})

    assert values["b"]["a"]["selected_option"] == options[1]


@pytest.mark.parametrize(
    ("element", "given", "error"),
    [
        pytest.param(NUMBER, "10", "", id="the largest"),
        pytest.param(NUMBER, "11", "Please enter a number between 1 and 10.", id="too large"),
        pytest.param(NUMBER, "0", "Please enter a number between 1 and 10.", id="too small"),
        pytest.param(NUMBER, "1.5", "Please enter a whole number.", id="a fraction"),
        pytest.param({**NUMBER, "is_decimal_allowed": True}, "1.5", "", id="a fraction where one may be"),
        pytest.param(NUMBER, "many", "Please enter a number.", id="a word"),
        pytest.param({"type": "datepicker"}, "2026-02-28", "", id="a day"),
        pytest.param({"type": "datepicker"}, "2026-02-30", "Please choose a date.", id="no such day"),
    ],
)
def test_slacks_client_sends_only_numbers_and_days(element: Json, given: str, error: str) -> None:
    blocks = [block(element)]

    assert client_errors(blocks, values_of(blocks, {("b", "a"): given})) == ({"b": error} if error else {})
