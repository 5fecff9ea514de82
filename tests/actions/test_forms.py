"""The form of an action: what is asked and said beforehand, that Slack takes it, and what comes back of it."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.actions import forms
from bot.actions.fields import IN
from bot.actions.forms import CHANGED, URGENT, Filled, Known, Opening
from bot.actions.lists import NO_TEAM, OPTIONS_MAX, Lists
from bot.errors import PayloadMalformed
from bot.model import Json
from handlers.payload import read_submission
from knowledge.actions import Action, Approval, GitBackend, Input, InputType, Mode
from sandbox.elements import client_errors, values_of
from sandbox.limits import validate_view
from tests.actions.offered import BUCKET, CLUSTERS, DATABASE, RESTART, TEAMS, asked_for

LISTS = Lists({}, TEAMS, {"search"})
KNOWN = Known("It carries the name of priya-dev, your Git account.")
PROD_ONLY = (
    "Where Environment is prod, somebody of *platform-approvers* has to approve it first, and never you. "
    "Otherwise nobody has to."
)
GOOD = {"in.bucket": "logs", "in.environment": "2", "in.team": "0", URGENT: ""}


def shown(action: Action, lists: Lists = LISTS, known: Known = KNOWN) -> Json:
    return forms.form(action, lists, Opening.of(action, lists, channel_id="C1"), known)


def field(each: Input, lists: Lists = LISTS, raw: Mapping[str, str] | None = None) -> Json:
    """The input block of one input."""
    view = shown(replace(DATABASE, inputs=(each,)), lists, Known("x", raw=raw or {}))
    return dict(view["blocks"][2])


def said(view: Json) -> str:
    return "\n".join(block["elements"][0]["text"] for block in view["blocks"] if block["type"] == "context")


def sent(view: Json, filled: Mapping[str, object]) -> dict[str, str]:
    """The values by block as our reader of payloads gives them, of what Slack's client sends."""
    values = values_of(view["blocks"], {(block_id, "value"): given for block_id, given in filled.items()})
    body: dict[str, Any] = {"user": {"id": "U1"}, "view": {"id": "V1", "callback_id": forms.FORM}}
    body["view"] |= {"private_metadata": view["private_metadata"], "state": {"values": values}}
    return read_submission(body).values


def test_the_form_asks_for_each_input_by_its_type() -> None:
    view = shown(BUCKET)
    asked = {block["block_id"]: block["element"] for block in view["blocks"] if block["type"] == "input"}

    assert validate_view(view) == []
    assert (view["callback_id"], view["title"]["text"]) == ("actions.form", "Create a storage bucket")
    assert list(asked) == ["in.bucket", "in.environment", "in.team", "urgent"]
    assert asked["in.bucket"] == {"type": "plain_text_input", "action_id": "value", "max_length": 40}
    assert [each["text"]["text"] for each in asked["in.environment"]["options"]] == ["dev", "staging", "prod"]
    assert [each["value"] for each in asked["in.environment"]["options"]] == ["0", "1", "2"]


def test_a_title_that_slack_cuts_stands_whole_in_the_form() -> None:
    cut = shown(replace(BUCKET, title="Run something on a schedule"))

    assert cut["title"]["text"] == "Run something on a sche…"
    assert cut["blocks"][0]["text"]["text"] == f"*Run something on a schedule*\n{BUCKET.summary}"
    assert shown(BUCKET)["blocks"][0]["text"]["text"] == BUCKET.summary


def test_a_team_is_ones_own_unless_the_entry_takes_any_which_come_after_ones_own() -> None:
    any_team = replace(BUCKET.inputs[2], is_any_team=True)

    assert LISTS.of(BUCKET.inputs[2]) == ("search",)
    assert LISTS.of(any_team) == ("search", "payments", "checkout")


