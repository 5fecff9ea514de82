"""What a repository lets us do, told without changing anything there."""

from pathlib import Path

import pytest

from bot.config import Secret
from bot.errors import GitFailed
from bot.git.access import Access, access_of, version_in
from tests.git.github_server import GitHubHosted
from tests.git.gitlab_server import GitLabHosted
from tests.git.hosting import github_host, gitlab_host, hosting, on_github, on_gitlab, plain
from tests.git.remote import make_remote


@pytest.mark.parametrize("kind", ["plain", "github", "gitlab"])
async def test_what_may_be_pushed_to_is_said_and_nothing_is_changed(kind: str, tmp_path: Path) -> None:
    async with hosting(kind, tmp_path) as hosted:
        hosted.remote.commit({"a.yaml": "a: 1\n"})
        before = hosted.remote.git("for-each-ref")

        access = await access_of(hosted.host)

        assert access.may_push is True
        assert access.branch == "main"
        assert hosted.remote.git("for-each-ref") == before


@pytest.mark.parametrize("kind", ["plain", "github", "gitlab"])
async def test_base_branch_that_is_not_there_is_an_error(kind: str, tmp_path: Path) -> None:
    async with hosting(kind, tmp_path) as hosted:
        hosted.remote.commit({"a.yaml": "a: 1\n"})
        match hosted:
            case GitHubHosted():
                host: object = github_host(hosted.server.url, branch="trunk")
            case GitLabHosted():
                host = gitlab_host(hosted.server.url, branch="trunk")
            case _:
                host = plain(tmp_path, branch="trunk")

        with pytest.raises(GitFailed, match="has no branch trunk"):
            await access_of(host)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("push", "scopes", "expected"),
    [
        (True, None, Access("GitHub", "main", may_push=True)),
        (False, None, Access("GitHub", "main", may_push=False)),
        (True, "repo, workflow", Access("GitHub", "main", may_push=True, scopes=("repo", "workflow"))),
        (True, "read:org", Access("GitHub", "main", may_push=False, scopes=("read:org",))),
        (True, "", Access("GitHub", "main", may_push=False, scopes=())),
    ],
    ids=["fine-grained", "may only read", "classic", "classic without repo", "classic without any"],
)
async def test_github_says_what_the_token_may(tmp_path: Path, push: bool, scopes: str | None, expected: Access) -> None:
    remote = make_remote(tmp_path / "remote.git")
    remote.commit({"a.yaml": "a: 1\n"})
    async with on_github(remote) as hosted:
        hosted.server.permissions["push"], hosted.server.scopes = push, scopes

        assert await access_of(hosted.host) == expected


@pytest.mark.parametrize(
    ("level", "scopes", "expected"),
    [
        (30, ["api"], Access("GitLab", "main", may_push=True, scopes=("api",))),
        (20, ["api"], Access("GitLab", "main", may_push=False, scopes=("api",))),
        (40, ["read_api"], Access("GitLab", "main", may_push=False, scopes=("read_api",))),
        (None, ["api"], Access("GitLab", "main", may_push=None, scopes=("api",))),
        (30, None, Access("GitLab", "main", may_push=True)),
    ],
    ids=["developer", "reporter", "a token that reads", "by no role it tells", "does not tell scopes"],
)
async def test_gitlab_says_what_the_token_may(
    tmp_path: Path, level: int | None, scopes: list[str] | None, expected: Access
) -> None:
    remote = make_remote(tmp_path / "remote.git")
    remote.commit({"a.yaml": "a: 1\n"})
    async with on_gitlab(remote) as hosted:
        hosted.server.level, hosted.server.scopes = level, scopes

        assert await access_of(hosted.host) == expected


async def test_token_nobody_knows_is_an_error_without_it(tmp_path: Path) -> None:
    async with on_github(make_remote(tmp_path / "remote.git")) as hosted:
        with pytest.raises(GitFailed, match="does not know us; check GITHUB_TOKEN") as failed:
            await access_of(github_host(hosted.server.url, token=Secret("ghp_canary_wrong").value))

    assert "canary" not in str(failed.value)


async def test_plain_repository_that_takes_no_push_says_so_in_gits_words(tmp_path: Path) -> None:
    remote = make_remote(tmp_path / "remote.git")
    remote.commit({"a.yaml": "a: 1\n"})
    remote.git("config", "receive.denyDeletes", "canary")  # at which receiving ends, and reading does not

    access = await access_of(plain(tmp_path))

    assert access.may_push is False
    assert "git push failed for file://" in access.why_not


@pytest.mark.parametrize(
    ("printed", "version"),
    [
        ("git version 2.43.0\n", [2, 43]),
        ("git version 2.39.5 (Apple Git-154)", [2, 39]),
        ("git version x", []),
        ("", []),
    ],
)
def test_version_of_git_is_read(printed: str, version: list[int]) -> None:
    assert version_in(printed) == version
