"""The card of a capability: when it is due, what it holds, what is decided by it and what follows."""

from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from bot.adoption import card_blocks as blocks
from bot.adoption.card_blocks import CARD, STORY, WHY, read_key, read_press, write_key
from bot.adoption.card_rules import CHANGE, DROP, KEEP, Began, Card, Support, began, due, next_step, topics_of
from bot.adoption.milestones import BROKEN, FIRST, GONE, NO_STORY_NOW
from bot.adoption.satisfaction import Csat
from bot.adoption.use_events import FileUse
from bot.adoption.uses import keep
from bot.errors import PayloadMalformed
from bot.model import CapabilityMark, What
from bot.statistics import Share
from bot.storage import friction, pilots
from bot.storage.engine import Database
from bot.storage.friction import Friction
from bot.storage.schema import capability_cards, outbox, work
from bot.wanted import Asking, CardWords, Decision, Due, Kind
from bot.work import job
from knowledge.capabilities import Status
from tests.adoption.desk import PLATFORM, Adoption
from tests.adoption.pilot import (
    BEGAN,
    PILOT,
    PULSE,
    WITH_PILOT,
    ask_about_it,
    begin,
    close_pulse,
    use,
)
from tests.privacy.company import privacy
from tests.work.desk import Hands

TODAY = Due("2026-11-25", "2026-11-25T10:00:00+00:00")
PRESSES = count()
KEY = write_key(PILOT.id, BEGAN, 30)


def mark(status: str, seen_on: date, since: date, teams: tuple[str, ...] = ("a",)) -> CapabilityMark:
    return CapabilityMark("c", seen_on, status, since, teams)


# When.


@pytest.mark.parametrize(
    ("passed", "shown", "expected"),
    [
        pytest.param(29, (), None, id="the day before"),
        pytest.param(30, (), 30, id="on the day"),
        pytest.param(34, (), 30, id="the bot was away"),
        pytest.param(34, (30,), None, id="shown"),
        pytest.param(61, (), 60, id="away for a month: the newest alone"),
        pytest.param(89, (30, 60), None, id="between"),
        pytest.param(90, (30, 60), 90, id="the last"),
        pytest.param(200, (90,), None, id="no more after that"),
    ],
)
def test_a_card_is_due_once_at_each_of_the_three_days(
    passed: int, shown: tuple[int, ...], expected: int | None
) -> None:
    assert due(Began(BEGAN, BEGAN), shown, today=BEGAN + timedelta(days=passed)) == expected


@given(up=st.sets(st.integers(0, 140)), corrected=st.integers(-3, 3))
def test_whatever_days_the_bot_is_away_no_card_comes_twice_or_is_lost(up: set[int], corrected: int) -> None:
    """On some day the day that the status began is corrected, by a few days."""
    shown: list[int] = []
    for passed in sorted(up):
        since = BEGAN + timedelta(days=corrected if passed >= 70 else 0)
        if (found := due(Began(BEGAN, since), shown, today=BEGAN + timedelta(days=passed))) is not None:
            shown.append(found)

    assert shown == sorted(set(shown))
    for days, until in ((30, 60), (60, 70), (90, 141)):
        assert (days in shown) or not any(days + 3 <= each < until for each in up)


def test_what_lay_before_anybody_looked_is_left_and_what_comes_after_is_not() -> None:
    seen_on = BEGAN + timedelta(days=40)
    status = Began(seen_on, BEGAN)

    assert due(status, (), today=seen_on) is None
    assert due(status, (), today=BEGAN + timedelta(days=60)) == 60


def test_a_status_counts_from_where_it_was_first_seen_also_when_its_day_or_its_teams_change() -> None:
    marks = [
        mark("pilot", BEGAN, BEGAN),
        mark("optional", date(2026, 12, 1), date(2026, 12, 1)),
        mark("optional", date(2026, 12, 9), date(2026, 11, 30), ("a", "b")),
    ]

    assert began(marks) == Began(date(2026, 12, 1), date(2026, 11, 30))
    assert began(()) is None


# What follows.


@pytest.mark.parametrize(
    ("status", "choice", "said"),
    [
        pytest.param(Status.PILOT, KEEP, "write `status: optional` and `since: 2026-11-25`", id="keep a pilot"),
        pytest.param(Status.OPTIONAL, KEEP, "Nothing has to change in the handbook.", id="keep"),
        pytest.param(Status.PILOT, CHANGE, "is yours to write", id="change"),
        pytest.param(Status.PILOT, DROP, "with what names it: `actions/attest-builds`", id="drop"),
    ],
)
def test_what_to_change_in_the_handbook_is_said(status: Status, choice: str, said: str) -> None:
    assert said in next_step(replace(PILOT, status=status), choice, WITH_PILOT, today=date(2026, 11, 25))


def test_topics_are_those_declared_that_articles_have_else_those_of_its_actions_articles() -> None:
    tags = {"builds": {"attest-builds"}, "network": set[str]()}

    assert topics_of(PILOT, WITH_PILOT, tags) == ("builds",)
    assert topics_of(replace(PILOT, topics=("network", "gone")), WITH_PILOT, tags) == ("network",)
    assert topics_of(PILOT, replace(WITH_PILOT, actions=()), tags) == ()


