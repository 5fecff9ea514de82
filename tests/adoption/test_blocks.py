"""Forms and cards are such as Slack takes, whatever people write; and only what is ours is read back."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from bot.adoption import blocks, evidence_blocks
from bot.adoption.blocks import Listed, Took
from bot.adoption.evidence_blocks import Names, Where
from bot.adoption.rules import ANSWER_MOST, LINK_MOST, REASON_MOST, REMINDED, Filled, Standing, State, not_enough
from bot.blockkit import TEXT_MAX, Shown
from bot.errors import PayloadMalformed
from bot.model import Evidence, EvidenceState
from bot.statistics import Share
from knowledge.policies import POINT_MOST, POINTS_MOST, RULE_MOST, Point
from sandbox.limits import text_length, validate_message_blocks, validate_view
from tests.adoption.desk import POLICY

TODAY = date(2026, 11, 24)
LARGE = replace(
    POLICY,
    title="<&>" * 26,
    rule="&" * RULE_MOST,
    must_show=tuple(Point(f"point-{number}", "<" * POINT_MOST) for number in range(POINTS_MOST)),
)
HOSTILE = "<!channel> & <@U0MAYA> " * 40
LARGEST = Evidence(
    id="e" * 32,
    key="view:V1",
    policy=POLICY.id,
    team="&" * 80,
    person="p1",
    link="https://a.example/" + "x" * (LINK_MOST - 18),
    points={each.id: HOSTILE[:ANSWER_MOST] for each in LARGE.must_show},
    owner="p2",
    expires_on=TODAY,
    created_at=datetime(2026, 11, 24, tzinfo=UTC),
    reason=not_enough(LARGE, [each.id for each in LARGE.must_show], HOSTILE[:REASON_MOST]),
)
NAMES = Names("<" * 200, "", "&" * 200)


def assert_taken(shown: Shown) -> None:
    assert validate_message_blocks(list(shown.blocks)) == []
    assert text_length(list(shown.blocks)) <= TEXT_MAX
    assert "<!channel>" not in str(shown)
    assert "<@U0MAYA>" not in str(shown)


def test_the_form_is_such_as_slack_takes() -> None:
    for teams in (["payments"], ["payments", "t" * 75]):
        assert validate_view(evidence_blocks.form(LARGE, teams, user_id="U0PRIYA", today=TODAY)) == []


def test_the_reasons_are_such_as_slack_takes() -> None:
    assert validate_view(evidence_blocks.reasons(LARGEST, LARGE, Where(LARGEST.id, "C0OWNERS"))) == []


@pytest.mark.parametrize("state", list(EvidenceState))
def test_the_largest_card_is_such_as_slack_takes(state: EvidenceState) -> None:
    row = replace(LARGEST, state=state)

    assert_taken(evidence_blocks.card(row, LARGE, NAMES, on=TODAY))
    assert_taken(evidence_blocks.judged(row, LARGE, NAMES, command="/platform"))


def test_the_team_reads_the_judges_own_words_whatever_else_is_missing() -> None:
    policy = replace(
        POLICY, must_show=tuple(Point(f"point-{number}", "p" * POINT_MOST) for number in range(POINTS_MOST))
    )
    reason = not_enough(policy, [each.id for each in policy.must_show], "w" * (REASON_MOST - 4) + " end")
    shown = evidence_blocks.judged(
        replace(LARGEST, state=EvidenceState.DECLINED, reason=reason), policy, NAMES, command="/platform"
    )

    assert f"{reason}\n" in shown.blocks[0]["text"]["text"]


def test_the_longest_reminder_is_such_as_slack_takes() -> None:
    items = [(LARGEST, LARGE, days) for days in REMINDED] * 30

    assert_taken(evidence_blocks.ends(items, command="/platform"))


def test_the_largest_list_is_such_as_slack_takes() -> None:
    standings = {f"{number}{'&' * 78}": Standing(State.EVIDENCE, TODAY, is_waiting=True) for number in range(20)}
    listed = Listed(LARGE, "<" * 80, "https://a.example", standings, "run", Took([1.0] * 9), share=Share(4, 9))

    assert_taken(blocks.policies([replace(listed, policy=replace(LARGE, id=f"p{number}")) for number in range(30)]))


def test_a_form_is_read_by_its_fields() -> None:
    values = {
        "adoption.field.team": "payments",
        "adoption.field.link": " https://a.example ",
        "adoption.field.point.signed": " yes\n",
        "adoption.field.owner": "U0SAMIR",
        "adoption.field.expires_on": "2027-01-01",
    }

    assert evidence_blocks.read_form(values) == Filled(
        "payments", "https://a.example", {"signed": "yes"}, "U0SAMIR", "2027-01-01"
    )
    assert evidence_blocks.read_form({}) == Filled("", "", {}, "", "")


@pytest.mark.parametrize("value", ["", "attestation", "{}", "[]", "[1]", '["a", 2]', "[" * 3000])
def test_an_offer_that_is_none_of_ours_is_refused(value: str) -> None:
    with pytest.raises(PayloadMalformed):
        blocks.read_offer(value)


@pytest.mark.parametrize("action_id", ["adoption.judge.", "adoption.judge.other", ""])
def test_a_button_that_is_none_of_ours_is_refused(action_id: str) -> None:
    with pytest.raises(PayloadMalformed):
        evidence_blocks.read_press(action_id)


def test_reasons_are_read_with_what_was_left_out() -> None:
    both = {"adoption.field.missing": "signed,checked", "adoption.field.words": " more "}

    assert evidence_blocks.read_reasons(both) == (("signed", "checked"), "more")
    assert evidence_blocks.read_reasons({}) == ((), "")
