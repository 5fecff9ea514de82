"""Takes the pictures of the sandbox's page into docs/images: `make pictures`. Needs Chromium; CI does not run it.

The workspace is the demo's after its tour, so that a picture shows what anybody sees who runs `make demo`.
"""

import asyncio
import base64
import io
import sys
from collections.abc import Awaitable, Callable
from contextlib import redirect_stdout
from pathlib import Path

from playwright.async_api import Browser

from bot import logs
from bot.demo.made_up import Company
from bot.demo.playing import playing
from bot.demo.terminal import Terminal
from tests.browser import Look, Seat, chromium, window

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
LIGHT, DARK = Look("light", 1280), Look("dark", 1280)
PHONE_LIGHT, PHONE_DARK = Look("light", 390), Look("dark", 390)
QUESTION = "hi all, how do I see the logs of my service?"


async def thread(seat: Seat) -> None:
    """The first picture of the README: a question, and its answer beside it."""
    await seat.sit("jonas", "C0ASKPLAT")
    await seat.message(QUESTION).get_by_role("button", name="1 reply").click()
    await seat.thread.get_by_role("article").last.wait_for()
    await seat.page.mouse.move(640, 5)


async def home(seat: Seat) -> None:
    await seat.sit("priya", "app")
    await seat.page.get_by_role("tab", name="Home").click()
    await seat.page.get_by_role("heading", name="Get something done").wait_for()


async def form(seat: Seat) -> None:
    """A form that says what is wrong."""
    await seat.sit("samir", "C0ASKPLAT")
    await seat.write("/platform run bucket")
    bucket = seat.form("Create a storage bucket")
    await bucket.get_by_role("textbox", name="Bucket name").fill("Receipts!")
    await bucket.get_by_role("combobox", name="Environment").select_option("prod")
    await bucket.get_by_role("combobox", name="Team").select_option("payments")
    await bucket.get_by_role("button", name="Ask for it").click()
    await bucket.get_by_role("alert").wait_for()


async def approval(seat: Seat) -> None:
    """A change that waits for an approver, with all of it in view."""
    await seat.sit("samir", "C0ASKPLAT")
    if not await seat.form("Create a storage bucket").count():
        await seat.write("/platform run bucket")
    bucket = seat.form("Create a storage bucket")
    await bucket.get_by_role("textbox", name="Bucket name").fill("invoices")
    await bucket.get_by_role("combobox", name="Environment").select_option("prod")
    await bucket.get_by_role("combobox", name="Team").select_option("payments")
    await bucket.get_by_role("button", name="Ask for it").click()
    await bucket.wait_for(state="hidden")
    await seat.sit("maya", "C0PLATFORM")
    await seat.message("invoices").get_by_role("button", name="Approve").wait_for()


async def places(seat: Seat) -> None:
    await seat.sit("maya", "C0DEPLOYS")
    await seat.page.get_by_role("button", name="Show conversations").click()
    await seat.page.wait_for_timeout(300)  # it slides in


async def tour(seat: Seat) -> None:
    """The tour below: what a step shows, and where it stands."""
    await seat.sit("maya", "C0PLATFORM")
    await seat.page.get_by_role("button", name="6. Monday, 09:00").click()
    await seat.page.get_by_role("button", name="Show: ").last.click()
    await seat.message("The week in our channels").wait_for()


WIDE: dict[str, tuple[Look, Callable[[Seat], Awaitable[None]]]] = {
    "sandbox": (LIGHT, thread),
    "sandbox-home": (DARK, home),
    "sandbox-form": (LIGHT, form),
    "sandbox-approval": (DARK, approval),
    "tour": (LIGHT, tour),
}
PHONES = ((PHONE_LIGHT, thread), (PHONE_DARK, home), (PHONE_DARK, places))


async def take(browser: Browser, url: str) -> None:
    """All pictures of the workspace at this address, whose tour is over."""
    for name, (look, arrange) in WIDE.items():
        (IMAGES / f"{name}.png").write_bytes(await _shot(browser, url, look, arrange))
        sys.stderr.write(f"docs/images/{name}.png\n")
    phones = [await _shot(browser, url, look, arrange) for look, arrange in PHONES]
    (IMAGES / "sandbox-phone.png").write_bytes(await _in_a_row(browser, phones))
    sys.stderr.write("docs/images/sandbox-phone.png\n")


async def _shot(browser: Browser, url: str, look: Look, arrange: Callable[[Seat], Awaitable[None]]) -> bytes:
    async with window(browser, look) as page:
        await arrange(Seat(page, url, look))
        return await page.screenshot()


async def _in_a_row(browser: Browser, shots: list[bytes]) -> bytes:
    sources = [f"data:image/png;base64,{base64.b64encode(shot).decode()}" for shot in shots]
    images = "".join(f"<img src='{source}'>" for source in sources)
    style = (
        "body{display:flex;gap:16px;margin:0;width:max-content;background:#d9dedc;padding:16px}img{border-radius:14px}"
    )
    page = await browser.new_page(viewport={"width": 1300, "height": 900})
    await page.set_content(f"<!doctype html><style>{style}</style>{images}")
    shot = await page.locator("body").screenshot()
    await page.close()
    return shot


async def main() -> None:
    logs.set_up("error")
    company = Company()
    with redirect_stdout(io.StringIO()):
        async with playing(company) as sandbox, chromium() as browser:
            await Terminal(company.tour).walk()
            await take(browser, sandbox.url)


if __name__ == "__main__":
    asyncio.run(main())
