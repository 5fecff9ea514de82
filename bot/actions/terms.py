"""Says beforehand what will become of an action: how it is done, by whose name, and who has to agree. Pure."""

from collections.abc import Sequence

from bot.blockkit import escape
from knowledge.actions import Action, Approval, GitBackend, Mode


def terms(action: Action, identity: str) -> list[str]:
    """A line each. `identity` says whose name the change will carry."""
    return [_way(action), escape(identity), *_agreement(action)]


def _way(action: Action) -> str:
    match action.mode:
        case Mode.PROPOSAL:
            where = f" (`{escape(action.backend.repository)}`)" if isinstance(action.backend, GitBackend) else ""
            return f"It is proposed as a change in Git{where}, and is live once that is merged and taken up."
        case Mode.DIRECT:
            return "It is done at once, *not* through Git."
        case Mode.BREAK_GLASS:
            return "It is done at once, *not* through Git; that is announced, and declared in Git afterwards."


def _agreement(action: Action) -> list[str]:
    lines: list[str] = []
    approval = action.approval
    if approval is None:
        lines.append("Nobody has to approve it.")
    else:
        lines += [_approved(action, approval), f"It expires if nobody decides within {_expiry(approval)}."]
    if isinstance(action.backend, GitBackend) and action.backend.needs_review:
        lines.append("Somebody must also agree on the pull request itself.")
    return lines


def _approved(action: Action, approval: Approval) -> str:
    group, people = f"*{escape(approval.by)}*", approval.people
    who = f"{people} people of {group} have" if people > 1 else f"somebody of {group} has"
    rule = f"{who} to approve it first, and never you."
    if not approval.when:
        return rule[0].upper() + rule[1:]
    cases = " and ".join(_case(action, name, values) for name, values in approval.when.items())
    return f"Where {cases}, {rule} Otherwise nobody has to."


def _case(action: Action, name: str, values: Sequence[str]) -> str:
    asked = action.input(name)
    label = asked.label if asked and asked.label else name
    return f"{escape(label)} is {' or '.join(escape(value) for value in values)}"


def _expiry(approval: Approval) -> str:
    if approval.expires_after is None:
        days = approval.expires_working_days
        return f"{days} working day{'s' if days != 1 else ''}"
    hours = approval.expires_after.total_seconds() / 3600
    return f"{hours:g} hour{'s' if hours != 1 else ''}"
