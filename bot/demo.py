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
from bot.demo_live import APPLICATIONS, furnish_live
from bot.demo_neighbours import furnish_neighbours
from bot.demo_survey import furnish_survey
from bot.storage.channels import ChannelState, states
from sandbox import Actor, Sandbox, View
from sandbox import Clock as SandboxClock
from sandbox.controller import Controller
from sandbox.model import Message
from sandbox.repository import BareRepository, NotMergeable

OPENS_AT = datetime(2026, 11, 23, 8, 50, tzinfo=UTC)  # a Monday, ten minutes before the digest
DIGEST_AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
READING_PACE = 20.0  # a fortnight is read back at Slack's pace, which is nothing to watch
TOUR_PACE = 5.0  # the workspace's clock against the wall's: short waits, and room for a slow machine
REVIEWED_AFTER_S = 5.0  # long enough to see that a change waits for its reviewers
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
        furnish_neighbours(sandbox, now=OPENS_AT)
        furnish_history(sandbox, until=OPENS_AT)
        await sandbox.start(port)
        stack.push_async_callback(sandbox.stop)
        print(f"Mentor in a sandbox workspace: {sandbox.url}\n", flush=True)
        live = furnish_live(folder / "company")
        mentor = await stack.enter_async_context(running(live.known_to(settings_for(sandbox, folder))))
        await sandbox.connected()
        hook_url = f"http://127.0.0.1:{mentor.http_port}/hooks/argocd"
        controller = Controller(live.repository, hook_url, live.hook_token, clock, APPLICATIONS)
        await stack.enter_async_context(controller)
        await Tour(sandbox, mentor, live.repository).walk()
        clock.set_factor(1.0)
        if stay:
            print(f"\nNow yours: open {sandbox.url} and be anyone. Ctrl-C ends it.", flush=True)
            await Reviewers(live.repository).work()
    return 0


