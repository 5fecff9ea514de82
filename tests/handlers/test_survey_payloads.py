"""Presses and forms of surveys as they should not come: nothing breaks, nothing is taken, and people are told why."""

import json
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import func, select

from bot import change_form
from bot.blockkit import Shown
from bot.changes import GONE
from bot.model import Json
from bot.storage import surveys as rows
from bot.storage.engine import Tx
from bot.storage.people import pseudonyms_of
from bot.storage.schema import outbox, survey_answers, survey_themes
from bot.storage.surveys import ASKED, Invitation, Wave
from bot.surveys import blocks, change_blocks, definition, talk
from bot.surveys.blocks import FIELD, WORDS, WORDS_MOST
from handlers.errors import dispatch, read_request
from knowledge.surveys import Question, Scale
from tests.handlers import payloads
from tests.handlers.by_http import BotByHttp
from tests.surveys.desk import PULSE

pytestmark = pytest.mark.asyncio(loop_scope="module")

WAVE, OVER, NOWHERE = "a" * 32, "b" * 32, "c" * 32
SURVEY = replace(
    PULSE,
    questions=(
        *PULSE.questions,
        Question("helps", Scale.CHOICE, "What helps?", ("Speed", "Docs")),
        Question("missing", Scale.TEXT, "What is missing?"),
    ),
    is_talk_offered=True,
)
BROKEN = 150  # of each payload
NUMBERS = count(1)  # so that no payload repeats another
ENDED = "This survey ended on"


@dataclass
class Desk:
    """The bot, with a wave under way that asked Priya, and one that is over; and how much was told so far."""

    bot: BotByHttp
    seen: set[str] = field(default_factory=set)

    async def act(self, payload: Json) -> tuple[int, Any, list[str]]:
        """The status, what is answered, and what is then told to anybody."""
        request = read_request(payload, {}, mode="socket_mode")
        assert request is not None
        response = await dispatch(self.bot.mentor.bolt, request)
        await self.bot.idle()
        return response.status, json.loads(response.body or "{}"), await self._told()

    async def _told(self) -> list[str]:
        async with self.bot.mentor.database.read() as tx:
            found = {row.key: row.text for row in await tx.execute(select(outbox.c.key, outbox.c.text))}
        new = [text for key, text in sorted(found.items()) if key not in self.seen]
        self.seen |= found.keys()
        return new

    async def answers(self) -> int:
        async with self.bot.mentor.database.read() as tx:
            return await tx.scalar(select(func.count()).select_from(survey_answers)) or 0


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(bot: BotByHttp) -> AsyncIterator[Desk]:
    now = bot.mentor.desk.clock.now()
    open_one = Wave(
        id=WAVE,
        survey="pulse",
        slot="2026-W47",
        definition=definition.to_json(SURVEY),
        revision="r1",
        seed="ab",
        key="ab" * 32,
        frame=9,
        state=rows.OPEN,
        opened_at=now,
        closes_at=now + timedelta(days=7),
    )
    over = replace(open_one, id=OVER, slot="2026-W46", key=None, state=rows.CLOSED, closes_at=now, closed_at=now)

    async def unit(tx: Tx) -> None:
        persons = await pseudonyms_of(tx, ["U0PRIYA"], now=now, new_id=bot.mentor.desk.new_id)
        for each in (open_one, over):
            await rows.open_wave(tx, each)
            await rows.invite(tx, [Invitation(each.id, persons["U0PRIYA"], now, state=ASKED)])

    await bot.mentor.database.write(unit)
    desk = Desk(bot)
    await desk.act(pressed("answers.none"))
    yield desk
    assert bot.uncaught == []


def pressed(action_id: str, value: str = WAVE, *, by: str = "U0PRIYA") -> Json:
    body = payloads.press(user={"id": by, "username": "x", "team_id": payloads.TEAM})
    del body["response_url"]  # else what is told would go there
    body["actions"][0] |= {
        "action_id": action_id,
        "value": value,
        "action_ts": f"1795514001.{random.random():.6f}"[:24],
    }
    return body


def sent(values: dict[str, Any], wave_id: str = WAVE, *, callback_id: str = blocks.FORM, by: str = "U0PRIYA") -> Json:
    view = {
        "id": f"V{next(NUMBERS)}",
        "type": "modal",
        "callback_id": callback_id,
        "private_metadata": wave_id,
        "state": {"values": {block_id: {"x": element} for block_id, element in values.items()}},
        "blocks": [{"type": "input", "block_id": each} for each in values],
    }
    user = {"id": by, "username": "x", "team_id": payloads.TEAM}
    return {"type": "view_submission", "user": user, "team": {"id": payloads.TEAM}, "token": "fixed", "view": view}


def typed(words: Any) -> Json:
    return {"type": "plain_text_input", "value": words}


def chosen(value: str) -> Json:
    return {"type": "static_select", "selected_option": {"text": {}, "value": value}}


