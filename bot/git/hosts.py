"""Which Git host a repository's address means, made ready from the settings."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Protocol
from urllib.parse import unquote, urlsplit

from bot.config import Secret, Settings
from bot.errors import GitFailed
from bot.git import device_flow, github, gitlab
from bot.git.accounts import web_address, web_host
from bot.git.address import Address, is_address, read_address, read_branch
from bot.git.command import Git
from bot.git.device_flow import DeviceFlow
from bot.git.github import GitHub
from bot.git.github_app import App, AppToken
from bot.git.gitlab import GitLab
from bot.git.history import History
from bot.git.host import Author, GitHost
from bot.git.plain import PlainHost
from bot.git.proxy import proxy_for
from bot.git.repository import Repository
from bot.git.rest import Credentials, Rest
from bot.git.reviewed import ReviewedHost

TIMEOUT_S = 50.0  # of one git command, under a work's lease of 60 s


def host_for(address: Address, settings: Settings, *, branch: str = "") -> GitHost:
    """The host of this repository; `branch` is the base ("" the default branch).

    GitHub and GitLab are known by the address of their API in the settings, and need a token there; everything else,
    and they without a token, is a plain repository: branches without a page for review.
    Raises GitFailed for an address that is no repository's on such a host.
    """
    host, path = _place(address)
    ours, bot = settings.git, Author(settings.name, settings.git.email)
    has_github = bool(ours.github_token or ours.github_app_key)
    if has_github and host == web_host(ours.github_api_url):
        owner, _, name = path.partition("/")
        if not name or "/" in name:
            raise GitFailed(f"{address} is no repository at GitHub; write https://{host}/OWNER/NAME.")
        rest, credentials = _github(settings, owner, name)
        return ReviewedHost(GitHub(rest, credentials, owner, name, branch, bot))
    if ours.gitlab_token and host == web_host(ours.gitlab_api_url):
        if "/" not in path:
            raise GitFailed(f"{address} is no repository at GitLab; write https://{host}/GROUP/NAME.")
        rest = _rest("GitLab", ours.gitlab_api_url, "GITLAB_TOKEN", settings)
        return ReviewedHost(GitLab(rest, gitlab.Token(ours.gitlab_token), path, branch, bot))
    mirror = settings.data_folder / "proposals" / hashlib.sha256(address.url.encode()).hexdigest()[:16] / "mirror.git"
    git = Git(settings.environment, timeout_s=TIMEOUT_S)
    return PlainHost(Repository(git, address, mirror), branch, bot)


class Live(Protocol):
    """What `knowledge.repositories.LiveRepository` is to us: its address, and its branch ("" the default one)."""

    @property
    def url(self) -> str: ...

    @property
    def branch(self) -> str: ...


class LiveHosts:
    """One host for each repository that the handbook names: a mirror has one user at a time."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._hosts: dict[tuple[str, str], GitHost] = {}

    def of(self, repository: Live) -> GitHost:
        """Raises GitFailed for one that the handbook may not name."""
        key = (repository.url, repository.branch)
        if key not in self._hosts:
            self._hosts[key] = live_host(repository, self._settings)
        return self._hosts[key]


def live_host(repository: Live, settings: Settings) -> GitHost:
    """The host of a repository that the handbook names. Raises GitFailed for one that it may not name.

    Many people can write to the handbook, so its addresses hold no credentials (at the handbook's own host its are
    used), and one from elsewhere names nothing on this machine.
    """
    address = _live_address(repository, settings)
    return host_for(address, settings, branch=read_branch(repository.branch) if repository.branch else "")


def live_history(repository: Live, settings: Settings) -> History:
    """What was merged into a repository that the handbook names. Raises GitFailed like `live_host`."""
    return history_for(_live_address(repository, settings), settings)


def history_for(address: Address, settings: Settings) -> History:
    """Read by Git itself, with the token of GitHub or GitLab where there is one and the address has nothing else."""
    name = hashlib.sha256(address.url.encode()).hexdigest()[:16]
    git = Git(settings.environment, timeout_s=TIMEOUT_S)
    mirror = settings.data_folder / "histories" / name / "mirror.git"
    return History(Repository(git, _with_token(address, settings), mirror))


