"""YAML as people lay it out, made by chance: comments, empty lines, quotes, brackets, and any indentation."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

WORDS = ("alpha", "beta", "gamma", "delta", "with space", "no", "012", "2026-01-01", "a: b", "", "é", "x#y", "{b}")
KEYS = ("name", "size", "team", "spec", "tags", "on", "owner", "env", "x y", "012")


@dataclass
class Written:
    """Lines, and what they say; `spans` are the lines of each entry, by the way to it."""

    lines: list[str] = field(default_factory=list)
    tree: Any = None
    spans: dict[tuple[str, ...], tuple[int, int]] = field(default_factory=dict)

    def text(self, newline: str, *, is_ended: bool) -> str:
        """Without a newline at the end only where no text on lines of its own would lose it."""
        return newline.join(self.lines) + (newline if is_ended or self.lines[-1].strip() == "two" else "")


def written(rng: Random) -> Written:
    page = Written(["# top of the file"] if rng.random() < 0.5 else [])
    page.tree = _mapping(rng, page, (), "", 0)
    page.lines += ["", "# the end"] if rng.random() < 0.5 else []
    return page


def ways(tree: Any, way: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every value in it with the keys that lead there."""
    pairs = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, below in pairs:
        yield (*way, str(key)), below
        yield from ways(below, (*way, str(key)))


def _mapping(rng: Random, page: Written, way: tuple[str, ...], lead: str, column: int) -> Any:
    """`lead` stands before the first key, on its line."""
    tree = {}
    step = rng.choice((2, 2, 4))
    for index, key in enumerate(rng.sample(KEYS, rng.randint(1, 4))):
        before = lead if index == 0 else " " * column
        if index and rng.random() < 0.3:
            page.lines.append(rng.choice(["", f"{' ' * column}# about {rng.randrange(999)}"]))
        begin = len(page.lines)
        shown = f"'{key}'" if rng.random() < 0.1 or key in {"on", "012"} else key
        tree[key] = _value(rng, page, (*way, key), f"{before}{shown}:", column, step)
        page.spans[*way, key] = (begin, len(page.lines))
    return tree


def _value(rng: Random, page: Written, way: tuple[str, ...], lead: str, column: int, step: int) -> Any:
    kind = rng.random() if len(way) < 4 else rng.random() * 0.65
    if kind < 0.65:
        return _inline(rng, page, lead, column)
    page.lines.append(lead + _comment(rng))
    if kind < 0.82:
        return _mapping(rng, page, way, " " * (column + step), column + step)
    dash = column + rng.choice((0, 2))
    tree = []
    for index in range(rng.randint(1, 3)):
        begin = len(page.lines)
        if rng.random() < 0.5:
            tree.append(_mapping(rng, page, (*way, str(index)), " " * dash + "- ", dash + 2))
        else:
            tree.append(_inline(rng, page, " " * dash + "-", dash))
        page.spans[*way, str(index)] = (begin, len(page.lines))
    return tree


def _inline(rng: Random, page: Written, lead: str, column: int) -> Any:
    word, number = rng.choice(WORDS), rng.randint(0, 99)
    quoted = "'" + word + "'" if rng.random() < 0.5 else '"' + word + '"'
    kinds: list[tuple[str, Any]] = [
        (quoted, word),
        (quoted, word),
        (str(number), number),
        ("true", True),
        ("null", None),
    ]
    kinds += [(f"[{quoted}, {number}]", [word, number]), (f"{{ a: {quoted}, b: {number}}}", {"a": word, "b": number})]
    kinds += [("[]", []), ("plain words", "plain words"), ("|", "one\ntwo\n")]
    shown, value = rng.choice(kinds)
    space = " " * rng.choice((1, 1, 1, 3))
    page.lines.append(lead + space + shown + _comment(rng))
    if shown == "|":
        page.lines += [" " * (column + 3) + line for line in ("one", "two")]
    return value


def _comment(rng: Random) -> str:
    return rng.choice(("", "", f" # note {rng.randrange(999)}", f"   # note, {rng.randrange(999)}"))
