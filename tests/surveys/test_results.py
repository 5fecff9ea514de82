"""What is said of closed waves, on both databases: figures that may be shown, themes, what came of them, talks."""

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import insert, select

from bot import change_form
from bot.changes import GONE, LINKED_LATER
from bot.statistics import Change
from bot.storage.engine import Database, Tx
from bot.storage.people import stand_ins
from bot.storage.schema import outbox, proposals, survey_refusals, survey_themes, work
from bot.storage.surveys import forget_person, refuse
from bot.surveys import result_blocks as blocks
from bot.surveys import talk_blocks
from bot.surveys.changes import TERMS
from bot.surveys.result_rules import csv_rows
from bot.surveys.talk_blocks import Along, Given
from bot.wanted import Kind
from knowledge.article import Article
from tests.surveys.results_desk import HANDBOOK, PLATFORM, SLOW, SURVEY, Results, answers
from tests.work.desk import Hands

MIXED = (5, 4, 4, 3, 2, 5, 1, 4, 3, 5, 4, 2)  # 7 of 12


@pytest.fixture
def desk(database: Database) -> Results:
    return Results(database, Hands())


async def test_without_a_closed_wave_that_is_said(desk: Results) -> None:
    assert await desk.show() == blocks.NONE


async def test_results_are_for_the_platform_team_alone(desk: Results) -> None:
    await desk.wave(answers(a=MIXED))

    assert await desk.show("U0EVA") == "Only the platform team can see results of surveys."
    assert await desk.results.home_part(await desk.person("U0EVA")) == ()
    assert await desk.results.home_part(await desk.person("U0MAYA")) != ()


async def test_too_few_answers_say_nothing_but_how_many_they_are(desk: Results) -> None:
    await desk.wave(answers(a=(5, 5, 1, 1)), comments=["builds are slow"])

    [wave] = (await desk.facts.facts()).waves

    assert (wave.answers, wave.comments) == (4, ())
    assert [(each.n, each.released, dict(each.choices), each.nps, each.spread) for each in wave.questions] == [
        (None, None, {}, None, ())
    ] * 3
    assert "4 answers. Asked: 6 of 6 who could be. Answered: 67 % of 6" in await desk.show()
    assert "*How satisfied are you?* too few to say" in await desk.show()


async def test_groups_that_may_be_shown_are_and_the_others_are_counted(desk: Results) -> None:
    await desk.wave(answers(a=MIXED, b=(4, 4, 4, 2, 2, 2, 5, 1, 3), c=(5, 1, 4)))

    text = await desk.show()

    assert "*How satisfied are you?* 54 % of 24 (35 % to 72 %)" in text
    assert "• a: 58 % of 12 (32 % to 81 %)" in text
    assert "by team: 12 answers not shown, of too small a group or of none" in text
    assert "by role, asker, new: too few to say" in text
    assert "• b:" not in text


async def test_a_group_that_is_the_same_people_as_a_wider_one_is_told_once(desk: Results) -> None:
    await desk.wave(answers(a=MIXED))

    assert "• a:" not in await desk.show()


async def test_choices_of_up_to_twenty_answers_are_told_if_one_has_over_half(desk: Results) -> None:
    await desk.wave(answers(a=MIXED))
    at_half = await desk.show(key="1")
    await desk.wave(answers(b=(*MIXED, 5)), prefix="U0Q")
    over_half = await desk.show(key="2")

    assert "*What next?* n = 12, and none was chosen by over half" in at_half
    assert "• docs" not in at_half
    assert "*What next?* n = 13\n• docs: up to half of 13" in over_half
    assert "• speed: over half of 13" in over_half


async def test_up_to_twenty_answers_all_satisfied_read_over_80_percent(desk: Results) -> None:
    await desk.wave(answers(a=[5] * 12))

    [wave] = (await desk.facts.facts()).waves
    said = wave.questions[0].everybody

    assert said is not None
    assert (said.k, said.reads.value) == (None, "over 80 %")
    assert "over 80 % of 12 (55 % to 100 %)" in await desk.show()
    assert "100.0" not in str((await desk.facts.facts()).to_json())