def _with_token(address: Address, settings: Settings) -> Address:
    ours, (host, _) = settings.git, _place(address)
    if address.scheme != "https" or address.credentials:
        return address
    if ours.github_token and host == web_host(ours.github_api_url):
        return replace(address, credentials=Secret(f"x-access-token:{ours.github_token.value}"))
    if ours.gitlab_token and host == web_host(ours.gitlab_api_url):
        return replace(address, credentials=Secret(f"oauth2:{ours.gitlab_token.value}"))
    return address


def _live_address(repository: Live, settings: Settings) -> Address:
    address, home = read_address(repository.url), _home(settings.handbook)
    if address.credentials:
        raise GitFailed(f"Credentials have no place in repositories.yaml; take them out of {address}.")
    if home and home.scheme != "file" and address.scheme == "file":
        raise GitFailed(
            f"A handbook from elsewhere names {address}, on this machine; write where it is on the network."
        )
    if home and _origin(home) == _origin(address):
        address = replace(address, credentials=home.credentials)
    return address


def device_flow_for(address: Address, settings: Settings) -> DeviceFlow | None:
    """How people prove their account at the address's host; None where it has no accounts, or we no app."""
    ours, (host, _) = settings.git, _place(address)
    if ours.github_client_id and host == web_host(ours.github_api_url):
        web, api = (_rest("GitHub", url, "GITHUB_CLIENT_ID", settings) for url in _both(ours.github_api_url))
        return DeviceFlow(device_flow.GITHUB, web, api, ours.github_client_id, settings.clock)
    if ours.gitlab_client_id and host == web_host(ours.gitlab_api_url):
        web, api = (_rest("GitLab", url, "GITLAB_CLIENT_ID", settings) for url in _both(ours.gitlab_api_url))
        return DeviceFlow(device_flow.GITLAB, web, api, ours.gitlab_client_id, settings.clock)
    return None


def flows_of(repositories: Iterable[Live], settings: Settings) -> Mapping[str, DeviceFlow]:
    """By the name of their host, the hosts of these repositories at which people can prove an account."""
    flows: dict[str, DeviceFlow] = {}
    for repository in repositories:
        if (host := account_host(repository.url)) and host not in flows:
            flow = device_flow_for(read_address(repository.url), settings)
            flows |= {host: flow} if flow else {}
    return flows


def account_host(url: str) -> str:
    """The host whose accounts may stand in the repository's commits; "" for one of this machine, or no address."""
    try:
        return _place(read_address(url))[0]
    except GitFailed:
        return ""


def _both(api_url: str) -> tuple[str, str]:
    return web_address(api_url), api_url


def _home(handbook: str) -> Address | None:
    """The handbook's own repository; None where it is a folder."""
    return read_address(handbook.partition("#")[0]) if is_address(handbook) else None


def _origin(address: Address) -> tuple[str, ...]:
    return tuple(address.url.split("/", 3)[:3])


def _github(settings: Settings, owner: str, name: str) -> tuple[Rest, Credentials]:
    ours = settings.git
    if ours.github_token:
        return _rest("GitHub", ours.github_api_url, "GITHUB_TOKEN", settings), github.Token(ours.github_token)
    rest = _rest("GitHub", ours.github_api_url, "GITHUB_APP_ID and its installation", settings)
    return rest, AppToken(rest, App(ours.github_app_id, ours.github_app_key, settings.clock), owner, name)


def _rest(name: str, url: str, setting: str, settings: Settings) -> Rest:
    return Rest(name, url, setting, proxy=proxy_for(url, settings.environment))


def _place(address: Address) -> tuple[str, str]:
    """The address's host and the repository's path there, without its suffix; no host for one of this machine."""
    if "://" in address.url:
        parts = urlsplit(address.url)
        host, path = parts.hostname or "", unquote(parts.path)
    else:
        place, _, path = address.url.partition(":")
        host = place.rpartition("@")[2].lower()
    return host, path.strip("/").removesuffix(".git")
