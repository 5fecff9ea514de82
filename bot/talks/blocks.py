"""Shows whom chance drew for a talk, to the platform team; and the invitation, to the person. Reads the presses.

Until somebody says yes the platform team sees a team at most, and afterwards only who invited them sees who it is.
Whoever says no is not told apart from whoever says nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.blockkit import Shown, actions, button, clip, context, escape, section
from bot.errors import PayloadMalformed
from bot.model import Json, MessageKind, Purpose
from bot.talk_row import ACCEPTED, DRAWN, SKIPPED, Draw, Talk, TalkEvidence
from bot.talks.rules import AGAIN_AFTER, MINUTES, day_in_words, is_over

PREFIX = "talks."
INVITE, DRAW, YES, NO, LESS, AGAIN, WRITE = (
    f"{PREFIX}{each}" for each in ("invite", "draw", "yes", "no", "less", "again", "write")
)
CHOICES = {INVITE: "invite", DRAW: "draw", YES: "yes", NO: "no", LESS: "less", AGAIN: "again"}
EVIDENCE_MOST, WORDS_SHOWN = 5, 300  # notes, and characters of each
NAME_MOST, TEAM_MOST = 120, 80

TALKS = MessageKind(
    "talks",
    Purpose.ASKED,
    "the person of the platform team who asked, only visible to them; as a DM when that fails",
    "`talk`, by the command or to the bot; a press beside somebody who was drawn",
    "once a request or press",
    "it only answers what you do",
)
INVITED = MessageKind(
    "invitation to a talk",
    Purpose.UNASKED,
    "a person whom chance drew and somebody of the platform team invited, as a DM in their own hours",
    "`talk`, and *Invite*; never to guests, bots, or who is away, left out or wants no surveys",
    "once in six months, within the budget of unasked messages",
    "*No thanks* in it: not for six months; *Less of this*: not again",
)
AGREED = MessageKind(
    "talk agreed",
    Purpose.OWED,
    "who of the platform team invited the person, as a DM",
    "the person said yes, or that they cannot after all",
    "once a talk, and once if it is off",
    "it tells what came of what you did",
)
KINDS = (TALKS, INVITED, AGREED)

NOT_TAKEN = "That was not saved: something broke on my side, and my operators see it. Please press again."
NOT_YOURS = "Only the person who was invited can say this."
ENDED = "This invitation has ended, so this changes nothing."
GONE = "This draw has ended. `talk` shows the current one."
INVITED_BEFORE = "They were invited already."
NOBODY = (
    "Nobody can be invited now: everybody was sent something unasked in the last four weeks, was invited in the last "
    "six months, is away, or wants no invitations."
)


@dataclass(frozen=True)
class Due:
    """A talk that the reader is to have or to write up."""

    talk_id: str
    name: str
    team: str


@dataclass(frozen=True)
class State:
    """What the reader sees of talks. `drawn` are of the newest draw."""

    draw: Draw | None
    drawn: Sequence[Talk]
    mine: Sequence[Due] = ()
    evidence: Sequence[tuple[TalkEvidence, str]] = ()  # with the name that may stand beside it, or ""
    may_draw: bool = False
    is_nobody_left: bool = False  # for the draw that is due


def overview(state: State, *, now: datetime, timezone: str) -> Shown:
    blocks = [*_drawn(state, now=now, timezone=timezone), *_mine(state.mine), *_evidence(state.evidence, timezone)]
    head = "Talks: whom chance drew, yours to write up, and notes that people approved."
    return Shown(head, tuple(blocks))


def _drawn(state: State, *, now: datetime, timezone: str) -> list[Json]:
    if state.draw is None or not state.drawn:
        return [section(f"*Whom to invite to a talk*\n{NOBODY}")]
    head = (
        f"*Whom to invite to a talk* of {MINUTES} minutes\n"
        f"Drawn by chance on {_day(state.draw.drawn_at, timezone)} from {state.draw.frame} people who can be asked."
    )
    how = (
        "People who never asked, and teams that use nothing by choice yet, come first; who is which is not "
        "shown. A team is not named where so few could be drawn that you could tell who it is."
    )
    rows = [_row(each, now=now, timezone=timezone) for each in state.drawn]
    more = [button("Draw others", action_id=DRAW, value=state.draw.id)] if state.may_draw else []
    after = [section(NOBODY)] if state.is_nobody_left else [actions("talks.draw", more)] if more else []
    return [section(head), *rows, *after, context(how)]


def _row(talk: Talk, *, now: datetime, timezone: str) -> Json:
    who = (
        f"Somebody from *{escape(clip(talk.team, TEAM_MOST))}*"
        if talk.team
        else "Somebody from a smaller team, or from none"
    )
    line = f"{talk.place}. {who}"
    if talk.state == DRAWN:
        return section(line, accessory=button("Invite", action_id=INVITE, value=talk.id))
    return section(f"{line}: {_state(talk, now=now, timezone=timezone)}")


def _state(talk: Talk, *, now: datetime, timezone: str) -> str:
    if talk.state == ACCEPTED:
        return "said yes; the colleague who invited them knows who it is"
    if talk.state == SKIPPED:
        return "could not be asked: they are away, or were sent something else meanwhile"
    if is_over(talk.invited_at, now=now):
        return "no talk came of it"
    return f"invited on {_day(talk.invited_at, timezone)}" if talk.invited_at else "invited"


def _mine(mine: Sequence[Due]) -> list[Json]:
    if not mine:
        return []
    head = section("*Yours*: write what you heard, and they decide whether it is kept.")
    return [head, *(section(_who(each), accessory=write_button(each.talk_id)) for each in mine[:10])]


def _who(due: Due) -> str:
    team = f", {escape(clip(due.team, TEAM_MOST))}" if due.team else ""
    return f"{escape(clip(due.name, NAME_MOST)) or 'Somebody who was erased'}{team}"


def write_button(talk_id: str) -> Json:
    return button("Write notes", action_id=WRITE, value=talk_id)


def _evidence(evidence: Sequence[tuple[TalkEvidence, str]], timezone: str) -> list[Json]:
    if not evidence:
        return []
    lines = [_told(notes, name, timezone) for notes, name in evidence[:EVIDENCE_MOST]]
    return [section("*What people agreed to share*, to cite in a bet:"), *map(section, lines)]


def _told(notes: TalkEvidence, name: str, timezone: str) -> str:
    of = ", ".join(escape(clip(each, NAME_MOST)) for each in (name, notes.team) if each) or "somebody"
    words = escape(clip(" ".join(notes.words.split()), WORDS_SHOWN))
    return f"`{escape(notes.id)}` · {of}, {_day(notes.kept_at, timezone)}\n> {words}"


def _day(at: datetime, timezone: str) -> str:
    return day_in_words(at.astimezone(ZoneInfo(timezone)).date())


# The invitation.


def invitation(name: str, talk_id: str) -> Shown:
    who = escape(clip(name, NAME_MOST)) or "Somebody"
    text = (
        f"{who} of the platform team would like to hear how you build and run things, and what gets in your way: "
        f"{MINUTES} minutes, whenever it suits you. Would you?"
    )
    why = (
        "Chance drew you. Until you say yes nobody learns that it was you; a no looks the same as no answer. You see "
        "what is noted of the talk first, and decide whether it is kept."
    )
    row = [
        button("Yes, gladly", action_id=YES, value=talk_id, style="primary"),
        button("No thanks", action_id=NO, value=talk_id),
        button("Less of this", action_id=LESS, value=talk_id),
    ]
    return Shown(text, (section(text), context(why), actions("talks.answer", row)))


def said_yes(name: str, talk_id: str) -> Shown:
    who = escape(clip(name, NAME_MOST)) or "Whoever invited you"
    text = f"Thank you. {who} knows now, and writes to you to find a time."
    off = [button("I cannot after all", action_id=NO, value=talk_id)]
    return Shown(text, (section(text), actions("talks.answer", off)))


def said_no(until: datetime, timezone: str) -> Shown:
    day = _day(until, timezone)
    return said(f"All right. Nobody is told, and you are not invited to a talk before {day}.")


def said_off(name: str, until: datetime, timezone: str) -> Shown:
    """The same after a yes."""
    return said(f"All right. {_is_told(name)}, and you are not invited before {_day(until, timezone)}.")


def said_less(talk_id: str) -> Shown:
    return _for_good("All right. You are not invited to talks any more. Nobody is told.", talk_id)


def said_off_for_good(name: str, talk_id: str) -> Shown:
    """The same after a yes."""
    return _for_good(f"All right. {_is_told(name)}, and you are not invited to talks any more.", talk_id)


def _is_told(name: str) -> str:
    return f"{escape(clip(name, NAME_MOST)) or 'Whoever invited you'} is told that you cannot"


def _for_good(text: str, talk_id: str) -> Shown:
    again = [button("Invite me again some day", action_id=AGAIN, value=talk_id)]
    return Shown(text, (section(text), actions("talks.answer", again)))


def said_again() -> Shown:
    return said(
        f"Noted. You may be drawn again, {AGAIN_AFTER.days // 30} months after the last invitation at the soonest."
    )


def agreed(due: Due) -> Shown:
    text = f"*{_who(due)}* would talk with you, {MINUTES} minutes."
    ways = (
        "To find a time, either write to them here in Slack with two or three times that suit you, or send an "
        "invitation from your calendar. Say in it that another time is fine too. I book nothing."
    )
    after = "Afterwards write down what you heard. They see it first and decide whether it is kept."
    row = actions("talks.write", [write_button(due.talk_id)])
    return Shown(text, (section(text), section(ways), context(after), row))


def off(name: str) -> Shown:
    return said(f"{escape(clip(name, NAME_MOST)) or 'Somebody'} cannot talk after all. There is nothing for you to do.")


def said(text: str) -> Shown:
    return Shown(text, (section(text),))


def read_choice(action_id: str) -> str:
    """Raises PayloadMalformed for an id that is none of ours."""
    if action_id not in CHOICES:
        raise PayloadMalformed(f"no button of ours: {action_id[:40]}")
    return CHOICES[action_id]
