"""A generated company of forty teams in four countries, some that ask much and some that never do. Always the same."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from sandbox import Sandbox

SITES = {
    "london": ("Europe/London", "GB-ENG"),
    "berlin": ("Europe/Berlin", "DE-BE"),
    "new-york": ("America/New_York", "US"),
    "bengaluru": ("Asia/Kolkata", "IN"),
}
WILLING = ("payments", "search")  # the two teams that want it
TEAM_NAMES = (
    *WILLING,
    *("checkout", "data", "pricing", "catalogue", "orders", "shipping", "returns", "invoicing"),
    *("fraud", "identity", "profiles", "messaging", "email", "push", "web", "ios", "android", "design-system"),
    *("recommendations", "ads", "loyalty", "gift-cards", "stores", "warehouse", "routing", "carriers", "customs"),
    *("support-tools", "crm", "reporting", "forecasting", "finance", "payroll", "legal", "security", "media"),
    *("translations", "partners-api"),
)
assert len(TEAM_NAMES) == 40
SILENT = ("payroll", "legal", "finance", "customs", "carriers", "media", "translations", "stores", "gift-cards", "crm")
BUSY = ("payments", "search", "checkout", "data", "orders")
FIRST = (
    *("Priya", "Jonas", "Amara", "Li", "Marta", "Samir", "Ellen", "Fatima", "Owen", "Yuki", "Lucia", "Petr", "Hannes"),
    *(
        "Rosa",
        "Idris",
        "Mei",
        "Anil",
        "Greta",
        "Tariq",
        "Nora",
        "Felix",
        "Zoe",
        "Kofi",
        "Ines",
        "Ravi",
        "Clara",
        "Emre",
    ),
)
LAST = (
    *("Nair", "Weber", "Okafor", "Chen", "Nowak", "Haddad", "Byrne", "Amrani", "Price", "Tanaka", "Ferrer", "Novak"),
    *("Vogt", "Silva", "Khan", "Larsen", "Rossi", "Meyer", "Dube", "Moreau", "Costa", "Iyer", "Lang", "Osei", "Kaya"),
)
PLATFORM = (
    ("maya", "Maya Lind", "london"),
    ("tomas", "Tomas Reyes", "london"),
    ("nadia", "Nadia Rahman", "berlin"),
    ("arun", "Arun Rao", "bengaluru"),
)
ASK, ROOM, RANDOM = "ask-platform", "platform-team", "random"


@dataclass(frozen=True)
class Worker:
    id: str
    name: str
    real_name: str
    team: str
    site: str


@dataclass(frozen=True)
class Firm:
    """`platform` are the people of the platform team, the first of whom leads it and the second of whom is on duty."""

    workers: Sequence[Worker]
    platform: Sequence[Worker]

    def of(self, team: str) -> list[Worker]:
        return [each for each in self.workers if each.team == team]

    def site_of(self, team: str) -> str:
        return self.of(team)[0].site


def make_firm() -> Firm:
    chance = Random(40)
    names = [f"{first} {last}" for last in LAST for first in FIRST]
    chance.shuffle(names)
    pool = iter(names)
    workers = [each for number, team in enumerate(TEAM_NAMES) for each in _team(team, number, pool, chance)]
    platform = [Worker(f"U9{name.upper()}", name, real, "platform", site) for name, real, site in PLATFORM]
    return Firm(workers, platform)


def _team(team: str, number: int, names: Iterator[str], chance: Random) -> Iterator[Worker]:
    site = list(SITES)[0 if team in WILLING else number % len(SITES)]
    for seat in range(chance.randint(4, 9)):
        real_name = next(names)
        yield Worker(f"U{number:02}{seat}ROW", real_name.lower().replace(" ", "."), real_name, team, site)


def group_id(team: str) -> str:
    return f"S{TEAM_NAMES.index(team):02}TEAM"


def furnish(sandbox: Sandbox, firm: Firm) -> None:
    """The workspace as it is before the bot comes: it is in no channel."""
    workspace = sandbox.workspace
    for each in (*firm.platform, *firm.workers):
        workspace.add_person(each.name, real_name=each.real_name, tz=SITES[each.site][0], id=each.id)
    for team in TEAM_NAMES:
        workspace.add_usergroup(team, [each.id for each in firm.of(team)], id=group_id(team))
    ours = [each.id for each in firm.platform]
    workspace.add_usergroup("platform", ours, id="S9PLATFORM")
    workspace.add_usergroup("platform-duty", ours[1:2], id="S9DUTY")
    everybody = [*ours, *(each.id for each in firm.workers)]
    for name in (ASK, RANDOM):
        workspace.add_channel(name, members=everybody, with_bot=False, id=f"C9{name.upper().replace('-', '')}")
    workspace.add_channel(ROOM, members=ours, with_bot=False, id="C9ROOM")
    for team in WILLING:
        members = [*ours, *(each.id for each in firm.of(team))]
        workspace.add_channel(f"{team}-help", members=members, with_bot=False, id=f"C9{team.upper()}")