async def test_a_change_to_the_wave_before_is_told_with_its_verdict(desk: Results) -> None:
    await desk.wave(answers(a=[4] * 6 + [2] * 24))
    await desk.wave(answers(a=[4] * 26 + [2] * 4))

    newest, first = (await desk.facts.facts()).waves

    assert (first.questions[0].change, newest.questions[0].change) == (Change.TOO_FEW, Change.BETTER)
    assert [each.slot for each in newest.questions[0].trend] == ["2026-W01", "2026-W02"]


async def test_a_wave_that_differs_by_one_person_from_the_one_before_is_not_shown(desk: Results) -> None:
    await desk.wave(answers(a=MIXED))
    await desk.wave(answers(a=(*MIXED, 5)))

    newest, _ = (await desk.facts.facts()).waves

    assert newest.questions[0].released is None


async def test_erasing_somebody_changes_nothing_that_is_shown(desk: Results) -> None:
    """Who joined alone, who was asked and said nothing, and one of a group that is shown."""
    await desk.wave(answers(a=MIXED, b=(4, 4, 4, 2, 2, 2, 5, 1, 3)), silent=3)
    await desk.wave(answers(a=MIXED, b=(4, 4, 4, 2, 2, 2, 5, 1, 3, 5)))
    before = await desk.facts.facts()
    for at in (21, 22, 0):
        person = await desk.person(f"U0P{at}")
        await desk.database.write(partial(_forgotten, person))

    newest, first = before.waves
    assert await desk.facts.facts() == before
    assert (newest.invited, newest.delivered, newest.answers, newest.questions[0].released) == (24, 24, 22, None)
    assert first.questions[0].released is not None


async def _forgotten(person: str, tx: Tx) -> None:
    await forget_person(tx, person, {})


async def test_waves_after_an_erased_person_are_not_held_against_who_is_not_known(desk: Results) -> None:
    await desk.wave(answers(a=MIXED))
    person = await desk.person("U0P11")
    await desk.database.write(partial(_forgotten, person))
    await desk.wave(answers(a=MIXED[:-1]), prefix="U0P")

    newest, _ = (await desk.facts.facts()).waves

    assert newest.questions[0].released is None


async def test_what_was_decided_stays_whatever_is_decided_after(desk: Results) -> None:
    await desk.wave(answers(a=MIXED, b=(4, 4, 4, 2, 2, 2, 5, 1, 3)))
    [before] = (await desk.facts.facts()).waves
    for _ in range(3):
        await desk.wave(answers(a=(*MIXED, 5), b=(4, 4, 1, 2, 2, 2, 5, 1)), prefix="U0Q")

    assert (await desk.facts.facts()).waves[-1] == before


async def test_csv_has_what_may_be_shown_and_no_more(desk: Results) -> None:
    await desk.wave(answers(a=MIXED, b=(5, 1, 4)))
    facts = await desk.facts.facts()
    file = io.StringIO()
    csv.writer(file).writerows(csv_rows(facts.waves))

    rows = list(csv.DictReader(io.StringIO(file.getvalue())))

    assert [(row["question"], row["group"], row["choice"], row["n"], row["k"]) for row in rows] == [
        ("mood", "everybody", "", "15", "9"),
        ("need", "everybody", "docs", "15", ""),
        ("need", "everybody", "speed", "15", ""),
        ("need", "everybody", "cost", "15", ""),
        ("would", "everybody", "", "15", ""),
    ]
    assert rows[4]["reads"] == "too few to say"


