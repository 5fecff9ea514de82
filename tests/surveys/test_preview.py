"""What a survey would ask, of whom and when, as its author reads it before anybody is asked."""

from dataclasses import replace
from datetime import date, time

import pytest

from bot.surveys.preview import (
    NoSuchSurvey,
    Preview,
    audience_in_words,
    find_survey,
    next_day,
    previews,
    sample_in_words,
    when_in_words,
)
from knowledge.channels import Channel, Channels
from knowledge.loader import Handbook
from knowledge.surveys import After, Audience, Moment, Question, Repeats, Scale, Survey

TUESDAY = date(2026, 11, 24)
MONTHLY = Repeats(4, 2, time(10))
PULSE = Survey(
    id="pulse",
    title="Platform pulse",
    why="To know.",
    owner="platform_team",
    questions=(
        Question("satisfied", Scale.CSAT, "How satisfied are you?"),
        Question("would_help", Scale.CHOICE, "What would help?", ("Speed", "Docs")),
        Question("comment", Scale.TEXT, "What else?"),
    ),
    audience=Audience(channels=("C0ASKPLAT", "C0HELP001"), asked=False),
    schedule=MONTHLY,
    share=0.25,
    people=1_200,
    remind_after_days=3,
    is_talk_offered=True,
)
EASY = Survey(
    id="easy",
    title="Was it easy?",
    why="To mend it.",
    owner="platform_team",
    questions=(Question("easy", Scale.CES, "It was easy."),),
    audience=Audience(),
    schedule=After(Moment.CONVERGED, ("create-bucket", "new-queue"), 0.2),
    open_days=14,
)
CHANNELS = Channels(channels=(Channel("C0ASKPLAT", "ask-platform"), Channel("C0HELP001", "help")))
HANDBOOK = Handbook("r1", (), channels=CHANNELS, surveys=(EASY, PULSE))

ONLY_IF_PRESSED = (
    "Everybody who answers is asked this. Only if you press do they learn who you are, and only what you choose goes "
    "along. Otherwise nothing is sent."
)


def test_a_survey_is_shown_as_people_would_see_it_and_with_its_terms() -> None:
    (preview,) = previews(HANDBOOK, survey_id="pulse", today=TUESDAY)

    assert preview.in_words() == [
        "Platform pulse (pulse)",
        "",
        "The message:",
        "  How satisfied are you?",
        "    [1 Very dissatisfied] [2] [3] [4] [5 Very satisfied]",
        "  Platform pulse. Confidential until 8 Dec 2026, then anonymous.",
        "    [Say more] [Why do we ask?] [Never again]",
        "",
        "Once an answer was pressed:",
        "  Thank you, your answer is saved. You can change it until 8 Dec 2026: the newest counts.",
        "  Would you like to talk about it, 15 minutes with somebody of the platform team?",
        "    [Yes, with my name alone] [… and my score] [… my score and comment]",
        f"  {ONLY_IF_PRESSED}",
        "",
        "The form:",
        "  Platform pulse",
        "  Confidential until 8 Dec 2026, then anonymous.",
        "  What would help?",
        "    [Speed] [Docs]",
        "  What else?",
        "    [typed]",
        "",
        "Why do we ask?",
        "  To know.",
        "",
        "owner:         platform_team",
        "for:           who is in #ask-platform or #help",
        "and:           who never asked a question",
        "asked of them: at random 25 %, at most 1,200 people",
        "never:         who was asked anything in the last 28 days",
        "when:          every 4 weeks, Tuesday 10:00 by each person's own clock",
        "next:          1 December 2026; later where a wave was less than 4 weeks before",
        "open:          7 days, one reminder after 3",
        "shown:         from 5 answers on",
    ]


def test_a_survey_after_an_event_has_no_next_day() -> None:
    (preview,) = previews(HANDBOOK, survey_id="easy", today=TUESDAY)

    assert preview.in_words()[2:] == [
        "The message:",
        "  It was easy.",
        "    [1 Strongly disagree] [2] [3] [4] [5 Strongly agree]",
        "  Was it easy? Confidential until 14 Dec 2026, then anonymous.",
        "    [Add a comment] [Why do we ask?] [Never again]",
        "",
        "Once an answer was pressed:",
        "  Thank you, your answer is saved. You can change it until 14 Dec 2026: the newest counts.",
        "",
        "The form:",
        "  Was it easy?",
        "  Confidential until 14 Dec 2026, then anonymous.",
        "  Comment",
        "    [typed]",
        "",
        "Why do we ask?",
        "  To mend it.",
        "",
        "owner:         platform_team",
        "for:           everyone",
        "asked of them: at random 20 % of these events, at most 5,000 people a month",
        "never:         who was asked anything in the last 28 days",
        "when:          after create-bucket or new-queue that they asked for became live",
        "open:          14 days after the end of each month, no reminder",
        "shown:         from 5 answers on",
    ]


