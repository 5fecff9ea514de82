"""What kind a question is, in words, and the select by which a person corrects it; reads what they chose. Pure.

Which kind it is the rules decide first (`bot.peers.wording`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.blockkit import clip, option, select
from bot.errors import PayloadMalformed
from bot.model import NO_QUESTION, Json, QuestionKind
from bot.wire import ID

SAY = "peers.say_kind"
IN_WORDS: Mapping[QuestionKind, str] = {
    QuestionKind.HOW_TO: "how do I …?",
    QuestionKind.DO_IT_FOR_ME: "please do it for me",
    QuestionKind.BROKEN: "something is broken",
    QuestionKind.IDEA: "an idea",
    QuestionKind.UNSURE: "cannot be told",
}
OFFERED: Mapping[str, str] = {each.value: words for each, words in IN_WORDS.items()} | {
    NO_QUESTION: "this is no question"
}


@dataclass(frozen=True)
class Chosen:
    channel_id: str
    ts: str
    kind: str  # a QuestionKind, or NO_QUESTION


def in_words(kind: str) -> str:
    return OFFERED[kind]


def kind_select(channel_id: str, ts: str, kind: str) -> Json:
    """Which kind the question is now, and the others to choose from."""
    options = [option(words, f"{channel_id}:{ts}:{each}") for each, words in OFFERED.items()]
    now = list(OFFERED).index(kind)
    return select("Kind of question", options, action_id=SAY, chosen=options[now])


def read_chosen(value: str) -> Chosen:
    """Raises PayloadMalformed for a value that is none of ours."""
    channel_id, _, rest = value.partition(":")
    ts, _, kind = rest.partition(":")
    if kind not in OFFERED or not (ID.fullmatch(channel_id) and ID.fullmatch(ts)):
        raise PayloadMalformed(f"no kind of question: {clip(value, 40)}")
    return Chosen(channel_id, ts, str(kind))
