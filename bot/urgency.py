"""Decides whether somebody says that it cannot wait, by the words the handbook declares. Pure.

Whole words, in any case of letters, in the text itself: not in code, nor in what is quoted. "prod is not down" holds no
"prod down", but "no outage here" holds "outage": what is denied is not told apart, as a call too many does less harm
than one too few. What follows from it is decided where the message is taken down.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

LOOKED_AT = 2_000  # characters: who is in trouble says so early

_LEFT_OUT = re.compile(
    r"```.*?(?:```|\Z)|`[^`\n]*`"  # code
    r"|^[ \t]*(?:&gt;|>)[^\n]*"  # lines quoted by Slack's own mark
    r'|"[^"\n]*"|“[^“”\n]*”|«[^«»\n]*»'  # words quoted
    r"|<[^<>]*>|https?://\S+",  # mentions and links
    re.DOTALL | re.MULTILINE,
)


def is_urgent(text: str, words: Sequence[str]) -> bool:
    """Whether one of the declared words or phrases stands in what somebody wrote."""
    return bool(words) and _pattern(tuple(words)).search(_LEFT_OUT.sub(" | ", text[:LOOKED_AT])) is not None


@lru_cache(maxsize=64)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    phrases = (r"[\s-]+".join(map(re.escape, re.split(r"[\s-]+", each))) for each in words)
    return re.compile(rf"(?<!\w)(?:{'|'.join(phrases)})(?!\w)", re.IGNORECASE)
