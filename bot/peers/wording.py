"""Reads what people write: what is a question, and what a reply amounts to. Pure."""

import re
from enum import StrEnum

CLASSIFIER = "rules-1"


class QuestionKind(StrEnum):
    HOW_TO = "how-to"
    DO_IT_FOR_ME = "do-it-for-me"
    BROKEN = "broken"
    UNSURE = "unsure"


# Most specific first; the words are the ones people in such channels write.
_KINDS = (
    (
        QuestionKind.BROKEN,
        r"\b(broken|fail(s|ed|ing)?|errors?|down|crash\w*|timed? ?out|can(no|')t|stuck|doesn'?t work)\b",
    ),
    (
        QuestionKind.DO_IT_FOR_ME,
        r"\b(can|could|would) (some(one|body)|any(one|body)|you)\b|\bplease (add|create|give|grant|reset|restart)\b",
    ),
    (QuestionKind.HOW_TO, r"\b(how|where|what|which|when|who|why|(is|are) there|do (we|i|you)|(can|should) (i|we))\b"),
)
_GREETING = r"^(hi|hey|hello|morning|folks|team|all|there|[,.! ])*"
_REQUEST = re.compile(
    _GREETING
    + "("
    + "|".join(
        (
            r"(can|could|would|will) (some(one|body)|any(one|body)|you)\b",
            r"(does|has|is) any(one|body)\b|any(one|body) (know|else|got|seen|able)\b",
            r"how (do|does|can|to|would|should)\b|what('s| is| are) the\b|where (do|can|is|are)\b",
            r"(i|we)('m|'re| am| are)? (need|want|trying|looking|struggling|getting|seeing|stuck|wondering)\b",
            r"need (help|some|access|a)\b|help\b.*\b(with|on)\b|please (can|could|help|advise)\b",
        )
    )
    + ")",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"<[^<>]*>|```[^`]*```|`[^`]*`|https?://\S+")
_SMALL_TALK = re.compile(
    r"^\W*((hi|hey|hello|thanks?|thank you|cheers|good (morning|evening)|morning|how are (you|we)|how('s| is) it going|"
    r"what'?s up|all good|everyone|all|there|team|folks|guys|today|doing)\W+)*$",
    re.IGNORECASE,
)
LOOKED_AT = 2_000  # characters: people ask early, and matching stays cheap on any text


def question_kind(text: str) -> QuestionKind | None:
    """What kind of question it is; None when it is none."""
    plain = _MARKUP.sub(" ", text[:LOOKED_AT]).strip()
    if _SMALL_TALK.match(plain + " ") or not ("?" in plain or _REQUEST.search(plain)):
        return None
    return next((kind for kind, words in _KINDS if re.search(words, plain, re.IGNORECASE)), QuestionKind.UNSURE)


class Gist(StrEnum):
    """What a message in a thread amounts to."""

    SAYS = "says"
    ASKS = "asks"
    ACK = "ack"
    THANKS = "thanks"
    STILL = "still"


def gist(text: str) -> Gist:
    if re.match(r"\W*(thanks|thank you|thx|ty)\b", text, re.IGNORECASE):
        return Gist.THANKS
    return Gist.ASKS if text.rstrip().endswith("?") else Gist.SAYS
