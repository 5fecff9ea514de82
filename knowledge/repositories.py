"""`repositories.yaml`: the Git repositories that actions change, and the controllers that make them so.

Its shapes and how they are read. Addresses are judged again, and used, in `bot.git`.
"""

from dataclasses import dataclass, field
from enum import StrEnum

FILE = "repositories.yaml"


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


@dataclass(frozen=True)
class LiveRepository:
    """`branch` "" is the default one. No controllers: what is merged is not seen to become live."""

    name: str
    url: str
    branch: str = ""
    controllers: tuple[Controller, ...] = field(default=())

    def controllers_of(self, path: str) -> tuple[Controller, ...]:
        """Those that make the file so: of the longest `path` that it lies under, for each reporter and name."""
        under = [
            each for each in self.controllers if not each.path or f"{path}/".startswith(f"{each.path.rstrip('/')}/")
        ]
        longest = max((len(each.path) for each in under), default=0)
        return tuple(each for each in under if len(each.path) == longest)
