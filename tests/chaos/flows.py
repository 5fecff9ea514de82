"""What people ask of the bot, and what it does of its own accord: flows to be killed in, one by one."""

import os
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from bot.storage.schema import metadata
from bot.wanted import Kind
from knowledge.channels import Channel
from sandbox import Interaction, Message
from tests.chaos import company, polled
from tests.chaos.bot_process import LISTENERS
from tests.chaos.counted import Lost, exactly, in_order
from tests.chaos.killing import Kill, Plain
from tests.chaos.polled import Polled
from tests.chaos.rehearsal import CHANNELS, PATIENCE_S, PLATFORM, Rehearsal
from tests.git.remote import Remote, make_remote
from tests.journeys.office import buttons
from tests.peers.reading import reader_of

QUESTION = "How do I search the logs of production?"
UNKNOWN = "How do I clean the cache of the build?"  # to the handbook
PROPOSE = "Open pull request"
SOLVED = "That solved it"
BEFORE_NINE = datetime(2026, 11, 30, 8, 59, 30, tzinfo=UTC)  # a Monday in London
DAY_S = 86_400.0
TICKED_S = 45.0  # since the start of a bot: it looks every thirty seconds what is due
FOLLOWED_S = 200.0  # the same, of what became of proposals: every three minutes


class Question(Plain):
    """Somebody asks in a watched channel. Slack repeats the event, so it is never lost."""

    kills = (
        Kill("post held, then applied", held="chat.postMessage"),
        Kill("post held, then dropped", held="chat.postMessage", is_dropped=True),
        Kill("post applied", effect="post"),
    )

    async def act(self, run: Rehearsal) -> None:
        run.sandbox.person("ada").say(CHANNELS[0], QUESTION)

    async def check(self, run: Rehearsal, *, is_taken_down: bool) -> None:
        (asked,) = [each for each in run.sandbox.person("ada").sees(CHANNELS[0]) if each.text == QUESTION]
        places = {place: len(posts) for place, posts in company.answers_in(run.sandbox).items()}
        exactly(places, {company.place_of(asked): 1})


class Verdict(Plain):
    """Who asked presses a button under the answer. A press that was not taken down is pressed again."""

    kills = (
        Kill("edit held, then applied", held="chat.update"),
        Kill("edit held, then dropped", held="chat.update", is_dropped=True),
        Kill("edit applied", effect="update"),
    )

    async def furnish(self, run: Rehearsal) -> None:
        await run.start()
        await Question().act(run)
        await run.sandbox.wait_for(run.sandbox.ledger.posts, PATIENCE_S)
        await _over(run)

    async def act(self, run: Rehearsal) -> None:
        await _press(run, "ada", self._answer(run), SOLVED)

    async def check(self, run: Rehearsal, *, is_taken_down: bool) -> None:
        if not is_taken_down and self._has_buttons(run):
            await self.act(run)
            await run.quiet()
        if self._has_buttons(run):
            raise Lost("the verdict was taken down, and is not told")
        assert "Solved" in str(self._answer(run).blocks)
        await Question().check(run, is_taken_down=True)

    def _answer(self, run: Rehearsal) -> Message:
        (post,) = run.sandbox.ledger.posts()
        return run.sandbox.workspace.message(post.channel or "", post.ts or "")

    def _has_buttons(self, run: Rehearsal) -> bool:
        return any(block["type"] == "actions" for block in self._answer(run).blocks)


class Command(Plain):
    """Somebody asks privately. A command is never repeated; its answer has no key: at most once, then once as a DM."""

    kills = (Kill("answer applied", effect="respond or post"),)

    async def act(self, run: Rehearsal) -> None:
        await run.sandbox.person("ada").command("/platform", f"ask {QUESTION}", CHANNELS[0])

    async def check(self, run: Rehearsal, *, is_taken_down: bool) -> None:
        dm = run.sandbox.workspace.dm_of(run.sandbox.person("ada").id).id
        shown = Counter((each.kind, each.channel) for each in run.sandbox.ledger.effects)
        exactly(shown, {place: 1 for place in (("respond", CHANNELS[0]), ("post", dm)) if place in shown})
        if is_taken_down and not shown:
            raise Lost("the answer was taken down, and is not told")


class Growing(Plain):
    """Somebody asks in their direct messages with the bot, where the answer grows."""

    kills = (
        Kill("start held, then applied", held="chat.startStream"),
        Kill("start held, then dropped", held="chat.startStream", is_dropped=True),
        Kill("start applied", effect="stream_start"),
        Kill("piece held, then applied", held="chat.appendStream"),
        Kill("piece applied", effect="stream_append"),
        Kill("end held, then applied", held="chat.stopStream"),
        Kill("end held, then dropped", held="chat.stopStream", is_dropped=True),
        Kill("end applied", effect="post"),
    )

    async def act(self, run: Rehearsal) -> None:
        run.sandbox.person("ada").dm(QUESTION)

    async def check(self, run: Rehearsal, *, is_taken_down: bool) -> None:
        """One whole answer stands, and nothing that was begun and left."""
        stands = [each for each in run.sandbox.person("ada").sees_in_dm() if each.bot_id]
        exactly(((each.metadata is not None, "That solved it" in str(each.blocks)) for each in stands), [(True, True)])


