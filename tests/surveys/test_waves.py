"""Waves are opened once, by the calendar and by what happens; and each person is asked at most once in each."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from functools import partial

import pytest

from bot.model import PolicyChoice, Use, Way, What
from bot.storage import adoption, policies
from bot.storage.engine import Database
from bot.storage.schema import invitations, outbox, people, waves, work
from bot.surveys.status import in_words, status
from bot.surveys.telling import Where
from bot.wanted import Due, Inviting, Kind, SurveyEvent
from knowledge.surveys import After, Audience, Moment, Repeats
from tests.adoption.company import OPTIONAL
from tests.surveys.desk import PEOPLE, PULSE, USERS, OfficeSlack, Surveys

EVENT = replace(PULSE, id="after", schedule=After(Moment.CONVERGED, ("create-bucket",), 1.0))


@pytest.fixture
def desk(database: Database) -> Surveys:
    return Surveys(database)


async def test_wave_is_opened_once_however_often_it_is_tried(desk: Surveys) -> None:
    wave_id = await desk.open()
    await desk.waves.open_due(Due("2026-11-24", "2026-11-24T06:00:00+00:00"))
    await desk.invite()

    [wave] = await desk.rows(waves)
    assert (wave["id"], wave["slot"], wave["frame"], wave["state"]) == (wave_id, "2026-W48", len(USERS), "open")
    assert {each["state"] for each in await desk.rows(invitations)} == {"asked"}
    keys = [each["key"] for each in await desk.rows(outbox)]
    assert sorted(keys) == sorted(f"pulse:{wave_id}:{each['person']}" for each in await desk.rows(invitations))


async def test_nobody_is_asked_or_reminded_on_a_public_holiday(database: Database) -> None:
    desk = Surveys(database, (replace(PULSE, remind_after_days=2),), holidays="GB-ENG")
    desk.hands.now = datetime(2026, 12, 22, 10, tzinfo=UTC)  # so the day to remind on is Christmas Day
    await desk.open()
    for each in await desk.rows(outbox):
        await desk.sent(each["key"])

    reminders = []
    for day in (25, 29):
        desk.hands.now = datetime(2026, 12, day, 16, tzinfo=UTC)
        for each in await desk.rows(work):
            if each["kind"] == Kind.REMIND and each["due_at"] <= desk.hands.now:
                await desk.asking.remind(Inviting(**each["payload"]))
        reminders.append(sum(each["key"].endswith(":reminder") for each in await desk.rows(outbox)))

    assert reminders == [0, len(USERS)]


async def test_who_would_be_asked_after_an_outage_on_a_holiday_is_asked_on_the_next_working_day(
    database: Database,
) -> None:
    desk = Surveys(database, holidays="GB-ENG")
    desk.hands.now = datetime(2026, 12, 22, 10, tzinfo=UTC)
    await desk.waves.open_due(Due("2026-12-22", desk.hands.now.isoformat()))

    desk.hands.now = datetime(2026, 12, 25, 10, tzinfo=UTC)
    await desk.invite()
    on_christmas_day = await desk.rows(outbox)
    desk.hands.now = datetime(2026, 12, 29, 17, 25, tzinfo=UTC)
    await desk.invite()

    assert on_christmas_day == []
    assert len(await desk.rows(outbox)) == len(USERS)


async def test_wave_too_large_for_a_day_goes_on_the_next_one_and_says_whom_it_does_not_reach(
    database: Database,
) -> None:
    late = replace(PULSE, schedule=Repeats(4, 3, time(17)), open_days=2)  # 450 a day, and none on the last one
    users = tuple(f"U0CROWD{number}" for number in range(1_000))
    desk = Surveys(database, (late,), slack=OfficeSlack(users=users))
    await desk.waves.open_due(Due("2026-11-24", desk.hands.now.isoformat()))

    [found] = await status(database)
    assert (found.frame, found.waiting, found.skipped) == (1_000, 900, {"too late in the wave": 100})
    assert in_words([found]).startswith(
        "pulse 2026-W48: open, ends 2026-11-27 17:30Z. Could be asked: 1000; asked: 0; on their way: 0; "
        "wait for their time: 900 (the last until 2026-11-26 17:14Z); "
    )
    assert len(await desk.rows(work)) == 900 + 1  # and one that closes it


async def test_only_those_who_are_drawn_are_known(database: Database) -> None:
    desk = Surveys(database, (replace(PULSE, people=3),))
    await desk.open()

    assert len(await desk.rows(people)) == len(await desk.rows(invitations)) == 3
    assert (await desk.rows(waves))[0]["frame"] == len(USERS)


async def test_those_who_want_none_and_those_left_out_are_not_in_the_frame(desk: Surveys) -> None:
    await desk.refusals.stop(Where("", USERS[0]))
    await desk.refusals.pause(Where("", USERS[1]))
    await desk.open()

    assert (await desk.rows(waves))[0]["frame"] == len(USERS) - 2


async def test_whoever_refuses_after_being_drawn_is_skipped(desk: Surveys) -> None:
    await desk.waves.open_due(Due("2026-11-24", desk.hands.now.isoformat()))
    await desk.refusals.stop(Where("", USERS[0]))
    desk.hands.move(days=1, minutes=20)
    await desk.invite()

    skipped = [each["because"] for each in await desk.rows(invitations) if each["state"] == "skipped"]
    assert skipped == ["wants no surveys"]
    assert sum(each["kind"] == "pulse question" for each in await desk.rows(outbox)) == len(USERS) - 1


async def test_nobody_is_asked_inside_the_cooldown_of_any_prompt(database: Database) -> None:
    weekly = replace(PULSE, schedule=Repeats(1, 3, time(10)))
    desk = Surveys(database, (weekly, replace(weekly, id="other")))
    wave_id = await desk.open()
    for each in await desk.rows(outbox):
        if each["key"].startswith(f"pulse:{wave_id}:"):
            await desk.sent(each["key"])
    desk.hands.move(days=6)
    await desk.waves.open_due(Due("x", desk.hands.now.isoformat()))

    frames = {(each["survey"], each["slot"]): each["frame"] for each in await desk.rows(waves)}
    assert frames == {
        ("pulse", "2026-W48"): 8,
        ("other", "2026-W48"): 8,
        ("pulse", "2026-W49"): 0,
        ("other", "2026-W49"): 0,
    }


async def test_audience_is_who_is_in_all_of_what_is_named(desk: Surveys) -> None:
    desk.slack.in_channels["C1"] = frozenset(USERS[3:7])
    audience = Audience(channels=("C1",), teams=("payments",))
    framed = await desk.frames.frame(replace(PULSE, audience=audience), desk.hands.now.date())

    assert [each.user_id for each in framed] == [USERS[3], USERS[4]]
    assert [(each.candidate.strata.team, each.candidate.strata.role) for each in framed] == [("payments", "other")] * 2


async def test_never_asked_are_those_of_whom_no_question_is_known(desk: Surveys) -> None:
    framed = await desk.frames.frame(replace(PULSE, audience=Audience(asked=False)), desk.hands.now.date())
    none = await desk.frames.frame(replace(PULSE, audience=Audience(asked=True)), desk.hands.now.date())

    assert ([each.user_id for each in framed], none) == (list(USERS), [])


async def test_teams_that_chose_the_platforms_way_are_those_by_their_newest_choice(database: Database) -> None:
    now = Surveys(database).hands.now

    async def unit(tx: object) -> None:
        for number, (team, way) in enumerate(
            [("a", Way.EVIDENCE), ("a", Way.PLATFORM), ("b", Way.PLATFORM), ("b", Way.EVIDENCE)]
        ):
            await policies.choose(tx, PolicyChoice(f"c{number}", "p", team, way, "s", "x", now))  # type: ignore[arg-type]

    await database.write(unit)
    from bot.storage import surveys as rows

    async with database.read() as tx:
        assert await rows.teams_that_chose(tx, ["p"], way=Way.PLATFORM) == {"a"}


async def test_event_asks_its_person_once_in_a_month(database: Database) -> None:
    desk = Surveys(database, (EVENT,))
    person, other = await desk.person(USERS[1]), await desk.person(USERS[2])
    for key, who, action in (("r1", person, "create-bucket"), ("r2", person, "create-bucket"), ("r3", other, "x")):
        await desk.waves.take_event(SurveyEvent(key, Moment.CONVERGED, who, action))
    await desk.invite()

    [wave] = await desk.rows(waves)
    assert (wave["slot"], wave["frame"]) == ("2026-11", 1)
    assert [(each["person"], each["state"]) for each in await desk.rows(invitations)] == [(person, "asked")]
    assert [each["key"] for each in await desk.rows(outbox)] == [f"pulse:{wave['id']}:{person}"]


async def test_who_was_not_drawn_belongs_to_the_frame_and_may_be_drawn_later(database: Database) -> None:
    half = replace(EVENT, schedule=After(Moment.CONVERGED, (), 0.5))
    desk = Surveys(database, (half,))
    person = await desk.person(USERS[1])
    states = []
    for number in range(12):
        await desk.waves.take_event(SurveyEvent(f"r{number}", Moment.CONVERGED, person, "any"))
        states += [each["state"] for each in await desk.rows(invitations)]

    assert states[-1] == "waiting"
    assert [each for each in states if each not in ("skipped", "waiting")] == []
    assert (await desk.rows(waves))[0]["frame"] == 1
    assert sum(each["kind"] == Kind.INVITE for each in await desk.rows(work)) == 1


async def test_who_is_told_to_use_a_capability_is_not_asked_why_not(desk: Surveys) -> None:
    """By whatever name the team had then; once it left, it is asked."""
    people = replace(PEOPLE, teams={"payments": replace(PEOPLE.teams["payments"], formerly=("billing",))})
    library = desk.desk.shelf.library
    handbook = replace(library.handbook, people=people, capabilities=(OPTIONAL,))
    desk.desk.shelf.library = replace(library, handbook=handbook)
    survey = replace(PULSE, audience=Audience(did_not_choose=OPTIONAL.id))
    today = desk.hands.now.date()

    asked = []
    for what, ago in ((None, 0), (What.USED, 9), (What.LEFT, 5), (What.USED, 1)):
        if what is not None:
            use = Use(OPTIONAL.id, "billing", today - timedelta(days=ago), what, "file")
            await desk.database.write(partial(adoption.add, rows=[use]))
        asked.append(bool(await desk.frames.frame(survey, today)))

    assert asked == [True, False, True, False]
