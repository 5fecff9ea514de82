"""The words of both digests, and that Slack takes them however much there is."""

import csv
import io
import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.blockkit import TEXT_MAX, Shown
from bot.curation.gap_rules import Lack
from bot.digest import rules
from bot.digest.blocks import (
    CHOICES,
    csv_shown,
    definitions_shown,
    rarer,
    read_press,
)
from bot.digest.community_blocks import community_digest
from bot.digest.definitions import DEFINITIONS
from bot.digest.detail_blocks import detail_blocks
from bot.digest.figures_csv import csv_rows, csv_text
from bot.digest.kept import (
    Adopted,
    Changed,
    Digest,
    Gaps,
    Ill,
    Listed,
    Named,
    OpenTheme,
    Reader,
    Reverted,
    SelfService,
    Sign,
    TopGap,
    Waited,
    Wave,
    WeekOf,
)
from bot.digest.team_blocks import in_words, team_digest
from bot.errors import PayloadMalformed
from bot.friction import Stage
from bot.peers.cases import Outcome
from bot.peers.figures import Times
from bot.peers.solving import By
from bot.statistics import Share
from knowledge.capabilities import Status
from knowledge.channels import COMMUNITY_SECTIONS, TEAM_SECTIONS
from sandbox.limits import validate_message_blocks
from tests.digest.weeks_told import DIGEST, NOTHING, RICH

ROOT = Path(__file__).resolve().parents[2]


def test_the_words_of_the_communitys() -> None:
    thread = "https://sandbox.slack.com/archives/C0/p"
    assert community_digest(RICH).text.splitlines() == [
        "What changed on the platform: 16 Nov to 22 Nov 2026",
        (
            "*31 questions* from 18 people. Colleagues answered 14, the platform team 9, the handbook 3, "
            "the askers themselves 1; nobody answered 2; 2 are too new to say."
        ),
        ("*Changed for you*: Object storage is there for every team that wants it since Wed 18 Nov (pilot before)."),
        "*Coming*: <https://handbook.example.com/notices/node|Node image 22>.",
        "*Now documented*: <https://handbook.example.com/pause|Pause a rollout>.",
        "*You said, we did*: builds, slow (<https://git.example.com/pulls/7|the change>).",
        (
            f"*Still open*: <{thread}16|#ask-platform, Mon 16 Nov 10:00>; <{thread}19|#ask-platform, Thu 19 Nov "
            f"10:00>; <{thread}20|#ask-platform, Fri 20 Nov 10:00>; and 1 more. If you know one, answer in its thread."
        ),
        "*A story*: <https://handbook.example.com/stories/friday|Friday releases>.",
    ]


def test_the_words_of_the_teams() -> None:
    assert team_digest(RICH, {2: "Maya Lind"}).text.splitlines() == [
        "The week in our channels: 16 Nov to 22 Nov 2026",
        (
            "*31 questions* (24 the week before) from 18 people. Colleagues answered 14, the platform team 9, "
            "the handbook 3, the askers themselves 1; nobody answered 2; 2 are too new to say."
        ),
        (
            "*Object storage* is there for every team that wants it since Wed 18 Nov (pilot before): "
            "2 teams began since, 0 in as many days before."
        ),
        "*Shipped, as people asked*: builds, slow (<https://git.example.com/pulls/7|change>).",
        (
            "*Better*: first answers that colleagues gave, 70 % of 80 (59 % to 79 %) in four weeks; "
            "32 of 80 in the four before, 30 of 80 in those before that."
        ),
        "*Worth doing now*",
        (
            "1. *Answer who waits*: 4 questions without a response, 1 past the time promised: the longest "
            "<https://sandbox.slack.com/archives/C0/p16|#ask-platform, Mon 16 Nov 10:00>, 6 days 23 h."
        ),
        "2. *Say what becomes of “docs, stale”*: 5 comments of a survey, no change linked. `results` does it.",
        ":white_check_mark: Maya Lind has it.",
    ]


def test_who_waits_for_years_is_told_since_when() -> None:
    waiting = replace(RICH.todos[0], n=1, people=1, since="2015-11-16T10:00:00+00:00")

    assert in_words(waiting, RICH).endswith("Mon 16 Nov 10:00>, since November 2015.")


