"""The page in the browser, as a person uses it: found by what stands on it, driven in a real Chromium."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, ConsoleMessage, Locator, Page, expect

from sandbox import Sandbox
from sandbox.model import Json
from sandbox.testing import dialogue, manifest
from tests.browser import NEEDS_CHROMIUM, chromium
from tests.sandbox.bolt_app import SmallBot, running, section

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),  # one browser for all tests: starting it takes longest
    *NEEDS_CHROMIUM,
]


class Desk:
    """A browser window on the workspace, and what one sees in it."""

    def __init__(self, page: Page, sandbox: Sandbox) -> None:
        self.page = page
        self.sandbox = sandbox
        self.complaints: list[str] = []
        self.addresses: set[str] = set()
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.addresses.add(request.url))

    @property
    def messages(self) -> Locator:
        return self.page.get_by_role("log", name="Messages", exact=True).get_by_role("article")

    @property
    def thread(self) -> Locator:
        return self.page.get_by_role("complementary", name="Thread")

    @property
    def form(self) -> Locator:
        return self.page.get_by_role("dialog", name="Create a bucket")

    def message(self, text: str) -> Locator:
        return self.messages.filter(has_text=text)

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    async def act_as(self, name: str) -> None:
        await self.page.goto(self.sandbox.url)
        await self.page.get_by_label("Acting as").select_option(name)

    async def write(self, text: str, label: str = "Message #help") -> None:
        box = self.page.get_by_role("textbox", name=label)
        await box.fill(text)
        await box.press("Enter")

    async def on_message(self, text: str, name: str) -> None:
        """Presses a button of a message's own menu."""
        await self.message(text).hover()
        await self.message(text).get_by_role("button", name=name, exact=True).click()

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)


@pytest_asyncio.fixture(loop_scope="module")
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(manifest(message_shortcuts=("mark_answer",), global_shortcuts=("get_a_person",))) as sandbox:
        workspace = sandbox.workspace
        priya = workspace.add_person("priya", real_name="Priya Raman", tz="Asia/Kolkata")
        tom = workspace.add_person("tom", real_name="Tom Okafor")
        workspace.add_usergroup("oncall", [priya.id], id="S0ONCALL")
        workspace.add_channel("help", members=[priya.id, tom.id], id="C0HELP")
        workspace.add_channel("news", members=[tom.id], id="C0NEWS")
        workspace.add_channel("payments", kind="group", members=[tom.id], id="C0PAY")
        yield sandbox


@pytest_asyncio.fixture(loop_scope="module")
async def bot(sandbox: Sandbox) -> AsyncIterator[SmallBot]:
    async with running(sandbox, "socket") as bot:
        yield bot


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as browser:
        yield browser


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def page(browser: Browser) -> AsyncIterator[Page]:
    """One window for all tests: opening it takes longest."""
    page = await browser.new_page(reduced_motion="reduce")
    yield page
    await page.close()


@pytest_asyncio.fixture(loop_scope="module")
async def desk(sandbox: Sandbox, page: Page) -> AsyncIterator[Desk]:
    """Priya's window. Whatever a test does in it, the browser has nothing to complain about."""
    await page.set_viewport_size({"width": 1280, "height": 800})
    await page.emulate_media(color_scheme="light")
    desk = Desk(page, sandbox)
    await desk.act_as("Priya Raman")
    yield desk
    await page.goto("about:blank")  # away before its sandbox goes
    assert desk.complaints == []
    assert {url for url in desk.addresses if not url.startswith((sandbox.url, "data:", "about:"))} == set()


