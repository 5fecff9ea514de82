"""Getting about on the page: what is new, jumping, older messages, links, who people are, forms above forms."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
import pytest_asyncio
from playwright.async_api import expect

from sandbox import Sandbox
from sandbox.model import Json
from sandbox.testing import manifest
from tests.browser import LOOKS, NEEDS_CHROMIUM, Seat, Windows, windows
from tests.sandbox.bolt_app import FORM, SmallBot, running

pytestmark = [pytest.mark.asyncio(loop_scope="module"), *NEEDS_CHROMIUM]
WIDE_LIGHT, NARROW_DARK = LOOKS[:2]


async def marks(seat: Seat) -> list[str]:
    """What the page says from now on that the person has seen in threads, as it says it."""
    told: list[str] = []
    seat.page.on(
        "request", lambda each: told.append(str(each.post_data)) if "thread_ts" in (each.post_data or "") else None
    )
    return told


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened() -> AsyncIterator[Windows]:
    async with windows() as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(manifest()) as sandbox:
        workspace = sandbox.workspace
        people = [
            workspace.add_person("priya", real_name="Priya Raman", id="U0PRIYA"),
            workspace.add_person("tom", real_name="Tom Okafor", id="U0TOM"),
            workspace.add_person("gail", real_name="Gail Guest", is_restricted=True),
            workspace.add_person("erik", real_name="Erik Extern", team_id="T0ELSEWHERE"),
        ]
        everybody = [each.id for each in people]
        workspace.add_channel("help", members=everybody, id="C0HELP")
        workspace.add_channel("deploys", members=everybody, id="C0DEPLOYS")
        yield sandbox


@pytest_asyncio.fixture(loop_scope="module")
async def seat(sandbox: Sandbox, opened: Windows) -> AsyncIterator[Seat]:
    """Priya's, in #help. The browser has nothing to complain about, whatever a test does."""
    seat = Seat(await opened(WIDE_LIGHT), sandbox.url, WIDE_LIGHT)
    await seat.sit("priya", "C0HELP")
    yield seat
    assert seat.complaints == []
    await seat.leave()


@pytest_asyncio.fixture(loop_scope="module")
async def bot(sandbox: Sandbox) -> AsyncIterator[SmallBot]:
    async with running(sandbox, "socket") as bot:
        yield bot


async def test_who_is_meant_sees_a_number_and_what_is_new_stands_below_a_line(sandbox: Sandbox, seat: Seat) -> None:
    sandbox.person("tom").say("deploys", "Hello <@U0PRIYA>")
    place = seat.page.get_by_role("button", name="deploys 1 new for you")
    await expect(place).to_be_visible()
    await expect(seat.page).to_have_title("(1) #help · Sandbox")

    await seat.page.reload()  # the workspace knows it, not the page
    await place.click()

    await expect(seat.page.get_by_role("separator", name="New")).to_be_visible()
    await expect(place).to_have_count(0)
    await seat.act_as("Tom Okafor")
    await expect(seat.page.get_by_role("separator", name="New")).to_have_count(0)


async def test_new_replies_are_counted_below_the_question_until_its_thread_is_opened(
    sandbox: Sandbox, seat: Seat
) -> None:
    asked = sandbox.person("priya").say("help", "Where are my logs?")
    sandbox.person("tom").say("help", "In Grafana", thread=asked)
    await expect(seat.message("Where are")).to_contain_text("1 new")

    await seat.message("Where are").get_by_role("button", name="1 reply").click()

    await expect(seat.thread.get_by_role("article")).to_contain_text(["Where are my logs?", "In Grafana"])
    await expect(seat.message("Where are")).not_to_contain_text("1 new")
    await expect(seat.page.get_by_role("button", name="help", exact=True)).to_be_visible()


async def test_one_jumps_to_a_place_by_its_name(sandbox: Sandbox, seat: Seat) -> None:
    await seat.page.keyboard.press("Control+k")
    await seat.page.keyboard.type("dep")
    places = seat.page.get_by_role("listbox", name="Places")
    await expect(places.get_by_role("option")).to_have_text(["#deploys"])
    assert await seat.flaws() == []
    await seat.page.keyboard.press("Enter")

    await expect(seat.page.get_by_role("heading", name="#deploys")).to_be_visible()


