"""A mirror of a real repository, honest or hostile."""

import asyncio
import os
from pathlib import Path

import pytest

from bot.errors import GitFailed
from bot.git.address import read_address
from bot.git.command import Git
from bot.git.repository import Repository
from tests.git.remote import Remote, make_remote


@pytest.fixture
def remote(tmp_path: Path) -> Remote:
    return make_remote(tmp_path / "remote.git")


@pytest.fixture
def repository(tmp_path: Path, remote: Remote) -> Repository:
    return Repository(Git({"PATH": os.environ["PATH"]}), read_address(remote.address), tmp_path / "ours" / "mirror.git")


def files(folder: Path) -> dict[str, str]:
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if not path.is_dir()}
    return {name: path.read_text() for name, path in found.items() if not path.is_symlink()}


def everything(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if "mirror.git" not in path.as_posix()}


async def test_revision_is_the_default_branch_unless_one_is_named(remote: Remote, repository: Repository) -> None:
    main = remote.commit({"a.md": "A\n"})
    other = remote.commit({"b.md": "B\n"}, branch="other")

    seen = await repository.remote_revision(), await repository.remote_revision("other")

    assert seen == (main, other)


async def test_branch_that_is_not_there_is_named(remote: Remote, repository: Repository) -> None:
    remote.commit({"a.md": "A\n"}, branch="elsewhere/refs/heads/main")

    with pytest.raises(GitFailed, match="has no branch main"):
        await repository.remote_revision("main")


async def test_each_revision_is_read_out_into_its_own_folder(
    remote: Remote, repository: Repository, tmp_path: Path
) -> None:
    remote.commit({"articles/a.md": "old\n", "people.yaml": "{}\n"})
    old = await repository.fetch("main")
    remote.commit({"articles/a.md": "new\n"})
    new = await repository.fetch("main")

    await repository.check_out(old, tmp_path / "old")
    await repository.check_out(new, tmp_path / "new")

    assert files(tmp_path / "old") == {"articles/a.md": "old\n", "people.yaml": "{}\n"}
    assert files(tmp_path / "new") == {"articles/a.md": "new\n"}


async def test_subfolder_alone_is_read_out(remote: Remote, repository: Repository, tmp_path: Path) -> None:
    revision = remote.commit({"code.py": "", "docs/handbook/articles/a.md": "A\n"})
    await repository.fetch()

    await repository.check_out(revision, tmp_path / "out", subfolder="docs/handbook")

    assert files(tmp_path / "out") == {"articles/a.md": "A\n"}


@pytest.mark.parametrize("subfolder", ["docs/handbok", "a.md"], ids=["missing", "a file"])
async def test_subfolder_that_is_no_folder_is_named_and_leaves_nothing(
    remote: Remote, repository: Repository, tmp_path: Path, subfolder: str
) -> None:
    revision = remote.commit({"a.md": "A\n"})
    await repository.fetch()
    before = everything(tmp_path)

    with pytest.raises(GitFailed, match=f"has no folder {subfolder}"):
        await repository.check_out(revision, tmp_path / "out", subfolder=subfolder)

    assert everything(tmp_path) == before


async def test_history_is_not_fetched(remote: Remote, repository: Repository) -> None:
    first = remote.commit({"a.md": "A\n"})
    second = remote.git("commit-tree", f"{first}^{{tree}}", "-p", first, "-m", "Second")
    remote.git("update-ref", "refs/heads/main", second)

    await repository.fetch()

    with pytest.raises(GitFailed):
        await repository.git.run("cat-file", "-e", first, repository=repository.folder)


async def test_branch_that_was_rewritten_is_followed(remote: Remote, repository: Repository) -> None:
    remote.commit({"a.md": "A\n"})
    await repository.fetch("main")
    rewritten = remote.commit({"z.md": "Z\n"})

    assert await repository.fetch("main") == rewritten


async def test_mark_keeps_a_revision_for_the_next_process(
    remote: Remote, repository: Repository, tmp_path: Path
) -> None:
    good = remote.commit({"a.md": "good\n"})
    await repository.mark("good", await repository.fetch())
    remote.commit({"a.md": "newer\n"})
    await repository.fetch()

    after_restart = Repository(repository.git, repository.address, repository.folder)
    await after_restart.check_out(await after_restart.marked("good") or "", tmp_path / "out")

    assert await after_restart.marked("good") == good
    assert files(tmp_path / "out") == {"a.md": "good\n"}


async def test_mark_never_given_is_none(repository: Repository) -> None:
    assert await repository.marked("good") is None


async def test_lock_files_of_a_killed_git_do_not_stop_the_next_fetch(remote: Remote, repository: Repository) -> None:
    remote.commit({"a.md": "A\n"})
    await repository.fetch()
    newer = remote.commit({"a.md": "B\n"})
    for name in ("shallow.lock", "packed-refs.lock", "refs/mentor/head.lock"):
        (repository.folder / name).touch()

    assert await repository.fetch() == newer


