"""YAML that is small to write and large, deep or slow to read, in as many forms: by seeded chance.

Every one breaks a rule of the strict reader. What is merely large and within its limits is no bomb.
"""

import random
from collections.abc import Callable

from knowledge.strict_yaml import MAX_BYTES, MAX_DEPTH, MAX_NODES

Bomb = Callable[[random.Random], str]


def _aliases(chance: random.Random) -> str:
    """Each line is some times the one before: the classic."""
    width, height = chance.randrange(2, 12), chance.randrange(5, 40)
    lines = [f"a0: &a0 [{','.join(['x'] * width)}]"]
    lines += [f"a{at}: &a{at} [{','.join([f'*a{at - 1}'] * width)}]" for at in range(1, height)]
    return "\n".join(lines) + "\n"


def _merged(chance: random.Random) -> str:
    height = chance.randrange(3, 60)
    lines = ["a0: &a0 {k0: v}"]
    return "\n".join([*lines, *(f"a{at}: &a{at} {{<<: [*a{at - 1}, *a{at - 1}]}}" for at in range(1, height))]) + "\n"


def _of_itself(chance: random.Random) -> str:
    return (
        f"a: &{'a' * chance.randrange(1, 5_000)} [{'b, ' * chance.randrange(9)}*{'a' * chance.randrange(1, 5_000)}]\n"
    )


def _deep(chance: random.Random) -> str:
    opening = chance.choice(("[", "{", "{a: ", "[a, ", "- ", "? ", "[[", "[{"))
    text = opening * chance.choice((MAX_DEPTH + 2, 200, 5_000, 60_000))
    return text + chance.choice(("", "a", "]" * 99, "}" * 99))


def _steps(chance: random.Random) -> str:
    """Each line deeper than the one before."""
    lines = chance.randrange(MAX_DEPTH + 2, 700)
    return "".join(" " * at + chance.choice(("a:\n", "- \n" if at % 2 else "a:\n")) for at in range(lines))


def _wide(chance: random.Random) -> str:
    piece, around = chance.choice((("a,", "[]"), ("a: b,", "{}"), ("[],", "[]"), ("{},", "[]"), ("- a\n", "")))
    text = piece * (MAX_NODES + chance.randrange(2, 20_000))
    return around[:1] + text + around[1:]


def _anchors(chance: random.Random) -> str:
    name = chance.choice(("a", "\u00e9", "a" * 60))
    return f"- &{name} b\n" * chance.randrange(60, 20_000)


def _tags(chance: random.Random) -> str:
    tag = chance.choice(
        ("!!python/object/apply:os.system", "!!binary", "!!set", "!x", "!<tag:x>", "!!python/name:os.x")
    )
    return f"- {tag} a\n" * chance.randrange(60, 20_000)


def _directives(chance: random.Random) -> str:
    return chance.choice(("%TAG !a! x\n", "%YAML 1.1\n", "%a b\n")) * chance.randrange(1, 60_000)


def _repeated(chance: random.Random) -> str:
    return f"{chance.choice(('a', 'a' * 900, '? a', '{a: b}'))}: 1\n" * chance.randrange(60, 1_000)


def _open(chance: random.Random) -> str:
    """Begins a text that ends nowhere."""
    begin = chance.choice(('"', "'", 'a: "', "a: '", '["', "{'"))
    return begin + chance.choice(("a", "a\n\n", "\\u0041" if '"' in begin else "a ")) * chance.randrange(1, 100_000)


def _large(chance: random.Random) -> str:
    return chance.choice(("a", "é", "\U0001f600", "# a\n", "\n")) * (MAX_BYTES + chance.randrange(1, 9_000))


def _documents(chance: random.Random) -> str:
    return chance.choice(("---\na\n", "--- a\n", "a\n...\n---\n")) * chance.randrange(2, 30_000)


def _unreadable(chance: random.Random) -> str:
    return "a: " + "b" * chance.randrange(100_000) + chance.choice("\t\x00\x07\x1b\u2028\ufffe\ud800") + "\n"


BOMBS: tuple[Bomb, ...] = (
    _aliases, _merged, _of_itself, _deep, _steps, _wide, _anchors, _tags, _directives, _repeated, _open, _large,
    _documents, _unreadable,
)  # fmt: skip