async def test_older_messages_come_as_one_scrolls_up_to_them(sandbox: Sandbox, seat: Seat) -> None:
    now = sandbox.clock.now()
    for number in range(120):
        sandbox.workspace.past.say("U0TOM", "C0DEPLOYS", f"number {number}", at=now - 500 + number)
    await seat.go("deploys")
    await expect(seat.messages).to_have_count(50)

    await seat.page.get_by_role("button", name="Show older messages").press("Enter")
    await expect(seat.messages).to_have_count(100)
    await seat.messages.first.scroll_into_view_if_needed()

    await expect(seat.messages).to_have_count(120)
    await expect(seat.messages.first).to_contain_text("number 0")
    old = sandbox.workspace.channels["C0DEPLOYS"].timeline[0]
    sandbox.person("priya").react(sandbox.workspace.message("C0DEPLOYS", old), "eyes")
    await expect(seat.messages.first.get_by_role("button", name="eyes: Priya Raman")).to_be_visible()


async def test_the_newest_stays_in_sight_though_the_room_for_it_shrinks_while_one_is_scrolled_to_it(
    sandbox: Sandbox, seat: Seat
) -> None:
    """The browser tells of the scrolling when the room is smaller already."""
    now = sandbox.clock.now()
    for number in range(30):
        sandbox.workspace.past.say("U0TOM", "C0DEPLOYS", f"number {number}", at=now - 500 + number)
    await seat.go("deploys")
    await expect(seat.messages.last).to_be_in_viewport()
    await seat.page.evaluate(
        """async () => {
            const timeline = document.getElementById("timeline");
            const frames = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
            timeline.scrollTop -= 20;
            await frames();
            await new Promise((done) => setTimeout(done)); // between two frames
            timeline.scrollTop += 20;
            document.getElementById("below").style.paddingBottom = "300px";
            await frames();
        }"""
    )
    sandbox.person("tom").say("deploys", "the newest")

    await expect(seat.messages.last).to_contain_text("the newest")
    await expect(seat.messages.last).to_be_in_viewport()


async def test_an_old_thread_is_seen_once_it_is_open_and_then_the_page_is_calm(sandbox: Sandbox, seat: Seat) -> None:
    now = sandbox.clock.now()
    asked = sandbox.workspace.past.say("U0PRIYA", "C0DEPLOYS", "an old question", at=now - 5000)
    for number in range(60):
        sandbox.workspace.past.say("U0TOM", "C0DEPLOYS", f"number {number}", at=now - 500 + number)
    await seat.go("deploys")
    await seat.page.get_by_role("button", name="Show older messages").press("Enter")
    await expect(seat.messages).to_have_count(61)
    sandbox.person("tom").say("deploys", "late, but here", thread=asked.ts)
    await expect(seat.messages.first).to_contain_text("1 new")
    read = await marks(seat)

    await seat.messages.first.get_by_role("button", name="1 reply").click()

    await expect(seat.messages.first).not_to_contain_text("1 new")
    await expect(seat.page.get_by_role("button", name="deploys", exact=True)).to_be_visible()
    sandbox.person("tom").say("help", "a change for the page to look at")
    await expect(seat.page.get_by_role("button", name="help (new messages)")).to_be_visible()
    assert len(read) == 1


async def test_a_thread_that_a_link_opened_is_seen_although_its_question_is_not_there(
    sandbox: Sandbox, seat: Seat
) -> None:
    now = sandbox.clock.now()
    asked = sandbox.workspace.past.say("U0PRIYA", "C0DEPLOYS", "an old question", at=now - 5000)
    for number in range(60):
        sandbox.workspace.past.say("U0TOM", "C0DEPLOYS", f"number {number}", at=now - 500 + number)
    sandbox.person("tom").say("deploys", "late, but here", thread=asked.ts)
    link = f"https://sandbox.slack.com/archives/C0DEPLOYS/p{asked.ts.replace('.', '')}"
    sandbox.person("tom").say("help", f"See <{link}|this answer>")
    await expect(seat.page.get_by_role("button", name="deploys 1 new for you")).to_be_visible()

    await seat.page.get_by_role("link", name="this answer").click()

    await expect(seat.thread.get_by_role("article")).to_contain_text(["an old question", "late, but here"])
    await expect(seat.page.get_by_role("button", name="deploys", exact=True)).to_be_visible()


async def test_more_than_a_windowful_at_once_leaves_no_hole_in_what_was_said(sandbox: Sandbox, seat: Seat) -> None:
    tom = sandbox.person("tom")
    for number in range(10):
        tom.say("help", f"before {number}")
    await expect(seat.messages).to_have_count(10)
    for number in range(70):
        tom.say("help", f"burst {number}")
    await expect(seat.message("burst 69")).to_be_visible()

    await seat.page.get_by_role("button", name="Show older messages").press("Enter")

    await expect(seat.messages).to_have_count(80)
    await expect(seat.messages.first).to_contain_text("before 0")