class Digest(Plain):
    """It becomes Monday, nine o'clock: the week before is told in the platform channel, once."""

    starts_at = BEFORE_NINE
    parts = ("Timetable", "Workers", "Outbox")
    kills = (
        Kill("digest held, then applied", held="chat.postMessage"),
        Kill("digest held, then dropped", held="chat.postMessage", is_dropped=True),
        Kill("digest applied", effect="post"),
    )

    async def furnish(self, run: Rehearsal) -> None:
        """Somebody asked last Wednesday, and it was read."""
        asked_s = run.sandbox.clock.now() - 5 * DAY_S
        run.sandbox.workspace.past.say(run.sandbox.person("ada").id, CHANNELS[0], QUESTION, at=asked_s)
        reader = await reader_of(run.sandbox, run.database, [Channel(CHANNELS[0], "")])
        await reader.read_all()
        await reader.slack.close()

    async def check(self, run: Rehearsal, *, is_taken_down: bool) -> None:
        await run.sandbox.clock.sleep(TICKED_S)  # else nothing has looked at the timetable since the death
        await run.sandbox.wait_for(run.sandbox.ledger.posts, PATIENCE_S)
        await run.quiet()
        posts = [(each.channel, each.text.splitlines()[0].partition(":")[0]) for each in run.sandbox.ledger.posts()]
        in_order(posts, [(PLATFORM, "The week in our channels"), (PLATFORM, "*Who answered*")])


class Erasing(Plain):
    """Somebody has all that is kept of them erased; nothing is left of them, and they are told so, at most once.

    What they had asked is not answered again, though nothing tells any more that it was.
    """

    async def furnish(self, run: Rehearsal) -> None:
        ada = run.sandbox.person("ada")
        await run.start()
        ada.say(CHANNELS[0], QUESTION)
        ada.dm(QUESTION)
        await run.sandbox.wait_for(lambda: len(run.sandbox.ledger.posts()) == 2, PATIENCE_S)
        await _until_taken_down(run, "ada", lambda: ada.command("/platform", "settings", CHANNELS[0]))
        await run.sandbox.wait_for(lambda: self._offered(run), PATIENCE_S)
        await _over(run)

    async def act(self, run: Rehearsal) -> None:
        await _press(run, "ada", self._offered(run)[0], "Erase what you keep")

    async def check(self, run: Rehearsal, *, is_taken_down: bool) -> None:
        if not is_taken_down and await self._left(run):
            await self.act(run)
            await run.quiet()
        assert await self._left(run) == []
        answers = [each.channel for each in run.sandbox.ledger.posts() if SOLVED in str(run.message(each).blocks)]
        exactly(answers, [CHANNELS[0], run.sandbox.workspace.dm_of(run.sandbox.person("ada").id).id])
        told = [each.text for each in _shown_to(run, "ada") if each.text.startswith("Done. ")]
        exactly(told, told[:1])

    def _offered(self, run: Rehearsal) -> list[Message]:
        return [each for each in _shown_to(run, "ada") if "Erase what you keep" in str(each.blocks)]

    async def _left(self, run: Rehearsal) -> list[str]:
        """The tables that name the person, or hold their words."""
        ada = run.sandbox.person("ada")
        needles = (ada.id, run.sandbox.workspace.dm_of(ada.id).id, QUESTION)
        async with run.database.read() as tx:
            rows = {table.name: str((await tx.execute(select(table))).all()) for table in metadata.sorted_tables}
        return [name for name, held in rows.items() if any(each in held for each in needles)]


class Pulse(Plain):
    """A survey is due: each person is asked once, and every answer they know to be taken down is kept."""

    starts_at = polled.STARTS_AT
    parts = ("Timetable", LISTENERS, "Inbox", "Workers", "Outbox")
    due = (Kind.OPEN_WAVES,)
    soon = timedelta(minutes=1)
    sure = 2  # people answer or not, and messages are put together
    kills = (Kill("invitation held, then applied", held="chat.postMessage"), Kill("invitation applied", effect="post"))
    people = 6

    def __init__(self) -> None:
        self._waves: dict[Rehearsal, Polled] = {}

    async def furnish(self, run: Rehearsal) -> None:
        wave = self._waves[run] = Polled(run, random.Random(1), "", slow_s=20.0)
        wave.furnish(self.people)

    async def check(self, run: Rehearsal, *, is_taken_down: bool) -> None:
        wave = self._waves.pop(run)
        await run.sandbox.clock.sleep(TICKED_S)
        await wave.until_now(wave.is_sent, PATIENCE_S)
        await wave.answers_are_in()
        await run.quiet(self.soon)
        exactly(wave.asked(), wave.people)
        assert await wave.invited() == {"asked": self.people}
        kept = await wave.kept()
        exactly(kept.keys(), wave.said.keys())
        assert kept == wave.said


