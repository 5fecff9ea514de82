"""What came of a pulse survey, as people see it: results, what was done about them, and a talk."""

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.config import Settings
from bot.storage.people import stand_ins
from bot.storage.schema import survey_refusals, survey_themes
from sandbox import Message, Sandbox
from tests.journeys.handbook import PEOPLE
from tests.journeys.office import Office, at_work, buttons, new_sandbox, settings_in, words
from tests.journeys.test_pulse import AFTER, ASKED, BEFORE, MONDAY, SCORES, alone, at, press, question_to

PULSE = """\
id: platform-pulse
title: Platform pulse
why: We want to know what to mend first.
owner: platform_team
questions:
  - {name: satisfied, csat: "How satisfied are you with the platform?"}
audience: {everyone: yes}
every: {weeks: 4, day: wed, at: "10:00"}
cooldown: 28 days
open: 7 days
threshold: 5
talk: yes
"""
TEAMS = {
    "payments": ("priya", "jonas", "amara", "li", "marta", "samir"),
    "search": ("ellen", "fatima", "owen", "yuki", "lucia"),
    "data": ("petr", "nadia"),
}
# Of payments three of six are satisfied, of search two of five; data are two people.
SCORED = dict(
    zip(
        (*TEAMS["payments"], *TEAMS["search"], *TEAMS["data"], "hannes", "maya", "tomas"),
        "4423142415214253",
        strict=True,
    )
)
SLOW = ("builds are too slow these days", "slow builds cost me an hour", "the builds: slow and flaky")
FASTER = "https://git.example.com/platform/pulls/7"
WEDNESDAY = datetime.fromisoformat("2026-12-03T10:30+00:00")  # the morning after the end
DIGEST = datetime.fromisoformat("2026-12-07T09:00:30+00:00")
OFFERS = ["Yes, with my name alone", "… and my score", "… my score and comment"]


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with new_sandbox(starts_at=MONDAY) as sandbox:
        yield sandbox


@pytest.fixture
def settings(sandbox: Sandbox, handbook: Path, tmp_path: Path, database_url: str) -> Settings:
    ids = {each.name: each.id for each in sandbox.workspace.people.values()}
    teams = [f"  {name}: {{members: [{', '.join(ids[each] for each in who)}]}}\n" for name, who in TEAMS.items()]
    (handbook / "people.yaml").write_text(f"{PEOPLE}teams:\n{''.join(teams)}")
    (handbook / "surveys").mkdir()
    (handbook / "surveys" / "platform-pulse.yaml").write_text(PULSE)
    return settings_in(sandbox, tmp_path / "data", database_url=database_url, handbook=handbook)


@pytest.fixture
async def office(sandbox: Sandbox, settings: Settings) -> AsyncIterator[Office]:
    async with at_work(sandbox, settings) as office:
        yield office


async def asked(office: Office) -> None:
    await at(office, BEFORE)
    await at(office, ASKED)


async def comment(office: Office, name: str, text: str) -> None:
    person = office.person(name)
    await person.press(question_to(office, name), "Add a comment")
    [form] = await office.until(person.views)
    await person.submit(form, {"Comment": text})
    await office.quiet()


async def closed(office: Office, *comments: str) -> None:
    """A wave that everybody answered, with these comments of the first ones; it is the morning after."""
    await asked(office)
    for name, score in SCORED.items():
        await press(office, name, SCORES[int(score) - 1])
    for name, text in zip(SCORED, comments, strict=False):
        await comment(office, name, text)
    await at(office, AFTER)
    await at(office, WEDNESDAY)


async def results(office: Office, name: str = "maya", said: str = "pulse results") -> Message:
    before = len(office.whispers(name, "random"))
    await office.person(name).command("/platform", said, "random")
    return (await office.until(lambda: office.whispers(name, "random")[before:]))[-1]


def cells(message: Message) -> list[list[str]]:
    rows = [row for block in message.blocks for row in block.get("rows", [])]
    return [[cell["text"] for cell in row] for row in rows]


async def test_results_show_groups_that_are_large_enough_and_say_what_is_hidden(office: Office) -> None:
    await closed(office)
    shown = await results(office)

    said = "\n".join(words(shown))
    assert (
        "16 answers. Asked: 16 of 16 who could be. Answered: 100 % of 16 (81 % to 100 %) who got the question." in said
    )
    assert (
        "*How satisfied are you with the platform?* 44 % of 16 (23 % to 67 %): nothing shown before it to compare with"
        in said
    )
    assert cells(shown) == [
        ["Group", "Share"],
        ["payments", "50 % of 6 (19 % to 81 %)"],
        ["search", "40 % of 5 (12 % to 77 %)"],
        ["outside the platform team", "45 % of 11 (21 % to 72 %)"],
    ]
    assert "By team: 5 answers not shown, of too small a group or of none. By role: 5 answers not shown" in said
    assert "By new: too few to say" in said
    assert "data" not in said


