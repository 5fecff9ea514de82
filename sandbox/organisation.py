"""Which workspaces there are: ours, others of our organisation (Enterprise Grid), and other companies' (Slack Connect).

Ours stands alone until `begin` makes it part of an organisation. Who is where is the workspace's business; here is
only what each workspace is called and whose it is.
"""

from dataclasses import dataclass, field

from sandbox.model import Json


@dataclass(frozen=True)
class Team:
    """One workspace. `enterprise_id` is its organisation's, None where it has none."""

    id: str
    name: str
    domain: str
    enterprise_id: str | None = None
    enterprise_name: str = ""


@dataclass
class Organisation:
    """`id` is None while our workspace stands alone.

    `is_whole_install`: the app is installed for the organisation, and its token works in all its workspaces.
    """

    team_id: str
    id: str | None = None
    name: str = ""
    is_whole_install: bool = False
    teams: dict[str, Team] = field(default_factory=dict)

    def begin(self, name: str, *, id: str, is_whole_install: bool) -> None:  # noqa: A002
        """Our workspace is part of an organisation from now on."""
        self.id, self.name, self.is_whole_install = id, name, is_whole_install
        ours = self.teams[self.team_id]
        self.teams[ours.id] = Team(ours.id, ours.name, ours.domain, id, name)

    def team(self, team_id: str) -> Team:
        """The workspace; one of a company nobody named, where it is not known."""
        return self.teams.get(team_id) or Team(team_id, "Elsewhere", "elsewhere")

    def is_ours(self, team_id: str) -> bool:
        """Whether it is our workspace, or another one of our organisation."""
        return team_id == self.team_id or (self.id is not None and self.team(team_id).enterprise_id == self.id)

    def our_teams(self) -> list[Team]:
        return [each for each in self.teams.values() if self.is_ours(each.id)]

    def has_app(self, team_id: str) -> bool:
        """Whether the app is installed for the people of that workspace."""
        return self.is_ours(team_id) if self.is_whole_install else team_id == self.team_id

    def about(self, team_id: str) -> Json:
        """The organisation's id and name as payloads put them beside a workspace; nothing where it has none."""
        team = self.team(team_id)
        return (
            {"enterprise_id": team.enterprise_id, "enterprise_name": team.enterprise_name} if team.enterprise_id else {}
        )
