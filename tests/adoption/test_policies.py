"""What people are shown of policies, and that a team took the platform's way; on both databases."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.model import Json, Way
from bot.storage import requests as request_rows
from bot.storage.engine import Database
from bot.storage.requests import DONE, FAILED, LIVE, MERGED, UNOBSERVED, RequestRow
from bot.storage.schema import choices, outbox
from bot.wanted import Asking, Converged
from knowledge.capabilities import Teams
from knowledge.people import Team
from tests.adoption.desk import ACTION, PEOPLE, POLICY, Adoption, group
from tests.work.desk import Hands


@pytest.fixture
def adoption(database: Database) -> Adoption:
    return Adoption(database, Hands())


async def ask(adoption: Adoption, user_id: str, *, minutes: float = 40, state: str = LIVE, team: str = "") -> str:
    """The id of a request for the action that took so long."""
    now, request_id = adoption.hands.now, adoption.desk.new_id()
    row = RequestRow(
        id=request_id,
        key=request_id,
        person=await adoption.person(user_id),
        action=ACTION.id,
        mode="proposal",
        backend="git",
        channel_id="",
        entry={},
        inputs={"team": team} if team else {},
        revision="r1",
        created_at=now - timedelta(minutes=minutes),
        state=state,
        ended_at=now,
    )
    await adoption.database.write(lambda tx: request_rows.add(tx, row))
    return request_id


async def shown(adoption: Adoption, user_id: str) -> list[Json]:
    """The blocks that the person is shown."""
    asker = await adoption.person(user_id)
    key = adoption.desk.new_id()
    await adoption.policies.show(Asking(key, asker, "", "C0RANDOM", response_url="https://hooks.slack.com/x"))
    (row,) = await adoption.rows(select(outbox.c.blocks).where(outbox.c.key == f"policies:{key}"))
    return list(row.blocks)


def words(blocks: Sequence[Json]) -> list[str]:
    parts = [part for block in blocks for part in (block.get("text"), *block.get("elements", ()))]
    return [part["text"] for part in parts if part and isinstance(part["text"], str)]


async def chosen(adoption: Adoption) -> list[tuple[str, str, str]]:
    query = select(choices.c.policy, choices.c.team, choices.c.way).order_by(choices.c.at, choices.c.policy)
    return [(row.policy, row.team, row.way) for row in await adoption.rows(query)]


@pytest.mark.parametrize(
    ("user_id", "named", "team"),
    [
        pytest.param("U0PRIYA", "search", "search", id="the team that the request names"),
        pytest.param("U0PRIYA", "", "payments", id="the requester's only team"),
        pytest.param("U0BOTH", "", None, id="one of two teams, nobody knows which"),
        pytest.param("U0BOTH", "payments", "payments", id="one of two, named"),
        pytest.param("U0JONAS", "", None, id="a requester in no team"),
        pytest.param("U0PRIYA", "gone", None, id="a team that is not there any more"),
    ],
)
async def test_the_platforms_way_counts_for_the_team_that_took_it(
    adoption: Adoption, user_id: str, named: str, team: str | None
) -> None:
    request_id = await ask(adoption, user_id, team=named)

    for _ in range(2):
        await adoption.policies.converged(Converged(f"converged:{request_id}", request_id))

    assert await chosen(adoption) == ([(POLICY.id, team, "platform")] if team else [])
    assert await adoption.acts() == (["policy.chosen"] if team else [])


@pytest.mark.parametrize(
    ("state", "counts"), [(LIVE, True), (DONE, True), (UNOBSERVED, True), (MERGED, False), (FAILED, False)]
)
async def test_only_what_came_about_counts(adoption: Adoption, state: str, counts: bool) -> None:
    request_id = await ask(adoption, "U0PRIYA", state=state)

    await adoption.policies.converged(Converged("c", request_id))
    await adoption.policies.converged(Converged("d", "no such request"))

    assert bool(await chosen(adoption)) is counts


async def test_an_action_counts_for_each_policy_it_satisfies_that_applies_to_the_team(adoption: Adoption) -> None:
    others = replace(POLICY, id="b", teams=Teams(("payments",))), replace(POLICY, id="c", teams=Teams(("search",)))
    adoption.now_reads(policies=(POLICY, *others, replace(POLICY, id="d", action="other")))
    request_id = await ask(adoption, "U0PRIYA")

    await adoption.policies.converged(Converged("c", request_id))

    assert await chosen(adoption) == [("attestation", "payments", "platform"), ("b", "payments", "platform")]


async def test_the_platforms_way_takes_the_place_of_evidence(adoption: Adoption) -> None:
    evidence_id = await adoption.hand_in()
    await adoption.judge("U0NADIA", evidence_id)
    adoption.hands.move(days=1)
    request_id = await ask(adoption, "U0PRIYA")
    await adoption.policies.converged(Converged("c", request_id))

    assert await adoption.states() == ["replaced"]
    assert "complies by the platform's way, since 25 Nov 2026" in words(await shown(adoption, "U0PRIYA"))[1]


async def test_both_ways_stand_side_by_side_with_what_they_took(adoption: Adoption) -> None:
    for minutes in (10, 20, 40, 80, 160):
        await ask(adoption, "U0PRIYA", minutes=minutes)
    await ask(adoption, "U0PRIYA", minutes=1, state=FAILED)
    await ask(adoption, "U0PRIYA", minutes=1, state=UNOBSERVED)

    blocks = await shown(adoption, "U0PRIYA")

    assert words(blocks)[2] == (
        "Use the platform's way (Attested builds): took 40 min (median of 5 in 12 weeks).\n"
        "Hand in evidence (2 points to show): too few to say how long it takes (n = 0 in 12 weeks)."
    )
    (row,) = [block["elements"] for block in blocks if block["type"] == "actions"]
    assert [(each["text"]["text"], each["action_id"], each["value"]) for each in row] == [
        ("Use the platform's way", "actions.open", "attest-builds"),
        ("Hand in evidence", "adoption.hand_in", '["attestation", "payments"]'),
    ]
    assert ["style" in each for each in row] == [False, False]


async def test_what_took_long_ago_does_not_count(adoption: Adoption) -> None:
    for _ in range(5):
        await ask(adoption, "U0PRIYA")
    adoption.hands.move(weeks=13)

    assert "too few to say how long it takes (n = 0" in words(await shown(adoption, "U0PRIYA"))[2]


async def test_how_long_judgements_took_is_told_in_the_same_words(adoption: Adoption) -> None:
    for number in range(5):
        evidence_id = await adoption.hand_in(key=f"view:V{number}")
        adoption.hands.move(hours=2)
        await adoption.judge("U0NADIA", evidence_id)

    assert words(await shown(adoption, "U0PRIYA"))[2].endswith(
        "Hand in evidence (2 points to show): took 2 h (median of 5 in 12 weeks)."
    )


async def test_a_person_of_two_teams_sees_both_and_a_policy_not_in_force_says_so(adoption: Adoption) -> None:
    adoption.now_reads(policies=(replace(POLICY, since=adoption.hands.now.date() + timedelta(days=40)),))

    said = words(await shown(adoption, "U0BOTH"))

    assert said[1].splitlines()[1:] == ["• *payments*: not yet", "• *search*: not yet"]
    assert said[2] == "It holds from 3 Jan 2027. You can comply before that."


async def test_a_policy_of_other_teams_is_not_shown(adoption: Adoption) -> None:
    adoption.now_reads(policies=(replace(POLICY, teams=Teams(("search",))),))

    assert words(await shown(adoption, "U0PRIYA")) == ["No policy applies to payments."]


async def test_the_share_of_own_evidence_is_shown_to_the_platform_team_alone(adoption: Adoption) -> None:
    teams = {f"team{number}": Team(group(f"U0LEAD{number}")) for number in range(8)}
    adoption.now_reads(people=replace(PEOPLE, teams=teams))
    for number in range(6):
        await adoption.policies.converged(Converged("c", await ask(adoption, f"U0LEAD{number}")))

    (facts,) = await adoption.policies.facts()
    share = facts.equivalent_evidence_share
    to_platform, to_team = await shown(adoption, "U0MAYA"), await shown(adoption, "U0LEAD1")

    assert (share.k, share.n, len(facts.standings)) == (0, 6, 8)
    assert words(to_platform)[-1] == "By evidence of their own, of the teams that comply: 0 % of 6 (0 % to 39 %)"
    assert [each for each in words(to_team) if "By evidence of their own" in each] == []
    assert [block for block in to_platform if block["type"] == "actions"] == []


async def test_a_long_list_says_how_many_more_there_are(adoption: Adoption) -> None:
    many = tuple(
        replace(POLICY, id=f"p{number:02}", title=f"Policy {number:02}", rule="r" * 300) for number in range(40)
    )
    adoption.now_reads(policies=many)

    blocks = await shown(adoption, "U0PRIYA")

    assert words(blocks)[-1].endswith("more: a Slack message takes no more.")
    assert len(blocks) <= 50
    assert sum(map(len, words(blocks))) < 10_000


async def test_without_policies_that_is_said(adoption: Adoption) -> None:
    adoption.now_reads(policies=())

    assert words(await shown(adoption, "U0PRIYA")) == ["The handbook names no policy."]


def test_ways_are_what_the_column_says() -> None:
    assert [each.value for each in Way] == ["platform", "evidence"]
