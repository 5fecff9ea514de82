"""An entry of the catalogue as lines of plain text, for a terminal. Pure."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from bot.statistics import counted
from knowledge.actions import Action, Approval, Backend, Change, GitBackend, Input, InputType, Lambda, StepFunction, Who

WIDTH = 20  # of what stands before the colon


def described(action: Action) -> list[str]:
    """All that the entry says, a line each."""
    lines = [f"{action.title} ({action.id})", action.summary, ""]
    lines.append(_row("mode", action.mode))
    lines += [_row("who", each) for each in _who(action.who)]
    lines.append(_row("approval", approval_in_words(action.approval)))
    lines += [
        _row(name, value) for name, value in (("owner", action.owner), ("capability", action.capability)) if value
    ]
    lines += [_row("input", _input(each)) for each in action.inputs]
    lines += [_row("does", each) for each in _does(action.backend)]
    lines += [_row("declares", each) for each in (_does(action.declares) if action.declares else ())]
    lines += [_row("asked as", each) for each in action.questions]
    return lines


def approval_in_words(approval: Approval | None) -> str:
    if approval is None:
        return "not needed"
    who = approval.by if approval.people == 1 else f"{approval.people} of {approval.by}"
    cases = [f"{name} is {' or '.join(values)}" for name, values in approval.when.items()]
    where = f" where {' and '.join(cases)}" if cases else ""
    urgent = "; urgent ones by duty" if approval.may_be_urgent else ""
    return f"by {who}{where}, within {_expiry(approval)}{urgent}"


def _row(name: str, text: str) -> str:
    return f"{name + ':':{WIDTH}}{text}"


def _who(who: Who) -> Iterator[str]:
    if who.all_teams:
        yield "whoever is in a team"
    for kind, names in (("teams", who.teams), ("groups", who.groups), ("people", who.people), ("guests", who.guests)):
        if names:
            yield f"{kind} {', '.join(names)}"


def _expiry(approval: Approval) -> str:
    if approval.expires_after is None:
        return counted(approval.expires_working_days, "working day")
    hours, minutes = divmod(approval.expires_after // timedelta(minutes=1), 60)
    return counted(minutes + 60 * hours, "minute") if minutes else counted(hours, "hour")


def _input(each: Input) -> str:
    facts = [each.type.value, *_facts(each)]
    facts += [] if each.is_required else ["optional"]
    facts += [f"default {each.default}"] if each.default else []
    return f"{each.name} ({each.label}): {', '.join(facts)}"


def _facts(each: Input) -> Iterator[str]:
    match each.type:
        case InputType.TEXT:
            yield f"at most {each.longest} characters"
            if each.pattern:
                yield f"like {each.pattern}"
        case InputType.NUMBER:
            yield from _bounds(each.least, each.most, "")
        case InputType.CHOICE if each.choices_from:
            place = ".".join(each.choices_from.at)
            yield f"of {each.choices_from.file}{f' at {place}' if place else ''} in {each.choices_from.repository}"
        case InputType.CHOICE:
            yield " | ".join(each.choices)
        case InputType.DATE:
            yield from _bounds(each.earliest_days, each.latest_days, " days from today")


def _bounds(least: float | None, most: float | None, unit: str) -> Iterator[str]:
    if least is not None:
        yield f"from {least:g}{unit}"
    if most is not None:
        yield f"to {most:g}{unit}"


def _does(backend: Backend) -> Iterator[str]:
    match backend:
        case GitBackend():
            yield from (f"{_change(each)} in {backend.repository}" for each in backend.changes)
            yield from _terms(backend)
        case StepFunction() | Lambda():
            yield f"starts {backend.arn}"
        case _:
            yield f"posts to {backend.url}"


def _terms(backend: GitBackend) -> Iterator[str]:
    if backend.merges_on_approval:
        yield "merged by the bot once it is approved"
    if backend.needs_review:
        yield "agreed on the pull request itself, too"
    if backend.needs_author:
        yield "refused where the asker's Git account is not known"


def _change(change: Change) -> str:
    place = _place(change.at)
    return f"{change.verb} {f'{place} of ' if place else ''}{change.file}"


def _place(at: Sequence[str]) -> str:
    return ".".join(f'"{key}"' if "." in key else key for key in at)