def test_what_is_taken_has_no_button_and_a_private_copy_none_at_all() -> None:
    def pressable(shown: Shown) -> list[str]:
        return re.findall(r'"digest\.(\w+)", "value"', json.dumps(shown.blocks))

    assert pressable(team_digest(RICH, {})) == ["take", "take", "useful", "not_now"]
    assert pressable(team_digest(RICH, {1: "Maya Lind"})) == ["take", "useful", "not_now"]
    assert pressable(team_digest(RICH, {}, may_press=False)) == ["defined", "csv"]
    assert pressable(community_digest(RICH)) == ["useful", "not_now"]
    assert pressable(community_digest(RICH, may_press=False)) == []


def test_a_quiet_week_is_a_line() -> None:
    assert community_digest(DIGEST).text.splitlines()[1:] == [
        "A quiet week: nothing changed for you, nothing was asked, and no question is open."
    ]
    assert team_digest(DIGEST, {}).text.splitlines()[1:] == [
        "A quiet week: nothing was asked, nothing shipped, and nothing waits for you."
    ]


def test_a_jump_after_a_mandate_is_told_as_none_of_choice() -> None:
    said = next(line for line in detail_blocks(RICH).text.splitlines() if "Attested builds" in line)

    assert said == (
        "• Attested builds (mandated): chosen, of the teams that could: 25 % of 8 (7 % to 59 %); "
        "4 teams began without a choice, which does not count; optional until Mon 16 Nov: "
        "0 began in the 7 days before, 4 since; they had to."
    )


def test_each_section_can_be_left_out_and_is_silent_without_news() -> None:
    whole = community_digest(RICH).text.splitlines()
    for name in COMMUNITY_SECTIONS:
        only = community_digest(replace(RICH, community_sections=(name,))).text.splitlines()
        assert len(only) == 3
        assert set(only) < set(whole)
    details = {name: detail_blocks(replace(RICH, team_sections=(name,))).text for name in TEAM_SECTIONS}
    empty = detail_blocks(replace(RICH, team_sections=())).text
    assert [name for name, text in details.items() if text == empty] == ["todo", "shipped"]
    assert detail_blocks(DIGEST).text == empty.rsplit("\nAudit", 1)[0]


def test_sections_link_to_where_their_numbers_are_defined() -> None:
    page = "https://docs.example.com/metrics.md"

    text = detail_blocks(replace(RICH, definitions=page)).text

    assert f"*What the handbook lacks* (<{page}#gaps|defined>): 2 opened" in text
    assert "|defined" not in detail_blocks(RICH).text


def test_each_definition_stands_under_a_head_of_the_documentation() -> None:
    heads = re.findall(r"^## (.+)$", (ROOT / "docs" / "metrics.md").read_text(), re.MULTILINE)
    anchors = {re.sub(r"[^a-z0-9-]", "", head.lower().replace(" ", "-")) for head in heads}

    assert {each.anchor for each in DEFINITIONS} - anchors == set()
    assert {each.section for each in DEFINITIONS} <= set(TEAM_SECTIONS)


def test_csv_has_a_row_for_each_number_with_its_definition_and_no_thread() -> None:
    rows = list(csv.reader(io.StringIO(csv_text(RICH, Reader.TEAM))))

    assert rows[0] == ["week", "window", "number", "k", "n", "value", "low", "high", "definition"]
    assert [
        "2026-W47",
        "4 weeks",
        "peer first",
        "56",
        "80",
        "0.7",
        "0.5923",
        "0.7894",
        "docs/metrics.md#numbers",
    ] in rows
    assert ["2026-W47", "week", "gaps opened", "", "", "2", "", "", "docs/metrics.md#gaps"] in rows
    assert all(len(row) == 9 for row in rows)
    assert "sandbox.slack.com" not in str(rows)
    assert len(list(csv_rows(RICH, Reader.COMMUNITY))) == 11


@pytest.mark.parametrize(
    ("action_id", "value"),
    [("digest.take", "2026-W47:0"), ("digest.else", "2026-W47:1"), ("digest.useful", "x"), ("digest.csv", "W47:team")],
)
def test_a_press_of_no_button_of_a_digest_is_none(action_id: str, value: str) -> None:
    with pytest.raises(PayloadMalformed):
        read_press(action_id, value)


def test_what_can_be_pressed_is_read_again() -> None:
    shown = (team_digest(RICH, {}), detail_blocks(RICH), community_digest(RICH), rarer(RICH.week))
    found = re.findall(r'"action_id": "(digest\.\w+)", "value": "([^"]+)"', json.dumps([each.blocks for each in shown]))

    assert {read_press(*each).choice for each in found} == set(CHOICES)


# However much there is.

