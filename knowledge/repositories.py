"""`repositories.yaml`: the Git repositories that actions change, and the controllers that make them so.

Its shapes and how they are read. Addresses are judged in `bot.addresses`, and used in `bot.git`.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from knowledge.problem import Problem
from knowledge.schema import Value, did_you_mean

FILE = "repositories.yaml"
NAME = re.compile(r"[a-z][a-z0-9-]{0,39}", re.ASCII)
ARGOCD = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?/)?[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?", re.ASCII)
FLUX = re.compile(r"[A-Z][A-Za-z]+/[a-z0-9](?:[a-z0-9-]*[a-z0-9])?/[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?", re.ASCII)
LONGEST_CONTEXT = 255  # of a commit status, as GitHub and GitLab keep it
FOLDER = re.compile(r"(?!.*(?:^|/)(?:-|\.{1,2}(?:/|$)))[^/\s\\\x00-\x1f]+(?:/[^/\s\\\x00-\x1f]+)*")


class Reporter(StrEnum):
    """Who says that a revision is live."""

    STATUS = "status"  # a commit status of this context
    ARGOCD = "argocd"  # an application
    FLUX = "flux"  # an object, as Kind/namespace/name


@dataclass(frozen=True)
class Controller:
    """What makes a part of the repository so, and how it says it. `path` "" is the whole repository."""

    reporter: Reporter
    name: str
    path: str = ""
    team: str = ""  # whose part it is
    line: int = field(default=1, compare=False, repr=False)


@dataclass(frozen=True)
class LiveRepository:
    """`branch` "" is the default one. No controllers: what is merged is not seen to become live.

    `contributions`: it is the platform's own, and who changes it is counted.
    """

    name: str
    url: str
    branch: str = ""
    controllers: tuple[Controller, ...] = field(default=())
    contributions: bool = False
    line: int = field(default=1, compare=False, repr=False)  # where it stands in the file

    def wrong(self, key: str, what: str, fix: str) -> Problem:
        """What is wrong with one of its keys."""
        return Problem(FILE, self.line, f"{self.name}.{key}", what, fix)

    def controllers_of(self, path: str) -> tuple[Controller, ...]:
        """Those that make the file so: of the longest `path` that it lies under, for each reporter and name."""
        under = [
            each for each in self.controllers if not each.path or f"{path}/".startswith(f"{each.path.rstrip('/')}/")
        ]
        longest = max((len(each.path) for each in under), default=0)
        return tuple(each for each in under if len(each.path) == longest)


def read_repositories(root: Value) -> tuple[LiveRepository, ...]:
    """The file's content; what is wrong is noted at `root`, and then the result is not to be used."""
    found: dict[tuple[str, str], str] = {}
    repositories: list[LiveRepository] = []
    for name, below in root.named().items():
        repository = _read_repository(name, below)
        if repository is None:
            continue
        other = found.setdefault((repository.url, repository.branch), name)
        if other != name:
            below.wrong(f'it is the same place as "{other}"', "keep one of the two, under one name", at="url")
        repositories.append(repository)
    return tuple(repositories)


def dangling(repositories: Collection[LiveRepository], teams: Collection[str]) -> Iterator[Problem]:
    """A problem for each controller whose team is not in people.yaml."""
    for repository in repositories:
        for index, each in enumerate(repository.controllers):
            if each.team and each.team not in teams:
                fix = did_you_mean(each.team, sorted(teams), otherwise="add it under teams there")
                place = f"{repository.name}.controllers[{index}].team"
                yield Problem(FILE, each.line, place, f'there is no team "{each.team}" in people.yaml', fix)


def read_folder(value: Value) -> str | None:
    """A folder in a repository, written as it is shown there."""
    fix = "write it like teams/payments, without `..`, and no part that begins with `-`"
    text = value.text(at_most=200)
    return None if text is None else value.shaped(FOLDER, "is no folder in a repository", fix)


def _read_repository(name: str, value: Value) -> LiveRepository | None:
    if not NAME.fullmatch(name):
        value.wrong(f'"{name[:40]}" is no name for a repository', "write small letters, digits and -, such as live")
    fields = value.fields("url", "branch", "controllers", "contributions")
    fix = "write where it is, such as https://git.example.com/platform/live.git"
    url = fields.need("url", lambda url: url.text(at_most=400), fix)
    branch = fields.get("branch", lambda branch: branch.text(at_most=200), "")
    controllers = fields.get("controllers", _read_controllers, ())
    contributions = fields.get("contributions", Value.yes_or_no, default=False)
    return LiveRepository(name, url, branch, controllers, contributions, value.line) if url else None


def _read_controllers(value: Value) -> tuple[Controller, ...]:
    found: list[Controller] = []
    for item in value.items():
        controller = _read_controller(item)
        if controller is None:
            continue
        if any((one.reporter, one.name) == (controller.reporter, controller.name) for one in found):
            item.wrong(f"{controller.reporter} {controller.name} is listed twice", "keep one of the two entries")
        found.append(controller)
    return tuple(found)


def _read_controller(value: Value) -> Controller | None:
    fields = value.fields(*Reporter, "team", "path")
    said = [reporter for reporter in Reporter if reporter in fields]
    if len(said) != 1:
        value.wrong(
            f"{len(said)} of {', '.join(Reporter)} are named, one is expected",
            "name what says that a revision is live, such as `argocd: payments`",
        )
        return None
    name = fields.get(said[0], lambda name: _read_name(name, said[0]), "")
    path, team = fields.get("path", read_folder, ""), fields.get("team", Value.name, "")
    return Controller(said[0], name, path, team, value.line) if name else None


def _read_name(value: Value, reporter: Reporter) -> str | None:
    match reporter:
        case Reporter.ARGOCD:
            return value.shaped(ARGOCD, "is no Argo CD application", "write its name, or NAMESPACE/NAME")
        case Reporter.FLUX:
            return value.shaped(FLUX, "is no Flux object", "write it like Kustomization/flux-system/payments")
        case Reporter.STATUS:
            return value.text(at_most=LONGEST_CONTEXT)