class Proposed(Plain):
    """A solved thread was saved, and somebody presses: its article is proposed on one branch, and told of once."""

    parts: Sequence[str] = (LISTENERS, "Inbox", "Workers", "Outbox")
    kills = (Kill("card held, then dropped", held="chat.postMessage", is_dropped=True),)
    soon = timedelta(minutes=1)

    def settings(self, folder: Path) -> Mapping[str, str]:
        handbook = company.handbook_for(folder / "files", CHANNELS[:1], platform_channel=PLATFORM, only="observe")
        remote, files = make_remote(folder / "handbook.git"), [each for each in handbook.rglob("*") if each.is_file()]
        remote.commit({str(each.relative_to(handbook)): each.read_text(encoding="utf-8") for each in files})
        return {"MENTOR_HANDBOOK": remote.address, "PATH": os.environ["PATH"]}

    async def furnish(self, run: Rehearsal) -> None:
        await run.start()
        asked = run.sandbox.person("ada").say(CHANNELS[0], UNKNOWN)
        reply = run.sandbox.person("bela").say(CHANNELS[0], "Run the cleaner on the build machine.", thread=asked)
        run.sandbox.person("ada").react(reply, "white_check_mark")
        await run.quiet(self.soon)
        chidi = run.sandbox.person("chidi")
        await _until_taken_down(run, "chidi", lambda: chidi.shortcut("curation.save", asked))
        await run.sandbox.wait_for(lambda: _drafts(run), PATIENCE_S)
        await _over(run, self.soon)

    async def act(self, run: Rehearsal) -> None:
        await _press(run, "chidi", _drafts(run)[-1], PROPOSE)

    async def check(self, run: Rehearsal, *, is_taken_down: bool) -> None:
        if not is_taken_down and not _branches(run):
            await self.act(run)
            await run.quiet(self.soon)
        exactly({"branch": len(_branches(run))}, {"branch": 1})
        [branch] = _branches(run)
        exactly({"commit": int(_remote(run).git("rev-list", "--count", f"main..{branch}"))}, {"commit": 1})
        cards = [each.text.partition(":")[0] for each in run.sandbox.ledger.posts() if each.channel == PLATFORM]
        exactly(cards, ["A proposal for the handbook"])


class Documented(Proposed):
    """The reviewers merge it: the thread is told, once."""

    parts = ("ProposalService", "Workers", "Outbox")
    kills = (Kill("word held, then dropped", held="chat.postMessage", is_dropped=True),)

    async def furnish(self, run: Rehearsal) -> None:
        await super().furnish(run)
        await run.start()
        await super().act(run)
        await run.sandbox.wait_for(
            lambda: any(each.channel == PLATFORM for each in run.sandbox.ledger.posts()), PATIENCE_S
        )
        await _over(run, self.soon)

    async def act(self, run: Rehearsal) -> None:
        [branch] = _branches(run)
        _remote(run).git("update-ref", "refs/heads/main", branch)

    async def check(self, run: Rehearsal, *, is_taken_down: bool) -> None:
        await run.sandbox.clock.sleep(FOLLOWED_S)
        await run.sandbox.wait_for(lambda: self._told(run), PATIENCE_S)
        await run.quiet(self.soon)
        exactly({"told": len(self._told(run))}, {"told": 1})

    def _told(self, run: Rehearsal) -> list[str]:
        return [each.text for each in run.sandbox.ledger.posts() if each.text.startswith("Now documented")]


def _remote(run: Rehearsal) -> Remote:
    return Remote(Path(run.settings["MENTOR_HANDBOOK"].removeprefix("file://")))


def _branches(run: Rehearsal) -> list[str]:
    return _remote(run).git("for-each-ref", "--format=%(refname:short)", "refs/heads/mentor").split()


def _drafts(run: Rehearsal) -> list[Message]:
    return [each for each in _shown_to(run, "chidi") if PROPOSE in str(each.blocks)]


def _shown_to(run: Rehearsal, name: str) -> list[Message]:
    """What the person alone was shown: in the channel, or directly, where it came too late for that."""
    person = run.sandbox.person(name)
    return [
        *(each for each in person.sees(CHANNELS[0]) if each.ephemeral_to),
        *(each for each in person.sees_in_dm() if each.bot_id),
    ]


async def _press(run: Rehearsal, name: str, message: Message, label: str) -> None:
    person = run.sandbox.person(name)
    await _until_taken_down(
        run, name, lambda: person.press(message, label), until=lambda: label not in buttons(message)
    )


async def _until_taken_down(
    run: Rehearsal,
    name: str,
    act: Callable[[], Awaitable[Interaction]],
    *,
    until: Callable[[], bool] = lambda: False,
) -> None:
    """Again and again, as people do, as long as the bot lives and it is not to be seen that it was after all."""
    assert run.bot is not None
    process = run.bot.process
    while not until() and not await run.is_taken_down(name, act) and process.is_alive():
        await run.sandbox.clock.sleep(5)


async def _over(run: Rehearsal, soon: timedelta | None = None) -> None:
    """What the bot had to do is done, and it is gone."""
    await run.quiet(soon)
    run.kill()
    await run.killed()
