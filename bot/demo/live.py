"""The live repository of the demo's company, and its handbook, which names that repository.

The embedded handbook with an address that is there: a bare repository in the demo's folder. It has no pages, so
nothing in it can ask for a review on one. After each action people are asked how it was.
"""

import re
import secrets
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

from bot.config import HookSettings, Secret, Settings
from bot.handbook import EMBEDDED
from sandbox.repository import BareRepository

TEAMS = ("payments", "checkout", "search", "data")
APPLICATIONS = (*(f"teams-{team}" for team in TEAMS), "alerts")
TEAM = """\
# Who is in the team, and what it may request.
members: []
quota:
  dev: {cpu: 4, memory: 16Gi}
  staging: {cpu: 8, memory: 32Gi}
  prod: {cpu: 24, memory: 96Gi}   # the default
"""
DNS = "records:\n  - {name: %s.example.com, type: CNAME, value: gateway.example.com, ttl: 300}\n"
ACCESS = "readers:\n  - {account: maya-lind, until: 2026-12-31}\n"
RECEIVERS = "receivers:\n" + "".join(f"  {team}-alerts: {{slack: {team}}}\n" for team in TEAMS)
ROUTES = "routes:\n" + "".join(
    f"  {team}:\n    - {{service: web, severity: page, receiver: {team}-alerts}}\n" for team in TEAMS
)


@dataclass(frozen=True)
class Live:
    repository: BareRepository
    handbook: Path
    hook_token: str

    def known_to(self, settings: Settings) -> Settings:
        """The bot's settings with this handbook, and with the proof that the controller brings."""
        hooks = HookSettings(argocd_token=Secret(self.hook_token))
        return replace(settings, handbook=str(self.handbook), hooks=hooks)


def furnish_live(folder: Path) -> Live:
    repository = BareRepository.make(folder / "live.git", _files())
    return Live(repository, _handbook(folder / "handbook", repository.address), secrets.token_hex(32))


def _files() -> dict[str, str]:
    files = {"alerts/receivers.yaml": RECEIVERS, "alerts/routes.yaml": ROUTES}
    for team in TEAMS:
        below = {"team.yaml": TEAM, "dns.yaml": DNS % team, "access.yaml": ACCESS}
        files |= {f"teams/{team}/{name}": text for name, text in below.items()}
    return files


def _handbook(folder: Path, url: str) -> Path:
    shutil.copytree(EMBEDDED, folder)
    paths = {f"teams-{team}": f"path: teams/{team}, team: {team}" for team in TEAMS} | {"alerts": "path: alerts"}
    controllers = "".join(f"    - {{argocd: {name}, {paths[name]}}}\n" for name in APPLICATIONS)
    (folder / "repositories.yaml").write_text(f"live:\n  url: {url}\n  branch: main\n  controllers:\n{controllers}")
    entry = folder / "actions" / "add-dns-record.yaml"
    entry.write_text(re.sub(r"  confirm: review .*\n", "", entry.read_text()))
    asked = folder / "surveys" / "after-action.yaml"  # after each: what the tour shows must not be left to chance
    asked.write_text(asked.read_text().replace("share: 0.2}", "share: 1.0}"))
    return folder
