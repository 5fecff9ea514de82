"""Shows thanks: to who gave them what happens now, and to who gets them the month's, gathered. Reads what comes back.

Words of a giver stand as a quotation beside their name, after `bot.listening.safe_words`. No numbers, and no order but
that of time.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.blockkit import Shown, actions, button, clip, context, escape, section
from bot.errors import PayloadMalformed
from bot.listening.rules import BROUGHT_EVERY, GIVEN_MOST
from bot.model import Json, MessageKind, Purpose

BACK, LESS, AGAIN, PUBLIC, PRIVATE = (f"listening.thanks.{each}" for each in ("back", "less", "again", "open", "alone"))
CHOICES = {BACK: "back", LESS: "less", AGAIN: "again", PUBLIC: "public", PRIVATE: "private"}
MINE = "mine"  # the value of buttons that are about the person and not about one thanks
NAME_MOST = 120

_WANTED = re.compile(r"\s*<@([UW][A-Z0-9]{2,20})(?:\|[^<>]*)?>[\s,:.!-]*(?:for\b)?\s*(.*)", re.DOTALL | re.IGNORECASE)

TAKEN = MessageKind(
    "thanks taken",
    Purpose.ASKED,
    "the person who thanks somebody, only visible to them; as a DM when that fails",
    "`thanks @person`; a press on a button about thanks",
    "once a time",
    "it only answers what you do",
)
BROUGHT = MessageKind(
    "thanks",
    Purpose.UNASKED,
    "the person who was thanked, as a DM in their own hours; nobody who is left out or wants none",
    "colleagues thanked them by `thanks @person`; all of a month in one message",
    "once in 30 days, within the budget of unasked messages",
    "*Less of this* in it: no thanks from then on",
)
KINDS = (TAKEN, BROUGHT)

USAGE = "Whom? `thanks @person for …`: pick the person from Slack's list, so that I know whom you mean."
NOT_THEM = "I pass thanks on to members of this company only: no bots, guests, or people who have left."
YOURSELF = "That is you. Well done, all the same."
LEFT_OUT = "You asked to be named nowhere, so I cannot pass thanks on in your name. `settings` changes that."
BROKEN = "That was not saved: something broke on my side, and my operators see it. Please try again."
TAKEN_BACK = "Taken back, unless I had delivered it already: then it stays in their messages."
NOW_NONE = "Done: I bring you no thanks and no questions about stories from here on. Thanks that waited are gone."
NOW_AGAIN = "Done: I bring you thanks again, one message in 30 days at most, and ask you about stories."
NOW_PUBLIC = (
    "Noted: thanks from you and to you may be shown with both names, where the other person agreed too. "
    "Words are never shown."
)
NOW_PRIVATE = "Noted: thanks from you and to you stay between the two of you."


@dataclass(frozen=True)
class Given:
    """One thanks as who gets it sees it; `words` are safe, and may be ""."""

    name: str
    words: str = ""


def read_wanted(text: str) -> tuple[str, str] | None:
    """The Slack id of who is thanked, and what for; None where nobody is mentioned first."""
    found = _WANTED.fullmatch(text)
    return (found[1], found[2].strip()) if found else None


def taken(thanks_id: str, *, is_public: bool) -> Shown:
    """The same whether they take thanks or not: that is theirs to know."""
    days = BROUGHT_EVERY.days
    text = "Thank you for saying so."
    how = (
        f"If they take thanks, I bring it to them in private with your name and words, gathered into one message in "
        f"{days} days at most. From you I bring at most one to the same person and {GIVEN_MOST} in all, in {days} days."
    )
    back = button("Take it back", action_id=BACK, value=thanks_id)
    return Shown(text, (section(text), context(how), actions("listening.thanks", [back, _public(is_public=is_public)])))


def brought(given: Sequence[Given], *, is_public: bool) -> Shown:
    """All of a month, in the order in which they were given."""
    head = "*Thanks from colleagues*" if len(given) > 1 else "*Thanks from a colleague*"
    lines = [_line(each) for each in given]
    why = "Only you see this. It comes once in 30 days at most; nobody is counted or ranked by it."
    less = button("Less of this", action_id=LESS, value=MINE)
    row = actions("listening.thanks", [less, _public(is_public=is_public)])
    text = "\n".join([head, *lines])
    return Shown(text, (section(text), context(why), row))


def _line(given: Given) -> str:
    name = escape(clip(" ".join(given.name.split()), NAME_MOST))
    words = f": “{escape(given.words)}”" if given.words else ""
    return f"> {name}{words}"


def _public(*, is_public: bool) -> Json:
    if is_public:
        return button("Keep it between us", action_id=PRIVATE, value=MINE)
    return button("Others may see it, if both agree", action_id=PUBLIC, value=MINE)


def none_any_more() -> Shown:
    again = [button("Bring them to me again", action_id=AGAIN, value=MINE)]
    return Shown(NOW_NONE, (section(NOW_NONE), actions("listening.thanks", again)))


def said(text: str) -> Shown:
    return Shown(text, (section(text),))


def read_choice(action_id: str) -> str:
    """Raises PayloadMalformed for an id that is none of ours."""
    if action_id not in CHOICES:
        raise PayloadMalformed(f"no button of ours: {action_id[:40]}")
    return CHOICES[action_id]
