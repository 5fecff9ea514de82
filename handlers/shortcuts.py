"""The registry of shortcuts, in a message's menu and in Slack's own: the routing and the manifest read it."""

from dataclasses import dataclass
from enum import StrEnum

from bot.errors import PayloadMalformed
from bot.wanted import Kind


class Place(StrEnum):
    """Where people find it, in Slack's words."""

    MESSAGE = "message"
    EVERYWHERE = "global"


@dataclass(frozen=True)
class Shortcut:
    """`id` is Slack's callback id; its prefix is the pillar that takes it."""

    id: str
    name: str  # at most 24 characters, Slack's limit
    summary: str
    place: Place
    kind: Kind


ASK = Shortcut(
    "answers.ask",
    "Answer from the handbook",
    "What the handbook says to this message, for you alone",
    Place.MESSAGE,
    Kind.ANSWER,
)
PERSON = Shortcut("answers.person", "Get a person", "Who is on duty, and how to page", Place.EVERYWHERE, Kind.HAND_OVER)
SAVE = Shortcut(
    "curation.save",
    "Save as knowledge",
    "A draft article from this thread, which you see first",
    Place.MESSAGE,
    Kind.SAVE,
)
RUN = Shortcut(
    "actions.run",
    "Run a platform action",
    "What you can do yourself, each with its form",
    Place.EVERYWHERE,
    Kind.ACTIONS,
)
MARK = Shortcut(
    "peers.mark",
    "Mark as the answer",
    "This reply solved it: says who asked, or the platform team",
    Place.MESSAGE,
    Kind.MARK_ANSWER,
)
FRICTION = Shortcut(
    "listening.friction.log",
    "Log as friction",
    "What was hard, with its stage, for the platform team",
    Place.MESSAGE,
    Kind.LOG_FRICTION,
)
STORY = Shortcut(
    "listening.story.save",
    "Save as success story",
    "What went well, for the handbook, with everybody's consent",
    Place.MESSAGE,
    Kind.TELL_STORY,
)
SHORTCUTS = (ASK, MARK, SAVE, FRICTION, STORY, RUN, PERSON)
_BY_ID = {shortcut.id: shortcut for shortcut in SHORTCUTS}


def of(callback_id: str, place: Place) -> Shortcut:
    """Raises PayloadMalformed for one that is none of ours, or stands elsewhere."""
    shortcut = _BY_ID.get(callback_id)
    if shortcut is None or shortcut.place is not place:
        raise PayloadMalformed(f"no shortcut of ours: {callback_id[:40]}")
    return shortcut
