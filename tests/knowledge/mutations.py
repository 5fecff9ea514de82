"""Small mistakes in files, as people and editors make them, and as nobody would: by seeded chance."""

import random
from collections.abc import Callable, Sequence

# What ends up in files by a slip, by an editor, or by somebody who wants to see what happens.
PIECES = (
    ": ", ":", "- ", "-", "  ", "\t", "#", " #", "&a ", "*a", "!!python/object:x ", "!x ", "{", "}", "[", "]", ",",
    "|", ">", "?", "%", "@", "`", '"', "'", "\\", "---\n", "...\n", "%YAML 1.1\n", "<<: *a\n", "\x00", "\x85",
    "\u2028", "\ufeff", "\u202e", "\u200b", "é", "e\u0301", "\U0001f600", "\x1b[31m", "null", "~", "no", "012",
    "1e9", ".nan", "=", "<!channel>", "{x}", "${x}", "../", "/", "(" * 40, "a" * 3_000, "[" * 40, "(a+)+$",
)  # fmt: skip
VALUES = (
    "", "null", "~", "[]", "{}", "[a]", "{a: b}", "yes", "-1", "0", "99999999999999999999", "1.5", "''", '" "', "a b",
    "2026-02-30", "24:61", "Mars/Olympus", "https://", "http://169.254.169.254/", "file:///etc/passwd", "../../x",
    "U0", "C0ASKPLAT", "every 3 working days", "[[[]]]", "{a: {b: {c: d}}}", "x" * 400, "[a, a]", "{{x}}", "(?P<a>.)*",
)  # fmt: skip
Lines = list[str]


def mutated(text: str, chance: random.Random, others: Sequence[str]) -> bytes:
    """The file with one to three mistakes in it; some come out of `others`, whose lines may be put in."""
    lines = text.splitlines(keepends=True) or [""]
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        lines = chance.choice(OF_LINES)(lines, chance) if chance.random() < 0.9 else _spliced(lines, chance, others)
        lines = lines or [""]
    return _as_bytes("".join(lines), chance)


def _left_out(lines: Lines, chance: random.Random) -> Lines:
    at = chance.randrange(len(lines))
    return lines[:at] + lines[at + chance.choice((1, 1, 2, 5)) :]


def _twice(lines: Lines, chance: random.Random) -> Lines:
    at = chance.randrange(len(lines))
    return [*lines[: at + 1], *lines[at : at + chance.choice((1, 1, 3))], *lines[at + 1 :]]


def _moved(lines: Lines, chance: random.Random) -> Lines:
    rest = list(lines)
    line = rest.pop(chance.randrange(len(rest)))
    rest.insert(chance.randint(0, len(rest)), line)
    return rest


def _indented(lines: Lines, chance: random.Random) -> Lines:
    def change(line: str) -> str:
        return chance.choice((f" {line}", f"  {line}", f"\t{line}", line[1:], line.lstrip(" ")))

    return _at_one(lines, chance, change)


def _pierced(lines: Lines, chance: random.Random) -> Lines:
    def change(line: str) -> str:
        at = chance.randint(0, max(0, len(line) - 1))
        return line[:at] + chance.choice(PIECES) + line[at + chance.choice((0, 0, 1)) :]

    return _at_one(lines, chance, change)


def _of_another_value(lines: Lines, chance: random.Random) -> Lines:
    def change(line: str) -> str:
        key, colon, _ = line.rstrip("\n").partition(":")
        return f"{key}: {chance.choice(VALUES)}\n" if colon else f"{line[:2]}{chance.choice(VALUES)}\n"

    return _at_one(lines, chance, change)


def _of_another_key(lines: Lines, chance: random.Random) -> Lines:
    def change(line: str) -> str:
        key, colon, rest = line.partition(":")
        other = chance.choice((key[:-1], f"{key}s", key.upper(), key + key.strip(), ""))
        return other + colon + rest

    return _at_one(lines, chance, change)


def _cut_off(lines: Lines, chance: random.Random) -> Lines:
    text = "".join(lines)
    return [text[: chance.randrange(len(text) + 1)]]


def _spliced(lines: Lines, chance: random.Random, others: Sequence[str]) -> Lines:
    other = chance.choice(others).splitlines(keepends=True)
    begin = chance.randrange(len(other) + 1)
    at = chance.randint(0, len(lines))
    return [*lines[:at], *other[begin : begin + chance.choice((1, 2, 8))], *lines[at:]]


def _at_one(lines: Lines, chance: random.Random, change: Callable[[str], str]) -> Lines:
    at = chance.randrange(len(lines))
    return [*lines[:at], change(lines[at]), *lines[at + 1 :]]


OF_LINES = (
    _left_out,
    _twice,
    _moved,
    _indented,
    _pierced,
    _pierced,
    _of_another_value,
    _of_another_value,
    _of_another_key,
    _cut_off,
)


def _as_bytes(text: str, chance: random.Random) -> bytes:
    raw = text.encode()
    if chance.random() < 0.94:
        return raw
    at = chance.randrange(len(raw) + 1)
    ways = (
        text.replace("\n", "\r\n").encode(),
        text.encode("utf-8-sig"),
        text.encode("utf-16"),
        text.encode("latin-1", "replace"),
        raw[:at] + bytes([chance.randrange(256)]) + raw[at + 1 :],
        raw[:at] + chance.randbytes(8) + raw[at:],
    )
    return chance.choice(ways)
