"""Takes Slack's mark-up off what somebody wrote and cuts it into sentences. Pure; says nothing about their meaning."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

LOOKED_AT = 2_000  # characters: people ask early, and matching stays cheap on any text
THING = "_"  # stands where code or a link stood: a word, but none that a rule knows

_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"), ("’", "'"), ("‘", "'"), ("`", "'"))
_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`", re.DOTALL)
_QUOTED = re.compile(r"^[ \t]*+(?:&gt;|>).*$", re.MULTILINE)
_PERSON = re.compile(r"<[@!][^<>]*>:?")
_LINK = re.compile(r"<[^<>\s][^<>]*>|https?://\S+")
_EMOJI = re.compile(r":(?:[a-z0-9_'-]{2,60}|[+-]1):(?::skin-tone-\d:)?", re.IGNORECASE)
_END = re.compile(r"[?!\n]|[.;…](?: |$)")
_SPACES = re.compile(r"[\t\r\f\v\u00a0][ \t\r\f\v\u00a0]*| [ \t\r\f\v\u00a0]+")  # but for one blank, which stays

_GREETING = (
    r"(?:hi+|hey+|hello+|helo|heya|hiya|yo|howdy|greetings|hallo|hola|moin|aloha|sup|gm|"
    r"good (?:morning|afternoon|evening|day)|(?:good )?(?:morning|afternoon|evening)|dear)\b"
)
_FOLK = (
    r"(?:everyone|everybody|every ?one|evry one|everybody|all|there|team|folks?|guys|guyz|gyus|people|peeps|friends?|"
    r"y'?all|ya'll|mates?|channel|platform team|platform|dears?|ladies|gents|colleagues|again|both|support)\b"
)
_SEPARATOR = r"(?:[ \n,.!:;~-]|$)+"
# One word for the people goes with a greeting, or stands before a comma: "hi all, all pods are down" keeps its subject.
_OPENING = re.compile(
    rf"(?:{_GREETING}(?: {_FOLK}(?! (?:is|are|was|were|isn't|aren't|has|have)\b))?{_SEPARATOR}|"
    rf"{_FOLK}[,!:]+{_SEPARATOR}|[ \n,.!:;~-]+)*+",
)


@dataclass(frozen=True)
class Wording:
    """The plain words in lower case, sentence by sentence, without the greeting.

    `has_signs` where a greeting, an emoji or somebody's name was taken off.
    """

    sentences: tuple[str, ...]
    has_signs: bool

    @property
    def text(self) -> str:
        return " ".join(self.sentences)


def read(text: str) -> Wording:
    """The words of its first `LOOKED_AT` characters. Quotes are left out; code and links become `THING`."""
    seen = _QUOTED.sub("", _CODE.sub(f" {THING} ", text[:LOOKED_AT]))
    for written, meant in _ENTITIES:
        seen = seen.replace(written, meant)
    seen, people = _PERSON.subn(" ", seen)
    plain, emoji = _EMOJI.subn(" ", _LINK.sub(f" {THING} ", seen))
    plain = _SPACES.sub(" ", plain).strip().lower()
    rest = plain[_length_of_opening(plain) :]
    return Wording(tuple(_sentences(rest)), has_signs=bool(people or emoji or rest != plain))


def _sentences(plain: str) -> Iterator[str]:
    begin = 0
    for end in [*(found.end() for found in _END.finditer(plain)), len(plain)]:
        if sentence := plain[begin:end].strip():
            yield sentence
        begin = end


def _length_of_opening(plain: str) -> int:
    found = _OPENING.match(plain)
    return found.end() if found else 0