SCORE = f"{blocks.SCORE}3"
CASES = {
    "a score of somebody who was not asked": (pressed(SCORE, by="U0JONAS"), blocks.NOT_YOURS),
    "a score of somebody nobody knows": (pressed(SCORE, by="U0NOBODY"), blocks.NOT_YOURS),
    "a score in an unknown wave": (pressed(SCORE, NOWHERE), blocks.UNKNOWN),
    "a score in a wave that is over": (pressed(SCORE, OVER), ENDED),
    "a score that is not offered": (pressed(f"{blocks.SCORE}77"), blocks.NOT_OFFERED),
    "a form for an unknown wave": (pressed(blocks.COMMENT, NOWHERE), blocks.UNKNOWN),
    "a form for a wave that is over": (pressed(blocks.COMMENT, OVER), ENDED),
    "a form of somebody who was not asked": (pressed(blocks.COMMENT, by="U0JONAS"), blocks.NOT_YOURS),
    "why an unknown wave asks": (pressed(blocks.WHY, NOWHERE), blocks.UNKNOWN),
    "words of somebody who was not asked": (sent({WORDS: typed("hello")}, by="U0JONAS"), blocks.NOT_YOURS),
    "words for an unknown wave": (sent({WORDS: typed("hello")}, NOWHERE), blocks.UNKNOWN),
    "words for no wave": (sent({WORDS: typed("hello")}, ""), blocks.UNKNOWN),
    "words for what is longer than any id": (sent({WORDS: typed("hello")}, "w" * 39_000), blocks.UNKNOWN),
    "words for a wave that is over": (sent({WORDS: typed("hello")}, OVER), ENDED),
    "an empty form": (sent({WORDS: typed(None), f"{FIELD}missing": typed("  ")}), blocks.EMPTY),
    "a choice that is not offered": (sent({f"{FIELD}helps": chosen("9"), f"{FIELD}no": typed("x")}), blocks.EMPTY),
    "a theme that is not there": (pressed("results.link", NOWHERE, by="U0MAYA"), GONE),
    "a theme that is not there, live": (pressed("results.live", NOWHERE, by="U0MAYA"), GONE),
    "a change for a theme that is not there": (
        sent({change_form.FIELD: typed("https://a.example.com")}, "t" * 39_000, callback_id=change_blocks.IDS.form),
        "Only the platform team can see results of surveys.",
    ),
    "a talk about an unknown wave": (pressed("results.talk.score", NOWHERE), talk.NOT_ASKED),
    "a talk of somebody who was not asked": (pressed("results.talk.score", by="U0JONAS"), talk.NOT_ASKED),
}


@pytest.mark.parametrize(("payload", "told"), CASES.values(), ids=CASES)
async def test_what_cannot_count_is_told_and_takes_no_effect(desk: Desk, payload: Json, told: Shown | str) -> None:
    status, answer, said = await desk.act(payload)

    assert (status, answer, len(said)) == (200, {}, 1)
    assert said[0].startswith(told.text if isinstance(told, Shown) else told)
    assert await desk.answers() == 0


@pytest.mark.parametrize("block_id", [WORDS, f"{FIELD}missing"])
async def test_too_many_words_are_told_beside_their_field_and_none_is_cut(desk: Desk, block_id: str) -> None:
    status, answer, said = await desk.act(sent({block_id: typed("x" * (WORDS_MOST + 1))}))

    problem = "Please write at most 1,000 characters; these are 1,001. Nothing was saved yet."
    assert (status, said) == (200, [])
    assert answer == {"response_action": "errors", "errors": {block_id: problem}}
    assert await desk.answers() == 0


async def test_what_is_no_address_is_told_beside_its_field(desk: Desk) -> None:
    body = sent({change_form.FIELD: typed("javascript:1")}, callback_id=change_blocks.IDS.form, by="U0MAYA")
    _, answer, said = await desk.act(body)

    errors = {change_form.FIELD: change_form.NO_ADDRESS}
    assert (answer, said) == ({"response_action": "errors", "errors": errors}, [])


@pytest.mark.parametrize(
    "action_id", ["surveys.score.", "surveys.score.x", "surveys.score.-1", "surveys.score.999", "results.talk.all"]
)
async def test_a_button_that_is_none_of_ours_is_refused(desk: Desk, action_id: str) -> None:
    status, _, said = await desk.act(pressed(action_id))

    assert (status, said, await desk.answers()) == (400, [], 0)


async def test_payloads_broken_by_chance_break_nothing_and_nobody_answers_for_somebody_else(desk: Desk) -> None:
    whole = [
        pressed(SCORE, by="U0JONAS"),
        pressed(blocks.COMMENT, by="U0JONAS"),
        pressed("results.talk.comment", by="U0JONAS"),
        pressed("results.live", by="U0JONAS"),
        sent({WORDS: typed("hello"), f"{FIELD}helps": chosen("1")}, by="U0JONAS"),
        sent({change_form.FIELD: typed("https://a.example.com")}, callback_id=change_blocks.IDS.form, by="U0JONAS"),
    ]
    chance = random.Random(6)
    statuses = set()
    for payload in whole:
        for _ in range(BROKEN):
            request = read_request(payloads.mutated(payload, chance), {}, mode="socket_mode")
            if request is not None:
                statuses.add((await dispatch(desk.bot.mentor.bolt, request)).status)
    await desk.bot.idle()

    assert statuses <= {200, 400, 404}
    assert await desk.answers() == 0
    async with desk.bot.mentor.database.read() as tx:
        assert await tx.scalar(select(func.count()).select_from(survey_themes)) == 0
