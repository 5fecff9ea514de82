"""What happened since is told with n, few are not told, and waits are summed by stage over teams."""

from datetime import date, timedelta

import pytest

from bot.discovery.rules import (
    Entry,
    Hard,
    Heard,
    Satisfied,
    StageWait,
    Taken,
    drift_stage,
    flow_facts,
    hard_by,
    news,
    told_of,
    told_of_use,
)
from bot.friction import Stage
from bot.statistics import Share
from knowledge.bets import Evidence, Kind
from knowledge.flows import Flow, Step, Wait

HOUR = timedelta(hours=1)
GAP = Evidence(Kind.GAP, "3f2a9c", "asked 5 times")


def step(stage: Stage, least: float = 0, most: float = 0, *, by_hand: bool = True) -> Step:
    return Step("s", stage, by_hand, Wait(least * HOUR, most * HOUR) if most else None)


def flow(team: str, *steps: Step) -> Flow:
    return Flow(team, date(2026, 6, 1), steps)


@pytest.mark.parametrize(
    ("evidence", "heard", "said"),
    [
        (GAP, Heard(4, 3), "gap 3f2a9c (asked 5 times): asked 4 times since, by 3 people"),
        (GAP, Heard(1, 1), "gap 3f2a9c (asked 5 times): asked 1 time since"),
        (GAP, Heard(), "gap 3f2a9c (asked 5 times): not asked since"),
        (GAP, Heard(ended="the gap was closed"), "gap 3f2a9c (asked 5 times): not asked since; the gap was closed"),
        (
            GAP,
            Heard(is_known=False),
            "gap 3f2a9c (asked 5 times): not kept here any more, so nothing can be counted",
        ),
        (
            Evidence(Kind.FRICTION_THEME, "t"),
            Heard(7, 5),
            "friction-theme t: logged as hard 7 times since, by 5 people",
        ),
        (Evidence(Kind.FRICTION_THEME, "t"), Heard(7, 4), "friction-theme t: logged as hard by a few since"),
        (Evidence(Kind.FRICTION_THEME, "t"), Heard(1, 1), "friction-theme t: logged as hard by a few since"),
        (Evidence(Kind.FRICTION_THEME, "t"), Heard(0, 0), "friction-theme t: not logged as hard since"),
        (Evidence(Kind.PULSE_THEME, "t"), Heard(4), "pulse-theme t: comments since: too few to say"),
        (Evidence(Kind.PULSE_THEME, "t"), Heard(5), "pulse-theme t: 5 comments since"),
        (Evidence(Kind.PULSE_THEME, "t"), Heard(), "pulse-theme t: no comment since"),
    ],
)
def test_each_piece_of_evidence_says_what_came_since(evidence: Evidence, heard: Heard, said: str) -> None:
    assert told_of(evidence, heard) == said


def test_a_capability_is_told_with_its_share_of_teams_and_what_its_users_say() -> None:
    told = told_of_use("Buckets", Taken(2, Share(3, 8)), [Satisfied("Pulse", "80 % of 10 (49 % to 94 %)")])

    assert told == [
        "Buckets: 2 teams began by choice since; chosen, of the teams that could: 38 % of 8 (14 % to 69 %)",
        "Buckets, satisfied by “Pulse”: 80 % of 10 (49 % to 94 %)",
    ]
    assert told_of_use("Buckets", Taken(0, Share(1, 3)), [])[0].endswith("too few to say (1 of 3)")
    assert told_of_use("Buckets", Taken(0, None, is_measured=False), []) == [
        "Buckets: use not measured",
        "Buckets: nobody was asked how satisfied they are since",
    ]
    assert told_of_use("Buckets", None, []) == []
    assert told_of_use("Buckets", Taken(0, None, trying=Share(1, 2)), [])[0] == (
        "Buckets, a pilot: used by 1 of 2 volunteers"
    )


def test_single_sayings_are_only_counted_and_nothing_at_all_is_said_to_be_nothing() -> None:
    assert news(["a"], 2) == ["a", "2 more pieces of evidence, said only once: nothing to count"]
    assert news([str(at) for at in range(13)], 0, ["use"])[-2:] == [
        "3 more pieces of evidence that can be counted: see the file",
        "use",
    ]
    assert news([], 0) == ["Nothing can be counted: the bet names no evidence and no capability."]


def test_waits_are_summed_by_stage_the_costliest_first_with_how_many_teams_told_one() -> None:
    facts = flow_facts(
        [
            flow("a", step(Stage.CODE), step(Stage.REVIEW, 1, 4), step(Stage.REVIEW, 2, 2), step(Stage.DEPLOY, 1, 1)),
            flow("b", step(Stage.CODE), step(Stage.REVIEW, 10, 20), step(Stage.BUILD, by_hand=False)),
        ]
    )

    assert (facts.teams, facts.steps, facts.by_hand) == (2, 7, 6)
    assert facts.waits == (
        StageWait(Stage.REVIEW, 13 * 3600.0, 26 * 3600.0, teams=2, steps=3),
        StageWait(Stage.DEPLOY, 3600.0, 3600.0, teams=1, steps=1),
    )


def test_what_a_team_logged_as_hard_attaches_from_two_people_on() -> None:
    logged = [
        Entry("p1", Stage.DEPLOY, "object-storage"),
        Entry("p2", Stage.DEPLOY, "object-storage"),
        Entry("p2", Stage.DEPLOY),
        Entry("p3", Stage.TEST),
        Entry("p3", Stage.TEST),
    ]

    by_stage, by_both = hard_by(logged)

    assert by_stage == {Stage.DEPLOY: Hard(3, 2)}
    assert by_both == {(Stage.DEPLOY, "object-storage"): Hard(2, 2)}


def test_drift_stands_at_operating_else_at_deploying() -> None:
    assert drift_stage(flow("a", step(Stage.DEPLOY), step(Stage.OPERATE))) is Stage.OPERATE
    assert drift_stage(flow("a", step(Stage.CODE), step(Stage.DEPLOY))) is Stage.DEPLOY
    assert drift_stage(flow("a", step(Stage.CODE))) is None
