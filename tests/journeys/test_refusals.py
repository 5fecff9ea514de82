"""Who gets no answer, and whether they are told why: guests, other companies' people, who left, and bots."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.config import Settings
from sandbox import Sandbox
from tests.journeys.handbook import QUESTION
from tests.journeys.office import Office, at_work

NO_GUESTS = "Guests cannot ask me here. Please ask the person who invited you."
SHARED = (
    "That channel is shared with another company, so I keep quiet there. "
    "Ask me here or by the command: then only you see the answer."
)


@pytest.fixture
def sandbox(sandbox: Sandbox) -> Sandbox:
    """With a guest in two channels, and a person of another company in the one that is shared with it."""
    guest = sandbox.workspace.add_person("gus", is_restricted=True)
    sandbox.workspace.channels["C0ASKPLAT"].members.add(guest.id)
    sandbox.workspace.channels["C0RANDOM"].members.add(guest.id)
    stranger = sandbox.workspace.add_person("olga", team_id="T0OTHER")
    sandbox.workspace.channels["C0PARTNERS"].members.add(stranger.id)
    return sandbox


@pytest.fixture
async def open_office(sandbox: Sandbox, settings: Settings, handbook: Path) -> AsyncIterator[Office]:
    """The bot at work by a handbook that lets guests ask."""
    channels = handbook / "channels.yaml"
    channels.write_text(f"guests_may_ask: yes\n{channels.read_text()}")
    async with at_work(sandbox, settings) as office:
        yield office


# Guests.


async def test_a_guest_who_mentions_the_bot_is_told_why_not_in_private(either_office: Office) -> None:
    office = either_office

    asked = office.person("gus").say("random", f"{office.mention} {QUESTION}")
    await office.until(lambda: office.direct("gus"))
    await office.quiet()

    assert office.direct("gus") == [("mentor", NO_GUESTS)]
    assert office.replies(asked) == []


async def test_a_guest_who_uses_the_command_is_told_why_not(office: Office) -> None:
    await office.person("gus").command("/platform", QUESTION, "random")
    shown = await office.whisper_to("gus", "random")

    assert shown.text == NO_GUESTS


async def test_a_guests_question_that_was_only_overheard_meets_silence(office: Office) -> None:
    office.person("gus").say("ask-platform", QUESTION)
    await office.quiet()

    assert office.sandbox.ledger.effects == []


async def test_a_guest_may_ask_where_the_handbook_says_so_but_sees_public_articles_alone(open_office: Office) -> None:
    office = open_office

    asked = office.person("gus").say("ask-platform", QUESTION)
    await office.answer_to(asked)
    office.person("gus").dm("how do I rotate a secret?")
    await office.until(lambda: len(office.direct("gus")) > 1)

    assert office.replies(asked)[0].text.startswith("Open Grafana")
    assert "vault" not in office.direct("gus")[1][1]


# Channels that are shared with another company.


async def test_a_person_of_another_company_meets_silence_and_nothing_of_theirs_is_kept(either_office: Office) -> None:
    office = either_office

    office.person("olga").say("partners", f"{office.mention} {QUESTION}")
    office.person("olga").say("partners", QUESTION)
    await office.quiet()

    assert office.sandbox.ledger.effects == []
    assert await office.kept_messages() == []


async def test_our_person_there_is_told_why_in_private(either_office: Office) -> None:
    office = either_office

    asked = office.person("priya").say("partners", f"{office.mention} {QUESTION}")
    await office.until(lambda: office.direct("priya"))
    await office.quiet()

    assert office.direct("priya") == [("mentor", SHARED)]
    assert office.replies(asked) == []


async def test_our_persons_question_there_is_not_answered_when_overheard(office: Office) -> None:
    office.person("priya").say("partners", QUESTION)
    await office.quiet()

    assert office.sandbox.ledger.effects == []


@pytest.mark.parametrize(("verb", "told"), [("human", "<!subteam^S0DUTY> can help you."), ("help", "*Ask*: ")])
async def test_our_person_there_is_helped_in_private(office: Office, verb: str, told: str) -> None:
    asked = office.person("priya").say("partners", f"{office.mention} {verb}")
    await office.until(lambda: office.direct("priya") or office.replies(asked))
    await office.quiet()

    assert office.replies(asked) == []
    assert office.direct("priya")[0][1].startswith(told)


async def test_our_person_there_may_use_the_command(office: Office) -> None:
    await office.person("priya").command("/platform", QUESTION, "partners")
    shown = await office.whisper_to("priya", "partners")

    assert shown.text.startswith("Open Grafana")
    assert office.channel("partners") == []


# People who left, and bots.


async def test_who_was_deactivated_meanwhile_is_not_answered(office: Office) -> None:
    asked = office.person("priya").say("deploys", QUESTION)
    await office.quiet()
    office.sandbox.workspace.people["U0PRIYA"].deleted = True
    await office.later(minutes=21)

    assert office.replies(asked) == []
    assert office.sandbox.ledger.posts() == []


@pytest.mark.parametrize("channel", ["C0ASKPLAT", "C0RANDOM"], ids=["watched", "not watched"])
async def test_another_apps_post_is_never_answered(office: Office, channel: str) -> None:
    office.other_app_says(channel, f"{office.mention} {QUESTION}")
    office.other_app_says(channel, QUESTION)
    await office.quiet()

    assert office.sandbox.ledger.effects == []
    assert await office.asked_of_it() == []


async def test_the_bot_does_not_answer_itself(office: Office) -> None:
    asked = office.person("priya").say("ask-platform", QUESTION)
    office.person("amara").dm(QUESTION)
    await office.until(lambda: office.replies(asked) and len(office.direct("amara")) > 1)
    await office.quiet()  # by then its own posts came back to it as events

    assert len(office.replies(asked)) == 1
    assert [who for who, _ in office.direct("amara")] == ["amara", "mentor"]
    assert len(await office.asked_of_it()) == 2
