"""The model is asked within bounds: of time, of size, of money; and in the form its server takes."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from aiohttp import web
from sqlalchemy import select

from bot.clock import Clock
from bot.config import Settings, read_settings
from bot.errors import SettingsInvalid
from bot.model import Json
from bot.model_client import FAILURES, LARGEST, REST, Budget, ModelClient, Spend, Task, Trouble, without_end
from bot.storage.engine import Database
from bot.storage.schema import model_use
from tests.model_server import ModelServer, completion, never_ends, packed, refuses, says, sends, serving
from tests.work.desk import Hands

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
STILL = Clock(NOW.timestamp)
FAST = Clock(NOW.timestamp, lambda: 100.0)  # the deadline is a tenth of a second of the wall
SCHEMA = {"type": "object", "properties": {"word": {"type": "string"}}}


def read_word(value: Json) -> str:
    match value:
        case {"word": str(word)}:
            return word
    raise ValueError("no word")


TASK = Task("word", "Say a word.", {"question": "which?"}, SCHEMA, read_word, tokens_most=20)


def settings_for(base_url: str) -> Settings:
    settings = read_settings({"MENTOR_LLM_MODEL": "m1", "MENTOR_LLM_BASE_URL": base_url, "OPENAI_API_KEY": "sk-canary"})
    return replace(settings, llm_per_person_day=3, llm_per_day=5)


@asynccontextmanager
async def client_of(
    server: ModelServer, *, spend: Spend = without_end, clock: Clock = STILL
) -> AsyncIterator[ModelClient]:
    client = ModelClient(settings_for(server.base_url), spend, clock=clock)
    yield client
    await client.close()


async def test_the_model_is_asked_with_rules_data_schema_and_bound_and_no_tools() -> None:
    async with serving(says({"word": "logs"})) as server, client_of(server) as client:
        said = await client.ask(TASK, "p1")

    assert said == "logs"
    [asked] = server.asked
    assert set(asked) == {"model", "messages", "max_tokens", "response_format"}
    assert asked["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": "word", "strict": True, "schema": SCHEMA},
    }
    assert server.data() == {"question": "which?"}
    assert server.headers[0]["Authorization"] == "Bearer sk-canary"
    assert "sk-canary" not in json.dumps(asked)


@pytest.mark.parametrize(
    "content",
    ['```json\n{"word": "logs"}\n```', '<think>{"word": "no"}</think>\n{"word": "logs"}', ' {"word": "logs"}\n'],
    ids=["fenced", "thought aloud", "spaced"],
)
async def test_an_object_is_found_in_what_models_put_round_it(content: str) -> None:
    async with serving(says(content)) as server, client_of(server) as client:
        assert await client.ask(TASK, "p1") == "logs"


async def test_half_an_emoji_in_a_question_is_left_out() -> None:
    async with serving(says({"word": "logs"})) as server, client_of(server) as client:
        assert await client.ask(replace(TASK, data={"question": "which\ud83d?"}), "p1") == "logs"

    assert server.data() == {"question": "which?"}


async def test_a_server_that_refuses_the_schema_is_asked_in_words_from_then_on() -> None:
    async def reply(request: web.Request, body: Json) -> web.StreamResponse:
        refused = "response_format" in body
        return await (refuses(400, "response_format is unknown") if refused else says({"word": "logs"}))(request, body)

    async with serving(reply) as server, client_of(server) as client:
        assert [await client.ask(TASK, "p1") for _ in range(2)] == ["logs", "logs"]

    assert ["response_format" in asked for asked in server.asked] == [True, False, False]
    assert json.dumps(SCHEMA) in server.asked[-1]["messages"][0]["content"]


async def test_a_server_that_wants_the_other_bound_gets_it_and_keeps_its_schema() -> None:
    async def reply(request: web.Request, body: Json) -> web.StreamResponse:
        refused = "max_tokens" in body
        return await (refuses(400, "use 'max_completion_tokens'") if refused else says({"word": "logs"}))(request, body)

    async with serving(reply) as server, client_of(server) as client:
        assert await client.ask(TASK, "p1") == "logs"

    assert set(server.asked[-1]) == {"model", "messages", "max_completion_tokens", "response_format"}


async def test_a_refusal_once_the_form_is_known_is_not_tried_in_another() -> None:
    async with serving(says({"word": "logs"})) as server, client_of(server) as client:
        await client.ask(TASK, "p1")
        server.reply = refuses(400)

        assert await client.ask(TASK, "p1") is Trouble.REFUSED
        assert len(server.asked) == 2


async def test_a_refusal_of_every_form_ends_after_each_was_tried_once() -> None:
    async with serving(refuses(400, "max_completion_tokens")) as server, client_of(server) as client:
        assert await client.ask(TASK, "p1") is Trouble.REFUSED

    assert len(server.asked) == 3


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500, 503])
async def test_other_refusals_are_not_tried_again(status: int) -> None:
    async with serving(refuses(status)) as server, client_of(server) as client:
        assert await client.ask(TASK, "p1") is Trouble.REFUSED

    assert len(server.asked) == 1


async def test_the_deadline_ends_everything() -> None:
    async def reply(_request: web.Request, _body: Json) -> web.StreamResponse:
        await asyncio.Event().wait()
        raise AssertionError

    async with serving(reply) as server, client_of(server, clock=FAST) as client:
        assert await client.ask(TASK, "p1") is Trouble.TOO_LATE


@pytest.mark.parametrize("status", [200, 500])
async def test_no_more_is_read_of_a_reply_than_fits(status: int) -> None:
    sent: list[int] = []

    async with serving(never_ends(status, sent)) as server, client_of(server) as client:
        said = await client.ask(TASK, "p1")

    assert said is (Trouble.GARBLED if status == 200 else Trouble.REFUSED)
    assert sum(sent) < 40 * LARGEST  # what sockets hold on the way; without a bound it would be all of ten seconds


async def test_a_packed_reply_is_not_unpacked() -> None:
    async with (
        serving(packed(json.dumps(completion('{"word": "logs"}')).encode())) as server,
        client_of(server) as client,
    ):
        assert await client.ask(TASK, "p1") is Trouble.GARBLED

    assert server.headers[0]["Accept-Encoding"] == "identity"


async def test_a_redirect_is_not_followed() -> None:
    async with serving(says({"word": "stolen"})) as other:
        redirect = sends(b"", 307, {"Location": f"{other.base_url}/chat/completions"})
        async with serving(redirect) as server, client_of(server) as client:
            assert await client.ask(TASK, "p1") is Trouble.REFUSED

    assert other.asked == []


async def test_after_failures_in_a_row_the_server_is_left_alone_but_for_one_try_a_minute() -> None:
    hands = Hands()
    async with serving(refuses(500)) as server, client_of(server, clock=hands.clock) as client:
        said = [await client.ask(TASK, "p1") for _ in range(FAILURES + 2)]
        asked_at_first = len(server.asked)
        hands.move(seconds=REST.total_seconds())
        later = [await client.ask(TASK, "p1") for _ in range(2)]
        server.reply = says({"word": "logs"})
        hands.move(seconds=REST.total_seconds())
        again = [await client.ask(TASK, "p1") for _ in range(3)]

    assert said == [Trouble.REFUSED] * FAILURES + [Trouble.RESTING] * 2
    assert asked_at_first == FAILURES
    assert later == [Trouble.REFUSED, Trouble.RESTING]
    assert again == ["logs"] * 3
    assert +client.outcomes == {"refused": 6, "left alone after failures": 3, "answered": 3}


async def test_a_success_in_between_starts_the_count_anew() -> None:
    async with serving(refuses(500)) as server, client_of(server) as client:
        for _ in range(2):
            server.reply = refuses(500)
            for _ in range(FAILURES - 1):
                assert await client.ask(TASK, "p1") is Trouble.REFUSED
            server.reply = says({"word": "logs"})
            assert await client.ask(TASK, "p1") == "logs"


async def test_a_call_over_the_budget_is_not_made() -> None:
    async def nothing_left(_person: str) -> bool:
        return False

    async with serving(says({"word": "logs"})) as server, client_of(server, spend=nothing_left) as client:
        assert await client.ask(TASK, "p1") is Trouble.OVER_BUDGET

    assert server.asked == []


def budget_on(database: Database, clock: Clock = STILL) -> Budget:
    return Budget(database, settings_for("http://127.0.0.1:1/v1"), clock=clock)


async def test_a_person_and_everybody_have_their_calls_a_day_over_all_replicas(database: Database) -> None:
    one, other = budget_on(database), budget_on(database)

    own = await asyncio.gather(*(each.spend("p1") for each in (one, other) for _ in range(4)))
    others = [await one.spend(person) for person in ("p2", "p3", "p4")]

    assert own.count(True) == 3
    assert others == [True, True, False]


async def test_the_next_day_has_calls_of_its_own_and_the_days_before_are_forgotten(database: Database) -> None:
    hands = Hands()
    budget = budget_on(database, hands.clock)
    spent = [await budget.spend("p1") for _ in range(4)]

    hands.move(days=2)
    new = await budget.spend("p1")
    await budget.forget_old()

    assert (spent, new) == ([True, True, True, False], True)
    async with database.read() as tx:
        kept = {(row.day, row.person) for row in await tx.execute(select(model_use))}
    assert kept == {(hands.now.date(), "p1"), (hands.now.date(), "")}


async def test_logs_hold_no_words_and_no_key(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.INFO)
    async with serving(says("canarywords")) as server, client_of(server) as client:
        assert await client.ask(TASK, "p1") is Trouble.GARBLED

    logged = caplog.text + str(capsys.readouterr())  # ours are printed, the libraries' are not
    assert "model.trouble" in logged
    assert "canarywords" not in logged
    assert "sk-canary" not in logged


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MENTOR_LLM_BASE_URL", "http://models.example.com/v1"),
        ("MENTOR_LLM_BASE_URL", "https://user:password@models.example.com/v1"),
        ("MENTOR_LLM_BASE_URL", "https://[models.example.com/v1"),
        ("MENTOR_LLM_BASE_URL", "file:///v1"),
        ("OPENAI_API_KEY", "sk two"),
        ("OPENAI_API_KEY", "sk-\N{ZERO WIDTH SPACE}"),
        ("MENTOR_LLM_PER_PERSON_DAY", "0"),
        ("MENTOR_LLM_PER_DAY", "many"),
    ],
)
def test_a_setting_that_cannot_be_is_named_and_not_shown_where_secret(name: str, value: str) -> None:
    with pytest.raises(SettingsInvalid) as refused:
        read_settings({"MENTOR_LLM_MODEL": "m1", "OPENAI_API_KEY": "k", name: value})

    [problem] = refused.value.problems
    assert problem.startswith(f"{name}: ")
    assert "password" not in problem


def test_a_model_without_key_and_server_is_no_model() -> None:
    with pytest.raises(SettingsInvalid, match="OPENAI_API_KEY: not set"):
        read_settings({"MENTOR_LLM_MODEL": "m1"})


def test_the_key_does_not_show_itself() -> None:
    assert "sk-canary" not in repr(settings_for("https://h/v1"))