@pytest.mark.parametrize(
    ("each", "element"),
    [
        pytest.param(
            Input("n", InputType.NUMBER, "N", least=1, most=10, default="3"),
            {"type": "number_input", "min_value": "1", "max_value": "10", "initial_value": "3"},
            id="number",
        ),
        pytest.param(
            Input("n", InputType.NUMBER, "N", least=0.25, most=1_000_000, is_whole=False, default="7e9"),
            {"type": "number_input", "min_value": "0.25", "max_value": "1000000", "is_decimal_allowed": True},
            id="number whose default is too large",
        ),
        pytest.param(
            Input("p", InputType.PERSON, "P", default="U0PRIYA"),
            {"type": "users_select", "initial_user": "U0PRIYA"},
            id="person",
        ),
        pytest.param(
            Input("d", InputType.DATE, "D", default="2026-12-24"),
            {"type": "datepicker", "initial_date": "2026-12-24"},
            id="date",
        ),
        pytest.param(Input("d", InputType.DATE, "D", default="2026-02-30"), {"type": "datepicker"}, id="no such date"),
        pytest.param(
            Input("t", InputType.TEXT, "T", longest=5_000, default="hello"),
            {"type": "plain_text_input", "max_length": 3_000, "initial_value": "hello"},
            id="text longer than Slack's fields",
        ),
    ],
)
def test_a_field_is_of_the_kind_that_its_input_needs(each: Input, element: Json) -> None:
    there = {"is_decimal_allowed": False} if each.type is InputType.NUMBER else {}

    assert field(each)["element"] == {"action_id": "value", **there, **element}


def test_yes_or_no_is_pressed_and_its_default_stands_there() -> None:
    element = field(Input("y", InputType.YES_NO, "Y", default="no"))["element"]

    assert element["type"] == "radio_buttons"
    assert [each["text"]["text"] for each in element["options"]] == ["Yes", "No"]
    assert element["initial_option"] == element["options"][1]


def test_what_was_filled_in_before_goes_before_the_default() -> None:
    asked = Input("t", InputType.TEXT, "T", default="one")

    assert field(asked, raw={"t": "two"})["element"]["initial_value"] == "two"


def test_an_input_that_may_be_left_empty_is_optional() -> None:
    assert field(Input("t", InputType.TEXT, "T", is_required=False))["optional"]
    assert not field(Input("t", InputType.TEXT, "T"))["optional"]


def test_more_choices_than_a_menu_holds_are_typed_and_the_hint_says_how_many() -> None:
    asked = Input("c", InputType.CHOICE, "Cluster", hint="Where it runs.", choices_from=CLUSTERS)
    listed = [f"cluster-{number}" for number in range(1_200)]

    block = field(asked, Lists({"c": listed}))

    assert block["element"]["type"] == "plain_text_input"
    assert block["hint"]["text"].startswith("Where it runs. There are 1,200 to choose from: type one")
    assert field(asked, Lists({"c": listed[:OPTIONS_MAX]}))["element"]["type"] == "static_select"


def test_choices_that_look_the_same_once_cut_are_numbered() -> None:
    listed = tuple(f"{'x' * 90}{end}" for end in "ab")

    element = field(Input("c", InputType.CHOICE, "C", choices=listed))["element"]

    assert [each["text"]["text"][:3] for each in element["options"]] == ["1: ", "2: "]


@pytest.mark.parametrize(
    ("action", "lines"),
    [
        pytest.param(
            BUCKET,
            [
                "It is proposed as a change in Git (`live`), and is live once that is merged and taken up.",
                "It carries the name of priya-dev, your Git account.",
                PROD_ONLY,
                "It expires if nobody decides within 3 working days.",
            ],
            id="proposal, approved in one case",
        ),
        pytest.param(
            replace(BUCKET, approval=Approval("security", people=2, expires_after=timedelta(hours=4))),
            [
                "2 people of *security* have to approve it first, and never you.",
                "It expires if nobody decides within 4 hours.",
            ],
            id="always two",
        ),
        pytest.param(
            RESTART, ["It is done at once, *not* through Git.", "Nobody has to approve it."], id="direct, by nobody"
        ),
        pytest.param(
            replace(RESTART, mode=Mode.BREAK_GLASS),
            ["It is done at once, *not* through Git; that is announced, and declared in Git afterwards."],
            id="break-glass",
        ),
        pytest.param(
            replace(BUCKET, backend=GitBackend("live", (), needs_review=True)),
            ["Somebody must also agree on the pull request itself."],
            id="reviewed outside Slack",
        ),
    ],
)
def test_the_form_says_beforehand_what_will_become_of_it(action: Action, lines: list[str]) -> None:
    text = said(shown(action))

    for line in lines:
        assert line in text.splitlines()