async def test_what_one_writes_in_a_channel_is_seen_under_ones_name(desk: Desk) -> None:
    await desk.write("Is a < b & *bold*, @tom? See https://example.org/a_b?c=1&d=2.")

    seen = desk.message("Is a < b")
    await expect(seen).to_have_attribute("aria-label", "Priya Raman, " + await seen.get_by_role("time").inner_text())
    await expect(seen).to_contain_text("Is a < b & bold, @Tom Okafor? See https://example.org/a_b?c=1&d=2.")
    await expect(seen.get_by_role("strong")).to_have_text("bold")
    await expect(seen.get_by_role("link")).to_have_attribute("href", "https://example.org/a_b?c=1&d=2")
    tom = desk.sandbox.person("tom").id
    assert dialogue(desk.sandbox.workspace, desk.sandbox.person("priya").sees("help")) == [
        ("priya", f"Is a &lt; b &amp; *bold*, <@{tom}>? See <https://example.org/a_b?c=1&amp;d=2>.")
    ]


async def test_a_person_sees_the_channels_they_may_and_joins_before_writing(desk: Desk) -> None:
    places = desk.page.get_by_role("navigation", name="Conversations")
    await expect(places.get_by_role("button")).to_have_text(["#help", "#news", "MMentorAPP"])

    await places.get_by_role("button", name="news").click()
    await expect(desk.page.get_by_role("textbox")).to_have_count(0)
    await desk.button("Join channel").click()
    await desk.write("Hello", label="Message #news")

    await expect(desk.messages).to_contain_text(["Priya Raman has joined the channel", "Hello"])


async def test_a_bots_message_appears_by_itself_and_its_button_reaches_the_app(desk: Desk, bot: SmallBot) -> None:
    blocks = section("*Use* the `catalogue`", ("solved", "That solved it"))
    await bot.client.chat_postMessage(channel="C0HELP", text="Use the catalogue", blocks=blocks)

    seen = desk.message("Use the catalogue")
    await expect(seen).to_contain_text("MentorAPP")
    await seen.get_by_role("button", name="That solved it").click()

    await expect(desk.message("Good to hear")).to_contain_text("(edited)")
    assert bot.told_last("actions")["user"]["id"] == desk.sandbox.person("priya").id


async def test_text_from_others_is_never_markup(desk: Desk, bot: SmallBot) -> None:
    nasty = "<img src=x onerror=alert(1)> <javascript:alert(1)|press> &lt;b&gt;"
    await bot.client.chat_postMessage(
        channel="C0HELP",
        text=nasty,
        blocks=[*section(nasty), {"type": "markdown", "text": f"# {nasty} [go](javascript:alert(1))"}],
    )

    seen = desk.message("press")
    await expect(seen).to_contain_text("<b>")
    await expect(seen.locator("img, b, script, a")).to_have_count(0)


async def test_mentions_are_drawn_by_name(desk: Desk) -> None:
    tom = desk.sandbox.person("tom")
    tom.say("help", f"<@{tom.id}> of <!subteam^S0ONCALL> in <#C0NEWS>, <!here>, <@U0GONE>")

    await expect(desk.messages).to_contain_text(["@Tom Okafor of @oncall in #news, @here, @U0GONE"])


async def test_a_thread_opens_beside_the_channel_and_takes_replies(desk: Desk) -> None:
    asked = desk.sandbox.person("tom").say("help", "Where do I get a bucket?")
    await desk.on_message("Where do I", "Reply in thread")
    await desk.write("In the catalogue", label="Reply…")
    desk.sandbox.person("tom").say("help", "Thank you", thread=asked)

    await expect(desk.thread.get_by_role("article")).to_contain_text(
        ["Where do I get a bucket?", "In the catalogue", "Thank you"]
    )
    await expect(desk.message("Where do I").get_by_role("button", name="2 replies")).to_be_visible()
    await expect(desk.messages).to_have_count(1)
    await desk.page.keyboard.press("Escape")
    await expect(desk.thread).to_be_hidden()


