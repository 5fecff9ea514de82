"""Vectors from a real server on this machine and from the embedded model; what is kept, and what failures leave."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from bot.clock import Clock
from bot.config import Settings, read_settings
from bot.embeddings import EmbeddingFailed, embedder_of
from bot.embeddings.embedded import MiniLm
from bot.embeddings.server import LARGEST, Server
from bot.embeddings.service import FAILURES, EmbeddingService
from bot.library import Library, Shelf
from bot.storage import vectors as rows
from bot.storage.engine import Database
from knowledge.article import Article, Section
from knowledge.index import Index
from knowledge.loader import Handbook, load
from tests import model_server
from tests.embeddings.server import about, listed, serving

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def settings(base_url: str) -> Settings:
    return read_settings({"MENTOR_EMBEDDING_MODEL": "m", "MENTOR_EMBEDDING_BASE_URL": base_url})


def article(id_: str, title: str, *texts: str) -> Article:
    return Article(id_, title, tuple(Section(f"Part {n}", "", (), text, n) for n, text in enumerate(texts)))


LOGS = article("logs.md", "Application logs", "Standard output is collected.", "Kept for a month.")
BUCKETS = article("buckets.md", "Buckets", "A place for a file.")


@pytest.fixture
def handbook(tmp_path: Path) -> Handbook:
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "logs.md").write_text("# Logs\n\nText.\n", "utf-8")
    loaded = load(tmp_path)
    assert isinstance(loaded, Handbook)
    return loaded


def shelf(handbook: Handbook, *articles: Article) -> Shelf:
    return Shelf(Library(handbook, Index.build(articles)))


class Wall:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.seconds = NOW.timestamp()
        self.clock = Clock(lambda: self.seconds)


async def test_server_is_asked_with_its_model_and_answers_in_the_order_of_the_texts() -> None:
    async with serving(about) as server:
        embedder = Server(settings(server.base_url))
        logs, files = await embedder.passages(["where are logs", "a file"])
        await embedder.close()

    assert server.asked == [{"model": "m", "input": ["where are logs", "a file"], "encoding_format": "float"}]
    assert np.frombuffer(logs, "<f2").tolist() == pytest.approx([0.995, 0, 0.0995], abs=1e-3)
    assert np.frombuffer(files, "<f2").tolist() == pytest.approx([0, 0.995, 0.0995], abs=1e-3)


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(lambda _: b"", id="nothing"),
        pytest.param(lambda _: b"<html>", id="no JSON"),
        pytest.param(lambda _: b"[" * 100_000, id="brackets without end"),
        pytest.param(lambda _: listed([[1.0, 0.0]]), id="too few"),
        pytest.param(lambda _: listed([[1.0], [1.0, 0.0]]), id="of two lengths"),
        pytest.param(lambda _: listed([[1.0], ["1"]]), id="a text for a number"),
        pytest.param(lambda _: listed([[1.0], [0.0]]), id="of no length"),
        pytest.param(lambda _: listed([[float("nan")], [1.0]]), id="not a number"),
        pytest.param(lambda _: listed([[1.0], []]), id="empty"),
        pytest.param(lambda _: listed([[1.0], [1.0] * 5_000]), id="too long a vector"),
        pytest.param(lambda _: b'{"data": [1, 2]}', id="no entries"),
        pytest.param(lambda _: b" " * (9 * 1024 * 1024), id="too much"),
    ],
)
async def test_reply_that_is_not_what_was_asked_for_is_refused(reply: Callable[[Sequence[str]], bytes]) -> None:
    async with serving(reply) as server:
        embedder = Server(settings(server.base_url))
        with pytest.raises(EmbeddingFailed):
            await embedder.passages(["a", "b"])
        await embedder.close()


async def test_nothing_is_sent_twice_when_the_server_fails() -> None:
    async with serving(about) as server:
        server.status = 500
        embedder = Server(settings(server.base_url))
        with pytest.raises(EmbeddingFailed):
            await embedder.question("logs")
        await embedder.close()

    assert len(server.asked) == 1


async def test_a_packed_reply_is_not_unpacked() -> None:
    async with model_server.serving(model_server.packed(listed([[1.0, 0.0]]))) as server:
        embedder = Server(settings(server.base_url))
        with pytest.raises(EmbeddingFailed, match="ReplyTooLong"):
            await embedder.question("logs")
        await embedder.close()

    assert server.headers[0]["Accept-Encoding"] == "identity"


@pytest.mark.parametrize("status", [200, 500])
async def test_no_more_is_read_of_a_reply_than_fits(status: int) -> None:
    sent: list[int] = []
    async with model_server.serving(model_server.never_ends(status, sent)) as server:
        embedder = Server(settings(server.base_url))
        with pytest.raises(EmbeddingFailed, match="ReplyTooLong" if status == 200 else "status 500"):
            await embedder.question("logs")
        await embedder.close()

    assert sum(sent) < 2 * LARGEST  # with what sockets hold on the way


async def test_meaning_joins_what_is_searched_once_every_passage_has_its_vector(
    database: Database, handbook: Handbook
) -> None:
    async with serving(about) as server:
        live = shelf(handbook, LOGS, BUCKETS)
        service = EmbeddingService(database, live, Server(settings(server.base_url)), clock=Wall().clock)
        before = await service.vector_of("uploads?")

        await service.join()

        found = live.library.index.search("erase uploads", vector=await service.vector_of("erase uploads"))
        await service.close()
    assert before is None
    assert found.hits[0].article.id == "buckets.md"


async def test_restart_embeds_only_what_changed(database: Database, handbook: Handbook) -> None:
    async with serving(about) as server:
        wall = Wall()
        first = EmbeddingService(
            database, shelf(handbook, LOGS, BUCKETS), Server(settings(server.base_url)), clock=wall.clock
        )
        await first.join()
        await first.close()
        server.asked.clear()
        changed = article("buckets.md", "Buckets", "A place for many files.")
        second = EmbeddingService(
            database, shelf(handbook, LOGS, changed), Server(settings(server.base_url)), clock=wall.clock
        )

        await second.join()

        await second.close()
    assert server.texts == ["Buckets. Part 0\nA place for many files."]


async def test_server_that_failed_three_times_rests_for_a_minute(database: Database, handbook: Handbook) -> None:
    async with serving(about) as server:
        wall = Wall()
        service = EmbeddingService(database, shelf(handbook, LOGS), Server(settings(server.base_url)), clock=wall.clock)
        await service.join()
        server.status = 503
        server.asked.clear()

        failed = [await service.vector_of("logs") for _ in range(FAILURES + 2)]
        server.status = 200
        wall.seconds += 61
        later = await service.vector_of("logs")

        await service.close()
    assert failed == [None] * (FAILURES + 2)
    assert len(server.asked) == FAILURES + 1
    assert later is not None


async def test_failing_server_leaves_the_words_to_search_by(database: Database, handbook: Handbook) -> None:
    async with serving(about) as server:
        server.status = 500
        live = shelf(handbook, LOGS)
        library = live.library
        service = EmbeddingService(database, live, Server(settings(server.base_url)), clock=Wall().clock)

        await service.join()

        await service.close()
    assert live.library is library


async def test_bot_that_stops_while_vectors_are_made_does_not_wait_for_them(
    database: Database, handbook: Handbook
) -> None:
    release = asyncio.Event()

    class Slow(MiniLm):
        async def passages(self, texts: Sequence[str]) -> list[bytes]:
            await release.wait()
            return []

    live = shelf(handbook, LOGS)
    service = EmbeddingService(database, live, Slow(), clock=Wall().clock)
    joining = asyncio.create_task(service.join())
    await asyncio.sleep(0)  # it has begun

    async with asyncio.timeout(10):
        await service.close()
        await joining

    assert await service.vector_of("logs") is None


async def test_vectors_that_no_article_holds_are_forgotten_after_a_while(database: Database) -> None:
    await database.write(lambda tx: rows.keep(tx, "m", {"a": b"1", "b": b"2"}, now=NOW))
    later = NOW + timedelta(days=20)
    await database.write(lambda tx: rows.use(tx, "m", ["a"], now=later))

    await database.write(lambda tx: rows.forget(tx, before=NOW + timedelta(days=10)))

    async with database.read() as tx:
        assert await rows.of(tx, "m", ["a", "b"]) == {"a": b"1"}
        assert await rows.of(tx, "another", ["a"]) == {}


async def test_vectors_of_a_handbook_that_nobody_changes_are_kept(database: Database, handbook: Handbook) -> None:
    async with serving(about) as server:
        wall = Wall()
        live = shelf(handbook, LOGS, BUCKETS)
        service = EmbeddingService(database, live, Server(settings(server.base_url)), clock=wall.clock)
        await service.join()
        wall.seconds += timedelta(days=40).total_seconds()

        await service.forget_old()

        await service.close()
    keys = list(live.library.index.texts())
    async with database.read() as tx:
        assert set(await rows.of(tx, "m", keys)) == set(keys)


async def test_embedded_model_tells_one_meaning_from_another() -> None:
    embedder = MiniLm()
    question = np.frombuffer(await embedder.question("how do I get rid of a namespace?"), "<f2").astype(float)

    near, far = await embedder.passages(["Delete your environment when you no longer need it.", "Logs are kept."])

    assert len(question) == 384
    assert question @ np.frombuffer(near, "<f2").astype(float) > 0.1 + question @ np.frombuffer(far, "<f2").astype(
        float
    )


def test_no_model_is_used_unless_one_is_set() -> None:
    assert embedder_of(read_settings({})) is None
    assert isinstance(embedder_of(read_settings({"MENTOR_EMBEDDING_MODEL": "embedded"})), MiniLm)
