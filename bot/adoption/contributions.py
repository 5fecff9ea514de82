"""Counts, each night, who changed the handbook and the platform's own repositories; kept by day, and by nobody's name.

How a change is told to be from outside is `bot.adoption.contribution_rules`'.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time
from functools import partial
from zoneinfo import ZoneInfo

import structlog

from bot.adoption.contribution_rules import By, ContributionFacts, Who, account_in, by_day
from bot.adoption.figures import Days
from bot.calendar import Daily
from bot.desk import Desk
from bot.errors import GitFailed
from bot.git.history import Commit, History, Past
from bot.statistics import Share
from bot.storage import contributions as rows
from bot.storage.contributions import ContributionRow, Known
from bot.wanted import Due
from knowledge.loader import Handbook
from knowledge.people import People
from knowledge.repositories import LiveRepository

log = structlog.get_logger(__name__)

HANDBOOK = ""  # as a repository's name: its own are never empty
AT = time(4, 10)  # by the handbook's wall
NOT_READ = "not read yet"
NO_REPOSITORY = "the handbook is a folder, and no repository has `contributions: yes`"


@dataclass(frozen=True)
class Place:
    """Where a repository of the platform's own is. `history` raises GitFailed where it may not be read."""

    name: str
    url: str
    branch: str
    subfolder: str
    history: Callable[[], History]

    @property
    def digest(self) -> str:
        return _digest(self.url, self.branch, self.subfolder)


class ContributionService:
    """`handbook` is its own repository; None where it is a folder. `history_of` mirrors one of repositories.yaml."""

    def __init__(self, desk: Desk, *, handbook: Place | None, history_of: Callable[[LiveRepository], History]) -> None:
        self._desk = desk
        self._handbook = handbook
        self._history_of = history_of

    def schedule(self) -> Daily:
        return Daily(AT, self._timezone)

    async def read(self, _due: Due) -> None:
        """Every repository; one that cannot be read keeps what was known of it, and stops no other."""
        places = self.places()
        await self._desk.database.write(lambda tx: rows.keep_only(tx, [each.name for each in places]))
        for place in places:
            await self._read(place)

    def places(self) -> Sequence[Place]:
        own = own_repositories(self._desk.shelf.library.handbook)
        declared = [Place(each.name, each.url, each.branch, "", partial(self._history_of, each)) for each in own]
        return [*([self._handbook] if self._handbook else []), *declared]

    async def _read(self, place: Place) -> None:
        async with self._desk.database.read() as tx:
            before = (await rows.rows(tx)).get(place.name)
        if before and before.place != place.digest:
            before = None
        now, known = self._desk.clock.now(), before.revision if before else ""
        try:
            past = await place.history().read(branch=place.branch, subfolder=place.subfolder, known=known)
        except GitFailed as error:
            log.warning("contributions.not_read", repository=place.name or "handbook", reason=str(error))
            row = before or ContributionRow(place.name, place.digest, "", None, {}, "", now)
            await self._put(replace(row, problem=str(error), read_at=now))
            return
        await self._put(await self._counted(place, past))

    async def _counted(self, place: Place, past: Past) -> ContributionRow:
        people = self._desk.shelf.library.handbook.people
        known = await self._desk.database.write(lambda tx: rows.known(tx, list(people.git_accounts)))
        days = by_day(past.changes, who(people, known), timezone=self._timezone)
        whole = past.whole_since.astimezone(ZoneInfo(self._timezone)).date() if past.whole_since else None
        return ContributionRow(place.name, place.digest, past.revision, whole, days, "", self._desk.clock.now())

    async def _put(self, row: ContributionRow) -> None:
        await self._desk.database.write(lambda tx: rows.put(tx, row))

    @property
    def _timezone(self) -> str:
        return self._desk.shelf.library.handbook.channels.timezone


def own_repositories(handbook: Handbook) -> list[LiveRepository]:
    """Those of repositories.yaml that are the platform's own."""
    return [each for each in handbook.repositories if each.contributions]


def places_of(handbook: Handbook, own: Place | None) -> Mapping[str, str]:
    """Each repository's name with the digest of where it is; `own` is the handbook's."""
    declared = {each.name: _digest(each.url, each.branch, "") for each in own_repositories(handbook)}
    return ({own.name: own.digest} if own else {}) | declared


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def who(people: People, known: Known) -> Who:
    """Tells whose a commit is, by people.yaml and linked accounts. Who is left out is not known."""

    def by(commit: Commit, day: date) -> By | None:
        if commit.proposals:
            asked = [known.proposed[branch] for branch in commit.proposals if branch in known.proposed]
            return _side(asked[0] or None, day, known) if asked else None
        slack_id, person = _author(commit.email.lower(), people, known)
        if slack_id is not None and slack_id not in known.left_out:
            return _side(known.pseudonyms.get(slack_id, slack_id), day, known)
        return _side(person, day, known)

    return by


def _author(email: str, people: People, known: Known) -> tuple[str | None, str | None]:
    """The Slack id that people.yaml gives, and the pseudonym of who linked the account."""
    account = account_in(email)
    for slack_id, each in people.git_accounts.items():
        if email == each.email.lower() or (account and account[1] == each.account.lower()):
            return slack_id, None
    return None, known.emails.get(email) or (known.accounts.get(account) if account else None)


def _side(person: str | None, day: date, known: Known) -> By:
    if person is None:
        return By.UNKNOWN
    return By.PLATFORM if any(term.covers(day) for term in known.terms.get(person, ())) else By.OUTSIDE


def contribution_facts(
    wanted: Mapping[str, str], kept: Mapping[str, ContributionRow], days: Days, *, handbook_name: str = "handbook"
) -> ContributionFacts:
    """`wanted` are the repositories, each with the digest of where it is; what was read elsewhere does not count."""
    read = {name: kept[name] for name, place in wanted.items() if name in kept and kept[name].place == place}
    read = {name: row for name, row in read.items() if row.revision}
    counts = [0] * len(By)
    for row in read.values():
        for day, each in row.days.items():
            if days.has(date.fromisoformat(day)):
                counts = [a + b for a, b in zip(counts, each, strict=True)]
    unread = {name: kept[name].problem if name in kept else NOT_READ for name in wanted if name not in read}
    return ContributionFacts(
        outside=Share(counts[By.OUTSIDE], counts[By.OUTSIDE] + counts[By.PLATFORM]),
        unknown=counts[By.UNKNOWN],
        read=tuple(name or handbook_name for name in read),
        unread={name or handbook_name: why or NOT_READ for name, why in unread.items()} or _nothing(wanted),
        short=tuple(
            name or handbook_name for name, row in read.items() if row.whole_since and row.whole_since >= days.first
        ),
    )


def _nothing(wanted: Mapping[str, str]) -> Mapping[str, str]:
    return {} if wanted else {"all": NO_REPOSITORY}
