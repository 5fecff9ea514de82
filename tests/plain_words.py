"""What can be held by rule of the words people see: of sentences as they stand in the code, and of messages as sent.

Whether a sentence is plain nobody can tell by rule; read docs/messages.md for that.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from sandbox.ledger import Effect
from sandbox.model import Json

WORDS_MOST = 28  # of a sentence; what stands in place of a value counts as one
SENTENCE = 3  # words, from which on a text is read as one
VALUE = "…"
# Words of ours, of other software, or of nobody's, with what is said instead.
INSTEAD = {
    "taken down": "saved or recorded",  # what is taken down is gone
    "came to hold": "live or done",
    "converged": "live",
    "let stand": "approved",
    "idempotent": "the same when done twice",
    "pseudonym": "what the reader knows people by",  # the operator knows pseudonyms: see OPERATORS
    "outbox": "where it is sent",
    "snapshot": "what it is of",
    "invalid": "what is wrong, and how to write it",
    "illegal": "what is wrong, and how to write it",
    "failed to": "could not",
    "please note": "leave it out",
    "simply": "leave it out",
    "unfortunately": "leave it out",
    "sorry": "leave it out",
    "oops": "leave it out",
}
OPERATORS = ("bot/cli/", "bot/seals.py")  # texts for who runs the bot and reads its database, or changes it
ENDS = re.compile(r"(?<=[.!?:;])\s+|\n+")
WORD = re.compile(r"[A-Za-z0-9…][A-Za-z0-9'’…-]*")
MAYBE_MANY = re.compile(r"\w\((?:s|es|ies)\)")
# In what was sent:
LEFT_OVER = re.compile(r"\{[a-z_]*\}|\bNone\b(?! of)|<bot\.|\bobject at 0x")
ONE_OF_MANY = re.compile(r"(?<![\w.,:/#-])1 (?:more |older |open |working )?(people|[a-z]{3,}[^su\W]s)\b")


def sentences(path: Path) -> Iterator[tuple[int, str]]:
    """Line and words of each text of a module that reads like one; no docstrings, patterns or names of events."""
    tree = ast.parse(path.read_text())
    skipped = {id(each) for node in ast.walk(tree) for each in _no_texts(node)}
    for node in ast.walk(tree):
        text = "" if id(node) in skipped else _text(node)
        if len(re.findall(r"[A-Za-z]{2,}", text)) >= SENTENCE and " " in text and "(?" not in text:
            yield node.lineno, text  # type: ignore[attr-defined]


def _no_texts(node: ast.AST) -> Iterator[ast.AST]:
    """Docstrings, and parts of what is read as a whole."""
    body = getattr(node, "body", None)
    if isinstance(body, list) and body and isinstance(body[0], ast.Expr):
        yield body[0].value
    if isinstance(node, ast.JoinedStr):
        yield from node.values


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(str(each.value) if isinstance(each, ast.Constant) else VALUE for each in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def wrong_in(text: str, *, is_for_operators: bool = False) -> list[str]:
    """What is wrong with a text of the code, each with what to do."""
    found = [f"say instead of “{each}”: {better}" for each, better in INSTEAD.items() if _says(text, each)]
    if is_for_operators:
        found = [each for each in found if "pseudonym" not in each]
    found += [f"one or many? {each[0]}" for each in MAYBE_MANY.finditer(text)]
    long = [each for each in ENDS.split(text) if len(WORD.findall(each)) > WORDS_MOST]
    return [*found, *(f"over {WORDS_MOST} words: {each[:80]}" for each in long)]


def _says(text: str, words: str) -> bool:
    return re.search(rf"\b{words}\b", text, re.IGNORECASE) is not None


def slips_in(effects: Iterable[Effect]) -> list[str]:
    """What is left over in messages that were sent: a value's place, None, "1 teams"."""
    shown = {text for each in effects for text in (each.text, *_texts(list(each.blocks)))}
    found = [(text, slip) for text in sorted(shown) for slip in (LEFT_OVER.search(text), ONE_OF_MANY.search(text))]
    return [f"{slip[0]} in: {text[:200]}" for text, slip in found if slip]


def _texts(value: Json | list[Json]) -> Iterator[str]:
    """What blocks say, code apart: that is somebody's."""
    match value:
        case {"text": str(text)}:
            yield re.sub(r"`[^`]*`", "`…`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
        case dict():
            for each in value.values():
                yield from _texts(each)
        case list():
            for each in value:
                yield from _texts(each)