def test_a_card_is_the_same_after_it_was_kept() -> None:
    card = Card(
        "B", "pilot", BEGAN, 30, 30, Share(2, 2), Share(1, 2), 0, Csat(6, "83 %", is_good=True), True, 1,
        Support(("builds",), 2, 1, 2), ("left: hard 1",), 1, 2, 12,
    )  # fmt: skip

    assert Card.from_json(card.to_json()) == card


@pytest.mark.parametrize(
    ("action_id", "value"),
    [("adoption.card.burn", KEY), ("adoption.card.keep", "a|b"), ("adoption.card.keep", "a|2026-13-01|30")],
)
def test_a_press_that_is_none_of_ours_is_refused(action_id: str, value: str) -> None:
    with pytest.raises(PayloadMalformed):
        read_press(action_id, value)


# The service.


async def learned(database: Database, *, satisfied: int = 6, n: int = 7) -> Adoption:
    """The 30th day. Both teams use it, search no more lately; payments tried it first on the second day."""
    adoption = await begin(database, Hands())
    await use(adoption, ("payments", date(2026, 10, 27)), ("payments", date(2026, 11, 20)))
    await use(adoption, ("search", date(2026, 10, 26)), ("web", date(2026, 11, 2)))  # web is no volunteer
    await close_pulse(database, satisfied=satisfied, n=n)
    await ask_about_it(database)
    at = adoption.hands.now - timedelta(days=18)
    row = Friction("f1", "f1", "p1", None, "build", False, "words", at, capability=PILOT.id)
    await database.write(lambda tx: friction.add(tx, row))
    return adoption


async def cards(adoption: Adoption) -> list[Any]:
    """The card's messages: as it was first, and as it stands now."""
    query = select(outbox.c.text, outbox.c.blocks, outbox.c.edits, outbox.c.channel_id).where(
        outbox.c.kind == CARD.name
    )
    return list(await adoption.rows(query.order_by(outbox.c.created_at, outbox.c.key)))


async def decide(adoption: Adoption, choice: str, user_id: str = "U0MAYA", *, key: str = KEY) -> None:
    press = f"{choice}:{next(PRESSES)}"
    await adoption.milestones.take_press(key, choice, press=press, user_id=user_id, response_url=None)
    (newest,) = (await adoption.rows(select(work.c.payload).order_by(work.c.id.desc()).limit(1)))[0]
    for _ in range(2):
        await adoption.milestones.decide(Decision(**newest))


def words(row: Any) -> str:
    return str([block.get("text", {}).get("text", "") for block in row.blocks if "text" in block])


async def test_the_card_joins_all_that_is_known_by_hand(database: Database) -> None:
    adoption = await learned(database)

    for _ in range(2):
        await adoption.milestones.show(TODAY)

    (row,) = await cards(adoption)
    assert row.channel_id == PLATFORM
    assert row.text == "*Attested builds* after 30 days (pilot since 26 Oct 2026): keep, change or drop?"
    body = row.blocks[1]["text"]["text"].splitlines()
    assert body == [
        "• Volunteers that use it: 2 of 2. Of all that use it, in the last 28 days: 1 of 2.",
        "• Satisfied users: over 80 % of 7 (49 % to 100 %).",
        "• Logged as hard: 1 time since then.",
        "• Support: 2 questions sorted under `builds` since then, 1 answer by the platform team and 2 by others.",
        "• First learned of it 12 days after it was first offered.",
    ]


async def test_what_may_not_be_shown_is_not_and_what_nobody_asked_is_said(database: Database) -> None:
    adoption = await learned(database, satisfied=4, n=4)
    adoption.now_reads(articles=())

    await adoption.milestones.show(TODAY)

    body = words((await cards(adoption))[0])
    assert "Satisfied users: too few to say." in body
    assert "4" not in body.partition("Satisfied users")[2].partition("Logged")[0]
    assert "Support: not measured" in body


async def test_a_survey_of_others_says_nothing_of_its_users(database: Database) -> None:
    adoption = await begin(database, Hands())
    await close_pulse(
        database, satisfied=9, n=9, survey=replace(PULSE, audience=replace(PULSE.audience, ran=("other",)))
    )

    await adoption.milestones.show(TODAY)

    assert "Satisfied users: nobody was asked" in words((await cards(adoption))[0])


async def test_on_a_day_off_nothing_is_shown_and_the_next_day_makes_up_for_it(database: Database) -> None:
    adoption = await begin(database, Hands())
    adoption.hands.now += timedelta(days=3)  # Saturday
    await adoption.milestones.show(TODAY)
    assert await cards(adoption) == []

    adoption.hands.now += timedelta(days=2)
    await adoption.milestones.show(TODAY)

    (row,) = await cards(adoption)
    assert "after 35 days" in row.text


