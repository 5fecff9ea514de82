"""Twelve teams and one capability over a year, with every trap in it; all figures are worked out by hand in the tests.

Optional since January, mandated since 5 October, looked at for the four weeks to 22 November 2026.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count

from sqlalchemy import insert

from bot.adoption.facts import AdoptionFactsService
from bot.adoption.marks import MarkService
from bot.adoption.use_events import FileUse
from bot.adoption.uses import keep
from bot.model import PolicyChoice, Pull, What, Window
from bot.storage import adoption as rows
from bot.storage import friction, pilots, policies
from bot.storage.engine import Database, Tx
from bot.storage.friction import Friction
from bot.storage.schema import evidence
from bot.surveys.results import SurveyFactsService
from knowledge.capabilities import BuiltFrom, Capability, Origin, Status, Teams
from knowledge.channels import Channels
from knowledge.loader import Handbook
from knowledge.people import People, Team
from tests.adoption.desk import POLICY, Adoption, group
from tests.work.desk import Hands

WINDOW = Window(datetime(2026, 10, 26, tzinfo=UTC), datetime(2026, 11, 23, tzinfo=UTC))
BUCKETS = "buckets"
OPTIONAL = Capability(
    BUCKETS,
    "Buckets",
    "platform_team",
    Status.OPTIONAL,
    date(2026, 1, 5),
    Teams(),
    "a bucket",
    BuiltFrom(Origin.OURS, "so"),
    "an own account",
)
MANDATED = replace(OPTIONAL, status=Status.MANDATED, since=date(2026, 10, 5), alternative="")
BUT_I = Teams(tuple("abcdefghjk"))
RENAMED, ITS_OLD_NAME = "j", "juliet"
LEFT = What.LEFT
NUMBERS = count()


def teams(names: str, *, j: str = RENAMED) -> dict[str, Team]:
    formerly = () if j == ITS_OLD_NAME else (ITS_OLD_NAME,)
    named = {(j if name == RENAMED else name): Team(group(f"U0{name.upper()}")) for name in names}
    return {name: replace(team, formerly=formerly) if name == RENAMED else team for name, team in named.items()}


# On each day the handbook changed: its teams, and what it says of the capability.
SEEN: Sequence[tuple[date, dict[str, Team], Capability]] = (
    (date(2026, 1, 5), teams("abcdefghijl", j=ITS_OLD_NAME), OPTIONAL),
    (date(2026, 5, 4), teams("abcdefghijl"), OPTIONAL),  # juliet is called j
    (date(2026, 6, 1), teams("abcdefghijkl"), OPTIONAL),  # k is new
    (date(2026, 9, 1), teams("abcdefghijk"), OPTIONAL),  # l left
    (date(2026, 10, 5), teams("abcdefghijk"), MANDATED),
    (date(2026, 11, 2), teams("abcdefghijk"), replace(MANDATED, teams=BUT_I)),
)
HANDBOOK = Handbook(
    "r1",
    (),
    people=People(platform_team=group("U0MAYA"), teams=SEEN[-1][1]),
    channels=Channels(timezone="Europe/London"),
    capabilities=(SEEN[-1][2],),
    policies=(replace(POLICY, capability=BUCKETS),),
)


def used(team: str, *days: tuple[int, int], what: What = What.USED, person: str = "") -> list[FileUse]:
    return [FileUse(BUCKETS, team, date(2026, month, day), what, person) for month, day in days]


USES: Sequence[FileUse] = (
    *used("a", (2, 2), (4, 28), (10, 10), (11, 3)),
    *used("b", (3, 2), (10, 1)),  # quiet since
    *used("c", (4, 6), (5, 5), (11, 10)),  # came back when it had to
    *used("c", (8, 1), what=LEFT),
    FileUse(BUCKETS, "d", date(2025, 12, 1)),  # before it was offered
    *used("e", (3, 15)),  # then it handed evidence in
    *used("f", (10, 20), (11, 5)),  # had to
    *used("g", (9, 20), (10, 12), (10, 28)),
    *used("i", (2, 10), (10, 15), (10, 30)),  # may not choose it any more
    *used(ITS_OLD_NAME, (2, 16), (3, 16)),
    *used("j", (11, 11)),
    *used("k", (5, 20), (6, 10), (7, 9)),  # the first before it was there
    *used("l", (2, 3), (3, 5)),
)
PEOPLE: Sequence[FileUse] = (
    *[each for who in ("U0P1", "U0P2", "U0P3") for each in used("a", (11, 3), person=who)],
    *used("g", (10, 28), person="U0P1"),
    *used("g", (10, 28), person="U0P2"),
    *used("g", (10, 28), person="U0P4"),
    *used("c", (11, 10), person="U0P1"),
    *used("c", (11, 10), person="U0P5"),
    *used("a", (11, 20), person="U0P1"),
    *used("a", (11, 20), person="U0P2"),
    *used("a", (11, 20), person="U0P6"),  # erased
    *used("a", (11, 20), person="U0OUT"),  # left out
    *used("a", (11, 20), person="U0MAYA"),  # of the platform team
)


async def look_through_the_year(database: Database) -> None:
    """The handbook is seen on each day it changed, and on others."""
    hands = Hands()
    adoption = Adoption(database, hands, handbook=HANDBOOK)
    marks = MarkService(adoption.desk)
    for day, named, capability in SEEN:
        hands.now = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
        adoption.now_reads(people=People(teams=named), capabilities=(capability,))
        for _ in range(3):
            await marks.observe()
            hands.now += timedelta(days=2)


async def tell(database: Database, uses: Sequence[FileUse], *, source: str) -> None:
    clock = Hands().clock
    await database.write(lambda tx: keep(tx, uses, source=source, clock=clock, new_id=lambda: f"n{next(NUMBERS)}"))


async def choose_evidence(database: Database) -> None:
    """Team e handed its own evidence in on 1 May, good for a year."""
    at = datetime(2026, 5, 1, 12, tzinfo=UTC)
    row = {
        "id": "e1", "key": "e1", "policy": POLICY.id, "team": "e", "person": "p", "link": "", "points": {},
        "owner": "p", "expires_on": date(2027, 5, 1), "state": "accepted", "reason": "", "created_at": at,
    }  # fmt: skip

    async def unit(tx: Tx) -> None:
        await tx.execute(insert(evidence).values(**row))
        await policies.choose(tx, PolicyChoice("c1", POLICY.id, "e", "evidence", "e1", "p", at))

    await database.write(unit)


async def ask_who_told(database: Database) -> None:
    """c named a peer, f gave no answer; what g said was asked long before."""

    async def unit(tx: Tx) -> None:
        for team, asked_on in (("c", date(2026, 11, 12)), ("f", date(2026, 11, 6)), ("g", date(2026, 9, 21))):
            assert await rows.ask_pull(tx, Pull(BUCKETS, team, asked_on))
        assert await rows.say_pull(tx, BUCKETS, "c", said="peer")
        assert await rows.say_pull(tx, BUCKETS, "g", said="platform")

    await database.write(unit)


async def say_why_not(database: Database) -> None:
    """d gave a reason, h none; e has an equivalent. c's is from before it came back, l is gone, g uses it."""
    reasons = (
        ("e", date(2026, 5, 2), "have"),
        ("c", date(2026, 8, 1), "lacks"),
        ("l", date(2026, 8, 3), "time"),
        ("d", date(2026, 11, 9), "time"),
        ("d", date(2026, 11, 10), "hard"),
        ("g", date(2026, 10, 1), "hard"),
        ("h", date(2026, 11, 23), "time"),  # after the window
    )
    asked = (("d", date(2026, 11, 9)), ("h", date(2026, 11, 3)), ("e", date(2026, 4, 30)), ("l", date(2026, 11, 3)))

    async def unit(tx: Tx) -> None:
        for team, said_on, reason in reasons:
            await pilots.say_why_not(tx, BUCKETS, team, reason, on=said_on)
        for team, asked_on in asked:
            await pilots.ask_why_not(tx, BUCKETS, team, on=asked_on)

    await database.write(unit)


async def log_friction(database: Database) -> None:
    """30 days after it was offered, by the wall of London, and later; before that of something else."""
    logged = (
        ("f1", datetime(2026, 2, 4, 23, 30, tzinfo=UTC), BUCKETS),
        ("f2", datetime(2026, 3, 1, 12, tzinfo=UTC), BUCKETS),
        ("f3", datetime(2026, 1, 20, 12, tzinfo=UTC), "another"),
        ("f4", datetime(2026, 1, 4, 12, tzinfo=UTC), BUCKETS),  # before it was offered
    )

    async def unit(tx: Tx) -> None:
        for id_, at, capability in logged:
            row = Friction(id_, id_, f"p{id_}", None, "deploy", False, "words", at, capability=capability)
            assert await friction.add(tx, row)

    await database.write(unit)


def facts_of(database: Database, handbook: Handbook = HANDBOOK) -> AdoptionFactsService:
    return AdoptionFactsService(
        database,
        handbook=lambda: handbook,
        places=dict,
        pulses=SurveyFactsService(database).facts,
        today=lambda: date(2026, 11, 23),
    )