async def test_a_message_grows_in_its_thread_below_what_the_app_says_it_does(desk: Desk, bot: SmallBot) -> None:
    asked = desk.sandbox.person("priya").say("help", "Where do I get a bucket?")
    await bot.client.assistant_threads_setStatus(channel_id="C0HELP", thread_ts=asked.ts, status="is looking …")
    await desk.on_message("Where do I", "Reply in thread")
    await expect(desk.thread).to_contain_text("Mentor is looking …")

    stream = await bot.client.chat_startStream(
        channel="C0HELP",
        thread_ts=asked.ts,
        markdown_text="In the ",
        recipient_user_id=asked.user,
        recipient_team_id=desk.sandbox.workspace.team_id,
    )
    await expect(desk.thread.get_by_role("article").last).to_contain_text("In the")
    await expect(desk.thread.get_by_role("article").last).to_contain_text("is writing …")
    await bot.client.chat_appendStream(channel="C0HELP", ts=stream["ts"], markdown_text="catalogue.")
    await bot.client.chat_stopStream(channel="C0HELP", ts=stream["ts"])

    await expect(desk.thread.get_by_role("article").last).to_contain_text("In the catalogue.")
    await expect(desk.thread).not_to_contain_text("is writing …")
    await expect(desk.thread).not_to_contain_text("is looking …")


async def test_a_message_shown_to_one_person_is_on_their_page_alone(desk: Desk, bot: SmallBot) -> None:
    priya = desk.sandbox.person("priya").id
    await bot.client.chat_postEphemeral(channel="C0HELP", user=priya, text="Between us")
    await bot.client.chat_postMessage(channel="C0HELP", text="For all")
    await expect(desk.message("Between us")).to_contain_text("Only visible to you")

    await desk.page.get_by_label("Acting as").select_option("Tom Okafor")

    await expect(desk.message("For all")).to_be_visible()
    await expect(desk.message("Between us")).to_have_count(0)


async def test_text_with_a_slash_is_sent_as_a_command(desk: Desk, bot: SmallBot) -> None:
    await desk.write("/platform where are buckets?")

    await expect(desk.message("You asked: where are buckets?")).to_contain_text("Only visible to you")
    assert bot.told_last("command")["channel_id"] == "C0HELP"
    assert desk.sandbox.person("priya").sees("help")[0].text == "You asked: where are buckets?"


async def test_what_is_no_command_is_kept_for_correction(desk: Desk) -> None:
    await desk.write("/platfrom help")

    await expect(desk.page.get_by_text("/platfrom is not a valid command")).to_be_visible()
    await expect(desk.page.get_by_role("textbox", name="Message #help")).to_have_value("/platfrom help")


async def test_slackbot_says_so_when_the_app_does_not_answer_a_command(desk: Desk) -> None:
    await desk.write("/platform help")

    await expect(desk.message("failed with the error")).to_contain_text("Slackbot")


async def test_a_form_shows_errors_at_its_fields_and_is_sent_when_they_are_mended(desk: Desk, bot: SmallBot) -> None:
    await desk.button("Shortcuts").click()
    await desk.page.get_by_role("menuitem", name="get_a_person").click()
    await desk.form.get_by_role("button", name="Create").click()
    await expect(desk.form.get_by_role("alert")).to_have_text(["Please complete this required field."])
    name = desk.form.get_by_role("textbox", name="Bucket name")
    await expect(name).to_be_focused()
    await expect(name).to_have_accessible_description("Please complete this required field.")

    await name.fill("logs")
    await desk.form.get_by_label("Environment").select_option("Production")
    await desk.form.get_by_role("button", name="Create").click()

    await expect(desk.form).to_be_hidden()
    values = bot.told_last("view")["view"]["state"]["values"]
    assert values["bucket"]["name"]["value"] == "logs"
    assert values["environment"]["choice"]["selected_option"]["value"] == "prod"