def test_the_same_is_told_as_json() -> None:
    told = Preview(replace(PULSE, is_talk_offered=False), {}, date(2026, 12, 1), date(2026, 12, 8)).to_json()
    promised = "Confidential until 8 Dec 2026, then anonymous."

    assert told == {
        "id": "pulse",
        "title": "Platform pulse",
        "why": "To know.",
        "owner": "platform_team",
        "message": [
            {"kind": "section", "text": "How satisfied are you?", "answers": []},
            {"kind": "actions", "text": "", "answers": ["1 Very dissatisfied", "2", "3", "4", "5 Very satisfied"]},
            {"kind": "context", "text": f"Platform pulse. {promised}", "answers": []},
            {"kind": "actions", "text": "", "answers": ["Say more", "Why do we ask?", "Never again"]},
        ],
        "thanks": [
            {
                "kind": "section",
                "text": "Thank you, your answer is saved. You can change it until 8 Dec 2026: the newest counts.",
                "answers": [],
            }
        ],
        "form": [
            {"kind": "section", "text": f"Platform pulse\n{promised}", "answers": []},
            {"kind": "input", "text": "What would help?", "answers": ["Speed", "Docs"]},
            {"kind": "input", "text": "What else?", "answers": []},
        ],
        "audience": ["who is in #C0ASKPLAT or #C0HELP001", "who never asked a question"],
        "sample": "at random 25 %, at most 1,200 people",
        "when": "every 4 weeks, Tuesday 10:00 by each person's own clock",
        "next_day": "2026-12-01",
        "cooldown_days": 28,
        "open_days": 7,
        "remind_after_days": 3,
        "threshold": 5,
        "is_talk_offered": False,
    }


def test_all_surveys_are_shown_where_none_is_named() -> None:
    assert [each.survey for each in previews(HANDBOOK, survey_id=None, today=TUESDAY)] == [EASY, PULSE]


def test_a_survey_that_is_not_there_is_told_with_the_nearest() -> None:
    with pytest.raises(NoSuchSurvey, match='no survey "puls"; did you mean "pulse"'):
        find_survey(HANDBOOK, "puls")


@pytest.mark.parametrize(
    ("today", "last", "day"),
    [
        pytest.param(date(2026, 11, 23), None, TUESDAY, id="tomorrow"),
        pytest.param(TUESDAY, None, date(2026, 12, 1), id="not today, for a wave is opened the day before"),
        pytest.param(date(2026, 11, 25), None, date(2026, 12, 1), id="next week"),
        pytest.param(TUESDAY, date(2026, 11, 17), date(2026, 12, 15), id="four weeks after the last one"),
        pytest.param(TUESDAY, date(2026, 11, 20), date(2026, 12, 15), id="by its week, not by its day"),
        pytest.param(TUESDAY, date(2026, 6, 2), date(2026, 12, 1), id="at once where waves were left out"),
        pytest.param(date(2026, 12, 30), None, date(2027, 1, 5), id="over the turn of the year"),
    ],
)
def test_people_are_asked_on_the_next_such_day(today: date, last: date | None, day: date) -> None:
    assert next_day(MONTHLY, today=today, last=last) == day


@pytest.mark.parametrize(
    ("audience", "words"),
    [
        (Audience(), ["everyone"]),
        (Audience(teams=("payments", "data")), ["who is in the team payments or data"]),
        (Audience(groups=("S0GROUP01",)), ["who is in the Slack user group S0GROUP01"]),
        (Audience(ran=("create-bucket",)), ["who asked for create-bucket of late"]),
        (Audience(asked=True), ["who asked a question of late"]),
        (
            Audience(did_not_choose="attested-builds", teams=("data",)),
            ["who is in the team data", "who is in a team that could choose attested-builds and did not"],
        ),
    ],
)
def test_an_audience_is_told_in_words(audience: Audience, words: list[str]) -> None:
    assert list(audience_in_words(audience, {})) == words


def test_times_and_samples_are_told_in_words() -> None:
    assert when_in_words(Repeats(1, 5, time(9, 30))) == "every week, Friday 09:30 by each person's own clock"
    assert when_in_words(After(Moment.CONVERGED)) == "after an action that they asked for became live"
    assert when_in_words(After(Moment.ANSWERED, (), 0.1)) == "after a question of theirs was answered"
    assert sample_in_words(Survey("a", "A", "A", "a", (), Audience(), MONTHLY)) == "all, at most 5,000 people"
