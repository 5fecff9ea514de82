"""Which host an address means, and the settings that Git hosts read."""

import os
from pathlib import Path
from typing import Any

import pytest

from bot.config import Settings, read_settings
from bot.errors import GitFailed, SettingsInvalid
from bot.git.address import read_address
from bot.git.github import GitHub
from bot.git.github_app import AppToken
from bot.git.gitlab import GitLab
from bot.git.hosts import device_flow_for, host_for, live_host
from bot.git.plain import PlainHost
from bot.git.reviewed import ReviewedHost
from knowledge.repositories import LiveRepository
from tests.git.remote import make_remote

TOKENS = {"GITHUB_TOKEN": "ghp_canary", "GITLAB_TOKEN": "glpat-canary"}
OWN = TOKENS | {"GITHUB_API_URL": "https://ghe.example.com/api/v3/", "CI_API_V4_URL": "https://git.example.com/api/v4"}


def settings(tmp_path: Path, environment: dict[str, str]) -> Settings:
    return read_settings({"MENTOR_DATA": str(tmp_path), "MENTOR_GIT_EMAIL": "mentor@example.com", **environment})


def pages(address: str, settings: Settings) -> Any:
    host = host_for(read_address(address), settings, branch="main")
    return host.pages if isinstance(host, ReviewedHost) else host


@pytest.mark.parametrize(
    ("address", "environment", "api"),
    [
        ("https://github.com/acme/handbook.git", TOKENS, "https://api.github.com"),
        ("git@GitHub.com:acme/handbook.git", TOKENS, "https://api.github.com"),
        ("ssh://git@ghe.example.com:2222/acme/handbook", OWN, "https://ghe.example.com/api/v3"),
        ("https://acme.ghe.com/acme/handbook", TOKENS | {"GITHUB_API_URL": "https://api.acme.ghe.com"},
         "https://api.acme.ghe.com"),
    ],
    ids=["https", "scp", "enterprise", "enterprise cloud"],
)  # fmt: skip
def test_github_is_known_by_its_api(tmp_path: Path, address: str, environment: dict[str, str], api: str) -> None:
    found = pages(address, settings(tmp_path, environment))

    assert isinstance(found, GitHub)
    assert (found.owner, found.name, found.branch, found.rest.url) == ("acme", "handbook", "main", api)
    assert (found.bot.name, found.bot.email) == ("Mentor", "mentor@example.com")


@pytest.mark.parametrize(
    ("address", "environment", "api"),
    [
        ("https://gitlab.com/acme/platform/handbook.git", TOKENS, "https://gitlab.com/api/v4"),
        ("git@git.example.com:acme/platform/handbook.git", OWN, "https://git.example.com/api/v4"),
    ],
    ids=["https", "our own"],
)
def test_gitlab_is_known_by_its_api(tmp_path: Path, address: str, environment: dict[str, str], api: str) -> None:
    found = pages(address, settings(tmp_path, environment))

    assert isinstance(found, GitLab)
    assert (found.project, found.branch, found.rest.url) == ("acme/platform/handbook", "main", api)


@pytest.mark.parametrize(
    ("address", "environment"),
    [
        ("https://github.com/acme/handbook.git", {}),
        ("https://gitlab.example.com/acme/handbook.git", TOKENS),
        ("https://github.com.evil.example/acme/handbook.git", TOKENS),
        ("file:///srv/github.com/handbook.git", TOKENS),
        ("github.com@evil.example:acme/handbook.git", TOKENS),
        ("https://github.com/acme/handbook.git", OWN),
        ("git@gitlab.com:acme/handbook.git", OWN),
    ],
    ids=["no token", "a host not named", "a name that begins the same", "this machine", "a user's name",
         "GitHub beside our own", "GitLab beside our own"],
)  # fmt: skip
def test_everything_else_is_plain_and_gets_no_token(tmp_path: Path, address: str, environment: dict[str, str]) -> None:
    found = pages(address, settings(tmp_path, environment))

    assert isinstance(found, PlainHost)
    assert found.repository.folder.is_relative_to(tmp_path / "proposals")
    assert "canary" not in repr(found)


@pytest.mark.parametrize("address", ["https://github.com/acme", "https://github.com/a/b/c", "https://gitlab.com/acme"])
def test_address_of_no_repository_is_refused(tmp_path: Path, address: str) -> None:
    with pytest.raises(GitFailed, match=r"is no repository at Git(Hub|Lab); write https://"):
        pages(address, settings(tmp_path, TOKENS))


