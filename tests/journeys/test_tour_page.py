"""The guided tour and the panel Inside in a real browser, on the real bot: in light and dark, wide and on a phone.

One window takes each step by its press; the others look on, and follow it to the result.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import ConsoleMessage, Locator, Page, expect

from bot.demo.made_up import Company
from bot.demo.playing import playing
from tests.browser import LOOKS, NEEDS_CHROMIUM, Look, chromium, grave_problems, window

pytestmark = NEEDS_CHROMIUM

STEP_MS = 40_000  # of a machine that has other things to do
IN_SIGHT = """message => {
    const log = message.closest("[role=log]");  // none once it was drawn anew
    const [pane, box] = [log ?? message, message].map((each) => each.getBoundingClientRect());
    return log !== null && box.height > 0 && box.bottom > pane.top && box.top < pane.bottom;
}"""
RESULTS = (  # what each step's end shows, and as whom
    ("Priya Nair", "Solved, says the person who asked"),
    ("Lucia Ferrer", "thanks, that worked!"),
    ("Priya Nair", "Create a storage bucket: live"),
    ("Maya Lind", "was changed by hand"),
    ("Priya Nair", "Thank you"),
    ("Maya Lind", "The week in our channels: 16 Nov to 22 Nov 2026"),
    ("Jonas Weber", "complies"),
    ("Yuki Tanaka", "From now on you count as someone"),
)


@dataclass
class Visitor:
    """A window on the demo, and what one sees in it."""

    page: Page
    look: Look
    complaints: list[str]

    @property
    def tour(self) -> Locator:
        return self.page.get_by_role("complementary", name="Guided tour")

    @property
    def inside(self) -> Locator:
        return self.page.get_by_role("complementary", name="Inside")

    def step(self, number: int) -> Locator:
        return self.tour.get_by_role("listitem").get_by_role("button", name=f"{number}. ")

    async def take(self, number: int) -> None:
        """The next step, by its one press."""
        await self.tour.get_by_role("button", name="Start: " if number == 1 else "Next: ").click()
        await expect(self.step(number)).to_have_accessible_name(_done(number), timeout=STEP_MS)

    async def follow(self, number: int) -> None:
        """To the result of a step that somebody else took."""
        await expect(self.step(number)).to_have_accessible_name(_done(number), timeout=STEP_MS)
        await self.step(number).click()
        await self.tour.get_by_role("button", name="Show: ").last.click()

    async def sees(self, person: str, words: str) -> None:
        """In the channel or, where its thread is open, there: both show the message that a thread hangs on."""
        shown = self.page.get_by_role("log").get_by_role("article").filter(has_text=words)
        async with asyncio.timeout(STEP_MS / 1000):
            while not any([await each.evaluate(IN_SIGHT) for each in await shown.all()]):
                await asyncio.sleep(0.1)
        await expect(self.page.get_by_label("Acting as").locator("option:checked")).to_have_text(person)
        assert await self.page.evaluate("document.documentElement.scrollWidth") <= self.look.width

    async def open(self, part: str) -> None:
        await self.inside.get_by_role("tab", name=part).click()


@asynccontextmanager
async def visitors(url: str) -> AsyncIterator[Sequence[Visitor]]:
    """One of each look. In none of their windows has the browser anything to complain about."""
    async with AsyncExitStack() as stack:
        browser = await stack.enter_async_context(chromium())
        found = [await _visitor(await stack.enter_async_context(window(browser, look)), look) for look in LOOKS]
        for each in found:
            await each.page.goto(url)
        yield found
        assert [each.complaints for each in found] == [[]] * len(found)


async def test_the_whole_tour_is_walked_and_the_inside_looked_at(tmp_path: Path) -> None:
    async with playing(Company()) as sandbox, visitors(sandbox.url) as (first, *others):
        for number, (person, words) in enumerate(RESULTS, start=1):
            await first.take(number)
            await first.sees(person, words)
            for each in others:
                await each.follow(number)
                await each.sees(person, words)
            for each in (first, *others):
                await each.page.screenshot(path=tmp_path / f"{number}-{each.look.name}.png")
        await expect(first.tour.get_by_role("status")).to_have_text("That was the tour. All of this is yours to try.")

        for each in (first, *others):
            assert await grave_problems(each.page, "#tour") == []
            await look_inside(each)
        await jump_to_monday(first)


async def look_inside(visitor: Visitor) -> None:
    await visitor.page.get_by_role("button", name="Inside", exact=True).click()
    await expect(visitor.inside.get_by_role("tab", name="Traffic")).to_be_focused()
    await expect(visitor.inside.get_by_role("table", name="Traffic").get_by_role("row").nth(1)).to_contain_text("ok")
    await visitor.page.keyboard.press("ArrowRight")
    await expect(visitor.inside.get_by_role("table", name="What the app did")).to_contain_text("The week in our")
    await visitor.page.keyboard.press("ArrowRight")
    await expect(visitor.inside.get_by_role("table", name="Outbox")).to_contain_text("sent")
    await expect(visitor.inside.get_by_role("table", name="Work")).to_contain_text("done")
    await visitor.open("Git")
    await visitor.inside.get_by_text("Create a storage bucket: receipts").click()
    await expect(visitor.inside.get_by_text("+ name: receipts").last).to_be_visible()  # its merge above has it too
    assert await grave_problems(visitor.page, "#inside") == []
    await visitor.page.keyboard.press("Escape")
    await expect(visitor.inside).to_be_hidden()
    await expect(visitor.page.get_by_role("button", name="Inside", exact=True)).to_be_focused()


async def jump_to_monday(visitor: Visitor) -> None:
    """The clock is moved by hand, and the digest of the week that went by arrives by itself."""
    await visitor.page.get_by_label("Acting as").select_option("Maya Lind")
    await visitor.page.get_by_role("button", name="platform-team").click()
    await visitor.page.get_by_role("button", name="Inside", exact=True).click()
    await visitor.open("Clock")
    await visitor.inside.get_by_role("button", name="To Monday, 09:00").click()
    await expect(visitor.inside).to_contain_text("Monday, 30 November 2026 at 09:0")
    digest = visitor.page.get_by_role("article").filter(has_text="The week in our channels: 23 Nov to 29 Nov 2026")
    await expect(digest).to_be_visible(timeout=STEP_MS)


async def _visitor(page: Page, look: Look) -> Visitor:
    visitor = Visitor(page, look, [])

    def on_console(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            visitor.complaints.append(message.text)

    page.on("console", on_console)
    page.on("pageerror", lambda error: visitor.complaints.append(str(error)))
    return visitor


def _done(number: int) -> re.Pattern[str]:
    return re.compile(rf"^{number}\. .*, done$")
