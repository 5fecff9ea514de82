"""Whatever a survey says and whatever comes of it, Slack takes what is shown; and nobody is pinged or linked by it."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import change_form
from bot.blockkit import TEXT_MAX, Shown
from bot.model import Json, Window
from bot.surveys import blocks, change_blocks, releasing, result_blocks, result_rules, talk_blocks
from bot.surveys.deciding import Earlier
from bot.surveys.kept import Kept
from bot.surveys.releasing import Closing
from bot.surveys.result_rules import Closed, SurveyFacts, ThemeFacts
from bot.surveys.sampling import Strata
from bot.surveys.talk_blocks import Along, Given
from knowledge.survey_files import LONGEST_TITLE, LONGEST_WHY
from knowledge.survey_questions import LONGEST_CHOICE, LONGEST_TEXT, MOST_BUTTONS, MOST_CHOICES, MOST_QUESTIONS
from knowledge.surveys import After, Audience, Moment, Question, Repeats, Scale, Survey
from sandbox.limits import text_length, validate_message_blocks, validate_view

NOW = datetime(2026, 11, 27, 17, tzinfo=UTC)
EVER = Window(NOW - timedelta(days=400), NOW)
MARKUP = ("&", "<!channel>", "<@U0MAYA>", "<https://evil.example|x>", "*", "`", "\n> ", "é", "🛠", "x" * 40)
LIVE = re.compile(r"<(?!https?://(?:git|docs)\.example\.com)[^>]*>")  # whatever Slack would make more of than text
WAVE = "w" * 32


def words(most: int) -> st.SearchStrategy[str]:
    """As long as a reader of ours lets through, and as often as not just as long."""
    letters = st.characters(exclude_categories=["Cs", "Cc", "Z"])
    part = st.one_of(st.sampled_from(MARKUP), st.text(letters, min_size=1, max_size=8))
    some = st.lists(part, min_size=1, max_size=12).map("".join)
    return st.one_of(some, some.map(lambda text: text * most)).map(lambda text: text[:most].strip() or "x")


def choices(most: int) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(words(LONGEST_CHOICE), min_size=2, max_size=most, unique_by=str.casefold).map(tuple)


@st.composite
def questions(draw: st.DrawFn) -> tuple[Question, ...]:
    kinds = draw(st.lists(st.sampled_from(Scale), min_size=0, max_size=MOST_QUESTIONS - 1))
    first = draw(st.sampled_from([each for each in Scale if each is not Scale.TEXT]))
    return tuple(
        Question(
            f"q{at}",
            scale,
            draw(words(LONGEST_TEXT)),
            draw(choices(MOST_BUTTONS if at == 0 else MOST_CHOICES)) if scale is Scale.CHOICE else (),
        )
        for at, scale in enumerate([first, *kinds])
    )


SCHEDULES = st.sampled_from([Repeats(4, 2, time(10)), After(Moment.ANSWERED, (), 0.2)])
SURVEYS = st.builds(
    Survey,
    id=st.just("pulse"),
    title=words(LONGEST_TITLE),
    why=words(LONGEST_WHY),
    owner=words(80),
    questions=questions(),
    audience=st.just(Audience()),
    schedule=SCHEDULES,
    share=st.sampled_from([0.25, 1.0]),
    is_talk_offered=st.booleans(),
)


def assert_taken(*shown: Shown) -> None:
    for each in shown:
        assert validate_message_blocks(each.blocks) == []
        assert each.text
        assert max(len(each.text), text_length(list(each.blocks))) <= TEXT_MAX
        assert not [found for text in (each.text, *mrkdwn(each.blocks)) for found in LIVE.findall(text)]


def mrkdwn(value: Any) -> list[str]:
    """All text in blocks that Slack reads as mark-up."""
    if isinstance(value, list | tuple):
        return [found for each in value for found in mrkdwn(each)]
    if not isinstance(value, dict):
        return []
    own = [value["text"]] if value.get("type") == "mrkdwn" else []
    return [*own, *(found for each in value.values() for found in mrkdwn(each))]


@settings(max_examples=40, deadline=None)
@given(SURVEYS, st.data())
def test_any_survey_is_a_message_and_a_form_that_slack_takes(survey: Survey, data: st.DataObject) -> None:
    offered = {each.name: [value for _, value in blocks.options(each)] for each in survey.questions}
    said = {name: data.draw(st.sampled_from(values)) for name, values in offered.items() if values}
    typed = {name: data.draw(words(blocks.WORDS_MOST)) for name, values in offered.items() if not values}
    comment, until = data.draw(words(blocks.WORDS_MOST)), "2 Dec 2026"

    assert_taken(
        *(blocks.pulse(survey, WAVE, until=until, is_answered=is_answered) for is_answered in (False, True)),
        *(blocks.reminder(survey, WAVE, until=until, is_answered=is_answered) for is_answered in (False, True)),
        blocks.will_not_ask(survey),
        talk_blocks.wanted(comment, survey, Given("2 of 5", comment), Along.COMMENT),
        change_blocks.shipped(comment, "https://git.example.com/7", survey=survey.title, wave_id=WAVE),
    )
    forms = (
        blocks.form(survey, WAVE, until=until),
        blocks.form(survey, WAVE, until=until, given=said | typed, words=comment),
    )
    for view in (*forms, blocks.why(survey, until=until), change_form.form(change_blocks.IDS, "t" * 24, comment)):
        assert validate_view(view) == []
        assert [found for text in mrkdwn(view) for found in LIVE.findall(text)] == []


@settings(max_examples=40, deadline=None)
@given(SURVEYS, st.data())
def test_what_a_form_shows_is_read_back_as_it_was_said(survey: Survey, data: st.DataObject) -> None:
    further = survey.questions[1:]
    said = {
        each.name: data.draw(st.sampled_from([v for _, v in blocks.options(each)] or ["So it is."])) for each in further
    }
    view = blocks.form(survey, WAVE, until="2 Dec 2026", given=said, words="Slow")
    inputs = {each["block_id"]: each["element"] for each in view["blocks"] if each["type"] == "input"}
    values = {
        block_id: element.get("initial_value") or (element.get("initial_option") or {}).get("value", "")
        for block_id, element in inputs.items()
    }

    given_back, comment = blocks.read_form(survey, values)

    assert given_back == said
    assert comment == ("" if any(each.scale is Scale.TEXT for each in survey.questions) else "Slow")


@pytest.mark.parametrize(
    ("further", "label"),
    [
        pytest.param((), "Add a comment", id="a comment alone"),
        pytest.param((Question("missing", Scale.TEXT, "What is missing?"),), "Say more", id="a typed question"),
        pytest.param((Question("easy", Scale.CES, "It was easy."),), "Say more", id="a score and a comment"),
    ],
)
def test_the_button_says_what_it_opens(further: tuple[Question, ...], label: str) -> None:
    survey = SHORT if not further else replace(SHORT, questions=(*SHORT.questions, *further))
    [opens] = [
        each for each in all_buttons(blocks.pulse(survey, WAVE, until="2 Dec 2026")) if each[0] == blocks.COMMENT
    ]

    assert opens == (blocks.COMMENT, label)
    assert blocks.form(survey, WAVE, until="2 Dec 2026")["title"]["text"] == label


SHORT = Survey(
    "pulse",
    "Pulse",
    "To know.",
    "platform_team",
    (Question("satisfied", Scale.CSAT, "How satisfied are you?"),),
    Audience(),
    Repeats(4, 2, time(10)),
)


def all_buttons(shown: Shown) -> list[tuple[str, str]]:
    rows = [each for each in shown.blocks if each["type"] == "actions"]
    return [(each["action_id"], each["text"]["text"]) for row in rows for each in row["elements"]]


def test_each_message_that_nobody_asked_for_can_end_all_of_them_by_one_press() -> None:
    told = (
        blocks.pulse(SHORT, WAVE, until="2 Dec 2026"),
        blocks.pulse(SHORT, WAVE, until="2 Dec 2026", is_answered=True),
        blocks.reminder(SHORT, WAVE, until="2 Dec 2026"),
        blocks.reminder(SHORT, WAVE, until="2 Dec 2026", is_answered=True),
        change_blocks.shipped("builds", "https://git.example.com/7", survey="Pulse", wave_id=WAVE),
    )

    assert [all_buttons(each)[-1] for each in told] == [(blocks.NEVER, "Never again")] * len(told)


def test_each_message_that_asks_says_until_when_it_is_confidential_and_that_it_is_anonymous_then() -> None:
    asking = (blocks.pulse(SHORT, WAVE, until="2 Dec 2026"), blocks.reminder(SHORT, WAVE, until="2 Dec 2026"))

    assert all("Confidential until 2 Dec 2026, then anonymous." in str(each.blocks) for each in asking)


@pytest.mark.parametrize(
    ("survey", "said"),
    [
        (replace(SHORT, share=0.25), "You were drawn at random from the people it is for. Nobody chose you."),
        (
            replace(SHORT, people=100),
            "Everybody it is for is asked; if they are more than 100, that many are drawn at random. Nobody chose you.",
        ),
        (
            replace(SHORT, schedule=After(Moment.ANSWERED, (), 0.2)),
            "It is asked after 20 % of such events, drawn at random. Nobody chose you.",
        ),
    ],
    ids=["a share", "everybody", "after an event"],
)
def test_why_somebody_is_asked_is_true(survey: Survey, said: str) -> None:
    assert said in str(blocks.why(survey, until="2 Dec 2026"))


# Results.


def closed(survey: Survey, teams: int, size: int, comments: Sequence[str], *, count: int) -> list[Closed]:
    """So many waves, in each of which `size` people of each of so many teams gave each score or choice in turn."""
    found: list[Closed] = []
    before: list[Earlier] = []
    for number in range(1, count + 1):
        given = [_given(survey, number, at, teams) for at in range(teams * size)]
        who = {f"w{number}p{at}": each.strata for at, each in enumerate(given)}
        released = releasing.release(survey, Closing(given, who, before), key="0", masked=str)
        shown = Kept(len(given), len(given) + 5, len(given) + 3, released.questions)
        before.append(Earlier(shown, {person: each.to_json() for person, each in released.shared.items()}))
        day, ended = NOW - timedelta(days=30 * (5 - number)), NOW - timedelta(days=30 * (5 - number) - 7)
        slot, frame = f"2026-W{number:02}", len(given) + 9
        found.append(Closed(f"w{number}", slot, survey, frame, day, ended, shown, tuple(comments)))
    return found


def _given(survey: Survey, number: int, at: int, teams: int) -> releasing.Given:
    offered = {each.name: [value for _, value in blocks.options(each)] for each in survey.questions}
    scores = {name: values[(at * 7 + number) % len(values)] for name, values in offered.items() if values}
    team = f"{'team ' * 8}{at % teams}"
    return releasing.Given(scores, "", Strata(team, "other", at % 3 == 0, at % 5 == 0))


def theme(number: int, title: str) -> ThemeFacts:
    state = ("open", "linked", "shipped", "dropped")[number % 4]
    url = f"https://git.example.com/{'x' * 400}{number}" if state in ("linked", "shipped") else ""
    return ThemeFacts(f"t{number}", "pulse", title, state, url, NOW, 3_000, NOW if state == "shipped" else None)


@settings(max_examples=12, deadline=None)
@given(
    SURVEYS, st.lists(words(200), max_size=6), st.sampled_from([(0, 1), (1, 4), (1, 30), (3, 6), (20, 6)]), st.data()
)
def test_any_results_are_messages_that_slack_takes(
    survey: Survey, said: list[str], people: tuple[int, int], data: st.DataObject
) -> None:
    comments = said * data.draw(st.sampled_from([1, 1_000]))
    waves = closed(survey, *people, comments, count=data.draw(st.integers(0, 4)))
    found = [theme(number, title) for number, title in enumerate(said * 3)]
    facts = SurveyFacts(EVER, tuple(reversed(result_rules.facts_of(waves))), tuple(found) if waves else ())

    assert_taken(result_blocks.results(facts, timezone="Europe/London"))
    home: list[Json] = result_blocks.home_part(facts, timezone="Europe/London")
    assert validate_view({"type": "home", "blocks": home}) == []
    assert [found for text in mrkdwn(home) for found in LIVE.findall(text)] == []


def test_twenty_teams_three_waves_and_thousands_of_comments_are_told_with_the_fine_print() -> None:
    survey = replace(SHORT, questions=tuple(replace(SHORT.questions[0], name=f"q{at}") for at in range(4)))
    waves = closed(survey, 20, 12, ["builds are slow & <!here>"] * 3_000, count=3)
    shown = result_blocks.results(
        SurveyFacts(EVER, tuple(reversed(result_rules.facts_of(waves)))), timezone="Europe/London"
    )

    assert_taken(shown)
    assert shown.blocks[-1]["elements"][0]["text"] == result_blocks.FINE_PRINT
    assert "*3000 comments*, in no order, names taken out" in str(shown.blocks)
    assert "<!here>" not in str(shown.blocks)
