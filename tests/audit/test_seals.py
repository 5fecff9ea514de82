"""A chain that was touched anywhere is not whole; what must not be kept for good is refused at the door."""

import math
import random
from collections.abc import Callable, Iterable
from dataclasses import fields, replace
from datetime import timedelta, timezone
from enum import StrEnum
from typing import Any

import pytest

from bot.seals import (
    DEEPEST,
    FACTS_MOST,
    Chain,
    Entry,
    Head,
    Key,
    Wrong,
    facts_text,
    next_entry,
    read_head,
)
from tests.audit.chains import KEY, NOW, OTHER_KEY, START, chain, head_of
from tests.goals.counting import Tally

WHOLE = chain(1000)
COLUMNS = [field.name for field in fields(Entry)]


def first_wrong(entries: Iterable[Entry], after: Head = START) -> Wrong | None:
    reading = Chain(KEY, after)
    return next((wrong for entry in entries if (wrong := reading.take(entry))), None)


def edited(rng: random.Random, entries: list[Entry]) -> int:
    """One value of one row is another one; the place of the row."""
    place, column = rng.randrange(len(entries)), rng.choice(COLUMNS)
    entry = entries[place]
    changes: dict[str, Callable[[], Any]] = {
        "number": lambda: entry.number + rng.choice((-1, 1, 1000)),
        "at": lambda: entry.at + timedelta(microseconds=rng.choice((-1, 1, 10**6))),
        "act": lambda: rng.choice(("request.declined", "request.approve", "")),
        "person": lambda: None if entry.person else "ffff",
        "subject": lambda: _slipped(rng, entry.subject),
        "facts": lambda: rng.choice((entry.facts + " ", entry.facts.replace("true", "false") + "\n", "{}")),
        "key": lambda: _slipped(rng, entry.key),
        "seal": lambda: _slipped(rng, entry.seal),
    }
    entries[place] = replace(entry, **{column: changes[column]()})
    return place


def _slipped(rng: random.Random, text: str) -> str:
    place = rng.randrange(len(text))
    return text[:place] + ("0" if text[place] != "0" else "1") + text[place + 1 :]


def deleted(rng: random.Random, entries: list[Entry]) -> int:
    place = rng.randrange(len(entries) - 1)  # of a chain without its end only a head tells
    del entries[place]
    return place


def swapped(rng: random.Random, entries: list[Entry]) -> int:
    """Two rows trade places, by their numbers too or not."""
    one, other = sorted(rng.sample(range(len(entries)), 2))
    entries[one], entries[other] = entries[other], entries[one]
    if rng.random() < 0.5:
        entries[one] = replace(entries[one], number=one + 1)
        entries[other] = replace(entries[other], number=other + 1)
    return one


@pytest.mark.goal(g=21)
@pytest.mark.parametrize("spoil", [edited, deleted, swapped])
def test_each_of_3400_edits_deletions_and_swaps_is_found_where_it_is(
    spoil: Callable[..., int], seed: int, tally: Tally
) -> None:
    """Every chain is a thousand rows; of rows before the spoilt one, which are as they were, only the last is read."""
    rng = random.Random(f"{spoil.__name__}{seed}")

    for _ in range(3400):
        entries = list(WHOLE)
        place = spoil(rng, entries)
        wrong = first_wrong(entries[place:], head_of(WHOLE[:place]) if place else START)
        tally(changes=1, wrong=int(wrong is None or wrong.number != place + 1))
        assert wrong is not None
        assert wrong.number == place + 1


@pytest.mark.parametrize("spoil", [edited, deleted, swapped])
def test_whole_reading_finds_it_at_the_same_row(spoil: Callable[..., int]) -> None:
    rng = random.Random(f"whole {spoil.__name__}")

    for _ in range(100):
        entries = list(WHOLE)
        place = spoil(rng, entries)
        wrong = first_wrong(entries)
        assert wrong is not None
        assert wrong.number == place + 1


def test_whole_chain_has_no_wrong_row() -> None:
    assert first_wrong(WHOLE) is None
    assert first_wrong([]) is None


def test_rows_sealed_with_another_key_are_said_to_be_so_and_not_to_be_forged() -> None:
    appended = [*WHOLE[:50], *chain(5, after=head_of(WHOLE[:50]), key=OTHER_KEY)]

    wrong = first_wrong(appended)

    assert wrong == Wrong(
        51, f"row 51 is sealed with another key ({OTHER_KEY.fingerprint}; the one given is {KEY.fingerprint})"
    )


def test_rows_sealed_with_another_key_under_our_keys_name_do_not_fit() -> None:
    forged = [replace(each, key=KEY.fingerprint) for each in chain(5, after=head_of(WHOLE[:50]), key=OTHER_KEY)]

    wrong = first_wrong([*WHOLE[:50], *forged])

    assert wrong == Wrong(51, "row 51 does not fit its seal: it, or what stood before it, was changed")


def test_row_put_in_between_is_found() -> None:
    stolen = replace(WHOLE[70], number=31)

    assert first_wrong([*WHOLE[:30], stolen, *WHOLE[30:]]) == Wrong(
        31, "row 31 does not fit its seal: it, or what stood before it, was changed"
    )