class Reviewers:
    """Merge what is proposed at the second look, as the company's reviewers would. Each is tried once."""

    def __init__(self, repository: BareRepository) -> None:
        self._repository = repository
        self._seen: set[str] = set()
        self._tried: set[str] = set()

    async def work(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(REVIEWED_AFTER_S)
            await asyncio.to_thread(self.look)

    def look(self) -> None:
        waiting = set(self._repository.unmerged())
        for branch in sorted(waiting & self._seen - self._tried):
            self._tried.add(branch)
            try:
                self._repository.merge(branch)
                print(f"The reviewers merged {branch} in {self._repository.folder}", flush=True)
            except NotMergeable as error:
                print(f"The reviewers did not merge it: {error}", flush=True)
        self._seen |= waiting


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

    def __init__(self, sandbox: Sandbox, mentor: Mentor, live: BareRepository) -> None:
        self._sandbox = sandbox
        self._mentor = mentor
        self._live = live
        self._done: list[str] = []

    async def walk(self) -> None:
        await self._the_past_is_read_back()
        await self._the_digest_arrives()
        await self._a_question_is_answered()
        await self._nothing_is_guessed()
        await self._privately()
        await self._in_shadow()
        await self._a_peer_helps()
        await self._something_is_done()
        await self._how_it_was_is_asked()
        await self._a_survey_is_told()
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
        print("2. Monday, 09:00: the week's digest, for the platform team what to do, for everybody what changed.")
        clock.advance(max(0.0, DIGEST_AT.timestamp() - clock.now()))
        digest = await self._first(lambda: [each for each in maya.sees("platform-team") if "The week" in each.text])
        _tell("Mentor, in #platform-team", digest)
        told = await self._first(lambda: [each for each in maya.sees("ask-platform") if "What changed" in each.text])
        _tell("Mentor, in #ask-platform", told)
        self._done.append("the week's digest, posted once to each of its readers")

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

    async def _something_is_done(self) -> None:
        priya, maya = self._person("priya"), self._person("maya")
        print("9. Priya gets something done for herself: a form, an approval with the very change in view, Git.")
        await priya.command("/platform", "run bucket", "ask-platform")
        form = (await self._sandbox.wait_for(priya.views, PATIENCE_S))[-1]
        print("   priya: /platform run bucket")
        _tell_form(form)
        filled = {"Bucket name": "receipts", "Environment": "prod", "Team": "payments"}
        await priya.submit(form, filled)
        print(f"   priya fills it in: {', '.join(filled.values())}\n", flush=True)
        card = await self._first(
            lambda: [each for each in maya.sees("platform-team") if "Priya Nair asks" in each.text]
        )
        _tell("Mentor, in #platform-team", card)
        await maya.press(card, "Approve")
        (branch,) = await self._sandbox.wait_for(self._live.unmerged, PATIENCE_S)
        print("   Maya approves. In the repository, one branch with one commit:")
        (commit,) = self._live.log(
            f"{self._live.base}..{branch}", "%h %an: %s%n%(trailers:key=Requested-by,key=Approved-by)"
        )
        print(f"{_wrapped(commit)}\n", flush=True)
        self._live.merge(branch)
        print("   A reviewer merges it; a stand-in for Argo CD reports that it is live.")
        outcome = await self._first(lambda: [each for each in _replies(priya) if ": live, " in each.text])
        _tell("Mentor, to Priya alone, below what she was shown when she asked", outcome)
        self._done.append("a bucket asked for, approved, merged in Git and live, told to who asked")

    async def _how_it_was_is_asked(self) -> None:
        priya = self._person("priya")
        print("10. Now she is asked how it was, once: one press, until a date confidential, then anonymous.")
        asked = await self._first(lambda: [each for each in priya.sees_in_dm() if "It was easy" in each.text])
        _tell("Mentor, to Priya alone", asked)
        await priya.press(asked, "4")
        await self._sandbox.wait_for(lambda: "Thank you" in _words(asked), PATIENCE_S)
        print("   priya presses 4. Nobody is shown one answer: of fewer than five nothing is ever shown.\n", flush=True)
        self._done.append("one question, answered by a press")

    async def _a_survey_is_told(self) -> None:
        maya = self._person("maya")
        print("11. What a survey found that closed three weeks before (put in, as the fortnight was).")
        await furnish_survey(self._mentor.desk)
        await maya.command("/platform", "pulse results", "random")
        print("   maya: /platform pulse results")
        shown = await self._first(lambda: [each for each in maya.sees("random") if each.ephemeral_to])
        _tell("Mentor, to Maya alone", shown)
        print("   No team has five answers, so none is shown, nor anything from which it would follow.\n", flush=True)
        self._done.append("a survey's results, with what may not be shown hidden")

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


def _tell_form(form: View) -> None:
    """Its title, what it says beforehand, and its fields with what can be chosen."""
    print(f"   The form “{form.payload['title']['text']}”:")
    for block in form.payload["blocks"]:
        if block["type"] == "context":
            print(_wrapped(_plain(block["elements"][0]["text"])))
        if block["type"] == "input":
            options = ", ".join(each["text"]["text"] for each in block["element"].get("options", []))
            print(f"     [ {block['label']['text']}{': ' * bool(options)}{options} ]")


def _tell(who: str, message: Message, *, last_only: bool = False) -> None:
    lines = [line for line in _plain(_words(message)).splitlines() if line.strip()]
    print(f"   {who}:")
    print(f"{_wrapped(*(lines[-1:] if last_only else lines))}\n", flush=True)


def _wrapped(*texts: str) -> str:
    lines = [line for text in texts for line in text.splitlines()]
    return "\n".join(fill(line, 100, initial_indent="     ", subsequent_indent="     ") for line in lines)


def _replies(person: Actor) -> list[Message]:
    """What stands in threads of the person's messages with the bot."""
    return [each for each in person.sees_in_dm() if each.thread_ts not in (None, each.ts)]
