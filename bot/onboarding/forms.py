"""The forms by which somebody proposes a step to the handbook's reviewers, and what comes back. Pure."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.blockkit import escape, section
from bot.errors import PayloadMalformed
from bot.model import Json
from bot.onboarding.rules import PROPOSED, Step

FORM = "onboarding.form"
TEAM, GROUP, DUTY, CHANNEL = (f"onboarding.{each}" for each in ("team", "group", "duty", "channel"))
TEAM_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
DUTY_MOST = 5
TEAM_FIX = "Small letters, digits and -, such as payments; at most 40."
TITLES = {Step.GROUP: "Add a team", Step.DUTY: "The duty person", Step.CHANNEL: "The team's channel"}
WHY = "It becomes a pull request to the handbook. The platform team reviews it; nothing changes before it is merged."


@dataclass(frozen=True)
class Opened:
    """What a form is about; `team` is "" for a team that is new."""

    step: Step
    team: str = ""


@dataclass(frozen=True)
class Filled:
    """As it was sent: `group` is a handle or an id, `duty` Slack ids."""

    team: str = ""
    group: str = ""
    duty: tuple[str, ...] = ()
    channel: str = ""


def form(opened: Opened) -> Json:
    about = f"*{escape(opened.team)}*. " if opened.team else ""
    words = {"title": TITLES[opened.step], "submit": "Propose the change", "close": "Cancel"}
    texts = {name: {"type": "plain_text", "text": text} for name, text in words.items()}
    metadata = json.dumps({"step": opened.step, "team": opened.team})
    blocks = [section(f"{about}{WHY}"), *_fields(opened)]
    return {"type": "modal", "callback_id": FORM, "private_metadata": metadata, **texts, "blocks": blocks}


def _fields(opened: Opened) -> list[Json]:
    match opened.step:
        case Step.GROUP:
            named: Json = {"type": "plain_text_input", "action_id": "team", "max_length": 40}
            handle: Json = {"type": "plain_text_input", "action_id": "group", "max_length": 80}
            return [
                _input(TEAM, "The team's name", named, TEAM_FIX),
                _input(GROUP, "Its Slack user group", handle, "As people mention it, such as @payments."),
            ]
        case Step.DUTY:
            people: Json = {"type": "multi_users_select", "action_id": "duty", "max_selected_items": DUTY_MOST}
            return [_input(DUTY, "Whom may others ask about the team's things?", people, "They stand in the handbook.")]
        case _:
            channel: Json = {"type": "channels_select", "action_id": "channel"}
            hint = "It is watched in shadow at first: nothing is said there. Ask the platform team for a private one."
            return [_input(CHANNEL, "Where does the team ask, and help?", channel, hint)]


def _input(block_id: str, label: str, element: Json, hint: str) -> Json:
    texts = {name: {"type": "plain_text", "text": text} for name, text in (("label", label), ("hint", hint))}
    return {"type": "input", "block_id": block_id, "element": element, **texts}


def read_opened(private_metadata: str) -> Opened:
    """Raises PayloadMalformed for none of ours."""
    try:
        kept = json.loads(private_metadata)
        opened = Opened(Step(kept["step"]), str(kept["team"])[:80])
    except (ValueError, KeyError, TypeError):
        raise PayloadMalformed("no form of ours") from None
    if opened.step not in PROPOSED:
        raise PayloadMalformed("no form of ours")
    return opened


def read_form(values: Mapping[str, str]) -> Filled:
    duty = tuple(dict.fromkeys(each for each in values.get(DUTY, "").split(",") if each))
    group = values.get(GROUP, "").strip().removeprefix("@")
    return Filled(values.get(TEAM, "").strip(), group, duty, values.get(CHANNEL, ""))


def problems(opened: Opened, filled: Filled) -> dict[str, str]:
    """What is wrong with it on its face, by block."""
    match opened.step:
        case Step.GROUP if not TEAM_NAME.fullmatch(filled.team):
            return {TEAM: TEAM_FIX}
        case Step.GROUP if not filled.group:
            return {GROUP: "Name the group as people mention it, such as @payments."}
        case Step.DUTY if not 0 < len(filled.duty) <= DUTY_MOST:
            return {DUTY: f"Choose one to {DUTY_MOST} people."}
        case Step.CHANNEL if not filled.channel:
            return {CHANNEL: "Choose a channel."}
    return {}
