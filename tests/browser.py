"""A real Chromium for tests of pages: how it is started, how a page looks, and what axe finds on it.

axe is Deque's checker of accessibility. Its script comes inside the package `axe-playwright-python`; of the package
itself nothing is used.
"""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import pytest
from playwright.async_api import Browser, Page, async_playwright

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
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()


@asynccontextmanager
async def window(browser: Browser, look: Look) -> AsyncIterator[Page]:
    """A page of that look. Its policy on scripts is set aside, or axe's could not run in it."""
    height = 760 if look.width == WIDE else 844
    context = await browser.new_context(
        viewport={"width": look.width, "height": height}, color_scheme=look.scheme, bypass_csp=True
    )
    yield await context.new_page()
    await context.close()


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
