"""`mentor demo`: a sandbox workspace and the bot in one process, and a short tour through what people see.

Besides the command line, the demo alone knows the sandbox. Everything here is made up but the bot.
"""

import asyncio
import re
import tempfile
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from textwrap import fill

from bot import generate, logs
from bot.app import Mentor, running
from bot.clock import Clock
from bot.config import Settings, read_settings
from bot.demo_company import CHANNELS, GROUPS, PLATFORM_ONLY
from bot.demo_company import PEOPLE as PEOPLE
from bot.demo_company import STARTS_AT as STARTS_AT
from bot.demo_history import furnish_history
from bot.storage.channels import ChannelState, states
from sandbox import Actor, Sandbox
from sandbox import Clock as SandboxClock
from sandbox.model import Message

OPENS_AT = datetime(2026, 11, 23, 8, 50, tzinfo=UTC)  # a Monday, ten minutes before the digest
DIGEST_AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
READING_PACE = 20.0  # a fortnight is read back at Slack's pace, which is nothing to watch
TOUR_PACE = 5.0  # the workspace's clock against the wall's: short waits, and room for a slow machine
PATIENCE_S = 20.0
READING_PATIENCE_S = 90.0


async def demo(*, port: int, stay: bool) -> int:
    """The tour, then (if `stay`) the workspace left open until interrupted; 0 when every step came out."""
    logs.set_up("error")
    clock = SandboxClock(start_s=OPENS_AT.timestamp(), factor=READING_PACE)
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mentor-demo-")))
        sandbox = Sandbox(generate.manifest(), clock=clock)
        furnish(sandbox)
        furnish_history(sandbox, until=OPENS_AT)
        await sandbox.start(port)
        stack.push_async_callback(sandbox.stop)
        print(f"Mentor in a sandbox workspace: {sandbox.url}\n", flush=True)
        mentor = await stack.enter_async_context(running(settings_for(sandbox, folder)))
        await sandbox.connected()
        await Tour(sandbox, mentor).walk()
        clock.set_factor(1.0)
        if stay:
            print(f"\nNow yours: open {sandbox.url} and be anyone. Ctrl-C ends it.", flush=True)
            await asyncio.Event().wait()
    return 0


def settings_for(sandbox: Sandbox, folder: Path) -> Settings:
    """The bot's settings in that workspace: embedded database and handbook, the workspace's clock."""
    environment = {
        "MENTOR_DATA": str(folder),
        "MENTOR_HTTP_PORT": "0",
        "SLACK_BOT_TOKEN": sandbox.bot_token,
        "SLACK_APP_TOKEN": sandbox.app_token,
        "SLACK_API_URL": sandbox.api_url,
    }
    clock = Clock(sandbox.clock.now, lambda: sandbox.clock.factor)
    return replace(read_settings(environment), clock=clock)


def furnish(sandbox: Sandbox) -> None:
    """The company of the embedded handbook: its people, groups and channels."""
    workspace = sandbox.workspace
    for user_id, (name, real_name) in PEOPLE.items():
        workspace.add_person(name, real_name=real_name, id=user_id)
    for group_id, (handle, users) in GROUPS.items():
        workspace.add_usergroup(handle, users, id=group_id)
    for channel_id, name in CHANNELS.items():
        members = GROUPS["S0PLATFORM"][1] if channel_id == PLATFORM_ONLY else list(PEOPLE)
        workspace.add_channel(name, members=members, id=channel_id)


