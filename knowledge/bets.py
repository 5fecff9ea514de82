"""`bets/*.yaml`: what the platform team believes of its users, a bet a file: why, for whom, and when it is looked at.

Its shapes and how they are read; the file's name is the bet's id. What happened since is counted in `bot.discovery`.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from pathlib import PurePosixPath

from knowledge.capabilities import ID, ID_FIX
from knowledge.people import People
from knowledge.problem import Level, Problem
from knowledge.schema import Fields, Value, clip, did_you_mean

FOLDER = "bets"
KEYS = (
    *("title", "written", "status", "problem", "assumption", "evidence", "willing", "smallest", "capability"),
    *("wrong_if", "review", "decisions"),
)
PART_MOST, EVIDENCE_MOST, SAID_MOST = 500, 40, 300  # characters of a part, pieces, characters of one
REVIEWS_MOST = 20
EVIDENCE = re.compile(r"([a-z-]+):([A-Za-z0-9][A-Za-z0-9._:/-]{0,119})(?:\s+(\S.*))?", re.ASCII | re.DOTALL)
EVIDENCE_FIX = "write its kind and id, then what it says, such as gap:3f2a9c asked 5 times by 3 people"


class Kind(StrEnum):
    """What evidence there is; each is found again by its id."""

    QUESTION = "question"  # CHANNEL:TS
    GAP = "gap"
    FRICTION = "friction"  # one thing that somebody logged
    FRICTION_THEME = "friction-theme"
    COMMENT = "comment"  # of a survey
    PULSE_THEME = "pulse-theme"
    TALK = "talk"


class Status(StrEnum):
    DRAFT = "draft"  # what is missing is a warning
    OPEN = "open"
    DONE = "done"  # what was to be learned is learned
    DROPPED = "dropped"


class Choice(StrEnum):
    """What the team decides on a review date."""

    KEEP = "keep"
    CHANGE = "change"
    DROP = "drop"


@dataclass(frozen=True)
class Evidence:
    """`said` is what a reader is told of it; "" where only its id stands there."""

    kind: Kind
    id: str
    said: str = ""

    def __str__(self) -> str:
        return f"{self.kind}:{self.id} {self.said}".rstrip()


@dataclass(frozen=True)
class Decided:
    on: date
    choice: Choice
    because: str = ""


@dataclass(frozen=True)
class Bet:
    """`problem` is in users' words. `willing` are teams of people.yaml; `capability` an id, "" while there is none."""

    id: str
    title: str
    written: date
    status: Status
    problem: str
    assumption: str = ""
    evidence: tuple[Evidence, ...] = ()
    willing: tuple[str, ...] = ()
    smallest: str = ""  # the smallest capability that would show it
    capability: str = ""
    wrong_if: str = ""
    review: tuple[date, ...] = ()
    decisions: tuple[Decided, ...] = ()
    file: str = field(default="", compare=False)
    line: int = field(default=1, compare=False)

    @property
    def is_open(self) -> bool:
        return self.status in (Status.DRAFT, Status.OPEN)

    def due(self, today: date) -> date | None:
        """The newest review date that has come and that no decision answers; None where there is none."""
        come = [each for each in self.review if each <= today]
        newest = max(come, default=None)
        if not self.is_open or newest is None or any(each.on >= newest for each in self.decisions):
            return None
        return newest

    def next_review(self, today: date) -> date | None:
        return min((each for each in self.review if each > today), default=None) if self.is_open else None

    def since(self, review: date) -> date:
        """From when on what happened is news on that review date: the decision before, or the day it was written."""
        return max((each.on for each in self.decisions if each.on < review), default=self.written)

    def has(self, kind: Kind, id_: str) -> bool:
        return any(each.kind is kind and each.id == id_ for each in self.evidence)


NO_BETS: tuple[Bet, ...] = ()


@dataclass(frozen=True)
class Around:
    """What else the handbook has, that a bet may name; None for a file that has errors itself."""

    people: People | None
    capabilities: Collection[str] | None  # ids


def read_bet(root: Value, around: Around) -> Bet | None:
    """The file's content; what is wrong is noted at `root`, and then the result is not to be used."""
    stem = PurePosixPath(root.file).stem
    if not ID.fullmatch(stem):
        root.wrong(f'the file\'s name "{clip(stem)}" is no id for a bet', ID_FIX)
    fields = root.fields(*KEYS)
    title = fields.need("title", Value.name, "write a few words that your team knows it by")
    written = fields.need("written", Value.day, "write the day it was written down, as 2026-01-31")
    problem = fields.need("problem", _part, "say what is hard, in your users' words")
    status = Status(fields.get("status", lambda each: each.choice(tuple(Status)), Status.OPEN))
    if not (title and written and problem):
        return None
    bet = Bet(
        id=stem,
        title=title,
        written=written,
        status=status,
        problem=problem,
        assumption=fields.get("assumption", _part, ""),
        evidence=fields.get("evidence", _evidence, ()),
        willing=fields.get("willing", lambda each: _willing(each, around.people), ()),
        smallest=fields.get("smallest", _part, ""),
        capability=fields.get("capability", lambda each: _capability(each, around.capabilities), ""),
        wrong_if=fields.get("wrong_if", _part, ""),
        review=fields.get("review", _days, ()),
        file=root.file,
        line=root.line,
    )
    bet = replace(bet, decisions=fields.get("decisions", _decisions, ()))
    _check(bet, fields)
    return bet


