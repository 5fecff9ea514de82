"""What in a text that nobody of ours wrote could mention, link or run something, or be hidden. Pure.

Looks through disguises: entities, wide and other letters for the same sign, signs without width. Finds and does not
mend: whoever has found something leaves the whole text out. Escaping for Slack is `bot.blockkit`'s, and comes on top.
"""

import html
import re
import unicodedata
from collections.abc import Iterator

UNWRAPS = 3  # entities in entities; more is left as written, and an ampersand in a word is found as such
HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}  # categories of Unicode: controls, no width, halves, not assigned
EDGES = ".,;:!?()[]{}\"'“”‘’«»‹›*_~…–—`|"  # round a word in a sentence, and no part of it; a colon only after it

_CALL = re.compile(r"(?<![^\W_])@\s*(?=[^\W\d])|@\s*(?:channel|here|everyone|all)\b|<\s*[@#!]", re.IGNORECASE)
_CHANNEL = re.compile(r"(?<![\w/&])#(?=\w*[^\W\d])")
_LINK = re.compile(
    r"\b[a-z][a-z0-9+.-]{1,30}:(?=[^\s\d])"  # any scheme: https, mailto, javascript, data
    r"|//(?=\w)|\bwww\.|\]\s*\(|<[^<>]*\|"
    r"|[^\s@]@[^\s@]+\.\w"
    r"|(?<![\w-])(?<![\w-]\.)(?:[\w-]++\.)+(?:[a-z]{2,24}|xn--[\w-]+)(?=[/:?#])",
    re.IGNORECASE,
)
_CODE = re.compile(r"```[\w-]*\n(.*?)```|`([^`\n]+)`", re.DOTALL)
_LETTERS = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")


def unmasked(text: str) -> str:
    """The text as a reader takes it: entities resolved, one letter for all its shapes, nothing without width."""
    for _ in range(UNWRAPS):
        text = html.unescape(text)
    folded = unicodedata.normalize("NFKC", text)
    return "".join(sign for sign in folded if sign in "\n\t" or unicodedata.category(sign) not in HIDDEN)


def hidden(text: str) -> frozenset[str]:
    """Signs that are not seen: controls, signs without width, those that turn the direction, halves of others."""
    return frozenset(sign for sign in text if sign not in "\n\t" and unicodedata.category(sign) in HIDDEN)


def has_call(text: str) -> bool:
    """Whether it names somebody, a group or a channel in a way that may call them. An e-mail address does not."""
    return any(_CALL.search(each) or _CHANNEL.search(each) for each in (text, unmasked(text)))


def has_link(text: str) -> bool:
    """Whether anything in it looks like an address, of whatever scheme."""
    return any(_LINK.search(each) for each in (text, unmasked(text)))


def codes(text: str) -> list[str]:
    """What stands as code, between backticks."""
    return [(block or span).strip() for block, span in _CODE.findall(text)]


def without_code(text: str) -> str:
    return _CODE.sub(" ", text)


def pieces(text: str) -> Iterator[str]:
    """The text between spaces, without what surrounds a word in a sentence. Options keep their dashes."""
    for run in text.split():
        piece = run.lstrip(EDGES.replace(":", "")).rstrip(EDGES)  # `:fire:` is no word
        if piece.strip("-"):
            yield piece


def is_word(piece: str) -> bool:
    """Whether it is made of letters alone, joined by hyphens or apostrophes; else it is a number, a path, a command."""
    return _LETTERS.fullmatch(piece) is not None
