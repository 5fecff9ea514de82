"""Reads from a message's words what the linker goes by: its form, and which words two messages share. Pure.

The form is kept; the words are not.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache

from bot.peers import phrases
from bot.peers.evidence import LONG, Form
from bot.peers.sentences import Wording

STEM = 6  # letters: "install" and "installing" are one word
SHARED_MOST = 3  # words; more say no more
FLAGS = (("?", "asks"), ("!", "is_command"), ("h", "greets"), ("+", "goes_on"))
_WORD = re.compile(r"[a-z0-9][a-z0-9._'/-]*[a-z0-9]")
_GOES_ON = re.compile(r"(?:and|but|or|also|then|so|because|cause|cuz|i mean|like|well|plus|btw|oh|,|\.\.\.)\b")
_EVERYDAY = re.compile(
    r"(?:the|you|and|for|that|this|with|does|are|was|not|have|has|had|can|i'm|it's|but|your|just|what|how|when|there|"
    r"from|then|would|will|get|got|like|one|out|now|need|try|use|any|some|all|about|they|she|don't|did|want|which|know|"
    r"see|make|think|well|yes)"
)


def form_of(text: str, said: Wording, *, asks: bool) -> Form:
    return Form(
        asks=asks,
        is_command=bool(phrases.COMMAND.match(text)),
        greets=said.has_signs and "<@" not in text,
        goes_on=bool(_GOES_ON.match(said.text)),
        length=min(len(said.text.split()), LONG),
    )


def words_of(said: Wording) -> frozenset[str]:
    """The beginnings of the words that tell what it is about."""
    found = _WORD.findall(said.text)
    return frozenset(word[:STEM] for word in found if len(word) > 2 and not _EVERYDAY.fullmatch(word))


def shared(words: frozenset[str], known: Mapping[str, frozenset[str]], near: Iterable[str]) -> dict[str, int]:
    """With which of the messages near it, by ts, it shares how many words; of those whose words are known."""
    if not words:
        return {}
    return {
        ts: min(len(words & others), SHARED_MOST)
        for ts in near
        if (others := known.get(ts)) and not words.isdisjoint(others)
    }


@cache  # there are 496
def written(form: Form) -> str:
    """As it is kept: "?h12" asks, greets and has 12 words."""
    return "".join(sign for sign, name in FLAGS if getattr(form, name)) + str(form.length)


def read_form(kept: str) -> Form:
    flags = {name: sign in kept for sign, name in FLAGS}
    return Form(**flags, length=int(kept.lstrip("?!h+")))