async def test_when_the_last_reply_came_is_told_as_of_now(sandbox: Sandbox, seat: Seat) -> None:
    now = sandbox.clock.now()
    asked = sandbox.workspace.past.say("U0PRIYA", "C0HELP", "Where are my logs?", at=now - 3 * 86_400)
    sandbox.person("tom").say("help", "In Grafana", thread=asked.ts)
    await expect(seat.message("Where are")).to_contain_text("Last reply today")

    sandbox.clock.advance(86_400)
    sandbox.person("tom").say("help", "a change for the page to look at")

    await expect(seat.message("Where are")).to_contain_text("Last reply Yesterday")


async def test_ones_own_message_is_edited_where_one_stands_beside_an_open_thread(sandbox: Sandbox, seat: Seat) -> None:
    asked = sandbox.person("priya").say("help", "Where are my logs?")
    sandbox.person("tom").say("help", "In Grafana", thread=asked)
    await seat.message("Where are").get_by_role("button", name="1 reply").click()
    editor = seat.page.get_by_role("textbox", name="Edit message")

    await seat.choose(seat.message("Where are"), "More actions", "Edit message")
    await expect(seat.messages.get_by_role("textbox", name="Edit message")).to_be_focused()
    await expect(editor).to_have_count(1)
    await editor.press("Escape")
    await seat.choose(seat.thread.get_by_role("article").first, "More actions", "Edit message")

    await expect(seat.thread.get_by_role("textbox", name="Edit message")).to_be_focused()
    await expect(editor).to_have_count(1)


async def test_the_clock_is_moved_by_every_press(sandbox: Sandbox, seat: Seat) -> None:
    await seat.page.get_by_role("button", name="Inside", exact=True).click()
    await seat.page.get_by_role("tab", name="Clock").click()
    button = seat.page.get_by_role("button", name="To the next hour")
    first = await button.element_handle()
    told = seat.page.locator("#inside-body .inside-big")
    before = await told.inner_text()
    await expect(told).not_to_have_text(before)  # it was drawn again

    await button.click()
    await sandbox.wait_for(lambda: sandbox.clock.now() % 3600 < 60)
    day = datetime.fromtimestamp(sandbox.clock.now() + 86_400, UTC)
    await seat.page.get_by_role("button", name="A day on").click()

    assert first is not None
    assert await first.evaluate("button => button.isConnected")
    await expect(told).to_contain_text(f"{day:%A}")
    await seat.page.get_by_role("button", name="Close Inside").click()


async def test_who_has_no_app_and_who_may_not_join_are_told_so(sandbox: Sandbox, seat: Seat) -> None:
    sandbox.workspace.add_person("una", real_name="Una Elsewhere", team_id="T0ELSEWHERE")
    sandbox.person("tom").say("help", "a change for the page to look at")
    await expect(seat.message("a change")).to_be_visible()

    await seat.act_as("Una Elsewhere (external)")
    await expect(seat.page.get_by_text("Mentor is not installed where Una Elsewhere works.")).to_be_visible()
    await seat.act_as("Gail Guest (guest)")
    await expect(seat.page.get_by_role("textbox", name="Message Mentor")).to_be_visible()
    sandbox.person("gail").leave("deploys")
    await expect(seat.page.get_by_role("button", name="deploys")).to_have_count(0)


async def test_a_link_to_a_message_leads_to_it_on_this_page(sandbox: Sandbox, seat: Seat) -> None:
    asked = sandbox.person("tom").say("deploys", "Who paused it?")
    link = f"https://sandbox.slack.com/archives/C0DEPLOYS/p{asked.ts.replace('.', '')}"
    sandbox.person("tom").say("help", f"See <{link}|this question>")

    await seat.page.get_by_role("link", name="this question").click()

    await expect(seat.page.get_by_role("heading", name="#deploys")).to_be_visible()
    await expect(seat.thread.get_by_role("article")).to_contain_text(["Who paused it?"])


async def test_it_is_seen_of_people_who_they_are(sandbox: Sandbox, seat: Seat) -> None:
    for name in ("gail", "erik", "tom"):
        sandbox.person(name).say("help", f"I am {name}")
    sandbox.workspace.people["U0TOM"].deleted = True
    sandbox.person("priya").say("help", "I see")  # a change for the page to look at

    await expect(seat.message("I am gail")).to_contain_text("guest")
    await expect(seat.message("I am erik")).to_contain_text("external")
    await expect(seat.message("I am tom")).to_contain_text("deactivated")
    await seat.act_as("Tom Okafor (deactivated)")
    await expect(seat.page.get_by_text("Tom Okafor is deactivated and can write nothing.")).to_be_visible()


