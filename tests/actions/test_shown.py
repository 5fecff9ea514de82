"""The difference as people read it: what it shows, where it ends, and that nothing in it is hidden."""

import time

from bot.actions.shown import MAX_SHOWN, diff
from bot.blockkit import escape

OLD = "# teams\nteams:\n" + "".join(f"  - name: team-{number}\n" for number in range(30))


def test_change_is_shown_with_what_is_around_it() -> None:
    new = OLD.replace("team-10\n", "team-10 # moved\n").replace("  - name: team-20\n", "")

    assert diff({"a.yaml": OLD}, {"a.yaml": new}) == "\n".join(
        [
            "a.yaml",
            "    - name: team-8",
            "    - name: team-9",
            "-   - name: team-10",
            "+   - name: team-10 # moved",
            "    - name: team-11",
            "    - name: team-12",
            "  …",
            "    - name: team-18",
            "    - name: team-19",
            "-   - name: team-20",
            "    - name: team-21",
            "    - name: team-22",
        ]
    )


def test_new_deleted_and_unchanged_files_are_told_apart() -> None:
    shown = diff({"a": None, "b": "x\n", "c": "same\n"}, {"a": "1\n2\n", "b": None, "c": "same\n"})

    assert shown == "a (new file)\n+ 1\n+ 2\nb (deleted)\n- x"


def test_newline_at_the_end_that_comes_or_goes_is_told() -> None:
    assert diff({"a": "1"}, {"a": "1\n"}) == "a\n  (the newline at the end of the file changes)"


def test_what_does_not_fit_is_counted_in_whole_lines_as_slack_will_hold_them() -> None:
    shown = diff({"a": None}, {"a": "<&>" * 20 + "\n" + "line & more\n" * 500})

    assert len(escape(shown)) <= MAX_SHOWN
    *lines, last = shown.split("\n")
    assert last == f"… {502 - len(lines)} more lines"
    assert set(lines[2:]) == {"+ line & more"}


def test_what_cannot_be_seen_is_named_and_a_very_long_line_says_how_long() -> None:
    shown = diff({"a": None}, {"a": "x: a\u202eb\u200bc\x07\n" + "y" * 1000 + "\n"})

    assert "+ x: a\\u{202E}b\\u{200B}c\\u{0007}" in shown
    assert shown.endswith("y… (760 more characters)")


def test_escape_for_what_cannot_be_seen_is_never_cut() -> None:
    shown = diff({"a": None}, {"a": "\n".join("\u202e" * 100 for _ in range(50))})

    assert len(shown) <= MAX_SHOWN
    assert all(line.count("{") == line.count("}") for line in shown.split("\n"))


def test_large_files_are_compared_in_no_time() -> None:
    old = "".join(f"a{number}\n" for number in range(50_000))
    new = old.replace("a25000\n", "b\n")
    begun = time.perf_counter()

    shown = diff({"a": old}, {"a": new})

    assert shown == "a\n  a24998\n  a24999\n- a25000\n+ b\n  a25001\n  a25002"
    assert time.perf_counter() - begun < 5
