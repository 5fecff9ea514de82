"""Who changes the platform's own repositories, from real Git histories; nobody is named, and nothing is read twice."""

import os
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from bot.adoption.contribution_rules import ContributionFacts
from bot.adoption.contributions import (
    HANDBOOK,
    NO_REPOSITORY,
    NOT_READ,
    ContributionService,
    Place,
    contribution_facts,
    places_of,
)
from bot.adoption.figures import Days
from bot.errors import GitFailed
from bot.git import history as git_history
from bot.git.address import read_address
from bot.git.command import Git
from bot.git.history import History
from bot.git.repository import Repository
from bot.statistics import Share
from bot.storage import contributions as rows
from bot.storage import people, requests, team
from bot.storage.engine import Database, Tx
from bot.storage.requests import GitAccountRow
from bot.storage.schema import contributions, proposals
from bot.storage.team import Term
from bot.wanted import Due
from knowledge.people import GitAccount
from knowledge.repositories import LiveRepository
from tests.adoption.desk import HANDBOOK as DEFAULT
from tests.adoption.desk import PEOPLE, Adoption
from tests.git.remote import Remote, make_remote
from tests.work.desk import Hands

ALL = Days(date(2026, 1, 1), date(2026, 12, 31))
DUE = Due("adoption:2026-11-24", "2026-11-24T04:10:00+00:00")
MAYA, PRIYA, LI, BOT = "maya@example.com", "priya@example.com", "li@corp.example", "mentor@localhost"


@dataclass
class Writer:
    """Writes a real repository: each commit by its author, a day later than the one before."""

    remote: Remote
    day: int = 0

    def commit(self, author: str, *, parents: tuple[str, ...] = (), body: str = "", files: str = "a.md") -> str:
        self.day += 1
        blob = self.remote.git("hash-object", "-w", "--stdin", given=f"{self.day}\n")
        tree = self._tree(parents, files, blob)
        at = int(datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp()) + self.day * 86_400
        lines = [f"tree {tree}", *(f"parent {parent}" for parent in parents)]
        lines += [f"author A <{author}> {at} +0000", f"committer B <{BOT}> {at} +0000", "", f"Change {self.day}"]
        text = "\n".join([*lines, *(["", body] if body else []), ""])
        return self.remote.git("hash-object", "-t", "commit", "-w", "--stdin", given=text)

    def _tree(self, parents: tuple[str, ...], file: str, blob: str) -> str:
        index = self.remote.folder.with_name("writer-index")
        index.unlink(missing_ok=True)
        if parents:
            self.remote.git("read-tree", parents[0], index=index)
        self.remote.git("update-index", "--add", "--cacheinfo", f"100644,{blob},{file}", index=index)
        return self.remote.git("write-tree", index=index)

    def push(self, commit: str) -> str:
        self.remote.git("update-ref", "refs/heads/main", commit)
        return commit


@pytest.fixture
def writer(tmp_path: Path) -> Writer:
    return Writer(make_remote(tmp_path / "remote.git"))


def history_of(folder: Path, url: str) -> History:
    return History(Repository(Git({"PATH": os.environ["PATH"]}), read_address(url), folder / "ours" / "mirror.git"))


