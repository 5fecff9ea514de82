"""What is kept of talks: draws, who was drawn, notes; and notes as evidence that a bet can cite. Pure."""

from dataclasses import dataclass
from datetime import datetime

DRAWN, INVITED, SKIPPED, ACCEPTED, DECLINED = "drawn", "invited", "skipped", "accepted", "declined"
SHOWN, KEPT, DROPPED = "shown", "kept", "dropped"
EVIDENCE = "talk:"  # before the id of notes


@dataclass(frozen=True)
class Draw:
    """`frame` is how many people could be drawn."""

    id: str
    seed: str
    frame: int
    drawn_at: datetime


@dataclass(frozen=True)
class Talk:
    """One who was drawn. `team` is "" where it would name them; `interviewer` is who invited them."""

    id: str
    draw_id: str
    place: int
    person: str
    team: str
    state: str = DRAWN
    interviewer: str | None = None
    invited_at: datetime | None = None
    said_at: datetime | None = None


@dataclass(frozen=True)
class Notes:
    """`words` is None once they were dropped."""

    id: str
    talk_id: str
    person: str
    team: str
    words: str | None
    is_named: bool
    state: str
    written_at: datetime
    settled_at: datetime | None = None


@dataclass(frozen=True)
class TalkEvidence:
    """Notes as others may cite them: `id` with its `talk:`, `person` the pseudonym of who let their name stand."""

    id: str
    team: str
    words: str
    kept_at: datetime
    person: str = ""
