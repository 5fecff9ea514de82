"""A company that asks a lot: many watched channels, a handbook for them, and questions the bot has an answer to.

Knows nothing of faults or kills; those are the tests'.
"""

import random
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import knowledge
from bot import generate
from bot.answers.offline import ask
from bot.library import Library
from bot.peers.wording import question_kind
from bot.storage import inbox, outbox, work
from bot.storage.engine import Database
from knowledge.index import Index
from knowledge.loader import Handbook, load
from sandbox import Clock, Sandbox
from sandbox.delivery import ACK_WITHIN_S
from sandbox.ledger import Effect
from sandbox.model import Message

EMBEDDED = Path(knowledge.__file__).parent / "handbook"
OF_ACTIONS = ("actions", "policies", "surveys", "flows", "capabilities.yaml", "golden.yaml", "repositories.yaml")
STARTS_AT = datetime(2026, 11, 24, 10, 12, tzinfo=UTC)  # a Tuesday morning
EVER = STARTS_AT + timedelta(days=365)
PEOPLE = ("ada", "bela", "chidi", "dana", "emre", "fola", "gita", "hugo")
# How people wrap one and the same question; enough of the embedded aliases times these are questions by our rules.
WAYS = (
    "{}",
    "hi all, {}",
    "Quick one: {}",
    "hello team, {} Thanks!",
    "{} Does anybody know?",
    "sorry to ask again, {}",
)


def handbook_for(folder: Path, channel_ids: Sequence[str], *, platform_channel: str = "", only: str = "") -> Path:
    """The embedded articles and people, with these channels, each answered at once; of articles `only` one folder.

    Without surveys, and without what actions change: a repository that is not there would be asked after again and
    again, at a fast pace.
    """
    shutil.copytree(EMBEDDED, folder, ignore=shutil.ignore_patterns(*OF_ACTIONS))
    if only:  # the index of a few is soon built, for a bot that is started often
        shutil.rmtree(folder / "articles")
        shutil.copytree(EMBEDDED / "articles" / only, folder / "articles" / only)
    listed = "".join(f"  - {{id: {each}, name: {each.lower()}, answer: at once}}\n" for each in channel_ids)
    platform = f"platform_channel: {platform_channel}\n" if platform_channel else ""
    (folder / "channels.yaml").write_text(f"timezone: Europe/London\n{platform}channels:\n{listed}", encoding="utf-8")
    return folder


def library_of(folder: Path) -> Library:
    handbook = load(folder)
    assert isinstance(handbook, Handbook)
    return Library(handbook, Index.build(handbook.articles, synonyms=handbook.synonyms))


def questions(library: Library, count: int) -> list[str]:
    """That many different ones, in an order of no meaning; to each the bot has an answer or something to suggest."""
    aliases = [question for article in library.handbook.articles for question in article.questions]
    worded = dict.fromkeys(way.format(alias) for way in WAYS for alias in aliases)
    good = [text for text in worded if question_kind(text) and ask(library, text).outcome != "silent"]
    random.Random(count).shuffle(good)
    assert len(good) >= count, f"the handbook answers only {len(good)} questions"
    return good[:count]


def user_id(name: str) -> str:
    return f"U0CHAOS{name.upper()}"


def workspace(channel_ids: Sequence[str], *, clock: Clock, seed: int = 1, ack_wall_s: float = ACK_WITHIN_S) -> Sandbox:
    """A workspace, not started, with everybody and the bot in each of these channels."""
    sandbox = Sandbox(generate.manifest(), clock=clock, seed=seed, ack_wall_s=ack_wall_s)
    people = [sandbox.workspace.add_person(name, id=user_id(name)).id for name in PEOPLE]
    for channel_id in channel_ids:
        sandbox.workspace.add_channel(channel_id.lower(), members=people, id=channel_id)
    return sandbox


def environment_for(sandbox: Sandbox, *, folder: Path, handbook: Path, database_url: str) -> dict[str, str]:
    """All that a bot of this workspace has to be told. The sandbox must be started."""
    return {
        "MENTOR_DATA": str(folder),
        "MENTOR_DATABASE_URL": database_url,
        "MENTOR_HANDBOOK": str(handbook),
        "MENTOR_HTTP_PORT": "0",
        "MENTOR_ASKS_PER_PERSON": "1000000",  # few people say here what many would
        "SLACK_BOT_TOKEN": sandbox.bot_token,
        "SLACK_APP_TOKEN": sandbox.app_token,
        "SLACK_API_URL": sandbox.api_url,
    }


def answers_in(sandbox: Sandbox) -> dict[tuple[str, str], list[Effect]]:
    """What the bot posted, by channel and thread: the ledger's word, not our database's."""
    found: dict[tuple[str, str], list[Effect]] = {}
    for post in sandbox.ledger.posts():
        found.setdefault((post.channel or "", post.thread_ts or ""), []).append(post)
    return found


def place_of(asked: Message) -> tuple[str, str]:
    return asked.channel, asked.ts


async def unfinished(database: Database, *, until: datetime = EVER) -> int:
    """How much the database holds that is to be done, now or later until then. No work may have been given up."""
    untaken = await inbox.count(database)  # first: what is taken down after that is counted below
    async with database.read() as tx:
        behind = await work.backlog(tx, now=until)
        effects = await outbox.backlog(tx)
    assert behind.failed == 0
    return untaken + behind.due + sum(effects.get(state, 0) for state in ("waiting", "sending", "unclear"))