def test_tokens_are_never_shown(tmp_path: Path) -> None:
    ours = settings(tmp_path, TOKENS)

    assert "canary" not in repr(ours) + str(ours) + repr(host_for(read_address("https://github.com/a/b"), ours))


def test_problems_of_all_settings_are_named_at_once() -> None:
    wrong = {
        "GITHUB_TOKEN": "two words",
        "GITLAB_TOKEN": "zwölf",
        "GITHUB_API_URL": "http://ghe.example.com/api/v3",
        "CI_API_V4_URL": "https://[",
        "MENTOR_GIT_EMAIL": "Mentor",
    }

    with pytest.raises(SettingsInvalid) as invalid:
        read_settings(wrong)

    assert sorted(line.partition(":")[0] for line in invalid.value.problems) == sorted(wrong)


PEM = r"-----BEGIN RSA PRIVATE KEY-----\nxx\n-----END RSA PRIVATE KEY-----"


@pytest.mark.parametrize(
    ("environment", "problem"),
    [
        ({"GITHUB_APP_ID": "1"}, "GITHUB_APP_PRIVATE_KEY: not set; a GitHub App needs its id and its private key"),
        ({"GITHUB_APP_PRIVATE_KEY": PEM}, "GITHUB_APP_ID: not set; a GitHub App needs its id and its private key"),
        ({"GITHUB_APP_ID": "1", "GITHUB_APP_PRIVATE_KEY": "/etc/key.pem"},
         "GITHUB_APP_PRIVATE_KEY: is no private key; copy the whole file that GitHub gave"),
        ({"GITHUB_APP_ID": "1", "GITHUB_APP_PRIVATE_KEY": PEM, "GITHUB_TOKEN": "ghp_x"},
         "GITHUB_APP_ID: GITHUB_TOKEN is set as well; keep one of the two"),
    ],
    ids=["no key", "no id", "a path", "both"],
)  # fmt: skip
def test_half_an_app_is_named(environment: dict[str, str], problem: str) -> None:
    with pytest.raises(SettingsInvalid) as invalid:
        read_settings(environment)

    assert invalid.value.problems == [problem]


def test_app_stands_in_for_a_token(tmp_path: Path) -> None:
    ours = settings(tmp_path, {"GITHUB_APP_ID": "1", "GITHUB_APP_PRIVATE_KEY": PEM})

    credentials = pages("https://github.com/acme/handbook", ours).credentials

    assert isinstance(credentials, AppToken)
    assert (credentials.owner, credentials.name, credentials.app.app_id) == ("acme", "handbook", "1")
    assert credentials.app.key.value.splitlines()[1] == "xx"
    assert "RSA" not in repr(credentials) + repr(ours)


def test_api_on_this_machine_may_be_without_https() -> None:
    assert read_settings({"GITHUB_API_URL": "http://127.0.0.1:8080"}).git.github_api_url == "http://127.0.0.1:8080"


PROXY = {"HTTPS_PROXY": "http://proxy.example.com:3128"}


@pytest.mark.parametrize("address", ["https://github.com/acme/handbook", "https://gitlab.com/acme/handbook"])
def test_apis_are_reached_by_the_proxy_that_git_uses(tmp_path: Path, address: str) -> None:
    there = pages(address, settings(tmp_path, TOKENS | PROXY)).rest
    past_it = pages(address, settings(tmp_path, TOKENS | PROXY | {"NO_PROXY": "github.com, gitlab.com"})).rest

    assert (there.proxy, past_it.proxy) == ("http://proxy.example.com:3128", "")


CLIENTS = {"GITHUB_CLIENT_ID": "Iv1.a", "GITLAB_CLIENT_ID": "b" * 64}


@pytest.mark.parametrize(
    ("address", "environment", "web", "api"),
    [
        ("https://github.com/a/b", CLIENTS, "https://github.com", "https://api.github.com"),
        ("git@gitlab.com:a/b.git", CLIENTS, "https://gitlab.com", "https://gitlab.com/api/v4"),
        ("https://ghe.example.com/a/b", CLIENTS | OWN, "https://ghe.example.com", "https://ghe.example.com/api/v3"),
        ("https://acme.ghe.com/a/b", CLIENTS | {"GITHUB_API_URL": "https://api.acme.ghe.com"},
         "https://acme.ghe.com", "https://api.acme.ghe.com"),
        ("https://dev.example.com/gitlab/a/b", CLIENTS | {"CI_API_V4_URL": "https://dev.example.com/gitlab/api/v4"},
         "https://dev.example.com/gitlab", "https://dev.example.com/gitlab/api/v4"),
    ],
    ids=["github", "gitlab", "enterprise", "enterprise cloud", "gitlab below a path"],
)  # fmt: skip
def test_accounts_are_proven_where_the_repository_is(
    tmp_path: Path, address: str, environment: dict[str, str], web: str, api: str
) -> None:
    flow = device_flow_for(read_address(address), settings(tmp_path, environment))

    assert flow is not None
    assert (flow.web.url, flow.api.url) == (web, api)
    assert flow.client_id == CLIENTS[flow.web.setting]
    assert flow.host == web.split("/")[2]


