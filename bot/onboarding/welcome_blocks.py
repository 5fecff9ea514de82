"""What somebody whom the bot never met sees first in App Home: team, duty person, three things to do. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.blockkit import actions, button, clip, escape, section
from bot.doing import open_button
from bot.model import Json
from bot.onboarding.blocks import PERSON, First

NAMES_MOST = 3


@dataclass(frozen=True)
class Welcome:
    """`duty` are names; `of` is the team whose duty it is, "" the platform's; `back` when somebody is there again."""

    teams: Sequence[str]
    duty: Sequence[str]
    of: str
    back: str
    first: First | None


def welcome(known: Welcome, *, command: str) -> list[Json]:
    what = (
        f"*{escape(clip(known.first.title, 75))}*" if known.first else f"see what you may do: `{escape(command)} run`"
    )
    things = (
        "1. *Ask*: in the box below. The answer is for you alone, with its source.\n"
        f"2. *Do it yourself*: {what}.\n"
        "3. *Get a person*: who is on duty, and how to reach them."
    )
    row = [button("Get a person", action_id=PERSON, value="person")]
    if known.first is not None:
        row.insert(0, open_button("Open its form", known.first.action_id))
    head = f"*Welcome.* {_team(known.teams)} {_duty(known)}"
    return [section(f"{head}\n\nThree things you can do here:\n{things}"), actions("onboarding.welcome", row)]


def _team(teams: Sequence[str]) -> str:
    named = [f"*{escape(clip(each, 80))}*" for each in teams[:NAMES_MOST]]
    if not named:
        return "The handbook has you in no team yet; your team's lead can mend that by `start`."
    return f"Your team: {named[0]}." if len(named) == 1 else f"Your teams: {', '.join(named)}."


def _duty(known: Welcome) -> str:
    if known.back:
        return f"On duty for {_of(known)}: somebody is back {escape(known.back)}."
    names = ", ".join(escape(clip(each, 80)) for each in known.duty[:NAMES_MOST])
    return f"Your duty person: {names}, of {_of(known)}." if names else ""


def _of(known: Welcome) -> str:
    return f"*{escape(clip(known.of, 80))}*" if known.of else "the platform team"
