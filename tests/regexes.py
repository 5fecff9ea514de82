"""The regular expressions of the program, and texts that would keep a matcher busy for long."""

import ast
import importlib
import pkgutil
import re
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import bot
import handlers
import knowledge

# How Python itself reads an expression; it has no public name.
codes: Any = importlib.import_module("re._constants")
parser: Any = importlib.import_module("re._parser")

INLINE = {"sub", "subn", "match", "search", "fullmatch", "findall", "finditer", "split"}
_METHODS = "|".join(sorted(INLINE))
ENDS = ("", "\x01<z")
PUMPS_MOST = 16
Way = Callable[[re.Pattern[str], str], object]
_SOURCES = "\n".join(
    file.read_text() for package in (bot, handlers, knowledge) for file in Path(package.__path__[0]).rglob("*.py")
)
REPEATS = {codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT}
SHORTEST, LONGEST = 500, 8_000  # characters of a text that is tried: doubled until it takes long
SHORT_S, LONG_S = 0.004, 0.03  # what a text of 4,000 takes in its square of steps is 50 ms
HANGS_S = 0.5  # of the processor, where it would take for ever
TIMES_MOST = 3.0  # twice the length takes twice the time; four times where it goes by the square


def patterns() -> Mapping[str, re.Pattern[str]]:
    """Every one that stands in a module, in whatever it holds, or in the middle of a function; by where it is first."""
    found: dict[re.Pattern[str], str] = {}
    for package in (bot, handlers, knowledge):
        for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if info.name.endswith("__main__"):
                continue
            module = importlib.import_module(info.name)
            for name, pattern in (*_held(vars(module), module), *_written(Path(str(module.__file__)))):
                if isinstance(pattern.pattern, str):
                    found.setdefault(pattern, f"{info.name}.{name}")
    return {name: pattern for pattern, name in found.items()}


def _held(value: object, module: ModuleType, name: str = "") -> Iterator[tuple[str, re.Pattern[str]]]:
    match value:
        case re.Pattern():
            yield name, value
        case dict():
            for key, each in value.items():
                yield from _held(each, module, f"{name}.{key}" if name else str(key))
        case list() | tuple():
            for number, each in enumerate(value):
                yield from _held(each, module, f"{name}.{number}")
        case type() if value.__module__ == module.__name__:
            yield from _held(dict(vars(value)), module, name)


def _written(file: Path) -> Iterator[tuple[str, re.Pattern[str]]]:
    """Those that stand as a string in a call of `re`."""
    for node in ast.walk(ast.parse(file.read_text())):
        match node:
            case ast.Call(ast.Attribute(ast.Name("re"), str(name)), [ast.Constant(str(text)), *_]) if name in INLINE:
                yield f"line {node.lineno}", re.compile(text)


def attacks(pattern: re.Pattern[str]) -> Iterator[tuple[str, str, str]]:
    """What comes first, what is repeated, and what ends it so that it may not match."""
    pumps = dict.fromkeys(_pumps(parser.parse(pattern.pattern, pattern.flags & ~re.DEBUG), ""))
    for before, pump in list(pumps)[:PUMPS_MOST]:
        yield from ((before, pump, end) for end in ENDS)
        if before:
            yield from (("", before + pump, end) for end in ENDS[1:])


def _pumps(tree: Any, before: str) -> Iterator[tuple[str, str]]:
    """For each repetition, a text that leads to it and one that it takes."""
    for code, argument in tree:
        inner = _inside(code, argument)
        if code in REPEATS and argument[1] > 8:
            yield before, _sample(argument[2]) or "a"
            yield before, (_sample(argument[2]) or "a") + (_sample(argument[2], last=True) or "a")
        for each in inner:
            yield from _pumps(each, before)
        before += _sample([(code, argument)])


def _inside(code: Any, argument: Any) -> list[Any]:
    if code in REPEATS:
        return [argument[2]]
    if code is codes.SUBPATTERN:
        return [argument[3]]
    if code is codes.BRANCH:
        return list(argument[1])
    if code in (codes.ASSERT, codes.ASSERT_NOT):
        return [argument[1]]
    return [argument] if code is codes.ATOMIC_GROUP else []


