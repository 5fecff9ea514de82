"""The button that drafts a bet from what people said, for wherever that is shown. Pure.

It stands beside gaps, themes of friction and themes of surveys, which are other pillars'. What a press does is
`bot.discovery`'s.
"""

import re
from enum import StrEnum

from bot.blockkit import button
from bot.errors import PayloadMalformed
from bot.model import Json

PREFIX = "discovery.draft."
LABEL = "Draft a bet"
_ID = re.compile(r"[A-Za-z0-9_-]{1,40}", re.ASCII)


class Source(StrEnum):
    """What a bet can be drafted from, by what `knowledge.bets` calls such evidence."""

    GAP = "gap"
    FRICTION = "friction-theme"
    PULSE = "pulse-theme"


def draft_a_bet(source: Source, id_: str) -> Json:
    return button(LABEL, action_id=f"{PREFIX}{source}", value=id_)


def subject_of(source: Source, id_: str) -> str:
    """Under which the proposal of such a bet is found again, whoever pressed."""
    return f"bet:{source.name.lower()}:{id_}"


def read_draft(action_id: str, value: str) -> tuple[Source, str]:
    """From what, and its id. Raises PayloadMalformed for what is none of ours."""
    source = action_id.removeprefix(PREFIX)
    if not action_id.startswith(PREFIX) or source not in set(Source) or not _ID.fullmatch(value):
        raise PayloadMalformed(f"no bet to draft: {action_id[:40]}")
    return Source(source), value