async def test_a_form_over_a_form_leads_back_to_it(sandbox: Sandbox, seat: Seat, bot: SmallBot) -> None:
    windows = sandbox.workspace.windows
    below = windows.open(windows.issue_trigger("U0PRIYA"), FORM)
    above: Json = FORM | {"title": {"type": "plain_text", "text": "Which one?"}}
    await seat.form("Create a bucket").get_by_role("textbox", name="Bucket name").fill("logs")
    await bot.client.views_push(trigger_id=windows.issue_trigger("U0PRIYA", view_id=below.id), view=above)

    await seat.form("Which one?").get_by_role("button", name="Back to Create a bucket").click()
    await expect(seat.form("Create a bucket").get_by_role("textbox", name="Bucket name")).to_have_value("logs")
    await bot.client.views_push(trigger_id=windows.issue_trigger("U0PRIYA", view_id=below.id), view=above)
    await seat.form("Which one?").get_by_role("button", name="Close").click()

    await expect(seat.page.get_by_role("dialog")).to_have_count(0)


async def test_what_the_app_suggests_to_ask_is_asked_by_a_press(sandbox: Sandbox, seat: Seat, bot: SmallBot) -> None:
    dm = sandbox.workspace.dm_of("U0PRIYA").id
    sandbox.workspace.assistant.suggest(dm, [{"title": "Logs", "message": "Where are my logs?"}], thread_ts=None)
    await seat.go("Mentor")

    await seat.page.get_by_role("button", name="Logs").click()

    await expect(seat.message("Where are my logs?")).to_be_visible()


async def test_the_last_message_is_edited_from_an_empty_box(sandbox: Sandbox, seat: Seat) -> None:
    await seat.write("It wroks, @tom")
    await expect(seat.message("It wroks")).to_be_visible()
    await seat.page.get_by_role("textbox", name="Message #help").press("ArrowUp")
    box = seat.page.get_by_role("textbox", name="Edit message")
    await expect(box).to_have_value("It wroks, @tom")
    await box.fill("It works, @tom")
    await box.press("Enter")

    await expect(seat.message("It works, @Tom Okafor")).to_contain_text("(edited)")
    await expect(box).to_have_count(0)


async def test_a_name_is_completed_by_arrows_and_a_whole_one_is_sent(sandbox: Sandbox, seat: Seat) -> None:
    sandbox.workspace.add_person("tomas", real_name="Tomas Reyes")
    sandbox.person("tom").say("help", "a change for the page to look at")
    await expect(seat.message("a change")).to_be_visible()
    box = seat.page.get_by_role("textbox", name="Message #help")
    await box.press_sequentially("@to")
    names = seat.page.get_by_role("listbox", name="Suggestions")
    await expect(names.get_by_role("option")).to_have_text(["@tom Tom Okafor", "@tomas Tomas Reyes"])
    await box.press("ArrowDown")
    await box.press("Enter")
    await expect(box).to_have_value("@tomas ")
    await box.fill("thanks @tom")
    await box.press("Enter")

    await expect(seat.message("thanks @Tom Okafor")).to_be_visible()


async def test_on_a_phone_a_thread_takes_the_whole_window_and_gives_it_back(opened: Windows, sandbox: Sandbox) -> None:
    asked = sandbox.person("tom").say("help", "Where are my logs?")
    sandbox.person("priya").say("help", "In Grafana", thread=asked)
    seat = Seat(await opened(NARROW_DARK), sandbox.url, NARROW_DARK)
    await seat.sit("priya", "C0HELP")
    await seat.message("Where are").get_by_role("button", name="1 reply").click()
    box = await seat.thread.bounding_box()
    assert box is not None
    assert (box["x"], box["width"]) == (0, 390)
    assert await seat.flaws() == []

    await seat.page.get_by_role("button", name="Close thread").click()
    await expect(seat.message("Where are")).to_be_focused()
    await seat.page.get_by_role("button", name="Show conversations").click()
    assert await seat.flaws() == []
    await seat.leave()


async def test_of_what_shares_the_right_pane_the_last_opened_is_seen(sandbox: Sandbox, seat: Seat) -> None:
    asked = sandbox.person("tom").say("help", "Where are my logs?")
    sandbox.person("priya").say("help", "In Grafana", thread=asked)
    replies = seat.message("Where are").get_by_role("button", name="1 reply")
    await replies.click()
    await expect(seat.thread).to_be_visible()

    await seat.page.locator("#inside").evaluate("panel => { panel.hidden = false; panel.ariaLabel = 'Inside'; }")
    await expect(seat.page.get_by_role("complementary", name="Thread")).to_have_count(0)

    await replies.click()
    await expect(seat.thread).to_be_visible()
    await expect(seat.page.get_by_role("complementary", name="Inside")).to_have_count(0)