NASTY = st.sampled_from(
    ["a", "&" * 400, "é\u202e\x00 x" * 60, "<!channel> <@U0123> & <https://evil.example.com|x>" * 5]
)
SHORT = NASTY.map(lambda text: text[:80])
URL = st.sampled_from(["", "https://git.example.com/" + "x" * 900, "javascript:alert(1)"])
STATUSES = st.sampled_from([each.value for each in Status])
MANY = st.integers(0, 2_000)
AT = datetime(2026, 11, 16, tzinfo=UTC)


def some(strategy: st.SearchStrategy[Any], most: int = 10) -> st.SearchStrategy[Any]:
    return st.lists(strategy, max_size=most).map(tuple)


@st.composite
def digests(draw: st.DrawFn) -> Digest:
    """As the maker may leave it: 50 channels, 2,000 questions, titles that people chose."""
    outcomes = [draw(st.integers(0, 400)) for _ in Outcome]
    asked = replace(
        NOTHING,
        questions=sum(outcomes),
        askers=draw(MANY),
        by_outcome=dict(zip(Outcome, outcomes, strict=True)),
        response=Times(2_000, 1e6, 1e7, 1e5, 1e6),
        response_by={by: Times(1_000, 1e6, 1e7, 1e5, 1e6) for by in (By.PEER, By.PLATFORM)},
    )
    named = st.builds(Named, NASTY, URL)
    share = st.integers(0, 100).map(lambda k: Share(k, 100))
    listed = st.builds(Listed, SHORT, st.integers(0, 6).map(lambda d: AT + timedelta(days=d)), URL)
    gap = st.builds(TopGap, st.sampled_from(Lack), MANY, MANY, SHORT, URL)
    flags = st.booleans()
    shifted: Any = {name: draw(share) for name in rules.SHARES}
    earlier: Any = {name: draw(share) for name in rules.SHARES}
    digest = replace(
        RICH,
        weeks=draw(st.integers(1, 2)),
        this=asked,
        rolling=replace(NOTHING, **shifted),
        rolling_before=replace(NOTHING, **earlier),
        listed=draw(some(listed, 5)),
        unanswered=draw(MANY),
        gaps=Gaps(draw(MANY), draw(MANY), draw(MANY), draw(some(gap, 3))),
        shipped=draw(some(named)),
        coming=draw(some(named)),
        documented=draw(some(named)),
        stories=draw(some(named)),
        changed=draw(some(st.builds(Changed, NASTY, STATUSES, STATUSES, st.just("2026-11-18")))),
        waves=draw(some(st.builds(Wave, NASTY, NASTY, st.just("very high"), st.just("better"), MANY))),
        adopted=draw(some(st.builds(Adopted, NASTY, STATUSES, share, MANY, MANY, st.just("2026-11-18"), STATUSES))),
        ill=draw(some(st.builds(Ill, NASTY, URL, MANY, MANY, MANY, MANY, flags, flags), 3)),
        self_service=SelfService(draw(MANY), 1e7, 1e8, draw(share), tuple(draw(st.lists(SHORT, max_size=10)))),
        reverted=draw(some(st.builds(Reverted, SHORT, MANY))),
        asked_for=draw(some(st.builds(OpenTheme, st.sampled_from(["survey", "friction"]), NASTY, MANY))),
        signs=draw(some(st.builds(Sign, NASTY, NASTY, NASTY))),
        waits=tuple(Waited(stage.value, 1.0, 1e8, draw(MANY)) for stage in Stage),
        trend=tuple(WeekOf(f"2026-W{n}", draw(MANY), draw(MANY), draw(MANY), draw(MANY)) for n in range(36, 48)),
        definitions=draw(st.sampled_from(["", "https://docs.example.com/" + "m" * 230])),
    )
    return replace(digest, todos=rules.worth_doing(digest))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(digests())
def test_slack_takes_every_digest_and_nothing_in_it_can_mention_anybody(digest: Digest) -> None:
    shown = (
        team_digest(digest, {1: "<!here>" * 20}),
        team_digest(digest, {}, may_press=False),
        detail_blocks(digest),
        community_digest(digest),
        csv_shown(csv_text(digest, Reader.TEAM)),
        definitions_shown(TEAM_SECTIONS),
    )

    for each in shown:
        assert validate_message_blocks(list(each.blocks)) == []
        assert 0 < len(each.text) <= TEXT_MAX
        assert (
            sum(map(len, re.findall(r'"text": "((?:[^"\\]|\\.)*)"', json.dumps(each.blocks, ensure_ascii=False))))
            < 13_000
        )
        said = json.dumps(each.blocks, ensure_ascii=False) + each.text
        assert not re.search(r"<[!@]|<#|<javascript", said)
