"""People at work: what they say, press, type and submit reaches a real Bolt app, and its answers reach them."""

from collections.abc import AsyncIterator

import pytest

from sandbox import Actor, Clock, Refused, Sandbox
from sandbox.testing import dialogue, manifest
from tests.sandbox.bolt_app import FORM, Mode, SmallBot, running

MANIFEST = manifest(global_shortcuts=["get_a_person"], message_shortcuts=["mark_answer"])


@pytest.fixture(params=["socket", "http"])
def mode(request: pytest.FixtureRequest) -> Mode:
    chosen: Mode = request.param
    return chosen


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(MANIFEST) as sandbox:
        maya = sandbox.workspace.add_person("maya")
        tom = sandbox.workspace.add_person("tom")
        sandbox.workspace.add_channel("help", members=[maya.id, tom.id])
        yield sandbox


@pytest.fixture
async def bot(sandbox: Sandbox, mode: Mode) -> AsyncIterator[SmallBot]:
    async with running(sandbox, mode) as bot:
        yield bot


@pytest.fixture
def maya(sandbox: Sandbox) -> Actor:
    return sandbox.person("maya")


async def ask(sandbox: Sandbox, maya: Actor) -> None:
    """Maya mentions the bot and has its answer."""
    maya.say("#help", f"<@{sandbox.workspace.bot_user_id}> how do I get a bucket?")
    await sandbox.wait_for(lambda: sandbox.ledger.posts())
    await sandbox.settle()


async def open_form(sandbox: Sandbox, maya: Actor) -> None:
    await ask(sandbox, maya)
    await maya.press(maya.sees("help")[-1], "open_form")


async def test_a_mention_is_answered_in_its_thread(sandbox: Sandbox, bot: SmallBot, maya: Actor) -> None:
    await ask(sandbox, maya)

    question, answer = maya.sees("help")
    assert answer.thread_ts == question.ts
    assert dialogue(sandbox.workspace, [question, answer]) == [
        ("maya", f"<@{sandbox.workspace.bot_user_id}> how do I get a bucket?"),
        ("mentor", "Use the catalogue"),
    ]


async def test_a_mention_reaches_the_app_as_mention_and_as_message(
    sandbox: Sandbox, bot: SmallBot, maya: Actor
) -> None:
    await ask(sandbox, maya)

    assert sorted(each["type"] for each in bot.told if each["user"] == maya.id) == ["app_mention", "message"]


async def test_a_command_answers_in_its_acknowledgement(sandbox: Sandbox, bot: SmallBot, maya: Actor) -> None:
    done = await maya.command("/platform", "find buckets", "help")

    assert done.acknowledged
    assert done.shown is not None
    assert (done.shown.text, done.shown.ephemeral_to) == ("You asked: find buckets", maya.id)
    assert [each.text for each in maya.sees("help")] == ["You asked: find buckets"]
    assert sandbox.person("tom").sees("help") == []


async def test_a_button_is_pressed_by_its_label_and_the_answer_replaces_the_message(
    sandbox: Sandbox, bot: SmallBot, maya: Actor
) -> None:
    await ask(sandbox, maya)

    done = await maya.press(maya.sees("help")[-1], "That solved it")

    assert done.acknowledged
    assert maya.sees("help")[-1].text == "Good to hear"
    assert [each.kind for each in sandbox.ledger.effects] == ["post", "respond"]


async def test_a_button_opens_a_modal_that_its_submission_closes(sandbox: Sandbox, bot: SmallBot, maya: Actor) -> None:
    await open_form(sandbox, maya)
    (form,) = maya.views()

    done = await maya.submit(form, {"Bucket name": "logs", "Environment": "Production"})

    assert done.acknowledged
    assert maya.views() == []
    values = bot.told_last("view")["view"]["state"]["values"]
    assert values["bucket"]["name"] == {"type": "plain_text_input", "value": "logs"}
    assert values["environment"]["choice"]["selected_option"]["value"] == "prod"


