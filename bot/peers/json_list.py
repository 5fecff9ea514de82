"""Reads a long JSON list a piece at a time, so that a year's file takes no more memory than one of its entries.

What the entries mean is `bot.peers.export`'s.
"""

import codecs
import json
from collections.abc import Iterator
from typing import Any

from bot.peers.archive import FileRefused

ENTRY_MOST = 8 * 1024 * 1024  # characters: Slack's messages have tens of thousands at the most
BLANK = " \t\r\n"
ENDS = frozenset(BLANK + ",]")  # what may stand after an entry
NO_JSON, NO_LIST, TOO_DEEP = "is no JSON", "holds no list", "is nested too deep"
TOO_LONG = "holds an entry of more than 8 million characters"
_decode = json.JSONDecoder().raw_decode


def whole_list(read: bytes) -> list[Any]:
    """All entries of a short one. Raises FileRefused."""
    try:
        said = json.loads(read)
    except RecursionError as error:
        raise FileRefused(TOO_DEEP) from error
    except ValueError as error:
        raise FileRefused(NO_JSON) from error
    if not isinstance(said, list):
        raise FileRefused(NO_LIST)
    return said


def entries_of(pieces: Iterator[bytes]) -> Iterator[Any]:
    """One after the other. Raises FileRefused where what follows is no list of JSON."""
    try:
        yield from _Reading(pieces).entries()
    except RecursionError as error:
        raise FileRefused(TOO_DEEP) from error
    except ValueError as error:  # no JSON, or no UTF-8
        raise FileRefused(NO_JSON) from error


class _Reading:
    """`text` is what was read and not taken yet, from `at` on."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._text = ""
        self._at = 0
        self._is_over = False

    def entries(self) -> Iterator[Any]:
        if self._next() != "[":
            raise FileRefused(NO_LIST)
        self._at += 1
        mark = self._next()
        while mark != "]":
            yield self._entry()
            mark = self._next()
            if mark not in (",", "]"):
                raise ValueError("entries stand without a comma")
            self._at += mark == ","
            if mark == "," and self._next() == "]":
                raise ValueError("nothing follows a comma")
        self._at += 1
        if self._next():
            raise ValueError("something follows the list")

    def _entry(self) -> Any:
        """The one that begins here; with its end seen, for a number may go on in the next piece."""
        while True:
            try:
                entry, end = _decode(self._text, self._at)
            except ValueError:
                if len(self._text) - self._at > ENTRY_MOST:
                    raise FileRefused(TOO_LONG) from None
                if not self._more():
                    raise
                continue
            if self._text[end : end + 1] in ENDS:
                self._at = end
                return entry
            if not self._more():
                raise ValueError("breaks off")

    def _next(self) -> str:
        """The first character from here on that is no blank; "" at the end."""
        while True:
            while self._at < len(self._text):
                if self._text[self._at] not in BLANK:
                    return self._text[self._at]
                self._at += 1
            if not self._more():
                return ""

    def _more(self) -> bool:
        """Whether there was more to read."""
        if self._is_over:
            return False
        piece = next(self._pieces, b"")
        self._is_over = not piece
        self._text = self._text[self._at :] + self._decoder.decode(piece, final=self._is_over)
        self._at = 0
        return not self._is_over
