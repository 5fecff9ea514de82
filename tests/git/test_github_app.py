"""A GitHub App in place of a token: its key asks for a token of the repository, which is kept while it is good."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.clock import Clock
from bot.config import Secret
from bot.errors import GitFailed
from bot.git.github import GitHub
from bot.git.github_app import App, AppToken
from bot.git.host import Proposal, Review
from bot.git.rest import Rest
from bot.git.reviewed import ReviewedHost
from tests.git.github_server import APP_ID, GitHubHosted
from tests.git.hosting import BOT, on_github
from tests.git.remote import make_remote

NOW_S = 1_795_773_600.0
PROPOSAL = Proposal("mentor/draft-7", "Say it", "", {"articles/a.md": "New.\n"})


@pytest.fixture(scope="module")
def key() -> Any:
    pytest.importorskip("jwt", reason="the extra github-app is not installed")
    from cryptography.hazmat.primitives.asymmetric import rsa

    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
async def hosted(tmp_path: Path, key: Any) -> AsyncIterator[GitHubHosted]:
    async with on_github(make_remote(tmp_path / "remote.git")) as hosted:
        hosted.remote.commit({"articles/a.md": "Old.\n"})
        hosted.server.app_key, hosted.server.now_s = key.public_key(), NOW_S
        yield hosted


def as_app(hosted: GitHubHosted, pem: str, *, app_id: str = APP_ID) -> ReviewedHost:
    rest = Rest("GitHub", hosted.server.url, "GITHUB_APP_ID", timeout_s=5)
    app = App(app_id, Secret(pem), Clock(lambda: hosted.server.now_s))
    token = AppToken(rest, app, "platform", "handbook")
    return ReviewedHost(GitHub(rest, token, "platform", "handbook", "main", BOT))


def pem_of(key: Any) -> str:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    pem: bytes = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    return pem.decode()


async def test_app_proposes_with_one_token_while_it_is_good(hosted: GitHubHosted, key: Any) -> None:
    host = as_app(hosted, pem_of(key))

    opened = await host.propose(PROPOSAL)
    hosted.server.now_s += 3000
    await host.look_up(PROPOSAL)

    assert opened.review is Review.OPEN
    assert hosted.server.app_tokens == ["ghs_canary0"]


@pytest.mark.parametrize("permissions", [{}, {"statuses": "read"}, {"statuses": "write", "issues": "write"}])
async def test_app_asks_for_statuses_where_it_was_granted_them(
    hosted: GitHubHosted, key: Any, permissions: dict[str, str]
) -> None:
    hosted.server.app_permissions |= permissions

    assert (await as_app(hosted, pem_of(key)).propose(PROPOSAL)).review is Review.OPEN
    assert hosted.server.asked_permissions == {
        "contents": "write", "pull_requests": "write", **({"statuses": "read"} if permissions else {})
    }  # fmt: skip


async def test_token_is_asked_for_anew_before_it_ends(hosted: GitHubHosted, key: Any) -> None:
    host = as_app(hosted, pem_of(key))
    await host.propose(PROPOSAL)
    hosted.server.now_s += 3301
    del hosted.server.app_tokens[:]

    await host.look_up(PROPOSAL)

    assert len(hosted.server.app_tokens) == 1


async def test_app_that_github_does_not_know_is_said_without_its_key(hosted: GitHubHosted, key: Any) -> None:
    with pytest.raises(GitFailed, match="does not know us; check GITHUB_APP_ID") as failed:
        await as_app(hosted, pem_of(key), app_id="999").propose(PROPOSAL)

    assert "PRIVATE" not in str(failed.value)


async def test_key_that_is_none_is_said_without_it(hosted: GitHubHosted) -> None:
    with pytest.raises(GitFailed, match=r"GITHUB_APP_PRIVATE_KEY is no RSA key; copy the whole file"):
        await as_app(hosted, "-----BEGIN RSA PRIVATE KEY-----\ncanary\n-----END RSA PRIVATE KEY-----").propose(PROPOSAL)


async def test_without_the_extra_the_app_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jwt", None)

    with pytest.raises(GitFailed, match=r"pip install 'mentor\[github-app\]'"):
        await App(APP_ID, Secret("key"), Clock(lambda: NOW_S)).headers()
