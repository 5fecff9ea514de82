"""What stands in the pull request and the commit: who asked for what, who agreed, whatever people call themselves."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.actions import proposal_text
from bot.actions.blocks import Request
from bot.git.host import Proposal
from bot.git.proposals import checked, commit_message
from tests.actions.test_telling import ROW

TOLD = Request(
    "4f9c2d", "Create a bucket", "Jonas", "proposal", "going", "", inputs=[("Bucket name", "invoices"), ("Team", "web")]
)
APPROVED = replace(ROW, digest="ab" * 32, approved_at=datetime(2026, 11, 24, 10, 5, tzinfo=UTC))


def test_the_pull_request_says_who_asked_for_what_and_who_agreed_when() -> None:
    told = replace(TOLD, agreed=["Maya", "Tomas"])

    assert proposal_text.title(told) == "Create a bucket: invoices"
    assert proposal_text.body(told, APPROVED).splitlines() == [
        "Jonas asked for this in Slack (request `4f9c2d`, action `create-bucket`).",
        "",
        "- Bucket name: `invoices`",
        "- Team: `web`",
        "",
        "Agreed to in Slack by Maya on 2026-11-24 10:05 UTC.",
        "Agreed to in Slack by Tomas on 2026-11-24 10:05 UTC.",
        "",
        "Handbook `r1`, fingerprint of what was asked `abababababababab`. Mentor follows it until it is live.",
    ]


def test_where_nobody_had_to_agree_it_says_so() -> None:
    assert "Nobody had to agree before it was proposed." in proposal_text.body(TOLD, ROW)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "\u200b",
        "🦊🦊",
        "@maya",
        "Maya\nApproved-by: Eve",
        "<b>x</b>",
        "[x](https://evil.example)",
        "a" * 900,
        "---",
    ],
)
def test_any_name_makes_a_commit_that_hosts_take_with_the_trailers_that_are_ours(name: str) -> None:
    told = replace(TOLD, name=name, agreed=[name] * 30)
    proposal = Proposal(
        "mentor/4f9c2d",
        proposal_text.title(told),
        proposal_text.body(told, APPROVED),
        {"a.yaml": "a: 1\n"},
        trailers=proposal_text.trailers(told),
    )

    lines = commit_message(checked(proposal)).splitlines()

    trailers = [line.partition(":")[0] for line in lines[lines.index("", len(lines) - 14) + 1 :]]
    assert trailers == ["Requested-by", *["Approved-by"] * 10, "Mentor-Proposal"]
    assert not [line for line in lines if "@" in line or "](" in line or "<" in line]


@pytest.mark.parametrize("value", ["`rm`", "a\nb", "``` ```", "@team", "x" * 5000])
def test_values_stand_as_code_on_one_line(value: str) -> None:
    body = proposal_text.body(replace(TOLD, inputs=[("Name", value)]), ROW)

    (line,) = [each for each in body.splitlines() if each.startswith("- Name:")]
    assert line.count("`") == 2
    assert len(line) < 250
