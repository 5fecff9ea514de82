"""Runs at AWS Lambda, each kept in a DynamoDB table under the request's id: Lambda itself takes the same call twice.

Before a function is invoked, its row says `asked` and which attempt this is. The function turns `asked` into
`running` only for the attempt that it was given, so a late call of an earlier one does nothing (docs/direct.md).
"""

import hashlib
from dataclasses import dataclass
from typing import Any

import structlog

from bot.actions.aws import Account, account_of
from bot.actions.direct import UNCLEAR_S, Done, Failed, NotStarted, Outcome, Run, Running, as_text, told, words_of
from bot.clock import Clock
from bot.config import DirectSettings
from bot.errors import DirectFailed, DirectRefused, DirectUnclear
from knowledge.actions import Lambda

log = structlog.get_logger(__name__)

ASKED, RUNNING = "asked", "running"
LOST_A_RACE = "ConditionalCheckFailedException"
NOT_BEGUN = "attribute_not_exists(request_id)"
STILL_ASKED = "#state = :asked AND attempt = :before"
OURS_AND_ASKED = "#state = :asked AND attempt = :attempt"
OURS_AND_OPEN = "#state IN (:asked, :running) AND (attempt = :attempt OR attribute_not_exists(attempt))"


@dataclass(frozen=True)
class Row:
    """What the table says of a request. `attempt` is 0 and `digest` "" where the function wrote the row by itself."""

    state: str
    attempt: int
    message: str
    digest: str


@dataclass(frozen=True)
class Functions:
    settings: DirectSettings
    clock: Clock

    async def start(self, run: Run) -> Outcome:
        account = await account_of(run, self.settings)
        row = await _row(account, run)
        if row and row.state == ASKED:  # by a try of which we do not know whether its call went out
            await self.clock.sleep(UNCLEAR_S)
            row = await _row(account, run)
        if row and row.state != ASKED:
            return _outcome(run, row)
        attempt = await _asked(account, run, before=row.attempt if row else 0)
        return await self._invoked(account, run, attempt)

    async def look_up(self, run: Run) -> Outcome:
        row = await _row(await account_of(run, self.settings), run)
        return _outcome(run, row) if row else NotStarted()

    async def _invoked(self, account: Account, run: Run, attempt: int) -> Outcome:
        payload = as_text({"request_id": run.request_id, "attempt": attempt, "input": run.input})
        arn = _function(run).arn
        try:
            reply = await account.call(
                "lambda", "invoke", FunctionName=arn, InvocationType="RequestResponse", Payload=payload
            )
        except DirectUnclear:
            await self.clock.sleep(UNCLEAR_S)
            row = await _row(account, run)
            if row is None or row.state == ASKED:
                raise
            return _outcome(run, row)
        return await _answered(account, run, attempt, reply)


def _function(run: Run) -> Lambda:
    assert isinstance(run.backend, Lambda)
    return run.backend


def _digest(run: Run) -> str:
    """Of what is asked of whom, so that an id is not taken for another request's."""
    return hashlib.sha256(f"{_function(run).arn} {as_text(run.input)}".encode()).hexdigest()


async def _row(account: Account, run: Run) -> Row | None:
    reply = await account.call(
        "dynamodb",
        "get_item",
        TableName=_function(run).table,
        Key={"request_id": {"S": run.request_id}},
        ConsistentRead=True,
    )
    if "Item" not in reply:
        return None
    row = _read_row(reply["Item"])
    if row.digest and row.digest != _digest(run):
        raise DirectRefused(f"{_function(run).table} keeps {run.request_id} for something else; nothing was started.")
    return row


def _read_row(item: dict[str, Any]) -> Row:
    def text(name: str) -> str:
        return str(item.get(name, {}).get("S", ""))

    attempt = str(item.get("attempt", {}).get("N", "0"))
    return Row(text("state"), int(attempt) if attempt.isdecimal() else 0, text("message"), text("digest"))


async def _asked(account: Account, run: Run, *, before: int) -> int:
    """Which attempt it is, written down before the call. From then on no earlier attempt can begin."""
    values = {":asked": {"S": ASKED}, ":attempt": {"N": str(before + 1)}, ":digest": {"S": _digest(run)}}
    if before:
        values[":before"] = {"N": str(before)}
    is_ours = await _written(
        account,
        run,
        "SET #state = :asked, attempt = :attempt, digest = :digest",
        STILL_ASKED if before else NOT_BEGUN,
        values,
    )
    if not is_ours:
        raise DirectFailed("Another process is starting it; it is looked up again.")
    return before + 1


async def _answered(account: Account, run: Run, attempt: int, reply: dict[str, Any]) -> Outcome:
    """By the row; what the function left out of it is written down first."""
    row, is_broken = await _row(account, run), bool(reply.get("FunctionError"))
    if row and row.state in ((ASKED, RUNNING) if is_broken else (ASKED,)):
        await _ended(account, run, attempt, reply)
        row = await _row(account, run)
    if row is None:
        raise DirectRefused(f"The function took its row out of {_function(run).table}; it must stay there.")
    return _outcome(run, row)


async def _ended(account: Account, run: Run, attempt: int, reply: dict[str, Any]) -> None:
    """That the function broke off, or that it ended without a word: as long as no other attempt has begun."""
    is_broken = bool(reply.get("FunctionError"))
    words = words_of(str(reply.get("Payload", "")))
    values = {
        ":asked": {"S": ASKED},
        ":attempt": {"N": str(attempt)},
        ":state": {"S": "failed" if is_broken else "done"},
        ":message": {"S": f"It broke off: {words}" if is_broken else words},
    }
    if is_broken:
        values[":running"] = {"S": RUNNING}
    condition = OURS_AND_OPEN if is_broken else OURS_AND_ASKED
    if await _written(account, run, "SET #state = :state, message = :message", condition, values) and not is_broken:
        log.warning("function_keeps_no_row", request_id=run.request_id, action=run.action)


async def _written(account: Account, run: Run, update: str, condition: str, values: dict[str, Any]) -> bool:
    """False when the row is not as the condition has it."""
    try:
        await account.call(
            "dynamodb",
            "update_item",
            wanted="Attributes",
            TableName=_function(run).table,
            Key={"request_id": {"S": run.request_id}},
            UpdateExpression=update,
            ConditionExpression=condition,
            ExpressionAttributeNames={"#state": "state"},
            ExpressionAttributeValues=values,
            ReturnValues="UPDATED_NEW",
        )
    except DirectRefused as error:
        if error.code != LOST_A_RACE:
            raise
        return False
    return True


def _outcome(run: Run, row: Row) -> Outcome:
    execution = f"{_function(run).arn}#{run.request_id}"
    match row.state:
        case "asked":
            return NotStarted()
        case "running":
            return Running(execution)
        case "done":
            return Done(execution, told(row.message), "")
        case "failed":
            return Failed(execution, told(row.message) or "It failed, and did not say why.")
    table = _function(run).table
    raise DirectFailed(f"{table} says {told(row.state)!r} of {run.request_id}; it must say running, done or failed.")
