"""Catalogue entries for tests, a handful of every verb, with the files that they change."""

from datetime import date

from bot.actions.inputs import Known
from knowledge.actions import Action, Change, GitBackend, Input, InputType, Json, Mode, Verb, Who

TODAY = date(2026, 3, 2)
KNOWN = Known(
    today=TODAY,
    teams=("payments", "search"),
    choices={"cluster": ("blue", "green")},
    accounts={"U0MAYA0001": "maya-git"},
    own_teams=("payments", "search"),
)
BUILT_IN: dict[str, Json] = {"request": "r-1f2e", "requester": "maya", "today": "2026-03-02"}
SLUG = "[a-z0-9][a-z0-9-]{1,61}[a-z0-9]"


def action(*changes: Change, inputs: tuple[Input, ...] = ()) -> Action:
    return Action(
        id="create-bucket",
        title="Create a bucket",
        summary="A bucket for a team.",
        mode=Mode.PROPOSAL,
        who=Who(all_teams=True),
        backend=GitBackend("live", changes),
        inputs=inputs,
    )


def text(name: str, *, pattern: str = "", longest: int = 100, is_required: bool = True) -> Input:
    return Input(name, InputType.TEXT, name, pattern=pattern, longest=longest, is_required=is_required)


def backend(*changes: Change) -> GitBackend:
    return GitBackend("live", changes)


def change(verb: Verb, file: str = "teams.yaml", content: Json = None, **more: Json) -> Change:
    return Change(file, verb, content, **more)