async def test_results_are_for_the_platform_team_alone(office: Office) -> None:
    shown = await results(office, "priya")

    assert shown.text == "Only the platform team can see results of surveys."


async def test_too_few_answers_say_so(office: Office) -> None:
    await asked(office)
    for name in TEAMS["payments"][:4]:
        await press(office, name, "3")
    await at(office, AFTER)

    shown = await results(office, said="results")

    assert "4 answers. Asked: 16 of 16 who could be." in shown.text
    assert shown.text.endswith("too few to say")
    assert cells(shown) == []


async def test_what_people_said_leads_to_a_change_and_all_who_were_asked_hear_of_it_once(office: Office) -> None:
    await closed(office, *SLOW)
    maya = office.person("maya")
    await maya.press(await results(office), "Link a change")
    [form] = await office.until(maya.views)
    await maya.submit(form, {"What answers it?": FASTER})
    await office.quiet()
    linked = await results(office)
    await maya.press(linked, "It is live")
    await office.quiet()
    [told] = news(office, "priya")
    await office.person("priya").press(told, "Never again")
    await office.quiet()
    done = await results(office)
    await at(office, DIGEST)

    assert "*builds, slow* · 3 comments · in work" in "\n".join(words(linked))
    assert {name: len(news(office, name)) for name in SCORED} == dict.fromkeys(SCORED, 1)
    assert told.text == (
        "*You said, we did.* In the survey *Platform pulse* several people wrote about *builds, slow*. Now there is: "
        f"<{FASTER}|{FASTER}>"
    )
    assert alone(office, "priya").startswith("Done. No survey asks you again, and I do not tell")
    assert await refused(office) == {"U0PRIYA"}
    assert "*You said, we did*: 1 of 1 theme led to a change" in "\n".join(words(done))
    assert [FASTER in text for _, text in office.channel("platform-team") if "The week" in text].count(True) == 1
    async with office.mentor.database.read() as tx:
        assert list(await tx.scalars(select(survey_themes.c.state))) == ["shipped"]


def news(office: Office, name: str) -> list[Message]:
    return [each for each in office.told(name) if "You said, we did" in each.text]


async def refused(office: Office) -> set[str]:
    """Who wants no surveys: what is kept is a code."""
    async with office.mentor.database.read() as tx:
        names, prints = await stand_ins(tx), set(await tx.scalars(select(survey_refusals.c.fingerprint)))
    return {each for each in office.sandbox.workspace.people if names.fingerprint(each) in prints}


async def test_after_a_low_score_somebody_is_known_only_if_they_choose_to_be(office: Office) -> None:
    await asked(office)
    await press(office, "priya", "1 Very dissatisfied")
    await press(office, "jonas", "5 Very satisfied")
    await comment(office, "priya", "Builds take an hour")
    before = office.channel("platform-team")
    await press(office, "priya", "… my score and comment")
    await press(office, "jonas", "Yes, with my name alone")
    after = office.channel("platform-team")[len(before) :]

    assert [buttons(question_to(office, name))[5:8] for name in ("priya", "jonas")] == [OFFERS, OFFERS]
    assert [text for _, text in before if "would like to talk" in text] == []
    wants = "would like to talk, 15 minutes, about *Platform pulse*."
    assert [text for _, text in after] == [
        f"*Priya Nair* {wants}\nScore: 1 of 5\n&gt; Builds take an hour",
        f"*Jonas Weber* {wants}",
    ]
    assert alone(office, "priya").startswith(
        "Posted to the platform team's channel: your name, your score and your comment."
    )
    assert alone(office, "jonas").startswith("Posted to the platform team's channel: your name. Whoever takes it")


async def test_once_it_is_anonymous_the_name_alone_goes_along(office: Office) -> None:
    await asked(office)
    for name in TEAMS["payments"]:
        await press(office, name, "2")
    await at(office, AFTER)
    await press(office, "priya", "… my score and comment")

    assert office.channel("platform-team")[-1][1] == (
        "*Priya Nair* would like to talk, 15 minutes, about *Platform pulse*."
    )
    assert "could not be found any more" in alone(office, "priya")
