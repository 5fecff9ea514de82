"""Which handbook is in use: from a folder, from a repository, through breakage and restarts."""

import os
import shutil
from pathlib import Path

import pytest

from bot.errors import GitFailed, HandbookBroken
from bot.git.address import read_address
from bot.handbook import (
    EMBEDDED,
    HandbookSource,
    InFolder,
    InRepository,
    Refreshed,
    StillBroken,
    Unchanged,
    Unreachable,
    read_place,
)
from tests.git.remote import Remote, make_remote

GOOD = {"articles/buckets.md": "---\ntitle: Buckets\n---\nAsk for one.\n"}
BETTER = {"articles/buckets.md": "---\ntitle: Buckets\n---\nRun the action.\n"}
BROKEN = GOOD | {"people.yaml": "platform_teem: {}\n"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path / "handbook", GOOD)


@pytest.fixture
def remote(tmp_path: Path) -> Remote:
    return make_remote(tmp_path / "remote.git")


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def source(place: Path | Remote | str, tmp_path: Path) -> HandbookSource:
    text = place.address if isinstance(place, Remote) else str(place)
    return HandbookSource(text, workspace=tmp_path / "workspace", environment={"PATH": os.environ["PATH"]})


def text_of(handbook: HandbookSource) -> str:
    return handbook.current.articles[0].sections[0].text.strip()


async def test_folder_is_read_at_first_and_then_only_when_it_changed(folder: Path, tmp_path: Path) -> None:
    handbook = source(folder, tmp_path)

    first, second = await handbook.refresh(), await handbook.refresh()
    write(folder, BETTER)
    third = await handbook.refresh()

    assert isinstance(first, Refreshed)
    assert second == Unchanged()
    assert third == Refreshed(handbook.current)
    assert text_of(handbook) == "Run the action."


async def test_folder_touched_without_change_is_unchanged(folder: Path, tmp_path: Path) -> None:
    handbook = source(folder, tmp_path)
    await handbook.refresh()

    os.utime(folder / "articles/buckets.md", (1, 1))

    assert await handbook.refresh() == Unchanged()


async def test_article_added_or_removed_is_seen(folder: Path, tmp_path: Path) -> None:
    handbook = source(folder, tmp_path)
    await handbook.refresh()

    write(folder, {"articles/dns.md": "# DNS\n\nNames.\n"})
    added = await handbook.refresh()
    (folder / "articles/buckets.md").unlink()
    removed = await handbook.refresh()

    assert isinstance(added, Refreshed)
    assert isinstance(removed, Refreshed)
    assert [article.title for article in handbook.current.articles] == ["DNS"]