@pytest.mark.parametrize(
    ("address", "environment"),
    [
        ("https://github.com/a/b", TOKENS),
        ("https://github.com/a/b", {"GITLAB_CLIENT_ID": "b"}),
        ("https://git.example.com/a/b", CLIENTS),
        ("file:///srv/live.git", CLIENTS),
    ],
    ids=["no app", "another host's", "a host without accounts", "this machine"],
)
def test_where_there_are_no_accounts_none_is_proven(tmp_path: Path, address: str, environment: dict[str, str]) -> None:
    assert device_flow_for(read_address(address), settings(tmp_path, environment)) is None


@pytest.mark.parametrize("name", CLIENTS)
def test_client_id_with_other_signs_is_named(name: str) -> None:
    with pytest.raises(SettingsInvalid) as invalid:
        read_settings({name: "Iv1.a b"})

    assert invalid.value.problems == [f"{name}: holds signs no client id has; copy the id alone from the app's page"]


def test_live_repository_is_at_its_host(tmp_path: Path) -> None:
    host = live_host(LiveRepository("live", "https://github.com/acme/live", "next"), settings(tmp_path, TOKENS))

    assert isinstance(host, ReviewedHost)
    assert isinstance(host.pages, GitHub)
    assert (host.pages.name, host.pages.branch) == ("live", "next")


def test_live_repositories_have_a_mirror_each(tmp_path: Path) -> None:
    ours = settings(tmp_path, {})

    hosts = [live_host(LiveRepository(name, f"file:///srv/{name}.git"), ours) for name in ("a", "b", "a")]

    folders = [host.repository.folder for host in hosts if isinstance(host, PlainHost)]
    assert (len(folders), len(set(folders)), folders[0]) == (3, 2, folders[2])


@pytest.mark.parametrize("handbook", ["", "handbook", "file:///srv/handbook.git//docs#main"])
async def test_live_repository_may_be_a_folder_where_the_handbook_is_one(tmp_path: Path, handbook: str) -> None:
    remote = make_remote(tmp_path / "live.git")
    remote.commit({"a.yaml": "size: 1\n"})
    ours = settings(tmp_path, {"MENTOR_HANDBOOK": handbook, "PATH": os.environ["PATH"]})

    assert await live_host(LiveRepository("live", remote.address), ours).read_file("a.yaml") == "size: 1\n"


@pytest.mark.parametrize(
    ("url", "branch", "reason"),
    [
        ("file:///srv/live.git", "", "A handbook from elsewhere names file:///srv/live.git, on this machine"),
        (
            "https://x:canary@git.example.com/live",
            "",
            r"no place in repositories\.yaml; take them out of https://git\.",
        ),
        ("../live.git", "", "must start with https://"),
        ("ext::sh -c x", "", "white space"),
        ("ext::x", "", "must start with https://"),
        ("https://git.example.com/live", "--force", "is no branch name"),
    ],
    ids=["this machine", "credentials", "a folder", "a command", "a protocol", "an option"],
)
def test_handbook_from_elsewhere_cannot_name_what_it_may_not(
    tmp_path: Path, url: str, branch: str, reason: str
) -> None:
    ours = settings(tmp_path, {"MENTOR_HANDBOOK": "https://u:p@git.example.com/handbook.git//docs#main"})

    with pytest.raises(GitFailed, match=reason) as failed:
        live_host(LiveRepository("live", url, branch), ours)

    assert "canary" not in str(failed.value)


@pytest.mark.parametrize(
    ("url", "credentials"),
    [("https://git.example.com/live", "u:p"), ("https://git.example.com:444/live", ""),
     ("https://example.com/live", ""), ("git@git.example.com:live", "")],
    ids=["the same host", "another port", "another host", "ssh"],
)  # fmt: skip
def test_credentials_of_the_handbook_go_to_its_own_host_alone(tmp_path: Path, url: str, credentials: str) -> None:
    ours = settings(tmp_path, {"MENTOR_HANDBOOK": "https://u:p@git.example.com/handbook.git//docs#main"})

    host = live_host(LiveRepository("live", url), ours)

    assert isinstance(host, PlainHost)
    assert host.repository.address.credentials.value == credentials