class Office:
    def __init__(self, database: Database, writer: Writer, folder: Path, *, subfolder: str = "") -> None:
        hands = Hands()
        named = {"U0MAYA": GitAccount("maya-l", "Maya", MAYA), "U0PRIYA": GitAccount("priya-n", "Priya", PRIYA)}
        handbook = replace(DEFAULT, people=replace(PEOPLE, git_accounts=named))
        self.adoption = Adoption(database, hands, handbook=handbook)
        self.url = writer.remote.address
        self.place = Place(HANDBOOK, self.url, "main", subfolder, partial(history_of, folder, self.url))
        self.service = ContributionService(self.adoption.desk, handbook=self.place, history_of=self.refused)

    def refused(self, repository: LiveRepository) -> History:
        raise GitFailed(f"{repository.url} may not be read.")

    async def start(self) -> None:
        """Maya is of the platform team; Li linked an account."""
        maya, li = await self.adoption.person("U0MAYA"), await self.adoption.person("U0LI")
        linked = GitAccountRow(
            li, "github.com", "Li-Chen", "Li", "7+Li-Chen@users.noreply.github.com", datetime.now(UTC)
        )

        async def unit(tx: Tx) -> None:
            await team.replace(tx, team.HANDBOOK, [Term(maya)])
            await requests.prove(tx, linked)

        await self.adoption.database.write(unit)

    async def read(self) -> ContributionFacts:
        await self.service.read(DUE)
        return await self.facts()

    async def facts(self, days: Days = ALL) -> ContributionFacts:
        async with self.adoption.database.read() as tx:
            kept = await rows.rows(tx)
        handbook = self.adoption.desk.shelf.library.handbook
        return contribution_facts(places_of(handbook, self.place), kept, days)


@pytest.fixture
async def office(database: Database, writer: Writer, tmp_path: Path) -> Office:
    office = Office(database, writer, tmp_path)
    await office.start()
    return office


async def test_each_merged_change_counts_once_by_who_wrote_it(office: Office, writer: Writer) -> None:
    root = writer.commit(MAYA)
    squashed = writer.commit(PRIYA, parents=(root,))
    one = writer.commit(PRIYA, parents=(squashed,))  # a branch of two, merged by Maya
    two = writer.commit(MAYA, parents=(one,))
    merge = writer.commit(MAYA, parents=(squashed, two))
    by_link = writer.commit("7+li-chen@users.noreply.github.com", parents=(merge,))
    strange = writer.commit("somebody@example.com", parents=(by_link,))
    own = writer.commit("12+Maya-L@users.noreply.github.com", parents=(strange,))
    writer.push(own)

    found = await office.read()

    # outside: the squashed one, the merge, by link; the platform team: the first and the last
    assert found == ContributionFacts(Share(3, 5), 1, ("handbook",), {}, ())


async def test_what_the_bot_committed_is_of_who_asked_for_it_and_self_service_is_none(
    office: Office, writer: Writer, database: Database
) -> None:
    priya, maya = await office.adoption.person("U0PRIYA"), await office.adoption.person("U0MAYA")
    row = {
        "kind": "article", "title": "", "body": None, "files": None, "state": "merged", "url": "", "number": "",
        "created_at": datetime.now(UTC),
    }  # fmt: skip

    async def unit(tx: Tx) -> None:
        for name, person in (("one", priya), ("two", maya), ("three", "nobody any more")):
            own = {"id": name, "subject": name, "branch": f"mentor/article-{name}", "person": person}
            await tx.execute(insert(proposals).values(**row, **own))

    await database.write(unit)
    tip = writer.commit(MAYA)
    for branch in ("article-one", "article-two", "article-three", "0123abcd"):  # the last is a request for an action
        tip = writer.commit(BOT, parents=(tip,), body=f"Mentor-Proposal: mentor/{branch}")
    writer.push(tip)

    found = await office.read()

    assert (found.outside, found.unknown) == (Share(1, 3), 1)


async def test_who_is_left_out_is_not_known(office: Office, writer: Writer, database: Database) -> None:
    now = office.adoption.hands.now

    async def unit(tx: Tx) -> None:
        names = await people.stand_ins(tx)
        await people.leave_out(tx, "U0PRIYA", names, now=now)
        await people.leave_out(tx, "U0LI", names, now=now)

    await database.write(unit)
    tip = writer.commit(PRIYA, parents=(writer.commit(MAYA),))
    writer.push(writer.commit("7+li-chen@users.noreply.github.com", parents=(tip,)))

    found = await office.read()

    assert (found.outside, found.unknown) == (Share(0, 1), 2)


