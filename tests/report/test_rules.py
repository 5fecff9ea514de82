"""What a quarter's page says: the same of the same facts, nothing of small groups, and tickets last."""

from dataclasses import replace

import pytest

from bot.report import weaknesses
from bot.report.page import Line, Page, Section
from bot.report.rules import CANNOT_SHOW, NOTHING, report
from bot.statistics import TOO_FEW, Share
from tests.report.quarters import BEFORE, BERLIN, POOR, Q3, RICH, WAVE, capability, figures, rich, silent


def titles(page: Page) -> list[str]:
    return [each.title for each in page.sections]


def of(page: Page, title: str) -> Section:
    return next(each for each in page.sections if each.title == title)


def words(page: Page) -> str:
    lines = [part for each in page.sections for line in each.lines for part in (line.text, line.caveat)]
    told = [part for each in page.sections for story in each.stories for part in (story.title, story.words)]
    return "\n".join([*lines, *told, *page.foot])


def test_a_rich_quarter_has_every_section_in_order() -> None:
    assert titles(report(rich())) == [
        "Who chose us, and why",
        "What users said",
        "What we changed because of it",
        "Who helped whom",
        "What people got done themselves",
        "Where we are weak",
        "Two stories",
    ]


def test_the_same_facts_give_the_same_words() -> None:
    assert report(rich()) == report(rich())


def test_sections_that_would_say_nothing_are_left_out() -> None:
    page = report(silent())

    assert page.sections == ()
    assert page.foot[0] == NOTHING


def test_a_choice_is_told_apart_from_having_to() -> None:
    storage, builds, *_ = of(report(rich()), "Who chose us, and why").lines

    assert storage.text == (
        "Object storage (optional), chosen by teams that could: 64 % of 25 (45 % to 80 %), "
        "no detectable change from the quarter before. New by choice: 3 teams."
    )
    assert builds.caveat.endswith(
        "Without a choice: 11 teams, not counted. It became mandated on 3 Aug 2026: 6 teams began in the 58 days "
        "after, 1 before; they had to."
    )


def test_the_newest_two_stories_of_the_quarter_are_told_in_plain_words() -> None:
    first, second = of(report(rich()), "Two stories").stories

    assert (first.title, first.by, first.words) == (
        "A bucket in ten minutes",
        "payments",
        "We had a bucket with a backup in ten minutes, and nobody had to wait.",
    )
    assert (second.title, second.url) == ("Two teams, one queue", "https://git.example/h/stories/queues.md")


def test_tickets_closed_stand_last_beside_what_matters_and_with_what_they_cannot_show() -> None:
    page = report(replace(rich(), tickets_closed=132, repeats=Share(31, 190)))

    assert page.sections[-1].lines == (
        Line(
            "Tickets closed: 132. Beside it: questions that came again: 16 % of 190 (12 % to 22 %); "
            "satisfaction: “How satisfied are you with the platform?” 70 % of 44 (56 % to 82 %).",
            CANNOT_SHOW,
        ),
    )
    assert "ickets closed" not in words(report(rich()))


def test_tickets_closed_never_stand_alone() -> None:
    (only,) = report(replace(silent(), tickets_closed=9)).sections

    assert only.lines[0].text == (
        "Tickets closed: 9. Beside it: questions that came again: not measured; satisfaction: not measured."
    )


def test_of_fewer_than_five_nothing_is_told() -> None:
    few = replace(
        rich(),
        peers=replace(
            rich().peers, figures=replace(RICH, askers=3, peer_first=Share(2, 4), answerers=3, absence_factor=1)
        ),
        adoption=replace(
            rich().adoption,
            capabilities=(capability("a", "A", voluntary=Share(1, 3), pull=Share(1, 2), churn=Share(2, 3)),),
        ),
        surveys=replace(rich().surveys, waves=(replace(WAVE, answers=4, questions=()),), themes=(), shipped=()),
        listening=replace(rich().listening, friction=replace(rich().listening.friction, people=4)),
    )

    page = report(few)

    said = words(page)
    assert "from fewer than 5 people" in said
    assert f"A (optional), chosen by teams that could: {TOO_FEW}." in said
    assert f"Peers responded first: {TOO_FEW}." in said
    assert "Platform pulse: too few to say; under 5 answers nothing is shown." in said
    assert not [
        each for each in ("1 of 3", "1 of 2", "2 of 3", "2 of 4", "people logged", "One person") if each in said
    ]


def test_nobodys_words_from_surveys_are_passed_on() -> None:
    assert "never to be told outside" not in words(report(rich()))


def test_weaknesses_are_found_by_rules_and_each_has_a_way_out() -> None:
    lines = of(report(rich()), weaknesses.TITLE).lines

    assert [each.text for each in lines] == [
        "Many questions found no response: 25 % of 208 (20 % to 31 %).",
        "Two people give more than half of all answers.",
        "Object storage, quiet since the quarter before, of teams that chose it: 25 % of 16 (10 % to 49 %).",
        "Attested builds grew because teams have to use it.",
        "Pushed, with no proposal in its place: restart-service.",
        "7 changes by hand were put back by a controller.",
        "1 gap in the handbook stood open at the quarter's end, 1 of them asking for an action.",
        "And 1 more, in the figures above.",
    ]
    assert all(each.caveat for each in lines[:-1])


def test_where_no_rule_finds_a_weakness_that_is_said_and_not_praised() -> None:
    well = figures(BEFORE, 40, peer_first=Share(30, 40), unanswered=Share(1, 40))
    surveyed = replace(silent(), surveys=rich().surveys, peers=replace(rich().peers, figures=well))

    assert of(report(surveyed), weaknesses.TITLE).lines == (Line(weaknesses.NO_RULE),)


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2026-08-20T12:00+00:00", "The quarter is not over: this is how it stands so far."),
        ("2026-10-05T09:00+00:00", "Shares stand with"),
    ],
)
def test_a_quarter_that_is_not_over_says_so(day: str, said: str) -> None:
    page = report(replace(rich(), made_at=type(rich().made_at).fromisoformat(day)))

    assert page.foot[0].startswith(said)


def test_a_quarter_before_the_bot_came_is_a_baseline() -> None:
    never, within = (report(replace(rich(), arrived_at=at)) for at in (None, Q3.window(BERLIN).since.replace(month=8)))

    assert never.foot[0].startswith("Baseline: Mentor was not there yet.")
    assert within.foot[0] == "Mentor came on 31 August 2026; what was before was imported or read back."


def test_a_worse_quarter_says_what_became_worse() -> None:
    page = report(replace(rich(), peers=rich().peers_before, peers_before=rich().peers))

    assert "Peers help each other less than the quarter before." in words(page)
    assert POOR.questions == 160
