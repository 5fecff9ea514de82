"""Surveys as an author writes them. Each file in `broken_surveys/` has one thing wrong, where `# here` is."""

from datetime import date, time
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from bot import unasked
from bot.blockkit import button, option
from knowledge import strict_yaml, survey_questions
from knowledge.capabilities import BuiltFrom, Capability, Origin, Status, Teams
from knowledge.channels import Channel, Channels
from knowledge.people import WEEKDAYS, Group, People, Team
from knowledge.problem import Problem
from knowledge.schema import Value
from knowledge.survey_audience import Around
from knowledge.survey_files import LONGEST_WHY, read_survey
from knowledge.survey_questions import LONGEST_CHOICE, LONGEST_TEXT, MOST_BUTTONS, MOST_CHOICES
from knowledge.survey_schedule import DAYS_ASKED, EARLIEST, LATEST
from knowledge.surveys import After, Audience, Moment, Question, Repeats, Scale, Survey
from sandbox.limits import validate_message_blocks, validate_view
from tests.knowledge.test_action_files import expected

BROKEN = Path(__file__).parent / "broken_surveys"
CASES = sorted(BROKEN.glob("*.yaml"))
BUILT = BuiltFrom(Origin.OURS, "so")


def capability(id_: str, status: Status) -> Capability:
    return Capability(id_, id_, "platform_team", status, date(2026, 3, 2), Teams(), "used", BUILT)


AROUND = Around(
    people=People(
        platform_team=Group("S0PLATF01"),
        teams={"payments": Team(Group("S0PAYMNT1")), "data": Team(Group("S0DATA001"))},
    ),
    channels=Channels(channels=(Channel("C0ASKPLAT", "ask-platform"), Channel("C0HELP001", "help"))),
    actions=("create-bucket", "new-queue"),
    capabilities={
        each.id: each
        for each in (capability("attested-builds", Status.POLICY), capability("one-cloud", Status.MANDATED))
    },
)
NOTHING_KNOWN = Around(None, None, None, None)
HEAD = """
    id: pulse
    title: Pulse
    why: To know.
    owner: platform_team
"""
ASKS = """
    questions: [{name: satisfied, csat: "How satisfied are you?"}]
"""
EVERYONE = """
    audience: {everyone: yes}
"""
MONTHLY = """
    every: {weeks: 4, day: tue, at: "10:00"}
"""
SHORT = Survey(
    id="pulse",
    title="Pulse",
    why="To know.",
    owner="platform_team",
    questions=(Question("satisfied", Scale.CSAT, "How satisfied are you?"),),
    audience=Audience(),
    schedule=Repeats(4, 2, time(10)),
)
WHOLE = """
    id: pulse
    title: Platform pulse
    why: >-
      We want to know
      how you are.
    owner: payments
    questions:
      - name: recommend
        nps: Would you recommend the platform?
      - {name: easy, ces: It was easy.}
      - {name: would_help, choice: "What would help?", choices: [Speed, "No", 7]}
      - {name: comment, text: "What else?"}
    audience:
      channels: [C0ASKPLAT, C0HELP001]
      teams: [payments]
      groups: [S0DATA001]
      ran: [create-bucket]
      asked: no
      did_not_choose: attested-builds
    every: {weeks: 6, day: fri, at: "17:00"}
    sample: {share: 0.25, people: 200}
    cooldown: 14 days
    open: 28 days
    remind_after: 1 day
    threshold: 8
    talk: yes
    insist_on_nps: yes
"""


def read(text: str, *, stem: str = "pulse", around: Around = AROUND) -> tuple[Survey | None, list[Problem]]:
    document = strict_yaml.read(dedent(text), file=f"surveys/{stem}.yaml")
    assert document.root is not None
    problems = list(document.problems)
    return read_survey(Value(document.root, f"surveys/{stem}.yaml", problems), stem, around), problems


def good(text: str, *, around: Around = AROUND) -> Survey:
    survey, problems = read(text, around=around)
    assert problems == []
    assert survey is not None
    return survey


def test_whole_survey_is_read() -> None:
    survey = good(WHOLE)

    assert survey == Survey(
        id="pulse",
        title="Platform pulse",
        why="We want to know how you are.",
        owner="payments",
        questions=(
            Question("recommend", Scale.NPS, "Would you recommend the platform?"),
            Question("easy", Scale.CES, "It was easy."),
            Question("would_help", Scale.CHOICE, "What would help?", ("Speed", "No", "7")),
            Question("comment", Scale.TEXT, "What else?"),
        ),
        audience=Audience(
            channels=("C0ASKPLAT", "C0HELP001"),
            teams=("payments",),
            groups=("S0DATA001",),
            ran=("create-bucket",),
            asked=False,
            did_not_choose="attested-builds",
        ),
        schedule=Repeats(6, 5, time(17)),
        share=0.25,
        people=200,
        cooldown_days=14,
        open_days=28,
        remind_after_days=1,
        threshold=8,
        is_talk_offered=True,
    )
    assert (survey.file, survey.line) == ("surveys/pulse.yaml", 2)


def test_survey_needs_no_more_than_this() -> None:
    assert good(HEAD + ASKS + EVERYONE + MONTHLY) == SHORT