async def test_change_behind_an_articles_folder_that_is_a_link_is_seen(folder: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    (folder / "articles").rename(elsewhere)
    (folder / "articles").symlink_to(elsewhere)
    handbook = source(folder, tmp_path)
    await handbook.refresh()

    (elsewhere / "buckets.md").write_text(BETTER["articles/buckets.md"])

    assert isinstance(await handbook.refresh(), Refreshed)


async def test_broken_folder_never_replaces_the_good_one_and_is_told_once(folder: Path, tmp_path: Path) -> None:
    handbook = source(folder, tmp_path)
    await handbook.refresh()
    good = handbook.current

    write(folder, BROKEN)
    told, again = await handbook.refresh(), await handbook.refresh()

    assert isinstance(told, StillBroken)
    assert [problem.file for problem in told.problems] == ["people.yaml"]
    assert again == Unchanged()
    assert handbook.current is good


async def test_folder_that_is_mended_is_taken(folder: Path, tmp_path: Path) -> None:
    handbook = source(folder, tmp_path)
    await handbook.refresh()
    write(folder, BROKEN)
    await handbook.refresh()

    (folder / "people.yaml").unlink()
    write(folder, BETTER)

    assert isinstance(await handbook.refresh(), Refreshed)
    assert text_of(handbook) == "Run the action."


async def test_folder_that_vanishes_leaves_the_last_good_one(folder: Path, tmp_path: Path) -> None:
    handbook = source(folder, tmp_path)
    await handbook.refresh()

    shutil.rmtree(folder)

    assert isinstance(await handbook.refresh(), StillBroken)
    assert text_of(handbook) == "Ask for one."


@pytest.mark.parametrize("files", [BROKEN, {"people.yaml": "{}\n"}], ids=["bad people", "no articles"])
async def test_start_with_a_broken_folder_says_its_problems(tmp_path: Path, files: dict[str, str]) -> None:
    handbook = source(write(tmp_path / "broken", files), tmp_path)

    with pytest.raises(HandbookBroken, match=r"people\.yaml|articles"):
        await handbook.refresh()
    with pytest.raises(HandbookBroken, match="not been read"):
        _ = handbook.current


async def test_embedded_handbook_is_the_default(tmp_path: Path) -> None:
    assert read_place("") == InFolder(EMBEDDED)


async def test_repository_is_followed_commit_by_commit(remote: Remote, tmp_path: Path) -> None:
    first = remote.commit(GOOD)
    handbook = source(remote, tmp_path)

    seen = [await handbook.refresh(), await handbook.refresh()]
    before = handbook.current.revision
    second = remote.commit(BETTER)
    seen.append(await handbook.refresh())

    assert [type(outcome) for outcome in seen] == [Refreshed, Unchanged, Refreshed]
    assert (before, handbook.current.revision) == (first, second)
    assert text_of(handbook) == "Run the action."


async def test_branch_and_subfolder_are_followed_alone(remote: Remote, tmp_path: Path) -> None:
    remote.commit(BROKEN)
    remote.commit({f"docs/handbook/{name}": text for name, text in GOOD.items()}, branch="next")
    handbook = source(f"{remote.address}//docs/handbook#next", tmp_path)

    await handbook.refresh()
    remote.commit(BETTER)

    assert await handbook.refresh() == Unchanged()
    assert text_of(handbook) == "Ask for one."


async def test_broken_commit_never_replaces_the_good_one_and_is_told_once(remote: Remote, tmp_path: Path) -> None:
    remote.commit(GOOD)
    handbook = source(remote, tmp_path)
    await handbook.refresh()

    broken = remote.commit(BROKEN)
    told, again = await handbook.refresh(), await handbook.refresh()
    remote.commit(BETTER)
    mended = await handbook.refresh()

    assert isinstance(told, StillBroken)
    assert told.revision == broken
    assert again == Unchanged()
    assert isinstance(mended, Refreshed)


async def test_restart_on_a_broken_commit_answers_from_the_last_good_one(remote: Remote, tmp_path: Path) -> None:
    good = remote.commit(GOOD)
    await source(remote, tmp_path).refresh()
    broken = remote.commit(BROKEN)

    restarted = source(remote, tmp_path)
    outcome = await restarted.refresh()

    assert isinstance(outcome, StillBroken)
    assert (outcome.revision, restarted.current.revision) == (broken, good)


async def test_restart_without_the_remote_answers_from_the_last_good_one(remote: Remote, tmp_path: Path) -> None:
    good = remote.commit(GOOD)
    await source(remote, tmp_path).refresh()
    shutil.rmtree(remote.folder)

    restarted = source(remote, tmp_path)
    outcome = await restarted.refresh()

    assert isinstance(outcome, Unreachable)
    assert remote.address in outcome.reason
    assert restarted.current.revision == good


async def test_start_on_a_broken_commit_with_nothing_good_says_its_problems(remote: Remote, tmp_path: Path) -> None:
    remote.commit(BROKEN)

    with pytest.raises(HandbookBroken, match=r"people\.yaml"):
        await source(remote, tmp_path).refresh()


async def test_start_without_the_remote_and_with_nothing_good_says_why(tmp_path: Path) -> None:
    with pytest.raises(
        GitFailed, match=r"^The handbook cannot be read: git ls-remote failed .*; check MENTOR_HANDBOOK$"
    ):
        await source(f"file://{tmp_path}/nothing.git", tmp_path).refresh()


async def test_nothing_read_stays_on_disk_but_the_mirror(remote: Remote, tmp_path: Path) -> None:
    remote.commit(GOOD)
    handbook = source(remote, tmp_path)
    await handbook.refresh()
    remote.commit(BROKEN)
    await handbook.refresh()

    kept = [path.name for mirror in (tmp_path / "workspace").iterdir() for path in mirror.iterdir()]

    assert sorted(kept) == ["mirror.git", "mirror.git.lock"]


@pytest.mark.parametrize(
    ("text", "branch", "subfolder"),
    [
        ("https://git.example.com/handbook.git", "", ""),
        ("https://git.example.com/handbook.git#main", "main", ""),
        ("https://git.example.com/handbook.git//docs", "", "docs"),
        ("https://git.example.com/handbook.git//docs/handbook#release/1#2", "release/1#2", "docs/handbook"),
    ],
)
def test_place_in_a_repository_is_read(text: str, branch: str, subfolder: str) -> None:
    address = read_address("https://git.example.com/handbook.git")

    assert read_place(text) == InRepository(address, branch, subfolder)


def test_place_reached_by_ssh_may_name_a_subfolder() -> None:
    place = read_place("git@git.example.com:platform/handbook.git//docs#main")

    assert place == InRepository(read_address("git@git.example.com:platform/handbook.git"), "main", "docs")


@pytest.mark.parametrize(
    "text",
    [
        "ext::sh -c touch% /tmp/x",
        "https://git.example.com/handbook.git#--upload-pack=touch",
        "https://git.example.com/handbook.git//../..",
        "file://handbook.git",
    ],
)
def test_hostile_place_is_refused_at_once(text: str) -> None:
    with pytest.raises(GitFailed):
        read_place(text)