async def test_the_team_decides_says_why_and_the_last_word_holds(database: Database) -> None:
    adoption = await learned(database)
    await adoption.milestones.show(TODAY)

    await decide(adoption, DROP, "U0PRIYA")  # not of the team
    assert len(await cards(adoption)) == 1
    await decide(adoption, DROP)
    await decide(adoption, KEEP)
    await adoption.milestones.take_words(KEY, "  both teams ask for it <!channel> ", key="view:1", user_id="U0MAYA")
    await adoption.all_done(Kind.SAY_CARD, CardWords, adoption.milestones.say)

    kept = (await adoption.rows(select(capability_cards)))[0]
    maya = await adoption.person("U0MAYA")
    assert (kept.choice, kept.words, kept.decided_by) == (KEEP, "both teams ask for it <!channel>", maya)
    assert kept.decided_at == adoption.hands.now
    now = (await cards(adoption))[-1]
    assert "*Keep*, says the team on 25 Nov 2026: “both teams ask for it &lt;!channel&gt;”" in words(now)
    assert "write `status: optional`" in words(now)
    assert await adoption.acts() == ["capability.decided", "capability.decided"]


async def test_why_comes_after_the_decision_and_a_card_that_is_gone_says_so(database: Database) -> None:
    adoption = await learned(database)
    await adoption.milestones.show(TODAY)
    await adoption.milestones.take_words(KEY, "because", key="view:1", user_id="U0MAYA")
    await adoption.all_done(Kind.SAY_CARD, CardWords, adoption.milestones.say)
    await decide(adoption, KEEP, key=write_key(PILOT.id, BEGAN, 60))

    told = {text for _, text in await adoption.told("private answer")}
    assert told == {FIRST, GONE}


async def test_who_said_why_learns_it_when_that_is_given_up(database: Database) -> None:
    adoption = await learned(database)
    said = CardWords("k", await adoption.person("U0MAYA"), KEY, "because")

    await adoption.services().jobs(partial(job, Asking))[Kind.SAY_CARD].given_up(said.to_payload())

    assert await adoption.told("private answer") == [("U0MAYA", BROKEN)]


async def test_erasing_takes_the_words_of_who_decided(database: Database) -> None:
    adoption = await learned(database)
    await adoption.milestones.show(TODAY)
    await decide(adoption, KEEP)
    await database.write(lambda tx: pilots.say_why(tx, read_key(KEY), "because", "someone", now=adoption.hands.now))
    maya = await adoption.person("U0MAYA")
    await database.write(lambda tx: pilots.say_why(tx, read_key(KEY), "because", maya, now=adoption.hands.now))

    await privacy(database).forget("U0MAYA")

    (kept,) = await adoption.rows(select(capability_cards.c.choice, capability_cards.c.words))
    assert tuple(kept) == (KEEP, None)


@pytest.mark.parametrize(
    ("satisfied", "choice", "is_offered"),
    [
        pytest.param(7, KEEP, True, id="kept and good"),
        pytest.param(7, CHANGE, False, id="good, and to be changed"),
        pytest.param(4, KEEP, False, id="not that good"),
    ],
)
async def test_a_story_is_offered_after_a_good_card_alone(
    database: Database, satisfied: int, choice: str, is_offered: bool
) -> None:
    adoption = await learned(database, satisfied=satisfied)
    await adoption.milestones.show(TODAY)

    await decide(adoption, choice)

    assert ("Ask a team for its story" in str((await cards(adoption))[-1].blocks)) is is_offered


async def test_one_person_of_the_team_that_used_it_last_is_asked_for_its_story_once(database: Database) -> None:
    adoption = await learned(database)
    await adoption.milestones.show(TODAY)
    await decide(adoption, STORY)  # before it is kept: no
    assert await adoption.told("private answer") == [("U0MAYA", NO_STORY_NOW)]
    await decide(adoption, KEEP)
    for _ in range(2):
        await decide(adoption, STORY)

    asked = await adoption.rows(select(work.c.payload).where(work.c.kind == Kind.ASK_STORY.value))
    assert [row.payload["team"] for row in asked] == ["payments"]
    assert "One person of payments is asked for its story" in words((await cards(adoption))[-1])


async def test_nobody_is_asked_for_a_story_who_stopped(database: Database) -> None:
    adoption = await learned(database)
    await adoption.milestones.show(TODAY)
    await decide(adoption, KEEP)
    left = [FileUse(PILOT.id, team, date(2026, 11, 25), What.LEFT) for team in ("payments", "search")]
    clock, new_id = adoption.desk.clock, adoption.desk.new_id
    await database.write(lambda tx: keep(tx, left, source="press", clock=clock, new_id=new_id))
    await decide(adoption, STORY)

    assert await adoption.rows(select(work.c.id).where(work.c.kind == Kind.ASK_STORY.value)) == []


def test_the_form_and_the_buttons_lead_back_to_the_card() -> None:
    assert read_key(blocks.form(KEY)["private_metadata"]) == (PILOT.id, BEGAN, 30)
    assert read_press(f"adoption.card.{WHY}", KEY) == WHY
