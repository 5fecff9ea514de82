"""The forms of a bet and of a flow as JSON Schemas, for editors: they show a slip while it is typed.

Made of the readers' own constants. They cannot tell all that the readers can, such as whether a team is there:
`mentor check` has the last word.
"""

from knowledge import bets, flows
from knowledge.capabilities import ID
from knowledge.json_schema import DIALECT, Schema, a_list, a_shape, a_text, a_word, an_object
from knowledge.schema import DATE

_EVIDENCE = "A kind and an id, then what it says: gap:3f2a9c asked 5 times by 3 people."


def bet_schema() -> Schema:
    open_one: Schema = {"properties": {"status": {"const": "open"}}}
    return {
        "$schema": DIALECT,
        "title": "A bet of Mentor",
        "description": "A file in bets/; its name is the bet's id. `mentor check` tells what a schema cannot.",
        **an_object(_bet(), required=("title", "written", "problem")),
        "if": open_one,
        "then": {"required": list(bets.NEEDED)},
    }


def _bet() -> dict[str, Schema]:
    part = bets.PART_MOST
    return {
        "title": a_text(80, "What your team knows it by, in a few words."),
        "written": _day("The day it was written down."),
        "status": a_word(tuple(bets.Status), "open, if it is left out."),
        "problem": a_text(part, "What is hard, in your users' words."),
        "assumption": a_text(part, bets.NEEDED["assumption"]),
        "evidence": a_list(a_text(bets.SAID_MOST, _EVIDENCE), 0, bets.EVIDENCE_MOST, "What people said."),
        "willing": a_list(a_text(80), 0, None, "Teams of people.yaml that would try it."),
        "smallest": a_text(part, bets.NEEDED["smallest"]),
        "capability": a_shape(ID, "Its id in capabilities.yaml, once there is one."),
        "wrong_if": a_text(part, bets.NEEDED["wrong_if"]),
        "review": a_list(_day(), 1, bets.REVIEWS_MOST, bets.NEEDED["review"]),
        "decisions": a_list(_decided(), 0, None, "The oldest first."),
    }


def _decided() -> Schema:
    keys: dict[str, Schema] = {
        "on": _day(),
        "decided": a_word(tuple(bets.Choice)),
        "because": a_text(bets.PART_MOST),
    }
    return an_object(keys, required=("on", "decided"))


def flow_schema() -> Schema:
    keys: dict[str, Schema] = {
        "team": a_text(80, "A team of people.yaml; left out, the file's name."),
        "made_with": _day("The day on which the team made it with you."),
        "reviewed": _day("The day it was looked at last; every six months."),
        "steps": a_list(_step(), 2, flows.STEPS_MOST, "From code to production, in order."),
    }
    return {
        "$schema": DIALECT,
        "title": "A team's way to production, for Mentor",
        "description": "A file in flows/, called like the team. `mentor check` tells what a schema cannot.",
        **an_object(keys, required=("made_with", "steps")),
    }


def _step() -> Schema:
    keys: dict[str, Schema] = {
        "name": a_text(flows.NAME_MOST, "What is done, in a few words."),
        "stage": a_word(flows.STAGES),
        "by": a_word((flows.HAND, flows.MACHINE)),
        "wait": a_shape(flows.WAIT, "What passes before it is begun: 2 hours, or 1 to 3 days."),
        "pain": a_text(flows.PAIN_MOST, "What is hard about it, in the team's words."),
        "action": a_text(80, "The action of the catalogue that does it."),
        "capability": a_text(80, "The capability of capabilities.yaml that it is about."),
    }
    return an_object(keys, required=("name", "stage", "by"))


def _day(description: str = "") -> Schema:
    return a_shape(DATE, description)