async def test_every_kind_of_input_is_read_back(desk: Desk, bot: SmallBot) -> None:
    await bot.client.views_open(
        trigger_id=desk.sandbox.workspace.windows.issue_trigger(desk.sandbox.person("priya").id), view=all_inputs()
    )

    await desk.form.get_by_label("A year").check()
    await desk.form.get_by_label("Versioning").check()
    await desk.form.get_by_label("Last day").fill("2027-02-03")
    await desk.form.get_by_label("Why").fill("Because")
    await desk.form.get_by_label("Owner").select_option("Tom Okafor")
    await desk.form.get_by_role("button", name="Create").click()

    await expect(desk.form).to_be_hidden()
    state = bot.told_last("view")["view"]["state"]["values"]
    assert state["keep"]["it"]["selected_option"]["value"] == "365"
    assert [each["value"] for each in state["options"]["it"]["selected_options"]] == ["v"]
    assert state["last"]["it"]["selected_date"] == "2027-02-03"
    assert state["why"]["it"]["value"] == "Because"
    assert state["owner"]["it"]["selected_user"] == desk.sandbox.person("tom").id


async def test_a_dangerous_button_asks_before_it_acts(desk: Desk, bot: SmallBot) -> None:
    blocks = section("A bucket", ("solved", "Delete"))
    blocks[1]["elements"][0] |= {"style": "danger", "confirm": confirmation()}
    await bot.client.chat_postMessage(channel="C0HELP", text="A bucket", blocks=blocks)
    asked = desk.page.get_by_role("dialog", name="Delete the bucket?")

    await desk.button("Delete").click()
    await asked.get_by_role("button", name="Keep it").click()
    await expect(asked).to_be_hidden()
    assert not any("actions" in each for each in bot.told)
    await desk.button("Delete").click()
    await asked.get_by_role("button", name="Delete").click()

    await expect(desk.message("Good to hear")).to_be_visible()


async def test_reactions_are_added_and_taken_back(desk: Desk) -> None:
    said = desk.sandbox.person("tom").say("help", "It works")
    desk.sandbox.person("tom").react(said, "eyes")

    await desk.on_message("It works", "Add reaction")
    await desk.page.get_by_role("menuitem", name="tada").click()
    await desk.button("eyes: Tom Okafor").click()
    await expect(desk.button("eyes: Tom Okafor, Priya Raman")).to_have_attribute("aria-pressed", "true")
    await desk.button("tada: Priya Raman").click()

    await expect(desk.button("tada: Priya Raman")).to_have_count(0)
    assert said.reactions == {"eyes": [desk.sandbox.person("tom").id, desk.sandbox.person("priya").id]}


async def test_the_app_has_a_home_and_takes_direct_messages(desk: Desk, bot: SmallBot) -> None:
    await desk.page.get_by_role("navigation").get_by_role("button", name="Mentor").click()
    await desk.write("Hello there", label="Message Mentor")
    await expect(desk.message("Hello there")).to_be_visible()

    await desk.page.get_by_role("tab", name="Home").click()
    await desk.page.get_by_role("region", name="Home").get_by_role("button", name="Create").click()

    await expect(desk.form).to_be_visible()
    await desk.page.keyboard.press("Escape")
    await expect(desk.form).to_be_hidden()


async def test_a_message_shortcut_is_in_the_messages_menu(desk: Desk, bot: SmallBot) -> None:
    desk.sandbox.person("tom").say("help", "Use the catalogue")

    await desk.on_message("Use the catalogue", "More actions")
    await desk.page.get_by_role("menuitem", name="mark_answer").click()

    await expect(desk.form).to_be_visible()
    assert bot.told_last("callback_id")["message"]["text"] == "Use the catalogue"


async def test_a_table_shows_its_caption_its_head_and_each_cell_as_text(desk: Desk, bot: SmallBot) -> None:
    rows = [[{"type": "raw_text", "text": text} for text in row] for row in (("Group", "Share"), ("<b>a</b>", "50 %"))]
    block: Json = {"type": "data_table", "caption": "How it is", "page_size": 1, "rows": rows}
    await bot.client.chat_postMessage(channel="C0HELP", text="Shares", blocks=[block])

    table = desk.message("How it is").get_by_role("table", name="How it is")
    await expect(table.get_by_role("columnheader")).to_have_text(["Group", "Share"])
    await expect(table.get_by_role("cell")).to_have_text(["<b>a</b>", "50 %"])


