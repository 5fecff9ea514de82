"""An embedding server is set: who asks in other words than the handbook's finds the article all the same."""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import pytest

from bot.config import Settings
from tests.embeddings.server import EmbeddingServer, serving
from tests.journeys.office import Office, words

ODD = "whereabouts of stdout chatter?"


def logs_apart(texts: Sequence[str]) -> bytes:
    """All that is called logs, and the odd question, mean one thing; all else another."""
    vectors = [[1.0, 0.0] if "logs of a service" in text or text == ODD else [0.0, 1.0] for text in texts]
    data = [{"index": place, "embedding": vector} for place, vector in enumerate(vectors)]
    return json.dumps({"data": data}).encode()


@pytest.fixture
async def server() -> AsyncIterator[EmbeddingServer]:
    async with serving(logs_apart) as running:
        yield running


@pytest.fixture
def settings(settings: Settings, server: EmbeddingServer) -> Settings:
    return replace(settings, embedding_model="m", embedding_base_url=server.base_url)


async def test_question_in_other_words_is_led_to_the_article_that_means_it(
    office: Office, server: EmbeddingServer
) -> None:
    assert office.mentor.embeddings is not None
    await office.mentor.embeddings.join()

    told = words(await office.answer_to(office.person("priya").say("ask-platform", ODD)))

    assert ODD in server.texts
    assert any("Read the logs of a service" in each for each in told)
