"""The catalogue shown: what may be run with its button, what not with the reason, within what Slack takes."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.actions import catalogue_blocks as blocks
from bot.actions.catalogue_blocks import Offer
from bot.actions.matching import is_meant, meant
from bot.blockkit import TEXT_MAX, Shown
from bot.errors import PayloadMalformed
from bot.home.blocks import PARTS_MOST
from bot.model import Json
from knowledge.actions import Action, Mode, Who
from sandbox.limits import text_length, validate_message_blocks, validate_view
from tests.actions.offered import BUCKET, DATABASE, GIT, RESTART, catalogue, names, printable

ALL = (BUCKET, DATABASE, RESTART)
NOT_YOURS = "This action is not open to you."
OFFERS = (Offer(BUCKET), Offer(DATABASE, heading="Databases"), Offer(RESTART, NOT_YOURS, "Build machines"))
listed = st.builds(  # what a list shows of an action; inputs and approval it does not
    Action,
    names,
    printable,
    printable,
    st.sampled_from(Mode),
    st.just(Who()),
    st.just(GIT),
    questions=st.lists(printable, max_size=2).map(tuple),
)


def lines(shown: Shown) -> list[str]:
    return [(block.get("text") or block["elements"][0])["text"] for block in shown.blocks if block["type"] != "actions"]


def opened_by(view: Sequence[Json]) -> list[str]:
    """The ids of the actions that have a button."""
    return [block["accessory"]["value"] for block in view if "accessory" in block]


def turns(page: Json) -> list[str]:
    rows = [block["elements"] for block in page["blocks"] if block["type"] == "actions"]
    return [button["text"]["text"] for row in rows for button in row]


def test_what_may_be_run_has_a_button_and_what_may_not_has_the_reason() -> None:
    shown = blocks.listing(OFFERS, command="/platform")

    assert opened_by(shown.blocks) == ["grow-database", "create-bucket"]
    assert shown.blocks[2]["accessory"]["action_id"] == "actions.open"
    assert lines(shown) == [
        "You can do this yourself:",
        "*Databases*",
        "*Grow a database*\nMore disk for a database.",
        "*Other*",
        "*Create a storage bucket*\nA private, versioned, encrypted bucket for one team.",
        "*Not open to you here*",
        f"• Restart a CI runner: {NOT_YOURS}",
    ]


@pytest.mark.parametrize(
    ("text", "head", "buttons"),
    [
        pytest.param("bucket", "Found for “bucket”:", ["create-bucket"], id="a word of the title"),
        pytest.param("create-bucket", "Found for “create-bucket”:", ["create-bucket"], id="the id"),
        pytest.param("keep files", "Found for “keep files”:", ["create-bucket"], id="a question"),
        pytest.param("bukcet", "No action is called “bukcet”. These come near:", ["create-bucket"], id="a slip"),
        pytest.param(
            "unicorn",
            "No action is called “unicorn”. These exist:",
            ["grow-database", "create-bucket"],
            id="nothing like it",
        ),
        pytest.param("runner", "Found for “runner”: You can run none of them here.", [], id="only what is refused"),
        pytest.param(
            "<!here>",
            "No action is called “&lt;!here&gt;”. These exist:",
            ["grow-database", "create-bucket"],
            id="a mention",
        ),
    ],
)
def test_the_catalogue_is_searched_by_words(text: str, head: str, buttons: list[str]) -> None:
    shown = blocks.listing(OFFERS, text, command="/platform")

    assert lines(shown)[0] == head
    assert opened_by(shown.blocks) == buttons


def test_an_empty_catalogue_and_one_that_is_closed_say_so() -> None:
    assert lines(blocks.listing((), command="/x"))[0] == "The handbook has no actions yet."
    closed = blocks.listing([Offer(BUCKET, NOT_YOURS)], command="/x")
    assert lines(closed)[0] == "You can do this yourself: You can run none of them here."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("bucket", True, id="a word of it"),
        pytest.param("create-bucket?", True, id="its id, asked"),
        pytest.param("Create a storage bucket", True, id="its title"),
        pytest.param("bukcet", True, id="a slip"),
        pytest.param("the tests in CI?", False, id="a question"),
        pytest.param("the tests in CI", False, id="the same without its mark"),
        pytest.param("a bucket brigade?", False, id="a question with a word of it"),
        pytest.param("a cron job every night", False, id="something else"),
        pytest.param("the", False, id="no word that means anything"),
    ],
)
def test_words_after_run_are_about_an_action_or_they_are_a_question(text: str, expected: bool) -> None:
    assert is_meant(text, ALL) is expected


def test_one_action_is_meant_by_its_name_though_others_have_the_words_too() -> None:
    more = Action("create-storage-bucket-copy", "Copy a storage bucket", "", BUCKET.mode, BUCKET.who, BUCKET.backend)

    assert meant("create bucket", (more, BUCKET)).actions == (BUCKET,)
    assert meant("bucket", (more, BUCKET)).actions == (more, BUCKET)


@given(
    st.lists(st.builds(Offer, listed, st.text(max_size=400), st.text(max_size=200)), max_size=30), st.text(max_size=100)
)
def test_slack_takes_the_list_of_any_catalogue(offers: list[Offer], text: str) -> None:
    shown = blocks.listing(offers, text, command="/platform")

    assert validate_message_blocks(shown.blocks) == []
    assert validate_view(blocks.chooser(offers)) == []
    assert validate_view({"type": "home", "blocks": blocks.home_part(offers, command="/platform")}) == []


@pytest.mark.parametrize("count", [0, 1, 20, 21, 40, 41, 300])
def test_a_large_catalogue_keeps_to_what_a_message_holds(count: int) -> None:
    entries = catalogue(count)
    open_ones = [Offer(each, heading=f"capability {number}") for number, each in enumerate(entries)]
    offers = [*open_ones, *(Offer(each, NOT_YOURS) for each in entries)]

    shown = blocks.listing(offers, command="/platform")

    assert validate_message_blocks(shown.blocks) == []
    assert text_length(list(shown.blocks)) + len(shown.text) <= TEXT_MAX
    assert len(opened_by(shown.blocks)) == min(count, 20)
    assert ("And 280 more: `/platform run WORDS` finds them." in lines(shown)) is (count == 300)


def test_the_modal_is_paged_and_every_action_stands_on_one_page() -> None:
    offers = [Offer(each, heading="abc"[number % 3]) for number, each in enumerate(catalogue(100))]

    pages = [blocks.chooser(offers, page) for page in range(3)]

    assert [validate_view(page) for page in pages] == [[], [], []]
    shown = [value for page in pages for value in opened_by(page["blocks"])]
    assert sorted(shown) == sorted(each.action.id for each in offers)
    assert [turns(page) for page in pages] == [["More"], ["Back", "More"], ["Back"]]


def test_home_shows_some_and_says_how_many_more() -> None:
    part = blocks.home_part([Offer(each) for each in catalogue(30)], command="/platform")

    assert len(part) <= PARTS_MOST
    assert len(opened_by(part)) == 8
    assert part[-1]["elements"][0]["text"] == "22 more, and why some are not open to you: `/platform run`."
    assert blocks.home_part([Offer(BUCKET, NOT_YOURS)], command="/platform") == []


@pytest.mark.parametrize("value", ["", "-1", "x", "1000", "²"])
def test_a_page_that_is_none_is_refused(value: str) -> None:
    with pytest.raises(PayloadMalformed):
        blocks.read_page(value)
