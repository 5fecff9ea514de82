"""Evidence goes before those who may judge it, and the first decision counts; on both databases."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import select, update

from bot.adoption import evidence_blocks as blocks
from bot.adoption.evidence_blocks import Where
from bot.model import EvidenceState
from bot.storage import policies as rows
from bot.storage.engine import Database
from bot.storage.schema import choices, evidence, outbox
from bot.wanted import HandingIn, Judging, Kind
from knowledge.capabilities import Teams
from knowledge.people import ApproverGroup
from knowledge.policies import Point
from tests.adoption.desk import FILLED, OWNERS, PEOPLE, PLATFORM, POLICY, Adoption, OfficeSlack, group
from tests.work.desk import Hands

CARD = "Attestation: evidence of payments waits for judgement"
TO_JUDGE, JUDGED, NOBODY = "evidence to judge", "evidence judged", "evidence that nobody may judge"


@pytest.fixture
def adoption(database: Database) -> Adoption:
    return Adoption(database, Hands())


async def test_it_is_put_before_each_who_may_judge_it_however_often_the_work_is_done(adoption: Adoption) -> None:
    evidence_id = await adoption.hand_in()

    assert await adoption.hand_in() == evidence_id  # the same form again
    assert sorted(await adoption.told(TO_JUDGE)) == [("U0HANNES", CARD), ("U0NADIA", CARD)]
    assert await adoption.told("private answer") == [
        (
            "U0PRIYA",
            "Handed in: evidence of *payments* for *Attestation*. security judges it, and I tell you what they say.",
        )
    ]
    assert await adoption.acts() == ["evidence.handed_in"]


async def test_where_nobody_may_judge_the_person_and_the_platform_team_are_told(adoption: Adoption) -> None:
    adoption.now_reads(people=replace(PEOPLE, approvers={"security": ApproverGroup(group("U0MAYA", "U0PRIYA"))}))

    await adoption.hand_in()

    assert await adoption.told(TO_JUDGE) == []
    ((channel, asks),) = await adoption.told(NOBODY)
    ((_, confirmed),) = await adoption.told("private answer")
    assert (channel, "Please name further owners" in asks) == (PLATFORM, True)
    assert "Nobody of security may judge it now" in confirmed


async def test_an_owner_whom_slack_does_not_know_keeps_nobody_else_from_judging(adoption: Adoption) -> None:
    adoption.slack.strange.add("U0HANNES")

    await adoption.hand_in()

    assert await adoption.told(TO_JUDGE) == [("U0NADIA", CARD)]


@pytest.mark.parametrize(
    ("slack", "to"),
    [
        pytest.param(OfficeSlack(), [OWNERS], id="the bot is in it"),
        pytest.param(OfficeSlack(shared={OWNERS}), ["U0HANNES", "U0NADIA"], id="another company reads along"),
        pytest.param(OfficeSlack(strange={OWNERS}), ["U0HANNES", "U0NADIA"], id="the bot is not in it"),
    ],
)
async def test_the_owners_channel_is_used_where_nobody_else_reads_along(
    database: Database, slack: OfficeSlack, to: list[str]
) -> None:
    adoption = Adoption(database, Hands(), slack)
    adoption.now_reads(
        people=replace(PEOPLE, approvers={"security": ApproverGroup(group("U0NADIA", "U0HANNES"), OWNERS)})
    )

    await adoption.hand_in()

    assert sorted(who for who, _ in await adoption.told(TO_JUDGE)) == to


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        pytest.param({"policies": ()}, "This policy is not in the handbook any more.", id="the policy is gone"),
        pytest.param(
            {"policies": (replace(POLICY, teams=Teams(("search",))),)},
            "This policy is not in the handbook any more.",
            id="it applies to the team no more",
        ),
        pytest.param(
            {"policies": (replace(POLICY, must_show=(*POLICY.must_show, Point("new", "New"))),)},
            "the policy has changed since you opened the form",
            id="it wants more",
        ),
        pytest.param(
            {"people": replace(PEOPLE, teams={**PEOPLE.teams, "payments": PEOPLE.teams["search"]})},
            "Only the team itself can say how it meets a policy.",
            id="the person left the team",
        ),
    ],
)
async def test_what_changed_meanwhile_counts(adoption: Adoption, changed: dict[str, object], told: str) -> None:
    assert await adoption.handing_in.take_form(FILLED, policy_id=POLICY.id, key="view:V1", user_id="U0PRIYA") == {}
    adoption.now_reads(**changed)

    await adoption.do(Kind.HAND_IN)

    ((who, words),) = await adoption.told("private answer")
    assert (who, told in words) == ("U0PRIYA", True)
    assert await adoption.acts() == []


async def test_a_guest_hands_nothing_in(adoption: Adoption) -> None:
    adoption.slack.guests.add("U0PRIYA")

    assert await adoption.hand_in() == ""
    assert await adoption.told("private answer") == [("U0PRIYA", "Only the team itself can say how it meets a policy.")]


async def test_the_owner_of_evidence_is_a_member(adoption: Adoption) -> None:
    adoption.slack.guests.add("U0GUEST")
    adoption.slack.strange.add("U0NOBODY")

    found = [
        await adoption.handing_in.take_form(
            replace(FILLED, owner=each), policy_id=POLICY.id, key="view:V1", user_id="U0PRIYA"
        )
        for each in ("U0GUEST", "U0NOBODY")
    ]

    assert found == [{"adoption.field.owner": "Name a colleague who is a member here: no guest, and no bot."}] * 2


async def test_a_form_of_a_policy_that_is_gone_says_so(adoption: Adoption) -> None:
    found = await adoption.handing_in.take_form(FILLED, policy_id="gone", key="view:V1", user_id="U0PRIYA")

    assert found == {"adoption.field.link": "This policy is not in the handbook any more."}


async def test_a_form_without_what_the_policy_wants_by_now_says_so_at_a_field_it_has(adoption: Adoption) -> None:
    adoption.now_reads(policies=(replace(POLICY, must_show=(*POLICY.must_show, Point("new", "New"))),))

    found = await adoption.handing_in.take_form(FILLED, policy_id=POLICY.id, key="view:V1", user_id="U0PRIYA")

    assert found == {
        "adoption.field.link": "The policy has changed since you opened this form. Copy what you wrote, close it and "
        "open it again. Nothing was handed in."
    }


@pytest.mark.parametrize("is_deaf", [True, False], ids=["Slack opens no form", "the policy is gone"])
async def test_where_no_form_opens_the_person_is_told(adoption: Adoption, is_deaf: bool) -> None:
    adoption.slack.is_deaf = is_deaf
    offer = ("attestation" if is_deaf else "gone", ["payments"])

    await adoption.handing_in.open_form(offer, key="k", user_id="U0PRIYA", trigger_id="t", response_url=None)

    said = (
        "Slack did not open the form. Please press again."
        if is_deaf
        else "This policy is not in the handbook any more."
    )
    assert await adoption.told("private answer") == [("U0PRIYA", said)]
    assert adoption.slack.views == []


async def test_work_that_failed_too_often_is_told(adoption: Adoption) -> None:
    person = await adoption.person("U0PRIYA")
    handed = HandingIn("view:V1", person, "attestation", "payments", "https://a", {}, person, "2027-01-01")
    await adoption.handing_in.given_up(handed)
    await adoption.judging.given_up(Judging("k", person, "e1", True, ""))

    assert [words.partition(":")[0] for _, words in await adoption.told("private answer")] == [
        "This was not saved",
        "Your evidence was not taken",
    ]


# Judging.


async def test_accepted_evidence_is_a_choice_once_and_is_told_to_both(adoption: Adoption) -> None:
    evidence_id = await adoption.hand_in()
    first = await adoption.judge("U0NADIA", evidence_id)
    second = await adoption.judge("U0HANNES", evidence_id)

    found = await adoption.rows(select(choices.c.team, choices.c.way, choices.c.subject))
    edits = await adoption.rows(select(outbox.c.blocks).where(outbox.c.edits.is_not(None)))
    assert [tuple(row) for row in found] == [("payments", "evidence", evidence_id)]
    assert (first, second) == ([], ["This is settled already, or too far along for that."])
    assert sorted(who for who, _ in await adoption.told(JUDGED)) == ["U0PRIYA", "U0SAMIR"]
    assert ["Accepted by Nadia, on 24 Nov 2026." in str(row.blocks) for row in edits] == [True, True]
    assert await adoption.acts() == ["evidence.handed_in", "evidence.accepted"]


async def test_of_judges_at_once_exactly_one_decides(adoption: Adoption) -> None:
    for number in range(5):
        evidence_id = await adoption.hand_in(key=f"view:V{number}")
        judgings = [
            Judging(f"{name}:{evidence_id}", await adoption.person(name), evidence_id, name == "U0NADIA", "", "no")
            for name in ("U0NADIA", "U0HANNES")
        ]
        await asyncio.gather(*(adoption.judging.judge(each) for each in judgings))
        adoption.hands.move(hours=1)

    assert len(await adoption.acts()) == 10
    assert len(await adoption.told(JUDGED)) == 10  # two people each
    assert sum("settled" in words for _, words in await adoption.told("private answer")) == 5


async def test_only_the_newest_can_be_judged_also_where_two_were_handed_in_at_once(adoption: Adoption) -> None:
    first = await adoption.hand_in()
    second = await adoption.hand_in("U0SAMIR", key="view:V2")
    await _back_to_waiting(adoption, first)

    told = await adoption.judge("U0NADIA", first)

    assert ["settled meanwhile" in each for each in told] == [True]
    assert await adoption.judge("U0NADIA", second) == []


async def _back_to_waiting(adoption: Adoption, evidence_id: str) -> None:
    """As it stands where the newer one did not see it."""
    query = update(evidence).where(evidence.c.id == evidence_id).values(state=EvidenceState.WAITING)
    await adoption.database.write(lambda tx: tx.execute(query))


async def test_what_ended_waiting_is_not_accepted(adoption: Adoption) -> None:
    evidence_id = await adoption.hand_in(filled=replace(FILLED, expires_on="2026-11-26"))
    adoption.hands.move(days=3)

    assert await adoption.judge("U0NADIA", evidence_id) == ["This is settled already, or too far along for that."]


@pytest.mark.parametrize(
    "slack", [OfficeSlack(shared={OWNERS}), OfficeSlack(strange={OWNERS})], ids=["shared", "strange"]
)
async def test_nothing_is_judged_where_another_company_may_read_along(database: Database, slack: OfficeSlack) -> None:
    adoption = Adoption(database, Hands(), slack)
    evidence_id = await adoption.hand_in()

    (told,) = await adoption.judge("U0NADIA", evidence_id, channel_id=OWNERS)

    assert told.startswith("Nothing is run, shown or decided where another company reads along.")


async def test_another_account_of_who_handed_it_in_does_not_judge(adoption: Adoption) -> None:
    adoption.now_reads(people=replace(PEOPLE, aliases=(frozenset({"U0PRIYA", "U0NADIA"}),)))
    evidence_id = await adoption.hand_in()

    (told,) = await adoption.judge("U0NADIA", evidence_id)

    assert told.startswith("You own the capability or handed this in")
    assert await adoption.told(TO_JUDGE) == [("U0HANNES", CARD)]


async def test_a_policy_that_is_gone_cannot_be_judged(adoption: Adoption) -> None:
    evidence_id = await adoption.hand_in()
    adoption.now_reads(policies=())

    told = [await adoption.judge("U0NADIA", evidence_id), await adoption.judge("U0NADIA", "nothing")]

    assert told == [["This evidence, or the policy that it is for, is not there any more."]] * 2


async def test_the_reasons_open_in_a_form_that_knows_where_it_was_pressed(adoption: Adoption) -> None:
    evidence_id = await adoption.hand_in()
    where = Where(evidence_id, OWNERS)

    await adoption.judging.ask_reasons(where, key="k", user_id="U0NADIA", trigger_id="t", response_url=None)

    (view,) = adoption.slack.views
    assert blocks.read_where(view["private_metadata"]) == where


async def test_newer_accepted_evidence_takes_the_place_of_the_older(adoption: Adoption) -> None:
    first = await adoption.hand_in()
    await adoption.judge("U0NADIA", first)
    adoption.hands.move(days=1)
    second = await adoption.hand_in(key="view:V2")
    await adoption.judge("U0NADIA", second)

    assert await adoption.states() == [EvidenceState.REPLACED, EvidenceState.ACCEPTED]


async def test_rows_are_read_as_they_were_written(adoption: Adoption) -> None:
    evidence_id = await adoption.hand_in()

    async with adoption.database.read() as tx:
        found = await rows.by_id(tx, evidence_id)

    assert found is not None
    assert (found.points, str(found.expires_on), found.state) == (FILLED.points, "2027-06-01", "waiting")
    assert found.created_at == adoption.hands.now
