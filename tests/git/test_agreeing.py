"""Who agreed to a proposal at its host, of its newest state; and as whom a host knows an account."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.errors import GitFailed
from bot.git.host import Author, Proposal
from tests.git.github_server import GitHubHosted
from tests.git.gitlab_server import GitLabHosted
from tests.git.hosted import Hosted
from tests.git.hosting import HOSTS, hosting

PROPOSAL = Proposal("mentor/r7", "Make a larger", "", {"live/a.yaml": "size: 2\n"})
Server = GitHubHosted | GitLabHosted


@pytest.fixture(params=HOSTS)
async def hosted(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Hosted]:
    async with hosting(request.param, tmp_path) as hosted:
        hosted.remote.commit({"live/a.yaml": "size: 1\n"})
        yield hosted


@pytest.fixture(params=["github", "gitlab"])
async def server(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Server]:
    async with hosting(request.param, tmp_path) as hosted:
        assert isinstance(hosted, GitHubHosted | GitLabHosted)
        hosted.remote.commit({"live/a.yaml": "size: 1\n"})
        yield hosted


@pytest.fixture
async def github(tmp_path: Path) -> AsyncIterator[GitHubHosted]:
    async with hosting("github", tmp_path) as hosted:
        assert isinstance(hosted, GitHubHosted)
        hosted.remote.commit({"live/a.yaml": "size: 1\n"})
        await hosted.host.propose(PROPOSAL)
        yield hosted


@pytest.fixture
async def gitlab(tmp_path: Path) -> AsyncIterator[GitLabHosted]:
    async with hosting("gitlab", tmp_path) as hosted:
        assert isinstance(hosted, GitLabHosted)
        hosted.remote.commit({"live/a.yaml": "size: 1\n"})
        await hosted.host.propose(PROPOSAL)
        yield hosted


async def test_nobody_agreed_to_what_is_new_or_was_never_proposed(hosted: Hosted) -> None:
    before = await hosted.host.reviewers(PROPOSAL)
    await hosted.host.propose(PROPOSAL)

    assert (before, await hosted.host.reviewers(PROPOSAL)) == (frozenset(), frozenset())


async def test_who_agreed_is_named_also_after_the_merge(server: Server) -> None:
    await server.host.propose(PROPOSAL)
    server.agree(PROPOSAL.branch, "jonas")
    server.agree(PROPOSAL.branch, "amara")
    before = await server.host.reviewers(PROPOSAL)
    server.merge(PROPOSAL.branch)

    assert before == await server.host.reviewers(PROPOSAL) == {"jonas", "amara"}


async def test_who_agreed_before_the_newest_commit_did_not_agree_to_it(server: Server) -> None:
    await server.host.propose(PROPOSAL)
    server.agree(PROPOSAL.branch, "jonas")
    server.push(PROPOSAL.branch, "live/a.yaml", "size: 3\n")
    server.agree(PROPOSAL.branch, "amara")

    assert await server.host.reviewers(PROPOSAL) == {"amara"}


@pytest.mark.parametrize(
    ("states", "agreed"),
    [
        (["APPROVED", "CHANGES_REQUESTED"], False),
        (["APPROVED", "DISMISSED"], False),
        (["CHANGES_REQUESTED", "APPROVED"], True),
        (["APPROVED", "COMMENTED"], True),
        (["APPROVED", "PENDING"], True),
        (["COMMENTED"], False),
    ],
    ids=["changed their mind", "dismissed", "satisfied", "then a word", "a draft", "a word alone"],
)
async def test_last_opinion_of_each_counts_at_github(github: GitHubHosted, states: list[str], agreed: bool) -> None:
    for state in states:
        github.review(PROPOSAL.branch, "jonas", state)

    assert await github.host.reviewers(PROPOSAL) == ({"jonas"} if agreed else set())


async def test_review_of_a_deleted_account_is_nobodys(github: GitHubHosted) -> None:
    github.agree(PROPOSAL.branch, "jonas")
    github.server.reviews[1].append(github.server.reviews[1][0] | {"user": None})

    assert await github.host.reviewers(PROPOSAL) == {"jonas"}


async def test_reviews_of_many_pages_are_all_read(github: GitHubHosted) -> None:
    for _ in range(200):
        github.review(PROPOSAL.branch, "jonas", "COMMENTED")
    github.agree(PROPOSAL.branch, "amara")

    assert await github.host.reviewers(PROPOSAL) == {"amara"}


async def test_older_gitlab_that_cannot_tell_which_state_was_agreed_to_is_said(gitlab: GitLabHosted) -> None:
    gitlab.server.says_when_approved = False
    gitlab.agree(PROPOSAL.branch, "jonas")
    before = await gitlab.host.reviewers(PROPOSAL)
    gitlab.push(PROPOSAL.branch, "live/a.yaml", "size: 3\n")

    with pytest.raises(GitFailed, match="too old to say which state was agreed to; update GitLab, or merge it there"):
        await gitlab.host.reviewers(PROPOSAL)
    assert before == {"jonas"}


@pytest.mark.parametrize("is_first", [True, False], ids=["none yet", "one more"])
async def test_commit_that_gitlab_has_not_read_yet_is_waited_for(gitlab: GitLabHosted, is_first: bool) -> None:
    gitlab.agree(PROPOSAL.branch, "jonas")
    if is_first:
        gitlab.server.versions[1].clear()
    else:
        Hosted.push(gitlab, PROPOSAL.branch, "live/a.yaml", "size: 3\n")

    with pytest.raises(GitFailed, match=r"has not read the newest commit .* yet; it is tried again"):
        await gitlab.host.reviewers(PROPOSAL)


@pytest.mark.parametrize(
    ("name", "shown"), [("Maya Lind", "Maya Lind"), (None, "Maya-L"), ("<>", "Maya-L"), ("M\n<x>", "M x")],
    ids=["named", "no name", "no plain name", "two lines"],
)  # fmt: skip
async def test_account_is_known_by_the_address_that_the_host_gives_out(
    server: Server, name: str | None, shown: str
) -> None:
    key, between = ("login", "+") if isinstance(server, GitHubHosted) else ("username", "-")
    user = {key: "Maya-L", "id": 4711, "name": name, "type": "User"}
    if isinstance(server, GitHubHosted):
        server.server.users["maya-l"] = user
    else:
        server.server.users.append(user)

    author = await server.host.author_of("maya-L")

    assert author == Author(shown, f"4711{between}Maya-L@users.noreply.127.0.0.1")


async def test_account_that_is_not_there_is_nobodys(hosted: Hosted) -> None:
    assert await hosted.host.author_of("nobody") is None


async def test_organization_is_no_person(github: GitHubHosted) -> None:
    github.server.users["acme"] = {"login": "acme", "id": 1, "name": "Acme", "type": "Organization"}

    assert await github.host.author_of("acme") is None


@pytest.mark.parametrize(
    "account", ["", "../repos", "a/b", "a b", "-a", "a?x=1", "a#b", "a%2fb", "ä", "a\n", "x" * 121, "@a", "a&b"]
)
async def test_what_is_no_account_reaches_no_host(server: Server, account: str) -> None:
    server.server.faults.calls.clear()

    assert await server.host.author_of(account) is None
    assert server.server.faults.calls == []


async def test_account_in_a_form_that_no_host_has_is_said(github: GitHubHosted) -> None:
    github.server.users["maya"] = {"login": "maya>\n", "id": 1, "name": "Maya", "type": "User"}

    with pytest.raises(GitFailed, match="in a form that it does not document"):
        await github.host.author_of("maya")