def overdue(bets: Sequence[Bet], today: date) -> Iterator[Problem]:
    """A warning for each review date that has passed without a decision."""
    for bet in bets:
        if (due := bet.due(today)) is not None and due < today:
            what = f"the review date {due} has passed, and nothing was decided"
            fix = "decide under the message in your channel, or add a line under `decisions`"
            yield Problem(bet.file, bet.line, "review", what, fix, Level.WARNING)


NEEDED = {  # once it is more than a draft
    "assumption": "say what you believe, so that it can turn out wrong",
    "smallest": "say the smallest thing that would show it",
    "wrong_if": "say what you would have to see to give it up",
    "review": "list the days on which you look at it again",
}


def _check(bet: Bet, fields: Fields) -> None:
    """What does not fit together, and what a bet lacks: of a draft that is a warning."""
    level = Level.ERROR if bet.status is Status.OPEN else Level.WARNING
    for key, fix in NEEDED.items():
        if key not in fields and bet.is_open:
            fields.whole.wrong(f'"{key}" is missing', fix, at=key, level=level)
    if bet.is_open and not bet.evidence:
        fix = "name what people said: *Draft a bet* beside a gap or a theme fills it in"
        fields.whole.wrong(
            "no evidence: so far this is only the team's own belief", fix, at="evidence", level=Level.WARNING
        )
    if any(each < bet.written for each in bet.review):
        fields["review"].wrong("a review date comes before the day it was written", f"write days after {bet.written}")
    _check_decisions(bet, fields)


def _check_decisions(bet: Bet, fields: Fields) -> None:
    days = [each.on for each in bet.decisions]
    if days != sorted(days) or (days and days[0] < bet.written):
        what = "the decisions are not in the order of their days, or begin before the bet was written"
        fields["decisions"].wrong(what, "write the oldest first")
    is_dropped = bool(bet.decisions) and bet.decisions[-1].choice is Choice.DROP
    if is_dropped and bet.is_open:
        fields.whole.wrong("the last decision drops it, but it is open", "write `status: dropped`", at="status")
    if bet.status is Status.DROPPED and not is_dropped:
        fix = "add `{on: 2026-01-31, decided: drop, because: …}` under `decisions`"
        fields.whole.wrong("it is dropped, and no decision says when and why", fix, at="status")


def _part(value: Value) -> str | None:
    text = value.text(at_most=PART_MOST)
    return " ".join(text.split()) if text else None


def _evidence(value: Value) -> tuple[Evidence, ...]:
    items = value.items()
    if len(items) > EVIDENCE_MOST:
        value.wrong(f"{len(items)} pieces are listed", f"keep the {EVIDENCE_MOST} that say most")
    found: dict[tuple[Kind, str], Evidence] = {}
    for item in items:
        if (one := _piece(item)) is None:
            continue
        if (one.kind, one.id) in found:
            item.wrong(f'"{one.kind}:{one.id}" is named twice', "keep one of them")
        found[one.kind, one.id] = one
    return tuple(found.values())


def _piece(value: Value) -> Evidence | None:
    text = value.text(at_most=SAID_MOST)
    if text is None:
        return None
    found = EVIDENCE.fullmatch(text)
    if found is None:
        value.wrong(f'"{clip(text)}" is no evidence that can be found again', EVIDENCE_FIX)
        return None
    kinds = tuple(Kind)
    if found[1] not in kinds:
        fix = did_you_mean(found[1], kinds, otherwise=f"write one of: {', '.join(kinds)}")
        value.wrong(f'"{clip(found[1])}" is no kind of evidence', fix)
        return None
    return Evidence(Kind(found[1]), found[2], " ".join((found[3] or "").split()))


def _willing(value: Value, people: People | None) -> tuple[str, ...]:
    names = [(item, name) for item in value.items() if (name := item.name()) is not None]
    for item, name in names:
        if people is not None and name not in people.teams:
            item.dangling(name, "teams in people.yaml", tuple(people.teams))
    return tuple(dict.fromkeys(name for _, name in names))


def _capability(value: Value, known: Collection[str] | None) -> str | None:
    name = value.name()
    if name is not None and known is not None and name not in known:
        value.dangling(name, "capabilities.yaml", tuple(known))
        return None
    return name


def _days(value: Value) -> tuple[date, ...]:
    items = value.items()
    if not 1 <= len(items) <= REVIEWS_MOST:
        value.wrong(f"{len(items)} days are listed", f"list 1 to {REVIEWS_MOST}, as [2026-03-02, 2026-06-01]")
    return tuple(sorted({day for item in items if (day := item.day()) is not None}))


def _decisions(value: Value) -> tuple[Decided, ...]:
    return tuple(one for item in value.items() if (one := _decided(item)) is not None)


def _decided(value: Value) -> Decided | None:
    fields = value.fields("on", "decided", "because")
    day = fields.need("on", Value.day, "write the day, as 2026-01-31")
    choice = fields.need("decided", lambda each: each.choice(tuple(Choice)), "write keep, change or drop")
    because = fields.get("because", _part, "")
    return Decided(day, Choice(choice), because) if day and choice else None
