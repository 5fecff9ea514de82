"""A real Chromium for tests of pages: how it is started, how a page looks, and what axe finds on it.

axe is Deque's checker of accessibility. Its script comes inside the package `axe-playwright-python`; of the package
itself nothing is used.
"""

import re
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from re import Pattern
from typing import Any, Literal

import pytest
from playwright.async_api import Browser, Locator, Page, async_playwright, expect

CHROMIUM = next((path for name in ("/usr/bin/chromium", "chromium") if (path := shutil.which(name))), None)
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
NEEDS_CHROMIUM = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: neither /usr/bin/chromium nor `chromium` on the PATH"),
]
MESSAGE_BOX = re.compile("^Message ")
PATIENCE_MS = 20_000.0  # a busy machine is no failure
GRAVE = ("serious", "critical")


@dataclass(frozen=True)
class Look:
    """How one looks at a page."""

    scheme: Literal["light", "dark"]
    width: int

    @property
    def name(self) -> str:
        return f"{self.scheme}-{self.width}"


WIDE, NARROW = 1280, 390
LOOKS = (Look("light", WIDE), Look("dark", NARROW), Look("dark", WIDE), Look("light", NARROW))


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    expect.set_options(timeout=PATIENCE_MS)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()


@asynccontextmanager
async def window(browser: Browser, look: Look) -> AsyncIterator[Page]:
    """A page of that look. Its policy on scripts is set aside, or axe's could not run in it."""
    height = 760 if look.width == WIDE else 844
    context = await browser.new_context(
        viewport={"width": look.width, "height": height},
        color_scheme=look.scheme,
        reduced_motion="reduce",
        bypass_csp=True,
    )
    yield await context.new_page()
    await context.close()


Windows = Callable[[Look], Awaitable[Page]]


@asynccontextmanager
async def windows() -> AsyncIterator[Windows]:
    """A page of each look, opened when it is first asked for and used again: opening one takes longest."""
    pages: dict[Look, Page] = {}
    async with AsyncExitStack() as stack:
        browser = await stack.enter_async_context(chromium())

        async def page_of(look: Look) -> Page:
            if look not in pages:
                pages[look] = await stack.enter_async_context(window(browser, look))
            return pages[look]

        yield page_of


async def grave_problems(page: Page, *within: str) -> list[str]:
    """What axe finds that keeps people out, each as `rule: element`; empty is well.

    `within` are selectors of what is looked at; the whole page without any.
    """
    await page.evaluate(_axe_script())
    looked_at = {"include": [[each] for each in within]} if within else "document"
    found: dict[str, Any] = await page.evaluate(
        "where => axe.run(where === 'document' ? document : where, {resultTypes: ['violations']})", looked_at
    )
    return [
        f"{each['id']}: {node['html'][:160]} {' '.join(one['message'] for one in node['any'])[:200]}"
        for each in found["violations"]
        if each["impact"] in GRAVE
        for node in each["nodes"]
    ]


@cache
def _axe_script() -> str:
    return files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")


def looks(first: int) -> list[Any]:
    """All looks, for `parametrize`: one in every run, which one goes round, and the others in long runs."""
    turned = [*LOOKS[first % len(LOOKS) :], *LOOKS[: first % len(LOOKS)]]
    return [
        pytest.param(look, id=look.name, marks=[pytest.mark.chaos] if index else [])
        for index, look in enumerate(turned)
    ]


class Seat:
    """A person at the sandbox's page: goes and writes as people do, and hears what the browser complains about."""

    def __init__(self, page: Page, url: str, look: Look) -> None:
        self.page = page
        self.complaints: list[str] = []
        self._url = url
        self._is_narrow = look.width == NARROW
        page.on("console", lambda message: self._hear(message.type, message.text))
        page.on("pageerror", lambda error: self._hear("error", str(error)))

    @property
    def messages(self) -> Locator:
        return self.page.get_by_role("log", name="Messages", exact=True).get_by_role("article")

    @property
    def thread(self) -> Locator:
        return self.page.get_by_role("complementary", name="Thread")

    def message(self, text: str) -> Locator:
        return self.messages.filter(has_text=text).last

    def form(self, title: str) -> Locator:
        return self.page.get_by_role("dialog", name=title)

    async def sit(self, name: str, at: str) -> None:
        await self.page.goto(f"{self._url}/?as={name}&at={at}")
        await expect(self.page.get_by_role("heading", level=1)).not_to_be_empty()

    async def leave(self) -> None:
        """Away from the page, which would go on following its workspace."""
        await self.page.goto("about:blank")

    async def act_as(self, real_name: str) -> None:
        await self._show_places()
        await self.page.get_by_label("Acting as").select_option(real_name)
        if self._is_narrow:
            await self.page.keyboard.press("Escape")

    async def go(self, place: str) -> None:
        await self._show_places()
        await self.page.get_by_role("navigation", name="Conversations").get_by_role("button", name=place).click()
        await expect(self.page.get_by_role("heading", level=1, name=place)).to_be_visible()

    async def write(self, text: str, label: str | Pattern[str] = MESSAGE_BOX) -> None:
        box = self.page.get_by_role("textbox", name=label)
        await box.fill(text)
        await box.press("Enter")

    async def choose(self, message: Locator, button: str, item: str) -> None:
        """Presses a button of a message's toolbar, and an item of the menu it opens."""
        await message.hover()
        await message.get_by_role("button", name=button, exact=True).click()
        await self.page.get_by_role("menuitem", name=item, exact=True).click()

    async def flaws(self) -> list[str]:
        """What is wrong with what is seen now: for axe, to the browser, or too wide for the window."""
        wide = await self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        return [*await grave_problems(self.page), *self.complaints, *([f"{wide} px too wide"] if wide > 0 else [])]

    async def _show_places(self) -> None:
        if self._is_narrow:
            await self.page.get_by_role("button", name="Show conversations").click()

    def _hear(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.complaints.append(text)
