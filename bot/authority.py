"""Who may do what: one pure function, deny by default, ids never names."""

from dataclasses import dataclass
from enum import StrEnum

from bot.model import Profile, Workspace


class Act(StrEnum):
    ASK = "ask"
    MARK_SOLVED = "mark solved"  # one's own question
    JUDGE = "judge"  # what the bot would have said


@dataclass(frozen=True)
class Allowed:
    pass


@dataclass(frozen=True)
class Refused:
    """Why not, in words for the person."""

    reason: str


def is_ours(team_id: str | None, enterprise_id: str | None, workspace: Workspace) -> bool:
    """The same enterprise, or the same workspace where there is none. What is not known is not ours."""
    if workspace.enterprise_id:
        return enterprise_id == workspace.enterprise_id or team_id == workspace.team_id
    return bool(team_id) and team_id == workspace.team_id


def may(
    person: Profile,
    act: Act,
    *,
    workspace: Workspace,
    guests_may_ask: bool = False,
    is_asker: bool = False,
    is_platform: bool = False,
) -> Allowed | Refused:
    """Whether this person may do it, as things stand now."""
    if person.is_deleted or person.is_bot:
        return Refused("Only people can do this.")
    if not is_ours(person.team_id, person.enterprise_id, workspace):
        return Refused("I only help people of this company.")
    match act:
        case Act.ASK if person.is_guest and not guests_may_ask:
            return Refused("Guests cannot ask me here. Please ask the person who invited you.")
        case Act.ASK:
            return Allowed()
        case Act.MARK_SOLVED if is_asker:
            return Allowed()
        case Act.MARK_SOLVED:
            return Refused("Only the person who asked can say this. Your reply in the thread helps just as much.")
        case Act.JUDGE if is_platform and not person.is_guest:
            return Allowed()
        case Act.JUDGE:
            return Refused("Only the platform team can judge these.")
    return Refused("You may not do this.")
