"""The page in a real Chromium: it prints a rich quarter on one sheet of A4, and nothing is complained about."""

import re
from dataclasses import replace
from pathlib import Path

from bot.report import html
from bot.report.rules import report
from tests.browser import NEEDS_CHROMIUM, chromium
from tests.report.quarters import rich

pytestmark = NEEDS_CHROMIUM


async def test_a_rich_quarter_prints_on_one_sheet(tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text(html.written(report(replace(rich(), tickets_closed=132))), encoding="utf-8")
    complaints: list[str] = []
    async with chromium() as browser:
        page = await browser.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))

        await page.goto(file.as_uri())
        sheet = await page.pdf(prefer_css_page_size=True)
        overflow = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")

    assert re.findall(rb"/Type\s*/Pages\b[^>]*?/Count (\d+)|/Count (\d+)", sheet)[0] in ((b"1", b""), (b"", b"1"))
    assert (complaints, overflow) == ([], 0)