async def test_in_a_subfolder_only_what_changed_it_counts(database: Database, writer: Writer, tmp_path: Path) -> None:
    office = Office(database, writer, tmp_path, subfolder="handbook")
    await office.start()
    tip = writer.commit(MAYA, files="code.py")
    tip = writer.commit(PRIYA, parents=(tip,), files="handbook/a.md")
    branch = writer.commit(PRIYA, parents=(tip,), files="code.py")
    merge = writer.commit(MAYA, parents=(tip, branch), files="code.py")
    branch = writer.commit(LI, parents=(merge,), files="handbook/b.md")
    writer.push(writer.commit(MAYA, parents=(merge, branch), files="handbook/b.md"))

    found = await office.read()

    assert (found.outside, found.unknown) == (Share(1, 1), 1)


async def test_a_revision_that_is_known_is_not_fetched_again_and_people_are_looked_at_anew(
    office: Office, writer: Writer, tmp_path: Path
) -> None:
    writer.push(writer.commit(PRIYA, parents=(writer.commit(MAYA),)))
    first = await office.read()
    (tmp_path / "remote.git" / "objects").rename(tmp_path / "away")
    (tmp_path / "remote.git" / "objects").mkdir()  # where it stands can be asked for, and nothing be fetched
    office.adoption.now_reads(people=PEOPLE)

    again = await office.read()

    assert (first.outside, again.outside, again.unknown, again.unread) == (Share(1, 2), Share(0, 0), 2, {})


async def test_what_cannot_be_read_keeps_what_was_known_and_is_told(
    office: Office, writer: Writer, tmp_path: Path
) -> None:
    writer.push(writer.commit(PRIYA, parents=(writer.commit(MAYA),)))
    other = LiveRepository("steps", "https://git.example.com/steps.git", contributions=True)
    left_alone = LiveRepository("live", "https://git.example.com/live.git")
    office.adoption.now_reads(repositories=(other, left_alone))
    await office.read()
    (tmp_path / "remote.git").rename(tmp_path / "moved.git")

    found = await office.read()

    assert (found.outside, found.read) == (Share(1, 2), ("handbook",))
    assert found.unread == {"steps": "https://git.example.com/steps.git may not be read."}


async def test_of_a_long_history_the_newest_is_read_and_the_rest_said_to_be_missing(
    office: Office, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(git_history, "DEPTH", 4)
    tip = writer.commit(MAYA)
    for _ in range(6):
        tip = writer.commit(PRIYA, parents=(tip,))
    writer.push(tip)

    found = await office.read()
    lately = await office.facts(Days(date(2026, 3, 6), date(2026, 12, 31)))

    assert (found.outside, found.short) == (Share(3, 3), ("handbook",))
    assert (lately.outside, lately.short) == (Share(3, 3), ())


async def test_nothing_is_measured_where_nothing_was_read(office: Office) -> None:
    found = await office.facts()

    assert (found.is_measured, found.unread) == (False, {"handbook": NOT_READ})
    assert contribution_facts({}, {}, ALL).unread == {"all": NO_REPOSITORY}


async def test_no_author_is_kept(office: Office, writer: Writer) -> None:
    writer.push(writer.commit(PRIYA, parents=(writer.commit(MAYA),)))
    await office.read()

    (row,) = await office.adoption.rows(select(contributions))

    assert row.days == {"2026-03-02": [0, 1, 0], "2026-03-03": [1, 0, 0]}
    assert "example.com" not in str(row)


async def test_a_handbook_in_a_folder_and_nothing_declared_is_nothing_to_read(office: Office) -> None:
    service = ContributionService(office.adoption.desk, handbook=None, history_of=office.refused)

    await service.read(DUE)

    assert await office.adoption.rows(select(contributions)) == []


async def test_a_commit_that_claims_to_be_of_the_year_13000_stops_nothing(office: Office, writer: Writer) -> None:
    root = writer.commit(MAYA)
    writer.day = 4_000_000
    writer.push(writer.commit(PRIYA, parents=(root,)))

    assert (await office.read()).outside == Share(0, 1)  # it lies outside of the year