def test_chain_of_another_database_does_not_follow_ours() -> None:
    later = chain(3, after=Head(10, "ab" * 32))

    assert first_wrong([*WHOLE[:10], *later]) == Wrong(
        11, "row 11 does not fit its seal: it, or what stood before it, was changed"
    )


def test_missing_row_is_named() -> None:
    assert first_wrong([*WHOLE[:9], *WHOLE[11:]]) == Wrong(10, "row 10 is missing: row 12 follows row 9")


def test_seal_does_not_depend_on_the_zone_a_moment_was_said_in() -> None:
    entry = WHOLE[5]
    elsewhere = replace(entry, at=entry.at.astimezone(timezone(timedelta(hours=5, minutes=30))))

    assert KEY.seal(WHOLE[4].seal, elsewhere) == entry.seal


def test_nothing_moves_from_one_column_to_the_next_unseen() -> None:
    one = next_entry(Head(), KEY, at=NOW, act="a.b", person="c", subject="d", facts={})

    assert KEY.seal(Head().seal, replace(one, act="a", person="b.c")) != one.seal
    assert KEY.seal(Head().seal, replace(one, person=None, subject="c.d")) != one.seal


def test_key_is_known_by_a_fingerprint_that_does_not_hold_it() -> None:
    assert len(KEY.fingerprint) == 16
    assert KEY.fingerprint != OTHER_KEY.fingerprint
    with pytest.raises(ValueError, match="at least 32"):
        Key("f" * 31)


class State(StrEnum):
    BREAK_GLASS = "break-glass"


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        True,
        0,
        -3,
        2**53,
        0.25,
        "waiting",
        State.BREAK_GLASS,
        "11aa22bb",
        "f" * 64,
        "sha256:" + "0" * 64,
        "mentor-17.2_x",
        "C0ASK",
        "2026-W47",
        "2026-11-27",
        "2026-11-27T10:00:00+00:00",
        "2026-11-27T10:00:00.000001Z",
        ["approve", "decline"],
        ("a", 1),
        {"state": {"before": "waiting"}},
        [],
        {},
    ],
    ids=repr,
)
def test_codes_ids_digests_moments_and_numbers_are_kept(value: object) -> None:
    assert facts_text({"it": value})


@pytest.mark.parametrize(
    "value",
    [
        " ",
        "Ana",
        "Ana Silva",
        "ana silva",
        "please give me a bucket",
        "ana@example.com",
        "U0CANARYID",
        "W012ABCDE",
        "D0CANARYDM",
        "<@U0CANARYID>",
        "teams/shop/buckets/a.yaml",
        "https://git.example.com/a",
        "ação",
        "a\nb",
        "a\x00",
        "x" * 81,
        "-rf",
        "a ",
        b"bytes",
        pytest.param(object(), id="object"),
        NOW,
        math.nan,
        math.inf,
        -math.inf,
        2**53 + 1,
        {"Name": 1},
        {"a b": 1},
        {1: "a"},
        {"": 1},
        ["fine", "not fine"],
        {"a": {"b": {"c": {"d": {}}}}},
    ],
    ids=repr,
)
def test_words_names_addresses_paths_and_slack_ids_are_refused_unquoted(value: object) -> None:
    with pytest.raises(ValueError, match=r"^facts") as refused:
        facts_text({"it": value})

    assert not (isinstance(value, str) and value.strip() and value in str(refused.value))


def test_facts_are_as_deep_and_as_long_as_said_and_no_more() -> None:
    deep: object = "leaf"
    for _ in range(DEEPEST - 1):
        deep = [deep]
    assert facts_text({"it": deep})
    with pytest.raises(ValueError, match="facts"):
        facts_text({"it": [deep]})
    with pytest.raises(ValueError, match=f"at most {FACTS_MOST}"):
        facts_text({"it": ["f" * 64] * 60})


@pytest.mark.parametrize(
    "wrong",
    [
        {"act": "Request approved"},
        {"act": "a" * 41},
        {"act": ""},
        {"act": "a..b"},
        {"person": "U0CANARYID"},
        {"person": "Ana"},
        {"person": "a" * 41},
        {"person": ""},
        {"subject": "ana silva"},
        {"subject": ""},
        {"subject": "a" * 81},
    ],
    ids=repr,
)
def test_row_that_says_who_or_what_in_words_is_refused(wrong: dict[str, str]) -> None:
    row: dict[str, Any] = {"at": NOW, "act": "request.approved", "person": "11aa", "subject": "r1", "facts": {}}

    with pytest.raises(ValueError, match=next(iter(wrong))):
        next_entry(Head(), KEY, **row | wrong)


@pytest.mark.parametrize(
    ("text", "number", "seal"),
    [
        ("12:abcdef012345", 12, "abcdef012345"),
        (" 12:ABCDEF0123456789… ", 12, "abcdef0123456789"),
        (f"1:{'a' * 64}", 1, "a" * 64),
    ],
)
def test_head_is_read_as_it_was_shown(text: str, number: int, seal: str) -> None:
    assert read_head(text) == Head(number, seal)


@pytest.mark.parametrize(
    "text", ["", "12", "12:abcdef01234", "0:abcdef012345", f"1:{'a' * 65}", "x:abcdef012345", "1:abcdef01234g"]
)
def test_what_is_no_head_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="at least 12"):
        read_head(text)