def test_urgent_is_offered_only_where_approval_may_be() -> None:
    calm = replace(BUCKET, approval=Approval("platform-approvers"))

    assert [block.get("block_id") for block in shown(BUCKET)["blocks"]].count(URGENT) == 1
    assert URGENT not in [block.get("block_id") for block in shown(calm)["blocks"]]


def test_words_of_the_catalogue_and_of_people_neither_mention_nor_link() -> None:
    hostile = "<!channel> <https://evil.example|x>"
    asked = Input("e", InputType.TEXT, hostile)
    approval = Approval(hostile, when={"e": (hostile,)})

    view = shown(
        replace(BUCKET, summary=hostile, inputs=(asked,), approval=approval), known=Known(hostile, note=hostile)
    )

    read = [block["text"]["text"] for block in view["blocks"] if block["type"] == "section"]
    assert all("<" not in text for text in (*read, said(view)))


@given(asked_for())
def test_slack_takes_the_form_of_any_entry(asked: tuple[Action, Lists]) -> None:
    action, lists = asked

    view = forms.form(action, lists, Opening.of(action, lists), Known("x" * 200, note="y" * 4_000))

    assert validate_view(view) == []
    assert len(json.dumps(view)) < 250_000


def test_many_long_lists_keep_to_the_size_of_a_view() -> None:
    listed = tuple(f"{number:02} {'日' * 70}" for number in range(OPTIONS_MAX))
    asked = tuple(Input(f"c{number}", InputType.CHOICE, "C", choices=listed) for number in range(20))
    action = replace(DATABASE, inputs=asked)

    view = shown(action)
    values = sent(view, {f"in.{each.name}": listed[-1] for each in asked})

    kinds = [block["element"]["type"] for block in view["blocks"] if block["type"] == "input"]
    assert len(json.dumps(view)) < 250_000
    assert 0 < kinds.count("static_select") < 20
    assert set(forms.read_form(Opening.of(action, LISTS), values, action, LISTS).raw.values()) == {listed[-1]}


@given(asked_for(), st.data())
def test_what_is_filled_in_comes_back_as_it_was_meant(asked: tuple[Action, Lists], data: st.DataObject) -> None:
    action, lists = asked
    raw = {each.name: data.draw(_typed(each, lists), label=each.name) for each in action.inputs}
    opening = Opening.of(action, lists, channel_id="C1")
    view = forms.form(action, lists, opening, Known("x"))

    menus = lists.menus(action)
    values = sent(view, {f"{IN}{each.name}": _given(each, lists, raw[each.name], menus) for each in action.inputs})

    read = forms.read_form(forms.read_opening(view["private_metadata"]), values, action, lists)
    assert read == Filled(action.id, opening.entry_digest, channel_id="C1", is_shared=False, is_urgent=False, raw=raw)


def _typed(each: Input, lists: Lists) -> st.SearchStrategy[str]:
    match each.type:
        case InputType.TEXT:
            return st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=min(each.longest, 50))
        case InputType.NUMBER:
            return st.integers(-5, 5).map(str)
        case InputType.PERSON:
            return st.sampled_from(["U0PRIYA", "W0AMARA"])
        case InputType.DATE:
            return st.dates().map(str)
        case _:
            return st.sampled_from(lists.of(each))


def _given(each: Input, lists: Lists, text: str, menus: frozenset[str]) -> object:
    """What is chosen in Slack's client to say that, or typed there."""
    return str(lists.of(each).index(text)) if each.name in menus else text


def test_an_urgent_form_says_so() -> None:
    filled = {"in.bucket": "logs", "in.environment": "prod", "in.team": "search", URGENT: ["0"]}

    read = forms.read_form(Opening.of(BUCKET, LISTS), sent(shown(BUCKET), filled), BUCKET, LISTS)

    assert read.is_urgent
    assert read.raw == {"bucket": "logs", "environment": "prod", "team": "search"}