async def test_a_bar_chart_shows_its_title_its_categories_and_what_is_what(desk: Desk, bot: SmallBot) -> None:
    data = [{"label": "W46", "value": 3}, {"label": "W47", "value": 1}]
    axes = {"categories": ["W46", "W47"], "x_label": "week", "y_label": "questions"}
    chart = {"type": "bar", "series": [{"name": "colleagues", "data": data}], "axis_config": axes}
    block: Json = {"type": "data_visualization", "title": "Who answered", "chart": chart}
    await bot.client.chat_postMessage(channel="C0HELP", text="Chart", blocks=[block])

    drawn = desk.message("Who answered").get_by_role("figure", name="Who answered")
    await expect(drawn).to_contain_text("W46W47colleagues")
    await expect(drawn.locator(".bar-part").first).to_have_attribute("title", "colleagues: 3")


async def test_blocks_it_does_not_know_are_named_in_place(desk: Desk, bot: SmallBot) -> None:
    odd = {"type": "rich_text", "elements": [{"type": "rich_text_from_tomorrow"}]}
    blocks: list[Json] = [{"type": "call", "call_id": "R0CALL"}, odd, *section("below")]
    await bot.client.chat_postMessage(channel="C0HELP", text="A call", blocks=blocks)

    said = desk.messages.get_by_role("note")
    await expect(said).to_have_text(
        [
            "This page does not draw “call”. Slack may.",
            "This page does not draw this “rich_text” block. Slack may.",
        ]
    )
    await expect(desk.messages).to_contain_text(["below"])


async def test_all_can_be_done_from_the_keyboard(desk: Desk, bot: SmallBot) -> None:
    await bot.client.chat_postMessage(channel="C0HELP", text="One", blocks=section("One", ("solved", "That solved it")))
    await bot.client.chat_postMessage(channel="C0HELP", text="Two")
    await desk.messages.last.focus()

    await desk.page.keyboard.press("ArrowUp")
    await expect(desk.message("One")).to_be_focused()
    await desk.page.keyboard.press("Tab")
    await expect(desk.button("That solved it")).to_be_focused()
    await desk.page.keyboard.press("Enter")

    await expect(desk.message("Good to hear")).to_be_visible()


async def test_a_channel_with_news_is_marked_until_one_goes_there(desk: Desk) -> None:
    desk.sandbox.person("priya").join("news")
    desk.sandbox.person("tom").say("news", "Hear, hear")

    marked = desk.page.get_by_role("button", name="news (new messages)")
    await marked.click()

    await expect(desk.message("Hear, hear")).to_be_visible()
    await expect(marked).to_have_count(0)


async def test_what_was_typed_stays_when_the_app_changes_the_form(desk: Desk, bot: SmallBot) -> None:
    trigger_id = desk.sandbox.workspace.windows.issue_trigger(desk.sandbox.person("priya").id)
    opened = await bot.client.views_open(trigger_id=trigger_id, view=all_inputs())
    await desk.form.get_by_label("Why").fill("Because")
    await desk.form.get_by_label("Last day").fill("")

    changed = all_inputs() | {"submit": words("Go on")}
    await bot.client.views_update(view_id=opened["view"]["id"], view=changed)

    await expect(desk.form.get_by_role("button", name="Go on")).to_be_visible()
    await expect(desk.form.get_by_label("Why")).to_have_value("Because")
    await expect(desk.form.get_by_label("Last day")).to_have_value("")
    await expect(desk.form.get_by_label("Last day")).to_be_focused()


