"""Shows the offer of a talk, and what reaches the platform team of it; reads the press.

It is for who gave a low score, and made to everybody: else the message would tell who did. The person chooses to be
known, and what goes along. No button carries a score.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from bot.blockkit import Shown, actions, button, clip, context, escape, section
from bot.errors import PayloadMalformed
from bot.model import Json, MessageKind, Purpose
from knowledge.surveys import Survey

PRESS = "results.talk"  # before what goes along
MINUTES = 15
COMMENT_MOST, TITLE_MOST = 500, 120  # characters

TALK = MessageKind(
    "offer to talk",
    Purpose.OWED,
    "the platform channel",
    "a person who answered a survey wants to talk, and chose to be known",
    "once a wave and person",
    "set `talk: no` in the survey's file in the handbook",
)
TALK_TAKEN = MessageKind(
    "talk asked for",
    Purpose.ASKED,
    "the person, only visible to them; as a DM when that fails",
    "a press on one of the offers to talk",
    "once a press",
    "it only answers what you do",
)
KINDS = (TALK, TALK_TAKEN)


class Along(StrEnum):
    """What goes along with the person's name."""

    NOTHING = "nothing"
    SCORE = "score"
    COMMENT = "comment"  # and the score


OFFERS = {
    Along.NOTHING: "Yes, with my name alone",
    Along.SCORE: "… and my score",
    Along.COMMENT: "… my score and comment",
}


@dataclass(frozen=True)
class Given:
    """What the person answered, as long as it can be found."""

    score: str = ""
    comment: str = ""


def talk_offer(survey: Survey, wave_id: str) -> list[Json]:
    """To be shown below the thanks for every answer, whatever it was; nothing where the survey offers no talk."""
    if not survey.is_talk_offered:
        return []
    buttons = [button(words, action_id=f"{PRESS}.{along}", value=wave_id) for along, words in OFFERS.items()]
    text = f"Would you like to talk about it, {MINUTES} minutes with somebody of the platform team?"
    why = (
        "Everybody who answers is asked this. Only if you press do they learn who you are, and only what you choose "
        "goes along. Otherwise nothing is sent."
    )
    return [section(text), actions("results.talk", buttons), context(why)]


def read_press(action_id: str) -> Along:
    """Raises PayloadMalformed for an id that is none of ours."""
    begin, _, along = action_id.rpartition(".")
    if begin != PRESS or along not in set(Along):
        raise PayloadMalformed(f"no offer of ours: {action_id[:40]}")
    return Along(along)


def wanted(name: str, survey: Survey, given: Given | None, along: Along) -> Shown:
    """What the platform team reads."""
    text = f"*{escape(name)}* would like to talk, {MINUTES} minutes, about *{escape(clip(survey.title, TITLE_MOST))}*."
    lines = [text]
    if given is not None and along is not Along.NOTHING and given.score:
        lines.append(f"Score: {escape(given.score)}")
    if given is not None and along is Along.COMMENT and given.comment:
        lines.append(f"> {escape(clip(' '.join(given.comment.split()), COMMENT_MOST))}")
    foot = "They chose to be known, and what stands here. Whoever takes it writes to them; nothing else is sent."
    shown = "\n".join(lines)
    return Shown(shown, (section(shown), context(foot)))


def taken(given: Given | None, along: Along) -> Shown:
    """What the person reads: what was posted of them, and what happens next."""
    sent = ["your name", *(words for words, is_sent in _sent(given, along) if is_sent)]
    listed = f"{', '.join(sent[:-1])} and {sent[-1]}" if len(sent) > 1 else sent[0]
    text = (
        f"Posted to the platform team's channel: {listed}. Whoever takes it writes to you; `human` gets you a person."
    )
    if along is not Along.NOTHING and given is None:
        text += " Your answer could not be found any more, so nothing else went along."
    return said(text)


def _sent(given: Given | None, along: Along) -> Iterator[tuple[str, bool]]:
    found = given or Given()
    yield "your score", along is not Along.NOTHING and bool(found.score)
    yield "your comment", along is Along.COMMENT and bool(found.comment)


def taken_before() -> Shown:
    """What the person reads who presses once more."""
    return said(
        "The platform team's channel has your wish already, with what you chose then; nothing more was sent. Whoever "
        "takes it writes to you."
    )


def said(text: str) -> Shown:
    return Shown(text, (section(text),))