async def test_errors_of_a_submission_are_shown_and_the_modal_stays(
    sandbox: Sandbox, bot: SmallBot, maya: Actor
) -> None:
    bot.form_answer = {"response_action": "errors", "errors": {"bucket": "Taken"}}
    await open_form(sandbox, maya)

    done = await maya.submit(maya.views()[0], {"bucket": "logs"})

    assert done.errors == {"bucket": "Taken"}
    assert len(maya.views()) == 1


async def test_a_submission_may_replace_the_modal(sandbox: Sandbox, bot: SmallBot, maya: Actor) -> None:
    second = {**FORM, "title": {"type": "plain_text", "text": "Second"}}
    bot.form_answer = {"response_action": "update", "view": second}
    await open_form(sandbox, maya)

    await maya.submit(maya.views()[0], {"bucket": "logs"})

    assert [view.payload["title"]["text"] for view in maya.views()] == ["Second"]


async def test_a_submission_may_push_a_modal_on_top_and_clear_them_all(
    sandbox: Sandbox, bot: SmallBot, maya: Actor
) -> None:
    bot.form_answer = {"response_action": "push", "view": FORM}
    await open_form(sandbox, maya)
    await maya.submit(maya.views()[0], {"bucket": "logs"})
    assert len(maya.views()) == 2

    bot.form_answer = {"response_action": "clear"}
    await maya.submit(maya.views()[-1], {"bucket": "logs"})

    assert maya.views() == []


async def test_errors_for_a_block_that_is_no_input_are_not_shown(sandbox: Sandbox, bot: SmallBot, maya: Actor) -> None:
    bot.form_answer = {"response_action": "errors", "errors": {"nowhere": "Taken"}}
    await open_form(sandbox, maya)

    done = await maya.submit(maya.views()[0], {"bucket": "logs"})

    assert done.failure == "invalid_response"


@pytest.mark.parametrize("text", ["", None, 7], ids=["empty", "none", "a number"])
async def test_an_error_that_says_nothing_is_not_shown(
    sandbox: Sandbox, bot: SmallBot, maya: Actor, text: object
) -> None:
    bot.form_answer = {"response_action": "errors", "errors": {"bucket": text}}
    await open_form(sandbox, maya)

    done = await maya.submit(maya.views()[0], {"bucket": "logs"})

    assert done.failure == "invalid_response"


async def test_only_people_of_the_workspace_can_be_chosen(sandbox: Sandbox, bot: SmallBot, maya: Actor) -> None:
    await open_form(sandbox, maya)
    (form,) = maya.views()
    form.payload["blocks"][1]["element"] = {"type": "users_select", "action_id": "choice"}

    maya.fill(form, {"Environment": sandbox.person("tom").id})

    with pytest.raises(LookupError, match="Nobody 'U0STRANGER' to choose"):
        maya.fill(form, {"Environment": "U0STRANGER"})


async def test_a_required_field_left_empty_is_never_sent(sandbox: Sandbox, bot: SmallBot, maya: Actor) -> None:
    await open_form(sandbox, maya)
    told = len(bot.told)

    done = await maya.submit(maya.views()[0])

    assert done.errors == {"bucket": "Please complete this required field."}
    assert len(bot.told) == told


async def test_closing_a_modal_is_told_when_the_view_asks_for_it(sandbox: Sandbox, bot: SmallBot, maya: Actor) -> None:
    await open_form(sandbox, maya)

    done = await maya.close(maya.views()[0])

    assert done.acknowledged
    assert bot.told[-1]["type"] == "view_closed"
    assert maya.views() == []


async def test_home_is_published_when_opened_and_its_button_works(sandbox: Sandbox, bot: SmallBot, maya: Actor) -> None:
    maya.open_home()
    home = await sandbox.wait_for(maya.home)

    done = await maya.press(home, "Create")

    assert done.acknowledged
    assert len(maya.views()) == 1


async def test_a_global_shortcut_opens_a_modal(sandbox: Sandbox, bot: SmallBot, maya: Actor) -> None:
    done = await maya.shortcut("get_a_person")

    assert done.acknowledged
    assert [each["type"] for each in bot.told] == ["shortcut"]
    assert len(maya.views()) == 1


