"""A pulse survey, from the day before it is due to its anonymous end, as people see it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, select

from bot.config import Settings
from bot.storage.schema import (
    audit,
    events,
    invitations,
    outbox,
    survey_answers,
    survey_comments,
    waves,
    work,
)
from sandbox import Message, Sandbox
from tests.journeys.office import Office, at_work, buttons, new_sandbox, settings_in, words

PULSE = """\
id: platform-pulse
title: Platform pulse
why: We want to know what to mend first.
owner: platform_team
questions:
  - {name: satisfied, csat: "How satisfied are you with the platform?"}
  - name: would_help
    choice: What would help you most?
    choices: [Fewer failures, Better documentation]
  - {name: missing, text: "What is missing?"}
audience: {channels: [C0ASKPLAT]}
every: {weeks: 4, day: wed, at: "10:00"}
cooldown: 28 days
open: 7 days
remind_after: 2 days
threshold: 5
"""
MONDAY = datetime.fromisoformat("2026-11-23T09:00+00:00")
BEFORE = datetime.fromisoformat("2026-11-24T06:01+00:00")  # the day before, when waves are opened
ASKED = datetime.fromisoformat("2026-11-25T10:10+00:00")
REMINDED = datetime.fromisoformat("2026-11-27T10:20+00:00")
AFTER = datetime.fromisoformat("2026-12-02T17:31+00:00")
QUESTION = "How satisfied are you with the platform?"
SCORES = ["1 Very dissatisfied", "2", "3", "4", "5 Very satisfied"]
MORE = ["Say more", "Why do we ask?", "Never again"]
NAMES = ("priya", "jonas", "amara", "samir", "ellen", "owen", "marta")


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with new_sandbox(starts_at=MONDAY) as sandbox:
        yield sandbox


@pytest.fixture
def settings(sandbox: Sandbox, handbook: Path, tmp_path: Path, database_url: str) -> Settings:
    (handbook / "surveys").mkdir()
    (handbook / "surveys" / "platform-pulse.yaml").write_text(PULSE)
    return settings_in(sandbox, tmp_path / "data", database_url=database_url, handbook=handbook)


@pytest.fixture
async def office(sandbox: Sandbox, settings: Settings) -> AsyncIterator[Office]:
    async with at_work(sandbox, settings) as office:
        yield office


async def at(office: Office, moment: datetime) -> None:
    """The clock goes on to the moment, ticks, and what is due then is done."""
    await office.quiet()
    office.sandbox.clock.advance(moment.timestamp() - office.sandbox.clock.now())
    await office.mentor.timetable.tick()
    await office.quiet()


async def asked(office: Office) -> None:
    await at(office, BEFORE)
    await at(office, ASKED)


def question_to(office: Office, name: str) -> Message:
    return next(each for each in office.told(name) if each.text == QUESTION)


def questions_to(office: Office, name: str) -> int:
    return sum(each.text == QUESTION for each in office.told(name))


def alone(office: Office, name: str) -> str:
    """The last thing the person alone was told in their direct messages."""
    return [each for each in office.person(name).sees_in_dm() if each.ephemeral_to][-1].text


async def rows(office: Office, table: Table) -> list[dict[str, Any]]:
    async with office.mentor.database.read() as tx:
        return [dict(row) for row in (await tx.execute(select(table))).mappings()]


async def press(office: Office, name: str, label: str) -> None:
    await office.person(name).press(question_to(office, name), label)
    await office.quiet()


async def test_question_is_answered_changed_and_becomes_anonymous(office: Office) -> None:
    await asked(office)
    before = question_to(office, "priya")
    shown, pressable = words(before), buttons(before)
    await press(office, "priya", "2")
    after = words(question_to(office, "priya"))
    await press(office, "priya", "5 Very satisfied")
    told = alone(office, "priya")
    for name in NAMES[1:]:
        await press(office, name, "4")
    confidential = await rows(office, survey_answers)
    await at(office, AFTER)
    [wave] = await rows(office, waves)

    assert shown == [f"*{QUESTION}*", "Platform pulse. Confidential until 2 Dec 2026, then anonymous."]
    assert pressable == [*SCORES, *MORE]
    thanks = "*Thank you, your answer is saved.* You can change it until 2 Dec 2026: the newest counts."
    assert after == [shown[0], thanks, shown[1]]
    assert told == "Saved; the newest answer counts. You can change it until 2 Dec 2026."
    assert sorted(each["scores"]["satisfied"] for each in confidential) == [4, 4, 4, 4, 4, 4, 5]
    assert (wave["state"], wave["key"]) == ("closed", None)
    satisfied = wave["shown"]["questions"]["satisfied"]
    everybody = {"group": {}, "n": 7, "k": None, "reads": "over 80 %"}
    assert (satisfied["n"], satisfied["released"]["everybody"]) == (7, everybody)
    assert await rows(office, survey_answers) == []
    assert sum(each["has_answered"] for each in await rows(office, invitations)) == 7
    await press(office, "priya", "1 Very dissatisfied")
    assert alone(office, "priya") == (
        "This survey ended on 2 Dec 2026. Answers are anonymous now, so nothing can be added or changed."
    )
    assert await rows(office, survey_answers) == []


async def test_score_stands_in_no_row_but_its_own(office: Office) -> None:
    """Two who press differently leave the same rows and see the same words; no work, audit or event comes of it."""
    await asked(office)
    tables = (work, audit, events)
    before = [await rows(office, each) for each in tables]
    known = {each["key"] for each in await rows(office, outbox)}
    await press(office, "priya", "1 Very dissatisfied")
    await press(office, "priya", "2")
    await press(office, "jonas", "5 Very satisfied")
    await press(office, "jonas", "4")
    new = [each for each in await rows(office, outbox) if each["key"] not in known]

    assert [await rows(office, each) for each in tables] == before
    by_person: dict[str, list[list[Any]]] = {each["recipient"]: [] for each in new}
    for each in sorted(new, key=lambda row: row["kind"]):
        by_person[each["recipient"]].append([each[name] for name in ("kind", "text", "blocks", "manner")])
    assert len(new) == 4
    assert next(iter(by_person.values())) == list(by_person.values())[1]
    mine, theirs = (question_to(office, name) for name in ("priya", "jonas"))
    assert (mine.text, words(mine), buttons(mine)) == (theirs.text, words(theirs), buttons(theirs))


async def test_comment_and_further_answers_are_given_in_a_form(office: Office) -> None:
    await asked(office)
    for name in NAMES[:5]:
        await press(office, name, "3")
    await office.person("priya").press(question_to(office, "priya"), "Say more")
    [form] = await office.until(lambda: office.person("priya").views())
    said = "Paved roads. Ask Jonas Weber or <@U0JONAS>, jonas@example.com"
    filled = {"What would help you most?": "Better documentation", "What is missing?": said}
    await office.person("priya").submit(form, filled)
    await office.quiet()
    await office.person("priya").press(question_to(office, "priya"), "Say more")
    [again] = await office.until(lambda: office.person("priya").views())
    kept = [each for each in await rows(office, survey_answers) if "missing" in each["scores"]]
    await at(office, AFTER)

    assert [each["scores"] for each in kept] == [
        {"satisfied": 3, "would_help": "Better documentation", "missing": said}
    ]
    shown = repr(again.payload["blocks"])
    assert "Paved roads" in shown
    assert "'initial_option': {'text': {'type': 'plain_text', 'text': 'Better documentation'}" in shown
    comments = {each["text"] for each in await rows(office, survey_comments)}
    assert comments == {"Paved roads. Ask someone or someone, (e-mail address removed)"}
    [wave] = await rows(office, waves)
    assert {name: each["n"] for name, each in wave["shown"]["questions"].items()} == {"satisfied": 5}


async def test_who_is_too_late_is_told_and_of_a_wave_under_its_threshold_nothing_is_kept(office: Office) -> None:
    await asked(office)
    for name in NAMES[:4]:
        await press(office, name, "3")
    owen = office.person("owen")
    await owen.press(question_to(office, "owen"), "Say more")
    [form] = await office.until(owen.views)
    await at(office, AFTER)
    await owen.submit(form, {"What is missing?": "Time"})
    await press(office, "marta", "3")  # who had not answered either

    ended = "This survey ended on 2 Dec 2026. Answers are anonymous now, so nothing can be added or changed."
    assert alone(office, "marta") == ended
    assert [each.text for each in office.told("owen")][-1] == ended
    assert [await rows(office, each) for each in (survey_answers, survey_comments)] == [[], []]
    assert [each["shown"] for each in await rows(office, waves)] == [
        {"answers": 4, "invited": 16, "delivered": 16, "questions": {}}
    ]


async def test_why_is_said_to_whoever_asks(office: Office) -> None:
    await asked(office)
    await office.person("priya").press(question_to(office, "priya"), "Why do we ask?")
    [view] = await office.until(lambda: office.person("priya").views())

    said = [block["text"]["text"] for block in view.payload["blocks"] if block["type"] == "section"]
    assert said[0] == "*Platform pulse*\nWe want to know what to mend first."
    assert said[2].startswith("*Until 2 Dec 2026 your answer is confidential.*")
    assert "groups of at least 5 answers" in said[3]


async def test_never_again_is_one_press_and_can_be_taken_back(office: Office) -> None:
    await asked(office)
    await press(office, "priya", "Never again")
    stopped = next(each for each in office.told("priya") if each.text.startswith(QUESTION))
    said = alone(office, "priya")
    await office.person("priya").command("/platform", "settings", "random")
    shown = await office.whisper_to("priya", "random")
    await at(office, AFTER)
    await at(office, datetime.fromisoformat("2026-12-22T06:01+00:00"))
    await at(office, datetime.fromisoformat("2026-12-23T10:40+00:00"))
    after_four_weeks = {name: questions_to(office, name) for name in ("priya", "jonas")}
    await office.person("priya").press(shown, "Ask me again")
    await office.quiet()
    await at(office, datetime.fromisoformat("2027-01-19T06:01+00:00"))
    await at(office, datetime.fromisoformat("2027-01-20T11:10+00:00"))

    no_more = "You are not asked any more, by this survey or any other. If you answered, that counts as it stands."
    assert (stopped.text, buttons(stopped)) == (f"{QUESTION}\n{no_more}", [])
    assert said.startswith("Done. No survey asks you again, and I do not tell you what came of them.")
    assert "*Pulse surveys:* you are never asked." in shown.text
    assert after_four_weeks == {"priya": 0, "jonas": 2}  # hers was taken away
    assert questions_to(office, "priya") == 1


async def test_whoever_has_not_answered_is_reminded_once(office: Office) -> None:
    await asked(office)
    await press(office, "priya", "4")
    await at(office, REMINDED)
    reminded = {name: [each for each in office.told(name) if each.text.startswith("One reminder")] for name in NAMES}
    await office.person("jonas").press(reminded["jonas"][0], "2")
    await office.quiet()
    taken = [words(reminded["jonas"][0])[1], words(question_to(office, "jonas"))[1]]  # where it was pressed too
    await office.person("amara").press(reminded["amara"][0], "Never again")
    await office.quiet()
    gone = [each for each in office.told("amara") if "You are not asked any more" in each.text]
    await at(office, datetime.fromisoformat("2026-11-30T10:20+00:00"))

    assert {name: len(found) for name, found in reminded.items()} == {name: int(name != "priya") for name in NAMES}
    assert reminded["jonas"][0].thread_ts == question_to(office, "jonas").ts
    assert taken == ["*Thank you, your answer is saved.* You can change it until 2 Dec 2026: the newest counts."] * 2
    assert [buttons(each) for each in gone] == [[], []]
    assert alone(office, "amara").startswith("Done. No survey asks you again, and I do not tell you")
    assert sorted(each["scores"]["satisfied"] for each in await rows(office, survey_answers)) == [2, 4]
    again = [each for name in NAMES for each in office.told(name) if each.text.startswith("One reminder")]
    assert len(again) == len(NAMES) - 2  # amara's is gone


async def test_only_who_was_asked_can_answer(office: Office) -> None:
    office.sandbox.workspace.people["U0SAMIR"].is_restricted = True
    await asked(office)
    theirs = question_to(office, "priya")
    channel = office.sandbox.workspace.channels["C0RANDOM"]
    forged = Message(channel.id, office.sandbox.workspace.ids.ts(), theirs.user, theirs.text, blocks=theirs.blocks)
    forged.bot_id = theirs.bot_id
    office.sandbox.workspace.put(forged)  # as if it had been forwarded with its buttons
    for name in ("samir", "jonas", "priya"):  # a guest who was not asked; who was, elsewhere; whose it is, elsewhere
        await office.person(name).press(forged, "5 Very satisfied")
        await office.quiet()

    reason = "This question was sent to somebody else, and only they can answer it. Nothing was saved."
    assert [office.whispers(name, "random")[-1].text for name in ("samir", "jonas", "priya")] == [reason] * 3
    assert await rows(office, survey_answers) == []


async def test_guests_bots_and_people_who_are_away_are_not_asked(office: Office) -> None:
    people = office.sandbox.workspace.people
    people["U0SAMIR"].is_restricted = True
    people["U0ELLEN"].deleted = True
    people["U0OWEN"].status_text, people["U0OWEN"].status_emoji = "Vacationing", ":palm_tree:"
    people["U0MARTA"].status_text = "away"
    people["U0MARTA"].status_expiration = int(MONDAY.timestamp())
    await at(office, BEFORE)
    people["U0AMARA"].status_text = "Out sick"  # since she was drawn
    await at(office, ASKED)

    assert {name: questions_to(office, name) for name in NAMES if name != "ellen"} == {
        "priya": 1,
        "jonas": 1,
        "amara": 0,
        "samir": 0,
        "owen": 0,
        "marta": 1,
    }
    skipped = [each["because"] for each in await rows(office, invitations) if each["state"] == "skipped"]
    assert skipped == ["away"]


async def test_each_is_asked_in_their_own_morning(office: Office) -> None:
    people = office.sandbox.workspace.people
    people["U0YUKI"].tz, people["U0LUCIA"].tz = "Asia/Tokyo", "America/Los_Angeles"
    await at(office, BEFORE)
    seen = {}
    for moment in ("2026-11-25T01:10", "2026-11-25T10:10", "2026-11-25T18:10"):
        await at(office, datetime.fromisoformat(f"{moment}+00:00"))
        seen[moment] = [name for name in ("yuki", "priya", "lucia") if questions_to(office, name)]

    assert list(seen.values()) == [["yuki"], ["yuki", "priya"], ["yuki", "priya", "lucia"]]


async def test_restart_in_the_middle_of_a_wave_asks_nobody_twice(sandbox: Sandbox, settings: Settings) -> None:
    async with at_work(sandbox, settings) as office:
        await at(office, BEFORE)
        sandbox.faults.add("lose_reply", times=2)
        sandbox.clock.advance(ASKED.timestamp() - sandbox.clock.now())
        office.mentor.workers.bell.set()
        await office.until(lambda: sum(questions_to(office, name) for name in NAMES) >= 2)
    async with at_work(sandbox, settings) as office:
        sandbox.clock.set_factor(60)
        await office.mentor.timetable.tick()
        await office.until(lambda: all(questions_to(office, name) for name in NAMES))
        await office.quiet()
        assert {name: questions_to(office, name) for name in NAMES} == dict.fromkeys(NAMES, 1)
        assert len(await rows(office, waves)) == 1


async def test_outage_at_the_time_of_asking_moves_it_to_the_next_working_day(
    sandbox: Sandbox, settings: Settings
) -> None:
    async with at_work(sandbox, settings) as office:
        await at(office, BEFORE)
    sandbox.clock.advance(datetime.fromisoformat("2026-11-25T20:00+00:00").timestamp() - sandbox.clock.now())
    async with at_work(sandbox, settings) as office:
        await office.quiet()
        at_night = questions_to(office, "priya")
        await at(office, datetime.fromisoformat("2026-11-26T11:30+00:00"))

        assert (at_night, questions_to(office, "priya")) == (0, 1)


async def test_whoever_is_erased_is_not_found_in_the_wave(office: Office) -> None:
    await asked(office)
    await press(office, "priya", "1 Very dissatisfied")
    exported = await office.mentor.privacy.export("U0PRIYA")
    people = len(await rows(office, invitations))
    await office.mentor.privacy.forget("U0PRIYA")

    assert [each["scores"] for each in exported["kept"]["survey_answers"]] == [{"satisfied": 1}]
    assert await rows(office, survey_answers) == []
    assert len(await rows(office, invitations)) == people - 1


async def test_progress_is_seen_while_the_wave_runs(office: Office) -> None:
    await asked(office)
    for name in NAMES[:4]:
        await press(office, name, "4")
    few = await office.mentor.gauges.read()
    await press(office, NAMES[4], "4")
    enough = await office.mentor.gauges.read()

    assert ("pulse_people", "answered") not in few
    assert enough["pulse_people", "answered"] == 5
    assert (enough["pulse_waves", "under way"], enough["pulse_people", "waiting"]) == (1, 0)
    assert enough["pulse_people", "asked"] == len(await rows(office, invitations))


async def test_two_bots_open_one_wave(sandbox: Sandbox, settings: Settings) -> None:
    async with at_work(sandbox, settings) as one, at_work(sandbox, settings) as other:
        sandbox.clock.advance(BEFORE.timestamp() - sandbox.clock.now())
        await asyncio.gather(one.mentor.timetable.tick(), other.mentor.timetable.tick())
        await one.quiet()
        await at(one, ASKED)
        await other.quiet()

        assert {name: questions_to(one, name) for name in NAMES} == dict.fromkeys(NAMES, 1)