def _sample(tree: Any, *, last: bool = False) -> str:
    """A short text that it matches, or nearly."""
    text = ""
    for code, argument in tree:
        if code is codes.LITERAL:
            text += chr(argument)
        elif code is codes.NOT_LITERAL:
            text += "a" if argument != ord("a") else "b"
        elif code is codes.ANY:
            text += "a"
        elif code is codes.IN:
            text += _of_set(argument, last=last)
        elif code in REPEATS:
            text += _sample(argument[2], last=last) * max(argument[0], 1)
        elif inner := _inside(code, argument) if code not in (codes.ASSERT, codes.ASSERT_NOT) else []:
            text += _sample(inner[-1 if last else 0], last=last)
    return text


def _of_set(items: Any, *, last: bool) -> str:
    shown = {codes.CATEGORY_DIGIT: "7", codes.CATEGORY_SPACE: " ", codes.CATEGORY_WORD: "w"}
    shown |= {codes.CATEGORY_NOT_SPACE: "n", codes.CATEGORY_NOT_WORD: "-", codes.CATEGORY_NOT_DIGIT: "d"}
    if items[0][0] is codes.NEGATE:
        taken = {chr(argument) for code, argument in items[1:] if code is codes.LITERAL}
        return next(each for each in "a -x\n%~" if each not in taken)
    found = []
    for code, argument in items:
        if code is codes.LITERAL:
            found.append(chr(argument))
        elif code is codes.RANGE:
            found.append(chr(argument[0]))
        elif code is codes.CATEGORY:
            found.append(shown.get(argument, "a"))
    return found[-1 if last else 0] if found else "a"


def way_of(name: str) -> Way:
    """How it is used: from the beginning of a text alone, or anywhere in it."""
    module, _, short = name.rpartition(".")
    own = Path(*module.split(".")).with_suffix(".py")
    texts = (own.read_text() if own.exists() else "", _SOURCES)
    used = next(
        (found for text in texts if (found := set(re.findall(rf"\b{short}\.({_METHODS})\b", text)))), set[str]()
    )
    if not used and re.search(rf"shaped\((?:\w+\.)?{short}\b", _SOURCES):
        return re.Pattern.fullmatch
    if used and used <= {"match", "fullmatch"}:
        return re.Pattern.match if "match" in used else re.Pattern.fullmatch
    return re.Pattern.search


def slow_at(pattern: re.Pattern[str], way: Way) -> tuple[str, str, str] | None:
    """The attack under which twice the text takes about four times as long, or more; None where none is found."""
    surely = range(3)  # what another process does to the machine is no matter of the expression
    found = (each for each in attacks(pattern) if all(_is_slow(pattern, way, each) for _ in surely))
    return next(found, None)


def _is_slow(pattern: re.Pattern[str], way: Way, attack: tuple[str, str, str]) -> bool:
    length, took = SHORTEST, 0.0
    try:
        with _at_most(HANGS_S):
            while length < LONGEST and (took := _took(pattern, way, attack, length, tries=1)) < LONG_S:
                length *= 2
            if took < SHORT_S:
                return False
            spans = [_took(pattern, way, attack, length // part) for part in (4, 2, 1)]
    except TimeoutError:
        return True
    return spans[2] > TIMES_MOST * spans[1] and spans[1] > TIMES_MOST * spans[0]


@contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    """TimeoutError after so many of the processor: a matcher looks for signals now and then."""

    def end(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGVTALRM, end)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _took(pattern: re.Pattern[str], way: Way, attack: tuple[str, str, str], length: int, *, tries: int = 5) -> float:
    """Processor seconds for a text of about that length; the least of a few."""
    before, pump, end = attack
    text, spans = before + pump * (length // len(pump)) + end, []
    for _ in range(tries):
        began = time.process_time()
        way(pattern, text)
        spans.append(time.process_time() - began)
    return min(spans)
