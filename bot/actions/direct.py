"""Doing an action at once, beside Git: what is run, what became of it, and the Protocol of those who run it.

Who may run it, and that it is counted as push debt, is decided elsewhere. How often it is tried is the work's matter.
"""

import json
import re
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from bot.actions.allowed import CalledBackend
from bot.blockkit import clip
from bot.clock import Clock
from bot.config import Settings
from bot.text_secrets import without_secrets
from knowledge.actions import Json, Lambda, StepFunction, Webhook

LONGEST_SAID = 500  # characters of what others say that people see
LONGEST_READ = 4_000  # of which as many are looked through for secrets
UNCLEAR_S = 15.0  # after a lost reply, before it is looked up: whatever was begun has been written down by then
_ID = re.compile(r"[A-Za-z0-9_-]{1,80}")  # what Step Functions take as a name
_REQUESTER = re.compile(r"[A-Za-z0-9_+=,.@-]{2,64}")  # what STS takes as a session's name


@dataclass(frozen=True)
class Run:
    """One request, to be done once. `requester` is a pseudonym or a Git account: AWS's logs keep it.

    `action` is the entry's id; `input` is the backend's, filled with what was asked. Raises ValueError for an id or a
    requester that AWS would not take as a name.
    """

    request_id: str
    action: str
    requester: str
    backend: CalledBackend
    input: Json = None

    def __post_init__(self) -> None:
        if not _ID.fullmatch(self.request_id):
            raise ValueError(f"{self.request_id!r} cannot name an execution: 1 to 80 letters, digits, - or _")
        if not fits_session(self.requester):
            raise ValueError(f"{self.requester!r} cannot name a session: 2 to 64 letters, digits or _+=,.@-")


@dataclass(frozen=True)
class Running:
    """It began. `execution` names it at the backend."""

    execution: str


@dataclass(frozen=True)
class Done:
    """It ended well. `said` is the backend's word, safe to show once escaped; `url` may be ""."""

    execution: str
    said: str
    url: str


@dataclass(frozen=True)
class Failed:
    """It ended badly. Trying it again would be another request."""

    execution: str
    said: str


@dataclass(frozen=True)
class NotStarted:
    """Nothing says that it began."""


Outcome: TypeAlias = Running | Done | Failed | NotStarted


class DirectBackend(Protocol):
    """Raises DirectRefused when it is not allowed, else DirectFailed when it is to be tried again; neither holds a
    secret. Each call ends within a work's lease.
    """

    async def start(self, run: Run) -> Outcome:
        """Starts it, or adopts what an earlier try started. Called again after any failure, nothing is started twice,
        by what each backend promises in docs/direct.md.
        """

    async def look_up(self, run: Run) -> Outcome:
        """What became of it. Starts nothing."""


def backend_for(backend: CalledBackend, settings: Settings, clock: Clock) -> DirectBackend:
    """Who runs such an entry. Its libraries are loaded when they are first used."""
    from bot.actions.functions import Functions
    from bot.actions.machines import Machines
    from bot.actions.webhook import Webhooks

    match backend:
        case StepFunction():
            return Machines(settings.direct)
        case Lambda():
            return Functions(settings.direct, clock)
        case Webhook():
            return Webhooks(settings.direct, clock)


def fits_session(requester: str) -> bool:
    """Whether AWS would take it as a session's name."""
    return _REQUESTER.fullmatch(requester) is not None


def as_text(value: Json) -> str:
    """JSON that is the same for the same value, letter by letter."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def told(text: str) -> str:
    """What a backend said, for people: one line, short, without what looks like a secret."""
    safe = without_secrets(text[:LONGEST_READ])
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in safe).split())
    return clip(line, LONGEST_SAID)


def words_of(output: str) -> str:
    """What a backend gave back, for people: a text without its quotes, anything else as its JSON."""
    try:
        value = json.loads(output)
    except (ValueError, RecursionError):
        value = output
    return told(value if isinstance(value, str) else output)
