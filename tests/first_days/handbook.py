"""What the platform team of the firm writes into its handbook, and on which day: as docs/adopting.md has it.

Articles, actions and surveys are those of the embedded handbook.
"""

import re
from datetime import date

from bot.handbook import EMBEDDED
from tests.first_days.firm import SITES, TEAM_NAMES, WILLING, Firm, group_id

TEN_ARTICLES = (
    *("observe/logs.md", "deploy/rollback.md", "deploy/quotas.md", "network/expose-a-service.md", "data/postgres.md"),
    *(
        "deploy/ci.md",
        "security/secrets.md",
        "start/access.md",
        "data/object-storage.md",
        "deploy/pods-not-starting.md",
    ),
)
PLATFORM_CHANNEL = "platform_channel: C9ROOM\n"


def articles(names: tuple[str, ...], today: date) -> dict[str, str]:
    """As they stand in the embedded handbook, reviewed today."""
    texts = {f"articles/{each}": (EMBEDDED / "articles" / each).read_text() for each in names}
    return {path: re.sub(r"(?m)^reviewed: .*$", f"reviewed: {today}", text) for path, text in texts.items()}


def channels(*, is_begun: bool) -> str:
    """Two teams' own channels answer after people had their chance, once it is begun; the big one stays in shadow."""
    hours = 'hours: {days: [mon, tue, wed, thu, fri], from: "09:00", to: "17:30"}'
    shadow = ["  - id: C9ASKPLATFORM", "    name: ask-platform", "    answer: shadow", "    history: 90 days"]
    own = [
        line
        for team in WILLING
        for line in (
            f"  - id: C9{team.upper()}",
            f"    name: {team}-help",
            "    answer: after 20 minutes",
            f"    {hours}",
        )
    ]
    head = ["timezone: Europe/London", "holidays: GB-ENG", PLATFORM_CHANNEL.strip(), "incidents: [C9ASKPLATFORM]"]
    return "\n".join([*head, "channels:", *shadow, *(own if is_begun else ())]) + "\n"


def people(firm: Firm) -> str:
    """All forty teams, with their sites; who leads is the first of each."""
    own = {team: f", channel: C9{team.upper()}" for team in WILLING}
    teams = [
        f"  {team}: {{group: {group_id(team)}, site: {firm.site_of(team)}, leads: [{firm.of(team)[0].id}]"
        f"{own.get(team, '')}}}"
        for team in TEAM_NAMES
    ]
    sites = [f"  {name}: {{timezone: {zone}, holidays: {holidays}}}" for name, (zone, holidays) in SITES.items()]
    return f"""\
platform_team: {{group: S9PLATFORM}}
duty:
  group: S9DUTY
  hours: {{days: [mon, tue, wed, thu, fri], from: "09:00", to: "17:30", timezone: Europe/London}}
  page: "Page platform at https://pager.example.com/platform"
approvers:
  platform-approvers: {{group: S9PLATFORM, channel: C9ROOM}}
teams:
{chr(10).join(teams)}
sites:
{chr(10).join(sites)}
"""


def offers(live: str, began: date) -> dict[str, str]:
    """What can be done by oneself, what is asked, and what is a pilot with the two teams."""
    return {
        "repositories.yaml": f"""\
live:
  url: {live}
  branch: main
  controllers:
    - {{argocd: teams-payments, path: teams/payments, team: payments}}
    - {{argocd: teams-search, path: teams/search, team: search}}
""",
        "actions/create-bucket.yaml": (EMBEDDED / "actions" / "create-bucket.yaml").read_text(),
        "capabilities.yaml": f"""\
- id: object-storage
  title: Object storage
  owner: platform_team
  status: pilot
  since: {began}
  teams: all
  volunteers: [payments, search]
  counts_as_use: a bucket of the team is declared in the live repository
  built_from: {{what: open source, because: every language has a client for it}}
- id: mentor
  title: Mentor
  owner: platform_team
  status: optional
  since: {began}
  teams: all
  counts_as_use: somebody of the team asked it something, called its answer solved, or asked for an action
  used_by: mentor
  alternative: asking in the channel, as before
  built_from: {{what: open source, because: it leaves colleagues their chance}}
""",
        "surveys/platform-pulse.yaml": (EMBEDDED / "surveys" / "platform-pulse.yaml").read_text(),
    }


def notice(begins: date, ends: date) -> str:
    return f"""\
---
kind: change
title: Buckets are encrypted with the team's own key
owner: platform_team
from: {begins}
until: {ends}
capability: object-storage
channels: [C9ASKPLATFORM]
topics: [bucket key]
---

New buckets use it at once. For an old one, declare it again by the action; its content stays.
"""