def test_a_form_left_empty_is_not_sent_by_slacks_client() -> None:
    blocks = shown(BUCKET)["blocks"]

    assert client_errors(blocks, values_of(blocks, {})).keys() == {"in.bucket", "in.environment", "in.team"}


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({**GOOD, "in.environment": "3"}, id="an option past the last"),
        pytest.param({**GOOD, "in.environment": "-1"}, id="a negative option"),
        pytest.param({**GOOD, "in.environment": "02"}, id="an option with a zero before it"),
        pytest.param({**GOOD, "in.environment": "²"}, id="a digit that is none"),
        pytest.param({**GOOD, "in.environment": "prod"}, id="the choice itself"),
        pytest.param({**GOOD, URGENT: "1"}, id="urgent otherwise"),
        pytest.param({**GOOD, "in.extra": "x"}, id="a block too many"),
        pytest.param({name: value for name, value in GOOD.items() if name != "in.team"}, id="a block too few"),
        pytest.param({}, id="nothing"),
    ],
)
def test_values_that_the_form_does_not_have_are_refused(values: dict[str, str]) -> None:
    with pytest.raises(PayloadMalformed):
        forms.read_form(Opening.of(BUCKET, LISTS), values, BUCKET, LISTS)


@pytest.mark.parametrize(("kind", "value"), [(InputType.PERSON, "everybody"), (InputType.DATE, "tomorrow")])
def test_a_person_and_a_day_have_slacks_form(kind: InputType, value: str) -> None:
    action = replace(DATABASE, inputs=(Input("x", kind, "X"),))

    with pytest.raises(PayloadMalformed):
        forms.read_form(Opening.of(action, LISTS), {"in.x": value}, action, LISTS)


@pytest.mark.parametrize(
    "metadata",
    ["", "{}", "[]", "null", "[" * 10_000, '{"action_id": 1, "entry_digest": "", "lists_digest": ""}', "not JSON"],
    ids=lambda text: text[:12] or "empty",
)
def test_a_form_that_is_none_of_ours_is_refused(metadata: str) -> None:
    with pytest.raises(PayloadMalformed):
        forms.read_opening(metadata)


@pytest.mark.parametrize(
    ("action", "lists"),
    [
        pytest.param(replace(BUCKET, summary="Another."), LISTS, id="the entry"),
        pytest.param(replace(BUCKET, backend=GitBackend("other", ())), LISTS, id="what it writes"),
        pytest.param(replace(BUCKET, approval=None), LISTS, id="who approves"),
        pytest.param(BUCKET, Lists({}, TEAMS, {"search", "checkout"}), id="the teams"),
        pytest.param(BUCKET, Lists({}, TEAMS, {"payments"}), id="the order of the teams"),
    ],
)
def test_a_form_whose_making_changed_is_noticed(action: Action, lists: Lists) -> None:
    opening = Opening.of(BUCKET, LISTS)

    assert opening.is_of(BUCKET, LISTS)
    assert not opening.is_of(action, lists)


def test_where_the_entry_stands_is_no_change() -> None:
    assert Opening.of(BUCKET, LISTS).is_of(replace(BUCKET, file="actions/moved.yaml", line=9), LISTS)


def test_there_is_no_form_without_anything_to_choose_from() -> None:
    assert LISTS.why_not(BUCKET) == ""
    assert Lists().why_not(BUCKET) == NO_TEAM


@pytest.mark.parametrize(
    ("errors", "placed"),
    [
        pytest.param({"bucket": "Taken."}, {"in.bucket": "Taken."}, id="of an input"),
        pytest.param({"": CHANGED}, {"in.bucket": CHANGED}, id="of the whole"),
        pytest.param({"": "Not now.", "bucket": "Taken."}, {"in.bucket": "Not now. Taken."}, id="of both"),
        pytest.param({"gone": "No such field."}, {"in.bucket": "No such field."}, id="of no input of the form"),
    ],
)
def test_errors_stand_under_the_fields_they_are_of(errors: dict[str, str], placed: dict[str, str]) -> None:
    assert forms.acknowledgement(errors, GOOD) == {"response_action": "errors", "errors": placed}


def test_a_form_without_errors_closes() -> None:
    assert forms.acknowledgement({}, GOOD) == {}


def test_a_form_without_fields_gives_way_to_what_is_wrong() -> None:
    answer = forms.acknowledgement({"": "Not <now>."}, (), title="Grow a database")

    assert answer["response_action"] == "update"
    assert validate_view(answer["view"]) == []
    assert answer["view"]["blocks"][0]["text"]["text"] == "Not &lt;now&gt;."


def test_a_long_error_is_cut() -> None:
    assert len(forms.errors_for({"a": "word " * 200})["in.a"]) <= 200
