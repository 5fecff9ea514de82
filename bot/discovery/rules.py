"""Decides how what happened since a bet was looked at is told, what a flow's waits sum up to, and what attaches to it.

Pure. Nothing here is by person; of people a number stands from two on, of comments and of what was hard from five on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from bot import talk_row
from bot.bet_button import Source
from bot.friction import IN_WORDS, Stage
from bot.model import Json
from bot.statistics import FEWEST, TOO_FEW, Share, counted, duration, share_in_words
from knowledge.bets import Evidence, Kind
from knowledge.flows import Flow, Step

PEOPLE_FROM = 2
COUNTED = (Kind.GAP, Kind.FRICTION_THEME, Kind.PULSE_THEME)  # evidence of which there can be more
NEWS_MOST = 10  # pieces of evidence told one by one: a message has room for so many
STANDING_MOST = 60  # characters of what evidence says, where it is named again


@dataclass(frozen=True)
class Heard:
    """How often something was said since; `people` is how many distinct ones, None where that is not told.

    `is_known` is False where nothing of that id is kept here any more. `ended` says that it is settled, in words.
    """

    times: int = 0
    people: int | None = None
    is_known: bool = True
    ended: str = ""


@dataclass(frozen=True)
class Taken:
    """Of the bet's capability: teams that began by choice since, of those that could choose, how many have by now.

    `chosen` is None where teams have no choice. `is_measured` is False where nothing tells of its use. Of a pilot
    `trying` says how many of its volunteers use it: nobody begins by choice there.
    """

    began: int
    chosen: Share | None
    is_measured: bool = True
    trying: Share | None = None


@dataclass(frozen=True)
class Satisfied:
    """The newest wave since of a survey about the capability, as it may be shown: in words, with n."""

    survey: str
    said: str


def told_of(evidence: Evidence, heard: Heard) -> str:
    """A line of news, in Markdown that Slack and Git both take."""
    name = f"{evidence.kind} {evidence.id[:12]}"
    if evidence.said:
        name += f" ({_short(evidence.said)})"
    if not heard.is_known:
        return f"{name}: not kept here any more, so nothing can be counted"
    ended = f"; {heard.ended}" if heard.ended else ""
    return f"{name}: {_how_often(evidence.kind, heard)}{ended}"


def told_of_notes(evidence: Evidence, state: str, *, file: str) -> str:
    """A line about notes of a talk that nobody may cite; "" for those that the person let stand.

    `state` is "" where no such notes are kept. What the file says of them is not told again: these may be their words.
    """
    name = f"talk {evidence.id[:12]}"
    match state:
        case talk_row.KEPT:
            return ""
        case talk_row.SHOWN:
            return f"{name}: the person has not approved these notes yet. Until then, take the line out of {file}"
        case talk_row.DROPPED:
            return f"{name}: notes that the person dropped, or did not approve in time. Take the line out of {file}"
        case _:
            return f"{name}: notes erased at the person's wish, or the id is mistyped. Take the line out of {file}"


def _how_often(kind: Kind, heard: Heard) -> str:
    if kind is Kind.PULSE_THEME:
        if not heard.times:
            return "no comment since"
        return f"{heard.times} comments since" if heard.times >= FEWEST else f"comments since: {TOO_FEW}"
    what = "asked" if kind is Kind.GAP else "logged as hard"
    if not heard.times:
        return f"not {what} since"
    if kind is Kind.FRICTION_THEME and (heard.people or 0) < FEWEST:
        return f"{what} by a few since"  # it was told in private, and this may be written into Git
    by = f", by {heard.people} people" if heard.people and heard.people >= PEOPLE_FROM else ""
    return f"{what} {counted(heard.times, 'time')} since{by}"


def told_of_use(title: str, taken: Taken | None, satisfied: Sequence[Satisfied]) -> list[str]:
    """Lines about the capability that the bet led to."""
    if taken is None:
        return []
    if not taken.is_measured:
        use = f"{title}: use not measured"
    elif taken.trying:
        use = f"{title}, a pilot: used by {taken.trying.k} of {counted(taken.trying.n, 'volunteer')}"
    else:
        use = f"{title}: {counted(taken.began, 'team')} began by choice since"
        use += f"; chosen, of the teams that could: {share_in_words(taken.chosen)}" if taken.chosen else ""
    csat = [f"{title}, satisfied by “{each.survey}”: {each.said}" for each in satisfied]
    return [use, *(csat or [f"{title}: nobody was asked how satisfied they are since"])]


def news(lines: Sequence[str], uncounted: int, use: Sequence[str] = ()) -> list[str]:
    """Lines of evidence, then of use; those pieces of evidence that stand for one saying are only counted."""
    rest = [f"{counted(uncounted, 'more piece')} of evidence, said only once: nothing to count"] if uncounted else []
    left = len(lines) - NEWS_MOST
    more = [f"{counted(left, 'more piece')} of evidence that can be counted: see the file"] if left > 0 else []
    return [*lines[:NEWS_MOST], *more, *use, *rest] or [
        "Nothing can be counted: the bet names no evidence and no capability."
    ]


def source_of(source: Source) -> Kind:
    return Kind(source.value)


def _short(text: str) -> str:
    return text if len(text) <= STANDING_MOST else text[: STANDING_MOST - 1].rstrip() + "…"


# Flows.


@dataclass(frozen=True)
class StageWait:
    """What the steps of a stage wait in all, over so many teams that said something of it; seconds by the clock."""

    stage: Stage
    least_s: float
    most_s: float
    teams: int
    steps: int

    def to_json(self) -> Json:
        return {**vars(self), "stage": self.stage.value}


@dataclass(frozen=True)
class FlowFacts:
    """What the flows of all teams say. `waits` are of stages with any, the costliest first. No team is named."""

    teams: int = 0
    steps: int = 0
    by_hand: int = 0
    waits: tuple[StageWait, ...] = ()

    def to_json(self) -> Json:
        counts = {"teams": self.teams, "steps": self.steps, "by_hand": self.by_hand}
        return {**counts, "waits": [each.to_json() for each in self.waits]}


def flow_facts(flows: Sequence[Flow]) -> FlowFacts:
    """What the flows of all teams say now: for the digest and the command line."""
    found = [wait for stage in Stage if (wait := _wait_of(stage, flows)) is not None]
    return FlowFacts(
        teams=len(flows),
        steps=sum(len(each.steps) for each in flows),
        by_hand=sum(each.by_hand for each in flows),
        waits=tuple(sorted(found, key=lambda each: (-each.most_s, -each.least_s, list(Stage).index(each.stage)))),
    )


def _wait_of(stage: Stage, flows: Sequence[Flow]) -> StageWait | None:
    waits = {flow.team: [s.wait for s in flow.steps if s.stage is stage and s.wait] for flow in flows}
    said = [each for found in waits.values() for each in found]
    if not said:
        return None
    least = sum((each.least for each in said), timedelta(0)).total_seconds()
    most = sum((each.most for each in said), timedelta(0)).total_seconds()
    return StageWait(stage, least, most, sum(bool(found) for found in waits.values()), len(said))


def in_words(least_s: float, most_s: float) -> str:
    return duration(most_s) if least_s == most_s else f"{duration(least_s)} to {duration(most_s)}"


def wait_line(wait: StageWait) -> str:
    """What waits where, of how many teams that said something of it."""
    return f"{IN_WORDS[wait.stage]}: {in_words(wait.least_s, wait.most_s)} in all, of {counted(wait.teams, 'team')}"


def flow_lines(facts: FlowFacts) -> list[str]:
    """For a terminal."""
    if not facts.teams:
        return ["There is no flow in the handbook: a team's way to production is a file in flows/."]
    head = f"{counted(facts.teams, 'flow')}, {facts.by_hand} of {counted(facts.steps, 'step')} by hand"
    return [head, *(f"- {wait_line(each)}" for each in facts.waits)]


@dataclass(frozen=True)
class Hard:
    """What the team logged as hard at a stage; `people` is told from two on, and of fewer nothing at all."""

    times: int
    people: int


@dataclass(frozen=True)
class Attached:
    """What is known of a flow beside its file, of a while back: the platform team alone sees it.

    `hard` is by stage; `hard_with` by stage and capability. `runs` are by action, of all teams. `drift` is how often
    something of the team's was changed by hand and put back.
    """

    days: int
    hard: Mapping[Stage, Hard] = field(default_factory=dict)
    hard_with: Mapping[tuple[Stage, str], Hard] = field(default_factory=dict)
    runs: Mapping[str, int] = field(default_factory=dict)
    drift: int = 0


@dataclass(frozen=True)
class Entry:
    """Something a team logged as hard. `person` is only compared with others here."""

    person: str
    stage: Stage
    capability: str = ""


def hard_by(entries: Sequence[Entry]) -> tuple[dict[Stage, Hard], dict[tuple[Stage, str], Hard]]:
    """By stage, and by stage and capability; of what fewer than two people logged nothing is told."""
    by_stage: dict[Stage, list[Entry]] = {}
    by_both: dict[tuple[Stage, str], list[Entry]] = {}
    for each in entries:
        by_stage.setdefault(each.stage, []).append(each)
        if each.capability:
            by_both.setdefault((each.stage, each.capability), []).append(each)
    return (
        {stage: _hard(found) for stage, found in by_stage.items() if _hard(found).people >= PEOPLE_FROM},
        {both: _hard(found) for both, found in by_both.items() if _hard(found).people >= PEOPLE_FROM},
    )


def _hard(entries: Sequence[Entry]) -> Hard:
    return Hard(len(entries), len({each.person for each in entries}))


def drift_stage(flow: Flow) -> Stage | None:
    """Where what was changed by hand and put back stands: at operating, else at the last stage before it."""
    stages = [each.stage for each in flow.steps]
    if Stage.OPERATE in stages:
        return Stage.OPERATE
    return Stage.DEPLOY if Stage.DEPLOY in stages else None


def notes_of(step: Step, attached: Attached | None) -> list[str]:
    """What attaches to a step."""
    if attached is None:
        return []
    found = []
    if hard := attached.hard_with.get((step.stage, step.capability)):
        found.append(f"logged as hard {counted(hard.times, 'time')}, by {hard.people} people of the team")
    if step.action:
        found.append(f"run {counted(attached.runs.get(step.action, 0), 'time')}, by all teams")
    return found


def notes_of_stage(stage: Stage, flow: Flow, attached: Attached | None) -> list[str]:
    if attached is None:
        return []
    found = []
    if hard := attached.hard.get(stage):
        found.append(f"logged as hard {counted(hard.times, 'time')}, by {hard.people} people of the team")
    if attached.drift and stage is drift_stage(flow):
        found.append(f"changed by hand and put back {counted(attached.drift, 'time')}")
    return found


def summary(flow: Flow) -> str:
    """How many steps, by hand, and what they wait in all."""
    waits = [each.wait for each in flow.steps if each.wait]
    least = sum((each.least for each in waits), timedelta(0)).total_seconds()
    most = sum((each.most for each in waits), timedelta(0)).total_seconds()
    waited = f"; waits in all {in_words(least, most)}, by the clock" if waits else ""
    return f"{counted(len(flow.steps), 'step')}, {flow.by_hand} by hand{waited}"


def age(flow: Flow, today: date) -> str:
    looked = f"made with the team on {flow.made_with}"
    looked += f", looked at on {flow.reviewed}" if flow.reviewed else ""
    return looked + (f"; due for another look since {flow.look_again}" if flow.look_again <= today else "")
