"""Colleagues of an organisation's second workspace, people of another company, guests of one channel, who left."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import select

from bot.app import running
from bot.config import Settings
from bot.errors import InstalledForAll
from bot.slack import Page, Slack
from bot.storage.schema import reactions
from sandbox import Message, Sandbox
from tests.journeys.handbook import QUESTION
from tests.journeys.office import Office, buttons

NOT_OURS = "I only help people of this company."
SHARED = (
    "That channel is shared with another company, so I keep quiet there. "
    "Ask me here or by the command: then only you see the answer."
)
NO_GUESTS = "Guests cannot ask me here. Please ask the person who invited you."


@pytest.fixture
def sandbox(sandbox: Sandbox) -> Sandbox:
    """Kaz is of the second workspace alone and in a channel both have; Olga is of another company."""
    workspace = sandbox.workspace
    workspace.begin_organisation("Odyssey Group")
    second, partner = workspace.add_workspace("Ithaca"), workspace.add_company("Phaeacia")
    kaz = workspace.add_person("kaz", team_id=second.id)
    workspace.channels["C0ASKPLAT"].members.add(kaz.id)
    workspace.channels["C0ASKPLAT"].shared_with.add(second.id)
    workspace.add_person("olga", team_id=partner.id)
    una = workspace.add_person("una", is_ultra_restricted=True)
    workspace.channels["C0RANDOM"].members.add(una.id)
    return sandbox


def comes_to_be_shared(office: Office, channel_id: str) -> None:
    """From now on Olga's company has the channel, too."""
    channel, olga = office.sandbox.workspace.channels[channel_id], office.person("olga").person
    channel.members.add(olga.id)
    channel.shared_with.add(olga.team_id)
    channel.is_ext_shared = True


async def kept_reactions(office: Office) -> list[str]:
    async with office.mentor.database.read() as tx:
        return list(await tx.scalars(select(reactions.c.name)))


async def test_a_colleague_of_the_second_workspace_is_answered_and_says_what_solved_it(either_office: Office) -> None:
    office = either_office

    asked = office.person("kaz").say("ask-platform", QUESTION)
    answer = await office.answer_to(asked)
    await office.person("kaz").press(answer, "That solved it")
    await office.until(lambda: "Solved" in str(answer.blocks))

    assert answer.text.startswith("Open Grafana")
    assert QUESTION in {text for _, text in await office.kept_messages()}


async def test_a_colleague_of_the_second_workspace_is_told_why_in_private_where_another_company_reads_along(
    office: Office,
) -> None:
    kaz = office.person("kaz")
    office.sandbox.workspace.channels["C0PARTNERS"].members.update({kaz.id, office.person("olga").id})

    asked = kaz.say("partners", f"{office.mention} {QUESTION}")
    office.person("olga").say("partners", f"{office.mention} {QUESTION}")
    await office.until(lambda: office.direct("kaz"))
    await office.quiet()

    assert office.direct("kaz") == [("mentor", SHARED)]
    assert office.replies(asked) == []
    assert {each.user for each in office.sandbox.ledger.effects} == {kaz.id}


async def test_a_stranger_gets_nothing_out_of_an_answer_that_stood_before_they_came(office: Office) -> None:
    answer = await office.answer_to(office.person("priya").say("ask-platform", QUESTION))
    await office.quiet()
    comes_to_be_shared(office, "C0ASKPLAT")
    before, told = len(office.sandbox.ledger.effects), []

    for label in buttons(answer):
        told.append(await _refused(office, answer, label))

    assert told == [NOT_OURS] * len(buttons(answer))
    assert {each.user for each in office.sandbox.ledger.effects[before:]} == {office.person("olga").id}


async def test_nothing_of_a_strangers_reaction_is_kept(office: Office) -> None:
    asked = office.person("priya").say("ask-platform", QUESTION)
    await office.answer_to(asked)
    comes_to_be_shared(office, "C0ASKPLAT")

    office.person("olga").react(asked, "white_check_mark")
    office.person("amara").react(asked, "eyes")
    await office.quiet()

    assert "white_check_mark" not in await kept_reactions(office)


async def test_nothing_is_kept_of_a_strangers_reaction_where_the_channel_comes_to_be_shared_while_it_is_read(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = office.person("priya").say("ask-platform", QUESTION)
    await office.answer_to(asked)
    await office.quiet()
    history = Slack.history

    async def history_a_moment_later(self: Slack, channel_id: str, **asked_for: Any) -> Page:
        """After it was asked whether the channel is shared."""
        if channel_id == "C0ASKPLAT" and not office.sandbox.workspace.channels[channel_id].is_ext_shared:
            comes_to_be_shared(office, channel_id)
            office.sandbox.workspace.past.react(asked, "white_check_mark", olga)
            office.sandbox.workspace.past.react(asked, "eyes", "U0PRIYA")
        return await history(self, channel_id, **asked_for)

    olga = office.person("olga").person.id
    monkeypatch.setattr(Slack, "history", history_a_moment_later)
    office.sandbox.clock.advance(21 * 60)
    while "eyes" not in (kept := await kept_reactions(office)):
        await asyncio.sleep(0.02)

    assert "white_check_mark" not in kept


async def test_a_guest_of_one_channel_is_told_why_not(office: Office) -> None:
    asked = office.person("una").say("random", f"{office.mention} {QUESTION}")
    await office.until(lambda: office.direct("una"))
    await office.quiet()

    assert office.direct("una") == [("mentor", NO_GUESTS)]
    assert office.replies(asked) == []


async def test_who_was_deactivated_is_asked_and_told_nothing_more(office: Office) -> None:
    asked = office.person("priya").say("deploys", QUESTION)
    await office.quiet()

    office.sandbox.workspace.deactivate("U0PRIYA")
    await office.later(minutes=21)

    assert office.replies(asked) == []
    assert office.sandbox.ledger.posts() == []


async def test_with_the_token_of_a_whole_organisation_the_bot_does_not_start(
    sandbox: Sandbox, settings: Settings
) -> None:
    sandbox.workspace.organisation.is_whole_install = True

    with pytest.raises(InstalledForAll, match="install it in one workspace"):
        async with running(settings):
            pass


async def _refused(office: Office, answer: Message, label: str) -> str:
    """What the stranger alone is shown after they pressed it."""
    seen = len(office.whispers("olga", "ask-platform"))
    await office.person("olga").press(answer, label)
    await office.until(lambda: len(office.whispers("olga", "ask-platform")) > seen)
    await office.quiet()
    return office.whispers("olga", "ask-platform")[-1].text
