"""What a form may hold: each kind of input, what is refused, and in which words."""

from dataclasses import replace
from datetime import date

import pytest

from bot.actions.inputs import MAX_TYPED, Read, read_inputs
from knowledge.actions import Action, ChoicesFrom, Input, InputType, Json, Verb
from tests.actions.entries import KNOWN, SLUG, action, change, text

BUCKET = action(
    change(Verb.CREATE, "teams/{team}/buckets/{bucket}.yaml", {"metadata": {"name": "{bucket}"}}),
    inputs=(text("bucket", pattern=SLUG), Input("team", InputType.TEAM, "Team")),
)
NUMBER = Input("n", InputType.NUMBER, "Number", least=1, most=500)
FRACTION = replace(NUMBER, is_whole=False, least=-2.5, most=None)
DAY = Input("d", InputType.DATE, "Day", earliest_days=0, latest_days=30)


def read_one(each: Input, typed: str, *, entry: Action | None = None) -> Json:
    """The value, or the error in brackets."""
    read = read_inputs(entry or action(inputs=(each,)), {each.name: typed}, KNOWN)
    return f"<{read.errors[each.name]}>" if read.errors else read.values.get(each.name)


def test_form_filled_in_well_gives_its_values() -> None:
    read = read_inputs(BUCKET, {"bucket": "payments-logs", "team": "payments"}, KNOWN)

    assert read == Read({"bucket": "payments-logs", "team": "payments"}, {})


def test_every_error_is_told_at_its_own_field() -> None:
    read = read_inputs(BUCKET, {"bucket": "No", "team": "sales", "owner": "me"}, KNOWN)

    assert read.values == {}
    assert read.errors == {
        "owner": "This action has no such field; open its form again.",
        "bucket": f"This is not of the form asked for: {SLUG}",
        "team": "Choose one of: payments, search",
    }


@pytest.mark.parametrize(
    ("each", "typed", "value"),
    [
        (text("t"), "a b", "a b"),
        (text("t"), "cafe\u0301", "café"),
        (text("t"), "{{x}} ${y} {request}", "{{x}} ${y} {request}"),
        (NUMBER, "12", 12),
        (NUMBER, "1", 1),
        (FRACTION, "0.25", 0.25),
        (FRACTION, "3", 3),
        (FRACTION, "-0.0", 0),
        (replace(NUMBER, least=None, most=None), "-0", 0),
        (Input("c", InputType.CHOICE, "C", choices=("dev", "prod")), "prod", "prod"),
        (Input("cluster", InputType.CHOICE, "C", choices_from=ChoicesFrom("live", "clusters.yaml")), "blue", "blue"),
        (Input("p", InputType.PERSON, "P"), "U0MAYA0001", "maya-git"),
        (DAY, "2026-03-02", "2026-03-02"),
        (DAY, "2026-04-01", "2026-04-01"),
        (Input("y", InputType.YES_NO, "Y"), "yes", True),
        (Input("y", InputType.YES_NO, "Y"), "no", False),
    ],
)
def test_value_is_of_the_kind_that_is_asked_for(each: Input, typed: str, value: Json) -> None:
    read = read_one(each, typed)

    assert (type(read), read) == (type(value), value)


