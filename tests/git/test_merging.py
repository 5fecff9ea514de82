"""A merge is done once at every host, and only of what was proposed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from bot.errors import GitFailed
from bot.git.host import Author, Proposal, Review
from bot.git.reviewed import ReviewedHost
from tests.git.github_server import GitHubHosted
from tests.git.gitlab_server import GitLabHosted
from tests.git.hosted import Hosted
from tests.git.hosting import HOSTS, hosting, plain
from tests.git.serving import ANY, Fault
from tests.git.test_plain import git_that

OLD = {"live/a.yaml": "size: 1\n", "live/b.yaml": "size: 1\n"}
PROPOSAL = Proposal(
    "mentor/r7",
    "Make a larger",
    "Asked for in Slack.",
    {"live/a.yaml": "size: 2\n"},
    Author("Maya", "maya@example.com"),
)
NO_LONGER = "is no longer as it was proposed"


@pytest.fixture(params=HOSTS)
async def hosted(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Hosted]:
    async with hosting(request.param, tmp_path) as hosted:
        hosted.remote.commit(OLD)
        yield hosted


@pytest.fixture
async def github(tmp_path: Path) -> AsyncIterator[GitHubHosted]:
    async with hosting("github", tmp_path) as hosted:
        assert isinstance(hosted, GitHubHosted)
        hosted.remote.commit(OLD)
        yield hosted


@pytest.fixture
async def gitlab(tmp_path: Path) -> AsyncIterator[GitLabHosted]:
    async with hosting("gitlab", tmp_path) as hosted:
        assert isinstance(hosted, GitLabHosted)
        hosted.remote.commit(OLD)
        yield hosted


async def test_merge_brings_the_proposal_to_the_base(hosted: Hosted) -> None:
    await hosted.host.propose(PROPOSAL)

    standing = await hosted.host.merge(PROPOSAL)

    assert (standing.review, standing.revision) == (Review.MERGED, hosted.tip("main"))
    assert hosted.files("main") == {"live/a.yaml": "size: 2", "live/b.yaml": "size: 1"}
    assert hosted.remote.git("log", "-1", "--format=%an", PROPOSAL.branch) == "Maya"
    assert await hosted.host.look_up(PROPOSAL) == standing


async def test_second_merge_adopts_the_first(hosted: Hosted) -> None:
    await hosted.host.propose(PROPOSAL)
    first = await hosted.host.merge(PROPOSAL)

    second = await hosted.host.merge(PROPOSAL)

    assert (second, len(hosted.merges())) == (first, 2)


async def test_merge_by_people_is_adopted(hosted: Hosted) -> None:
    await hosted.host.propose(PROPOSAL)
    theirs = hosted.squash(PROPOSAL.branch)

    standing = await hosted.host.merge(PROPOSAL)

    assert (standing.review, standing.revision, hosted.tip("main")) == (Review.MERGED, theirs, theirs)


async def test_closed_is_not_merged(hosted: Hosted) -> None:
    await hosted.host.propose(PROPOSAL)
    hosted.close(PROPOSAL.branch)
    before = hosted.tip("main")

    standing = await hosted.host.merge(PROPOSAL)

    assert (standing.review, hosted.tip("main")) == (Review.CLOSED, before)


async def test_what_was_never_proposed_is_not_merged(hosted: Hosted) -> None:
    before = hosted.tip("main")

    standing = await hosted.host.merge(PROPOSAL)

    assert standing.review in (Review.CLOSED, Review.UNKNOWN)
    assert hosted.tip("main") == before


async def test_base_that_moved_on_elsewhere_is_merged_with(hosted: Hosted) -> None:
    await hosted.host.propose(PROPOSAL)
    hosted.push("main", "live/b.yaml", "size: 3\n")

    standing = await hosted.host.merge(PROPOSAL)

    assert (standing.review, standing.revision) == (Review.MERGED, hosted.tip("main"))
    assert hosted.files("main") == {"live/a.yaml": "size: 2", "live/b.yaml": "size: 3"}


async def test_conflict_is_left_to_people(hosted: Hosted) -> None:
    await hosted.host.propose(PROPOSAL)
    theirs = hosted.push("main", "live/a.yaml", "size: 9\n")

    with pytest.raises(GitFailed, match=r"conflicts with its base in live/a\.yaml|not mergeable|: conflict"):
        await hosted.host.merge(PROPOSAL)

    assert hosted.tip("main") == theirs


@pytest.mark.parametrize("path", ["live/a.yaml", "live/b.yaml", "README.md"], ids=["other words", "another", "new"])
async def test_what_people_changed_on_the_branch_is_not_merged(hosted: Hosted, path: str) -> None:
    """It was agreed to as proposed, in Slack; what came to the branch since was not."""
    before = hosted.tip("main")
    await hosted.host.propose(PROPOSAL)
    hosted.push(PROPOSAL.branch, path, "size: 5\n")

    with pytest.raises(GitFailed, match=NO_LONGER):
        await hosted.host.merge(PROPOSAL)

    assert hosted.tip("main") == before


async def test_folder_taken_away_on_the_branch_is_not_merged(hosted: Hosted) -> None:
    hosted.remote.commit(OLD | {"other/deep/c.yaml": "size: 1\n"})
    await hosted.host.propose(PROPOSAL)
    tree = hosted.remote.git("mktree", given=hosted.remote.git("ls-tree", PROPOSAL.branch, "live") + "\n")
    commit = hosted.remote.git("commit-tree", tree, "-p", PROPOSAL.branch, "-m", "Tidy up")
    hosted.remote.git("update-ref", f"refs/heads/{PROPOSAL.branch}", commit)

    with pytest.raises(GitFailed, match=NO_LONGER):
        await hosted.host.merge(PROPOSAL)


async def test_branch_brought_up_to_date_with_the_base_is_merged(hosted: Hosted) -> None:
    await hosted.host.propose(PROPOSAL)
    hosted.push("main", "live/b.yaml", "size: 3\n")
    tree = hosted.remote.three_way(PROPOSAL.branch)
    commit = hosted.remote.git("commit-tree", tree, "-p", PROPOSAL.branch, "-p", "main", "-m", "Update the branch")
    hosted.remote.git("update-ref", f"refs/heads/{PROPOSAL.branch}", commit)
    if isinstance(hosted, GitLabHosted):
        hosted.server.see(PROPOSAL.branch)

    assert (await hosted.host.merge(PROPOSAL)).review is Review.MERGED


async def test_three_processes_at_once_merge_once(hosted: Hosted, tmp_path: Path) -> None:
    await hosted.host.propose(PROPOSAL)
    is_plain = type(hosted) is Hosted
    others = [plain(tmp_path, name=f"replica-{number}") if is_plain else hosted.host for number in range(2)]

    standings = await asyncio.gather(*(host.merge(PROPOSAL) for host in [hosted.host, *others]))

    assert {(one.review, one.revision) for one in standings} == {(Review.MERGED, hosted.tip("main"))}
    assert len(hosted.merges()) == 2


@pytest.mark.parametrize("is_done", [False, True], ids=["before it", "after it"])
@pytest.mark.parametrize(("kind", "at_least"), [("github", 12), ("gitlab", 8)])
async def test_second_try_after_an_end_at_any_call_merges_once(
    tmp_path: Path, kind: str, at_least: int, is_done: bool
) -> None:
    async with hosting(kind, tmp_path) as hosted:
        assert isinstance(hosted, GitHubHosted | GitLabHosted)
        hosted.remote.commit(OLD)
        calls = 0
        while await merged_once_though_cut(hosted, Fault(ANY, "", is_done, True, spared=calls), nth=calls):
            calls += 1

        assert calls >= at_least


async def merged_once_though_cut(hosted: GitHubHosted | GitLabHosted, fault: Fault, *, nth: int) -> bool:
    """Whether the fault was met; however that is, the nth proposal has one merge in the end."""
    change = replace(PROPOSAL, branch=f"mentor/r{nth}", files={"live/a.yaml": f"size: {nth + 2}\n"})
    await hosted.host.propose(change)
    hosted.server.faults.waiting.append(fault)
    with suppress(GitFailed):
        await hosted.host.merge(change)
    is_met, hosted.server.faults.is_down = hosted.server.faults.is_down, False
    hosted.server.faults.waiting.clear()

    standing = await hosted.host.merge(change)

    assert (standing.review, standing.revision) == (Review.MERGED, hosted.tip("main"))
    assert len(hosted.merges()) == 2 + nth
    return is_met


@pytest.mark.parametrize("kind", ["github", "gitlab"])
async def test_reply_that_is_lost_is_found_at_once(tmp_path: Path, kind: str) -> None:
    async with hosting(kind, tmp_path) as hosted:
        assert isinstance(hosted, GitHubHosted | GitLabHosted)
        hosted.remote.commit(OLD)
        await hosted.host.propose(PROPOSAL)
        hosted.server.faults.waiting.append(Fault("PUT", "/merge", is_done=True))

        standing = await hosted.host.merge(PROPOSAL)

        assert (hosted.server.faults.waiting, standing.revision) == ([], hosted.tip("main"))


VERBS = ["ls-remote", "fetch", "rev-list", "merge-base", "merge-tree", "commit-tree", "push"]


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("is_done", [False, True], ids=["before it", "after it"])
async def test_second_try_after_a_failure_at_any_step_of_git_merges_once(
    tmp_path: Path, verb: str, is_done: bool
) -> None:
    async with hosting("plain", tmp_path) as hosted:
        hosted.remote.commit(OLD)
        await hosted.host.propose(PROPOSAL)
        do = '"$real" "$@"; ' if is_done else ""
        failing = git_that(tmp_path, f'case " $* " in *" {verb} "*) {do}echo "fatal: cut off" >&2; exit 128;; esac')
        with suppress(GitFailed):  # a push that was done is found, so that one succeeds
            await plain(tmp_path, path=failing).merge(PROPOSAL)

        standing = await hosted.host.merge(PROPOSAL)

        assert (standing.review, standing.revision) == (Review.MERGED, hosted.tip("main"))
        assert hosted.merges() == ["Change the handbook", f"Merge branch '{PROPOSAL.branch}'"]


def moving_base(hosted: Hosted, tmp_path: Path, *, times: int, then: str = "") -> str:
    """A PATH on which somebody is first to push to main, so many times; and what happens at the next push."""
    marks = tmp_path / "marks"
    marks.mkdir()
    theirs = "GIT_AUTHOR_NAME=x GIT_AUTHOR_EMAIL=x@y GIT_COMMITTER_NAME=x GIT_COMMITTER_EMAIL=x@y"
    add = f'GIT_DIR={hosted.remote.folder} {theirs} "$real"'
    other = f"else {then}" if then else ""
    return git_that(
        tmp_path,
        f'case " $* " in *" push "*) n=$(ls {marks} | wc -l); if [ $n -lt {times} ]; then touch {marks}/$n; '
        f"c=$({add} commit-tree main^{{tree}} -p main -m Theirs); {add} update-ref refs/heads/main $c; "
        f"{other} fi;; esac",
    )


@pytest.mark.parametrize("branch", ["main", ""], ids=["named", "default"])
async def test_base_that_moves_meanwhile_is_merged_with_at_the_second_try(tmp_path: Path, branch: str) -> None:
    async with hosting("plain", tmp_path) as hosted:
        hosted.remote.commit(OLD)
        await hosted.host.propose(PROPOSAL)
        host = plain(tmp_path, path=moving_base(hosted, tmp_path, times=1), branch=branch)

        standing = await host.merge(PROPOSAL)

        assert standing.revision == hosted.tip("main")
        assert hosted.merges() == ["Change the handbook", "Theirs", f"Merge branch '{PROPOSAL.branch}'"]


async def test_base_that_keeps_moving_is_left_for_later(tmp_path: Path) -> None:
    async with hosting("plain", tmp_path) as hosted:
        hosted.remote.commit(OLD)
        await hosted.host.propose(PROPOSAL)

        with pytest.raises(GitFailed, match="git push failed"):
            await plain(tmp_path, path=moving_base(hosted, tmp_path, times=2)).merge(PROPOSAL)

        assert hosted.merges() == ["Change the handbook", "Theirs", "Theirs"]


async def test_lost_reply_of_the_second_try_is_found_at_once(tmp_path: Path) -> None:
    async with hosting("plain", tmp_path) as hosted:
        hosted.remote.commit(OLD)
        await hosted.host.propose(PROPOSAL)
        path = moving_base(hosted, tmp_path, times=1, then='"$real" "$@"; exit 1;')

        standing = await plain(tmp_path, path=path).merge(PROPOSAL)

        assert (standing.review, standing.revision) == (Review.MERGED, hosted.tip("main"))
        assert hosted.merges() == ["Change the handbook", "Theirs", f"Merge branch '{PROPOSAL.branch}'"]


async def test_git_too_old_to_merge_is_said(tmp_path: Path) -> None:
    async with hosting("plain", tmp_path) as hosted:
        hosted.remote.commit(OLD)
        await hosted.host.propose(PROPOSAL)
        old = git_that(tmp_path, 'case " $* " in *" merge-tree "*) echo "usage: git merge-tree" >&2; exit 129;; esac')

        with pytest.raises(GitFailed, match=r"Merging needs Git 2\.38 or newer; update Git"):
            await plain(tmp_path, path=old).merge(PROPOSAL)


async def test_merge_commit_is_the_bots(tmp_path: Path) -> None:
    async with hosting("plain", tmp_path) as hosted:
        hosted.remote.commit(OLD)
        await hosted.host.propose(PROPOSAL)
        parents = [hosted.tip("main"), hosted.tip(PROPOSAL.branch)]

        await hosted.host.merge(PROPOSAL)

        assert hosted.people_of("main") == f"{hosted.committer} / {hosted.committer}"
        assert hosted.remote.git("log", "-1", "--format=%P", "main").split() == parents


async def test_base_branch_that_takes_no_push_is_said(tmp_path: Path) -> None:
    async with hosting("plain", tmp_path) as hosted:
        hosted.remote.commit(OLD)
        await hosted.host.propose(PROPOSAL)
        hook = hosted.remote.folder / "hooks" / "update"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text("#!/bin/sh\nexit 1\n")
        hook.chmod(0o755)

        with pytest.raises(GitFailed, match=r"git push failed for file://.*hook declined"):
            await hosted.host.merge(PROPOSAL)


async def test_review_that_the_host_asks_for_is_said(github: GitHubHosted) -> None:
    await github.host.propose(PROPOSAL)
    github.server.reviews_needed = 1

    with pytest.raises(GitFailed, match=r"/pull/1 is not merged. GitHub refused \(405\): At least 1 approving review"):
        await github.host.merge(PROPOSAL)


async def test_review_that_gitlab_asks_for_is_said(gitlab: GitLabHosted) -> None:
    await gitlab.host.propose(PROPOSAL)
    gitlab.server.approvals_needed = 1

    with pytest.raises(GitFailed, match=r"/1 is not merged. GitLab does not let it be merged \(405\): not approved\."):
        await gitlab.host.merge(PROPOSAL)


async def test_account_that_may_not_merge_is_said(gitlab: GitLabHosted) -> None:
    await gitlab.host.propose(PROPOSAL)
    gitlab.server.may_merge = False

    with pytest.raises(GitFailed, match="The account of GITLAB_TOKEN may not merge there"):
        await gitlab.host.merge(PROPOSAL)


@pytest.mark.parametrize("kind", ["github", "gitlab"])
async def test_commit_pushed_after_we_looked_is_not_merged(tmp_path: Path, kind: str) -> None:
    """The host is told which commit is meant, and refuses when its branch moved on."""
    async with hosting(kind, tmp_path) as hosted:
        hosted.remote.commit(OLD)
        before = hosted.tip("main")
        standing = await hosted.host.propose(PROPOSAL)
        seen = hosted.tip(PROPOSAL.branch)
        hosted.push(PROPOSAL.branch, "live/b.yaml", "size: 7\n")

        assert isinstance(hosted.host, ReviewedHost)
        with pytest.raises(GitFailed, match=r"Head branch was modified|has seen a newer commit"):
            await hosted.host.pages.merge(standing, seen, PROPOSAL)

        assert hosted.tip("main") == before


@pytest.mark.parametrize("method", ["squash", "rebase"])
async def test_repository_without_merge_commits_is_merged_its_way(github: GitHubHosted, method: str) -> None:
    github.server.methods = (method,)
    change = replace(PROPOSAL, trailers=(("Approved-by", "Jonas <jonas@example.com>"),))
    await github.host.propose(change)

    standing = await github.host.merge(change)

    said = github.remote.git("log", "-1", "--format=%B", "main")
    assert (standing.review, standing.revision) == (Review.MERGED, github.tip("main"))
    assert said.startswith("Make a larger\n\nAsked for in Slack.")
    assert said.endswith("Approved-by: Jonas <jonas@example.com>\nMentor-Proposal: mentor/r7")
