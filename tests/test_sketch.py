"""A solved thread becomes an article's first draft, or nothing when the model is not to be trusted with it."""

from datetime import UTC, datetime

import pytest

from bot.clock import Clock
from bot.config import read_settings
from bot.model import Json, Turn
from bot.model_client import ModelClient, without_end
from bot.sketch import Sketch, plain, sketch_article
from tests.model_server import ModelServer, refuses, says, serving

STILL = Clock(datetime(2026, 11, 24, 10, tzinfo=UTC).timestamp)
THREAD = (
    Turn("asker", "<@U0PRIYA> my pods are evicted, see <https://wiki.example.com/evicted|the wiki>"),
    Turn("someone", "Raise the memory request: `kubectl set resources`"),
    Turn("asker", "that solved it, thanks"),
)
BODY = "Raise the memory request:\n\n```\nkubectl set resources\n```\n\nSee https://wiki.example.com/evicted."
GOOD: Json = {
    "title": "Pods are evicted",
    "questions": ["Why are my pods evicted?"],
    "body": BODY,
}


async def sketched(server: ModelServer) -> Sketch | None:
    settings = read_settings({"MENTOR_LLM_MODEL": "m1", "MENTOR_LLM_BASE_URL": server.base_url})
    client = ModelClient(settings, without_end, clock=STILL)
    try:
        return await sketch_article(client, THREAD, person="p1")
    finally:
        await client.close()


async def test_a_thread_is_sketched_and_nobody_is_named_to_the_model() -> None:
    async with serving(says(GOOD)) as server:
        sketch = await sketched(server)

    assert sketch == Sketch("Pods are evicted", ("Why are my pods evicted?",), BODY)
    assert server.data()["thread"][0] == {
        "by": "asker",
        "text": "somebody my pods are evicted, see the wiki (https://wiki.example.com/evicted)",
    }


async def test_without_a_model_there_is_no_sketch() -> None:
    assert await sketch_article(None, THREAD, person="p1") is None


@pytest.mark.parametrize(
    "changed",
    [
        {"body": "See https://evil.example/x."},
        {"body": "See [the wiki](https://evil.example)."},
        {"body": "![](https://evil.example/?q=secret)"},
        {"body": "Ask @priya."},
        {"title": "<!channel> look"},
        {"questions": ["who is <@U0PRIYA>?"]},
        {"body": "Raise\N{RIGHT-TO-LEFT OVERRIDE} it."},
        {"body": "x" * 9_000},
        {"body": ""},
        {"title": 7},
        {"questions": "none"},
    ],
    ids=lambda changed: str(*changed.items())[:40],
)
async def test_a_sketch_that_is_not_fit_is_left_out(changed: Json) -> None:
    async with serving(says(GOOD | changed)) as server:
        assert await sketched(server) is None


async def test_trouble_with_the_model_leaves_no_sketch() -> None:
    async with serving(refuses(503)) as server:
        assert await sketched(server) is None


def test_markup_is_read_as_people_see_it_without_ids() -> None:
    said = (
        "<!here> <@U1|ann> a &lt;b&gt; &amp; <#C1|ask> <https://x.example> <https://y.example|y> <mailto:a@b.c|a@b.c>"
    )

    told = "somebody a <b> & https://x.example y (https://y.example) a@b.c (mailto:a@b.c)"
    assert " ".join(plain(said).split()) == told