@pytest.mark.parametrize(
    ("written", "after"),
    [
        ("{action_live: any, share: 0.2}", After(Moment.CONVERGED, (), 0.2)),
        (
            "{action_live: [create-bucket, new-queue], share: 1}",
            After(Moment.CONVERGED, ("create-bucket", "new-queue"), 1.0),
        ),
        ("{answer: any, share: 0.1}", After(Moment.ANSWERED, (), 0.1)),
    ],
)
def test_survey_may_come_after_an_event(written: str, after: After) -> None:
    survey = good(f"{HEAD}{ASKS}{EVERYONE}\n    after: {written}\n    sample: {{people: 50}}\n")

    assert (survey.schedule, survey.share, survey.people) == (after, 1.0, 50)


@pytest.mark.parametrize(
    ("written", "audience"),
    [
        ("{asked: yes}", Audience(asked=True)),
        ("{asked: no}", Audience(asked=False)),
        ("{channels: [C0ASKPLAT]}", Audience(channels=("C0ASKPLAT",))),
        ("{did_not_choose: attested-builds}", Audience(did_not_choose="attested-builds")),
    ],
)
def test_one_thing_is_enough_to_narrow_an_audience(written: str, audience: Audience) -> None:
    assert good(f"{HEAD}{ASKS}{MONTHLY}\n    audience: {written}\n").audience == audience


def test_a_wave_may_be_open_until_the_next_begins() -> None:
    survey = good(f"{HEAD}{ASKS}{EVERYONE}{MONTHLY.replace('4', '1')}\n    open: 7 days\n    remind_after: 6 days\n")

    assert (survey.open_days, survey.remind_after_days) == (7, 6)


def test_nothing_is_held_against_files_that_are_broken_themselves() -> None:
    audience = "{channels: [C0NOWHERE], teams: [nobody], ran: [nothing], did_not_choose: nothing}"
    head = HEAD.replace("platform_team", "nobody")

    good(f"{head}{ASKS}{MONTHLY}\n    audience: {audience}\n", around=NOTHING_KNOWN)


def test_all_that_is_wrong_is_said_at_once() -> None:
    _, problems = read("""
        id: pulse
        title: Pulse
        questions: [{name: comment, text: "What else?"}]
        audience: {}
        every: {weeks: 4, day: sun, at: "10:00"}
        cooldown: 1 day
        threshold: 3
        """)

    assert [problem.field for problem in problems] == [
        *("why", "owner", "questions[0].text", "audience", "every.day", "cooldown", "threshold")
    ]


def test_whoever_asks_for_an_nps_is_told_why_csat_is_better() -> None:
    _, (problem,) = read(f"{HEAD}{EVERYONE}{MONTHLY}\n    questions: [{{name: a, nps: Recommend us}}]\n")

    assert str(problem) == (
        "surveys/pulse.yaml:11: questions[0].nps: an NPS says little here; it asks who would recommend what many "
        "cannot leave, and makes of 11 grades a figure that is no share of anybody; ask `csat`, which gives the share "
        "of satisfied people; or write `insist_on_nps: yes` beside `questions`"
    )


def test_a_survey_is_sent_when_the_outbox_sends_what_nobody_asked_for() -> None:
    assert unasked.OPENS <= EARLIEST < LATEST < unasked.CLOSES
    assert {WEEKDAYS.index(day) + 1 for day in DAYS_ASKED} == unasked.WEEKDAYS


def test_the_longest_survey_fits_slack() -> None:
    """Both as buttons of a message and as a form, also where each character is escaped."""
    words, choice = "&amp;" * LONGEST_TEXT, "x" * LONGEST_CHOICE
    buttons = [button(choice, action_id=str(each), value="v") for each in range(MOST_BUTTONS)]
    section = {"type": "section", "text": {"type": "mrkdwn", "text": words}}
    options = [option(choice, str(number)) for number in range(MOST_CHOICES)]
    why = {"type": "section", "text": {"type": "mrkdwn", "text": "&amp;" * LONGEST_WHY}}

    message = [section, {"type": "actions", "elements": buttons}]
    assert validate_message_blocks(message) == []
    for kind in ("radio_buttons", "static_select"):
        element = {"type": kind, "action_id": "a", "options": options}
        assert (
            validate_view(form([{"type": "input", "label": plain("x" * LONGEST_TEXT), "element": element}, why])) == []
        )


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def form(blocks: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "modal", "title": plain("Pulse"), "submit": plain("Send"), "blocks": blocks}


def test_each_kind_of_question_can_be_written() -> None:
    assert set(Scale) < set(survey_questions.KEYS)


def test_a_hundred_and_ten_broken_surveys_are_held() -> None:
    assert len(CASES) >= 110


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_broken_survey_names_line_field_and_fix(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    want = expected(text)

    _, problems = read(text, stem=path.stem)

    assert len(problems) == want.problems, [str(problem) for problem in problems]
    assert any(
        (problem.line, problem.field or "file") == (want.line, want.field)
        and want.what in problem.what
        and want.fix in problem.fix
        for problem in problems
    ), [str(problem) for problem in problems]
