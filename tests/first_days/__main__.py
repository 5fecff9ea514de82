"""Walks the firm through its thirty days, and takes the pictures of docs/adopting.md: part of `make pictures`.

    python -m tests.first_days [FILE]

Needs Chromium, and two minutes. With FILE, all that the bot said and all that the operator read is written there.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from bot import logs
from tests.first_days.days import walked
from tests.first_days.firm import Worker
from tests.first_days.told import told
from tests.first_days.walk import Shoot, Walk, first_day
from tests.sandbox.test_page import CHROMIUM, FLAGS

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
DRAWN_MS = 500
SIZE = {"width": 1180, "height": 860}


def shooting(browser: Browser) -> Shoot:
    async def shoot(walk: Walk, name: str, who: Worker, channel: str, *, below: str = "") -> None:
        """The page at its newest message, or at the newest with these words, its thread open."""
        page = await browser.new_page(viewport=SIZE)  # type: ignore[arg-type]
        await page.goto(walk.office.sandbox.url)
        await page.get_by_label("Acting as").select_option(who.real_name)
        places = page.get_by_role("navigation", name="Conversations")
        await places.get_by_role("button", name=channel).click()
        messages = page.get_by_role("log", name="Messages", exact=True).get_by_role("article")
        await messages.last.wait_for()
        await page.wait_for_timeout(DRAWN_MS)  # a channel opens at its end
        if below:
            shown = messages.filter(has_text=below).last
            await shown.get_by_role("button", name="1 reply").click()
            await shown.evaluate("element => element.scrollIntoView()")
        await page.screenshot(path=IMAGES / f"{name}.png")
        await page.close()
        sys.stdout.write(f"docs/images/{name}.png\n")

    return shoot


async def main() -> None:
    logs.set_up("error")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        with tempfile.TemporaryDirectory(prefix="mentor-days-") as folder:
            async with first_day(Path(folder), shooting(browser)) as walk:
                await walked(walk)
                if sys.argv[1:]:
                    Path(sys.argv[1]).write_text(told(walk))
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
