"""Sources of a handbook as they are fetched: followed, lost and found again, and what is wrong with where they are."""

import os
import shutil
from pathlib import Path

import pytest

from bot.errors import HandbookBroken
from bot.git.address import read_address
from bot.handbook import HandbookSource, Refreshed, StillBroken, Unchanged
from bot.sources import Sources
from knowledge.index import Index
from knowledge.problem import Problem
from knowledge.sources import Source
from tests.git.remote import Remote, make_remote
from tests.real_data import REAL_DATA

OWN = {"articles/buckets.md": "# Buckets\n\nAsk for one.\n"}
DOCS = {"source/dns.md": "# DNS\n\nAsk for a name.\n", "source/draft.txt": "No."}


@pytest.fixture
def docs(tmp_path: Path) -> Remote:
    remote = make_remote(tmp_path / "docs.git")
    remote.commit(DOCS)
    return remote


@pytest.fixture
def folder(tmp_path: Path, docs: Remote) -> Path:
    folder = tmp_path / "handbook"
    (folder / "articles").mkdir(parents=True)
    (folder / "articles" / "buckets.md").write_text(OWN["articles/buckets.md"])
    (folder / "sources.yaml").write_text(f"- {{repository: {docs.address}, folder: source}}\n")
    return folder


def handbook_in(place: str, tmp_path: Path) -> HandbookSource:
    return HandbookSource(place, workspace=tmp_path / "workspace", environment={"PATH": os.environ["PATH"]})


def ids(handbook: HandbookSource) -> list[str]:
    return [article.id for article in handbook.current.articles]


async def test_source_is_followed_commit_by_commit(folder: Path, docs: Remote, tmp_path: Path) -> None:
    handbook = handbook_in(str(folder), tmp_path)
    seen = [await handbook.refresh(), await handbook.refresh()]
    first = handbook.current.revision
    docs.commit(DOCS | {"source/tls.md": "# TLS\n"})
    seen.append(await handbook.refresh())

    assert [type(outcome) for outcome in seen] == [Refreshed, Unchanged, Refreshed]
    assert ids(handbook) == ["buckets.md", "docs:dns.md", "docs:tls.md"]
    assert handbook.current.revision != first


async def test_lost_source_keeps_its_last_state_while_the_handbook_goes_on(
    folder: Path, docs: Remote, tmp_path: Path
) -> None:
    handbook = handbook_in(str(folder), tmp_path)
    await handbook.refresh()
    docs.folder.rename(tmp_path / "away.git")
    (folder / "articles" / "quotas.md").write_text("# Quotas\n")

    outcomes = [await handbook.refresh(), await handbook.refresh()]

    (lost,) = handbook.lost_sources
    assert [type(outcome) for outcome in outcomes] == [Refreshed, Unchanged]
    assert ids(handbook) == ["buckets.md", "quotas.md", "docs:dns.md"]
    assert (lost.name, lost.revision, lost.looks) == ("docs", docs_tip(tmp_path / "away.git"), 2)
    assert "git ls-remote failed" in lost.reason


async def test_source_that_is_back_is_lost_no_more(folder: Path, docs: Remote, tmp_path: Path) -> None:
    handbook = handbook_in(str(folder), tmp_path)
    docs.folder.rename(tmp_path / "away.git")
    await handbook.refresh()
    before = ids(handbook)
    (tmp_path / "away.git").rename(docs.folder)

    await handbook.refresh()

    assert (before, ids(handbook), handbook.lost_sources) == (["buckets.md"], ["buckets.md", "docs:dns.md"], ())


async def test_restart_without_the_source_answers_from_its_last_state(
    folder: Path, docs: Remote, tmp_path: Path
) -> None:
    await handbook_in(str(folder), tmp_path).refresh()
    shutil.rmtree(docs.folder)

    restarted = handbook_in(str(folder), tmp_path)
    await restarted.refresh()

    assert ids(restarted) == ["buckets.md", "docs:dns.md"]
    assert restarted.lost_sources[0].looks == 1


async def test_source_goes_on_while_the_handbook_is_broken(folder: Path, docs: Remote, tmp_path: Path) -> None:
    handbook = handbook_in(str(folder), tmp_path)
    await handbook.refresh()
    (folder / "people.yaml").write_text("platform_teem: {}\n")
    docs.commit({"source/tls.md": "# TLS\n"})

    outcome = await handbook.refresh()

    assert isinstance(outcome, StillBroken)
    assert ids(handbook) == ["buckets.md", "docs:tls.md"]


async def test_source_taken_out_is_gone(folder: Path, tmp_path: Path) -> None:
    handbook = handbook_in(str(folder), tmp_path)
    await handbook.refresh()
    (folder / "sources.yaml").unlink()

    await handbook.refresh()

    assert ids(handbook) == ["buckets.md"]


async def test_one_lost_source_does_not_hold_back_another(folder: Path, docs: Remote, tmp_path: Path) -> None:
    (folder / "sources.yaml").write_text(
        f"- {{name: gone, repository: 'file://{tmp_path}/nothing.git'}}\n"
        f"- {{name: wrong, repository: {docs.address}, folder: nowhere}}\n"
        f"- {{repository: {docs.address}, folder: source}}\n"
    )
    handbook = handbook_in(str(folder), tmp_path)

    await handbook.refresh()

    assert ids(handbook) == ["buckets.md", "docs:dns.md"]
    assert [(lost.name, lost.revision) for lost in handbook.lost_sources] == [("gone", ""), ("wrong", "")]


