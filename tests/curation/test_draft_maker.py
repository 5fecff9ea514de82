"""A draft has a model's words where there is a model that can be trusted with it, else those of the thread."""

from dataclasses import replace

import pytest

from bot.config import read_settings
from bot.curation.draft_maker import DraftMaker
from bot.curation.draft_rules import Written
from bot.model import Json, Line, Talk
from bot.model_client import ModelClient, without_end
from bot.people import PeopleService
from bot.storage.drafts import Draft
from bot.storage.engine import Database
from knowledge.article import Article, Section
from knowledge.loader import Handbook
from tests.curation.desk import ASK, CHANNELS, new_desk
from tests.model_server import Reply, refuses, says, serving
from tests.work.desk import Hands

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # it only reads who is who

ASKED = Line("1.0", "priya", False, "asks", "hi <@U0MAYA>, how do I clean the cache of the build?")
REPLY = Line("2.0", "jonas", False, "says", "Run the cleaner, token=abc123")
TALK = Talk(ASK, ASKED, (REPLY,))
SKETCH: Json = {"title": "Clean the build's cache", "questions": ["Why is the build slow?"], "body": "Run the cleaner."}
LINKED = SKETCH | {"body": "Run the cleaner of https://evil.example/cleaner."}
QUOTED = Written(
    "How do I clean the cache of the build?",
    ("how do I clean the cache of the build?",),
    "> Run the cleaner, token=(removed)",
)
SKETCHED = Written("Clean the build's cache", (*QUOTED.questions, "Why is the build slow?"), "Run the cleaner.")


async def drafted(database: Database, model: ModelClient | None = None, *articles: Article) -> Draft:
    desk = new_desk(database, Hands(), handbook=Handbook("r1", articles, channels=CHANNELS))
    maker = DraftMaker(desk, PeopleService(desk), can_propose=True, model=model)
    return await maker.filled(maker.new("k1", "amara", TALK, REPLY), TALK, REPLY)


async def test_without_a_model_it_quotes_the_reply(database: Database) -> None:
    draft = await drafted(database)

    assert Written.from_json(draft.words or {}) == QUOTED
    assert (draft.saver, draft.asker, draft.solver, draft.state) == ("amara", "priya", "jonas", "shown")


@pytest.mark.parametrize(
    ("reply", "written"),
    [(says(SKETCH), SKETCHED), (refuses(500), QUOTED), (says({"title": ""}), QUOTED), (says(LINKED), QUOTED)],
    ids=["a sketch", "a server in trouble", "no article", "a link that the thread does not have"],
)
async def test_with_a_model_it_has_its_words_or_quotes(database: Database, reply: Reply, written: Written) -> None:
    async with serving(reply) as server:
        settings = read_settings({"MENTOR_LLM_MODEL": "m1", "MENTOR_LLM_BASE_URL": server.base_url})
        model = ModelClient(settings, without_end, clock=Hands().clock)
        draft = await drafted(database, model)
        await model.close()

    assert Written.from_json(draft.words or {}) == written
    assert "abc123" not in str(server.asked)
    assert "U0MAYA" not in str(server.asked)


async def test_the_nearest_article_lends_its_owner_and_tags(database: Database) -> None:
    near = Article(
        "cache.md",
        "Clean the cache of the build",
        (Section("", "", (), "Run the cleaner on the machine.", 1),),
        owner="platform-build",
        tags=("ci",),
    )

    draft = await drafted(database, None, near)
    other = await drafted(database, None, replace(near, title="Rotate a secret", sections=()))

    assert (draft.owner, draft.tags) == ("platform-build", ("ci",))
    assert (other.owner, other.tags) == ("", ())
