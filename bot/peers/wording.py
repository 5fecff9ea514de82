"""Reads what people write: what is a question, and what a reply amounts to. Pure.

The patterns are `bot.peers.phrases`'. English only; of other languages only the question mark is understood.
"""

import re
from collections.abc import Sequence
from enum import StrEnum

from bot.model import QuestionKind
from bot.peers import phrases
from bot.peers.sentences import LOOKED_AT, Wording, read

__all__ = ["CLASSIFIER", "LOOKED_AT", "Gist", "QuestionKind", "gist", "gist_of", "question_kind", "question_kind_of"]

CLASSIFIER = "rules-2"
ACK_WORDS = 14  # "let me check with the team and get back to you": longer ones tell something
ASIDE_WORDS = 2  # "weird. which version?"
REPLY_WORDS = 60  # words of thanks in a longer text stand beside something else


def question_kind(text: str) -> QuestionKind | None:
    """What kind of question it is; None when it is none."""
    return question_kind_of(text, read(text))


def question_kind_of(text: str, said: Wording) -> QuestionKind | None:
    """The same of a text that was read."""
    if phrases.COMMAND.match(text):
        return None
    return _kind(said) if _is_question(said) else None


def _is_question(said: Wording) -> bool:
    return any(map(_asks, said.sentences)) or bool(phrases.IDEA.search(said.text)) or _complains(said)


def _asks(sentence: str) -> bool:
    """Whether one sentence asks something of others."""
    if not (sentence.endswith("?") or phrases.OPENER.match(sentence) or phrases.REQUEST.search(sentence)):
        return False
    return not (phrases.SMALL_TALK.match(sentence) or phrases.NOT_ASKED.match(sentence))


def _complains(said: Wording) -> bool:
    """Whether somebody tells of a trouble of their own, which asks for help without saying so."""
    text = said.text
    if phrases.REPLY.match(text) or phrases.ADVICE.search(text) or phrases.NOTICE.search(text):
        return False
    if any(map(phrases.TROUBLE.search, said.sentences)):
        return True
    return bool(phrases.FIRST_PERSON.search(text) and phrases.CONTRAST.search(text))


def _kind(said: Wording) -> QuestionKind:
    text = said.text
    if phrases.IDEA.search(text):
        return QuestionKind.IDEA
    if phrases.DO_IT.search(text):
        return QuestionKind.DO_IT_FOR_ME
    if phrases.BROKEN.search(text) and (phrases.REALLY_BROKEN.search(text) or not phrases.OPENER.match(text)):
        return QuestionKind.BROKEN
    return QuestionKind.HOW_TO if phrases.HOW_TO.search(text) else QuestionKind.UNSURE


class Gist(StrEnum):
    """What a message in a thread amounts to."""

    SAYS = "says"
    ASKS = "asks"
    ACK = "ack"
    THANKS = "thanks"
    STILL = "still"


def gist(text: str) -> Gist:
    """What the message amounts to; `Gist.SAYS` may be an answer.

    Who wrote it is not known here: `Gist.THANKS` and `Gist.STILL` mean something only from the asker.
    """
    return gist_of(read(text))


def gist_of(said: Wording) -> Gist:
    """The same of a text that was read."""
    if not said.sentences:
        return Gist.ACK if said.has_signs else Gist.SAYS
    if _says_still(said):
        return Gist.STILL
    parts = [(_part(each), _length(each)) for each in said.sentences]
    if _accepts_help(said, parts):
        return Gist.THANKS
    return _most_said(parts)


def _most_said(parts: Sequence[tuple[Gist, int]]) -> Gist:
    """Content before a question, and that before an acknowledgement; two words beside a question are no content."""
    asks = any(part is Gist.ASKS for part, _ in parts)
    if any(part is Gist.SAYS and not (asks and length <= ASIDE_WORDS) for part, length in parts):
        return Gist.SAYS
    return Gist.ASKS if asks else Gist.ACK


def _length(sentence: str) -> int:
    return len(sentence.split())


def _part(sentence: str) -> Gist:
    """What one sentence adds: content, a question back, or nothing more than an acknowledgement."""
    if phrases.SENDS.match(sentence):
        return Gist.ASKS
    if _is_acknowledgement(sentence):
        return Gist.ACK
    if sentence.endswith("?"):
        return Gist.SAYS if phrases.SUGGESTS.match(sentence) or _leads_with_content(sentence) else Gist.ASKS
    return Gist.ASKS if phrases.OPENER.match(sentence) and not phrases.SUGGESTS.match(sentence) else Gist.SAYS


def _is_acknowledgement(sentence: str) -> bool:
    if "?" in sentence:
        return False
    if not re.search(r"\w", sentence) or phrases.ACK.match(sentence):
        return True
    if _length(sentence) > ACK_WORDS:
        return False
    return bool(phrases.ABOUT_TO.match(sentence) or phrases.NOT_FOR_HELP.search(sentence))


def _leads_with_content(question: str) -> bool:
    """Whether a statement stands before the question: "it is in the docs, did you look?"."""
    first, comma, rest = question.partition(", ")
    if not comma or _length(first) <= ASIDE_WORDS or not phrases.OPENER.match(rest):
        return False
    return not (phrases.OPENER.match(first) or phrases.CONDITION.match(first))


def _says_still(said: Wording) -> bool:
    """Whether the trouble is said to go on; not when the other is asked whether it does."""
    if phrases.DIRECTS.search(said.text) and not phrases.FIRST_PERSON.search(said.text):
        return False
    looked_at = said.sentences if _length(said.text) <= REPLY_WORDS else said.sentences[:1]
    return any(map(_tells_still, looked_at))


def _tells_still(sentence: str) -> bool:
    told = sentence
    if sentence.endswith("?"):
        told, comma, _ = sentence.rpartition(",")
        if not comma or phrases.TO_THE_OTHER.search(told):
            return False
    if phrases.IF.match(told):  # "if it still fails, restart it" is advice
        return False
    return bool(phrases.STILL.search(told)) and not phrases.ACK.match(told)


def _accepts_help(said: Wording, parts: Sequence[tuple[Gist, int]]) -> bool:
    """Whether help is accepted, by thanks or by saying that it worked; polite ends of requests are not."""
    if any(part is Gist.ASKS for part, _ in parts) or _length(said.text) > REPLY_WORDS:
        return False
    accepting = [each for each in said.sentences if _accepts(each)]
    others = [each for each in said.sentences if each not in accepting]
    return bool(accepting) and not any(map(_wants_more, others))


def _accepts(sentence: str) -> bool:
    if not (phrases.THANKS.search(sentence) or phrases.WORKED.search(sentence)):
        return False
    return not (phrases.BUT.search(sentence) or phrases.NOT_FOR_HELP.search(sentence))


def _wants_more(sentence: str) -> bool:
    return bool(phrases.PLEADS.search(sentence) or phrases.TROUBLE.search(sentence) or _asks(sentence))
