"""A watched public channel with a solved thread, as it lies in a database, and all that may be changed about it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import insert, update

from bot.answers.solved import SolvedService
from bot.model import ChannelInfo, Deletion, Profile, moment
from bot.peers.facts import FactsService
from bot.people import PeopleService
from bot.storage.engine import Database
from bot.storage.peers import put_deletions, stand_in_for
from bot.storage.people import forget, leave_out, stand_ins
from bot.storage.schema import answers, channels, messages, people, questions, reactions, verdicts
from bot.wanted import Asking
from knowledge.channels import AnswerMode, Channel, Channels, Keep
from tests.answers.shelf import BACKUPS, LOGS, SECRETS
from tests.desk import desk_at
from tests.work.desk import STARTS_AT, FakeSlack

C = "C0ASK"
ASKED, ANSWERED, CHECKED, LATER = (f"{(STARTS_AT - timedelta(days=21)).timestamp():.0f}.{n:06}" for n in range(1, 5))
WORDS = "how do I vacuum the zeppelin index of postgres with canaryquestion?"  # nobody else says "canary…"
LIKE_IT = "how can I vacuum the zeppelin index of postgres?"
REPLY = "canaryreply: run VACUUM ANALYZE first"
DESCRIBED = ChannelInfo(C, "ask", is_private=False, is_shared=False, is_member=True, is_archived=False)
CHANNEL = Channel(C, "ask", AnswerMode.AT_ONCE)
ASKING = Asking("asked:1", "you", LIKE_IT, C, question_ts=f"{STARTS_AT.timestamp():.0f}.000100")
PEOPLE = ("ada", "bela", "chidi", "you", "guest", "stranger")


@dataclass
class Slack(FakeSlack):
    info: ChannelInfo = DESCRIBED
    people: dict[str, Profile] = field(
        default_factory=lambda: {
            "UGUEST": Profile("UGUEST", "T1", is_guest=True),
            "USTRANGER": Profile("USTRANGER", "T2"),
        }
    )

    async def channel_info(self, channel_id: str) -> ChannelInfo:
        return self.info

    async def permalink(self, channel_id: str, ts: str) -> str:
        return f"https://acme.slack.example/archives/{channel_id}/p{ts.replace('.', '')}"

    async def profile(self, user_id: str) -> Profile:
        return self.people.get(user_id, Profile(user_id, "T1"))


class Past:
    """Ada asked, Bela answered, Chidi said something too, Ada set a check mark; each method tells it otherwise."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.slack = Slack()
        self.asking = ASKING
        channels = Channels(channels=(CHANNEL,), guests_may_ask=True)
        articles = (LOGS, BACKUPS, SECRETS)
        self.desk = desk_at(database, self.slack, now=STARTS_AT, channels=channels, articles=articles)

    async def begin(self) -> None:
        state = {"is_direct": False, "is_read_back": True, "is_whole_due": False, "due_at": STARTS_AT}
        await self._put(channels, channel_id=C, name="ask", is_private=False, **state)
        for name in PEOPLE:
            await self._put(people, id=name, slack_id=f"U{name.upper()}", created_at=STARTS_AT)
        await self._say(ASKED, "ada", WORDS)
        asked = {"asker": "ada", "kind": "how-to", "classifier": "rules"}
        await self._put(questions, channel_id=C, ts=ASKED, asked_at=moment(ASKED), **asked)
        await self._say(ANSWERED, "bela", REPLY)
        await self._say(f"{ANSWERED}1", "chidi", "me too", gist="ack")
        mark = {"changed_ts": CHECKED, "is_there": True, "seen_ts": "", "was_there": False}
        await self._put(reactions, channel_id=C, ts=ASKED, person="ada", name="white_check_mark", **mark)
        await self.database.write(stand_ins)

    def service(self) -> SolvedService:
        """One that has catalogued nothing yet."""
        facts = FactsService(
            self.database, channels=lambda: self.desk.shelf.library.handbook.channels, clock=self.desk.clock
        )
        return SolvedService(self.desk, PeopleService(self.desk), facts.solved)

    def watch(self, *watched: Channel) -> None:
        """From now on these channels alone."""
        library = self.desk.shelf.library
        settings = replace(library.handbook.channels, channels=watched)
        self.desk.shelf.library = replace(library, handbook=replace(library.handbook, channels=settings))

    async def ask_again(self) -> None:
        """The new question stands in the channel, and nobody replied."""
        ts = str(ASKING.question_ts)
        said = {"author": "you", "author_kind": "person", "gist": "asks", "posted_at": STARTS_AT}
        await self._put(messages, channel_id=C, ts=ts, text=None, **said)
        asked = {"asker": "you", "kind": "how-to", "classifier": "rules", "asked_at": moment(ts)}
        await self._put(questions, channel_id=C, ts=ts, **asked)

    # What may be otherwise.

    async def private(self) -> None:
        await self._change(channels, is_private=True)

    async def made_private(self) -> None:
        self.slack.info = replace(DESCRIBED, is_private=True)

    async def shared(self) -> None:
        self.slack.info = replace(DESCRIBED, is_shared=True)

    async def counts(self) -> None:
        self.watch(replace(CHANNEL, keep=Keep.COUNTS))

    async def unwatched(self) -> None:
        self.watch()

    async def asker_left_out(self) -> None:
        await self._leave_out("ada")

    async def helper_left_out(self) -> None:
        await self._leave_out("bela")

    async def bystander_left_out(self) -> None:
        await self._leave_out("chidi")

    async def helper_is_someone(self) -> None:
        await self.database.write(lambda tx: stand_in_for(tx, "bela", C, "~someone"))

    async def helper_erased(self) -> None:
        await self.database.write(lambda tx: forget(tx, "bela"))

    async def deleted(self) -> None:
        await self.database.write(lambda tx: put_deletions(tx, [Deletion(C, ASKED, LATER)]))

    async def answer_deleted(self) -> None:
        """And the check mark on the question stands."""
        await self.database.write(lambda tx: put_deletions(tx, [Deletion(C, ANSWERED, LATER)]))

    async def reopened(self) -> None:
        await self._say(LATER, "ada", "it still fails", gist="still")

    async def unsolved(self) -> None:
        await self._change(reactions, is_there=False)

    async def solved_by_a_bot(self) -> None:
        await self._change(messages, messages.c.ts == ANSWERED, author=None, author_kind="bot")

    async def solved_by_our_answer(self) -> None:
        """People said something too, but the asker pressed the button under it first."""
        said = {"answer_id": "a1", "person": "ada", "verdict": "solved", "by_asker": True, "given_at": moment(ANSWERED)}
        told = {"surface": "thread", "outcome": "answered", "reason": "", "text": "", "confidence": 0.9, "sources": []}
        where = {"key": f"{C}:{ASKED}", "channel_id": C, "question_ts": ASKED, "handbook_revision": "r1"}
        await self._put(answers, id="a1", asker="ada", created_at=STARTS_AT, **where, **told)
        await self._put(verdicts, **said)

    async def wordless(self) -> None:
        await self._change(messages, messages.c.ts == ASKED, text=None)

    async def edited(self) -> None:
        await self._change(messages, messages.c.ts == ASKED, text="where do I park my bicycle?")

    async def asked_by_a_guest(self) -> None:
        self.asking = replace(ASKING, asker="guest")

    async def asked_by_a_stranger(self) -> None:
        self.asking = replace(ASKING, asker="stranger")

    async def where_others_read_along(self) -> None:
        self.asking = replace(ASKING, is_shared=True)

    async def in_the_thread_itself(self) -> None:
        self.asking = replace(ASKING, thread_ts=ASKED)

    async def _leave_out(self, who: str) -> None:
        async def unit(tx: Any) -> None:
            await leave_out(tx, f"U{who.upper()}", await stand_ins(tx), now=STARTS_AT)

        await self.database.write(unit)

    async def _say(self, ts: str, who: str, text: str, *, gist: str = "says") -> None:
        root = None if ts == ASKED else ASKED
        said = {"author": who, "author_kind": "person", "gist": gist, "posted_at": STARTS_AT}
        await self._put(messages, channel_id=C, ts=ts, thread_ts=root, text=text, **said)

    async def _put(self, table: Any, **row: Any) -> None:
        await self.database.write(lambda tx: tx.execute(insert(table).values(**row)))

    async def _change(self, table: Any, *where: Any, **values: Any) -> None:
        await self.database.write(lambda tx: tx.execute(update(table).where(*where).values(**values)))


async def all_rows(database: Database, tables: Sequence[Any]) -> str:
    """All that stands in these tables, as one text."""
    async with database.read() as tx:
        return str([tuple(row) for table in tables for row in await tx.execute(table.select())])
