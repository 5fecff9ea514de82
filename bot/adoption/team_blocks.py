"""What people say for their team, and are asked for it: that it stops, why not, who told it. Shown and read. Pure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.adoption.reasons import IN_WORDS
from bot.adoption.rules import in_words
from bot.blockkit import Shown, actions, button, clip, context, escape, header, section
from bot.errors import PayloadMalformed
from bot.model import Json, MessageKind, Purpose
from knowledge.capabilities import Capability, Status

PREFIX, THANK = "adoption.team.", "adoption.thank."
STOP, UNDO = "stop", "undo"
WHY, PULL = "why.", "pull."
PEER, PLATFORM, OTHER = "peer", "platform", "other"
TOLD: Mapping[str, str] = {PEER: "A colleague", PLATFORM: "The platform team", OTHER: "I found it myself"}
CHOICES = (STOP, UNDO, *(f"{WHY}{each}" for each in IN_WORDS), *(f"{PULL}{each}" for each in TOLD))
LESS = "surveys.never"  # who hears it are the surveys: who wants none is asked no such question either
HOME_MOST, NAME_MOST = 10, 75

SPOKEN = MessageKind(
    "said for a team",
    Purpose.ASKED,
    "the person who pressed, as a DM",
    "*Stop* beside something their team uses, in App Home; a press on a reason why not, or on who told them",
    "once a press",
    "it only answers what you do",
)
WHY_NOT = MessageKind(
    "why not us?",
    Purpose.UNASKED,
    "one person of a team, as a DM in their own working hours; nobody who is left out or wants no surveys",
    "their team may use something that was offered to it for 30 days or more, and does not",
    "once in 30 days a team, about the same once in 180; within the budget of unasked messages",
    "*Less of this* in it: no surveys and no such questions from then on",
)
WHO_TOLD = MessageKind(
    "who told you?",
    Purpose.ASKED,
    "the person who asked for an action, in the thread of its message",
    "by it their team used something for the first time, by choice",
    "once a team and capability",
    "it belongs to what you asked for; leave it and it is not asked again",
)
WHO_TOLD_DM = MessageKind(
    "who told you? by itself",
    Purpose.UNASKED,
    "the person of whom a system told that they used something, as a DM in their own working hours",
    "their team used it for the first time, by choice, and they asked me for nothing that it could stand under",
    "once a team and capability, within the budget of unasked messages",
    "*Less of this* in it: no surveys and no such questions from then on",
)
KINDS = (SPOKEN, WHY_NOT, WHO_TOLD, WHO_TOLD_DM)

TITLE = "What your teams use"
GONE = "This is not in the handbook any more, so there is nothing to say about it."
NOT_FREE = "This is not optional, so a press cannot end it. Please tell the platform team why you want to stop."
TAKEN_BACK = "Taken back, as far as it was said today."
REASON_TAKEN = "Noted, as your team's reason: {reason}. Thank you. The platform team sees how many teams said so."
PULL_TAKEN = "Noted. Thank you."
BROKEN = "That was not saved: something broke on my side, and my operators see it. Please press again."
KEPT = "It counts for your team; that it was you is not kept."


@dataclass(frozen=True)
class Subject:
    capability: str
    team: str

    def __str__(self) -> str:
        return json.dumps([self.capability, self.team])


@dataclass(frozen=True)
class InUse:
    """Something that a team uses, or is a volunteer for."""

    capability: Capability
    team: str
    is_used: bool


def read_subject(value: str) -> Subject:
    """Raises PayloadMalformed."""
    try:
        found = json.loads(value)
    except (ValueError, RecursionError) as error:
        raise PayloadMalformed("nothing about a team") from error
    if not isinstance(found, list) or len(found) != 2 or not all(isinstance(each, str) for each in found):
        raise PayloadMalformed("nothing about a team")
    return Subject(*found)


def read_press(action_id: str, value: str) -> str:
    """What was said. Raises PayloadMalformed."""
    choice = action_id.removeprefix(PREFIX)
    if choice not in CHOICES:
        raise PayloadMalformed("nothing that is said for a team")
    read_subject(value)
    return choice


def home_part(used: Sequence[InUse]) -> list[Json]:
    """Nothing where there is nothing."""
    if not used:
        return []
    shown = [_in_use(each) for each in used[:HOME_MOST]]
    more = len(used) - HOME_MOST
    foot = "*Stop* says that your team does not use it any more. One press is enough, and needs no reason."
    said = f"{foot} And {more} more." if more > 0 else foot
    return [header(TITLE), *shown, context(said)]


def _in_use(each: InUse) -> Json:
    how = "uses it" if each.is_used else "volunteered for it"
    pilot = ", a pilot" if each.capability.status is Status.PILOT else ""
    text = f"*{_name(each.capability.title)}*{pilot}: {_name(each.team)} {how}"
    stop = button("Stop", action_id=f"{PREFIX}{STOP}", value=str(Subject(each.capability.id, each.team)))
    return section(text, accessory=stop)


def stopped(title: str, subject: Subject) -> Shown:
    text = f"Noted: *{_name(subject.team)}* does not use *{_name(title)}* any more. Nothing else happens."
    why = "If you like, say why. " + KEPT
    undo = button("Undo", action_id=f"{PREFIX}{UNDO}", value=str(subject))
    return Shown(text, (section(text), context(why), _reasons(subject), actions("adoption.undo", [undo])))


def why_not(capability: Capability, subject: Subject) -> Shown:
    since = in_words(capability.since)
    text = (
        f"*{_name(capability.title)}* has been offered to *{_name(subject.team)}* since {since}, and the team does not "
        "use it. That is fine. Why not? One press tells the platform team what to improve."
    )
    less = button("Less of this", action_id=LESS, value="why-not")
    return Shown(text, (section(text), _reasons(subject), context(KEPT), actions("adoption.less", [less])))


def _reasons(subject: Subject) -> Json:
    row = [
        button(words[0].upper() + words[1:], action_id=f"{PREFIX}{WHY}{reason}", value=str(subject))
        for reason, words in IN_WORDS.items()
    ]
    return actions("adoption.why", row)


def who_told(title: str, subject: Subject, *, is_unasked: bool) -> Shown:
    text = f"*{_name(subject.team)}* uses *{_name(title)}* for the first time. If you like: who told you of it?"
    row = [button(words, action_id=f"{PREFIX}{PULL}{who}", value=str(subject)) for who, words in TOLD.items()]
    row += [button("Less of this", action_id=LESS, value="who-told")] if is_unasked else []
    return Shown(text, (section(text), actions("adoption.pull", row), context(KEPT)))


def told_by_peer(subject: Subject) -> Shown:
    """With a way to thank them: they are named only if the person names them, and get it only if they take thanks."""
    text = f"{PULL_TAKEN} Would you like to thank them? I pass it on in private, if they take thanks."
    people = {
        "type": "users_select",
        "action_id": f"{THANK}{subject.capability}",
        "placeholder": {"type": "plain_text", "text": "Thank somebody"},
    }
    return Shown(text, (section(text), actions("adoption.thank", [people])))


def read_thanked(action_id: str) -> str:
    """The capability that it is about."""
    return action_id.removeprefix(THANK)


def said(text: str) -> Shown:
    return Shown(escape(text), (section(escape(text)),))


def _name(text: str) -> str:
    return clip(escape(text), NAME_MOST)
