"""Talks: drawn, invited, declined by one, accepted by another, and notes that they let stand; with a running bot."""

import re
from pathlib import Path

import pytest

from bot.storage import talks as rows
from bot.talk_row import TalkEvidence
from sandbox import Message
from tests.journeys.handbook import PEOPLE, write_handbook
from tests.journeys.office import Office, buttons, words

TEAM = "teams:\n  payments: {members: [U0PRIYA, U0JONAS, U0AMARA, U0LICHEN, U0MARTA, U0SAMIR]}\n"
PLATFORM = ("maya", "tomas")


@pytest.fixture
def handbook(tmp_path: Path) -> Path:
    folder = write_handbook(tmp_path / "handbook")
    (folder / "people.yaml").write_text(PEOPLE + TEAM)
    return folder


def shown(office: Office, name: str = "maya") -> Message:
    return office.whispers(name, "random")[-1]


async def talk(office: Office, name: str) -> Message:
    """What `talk` shows the person."""
    before = len(office.whispers(name, "random"))
    await office.person(name).command("/platform", "talk", "random")
    return (await office.until(lambda: office.whispers(name, "random")[before:]))[-1]


def said(message: Message) -> str:
    return "\n".join(words(message))


def invited(office: Office) -> dict[str, Message]:
    """Who holds an invitation, and it."""
    people = [each.name for each in office.sandbox.workspace.people.values() if not each.is_bot]
    told = {name: office.told(name) for name in people}
    return {
        name: each for name, all_ in told.items() for each in all_ if "of the platform team would like" in each.text
    }


async def invite_the_next(office: Office) -> None:
    """The first beside whom a button stands."""
    await office.person("maya").press(shown(office), "talks.invite")
    await office.quiet()


async def test_a_talk_is_declined_by_one_and_held_with_another_who_lets_notes_stand(office: Office) -> None:
    refused = await talk(office, "priya")
    assert refused.text == "Only the platform team can do this."

    drawn = await talk(office, "maya")
    assert said(drawn).startswith(
        "*Whom to invite to a talk* of 30 minutes\nDrawn by chance on 24 Nov 2026 from 14 people"
    )
    assert not re.search("Priya|Jonas|Amara|Ellen|Yuki", said(drawn))
    await invite_the_next(office)
    ((first, invitation),) = invited(office).items()
    assert first not in PLATFORM
    assert invitation.text.startswith("Maya Lind of the platform team would like to hear how you build and run things")
    assert buttons(invitation) == ["Yes, gladly", "No thanks", "Less of this"]

    await office.person(first).press(invitation, "No thanks")
    await office.quiet()
    assert (
        office.told(first)[-1].text
        == "All right. Nobody is told, and you are not invited to a talk before 26 May 2027."
    )
    assert office.told("maya") == []

    await invite_the_next(office)
    assert said(shown(office)).count("invited on 24 Nov 2026") == 2  # a no is not told apart from no answer
    ((second, invitation),) = invited(office).items()
    await office.person(second).press(invitation, "Yes, gladly")
    await office.quiet()
    agreed = office.told("maya")[-1]
    assert f"*{office.sandbox.person(second).person.real_name}" in said(agreed)
    assert "write to them here in Slack" in said(agreed)
    assert "Maya Lind knows now" in office.told(second)[-1].text

    await office.person("maya").press(agreed, "Write notes")
    [form] = await office.until(office.person("maya").views)
    heard = {"What was said": "Every deploy waits for Tomas Reyes, a day or two."}
    done = await office.person("maya").submit(form, heard)
    await office.quiet()
    assert (done.acknowledged, done.errors) == (True, {})
    asked = office.told(second)[-1]
    assert "> Every deploy waits for someone, a day or two." in said(asked).replace("&gt;", ">")
    assert buttons(asked) == ["Keep these notes", "Keep, with my name", "Edit", "Drop"]
    assert "agreed to share" not in said(await talk(office, "maya"))

    await office.person(second).press(asked, "Keep these notes")
    await office.quiet()
    async with office.mentor.database.read() as tx:
        (kept,) = await rows.evidence(tx)
    assert kept == TalkEvidence(kept.id, kept.team, "Every deploy waits for someone, a day or two.", kept.kept_at)
    assert f"Kept as `{kept.id}`, with your team, without your name:" in office.told(second)[-1].text
    assert f"`{kept.id}`" in office.told("maya")[-1].text
    listed = said(await talk(office, "maya"))
    assert f"`{kept.id}`" in listed
    assert office.sandbox.person(second).person.real_name not in listed
