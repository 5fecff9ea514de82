"""Takes the pictures of four weeks' digests into docs/images: `make pictures`. Needs Chromium; CI does not run it.

The bot is the real one and posts by its own timetable, in the demo's workspace. What is not said in Slack (a survey's
end, a merged article, uses of a capability) is put into its database as it would be kept. A picture shows, side by
side, what the help channel reads, what the platform team reads, and the figures in its thread.
"""

import asyncio
import base64
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from shutil import copytree
from typing import Any

from playwright.async_api import Browser
from sqlalchemy import Table, insert

from bot import generate, logs
from bot.app import Mentor, running
from bot.demo.history import furnish_history
from bot.demo.made_up import furnish
from bot.demo.playing import settings_for
from bot.model import Use
from bot.storage import adoption
from bot.storage.channels import states
from bot.storage.engine import Tx
from bot.storage.schema import (
    capability_marks,
    controller_reports,
    drafts,
    friction,
    friction_themes,
    proposals,
    stories,
)
from bot.wanted import Due
from sandbox import Clock, Message, Sandbox
from tests.browser import chromium

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
EMBEDDED = Path(__file__).resolve().parent.parent / "knowledge" / "handbook"
BEGINS = datetime(2026, 11, 23, 8, 50, tzinfo=UTC)  # a Monday, ten minutes before the digest
DUE = datetime(2026, 11, 23, 9, 0, 30, tzinfo=UTC)
LATELY = datetime(2026, 11, 18, 14, tzinfo=UTC)
GIT = "https://git.example.com/platform/handbook"
PATIENCE_S = 90.0
OPTIONAL = "  status: optional\n  since: 2025-09-01\n"
MANDATED = """\
  status: mandated
  since: 2026-11-16
  was: [{status: optional, since: 2025-09-01, alternative: a bucket of the team}]
"""

Put = Callable[[Tx], Awaitable[None]]


@dataclass(frozen=True)
class Week:
    """`told` puts in what is not said in Slack; `said` is said there before."""

    name: str
    told: Put
    has_history: bool = False
    said: Callable[[Sandbox], None] = lambda _: None


async def nothing(_tx: Tx) -> None:
    """Nothing happened."""


async def put(tx: Tx, table: Table, **row: Any) -> None:
    await tx.execute(insert(table).values(**row))


async def much(tx: Tx) -> None:
    """An article and a story were merged, what was hard was mended, something is still hard, some drift."""
    person = {"person": "11aa22bb", "created_at": LATELY}
    await put(
        tx,
        drafts,
        id="d1",
        key="d1",
        channel_id="C0DEPLOYS",
        root="1",
        reply_ts="2",
        owner="",
        tags=[],
        saver="11aa22bb",
        solver="99ff88ee",
        asker="99ff88ee",
        words=None,
        file="data/backups-and-restore.md",
        state="proposed",
        credit="unasked",
        created_at=LATELY,
    )
    await put(
        tx,
        proposals,
        id="p1",
        kind="article",
        subject="d1",
        branch="b",
        title="",
        state="merged",
        url=f"{GIT}/pulls/41",
        number="41",
        settled_at=LATELY,
        **person,
    )
    theme = {"opened_at": LATELY - timedelta(days=20), "linked_by": None}
    shipped = {"state": "shipped", "url": f"{GIT}/pulls/38", "shipped_at": LATELY}
    await put(tx, friction_themes, id="t1", title="cache, warm, builds", **shipped, **theme)
    await put(tx, friction_themes, id="t2", title="runner, waiting, queue", state="open", url="", **theme)
    for number in range(4):
        await put(tx, friction, **_logged(f"f{number}", f"person{number}"))
    told = {"names_teller": False, "team": "", "words": None, "told_at": LATELY, "settled_at": LATELY}
    where = {"file": "friday.md", "url": f"{GIT}/stories/friday.md", "state": "merged"}
    await put(tx, stories, id="s1", key="s1", teller="x", title="We deploy on Fridays again", **told, **where)
    for number in range(4):
        await put(tx, controller_reports, **_put_back(number))
    await _used(tx, "object-storage", {"search": date(2026, 11, 17), "data": date(2026, 11, 19)})