async def test_simultaneous_fetches_of_one_mirror_all_succeed(remote: Remote, repository: Repository) -> None:
    revision = remote.commit({"a.md": "A\n"})
    again = Repository(repository.git, repository.address, repository.folder)

    fetched = await asyncio.gather(repository.fetch(), again.fetch(), repository.fetch())

    assert set(fetched) == {revision}


async def test_files_are_read_out_as_committed_whatever_attributes_say(
    remote: Remote, repository: Repository, tmp_path: Path
) -> None:
    committed = {
        "a.md": "$Id$ ü\nline\n",
        ".gitattributes": "* ident text eol=crlf filter=lfs working-tree-encoding=UTF-16LE export-ignore\n",
    }
    revision = remote.commit(committed)
    await repository.fetch()

    await repository.check_out(revision, tmp_path / "out")

    assert {name: (tmp_path / "out" / name).read_bytes().decode() for name in committed} == committed


async def test_link_becomes_a_plain_file_with_its_target(
    remote: Remote, repository: Repository, tmp_path: Path
) -> None:
    revision = remote.commit({"a.md": "/etc/passwd"}, modes={"a.md": "120000"})
    await repository.fetch()

    await repository.check_out(revision, tmp_path / "out")

    assert not (tmp_path / "out" / "a.md").is_symlink()
    assert files(tmp_path / "out") == {"a.md": "/etc/passwd"}


async def test_submodule_is_left_empty(remote: Remote, repository: Repository, tmp_path: Path) -> None:
    mark = tmp_path / "touched"
    url = f'[submodule "x"]\n\tpath = sub\n\turl = ext::sh -c touch% {mark}\n'
    modules = remote.git("hash-object", "-w", "--stdin", given=url)
    revision = remote.commit_entries([f"100644 {modules}\t.gitmodules", f"160000 {'1' * 40}\tsub"])
    await repository.fetch()

    await repository.check_out(revision, tmp_path / "out")

    assert list((tmp_path / "out" / "sub").iterdir()) == []
    assert not mark.exists()


@pytest.mark.parametrize("name", ["..", ".git", ".GIT", "a/../../b"])
async def test_tree_with_a_path_that_leads_out_is_refused_on_arrival(
    remote: Remote, repository: Repository, tmp_path: Path, name: str
) -> None:
    blob = remote.git("hash-object", "-w", "--stdin", given="evil")
    raw = b"100644 " + name.encode() + b"\0" + bytes.fromhex(blob)
    tree = remote.git("hash-object", "-w", "--stdin", "-t", "tree", "--literally", given=raw)
    remote.commit_tree(tree)

    with pytest.raises(GitFailed, match="git fetch failed"):
        await repository.fetch()

    assert await repository.marked("head") is None


async def test_hooks_and_programs_in_a_configuration_never_run(
    remote: Remote, repository: Repository, tmp_path: Path
) -> None:
    mark = tmp_path / "touched"
    revision = remote.commit({"a.md": "A\n", ".lfsconfig": "[lfs]\n", ".gitconfig": f"[alias]\n\tx = !touch {mark}\n"})
    await repository.marked("head")
    hooks = repository.folder / "hooks"
    hooks.mkdir()
    for name in ("post-checkout", "reference-transaction", "pre-auto-gc", "post-index-change"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch {mark}\n")
        (hooks / name).chmod(0o755)
    home = tmp_path / "home"
    home.mkdir()
    (home / ".gitconfig").write_text(f"[core]\n\tfsmonitor = touch {mark}\n\tsshCommand = touch {mark}\n")
    own = Repository(Git({**repository.git.environment, "HOME": str(home)}), repository.address, repository.folder)

    await own.check_out(await own.fetch(), tmp_path / "out")

    assert (await own.remote_revision(), mark.exists()) == (revision, False)


@pytest.mark.parametrize("branch", ["--upload-pack=touch written", "-u", "a\nb", "main:refs/mentor/good"])
async def test_option_like_branch_is_refused_before_git_is_called(remote: Remote, tmp_path: Path, branch: str) -> None:
    no_git = Repository(Git({"PATH": "/nowhere"}), read_address(remote.address), tmp_path / "mirror.git")

    with pytest.raises(GitFailed, match="is no branch name"):
        await no_git.fetch(branch)


@pytest.mark.parametrize("revision", ["--help", "HEAD", "main", "a" * 39, "A" * 40, "a" * 40 + "\n"])
async def test_anything_but_a_full_commit_id_is_refused_before_git_is_called(
    remote: Remote, tmp_path: Path, revision: str
) -> None:
    no_git = Repository(Git({"PATH": "/nowhere"}), read_address(remote.address), tmp_path / "mirror.git")

    with pytest.raises(GitFailed, match="is no full commit id"):
        await no_git.check_out(revision, tmp_path / "out")


async def test_too_many_files_are_refused_before_any_is_written(
    remote: Remote, repository: Repository, tmp_path: Path
) -> None:
    blob = remote.git("hash-object", "-w", "--stdin", given="x")
    revision = remote.commit_entries([f"100644 {blob}\t{number}.md" for number in range(20_001)])
    await repository.fetch()

    with pytest.raises(GitFailed, match="Name a subfolder"):
        await repository.check_out(revision, tmp_path / "out")

    assert not (tmp_path / "out").exists()
