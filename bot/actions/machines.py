"""Runs at AWS Step Functions, each an execution named for the request: AWS takes a name once.

Only machines of type STANDARD: those of type EXPRESS take a name again, and tell nothing of it afterwards.
"""

from dataclasses import dataclass, replace
from typing import Any

from bot.actions.aws import Account, account_of
from bot.actions.direct import Done, Failed, NotStarted, Outcome, Run, Running, as_text, told, words_of
from bot.arn import Arn, read_arn
from bot.config import DirectSettings
from bot.errors import DirectFailed, DirectRefused
from knowledge.actions import StepFunction

UNDER_WAY = {"RUNNING", "PENDING_REDRIVE"}
CONSOLES = {
    "aws": "https://{0}.console.aws.amazon.com",
    "aws-cn": "https://{0}.console.amazonaws.cn",
    "aws-us-gov": "https://{0}.console.amazonaws-us-gov.com",
}


@dataclass(frozen=True)
class Machines:
    settings: DirectSettings

    async def start(self, run: Run) -> Outcome:
        account, machine = await account_of(run, self.settings), _machine(run)
        await _check_takes_a_name_once(account, machine)
        try:
            await account.call(
                "stepfunctions",
                "start_execution",
                wanted="executionArn",
                stateMachineArn=str(machine),
                name=run.request_id,
                input=as_text(run.input),
            )
        except DirectRefused as error:
            if error.code != "ExecutionAlreadyExists":
                raise
            return await _adopted(account, run)
        return Running(str(_execution(run)))  # not described at once: that may lag behind

    async def look_up(self, run: Run) -> Outcome:
        return await _described(await account_of(run, self.settings), run)


def _machine(run: Run) -> Arn:
    assert isinstance(run.backend, StepFunction)
    arn = read_arn(run.backend.arn)
    assert arn is not None, "what the operator allows was checked"
    return arn


def _execution(run: Run) -> Arn:
    machine = _machine(run)
    name = machine.resource.removeprefix("stateMachine:")
    return replace(machine, resource=f"execution:{name}:{run.request_id}")


async def _check_takes_a_name_once(account: Account, machine: Arn) -> None:
    described = await account.call(
        "stepfunctions", "describe_state_machine", wanted="type", stateMachineArn=str(machine)
    )
    if described["type"] != "STANDARD":
        raise DirectRefused(f"{machine} is of type {described['type']}, which may start twice; make it STANDARD.")


async def _adopted(account: Account, run: Run) -> Outcome:
    outcome = await _described(account, run)
    if isinstance(outcome, NotStarted):
        raise DirectFailed("AWS has the execution and does not show it yet; it is tried again.")
    return outcome


async def _described(account: Account, run: Run) -> Outcome:
    try:
        found = await account.call(
            "stepfunctions", "describe_execution", wanted="status", executionArn=str(_execution(run))
        )
    except DirectRefused as error:
        if error.code != "ExecutionDoesNotExist":
            raise
        return NotStarted()
    if found.get("input") != as_text(run.input):
        raise DirectRefused(f"AWS has an execution {run.request_id} with another input; nothing was started.")
    return _outcome(str(_execution(run)), found, _page(run))


def _outcome(execution: str, found: dict[str, Any], url: str) -> Outcome:
    match found["status"]:
        case status if status in UNDER_WAY:
            return Running(execution)
        case "SUCCEEDED":
            return Done(execution, words_of(found.get("output") or ""), url)
        case "FAILED":
            why = ": ".join(filter(None, (found.get("error"), found.get("cause"))))
            return Failed(execution, told(f"It failed: {why}" if why else "It failed, and did not say why."))
        case "TIMED_OUT":
            return Failed(execution, "It ran out of time.")
        case "ABORTED":
            return Failed(execution, told(f"It was stopped at AWS. {found.get('cause') or ''}"))
        case status:
            raise DirectFailed(f"AWS says {told(str(status))!r} of {execution}, which Mentor does not know.")


def _page(run: Run) -> str:
    arn = _execution(run)
    return f"{CONSOLES[arn.partition].format(arn.region)}/states/home?region={arn.region}#/v2/executions/details/{arn}"
