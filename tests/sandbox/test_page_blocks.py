"""What the page draws of Block Kit: each block and element, and nothing that axe finds grave.

In one look in every run; in light and dark, wide and narrow in long ones.
"""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from sandbox import Sandbox
from sandbox.testing import manifest
from tests.browser import LOOKS, NEEDS_CHROMIUM, Look, Seat, chromium, looks, window
from tests.sandbox.blocks_of_all_kinds import CHARTS, FORM, MESSAGE
from tests.sandbox.bolt_app import SmallBot, running

pytestmark = [pytest.mark.asyncio(loop_scope="module"), *NEEDS_CHROMIUM]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="module")
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(manifest()) as sandbox:
        priya = sandbox.workspace.add_person("priya", real_name="Priya Raman", tz="Asia/Kolkata")
        tom = sandbox.workspace.add_person("tom", real_name="Tom Okafor")
        sandbox.workspace.add_channel("help", members=[priya.id, tom.id], id="C0HELP")
        yield sandbox


@pytest_asyncio.fixture(loop_scope="module")
async def bot(sandbox: Sandbox) -> AsyncIterator[SmallBot]:
    async with running(sandbox, "socket") as bot:
        yield bot


@pytest.mark.parametrize("look", looks(0))
async def test_every_block_of_a_message_is_drawn_or_named(
    browser: Browser, sandbox: Sandbox, bot: SmallBot, look: Look
) -> None:
    for blocks in (MESSAGE, *CHARTS):
        await bot.client.chat_postMessage(channel="C0HELP", text="All of it", blocks=blocks)
    async with window(browser, look) as page:
        seat = Seat(page, sandbox.url, look)
        await seat.sit("priya", "C0HELP")

        said = seat.messages
        await expect(said.get_by_role("heading", name="The week 🎉")).to_be_visible()
        await expect(said.get_by_role("figure")).to_have_count(4)
        await expect(said.get_by_role("figure", name="Who answered")).to_contain_text("colleagues · 87.5 %")
        await expect(said.get_by_role("rowheader", name="#help")).to_be_visible()
        await expect(said.get_by_role("region", name="What I do")).to_contain_text("Open a branchIn progress")
        await expect(said.get_by_role("button", name="Good")).to_be_visible()
        await expect(said.get_by_text("Picture, not loaded: A plan of the platform")).to_be_visible()
        await expect(said.locator(".unknown")).to_have_text(
            [
                "This page does not draw a button that starts a workflow. Slack may.",
                "This page does not draw “call”. Slack may.",
            ]
        )
        assert await seat.flaws() == []


async def test_the_numbers_of_a_chart_can_be_read_as_a_table(browser: Browser, sandbox: Sandbox, bot: SmallBot) -> None:
    await bot.client.chat_postMessage(channel="C0HELP", text="Charts", blocks=CHARTS[0])
    async with window(browser, LOOKS[0]) as page:
        seat = Seat(page, sandbox.url, LOOKS[0])
        await seat.sit("priya", "C0HELP")

        figure = page.get_by_role("figure", name="Questions by week")
        await figure.get_by_text("Numbers").click()

        await expect(figure.get_by_role("row")).to_have_text(
            ["weekcolleaguesplatform team", "W45127", "W46184", "W4796"]
        )


@pytest.mark.parametrize("look", looks(1))
async def test_every_field_of_a_form_is_drawn_and_read_back(
    browser: Browser, sandbox: Sandbox, bot: SmallBot, look: Look
) -> None:
    async with window(browser, look) as page:
        seat = Seat(page, sandbox.url, look)
        await seat.sit("priya", "C0HELP")
        trigger_id = sandbox.workspace.windows.issue_trigger(sandbox.person("priya").id)
        await bot.client.views_open(trigger_id=trigger_id, view=FORM)
        form = seat.form("Every field")
        await form.get_by_role("button", name="Send").click()
        await expect(form.get_by_role("alert")).to_have_text(["Please complete this required field."] * 2)
        assert await seat.flaws() == []

        await form.get_by_role("textbox", name="Name").fill("logs")
        await form.get_by_role("group", name="Tags").get_by_role("checkbox", name="Slow").check()
        await expect(form.get_by_role("checkbox", name="Unclear")).to_be_disabled()
        await form.get_by_role("group", name="Reviewers").get_by_role("checkbox", name="Tom Okafor").check()
        await expect(form.get_by_label("Moment")).to_have_value("2027-01-01T14:30")  # nine in London, seen from India
        await form.get_by_label("Moment").fill("2027-01-01T15:30")
        await form.get_by_role("textbox", name="Notes").fill("Because")
        await form.get_by_role("button", name="Send").click()

        await expect(form).to_be_hidden()
        values = bot.told_last("view")["view"]["state"]["values"]
        assert values["Tags"]["it"]["selected_options"][0]["value"] == "slow"
        assert values["Reviewers"]["it"]["selected_users"] == [sandbox.person("tom").id]
        assert values["Moment"]["it"]["selected_date_time"] == 1798794000 + 3600
        assert values["Notes"]["it"]["rich_text_value"]["elements"][0]["elements"] == [
            {"type": "text", "text": "Because"}
        ]
        assert values["Hour"]["it"]["selected_time"] == "09:30"
