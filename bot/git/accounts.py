"""People's accounts at GitHub and GitLab: which names may go into a request, and the addresses they commit under.

The e-mail addresses are those that the hosts give out so that nobody's own must be known. Pure.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from bot.errors import GitFailed
from bot.git.host import Author
from bot.git.proposals import plain_name

_GITHUB = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,38}")  # `_` before a company's short code
_GITLAB = re.compile(r"[A-Za-z0-9_.][A-Za-z0-9_.-]{0,119}")
_API = re.compile(r"/api/v[34]$")


def web_address(api_url: str) -> str:
    """Where the pages of an API's host begin: without the `api.` that GitHub's has, or the path that others have."""
    parts = urlsplit(api_url)
    return f"{parts.scheme}://{parts.netloc.removeprefix('api.')}{_API.sub('', parts.path.rstrip('/'))}"


def web_host(api_url: str) -> str:
    return (urlsplit(api_url).hostname or "").removeprefix("api.")


def is_github_account(text: str) -> bool:
    return _GITHUB.fullmatch(text) is not None


def is_gitlab_account(text: str) -> bool:
    return _GITLAB.fullmatch(text) is not None


def github_author(user: Mapping[str, Any], api_url: str) -> Author:
    """As whom GitHub shows commits of the account that its API tells of. Raises GitFailed for no such reply."""
    return _author(user, "login", f"+{user.get('login')}@users.noreply.{web_host(api_url)}", is_github_account)


def gitlab_author(user: Mapping[str, Any], api_url: str) -> Author:
    """The same of GitLab."""
    return _author(user, "username", f"-{user.get('username')}@users.noreply.{web_host(api_url)}", is_gitlab_account)


def _author(user: Mapping[str, Any], key: str, address: str, is_account: Callable[[str], bool]) -> Author:
    account, number = user.get(key), user.get("id")
    if not isinstance(account, str) or not is_account(account) or not isinstance(number, int):
        raise GitFailed(
            "The Git host tells of an account in a form that it does not document; check the API's address."
        )
    return Author(plain_name(str(user.get("name") or "")) or account, f"{number}{address}")