async def test_comments_that_are_alike_are_a_theme_once_and_ids_in_them_are_masked(desk: Results) -> None:
    await desk.wave(answers(a=MIXED), comments=[*SLOW, "ask <@U0EVA> or U0EVA12345, all is well"])
    for key in ("1", "2"):
        text = await desk.show(key=key)

    [theme] = (await desk.facts.facts()).themes

    assert (theme.title, theme.comments, theme.state) == ("builds, slow", 3, "open")
    assert "U0EVA" not in str((await desk.facts.facts()).to_json()) + text


async def test_of_a_wave_with_too_few_answers_nothing_is_a_theme(desk: Results) -> None:
    await desk.wave(answers(a=(1, 2, 3, 4)), comments=SLOW)
    await desk.show()

    assert (await desk.facts.facts()).themes == ()


# You said, we did.


async def linked(desk: Results, change: str = "https://git.example.com/pulls/7") -> str:
    """The id of a theme that somebody of the platform team linked to a change."""
    await desk.wave(answers(a=MIXED), comments=SLOW)
    await desk.show()
    [theme] = (await desk.facts.facts()).themes
    assert await desk.changes.take_form(theme.id, change, key="view:V1", user_id="U0MAYA") == {}
    await desk.do(Kind.DECIDE_THEME)
    return theme.id


async def press(desk: Results, theme_id: str, choice: str, *, user_id: str = "U0MAYA") -> None:
    await desk.changes.take_press(theme_id, choice, key=f"{choice}:{user_id}", user_id=user_id, response_url=None)
    await desk.do(Kind.DECIDE_THEME)


async def test_when_it_is_live_everybody_who_was_asked_is_told_once(desk: Results) -> None:
    theme_id = await linked(desk)
    desk.hands.move(days=2)
    await press(desk, theme_id, "live")
    for _ in range(2):
        await desk.do(Kind.SHIPPED)

    told, facts = await desk.told("you said, we did"), await desk.facts.facts()

    assert sorted(who for who, _ in told) == sorted(f"U0P{at}" for at in range(14))
    assert "https://git.example.com/pulls/7" in told[0][1]
    assert (facts.kept_word.k, facts.kept_word.n) == (1, 1)
    assert facts.days_to_change is not None


async def test_who_wants_no_surveys_or_is_asleep_is_not_told_now(desk: Results) -> None:
    theme_id = await linked(desk)
    desk.slack.zones["U0P1"], desk.slack.zones["U0P2"] = "Pacific/Auckland", ""

    async def refuse(tx: Tx) -> None:
        fingerprint = (await stand_ins(tx)).fingerprint("U0P0")
        await tx.execute(insert(survey_refusals).values(fingerprint=fingerprint, since=desk.hands.clock.now()))

    await desk.database.write(refuse)
    await press(desk, theme_id, "live")
    await desk.do(Kind.SHIPPED)
    now = {who for who, _ in await desk.told("you said, we did")}
    desk.hands.move(hours=12)
    await desk.do(Kind.SHIPPED)
    later = {who for who, _ in await desk.told("you said, we did")}

    assert now.isdisjoint({"U0P0", "U0P1", "U0P2"})
    assert later - now == {"U0P1"}


async def test_on_a_public_holiday_nobody_is_told_that_it_is_live(database: Database) -> None:
    channels = replace(HANDBOOK.channels, holidays="GB-ENG")
    desk = Results(database, Hands(), handbook=replace(HANDBOOK, channels=channels))
    desk.hands.now = datetime(2026, 12, 25, 10, tzinfo=UTC)
    await press(desk, await linked(desk), "live")

    await desk.do(Kind.SHIPPED)
    on_christmas_day = await desk.told("you said, we did")
    desk.hands.now = datetime(2026, 12, 29, 9, tzinfo=UTC)
    await desk.do(Kind.SHIPPED)

    assert on_christmas_day == []
    assert len(await desk.told("you said, we did")) == 14