@pytest.mark.parametrize(
    ("each", "typed", "said"),
    [
        (NUMBER, "", "This is needed."),
        (text("t", longest=3), "abcd", "At most 3 characters; these are 4."),
        (text("t"), "a" * (MAX_TYPED + 1), "At most 3000 characters."),
        (text("t"), " a", "Take out the space at the beginning or the end."),
        (text("t"), "a\nb", "(U+000A)"),
        (text("t"), "a\0b", "(U+0000)"),
        (text("t"), "a\u202eb", "(U+202E)"),
        (text("t"), "a\u200bb", "(U+200B)"),
        (text("t"), "a\u00a0b", "(U+00A0)"),
        (text("t"), "a\u3164b", "(U+3164)"),
        (text("t"), "a\ufe0fb", "(U+FE0F)"),
        (text("t"), "a\ud800b", "(U+D800)"),
        (text("t", pattern="[A-Z]+"), "\u212a", "not of the form"),  # the Kelvin sign, whose normal form is K
        (text("t", pattern=r"\d+"), "٣", "not of the form"),
        (text("t", pattern="[a-z]+"), "abc ", "Take out the space"),
        (NUMBER, "1e2", "Write a whole number such as 12 from 1 to 500, in the digits 0 to 9."),
        (NUMBER, "٣", "in the digits 0 to 9"),
        (NUMBER, "NaN", "whole number"),
        (NUMBER, "1.0", "whole number"),
        (NUMBER, "+1", "whole number"),
        (NUMBER, "007", "whole number"),
        (NUMBER, "1_0", "whole number"),
        (NUMBER, "0", "Write a number from 1 to 500."),
        (NUMBER, "501", "Write a number from 1 to 500."),
        (NUMBER, "9" * 16, "At most 15 digits."),
        (FRACTION, "inf", "Write a number such as 12 or 0.25 of at least -2.5"),
        (FRACTION, "-2.5001", "Write a number of at least -2.5."),
        (FRACTION, "0.00001", "Write a number such as"),
        (Input("c", InputType.CHOICE, "C", choices=("dev", "prod")), "Prod", "Choose one of: dev, prod"),
        (
            Input("other", InputType.CHOICE, "C", choices_from=ChoicesFrom("live", "clusters.yaml")),
            "blue",
            "The choices could not be read just now; try again in a minute.",
        ),
        (Input("p", InputType.PERSON, "P"), "U0SOMEBODY", "They can send me `link`"),
        (DAY, "2026-03-01", "Not before 2026-03-02."),
        (DAY, "2026-04-02", "Not after 2026-04-01."),
        (DAY, "2026-02-30", "Write a day as 2026-03-31."),
        (DAY, "20260302", "Write a day as 2026-03-31."),
        (DAY, "٢026-03-02", "Write a day as"),
        (Input("y", InputType.YES_NO, "Y"), "true", "Choose one of: yes, no"),
    ],
)
def test_what_is_not_asked_for_is_refused_in_a_sentence(each: Input, typed: str, said: str) -> None:
    assert said in str(read_one(each, typed))


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("../x", "holds / where only letters, digits and - _ . + = @ , may stand"),
        ("-x", "begins with a dash"),
        (".git", "begins with a dash"),
        ("git~1", "holds ~"),
        ("a∕b", "holds ∕"),
        ("a b", "holds   where"),
        ("раyments", "mixes letters of several alphabets"),
        ("ｘ", "letters that only look like others"),
        ("x.", "ends with a dot"),
        ("ext::sh -c x", "holds :"),
        ("ж" * 101, "longer than 200 bytes"),
    ],
)
def test_what_becomes_part_of_a_path_is_held_to_more(typed: str, said: str) -> None:
    entry = action(change(Verb.CREATE, "teams/{t}.yaml", {"a": 1}), inputs=(text("t", longest=300),))

    assert said in str(read_one(text("t", longest=300), typed, entry=entry))


def test_key_may_hold_what_a_path_may_not() -> None:
    entry = action(change(Verb.SET, content={"labels.{t}": "x"}), inputs=(text("t"),))

    assert read_one(text("t"), "example.com/owner", entry=entry) == "example.com/owner"
    assert "keeps for itself" in str(read_one(text("t"), "<<", entry=entry))


def test_left_out_input_has_its_default_and_an_emptied_one_has_none() -> None:
    size = replace(NUMBER, name="size", default="3", is_required=False)

    assert read_inputs(action(inputs=(size,)), {}, KNOWN).values == {"size": 3}
    assert read_inputs(action(inputs=(size,)), {"size": ""}, KNOWN).values == {}


def test_optional_input_that_makes_a_name_is_needed_all_the_same() -> None:
    entry = action(change(Verb.CREATE, "teams/{t}.yaml", {"a": 1}), inputs=(text("t", is_required=False),))

    assert "This is needed" in str(read_one(text("t"), "", entry=entry))


def test_account_of_a_broken_handbook_is_not_taken() -> None:
    known = replace(KNOWN, accounts={"U0MAYA0001": "maya\nroot"}, today=date(2026, 1, 1))
    person = Input("p", InputType.PERSON, "P")

    read = read_inputs(action(inputs=(person,)), {"p": "U0MAYA0001"}, known)

    assert "see git_accounts in people.yaml" in read.errors["p"]


def test_errors_are_short() -> None:
    each = Input("c", InputType.CHOICE, "C", choices=tuple("long-choice" * 9 + str(i) for i in range(50)))

    assert len(str(read_one(each, "x"))) <= 142