async def test_check_looks_at_no_source(folder: Path, docs: Remote, tmp_path: Path) -> None:
    shutil.rmtree(docs.folder)
    handbook = handbook_in(str(folder), tmp_path)

    read = await handbook.read_now()

    assert [article.id for article in read.articles] == ["buckets.md"]
    assert not (tmp_path / "workspace").exists()


async def test_nothing_read_stays_on_disk_but_the_mirror(folder: Path, tmp_path: Path) -> None:
    await handbook_in(str(folder), tmp_path).refresh()

    kept = [path.name for mirror in (tmp_path / "workspace" / "sources").iterdir() for path in mirror.iterdir()]

    assert sorted(kept) == ["mirror.git", "mirror.git.lock"]


async def test_wrong_place_of_a_source_is_an_error_with_its_line(folder: Path, tmp_path: Path) -> None:
    (folder / "sources.yaml").write_text("# ours\n- repository: ext::sh -c touch% /tmp/x\n")

    with pytest.raises(HandbookBroken, match=r"sources\.yaml:2: \[0\]\.repository: "):
        await handbook_in(str(folder), tmp_path).read_now()


@pytest.mark.parametrize(
    ("source", "key", "what"),
    [
        (Source("docs", "http://git.example.com/docs.git"), "repository", "must start with https://"),
        (Source("docs", "../docs"), "repository", "must start with https://"),
        (Source("docs", "https://bot:secret@git.example.com/d.git"), "repository", "credentials have no place"),
        (Source("docs", "file:///srv/docs.git"), "repository", "names a repository of this machine"),
        (Source("docs", "https://git.example.com/d.git", branch="--upload-pack=x"), "branch", "is no branch name"),
        (Source("docs", "https://git.example.com/d.git", folder="../.."), "folder", "is no folder in a repository"),
    ],
    ids=["http", "a path", "a password", "this machine", "branch", "folder"],
)
def test_place_that_may_not_be_used_is_named(tmp_path: Path, source: Source, key: str, what: str) -> None:
    home = read_address("https://bot:canary@git.example.com/handbook.git")
    sources = Sources(home, workspace=tmp_path, environment={})

    (problem,) = sources.problems([source])

    assert isinstance(problem, Problem)
    assert (problem.file, problem.field.strip("."), what in problem.what) == ("sources.yaml", key, True)
    assert problem.fix
    assert "secret" not in str(problem)


@pytest.mark.parametrize(
    ("repository", "has_credentials"),
    [
        ("https://git.example.com/docs.git", True),
        ("https://git.example.com:8443/docs.git", False),
        ("https://other.example.com/docs.git", False),
        ("ssh://git@git.example.com/docs.git", False),
    ],
    ids=["same host", "another port", "another host", "ssh"],
)
async def test_handbooks_credentials_go_to_its_own_host_alone(
    tmp_path: Path, repository: str, has_credentials: bool
) -> None:
    real = shutil.which("git")
    record = f'case " $* " in *" ls-remote "*) env > "{tmp_path}/seen"; exit 1;; esac'
    (tmp_path / "git").write_text(f'#!/bin/sh\n{record}\nexec "{real}" "$@"\n')
    (tmp_path / "git").chmod(0o755)
    home = read_address("https://bot:canary@git.example.com/handbook.git")
    sources = Sources(home, workspace=tmp_path / "ours", environment={"PATH": f"{tmp_path}:{os.environ['PATH']}"})

    await sources.look([Source("docs", repository)])

    assert ("Authorization" in (tmp_path / "seen").read_text()) is has_credentials


def docs_tip(folder: Path) -> str:
    return Remote(folder).git("rev-parse", "main")


@pytest.mark.real_data
async def test_two_real_handbooks_make_one(tmp_path: Path) -> None:
    """The handbook of one platform team, with that of another as a source, each in a repository of its own."""
    ours, theirs = make_remote(tmp_path / "ours.git"), make_remote(tmp_path / "theirs.git")
    theirs.commit(files_of(REAL_DATA / "kb-dev-2" / "pages", "source"))
    entry = (
        f"- {{name: paas, repository: {theirs.address}, folder: source, page: 'https://docs.example.com/{{path}}'}}\n"
    )
    ours.commit(files_of(REAL_DATA / "kb-dev" / "pages", "articles") | {"sources.yaml": entry})
    handbook = handbook_in(ours.address, tmp_path)

    await handbook.refresh()

    found = Index.build(handbook.current.articles).search("How do I connect a PHP app to PostgreSQL?").hits[0].article
    assert sum(article.source == "paas" for article in handbook.current.articles) == 61
    assert (found.id, found.url) == (
        "paas:guidance/php-database.md",
        "https://docs.example.com/guidance/php-database",
    )


def files_of(pages: Path, top: str) -> dict[str, str]:
    return {f"{top}/{path.relative_to(pages).as_posix()}": path.read_text() for path in pages.rglob("*.md")}
