"""The message on changes by hand: plain words, the place in Git, nobody named, and never too long for Slack."""

import json
from dataclasses import replace

import pytest

from bot.actions.drift_blocks import changed_by_hand
from bot.actions.drift_rules import Line, Place
from bot.blockkit import SECTION_MAX, TEXT_MAX
from knowledge.repositories import Reporter

URL = "https://github.com/small/live/tree/HEAD/teams/shop"
LIVE = Place("live", "teams/shop", URL, "shop")
PLAIN = Place("attic", "", "", "")
CHANGE = f"Change it in Git instead: <{URL}|live: teams/shop>."
TURN_ON = f"Turn it on again if that is no longer meant; changes belong in Git: <{URL}|live: teams/shop>."
TWICE = (
    "*`shop`* (Argo CD) was changed by hand twice (`A/a`, `B/b`, `C/c` and 2 more), and that still stands; "
    "auto-sync is off there."
)
SHOP = Line(Reporter.ARGOCD, "shop", times=1, is_returned=True, places=(LIVE,))


def told(line: Line) -> str:
    text: str = changed_by_hand([line]).blocks[1]["text"]["text"]
    return text


@pytest.mark.parametrize(
    ("line", "said", "instead"),
    [
        (
            SHOP,
            "*`shop`* (Argo CD) was changed by hand, and put back to what Git says.",
            CHANGE,
        ),
        (
            replace(SHOP, times=3, resources=("Deployment/shop/web",), places=(LIVE, PLAIN)),
            "*`shop`* (Argo CD) was changed by hand 3 times (`Deployment/shop/web`), and put back to what Git says.",
            f"Change it in Git instead: <{URL}|live: teams/shop> or `attic`.",
        ),
        (
            replace(SHOP, times=2, is_returned=False, off_days=12, resources=("A/a", "B/b", "C/c", "D/d", "E/e")),
            TWICE,
            CHANGE,
        ),
        (
            replace(SHOP, times=0, off_days=0),
            "*`shop`* (Argo CD) has auto-sync off: nothing puts back what is changed by hand.",
            TURN_ON,
        ),
        (
            replace(SHOP, times=0, off_days=9, is_reminder=True),
            "*`shop`* (Argo CD) still has auto-sync off, after 9 days.",
            TURN_ON,
        ),
        (
            Line(Reporter.FLUX, "Kustomization/flux-system/shop", times=1),
            "*`Kustomization/flux-system/shop`* (Flux) was changed by hand, and that still stands.",
            "`repositories.yaml` does not say where in Git it stands: name it under `controllers` of its repository.",
        ),
    ],
    ids=["returned", "several", "stands", "off", "still off", "not named"],
)
def test_a_line_says_what_was_changed_what_became_of_it_and_where_to_change_it(
    line: Line, said: str, instead: str
) -> None:
    assert told(line) == f"{said}\n{instead}"


@pytest.mark.parametrize(
    ("lines", "head"),
    [
        ([SHOP], "1 object was changed by hand. What shall last is changed in Git."),
        (
            [SHOP, replace(SHOP, times=0, off_days=1)],
            "1 object was changed by hand. What shall last is changed in Git.",
        ),
        ([SHOP, SHOP], "2 objects were changed by hand. What shall last is changed in Git."),
        ([replace(SHOP, times=0, off_days=1)], "Auto-sync is off: nothing puts back there what is changed by hand."),
        (
            [replace(SHOP, times=0, off_days=1)] * 2,
            "Auto-sync is off for 2: nothing puts back there what is changed by hand.",
        ),
    ],
    ids=["one", "one and one off", "two", "one off", "two off"],
)
def test_the_head_says_what_it_means(lines: list[Line], head: str) -> None:
    assert changed_by_hand(lines).text == head


def test_no_word_of_theirs_mentions_links_or_leaves_its_place() -> None:
    place = Place("<!here>", "`*x*`", "https://github.com/a|b", "")
    line = Line(Reporter.FLUX, "`<!channel>`", times=1, resources=("<@U0MAYA>`",), places=(place,))

    text = told(line)

    assert [mark for mark in ("<!", "<@", "<http") if mark in text] == []
    assert "*`'&lt;!channel&gt;'`*" in text


def test_hundreds_of_objects_fit_one_message_and_each_is_named_or_counted() -> None:
    long = Place("live", "p" * 300, f"https://github.com/small/live/tree/HEAD/{'p' * 300}", "")
    wide = Line(Reporter.ARGOCD, "o" * 200, 7, resources=("R" * 250,) * 9, off_days=3, places=(long,) * 3)

    shown = changed_by_hand([wide] * 300)

    texts = [(block.get("text") or block["elements"][0])["text"] for block in shown.blocks]
    assert max(map(len, texts)) < SECTION_MAX
    assert sum(map(len, texts)) < TEXT_MAX
    assert texts[-1].startswith(f"And {300 - len(texts) + 2} more: ")


def test_people_read_plain_words() -> None:
    assert "drift" not in json.dumps(changed_by_hand([SHOP, replace(SHOP, times=0, off_days=3)]).blocks)
