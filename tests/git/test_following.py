"""Whether a revision holds a merge, and what was said of the commits since: asked of every host."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web

from bot.errors import GitFailed
from bot.git.host import CommitStatus
from bot.git.plain import DEPTH
from tests.git.github_server import GitHubHosted
from tests.git.gitlab_server import GitLabHosted
from tests.git.hosted import Hosted
from tests.git.hosting import HOSTS, hosting, plain
from tests.git.serving import Fault

Server = GitHubHosted | GitLabHosted


@pytest.fixture(params=HOSTS)
async def hosted(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Hosted]:
    async with hosting(request.param, tmp_path) as hosted:
        hosted.remote.commit({"a": "0\n"})
        yield hosted


@pytest.fixture(params=["github", "gitlab"])
async def server(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Server]:
    async with hosting(request.param, tmp_path) as hosted:
        assert isinstance(hosted, GitHubHosted | GitLabHosted)
        hosted.remote.commit({"a": "0\n"})
        yield hosted


def side_commit(hosted: Hosted) -> str:
    """A commit that was merged into main by another one."""
    hosted.remote.git("update-ref", "refs/heads/side", "main")
    side = hosted.push("side", "side", "x\n")
    hosted.push("main", "a", "side\n")
    Hosted.merge(hosted, "side")
    return side


async def test_revision_contains_itself_and_what_came_before(hosted: Hosted) -> None:
    first = hosted.tip("main")
    merged = hosted.push("main", "a", "1\n")
    later = hosted.push("main", "a", "2\n")

    answers = [await hosted.host.contains(revision, merged) for revision in (merged, later, first)]

    assert answers == [True, True, False]


async def test_revision_beside_the_commit_does_not_contain_it(hosted: Hosted) -> None:
    before = hosted.tip("main")
    side = side_commit(hosted)
    beside = hosted.remote.git("rev-parse", "main^1")

    assert not await hosted.host.contains(beside, side)
    assert not await hosted.host.contains(side, beside)
    assert await hosted.host.contains(hosted.tip("main"), side)
    assert await hosted.host.contains(side, before)


async def test_commit_of_another_history_is_not_contained(hosted: Hosted) -> None:
    other = hosted.remote.commit({"b": "x\n"}, branch="other")

    assert not await hosted.host.contains(hosted.tip("main"), other)


@pytest.mark.parametrize("unknown", ["1" * 40, "1" * 64], ids=["sha1", "sha256"])
async def test_what_the_host_does_not_know_is_not_contained(hosted: Hosted, unknown: str) -> None:
    known = hosted.tip("main")

    assert not await hosted.host.contains(unknown, known)
    assert not await hosted.host.contains(known, unknown)
    assert not await hosted.host.contains(unknown, unknown)


async def test_tree_is_no_revision(hosted: Hosted) -> None:
    tree = hosted.remote.git("rev-parse", "main^{tree}")

    assert not await hosted.host.contains(tree, hosted.tip("main"))


HOSTILE = ["", "main", "HEAD", "--output=/tmp/x", "../../../user", "main@sha1:" + "1" * 40, "1" * 39, "A" * 40,
           "1" * 40 + "\n", "1" * 40 + "?x", "refs/heads/main", "1" * 40 + "^"]  # fmt: skip


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("kind", HOSTS)
async def test_what_is_no_commit_id_reaches_nobody(tmp_path: Path, kind: str, hostile: str) -> None:
    async with hosting(kind, tmp_path) as hosted:
        host = plain(tmp_path, path="/nowhere") if kind == "plain" else hosted.host  # git would not be found

        assert not await host.contains(hostile, "1" * 40)
        assert not await host.contains("1" * 40, hostile)
        assert await host.statuses(hostile) == ()
        assert not isinstance(hosted, GitHubHosted | GitLabHosted) or hosted.server.faults.calls == []


async def test_repository_that_is_gone_is_no_answer(server: Server) -> None:
    known = server.tip("main")
    gone = [Fault("GET", end, reply=lambda: _not_found()) for end in ("merge_base", f"{known}...{'1' * 40}")]
    again = [Fault("GET", end, reply=lambda: _not_found()) for end in ("handbook",)]
    server.server.faults.waiting += gone + again

    with pytest.raises(GitFailed, match="has no such thing, or GIT"):
        await server.host.contains(known, "1" * 40)


async def test_history_too_short_to_tell_is_said(tmp_path: Path) -> None:
    async with hosting("plain", tmp_path) as hosted:
        first = hosted.remote.commit({"a": "0\n"})
        assert await hosted.host.contains(first, first)  # so that the mirror has it
        commit = "commit refs/heads/main\ncommitter Maya <maya@example.com> 1 +0000\ndata 0\n"
        more = f"{commit}from {first}\n" + commit * (DEPTH + 50)
        hosted.remote.git("fast-import", "--quiet", given=more)

        with pytest.raises(GitFailed, match=f"further back in file://.* than the {DEPTH} commits that are looked at"):
            await hosted.host.contains(hosted.tip("main"), first)
        with pytest.raises(GitFailed, match="further back"):
            await plain(tmp_path, name="new").contains(hosted.tip("main"), first)
        near = hosted.remote.git("rev-parse", "main~20")
        assert await hosted.host.contains(hosted.tip("main"), near)
        assert not await hosted.host.contains(near, hosted.tip("main"))
        assert not await hosted.host.contains("1" * 40, near)


async def test_plain_repository_has_no_statuses(tmp_path: Path) -> None:
    async with hosting("plain", tmp_path) as hosted:
        assert await hosted.host.statuses(hosted.remote.commit({"a": "0\n"})) == ()


async def test_newest_status_of_each_context_is_told(server: Server) -> None:
    commit = server.tip("main")
    server.say(commit, "argocd/live", "pending", "Syncing")
    server.say(commit, "flux/live", "failure", "No such chart")
    server.say(commit, "argocd/live", "success", "Healthy")

    statuses = await server.host.statuses(commit)

    assert {(one.commit, one.context, one.state, one.said) for one in statuses} == {
        (commit, "argocd/live", "success", "Healthy"),
        (commit, "flux/live", "failure", "No such chart"),
    }
    assert all(one.at.tzinfo and one.at.date() == datetime(2026, 11, 27, tzinfo=UTC).date() for one in statuses)


async def test_statuses_of_later_commits_are_told_and_of_earlier_ones_not(server: Server) -> None:
    before = server.tip("main")
    merged = server.push("main", "a", "1\n")
    later = server.push("main", "a", "2\n")
    for commit in (before, merged, later):
        server.say(commit, "argocd/live", "success")

    assert [one.commit for one in await server.host.statuses(merged)] == [later, merged]


async def test_commit_that_a_later_merge_brought_in_is_not_after_it(server: Server) -> None:
    """What stands beside the commit on a branch of its own need not hold it."""
    merged = server.push("main", "a", "1\n")
    side = side_commit(server)
    for commit in (side, server.tip("main")):
        server.say(commit, "argocd/live", "success")

    assert [one.commit for one in await server.host.statuses(merged)] == [server.tip("main")]


async def test_no_more_than_the_newest_twenty_commits_after_it_are_asked(server: Server) -> None:
    merged = server.push("main", "a", "merged\n")
    commits = [merged, *(server.push("main", "a", f"{number}\n") for number in range(25))]
    for commit in commits:
        server.say(commit, "argocd/live", "success")

    statuses = await server.host.statuses(merged)

    assert [one.commit for one in statuses] == [*commits[:-21:-1], merged]


async def test_commit_that_is_not_on_the_base_has_its_own_statuses_alone(server: Server) -> None:
    server.remote.git("update-ref", "refs/heads/side", "main")
    server.push("main", "a", "1\n")
    server.say(server.tip("main"), "argocd/live", "success")
    beside = server.push("side", "side", "x\n")
    server.say(beside, "ci", "success")

    assert [(one.commit, one.context) for one in await server.host.statuses(beside)] == [(beside, "ci")]


async def test_commit_brought_in_by_a_merge_has_those_from_the_merge_on(server: Server) -> None:
    side = side_commit(server)
    for commit in (server.tip("main"), server.remote.git("rev-parse", "main^1")):
        server.say(commit, "argocd/live", "success")

    assert [one.commit for one in await server.host.statuses(side)] == [server.tip("main")]


async def test_commit_that_nobody_knows_has_none(server: Server) -> None:
    assert list(await server.host.statuses("1" * 40)) == []


async def test_contexts_of_many_pages_are_all_read(server: Server) -> None:
    commit = server.tip("main")
    for number in range(59):
        server.say(commit, f"ci/{number}", "success")
    kept = [*server.server.statuses[commit]]
    server.server.statuses[commit] += [
        {**one, one_key(one): f"{one[one_key(one)]}/{copy}"} for copy in range(3) for one in kept
    ]

    assert len(await server.host.statuses(commit)) == 59 * 4


@pytest.mark.parametrize(
    ("said", "state"),
    [("success", "success"), ("failed", "failure"), ("canceled", "error"), ("running", "pending"),
     ("skipped", "pending"), ("waiting_for_resource", "pending")],
)  # fmt: skip
async def test_states_of_gitlab_become_ours(tmp_path: Path, said: str, state: str) -> None:
    async with hosting("gitlab", tmp_path) as hosted:
        assert isinstance(hosted, GitLabHosted)
        commit = hosted.remote.commit({"a": "0\n"})
        hosted.say(commit, "flux/live", "success")
        hosted.server.statuses[commit][0]["status"] = said

        (status,) = await hosted.host.statuses(commit)

        assert status == CommitStatus(commit, "flux/live", state, "", status.at)


def one_key(status: dict[str, object]) -> str:
    return "context" if "context" in status else "name"


def _not_found() -> web.Response:
    return web.json_response({"message": "Not Found"}, status=404)
