"""Uses are heard at /hooks/use by what proves that they are ours; the same again, and what is odd, changes nothing."""

import json
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import select
from structlog.testing import capture_logs

from bot.config import Secret
from bot.storage.engine import Database
from bot.storage.schema import capability_uses
from handlers import webhooks
from tests.adoption.test_uses import BODY, Desk
from tests.handlers.test_webhooks import KEY, _mutated, signed

Client = TestClient[web.Request, web.Application]
PATH = "/hooks/use"


@pytest.fixture
def desk(database: Database) -> Desk:
    desk = Desk(database)
    desk.hands.now = datetime(2026, 11, 24, 12, tzinfo=UTC)
    return desk


@asynccontextmanager
async def opened(desk: Desk, *, key: str = KEY) -> AsyncIterator[Client]:
    application = web.Application()
    webhooks.add_use_route(application, desk.uses.take_event, key=Secret(key))
    async with TestClient(TestServer(application, auto_decompress=False)) as client:
        yield client


async def post(client: Client, body: Any, *, key: str = KEY) -> tuple[int, str]:
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    async with client.post(PATH, data=sent, headers=signed(sent, key)) as response:
        return response.status, await response.text()


async def test_what_is_signed_is_kept_once_however_often_it_comes(desk: Desk) -> None:
    async with opened(desk) as client:
        answers = [await post(client, BODY) for _ in range(3)]

    assert answers == [(200, "")] * 3
    assert len(await desk.kept()) == 1


async def test_without_the_bodys_signature_nothing_is_taken(desk: Desk) -> None:
    async with opened(desk) as client:
        sent = json.dumps(BODY).encode()
        async with client.post(PATH, data=sent.replace(b"payments", b"search"), headers=signed(sent)) as response:
            assert response.status == 401
        assert (await post(client, BODY, key="x" * 40))[0] == 401

    assert await desk.kept() == []


async def test_without_a_key_the_address_is_not_there(desk: Desk) -> None:
    async with opened(desk, key="") as client:
        assert (await post(client, BODY, key=""))[0] == 404


async def test_the_reason_is_told_to_the_sender_and_nothing_sent_gets_into_a_log(desk: Desk) -> None:
    with capture_logs() as logs:
        async with opened(desk) as client:
            unknown = await post(client, BODY | {"team": "canary-team"})
            odd = await post(client, BODY | {"canary-key": "canary"})

    assert unknown == (400, "team: it is not in people.yaml; add it there, or to `formerly` of the team it became")
    assert odd[0] == 400
    assert "canary" not in str(logs)


async def test_of_500_mutated_bodies_none_breaks_it_or_adds_a_row(desk: Desk, database: Database) -> None:
    chance = random.Random(20261124)
    async with opened(desk) as client:
        assert (await post(client, BODY))[0] == 200
        statuses = {(await post(client, _mutated(chance, json.dumps(BODY).encode())))[0] for _ in range(500)}

    assert statuses == {200, 400}
    async with database.read() as tx:
        found = (await tx.execute(select(capability_uses.c.capability, capability_uses.c.team))).all()
    assert {tuple(row) for row in found} == {(BODY["capability"], BODY["team"])}