def _logged(id_: str, person: str) -> dict[str, Any]:
    at = {"stage": "build", "is_stage_said": True, "source": "words", "channel_id": "", "ts": "", "capability": ""}
    more = {"topic": "", "team": "", "is_named": False, "is_readied": True, "theme_id": "t2", "logged_at": LATELY}
    return {"id": id_, "key": id_, "person": person, "text": None, **at, **more}


def _put_back(number: int) -> dict[str, Any]:
    at = LATELY + timedelta(hours=number)
    said = {"said": "changed by hand, put back", "said_at": at, "heard_at": at, "told_at": at}
    return {
        "id": f"c{number}",
        "reporter": "argocd",
        "object": "teams-payments",
        "revision": "",
        "state": "returned",
        **said,
    }


async def _used(tx: Tx, capability: str, teams: dict[str, date]) -> None:
    await adoption.add(tx, [Use(capability, team, day, "used", "file") for team, day in teams.items()])


async def a_mandate(tx: Tx) -> None:
    """On Monday of the week it had to be used; teams that had not chosen it began."""
    seen = {"capability": "object-storage", "teams": ["payments", "checkout", "search", "data"]}
    await put(tx, capability_marks, **seen, seen_on=date(2026, 6, 1), status="optional", since=date(2026, 6, 1))
    await _used(tx, "object-storage", {"payments": date(2026, 9, 1)})
    days = {"checkout": date(2026, 11, 17), "search": date(2026, 11, 18), "data": date(2026, 11, 20)}
    await _used(tx, "object-storage", days)


def a_little(sandbox: Sandbox) -> None:
    """Three questions; to one there is an answer, and one waits."""
    past = sandbox.workspace.past
    day = datetime(2026, 11, 17, 10, tzinfo=UTC).timestamp()
    asked = past.say("U0PRIYA", "C0ASKPLAT", "How do I see the traces of my requests?", at=day)
    past.say("U0JONAS", "C0ASKPLAT", "In Tempo, choose your service.", at=day + 1500, thread_ts=asked.ts)
    past.say("U0PRIYA", "C0ASKPLAT", "thanks, that worked!", at=day + 1900, thread_ts=asked.ts)
    past.say("U0LICHEN", "C0ASKPLAT", "Where can I find the cost of my namespace?", at=day + 9000)


WEEKS = (
    Week("rich", much, has_history=True),
    Week("poor", nothing, said=a_little),
    Week("empty", nothing),
    Week("mandate", a_mandate, said=a_little),
)


@asynccontextmanager
async def at_work(week: Week, folder: Path) -> AsyncIterator[tuple[Sandbox, Mentor]]:
    clock = Clock(start_s=BEGINS.timestamp(), factor=20.0)
    sandbox = Sandbox(generate.manifest(), clock=clock)
    furnish(sandbox)
    if week.has_history:
        furnish_history(sandbox, until=BEGINS)
    week.said(sandbox)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(sandbox)
        settings = replace(settings_for(sandbox, folder / "data"), handbook=str(_handbook(week, folder)))
        mentor = await stack.enter_async_context(running(settings))
        await sandbox.connected()
        yield sandbox, mentor


def _handbook(week: Week, folder: Path) -> Path:
    copied = Path(copytree(EMBEDDED, folder / "handbook"))
    if week.name == "mandate":
        file = copied / "capabilities.yaml"
        before, after = OPTIONAL, MANDATED
        text = file.read_text()
        assert before in text, "the embedded handbook says otherwise now"
        file.write_text(text.replace(before, after))
    return copied


