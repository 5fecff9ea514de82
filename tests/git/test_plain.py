"""The plain host alone: half successes of the git command line, races, and a remote that says no."""

import asyncio
import os
import shutil
from contextlib import suppress
from pathlib import Path

import pytest

from bot.errors import GitFailed
from bot.git.host import Proposal, Review
from bot.git.plain import DEPTH
from tests.git.hosted import Hosted
from tests.git.hosting import BOT_LINE, plain
from tests.git.remote import make_remote

PROPOSAL = Proposal("mentor/draft-7", "Say it", "", {"articles/a.md": "New.\n"})
PATH = os.environ["PATH"]


@pytest.fixture
def hosted(tmp_path: Path) -> Hosted:
    remote = make_remote(tmp_path / "remote.git")
    remote.commit({"articles/a.md": "Old.\n", "other.md": "Other.\n"})
    return Hosted(plain(tmp_path), remote, BOT_LINE)


def git_that(tmp_path: Path, lines: str) -> str:
    """A PATH on which the shell lines run before git does; `$real` is the real one."""
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "git").write_text(f'#!/bin/sh\nreal="{shutil.which("git")}"\n{lines}\nexec "$real" "$@"\n')
    (programs / "git").chmod(0o755)
    return f"{programs}:{PATH}"


@pytest.mark.parametrize("verb", ["ls-remote", "fetch", "hash-object", "update-index", "commit-tree", "push"])
@pytest.mark.parametrize("is_done", [False, True], ids=["before it", "after it"])
async def test_second_try_after_a_failure_at_any_step_ends_with_one_branch(
    hosted: Hosted, tmp_path: Path, verb: str, is_done: bool
) -> None:
    do = '"$real" "$@"; ' if is_done else ""
    failing = git_that(tmp_path, f'case " $* " in *" {verb} "*) {do}echo "fatal: cut off" >&2; exit 128;; esac')
    with suppress(GitFailed):  # a push that was done is found, so that one succeeds
        await plain(tmp_path, path=failing).propose(PROPOSAL)

    standing = await hosted.host.propose(PROPOSAL)

    assert (standing.review, hosted.commits(PROPOSAL.branch)) == (Review.OPEN, [PROPOSAL.title])


async def test_push_whose_reply_is_lost_is_found_at_once(hosted: Hosted, tmp_path: Path) -> None:
    lost = git_that(tmp_path, 'case " $* " in *" push "*) "$real" "$@"; exit 1;; esac')

    standing = await plain(tmp_path, path=lost).propose(PROPOSAL)

    assert (standing.review, hosted.commits(PROPOSAL.branch)) == (Review.OPEN, [PROPOSAL.title])


async def test_two_processes_at_once_make_one_branch(hosted: Hosted, tmp_path: Path) -> None:
    others = [plain(tmp_path, name=f"replica-{number}") for number in range(3)]

    standings = await asyncio.gather(*(host.propose(PROPOSAL) for host in [hosted.host, *others]))

    assert {standing.review for standing in standings} == {Review.OPEN}
    assert hosted.commits(PROPOSAL.branch) == [PROPOSAL.title]


async def test_branch_made_by_others_since_we_looked_is_not_moved(hosted: Hosted, tmp_path: Path) -> None:
    theirs = hosted.tip("main")
    racing = git_that(
        tmp_path,
        f'case " $* " in *" push "*) GIT_DIR={hosted.remote.folder} "$real" update-ref '
        f"refs/heads/{PROPOSAL.branch} {theirs};; esac",
    )

    with pytest.raises(GitFailed, match="git push failed"):
        await plain(tmp_path, path=racing).propose(PROPOSAL)

    assert hosted.tip(PROPOSAL.branch) == theirs


async def test_branch_put_back_to_the_base_is_closed(hosted: Hosted) -> None:
    await hosted.host.propose(PROPOSAL)
    hosted.remote.git("update-ref", f"refs/heads/{PROPOSAL.branch}", "main")

    assert (await hosted.host.look_up(PROPOSAL)).review is Review.CLOSED


async def test_remote_that_refuses_says_why(hosted: Hosted) -> None:
    hook = hosted.remote.folder / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho 'Only people push here.' >&2\nexit 1\n")
    hook.chmod(0o755)

    with pytest.raises(GitFailed, match=r"git push failed for file://.*pre-receive hook declined"):
        await hosted.host.propose(PROPOSAL)


async def test_our_own_mirrors_hooks_never_run(hosted: Hosted, tmp_path: Path) -> None:
    await hosted.host.read_file("other.md")
    mark = tmp_path / "touched"
    hooks = tmp_path / "ours" / "mirror.git" / "hooks"
    hooks.mkdir()
    for name in ("pre-push", "pre-commit", "post-index-change", "reference-transaction"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch {mark}\n")
        (hooks / name).chmod(0o755)

    await hosted.host.propose(PROPOSAL)

    assert not mark.exists()


async def test_default_branch_is_the_base_when_none_is_named(hosted: Hosted, tmp_path: Path) -> None:
    host = plain(tmp_path, branch="")

    await host.propose(PROPOSAL)

    assert hosted.commits(PROPOSAL.branch) == [PROPOSAL.title]


@pytest.mark.parametrize(("branch", "said"), [("", "no default branch"), ("next", "no branch next")])
async def test_base_that_is_not_there_is_named(tmp_path: Path, branch: str, said: str) -> None:
    make_remote(tmp_path / "remote.git")

    with pytest.raises(GitFailed, match=said):
        await plain(tmp_path, branch=branch).propose(PROPOSAL)


async def test_history_longer_than_is_fetched_still_takes_a_proposal(hosted: Hosted) -> None:
    commit = "commit refs/heads/main\ncommitter Maya <maya@example.com> 1 +0000\ndata 0\n"
    first = f"{commit}M 644 inline articles/a.md\ndata 3\nOld\n"
    hosted.remote.git("fast-import", "--quiet", "--force", given=first + commit * (DEPTH + 100))

    await hosted.host.propose(PROPOSAL)

    assert hosted.commits(PROPOSAL.branch) == [PROPOSAL.title]
