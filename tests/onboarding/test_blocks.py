import json

import pytest

from bot.errors import PayloadMalformed
from bot.onboarding import blocks, forms
from bot.onboarding.blocks import First
from bot.onboarding.forms import Filled, Opened
from bot.onboarding.rules import PROPOSED, Standing, Step
from bot.onboarding.welcome_blocks import Welcome, welcome

NEW = Standing("payments", people=4, can_link=True)
FIRST = First("create-bucket", "Create a storage bucket")


def said(standing: Standing, first: First | None = FIRST) -> list[str]:
    return [each["text"]["text"] for each in blocks.progress(standing, first).blocks if each["type"] == "section"]


def pressed(standing: Standing, first: First | None = FIRST) -> list[str]:
    return [
        each["accessory"]["text"]["text"] for each in blocks.progress(standing, first).blocks if "accessory" in each
    ]


def test_each_step_says_how_it_stands_and_what_to_press() -> None:
    assert [line[:1] for line in said(NEW)] == ["*", "✓", "→", "·", "·", "·"]
    assert said(NEW)[0] == "*Bringing payments on*: 1 of 5 done."
    assert pressed(NEW) == ["Link my account", "Propose the change", "Open its form", "Propose the change"]


def test_what_waits_for_review_is_linked_and_not_proposed_again() -> None:
    waits = Standing("payments", people=4, proposed={Step.DUTY: "https://git.example.com/7"})

    assert said(waits)[3].endswith("<https://git.example.com/7|A proposal> waits for the platform team's review.")
    assert pressed(waits, None) == ["Propose the change"]  # of the channel


def test_names_of_others_making_can_neither_mention_nor_break_the_line() -> None:
    odd = Standing("<!channel>`x", people=1, duty=["<@U0MAYA>"], chosen="<https://evil|x>")

    text = "\n".join(said(odd))

    assert not any(each in text for each in ("<!channel>", "<@U0MAYA>", "<https://evil"))


def test_a_form_comes_back_as_what_it_was_opened_for() -> None:
    for step in PROPOSED:
        made = forms.form(Opened(step, "payments"))
        assert forms.read_opened(made["private_metadata"]) == Opened(step, "payments")


@pytest.mark.parametrize(
    "metadata", ["", "{", "[]", json.dumps({"step": "link", "team": "a"}), json.dumps({"step": 1})]
)
def test_a_form_that_is_none_of_ours_is_refused(metadata: str) -> None:
    with pytest.raises(PayloadMalformed):
        forms.read_opened(metadata)


@pytest.mark.parametrize(
    ("step", "filled", "wrong"),
    [
        (Step.GROUP, Filled("Pay ments", "payments"), forms.TEAM),
        (Step.GROUP, Filled("payments", ""), forms.GROUP),
        (Step.DUTY, Filled(), forms.DUTY),
        (Step.CHANNEL, Filled(), forms.CHANNEL),
    ],
    ids=["a name with a space", "no group", "nobody", "no channel"],
)
def test_what_is_wrong_is_said_beside_its_field(step: Step, filled: Filled, wrong: str) -> None:
    assert list(forms.problems(Opened(step), filled)) == [wrong]


def test_only_buttons_of_ours_propose() -> None:
    assert blocks.read_propose(f"{blocks.PROPOSE}.{Step.DUTY}") is Step.DUTY
    for odd in ("onboarding.propose.link", "onboarding.propose", "other.propose.duty"):
        with pytest.raises(PayloadMalformed):
            blocks.read_propose(odd)


def test_a_newcomer_is_told_three_things_whatever_is_known() -> None:
    nothing = Welcome((), (), "", "", None)
    much = Welcome(("payments", "search"), ("Marta Nowak",), "payments", "", FIRST)

    for known in (nothing, much):
        shown, row = welcome(known, command="/platform")
        assert shown["text"]["text"].count("\n") == 5
        assert row["elements"][-1]["text"]["text"] == "Get a person"
    assert "Your duty person: Marta Nowak, of *payments*." in welcome(much, command="/platform")[0]["text"]["text"]
