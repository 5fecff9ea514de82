"""Takes out of a text whatever looks like a secret: keys, tokens, passwords, credentials in addresses. Pure.

Errs on the side of taking out. Who somebody is stays in: `bot.masking` takes that out as well.
"""

import re

REMOVED = "(removed)"

_KEY_BLOCK = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL)
_TOKEN = re.compile(
    r"\b(?:xox[a-z]-|xapp-|gh[pousr]_|github_pat_|glpat-|sk-|AKIA|ASIA|AIza|npm_|hvs\.|dop_v1_|eyJ)[\w.+/=-]{8,}"
)
_BEARER = re.compile(r"\b(Bearer|Basic)\s+[\w.~+/=-]{8,}", re.IGNORECASE)
_CREDENTIALS = re.compile(r"(?<=://)[^/\s:@]+:[^/\s@]+(?=@)")
_KEYWORD = (
    r"[\w.-]{0,40}(?:password|passwd|passphrase|pwd|secret|token|api[_-]?key|access[_-]?key|credentials?)[\w.-]{0,40}"
)
# As Slack writes what people wrote, and not beyond the end of a link of its own.
_VALUE = r"\"[^\"\n]*\"|'[^'\n]*'|(?:&(?:amp|lt|gt);|[^\s,;<>])+"
_GIVEN = re.compile(rf"\b({_KEYWORD}[\"']?\s*[:=]\s*)(?![<$({{\[]|\s|[\"']\$[({{])({_VALUE})", re.IGNORECASE)
_TOLD = re.compile(rf"\b({_KEYWORD}\s+is\s+)[\"'`]?(?=\S*\d)\S{{4,}}", re.IGNORECASE)
# Mixed letters: what is of hex alone is a commit, a digest or an id far more often than a key.
_RANDOM = re.compile(r"\b(?=\w*[g-z])(?=\w*[A-Z])(?=\w*\d)[A-Za-z0-9_]{24,}=*(?!\w)")

_WORDS = ("passw", "passphrase", "pwd", "secret", "token", "key", "credential")  # one is in whatever is _KEYWORD
_PREFIXES = (
    "xox",
    "xapp-",
    "gh",
    "github_pat_",
    "glpat-",
    "sk-",
    "akia",
    "asia",
    "aiza",
    "npm_",
    "hvs.",
    "dop_v1_",
    "eyj",
)
_LONG = re.compile(r"[A-Za-z0-9_]{24}")

# Each with what is in every text in which it can be found, casefolded: all messages are looked through, few have any.
_PATTERNS = (
    (_KEY_BLOCK, REMOVED, ("-----begin",)),
    (_CREDENTIALS, REMOVED, ("://",)),
    (_BEARER, rf"\1 {REMOVED}", ("bearer", "basic")),
    (_GIVEN, rf"\1{REMOVED}", _WORDS),
    (_TOLD, rf"\1{REMOVED}", _WORDS),
    (_TOKEN, REMOVED, _PREFIXES),
    (_RANDOM, REMOVED, ()),
)


def without_secrets(text: str) -> str:
    """The text with `(removed)` in the place of each."""
    folded = text.casefold()
    for pattern, gone, signs in _PATTERNS:
        if any(sign in folded for sign in signs) or (not signs and _LONG.search(text)):
            text = pattern.sub(gone, text)
    return text