class Tour:
    """One step a method; each waits for what it shows and raises TimeoutError when it does not come."""

    def __init__(self, sandbox: Sandbox, mentor: Mentor) -> None:
        self._sandbox = sandbox
        self._mentor = mentor
        self._done: list[str] = []

    async def walk(self) -> None:
        await self._the_past_is_read_back()
        await self._the_digest_arrives()
        await self._a_question_is_answered()
        await self._nothing_is_guessed()
        await self._privately()
        await self._in_shadow()
        await self._a_peer_helps()
        print("In short:")
        for line in self._done:
            print(f"  ✓ {line}")

    async def _the_past_is_read_back(self) -> None:
        print("1. The bot was just invited. It reads back what was said before, at the pace Slack allows.")
        async with asyncio.timeout(READING_PATIENCE_S):
            while not (known := await self._read_back()):
                await self._sandbox.clock.sleep(1)
        names = ", ".join(f"#{each.name}" for each in known)
        print(
            f"   Read back: {names}. Who asked, who answered, after how long; nothing is answered late.\n", flush=True
        )
        self._sandbox.clock.set_factor(TOUR_PACE)
        self._done.append("a fortnight read back, so that the first digest has a week to compare with")

    async def _the_digest_arrives(self) -> None:
        maya, clock = self._person("maya"), self._sandbox.clock
        print("2. Monday, 09:00: the week's digest, for the platform team.")
        clock.advance(max(0.0, DIGEST_AT.timestamp() - clock.now()))
        digest = await self._first(lambda: [each for each in maya.sees("platform-team") if "The week" in each.text])
        _tell("Mentor, in #platform-team", digest)
        self._done.append("the week's digest, posted once")

    async def _a_question_is_answered(self) -> None:
        priya, amara = self._person("priya"), self._person("amara")
        print("3. A question in a watched channel is answered from the handbook, with its source.")
        asked = priya.say("ask-platform", "hi all, how do I see the logs of my service?")
        _tell("priya, in #ask-platform", asked)
        answer = await self._reply_to(asked)
        _tell("Mentor, in the thread", answer)
        print("4. Only the person who asked can call it solved: Amara may not, Priya may.")
        await amara.press(answer, "That solved it")
        refusal = await self._first(lambda: [each for each in amara.sees("ask-platform") if each.ephemeral_to])
        _tell("Mentor, to Amara alone", refusal)
        await priya.press(answer, "That solved it")
        await self._sandbox.wait_for(lambda: "Solved" in _words(answer), PATIENCE_S)
        _tell("Mentor, in place of the buttons", answer, last_only=True)
        self._done += [
            "a question answered from the handbook, with its source",
            "a press refused, with the reason",
            "solved, said by the person who asked",
        ]

    async def _nothing_is_guessed(self) -> None:
        jonas = self._person("jonas")
        print("5. What the handbook does not know is not guessed; a person is one press away.")
        bot = f"<@{self._sandbox.workspace.bot_user_id}>"
        asked = jonas.say("random", f"{bot} which restaurant near the office has vegan lunch?")
        _tell("jonas, in #random", asked)
        answer = await self._reply_to(asked)
        _tell("Mentor, in the thread", answer)
        await jonas.press(answer, "Get a person")
        handed = await self._first(lambda: [each for each in self._thread(asked) if each.ts != answer.ts])
        _tell("Mentor, in the thread", handed)
        self._done += ["an unknown matter not guessed at", "handed to the people on duty"]

    async def _privately(self) -> None:
        jonas = self._person("jonas")
        print("6. The command answers in private.")
        await jonas.command("/platform", "ask how do I restore a database backup?", "random")
        print("   jonas: /platform ask how do I restore a database backup?")
        shown = await self._first(lambda: [each for each in jonas.sees("random") if each.ephemeral_to])
        _tell("Mentor, to Jonas alone", shown)
        self._done.append("a command answered in private")

    async def _in_shadow(self) -> None:
        li, maya = self._person("li"), self._person("maya")
        print("7. A new channel starts in shadow: the platform team alone sees and judges what would have been said.")
        asked = li.say("data-help", "How can I get a new PostgreSQL database for my service?")
        _tell("li, in #data-help", asked)
        card = await self._first(lambda: [each for each in maya.sees("platform-team") if "In shadow" in each.text])
        _tell("Mentor, in #platform-team", card)
        await maya.press(card, "Right")
        await self._sandbox.wait_for(lambda: "Judged" in _words(card), PATIENCE_S)
        self._done.append("an answer in shadow, judged by the platform team")

    async def _a_peer_helps(self) -> None:
        lucia, owen, jonas = self._person("lucia"), self._person("owen"), self._person("jonas")
        print("8. Where people come first, the bot waits. A peer answers, is thanked, and that is what counts.")
        asked = lucia.say("deploys", "does anybody know how to pause a rollout half way?")
        _tell("lucia, in #deploys", asked)
        _tell("owen, in the thread", owen.say("deploys", "kubectl rollout pause, then resume it later", thread=asked))
        _tell("lucia, in the thread", lucia.say("deploys", "thanks, that worked!", thread=asked))
        await self._sandbox.settle(PATIENCE_S)
        await jonas.command("/platform", "health 2w", "random")
        print("   jonas: /platform health 2w")
        shown = await self._first(lambda: [each for each in jonas.sees("random") if "help each other" in each.text])
        _tell("Mentor, to Jonas alone", shown)
        self._done.append("a peer's help seen and counted, by nobody's name")

    async def _read_back(self) -> Sequence[ChannelState]:
        """The channels, once all are read back."""
        async with self._mentor.database.read() as tx:
            known = await states(tx)
        return known if known and all(each.is_read_back for each in known) else ()

    def _person(self, name: str) -> Actor:
        return self._sandbox.person(name)

    def _thread(self, asked: Message) -> list[Message]:
        channel = self._sandbox.workspace.channels[asked.channel]
        return [each for each in channel.messages.values() if each.thread_ts == asked.ts and each.ts != asked.ts]

    async def _reply_to(self, asked: Message) -> Message:
        return await self._first(lambda: self._thread(asked))

    async def _first(self, look: Callable[[], list[Message]]) -> Message:
        return (await self._sandbox.wait_for(look, PATIENCE_S))[0]


def _words(message: Message) -> str:
    """All text of a message's blocks, one block a line, its buttons on one."""
    lines = []
    for block in message.blocks or [{"text": {"text": message.text}}]:
        if "text" in block:
            lines.append(block["text"]["text"])
        lines += [" | ".join(cell["text"] for cell in row) for row in block.get("rows", [])]
        texts = [element["text"] for element in block.get("elements", [])]
        lines += [text for text in texts if isinstance(text, str)]
        lines.append("  ".join(f"[ {text['text']} ]" for text in texts if isinstance(text, dict)))
    return "\n".join(line for line in lines if line)


def _plain(text: str) -> str:
    """As a person reads it: mentions by name, links by their label."""
    text = re.sub(r"<!subteam\^(\w+)>", lambda found: f"@{GROUPS[found[1]][0]}", text)
    text = re.sub(r"<@(\w+)>", lambda found: f"@{PEOPLE.get(found[1], ('Mentor', ''))[0]}", text)
    return unescape(re.sub(r"<[^|<>]+\|([^<>]+)>", r"\1", text))


def _tell(who: str, message: Message, *, last_only: bool = False) -> None:
    lines = [line for line in _plain(_words(message)).splitlines() if line.strip()]
    print(f"   {who}:")
    for line in lines[-1:] if last_only else lines:
        print(fill(line, 100, initial_indent="     ", subsequent_indent="     "))
    print(flush=True)