async def test_a_message_shortcut_brings_the_message(sandbox: Sandbox, bot: SmallBot, maya: Actor) -> None:
    said = maya.say("help", "Restart the runner")

    await maya.shortcut("mark_answer", said)

    (told,) = [each for each in bot.told if each["type"] == "message_action"]
    assert told["message"]["text"] == "Restart the runner"


async def test_the_apps_own_posts_come_back_to_it_as_a_bots(sandbox: Sandbox, bot: SmallBot, maya: Actor) -> None:
    maya.say("help", "hello")
    await bot.client.chat_postMessage(channel=maya._channel("help").id, text="Hello all")
    await sandbox.settle()

    assert sandbox.delivery.lost == []
    assert sandbox.delivery.acknowledged == 2


async def test_an_event_the_app_failed_at_comes_again_and_is_answered(mode: Mode) -> None:
    async with Sandbox(MANIFEST, clock=Clock(factor=60.0), ack_wall_s=0.5) as sandbox:
        maya = sandbox.workspace.add_person("maya")
        sandbox.workspace.add_channel("help", members=[maya.id])
        async with running(sandbox, mode) as bot:
            bot.failures_left = 1

            await ask(sandbox, sandbox.person("maya"))

            mentions = [each["ts"] for each in bot.told if each["type"] == "app_mention"]
            assert len(mentions) >= 2
            assert len(set(mentions)) == 1
            assert sandbox.delivery.lost == []


async def test_a_dm_reaches_the_app_as_a_message_and_is_no_mention(
    sandbox: Sandbox, bot: SmallBot, maya: Actor
) -> None:
    maya.dm(f"<@{sandbox.workspace.bot_user_id}> hello")
    await sandbox.settle()

    assert [(each["type"], each["channel_type"]) for each in bot.told] == [("message", "im")]


# What Slack refuses by itself; the app need not run for these.


async def test_a_command_nobody_answers_is_told_to_the_person_as_slack_does(sandbox: Sandbox, maya: Actor) -> None:
    done = await maya.command("/platform", "help", "help")

    assert (done.acknowledged, done.failure) == (False, "dispatch_failed")
    assert done.shown is not None
    assert done.shown.text == '/platform failed with the error "dispatch_failed"'
    assert sandbox.ledger.effects == []


async def test_a_slow_app_is_a_timeout_to_the_person(maya: Actor) -> None:
    async with Sandbox(MANIFEST, ack_wall_s=0.01) as hasty:
        hasty.clock.set_factor(1000.0)
        hasty.workspace.add_person("maya")
        async with running(hasty, "socket") as bot:
            bot.app._async_listeners.clear()
            bot.app.command("/platform")(never_acknowledges)

            done = await hasty.person("maya").command("/platform", "help")

    assert (done.acknowledged, done.failure) == (False, "operation_timeout")


async def never_acknowledges() -> None:
    """A listener that forgets."""


async def test_a_stranger_has_no_commands_of_the_app(sandbox: Sandbox) -> None:
    sandbox.workspace.add_person("sam", team_id="T0OTHER")

    with pytest.raises(Refused, match="app_not_installed"):
        await sandbox.person("sam").command("/platform", "help")


async def test_a_whispered_message_can_only_be_pressed_by_whom_it_is_for(
    sandbox: Sandbox, bot: SmallBot, maya: Actor
) -> None:
    done = await maya.command("/platform", "help", "help")
    assert done.shown is not None
    done.shown.blocks = FORM["blocks"]

    with pytest.raises(Refused, match="message_not_found"):
        await sandbox.person("tom").select(done.shown, "name", "logs")


async def test_what_is_not_there_cannot_be_pressed(sandbox: Sandbox, maya: Actor) -> None:
    said = maya.say("help", "hello")

    with pytest.raises(LookupError, match="nothing to press"):
        await maya.press(said, "That solved it")


async def test_a_condition_that_never_comes_says_what_the_app_did_last(sandbox: Sandbox) -> None:
    with pytest.raises(TimeoutError, match="last acts: none"):
        await sandbox.wait_for(lambda: None, timeout_s=0.01)
