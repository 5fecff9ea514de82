"""The audit chain's arithmetic: what a row may say, how it is sealed, and which row of a chain is the first wrong one.

Pure. Where rows are kept and added is `bot.audit`'s and `bot.storage.audit`'s.
"""

import hmac
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.config import SHORTEST_AUDIT_KEY

BEFORE_ALL = "0" * 64  # the seal that the first row stands on
SHORTEST_PREFIX = 12  # of a seal, to name a row by
SHOWN = 16  # characters of a seal that people see
FACTS_MOST = 4000  # characters
DEEPEST = 4
NUMBER_MOST = 2**53
# Ids, states, digests, dates and numbers; no white space, so no sentence, and no @ or /, so no address and no path.
CODE = re.compile(r"[a-z0-9~](?:[a-z0-9._:~-]{0,78}[a-z0-9])?", re.ASCII)
CHANNEL = re.compile(r"[CG][A-Z0-9]{2,38}", re.ASCII)  # not a person's, nor a direct message's: these can be erased
MOMENT = re.compile(r"\d{4}-(?:\d\d-\d\dT[0-9:.]{5,15}(?:Z|[+-]\d\d:\d\d)|W\d\d)", re.ASCII)
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
ACT = re.compile(r"[a-z][a-z_]*(?:\.[a-z_]+)*", re.ASCII)


@dataclass(frozen=True)
class Entry:
    """A row as it is kept. `facts` is JSON exactly as sealed; `key` is the sealing key's fingerprint."""

    number: int
    at: datetime
    act: str
    person: str | None  # None: the bot itself
    subject: str
    facts: str
    key: str
    seal: str


@dataclass(frozen=True)
class Head:
    """The end of a chain; of one without rows its number is 0."""

    number: int = 0
    seal: str = BEFORE_ALL
    key: str = ""  # of the row

    def __str__(self) -> str:
        return f"{self.number}:{self.seal}"

    @property
    def short(self) -> str:
        """As people see it; enough to be checked against."""
        return f"{self.number}:{self.seal[:SHOWN]}"


@dataclass(frozen=True)
class Wrong:
    """The first row that is not as it was written, and why we say so."""

    number: int
    why: str


class Key:
    """What seals are made with; never shown, only its fingerprint is."""

    def __init__(self, value: str) -> None:
        """Raises ValueError for one that is too short."""
        if len(value) < SHORTEST_AUDIT_KEY:
            raise ValueError(f"has {len(value)} characters; at least {SHORTEST_AUDIT_KEY} are needed")
        self._value = value.encode()
        self.fingerprint = hmac.digest(self._value, b"fingerprint", "sha256").hex()[:16]

    def derive(self, purpose: str) -> bytes:
        """Another key of 32 bytes, for this purpose alone: it tells nothing of this one, nor of those of others."""
        return hmac.digest(self._value, f"derive {purpose}".encode(), "sha256")

    def seal(self, previous: str, entry: Entry) -> str:
        """Of all the row says, and of every row before it by the seal of the last one."""
        said = [entry.number, _moment(entry.at), entry.act, entry.person, entry.subject, entry.facts]
        canonical = json.dumps(said, separators=(",", ":"), default=repr)
        return hmac.digest(self._value, f"{previous}\n{canonical}".encode(), "sha256").hex()


def _moment(at: datetime) -> str:
    """The same on both databases, whatever zone it was said in."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def next_entry(
    head: Head, key: Key, *, at: datetime, act: str, person: str | None, subject: str, facts: Mapping[str, object]
) -> Entry:
    """The row after the head, sealed. Raises ValueError for what must not be kept for good."""
    if len(act) > 40 or not ACT.fullmatch(act):
        raise ValueError(f"act {act!r}: write dotted lower-case words, such as request.approved")
    if person is not None and (len(person) > 40 or not CODE.fullmatch(person)):
        raise ValueError(f"person of {act}: write the pseudonym, never a Slack id or a name")
    if len(subject) > 80 or not _is_code(subject):
        raise ValueError(f"subject of {act}: write an id of at most 80 characters")
    entry = Entry(head.number + 1, at, act, person, subject, facts_text(facts), key.fingerprint, "")
    return Entry(**{**vars(entry), "seal": key.seal(head.seal, entry)})


def facts_text(facts: Mapping[str, object]) -> str:
    """As it is kept and sealed. Raises ValueError, without the value, for anything but codes, numbers and yes or no."""
    _check(facts, "facts", DEEPEST)
    text = json.dumps(facts, sort_keys=True, separators=(",", ":"))
    if len(text) > FACTS_MOST:
        raise ValueError(f"facts: {len(text)} characters, at most {FACTS_MOST} are kept; write a digest instead")
    return text


def _check(value: object, where: str, depth: int) -> None:
    match value:
        case Mapping() if depth:
            for name, below in value.items():
                if not (isinstance(name, str) and NAME.fullmatch(name)):
                    raise ValueError(f"{where}: holds a name that is none of the code's; write lower-case words")
                _check(below, f"{where}.{name}", depth - 1)
        case list() | tuple() if depth:
            for number, below in enumerate(value):
                _check(below, f"{where}[{number}]", depth - 1)
        case None | bool() | "":
            return
        case int() | float() if math.isfinite(value) and abs(value) <= NUMBER_MOST:
            return
        case str() if _is_code(value):
            return
        case _:
            raise ValueError(f"{where}: is no id, state, digest, number or yes or no; words and names are never kept")


def _is_code(text: str) -> bool:
    return any(form.fullmatch(text) for form in (CODE, CHANNEL, MOMENT))


class Chain:
    """Reads a chain row by row, from a head that is trusted: the beginning, if none is given."""

    def __init__(self, key: Key, after: Head = Head()) -> None:
        self._key = key
        self.head = after

    def take(self, entry: Entry) -> Wrong | None:
        """What is wrong with the row, if it is not the next one; else it is the head from now on."""
        expected = self.head.number + 1
        if entry.number != expected:
            return Wrong(expected, f"row {expected} is missing: row {entry.number} follows row {self.head.number}")
        if entry.key != self._key.fingerprint:
            return Wrong(
                expected,
                f"row {expected} is sealed with another key ({entry.key}; the one given is {self._key.fingerprint})",
            )
        if not _is_same(self._key.seal(self.head.seal, entry), entry.seal):
            return Wrong(expected, f"row {expected} does not fit its seal: it, or what stood before it, was changed")
        self.head = Head(entry.number, entry.seal, entry.key)
        return None


def read_head(text: str) -> Head:
    """NUMBER:SEAL as it was shown, the seal whole or its beginning. Raises ValueError for anything else."""
    found = re.fullmatch(rf"([0-9]{{1,15}}):([0-9a-f]{{{SHORTEST_PREFIX},64}})…?", text.strip().lower())
    if not found or int(found[1]) < 1:
        raise ValueError(
            f"{text[:100]!r} is no head; copy NUMBER:SEAL as it was shown, with at least {SHORTEST_PREFIX} "
            "characters of the seal"
        )
    return Head(int(found[1]), found[2])


def _is_same(one: str, other: str) -> bool:
    """In a time that does not tell how much of it fits."""
    return hmac.compare_digest(one.encode(), other.encode())
