"""GitHub and GitLab: half successes, lost replies, races, and what their servers say no to."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web

from bot.errors import GitBusy, GitFailed
from bot.git.host import Author, Proposal, Review
from tests.git.github_server import GitHubHosted
from tests.git.gitlab_server import GitLabHosted
from tests.git.hosting import github_host, gitlab_host, on_github, on_gitlab
from tests.git.remote import Remote, make_remote
from tests.git.serving import Fault

OLD = {"articles/dns.md": "Old.\n", "articles/old.md": "Gone soon.\n", "README.md": "Ours.\n"}
PROPOSAL = Proposal(
    "mentor/draft-7",
    "Say how names are asked for",
    "From a thread.",
    {"articles/dns.md": "New.\n", "articles/old.md": None},
    author=Author("Maya", "maya@example.com"),
    labels=("documentation", "from slack"),
)
STEPS = {
    "github": [("POST", "/git/trees"), ("POST", "/git/commits"), ("POST", "/git/refs"), ("POST", "/pulls"),
               ("POST", "/labels"), ("GET", "/pulls")],
    "gitlab": [("POST", "/repository/commits"), ("POST", "/merge_requests"), ("GET", "/merge_requests")],
}  # fmt: skip
Server = GitHubHosted | GitLabHosted

KINDS: dict[str, Callable[[Remote], AbstractAsyncContextManager[Server]]] = {
    "github": on_github,
    "gitlab": on_gitlab,
}


@pytest.fixture(params=KINDS)
async def hosted(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Server]:
    async with KINDS[request.param](make_remote(tmp_path / "remote.git")) as hosted:
        hosted.remote.commit(OLD)
        yield hosted


@pytest.fixture
async def github(tmp_path: Path) -> AsyncIterator[GitHubHosted]:
    async with on_github(make_remote(tmp_path / "remote.git")) as hosted:
        hosted.remote.commit(OLD)
        yield hosted


@pytest.fixture
async def gitlab(tmp_path: Path) -> AsyncIterator[GitLabHosted]:
    async with on_gitlab(make_remote(tmp_path / "remote.git")) as hosted:
        hosted.remote.commit(OLD)
        yield hosted


@pytest.mark.parametrize("is_done", [False, True], ids=["before it", "after it"])
@pytest.mark.parametrize(("kind", "method", "path"), [(kind, *step) for kind, steps in STEPS.items() for step in steps])
async def test_second_try_after_an_end_at_any_step_leaves_one_branch_and_one_review(
    tmp_path: Path, kind: str, method: str, path: str, is_done: bool
) -> None:
    async with KINDS[kind](make_remote(tmp_path / "remote.git")) as hosted:
        hosted.remote.commit(OLD)
        hosted.server.faults.waiting.append(Fault(method, path, is_done=is_done, is_the_end=True))
        with pytest.raises(GitFailed, match="did not answer"):
            await hosted.host.propose(PROPOSAL)
        hosted.server.faults.is_down = False

        standing = await hosted.host.propose(PROPOSAL)

        assert standing.review is Review.OPEN
        assert hosted.branches() == ["main", PROPOSAL.branch]
        assert hosted.commits(PROPOSAL.branch) == [PROPOSAL.title]
        assert (hosted.opened(PROPOSAL.branch), hosted.labels(PROPOSAL.branch)) == (1, list(PROPOSAL.labels))


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("github", "/git/refs"),
        ("github", "/pulls"),
        ("gitlab", "/repository/commits"),
        ("gitlab", "/merge_requests"),
    ],
)
async def test_reply_that_is_lost_is_found_at_once(tmp_path: Path, kind: str, path: str) -> None:
    async with KINDS[kind](make_remote(tmp_path / "remote.git")) as hosted:
        hosted.remote.commit(OLD)
        hosted.server.faults.waiting.append(Fault("POST", path, is_done=True))

        standing = await hosted.host.propose(PROPOSAL)

        assert hosted.server.faults.waiting == []  # it was lost
        assert (standing.review, hosted.opened(PROPOSAL.branch)) == (Review.OPEN, 1)


async def test_three_processes_at_once_make_one_branch_and_one_review(hosted: Server) -> None:
    standings = await asyncio.gather(*(hosted.host.propose(PROPOSAL) for _ in range(3)))

    assert len(set(standings)) == 1
    assert (hosted.commits(PROPOSAL.branch), hosted.opened(PROPOSAL.branch)) == ([PROPOSAL.title], 1)


async def test_standing_has_the_reviews_page_and_number(hosted: Server) -> None:
    standing = await hosted.host.propose(PROPOSAL)

    pages = (f"{hosted.server.url}/platform/handbook/pull/1",
             f"{hosted.server.url}/group/platform/handbook/-/merge_requests/1")  # fmt: skip
    assert (standing.number, standing.revision) == ("1", "")
    assert standing.url in pages


async def test_branch_that_people_went_on_with_before_the_review_opened_is_adopted(hosted: Server) -> None:
    hosted.server.faults.waiting += [Fault("POST", "/pulls"), Fault("POST", "/merge_requests")]
    with pytest.raises(GitFailed):
        await hosted.host.propose(PROPOSAL)
    theirs = hosted.push(PROPOSAL.branch, "articles/dns.md", "Better.\n")

    standing = await hosted.host.propose(PROPOSAL)

    assert (standing.review, hosted.tip(PROPOSAL.branch)) == (Review.OPEN, theirs)


async def test_review_that_people_closed_is_not_opened_again(hosted: Server) -> None:
    await hosted.host.propose(PROPOSAL)
    hosted.close(PROPOSAL.branch)

    standing = await hosted.host.propose(PROPOSAL)

    assert (standing.review, hosted.opened(PROPOSAL.branch)) == (Review.CLOSED, 0)


async def test_review_that_people_opened_again_is_open(github: GitHubHosted) -> None:
    await github.host.propose(PROPOSAL)
    github.server.pulls.insert(0, github.server.pulls[0] | {"number": 9, "state": "closed"})

    assert (await github.host.look_up(PROPOSAL)).number == "1"


async def test_review_from_a_fork_is_not_ours(github: GitHubHosted) -> None:
    await github.host.propose(PROPOSAL)
    github.server.pulls[0]["head"]["repo"] = {"full_name": "platform/fork"}

    assert (await github.host.look_up(PROPOSAL)).review is Review.UNKNOWN


async def test_merge_request_from_a_fork_is_not_ours(gitlab: GitLabHosted) -> None:
    await gitlab.host.propose(PROPOSAL)
    gitlab.server.requests[0]["source_project_id"] = 8

    assert (await gitlab.host.look_up(PROPOSAL)).review is Review.UNKNOWN


async def test_merge_under_way_is_still_open(gitlab: GitLabHosted) -> None:
    await gitlab.host.propose(PROPOSAL)
    gitlab.server.requests[0]["state"] = "locked"

    assert (await gitlab.host.look_up(PROPOSAL)).review is Review.OPEN


async def test_folder_of_many_pages_is_read_to_its_end(gitlab: GitLabHosted) -> None:
    many = {f"articles/{number:03}.md": "x\n" for number in range(250)}
    gitlab.remote.commit(many | {"articles/zzz.md": "Last.\n"})

    assert await gitlab.host.read_file("articles/zzz.md") == "Last.\n"


async def test_default_branch_is_the_base_when_none_is_named(hosted: Server) -> None:
    here = hosted.server.url
    host = github_host(here, branch="") if isinstance(hosted, GitHubHosted) else gitlab_host(here, branch="")

    await host.propose(PROPOSAL)

    assert hosted.commits(PROPOSAL.branch) == [PROPOSAL.title]


async def test_tree_that_changes_more_than_was_declared_is_not_committed(github: GitHubHosted) -> None:
    """Whatever the reason: the tree that GitHub made is compared before a branch shows it."""
    wrong = github.remote.git("mktree", given="")
    github.server.faults.waiting.append(Fault("POST", "/git/trees", reply=lambda: web.json_response({"sha": wrong})))

    with pytest.raises(GitFailed, match=r"would change 'README\.md' too"):
        await github.host.propose(PROPOSAL)

    assert github.branches() == ["main"]


async def test_wrong_token_is_said_without_it(hosted: Server) -> None:
    wrong, here = "wrong-canary-0123456789", hosted.server.url
    is_github = isinstance(hosted, GitHubHosted)
    host = github_host(here, token=wrong) if is_github else gitlab_host(here, token=wrong)

    with pytest.raises(GitFailed, match=r"does not know us; check GIT(HUB|LAB)_TOKEN") as failed:
        await host.propose(PROPOSAL)

    assert "canary" not in str(failed.value)


async def test_host_that_asks_to_wait_is_left_alone(hosted: Server) -> None:
    def busy() -> web.Response:
        return web.json_response({"message": "slow down"}, status=429, headers={"Retry-After": "7"})

    hosted.server.faults.waiting += [Fault("POST", path, reply=busy) for path in ("/git/trees", "/repository/commits")]

    with pytest.raises(GitBusy, match="asks to wait 7 s") as failed:
        await hosted.host.propose(PROPOSAL)

    assert (failed.value.retry_after_s, hosted.branches()) == (7.0, ["main"])


async def test_proposal_without_labels_asks_for_none(github: GitHubHosted) -> None:
    await github.host.propose(replace(PROPOSAL, labels=()))

    assert not any("labels" in call for call in github.server.faults.calls)


async def test_look_at_an_open_review_is_one_call(hosted: Server) -> None:
    await hosted.host.propose(PROPOSAL)
    hosted.server.faults.calls.clear()

    await hosted.host.look_up(PROPOSAL)

    assert len(hosted.server.faults.calls) == 1