@pytest.mark.parametrize(("days", "is_told"), [(1, False), (-1, True)], ids=["under way", "over"])
async def test_pause_ends(desk: Results, days: int, is_told: bool) -> None:
    theme_id = await linked(desk)
    now = desk.hands.clock.now()

    async def pause(tx: Tx) -> None:
        await refuse(tx, "U0P0", await stand_ins(tx), now=now - timedelta(days=91), until=now + timedelta(days=days))

    await desk.database.write(pause)
    await press(desk, theme_id, "live")
    await desk.do(Kind.SHIPPED)

    assert ("U0P0" in {who for who, _ in await desk.told("you said, we did")}) is is_told


async def test_nothing_is_said_to_be_live_before_a_change_is_linked_nor_by_others(desk: Results) -> None:
    await desk.wave(answers(a=MIXED), comments=SLOW)
    await desk.show()
    [theme] = (await desk.facts.facts()).themes
    await press(desk, theme.id, "live")
    await press(desk, theme.id, "drop", user_id="U0EVA")

    said = [text for _, text in await desk.told("theme of a survey")]

    assert said == [
        "Please link a change first, so that people see what was done.",
        "Only the platform team can see results of surveys.",
    ]
    assert [row.state for row in await desk.rows(select(survey_themes.c.state))] == ["open"]


@pytest.mark.parametrize(
    "change", ["pulls/7", "javascript:alert(1)", "https://", "https://a.example.com/<!channel>", ""]
)
async def test_what_is_no_address_is_refused_in_the_form(desk: Results, change: str) -> None:
    errors = await desk.changes.take_form("T", change, key="k", user_id="U0MAYA")

    assert errors == {change_form.FIELD: change_form.NO_ADDRESS}


PAGE, PULL = "https://docs.example.com/cache", "https://git.example.com/platform/pulls/7"
ARTICLE = Article("cache.md", "Clean the cache", (), url=PAGE, actions=())


def shelved(database: Database, *articles: Article) -> Results:
    return Results(database, Hands(), handbook=replace(HANDBOOK, articles=articles))


async def propose(desk: Results, url: str, state: str) -> None:
    """A proposal to the handbook that the bot opened, as it stands now."""
    row: dict[str, Any] = {
        "id": "p1",
        "kind": "article",
        "subject": "d1",
        "branch": "mentor/p1",
        "person": await desk.person("U0MAYA"),
    }
    row |= {"title": "", "state": state, "url": url, "number": "7", "created_at": desk.hands.now}
    await desk.database.write(lambda tx: tx.execute(insert(proposals).values(**row)))


async def said_of_link(desk: Results) -> str:
    return (await desk.told("theme of a survey"))[-1][1]


async def told_after_looking(desk: Results) -> int:
    """How many hear that it was done, however often it is looked."""
    for _ in range(2):
        await desk.changes.look()
        await desk.do(Kind.SHIPPED)
        await desk.do(Kind.SHIPPED)
    return len(await desk.told("you said, we did"))


async def test_an_article_that_is_there_is_live_once_it_is_linked_by_its_id(database: Database) -> None:
    desk = shelved(database, ARTICLE)
    await linked(desk, "cache.md")

    assert await said_of_link(desk) == TERMS.linked_now
    assert await told_after_looking(desk) == 14
    assert PAGE in (await desk.told("you said, we did"))[0][1]


async def test_an_action_is_linked_by_its_id_where_an_article_tells_of_it(database: Database) -> None:
    desk = shelved(database, replace(ARTICLE, actions=("clean-cache",)))
    await linked(desk, "clean-cache")

    assert await told_after_looking(desk) == 14
    assert await desk.changes.take_form("T", "create-bucket", key="k", user_id="U0MAYA") == {
        change_form.FIELD: change_form.NO_ADDRESS
    }


async def test_an_article_is_live_when_it_has_come_to_the_handbook(database: Database) -> None:
    desk = shelved(database)
    await linked(desk, PAGE)
    before = (await said_of_link(desk), await told_after_looking(desk))
    await desk.desk.shelf.put(replace(HANDBOOK, articles=(ARTICLE,)))

    assert before == (LINKED_LATER, 0)
    assert await told_after_looking(desk) == 14


