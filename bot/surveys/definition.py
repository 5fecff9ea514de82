"""A survey as it is kept with its wave, so that a change of the handbook changes nothing under way. Pure."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import time
from typing import Any

from knowledge.surveys import After, Audience, Moment, Question, Repeats, Scale, Survey

REPEATS, AFTER = "repeats", "after"


def to_json(survey: Survey) -> dict[str, Any]:
    kept = asdict(survey)
    schedule = survey.schedule
    if isinstance(schedule, Repeats):
        kept["schedule"] = {REPEATS: asdict(schedule) | {"at": schedule.at.isoformat()}}
    else:
        kept["schedule"] = {AFTER: asdict(schedule)}
    return kept


def from_json(kept: Mapping[str, Any]) -> Survey:
    questions = tuple(
        Question(each["name"], Scale(each["scale"]), each["text"], tuple(each["choices"])) for each in kept["questions"]
    )
    said = kept["audience"]
    lists = {name: tuple(said[name]) for name in ("channels", "teams", "groups", "ran")}
    audience = Audience(**lists, asked=said["asked"], did_not_choose=said["did_not_choose"])
    plain = {name: kept[name] for name in kept if name not in ("questions", "audience", "schedule")}
    return Survey(questions=questions, audience=audience, schedule=_schedule(kept["schedule"]), **plain)


def _schedule(kept: Mapping[str, Any]) -> Repeats | After:
    if (said := kept.get(REPEATS)) is not None:
        return Repeats(said["weeks"], said["weekday"], time.fromisoformat(said["at"]))
    said = kept[AFTER]
    return After(Moment(said["moment"]), tuple(said["actions"]), said["share"])
