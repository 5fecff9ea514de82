"""An app that is not ours does on the sandbox what it would do in Slack, in both modes and both of Bolt's kinds."""

from collections.abc import AsyncIterator

import pytest

from sandbox import Actor, Sandbox
from sandbox.testing import dialogue
from tests.lunch.running import Mode, lunch_at_work
from tests.lunch.views import BAD_PRICE, MANIFEST

MODES: list[Mode] = ["async socket", "async http", "sync socket", "sync http"]
PLACE = {"Where?": "Da Gino"}


@pytest.fixture(params=MODES)
async def sandbox(request: pytest.FixtureRequest) -> AsyncIterator[Sandbox]:
    async with Sandbox(MANIFEST) as sandbox:
        ana = sandbox.workspace.add_person("ana", real_name="Ana Ruiz")
        sandbox.workspace.add_channel("food", members=[ana.id])
        async with lunch_at_work(sandbox, request.param):
            yield sandbox


@pytest.fixture
def ana(sandbox: Sandbox) -> Actor:
    return sandbox.person("ana")


async def test_a_mention_is_answered_in_its_thread(sandbox: Sandbox, ana: Actor) -> None:
    asked = ana.say("food", f"<@{sandbox.workspace.bot_user_id}> I am starving")

    await sandbox.wait_for(lambda: sandbox.ledger.posts(thread_ts=asked.ts))

    assert dialogue(sandbox.workspace, ana.sees("food")) == [
        ("ana", asked.text),
        ("lunch", f"Hungry, <@{ana.id}>?"),
    ]


async def test_a_command_opens_a_form_whose_errors_are_shown_until_it_is_right(sandbox: Sandbox, ana: Actor) -> None:
    done = await ana.command("/lunch", channel="food")
    form = (await sandbox.wait_for(ana.views))[-1]

    refused = await ana.submit(form, PLACE | {"What does it cost?": "a lot"})
    assert (done.acknowledged, refused.errors, ana.views()) == (True, {"price": BAD_PRICE}, [form])

    await ana.submit(form, PLACE | {"What does it cost?": "12"})
    await sandbox.wait_for(sandbox.ledger.posts)

    assert ana.views() == []
    assert dialogue(sandbox.workspace, ana.sees("food")) == [("lunch", "Da Gino, for 12")]


async def test_home_shows_a_button_that_opens_the_form(sandbox: Sandbox, ana: Actor) -> None:
    ana.open_home()
    home = await sandbox.wait_for(ana.home)

    await ana.press(home, "Propose")
    form = (await sandbox.wait_for(ana.views))[-1]
    await ana.submit(form, PLACE | {"What does it cost?": "9"})
    await sandbox.wait_for(sandbox.ledger.posts)

    assert [each.text for each in ana.sees_in_dm()] == ["Da Gino, for 9"]


async def test_shortcuts_work_on_a_message_and_anywhere(sandbox: Sandbox, ana: Actor) -> None:
    said = ana.say("food", "The new place by the river")

    await ana.shortcut("save_place", said)
    await sandbox.wait_for(lambda: sandbox.ledger.of_kind("respond"))
    await ana.shortcut("propose")
    await sandbox.wait_for(ana.views)

    assert ana.sees("food")[-1].text == "Saved: The new place by the river"
    assert ana.sees("food")[-1].ephemeral_to == ana.id


async def test_what_is_asked_directly_is_answered_word_by_word(sandbox: Sandbox, ana: Actor) -> None:
    ana.open_home("messages")
    await sandbox.wait_for(lambda: sandbox.ledger.of_kind("prompts"))

    asked = ana.dm("what is near here?")
    await sandbox.wait_for(lambda: sandbox.ledger.posts(thread_ts=asked.ts))

    answer = ana.sees_in_dm()[-1]
    kinds = [each.kind for each in sandbox.ledger.effects]
    assert kinds[:2] == ["prompts", "status"]
    assert kinds.count("stream_append") >= 1
    assert (answer.text, answer.thread_ts) == ("Soup, then bread.", asked.ts)