@pytest.mark.parametrize(("state", "told"), [("open", 0), ("merged", 14), ("closed", 0)])
async def test_a_proposal_of_ours_is_live_when_it_is_merged(desk: Results, state: str, told: int) -> None:
    await linked(desk, PULL)
    await propose(desk, PULL, state)

    assert await told_after_looking(desk) == told


async def test_an_issue_is_live_when_somebody_says_so_and_what_was_dropped_never_is(desk: Results) -> None:
    theme_id = await linked(desk, "https://git.example.com/platform/issues/12")
    before = await told_after_looking(desk)
    await press(desk, theme_id, "drop")
    await press(desk, theme_id, "live")
    await desk.changes.open_form(theme_id, key="p", user_id="U0MAYA", trigger_id="T", response_url=None)
    await desk.do(Kind.DECIDE_THEME)

    assert (before, await told_after_looking(desk)) == (0, 0)
    assert desk.slack.views == []
    said = sorted(text for _, text in await desk.told("theme of a survey"))
    assert said == sorted([LINKED_LATER, "Noted: not followed up.", GONE, GONE])


async def test_a_theme_that_is_not_there_opens_no_form_and_says_so(desk: Results) -> None:
    await desk.changes.open_form("made up", key="p", user_id="U0MAYA", trigger_id="T", response_url=None)
    await desk.do(Kind.DECIDE_THEME)

    assert (desk.slack.views, await said_of_link(desk)) == ([], GONE)


# A talk.


async def test_a_talk_reaches_the_platform_channel_once_with_what_the_person_chose(desk: Results) -> None:
    desk.given = Given("2", "the builds!")
    wave_id = await desk.wave(answers(a=MIXED))
    for along in (Along.SCORE, Along.COMMENT):
        await desk.talks.take(wave_id, along, key=along.value, user_id="U0P3", response_url=None)
    payloads = [str(row.payload) for row in await desk.rows(select(work.c.payload))]
    await desk.do(Kind.TALK)

    assert await desk.told("offer to talk") == [
        (PLATFORM, "*P3* would like to talk, 15 minutes, about *Platform pulse*.\nScore: 2")
    ]
    assert {text for _, text in await desk.told("talk asked for")} == {
        talk_blocks.taken(desk.given, Along.SCORE).text,
        talk_blocks.taken_before().text,
    }
    assert "builds" not in str(payloads)
    assert all("'2'" not in each for each in payloads)


async def test_a_talk_without_context_tells_the_name_alone(desk: Results) -> None:
    desk.given = Given("2", "the builds!")
    wave_id = await desk.wave(answers(a=MIXED))
    await desk.talks.take(wave_id, Along.NOTHING, key="k", user_id="U0P3", response_url=None)
    await desk.do(Kind.TALK)

    [(_, text)] = await desk.told("offer to talk")

    assert text == "*P3* would like to talk, 15 minutes, about *Platform pulse*."


async def test_who_was_not_asked_cannot_offer_a_talk_and_one_without_an_answer_is_told_so(desk: Results) -> None:
    wave_id = await desk.wave(answers(a=MIXED))
    await desk.talks.take(wave_id, Along.SCORE, key="1", user_id="U0EVA", response_url=None)
    await desk.talks.take(wave_id, Along.SCORE, key="2", user_id="U0P4", response_url=None)
    await desk.do(Kind.TALK)

    said = dict(await desk.told("talk asked for"))

    assert said["U0EVA"] == "This survey did not ask you, or does not offer talks."
    assert "could not be found any more" in said["U0P4"]
    assert len(await desk.rows(select(outbox.c.key).where(outbox.c.kind == "offer to talk"))) == 1


def test_no_button_of_the_offer_carries_a_score() -> None:
    offer = str(talk_blocks.talk_offer(SURVEY, "w1"))

    assert talk_blocks.read_press("results.talk.comment") is Along.COMMENT
    assert "'value': 'w1'" in offer
