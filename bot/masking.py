"""Takes out of people's words what others must not read: who somebody is, addresses, ids, what looks like a secret.

For drafts of articles, which enter Git, and for comments of pulse surveys. Pure. Slack's mark-up becomes Markdown on
the way. Errs on the side of taking out: a word can be put back into a draft.
"""

import re
from collections.abc import Callable, Collection
from html import unescape

from bot.text_secrets import REMOVED, without_secrets

SOMEONE = "someone"
ADDRESS_GONE = "(e-mail address removed)"
SHORTEST_NAME = 3  # letters; shorter ones are common words more often than names

_MARKUP = re.compile(r"<([^<>\s|][^<>|]*)(?:\|([^<>]*))?>")
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+")
_ID = re.compile(r"\b[UWCDGTSBEA](?:0[A-Z0-9]{4,12}|(?=[A-Z0-9]*\d)[A-Z0-9]{8,12})\b")
_LONG_NUMBER = re.compile(r"(?<![\w.-])\d{12,19}(?![\w.-])")  # an account's, a card's


def masked(text: str, *, names: Collection[str] = ()) -> str:
    """The message's text as Markdown, without any of these. `names` are what Slack calls the people there."""
    plain = unescape(_MARKUP.sub(_as_markdown, text.replace("\x00", "")))
    plain = without_secrets(plain)
    for pattern, gone in ((_EMAIL, ADDRESS_GONE), (_ID, REMOVED), (_LONG_NUMBER, REMOVED)):
        plain = pattern.sub(gone, plain)
    return _nameless(names)(plain)


def _as_markdown(found: re.Match[str]) -> str:
    """What a `<…>` of Slack's says to a reader of the handbook."""
    target, label = found[1], found[2] or ""
    if target.startswith("#"):
        return f"#{label}" if label else "a channel"
    if target.startswith(("@", "!")):
        return SOMEONE
    if target.startswith("mailto:"):
        return ADDRESS_GONE
    if not target.startswith(("https://", "http://")):
        return label or target
    return f"[{label}]({target})" if label and label != target else target


def _nameless(names: Collection[str]) -> Callable[[str], str]:
    """Whole names in any case, `@name`, and single parts of them where they are written as a name is."""
    whole = {name.strip() for name in names if len(name.strip()) >= SHORTEST_NAME}
    if not whole:
        return lambda text: text
    parts = {part for name in whole for part in re.split(r"[\s.]+", name) if len(part) >= SHORTEST_NAME}
    in_any_case = "|".join(re.escape(name) for name in sorted(whole, key=len, reverse=True))
    capitalised = "|".join(re.escape(part[:1].upper() + part[1:]) for part in sorted(parts, key=len, reverse=True))
    pattern = re.compile(rf"(?<!\w)@?(?:(?i:{in_any_case})|{capitalised})(?!\w)")
    return lambda text: pattern.sub(SOMEONE, text)
