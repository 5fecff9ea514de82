"""Who may do what: one pure function, deny by default, ids never names."""

from dataclasses import dataclass
from enum import StrEnum

from bot.model import Profile, Workspace


class Act(StrEnum):
    ASK = "ask"
    MARK_SOLVED = "mark solved"  # one's own question
    JUDGE = "judge"  # what the bot would have said
    SAY_KIND = "say kind"  # of a question
    SEE_OPEN = "see what is open"
    CURATE = "curate"  # what the handbook lacks, and how it grows
    REVIEW = "review"  # say of an article that it is still true, or needs work


REASONS = {  # for those who may not, in words for them
    Act.ASK: "Guests cannot ask me here. Please ask the person who invited you.",
    Act.MARK_SOLVED: "Only the person who asked can say this. Your reply in the thread helps just as much.",
    Act.JUDGE: "Only the platform team can judge these.",
    Act.SAY_KIND: "Only the person who asked and the platform team can say what kind of question it is.",
    Act.SEE_OPEN: "Only the platform team can see what is open.",
    Act.CURATE: "Only the platform team can look after what the handbook lacks.",
    Act.REVIEW: "Only the article's owner or the platform team can say this.",
}


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
    is_owner: bool = False,
) -> Allowed | Refused:
    """Whether this person may do it, as things stand now."""
    if person.is_deleted or person.is_bot:
        return Refused("Only people can do this.")
    if not is_ours(person.team_id, person.enterprise_id, workspace):
        return Refused("I only help people of this company.")
    own, team = is_asker, is_platform and not person.is_guest
    match act:
        case Act.ASK:
            is_granted = guests_may_ask or not person.is_guest
        case Act.MARK_SOLVED:
            is_granted = own
        case Act.JUDGE | Act.SEE_OPEN | Act.CURATE:
            is_granted = team
        case Act.SAY_KIND:
            is_granted = own or team
        case Act.REVIEW:
            is_granted = team or (is_owner and not person.is_guest)
    return Allowed() if is_granted else Refused(REASONS[act])