async def test_the_page_goes_on_with_a_sandbox_started_anew(browser: Browser) -> None:
    page = await browser.new_page()
    async with Sandbox(manifest()) as first:
        first.workspace.add_person("priya", real_name="Priya Raman")
        first.workspace.add_channel("help")
        await page.goto(first.url)
        await expect(page.get_by_role("heading", name="#help")).to_be_visible()
    await expect(page.get_by_text("The sandbox does not answer")).to_be_visible()

    second = Sandbox(manifest(), seed=2)
    second.workspace.add_person("ada", real_name="Ada Moreau")
    second.workspace.add_channel("news")
    await second.start(int(first.url.rpartition(":")[2]))

    try:
        await expect(page.get_by_role("heading", name="#news")).to_be_visible(timeout=20_000)
        await expect(page.get_by_label("Acting as")).to_contain_text("Ada Moreau")
    finally:
        await page.close()
        await second.stop()


async def test_the_keyboard_stays_on_a_button_whose_message_changes(desk: Desk, bot: SmallBot) -> None:
    blocks = section("One", ("solved", "That solved it"))
    posted = await bot.client.chat_postMessage(channel="C0HELP", text="One", blocks=blocks)
    await desk.button("That solved it").focus()

    await bot.client.reactions_add(channel="C0HELP", timestamp=posted["ts"], name="eyes")

    await expect(desk.button("eyes: Mentor")).to_be_visible()
    await expect(desk.button("That solved it")).to_be_focused()


async def test_who_and_where_one_is_stands_in_the_address(desk: Desk) -> None:
    await desk.page.get_by_label("Acting as").select_option("Tom Okafor")
    await desk.page.get_by_role("button", name="payments").click()
    await expect(desk.page.get_by_role("heading", name="#payments")).to_be_visible()

    await desk.page.reload()

    await expect(desk.page.get_by_role("heading", name="#payments")).to_be_visible()
    await expect(desk.page.get_by_label("Acting as")).to_have_value(desk.sandbox.person("tom").id)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_all_fits_on_a_phone(desk: Desk, bot: SmallBot, tmp_path: Path, scheme: str) -> None:
    blocks = section("Some words " * 20, ("solved", "That solved it"), ("open_form", "Create a bucket"))
    await bot.client.chat_postMessage(channel="C0HELP", text="Words", blocks=blocks)
    await desk.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    await desk.message("Some words").wait_for()
    await desk.page.screenshot(path=tmp_path / f"wide-{scheme}.png")
    await desk.page.set_viewport_size({"width": 390, "height": 844})

    await desk.page.screenshot(path=tmp_path / f"phone-{scheme}.png")

    assert await desk.page.evaluate("document.documentElement.scrollWidth") == 390
    await expect(desk.page.get_by_role("navigation")).to_be_hidden()
    await desk.button("Show conversations").click()
    await expect(desk.page.get_by_role("navigation")).to_be_visible()
    await desk.page.get_by_role("button", name="news").click()
    await expect(desk.page.get_by_role("heading", name="#news")).to_be_visible()
    await expect(desk.page.get_by_role("navigation")).to_be_hidden()


def words(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def confirmation() -> Json:
    return {
        "title": words("Delete the bucket?"),
        "text": words("All in it will be gone."),
        "confirm": words("Delete"),
        "deny": words("Keep it"),
    }


def all_inputs() -> Json:
    """A form with each kind of input but those the small bot's form has."""
    options = [{"text": words(text), "value": value} for text, value in (("30 days", "30"), ("A year", "365"))]
    elements: dict[str, tuple[str, Json]] = {
        "keep": ("Keep for", {"type": "radio_buttons", "options": options}),
        "options": ("Options", {"type": "checkboxes", "options": [{"text": words("Versioning"), "value": "v"}]}),
        "last": ("Last day", {"type": "datepicker", "initial_date": "2027-01-01"}),
        "why": ("Why", {"type": "plain_text_input", "multiline": True}),
        "owner": ("Owner", {"type": "users_select"}),
    }
    blocks = [
        {"type": "input", "block_id": block, "label": words(label), "element": element | {"action_id": "it"}}
        for block, (label, element) in elements.items()
    ]
    return {
        "type": "modal",
        "callback_id": "form",
        "title": words("Create a bucket"),
        "submit": words("Create"),
        "blocks": blocks,
    }