async def picture(week: Week, browser: Browser, folder: Path) -> None:
    async with at_work(week, folder) as (sandbox, mentor):
        async with asyncio.timeout(PATIENCE_S):
            while not await _is_read_back(mentor):
                await sandbox.clock.sleep(5)
        await mentor.database.write(week.told)
        await mentor.curation.gaps.sort(Due("2026-11-23", BEGINS.isoformat()))  # as it is each dawn
        sandbox.clock.advance(DUE.timestamp() - sandbox.clock.now())
        await mentor.timetable.tick()
        team = await _first(sandbox, "C0PLATFORM", "The week in our channels")
        everybody = await _first(sandbox, "C0ASKPLAT", "What changed")
        await sandbox.settle(PATIENCE_S)
        await asyncio.sleep(3)  # of the wall: the details follow their digest at Slack's pace
        shots = await _shots(browser, sandbox, team=team, everybody=everybody)
    await _side_by_side(browser, shots, IMAGES / f"digest-{week.name}.png")
    sys.stdout.write(f"docs/images/digest-{week.name}.png\n")


async def _is_read_back(mentor: Mentor) -> bool:
    async with mentor.database.read() as tx:
        known = await states(tx)
    return bool(known) and all(each.is_read_back for each in known)


async def _first(sandbox: Sandbox, channel_id: str, begins: str) -> Message:
    messages = sandbox.workspace.channels[channel_id].messages

    def posted() -> list[Message]:
        return [each for each in messages.values() if each.text.startswith(begins)]

    return (await sandbox.wait_for(posted, PATIENCE_S))[0]


async def _shots(browser: Browser, sandbox: Sandbox, *, team: Message, everybody: Message) -> list[bytes]:
    """What the help channel sees, what the team sees, and its thread if there is one."""
    page = await browser.new_page(viewport={"width": 1180, "height": 2400})
    await page.goto(sandbox.url)
    await page.get_by_label("Acting as").select_option("Maya Lind")
    places = page.get_by_role("navigation", name="Conversations")
    messages = page.get_by_role("log", name="Messages", exact=True).get_by_role("article")
    shots = []
    for channel, message in (("ask-platform", everybody), ("platform-team", team)):
        await places.get_by_role("button", name=channel).click()
        shots.append(await messages.filter(has_text=message.text.splitlines()[0]).screenshot())
    if team.ts in {each.thread_ts for each in sandbox.workspace.channels[team.channel].messages.values()}:
        await messages.filter(has_text=team.text.splitlines()[0]).get_by_role("button", name="1 reply").click()
        thread = page.get_by_role("complementary", name="Thread").get_by_role("article")
        shots.append(await thread.last.screenshot())
    await page.close()
    return shots


async def _side_by_side(browser: Browser, shots: list[bytes], path: Path) -> None:
    heads = ("In the help channel", "In the platform team's channel", "In its thread")
    sources = [f"data:image/png;base64,{base64.b64encode(shot).decode()}" for shot in shots]
    parts = [
        f"<figure><figcaption>{head}</figcaption><img src='{source}'></figure>"
        for head, source in zip(heads, sources, strict=False)
    ]
    style = "body{font:bold 14px sans-serif;display:flex;gap:16px;margin:0;padding:12px;width:max-content}"
    style += "figure{margin:0 0 16px}img{display:block;border:1px solid #ddd;margin-top:6px}"
    columns = "".join(f"<div>{''.join(column)}</div>" for column in (parts[:2], parts[2:]))
    page = await browser.new_page(viewport={"width": 1300, "height": 400})
    await page.set_content(f"<!doctype html><style>{style}</style>{columns}")
    await page.locator("body").screenshot(path=path)
    await page.close()


async def main() -> None:
    logs.set_up("error")
    async with chromium() as browser:
        for week in WEEKS:
            if not sys.argv[1:] or week.name in sys.argv[1:]:
                with tempfile.TemporaryDirectory(prefix="mentor-pictures-") as folder:
                    await picture(week, browser, Path(folder))


if __name__ == "__main__":
    asyncio.run(main())
