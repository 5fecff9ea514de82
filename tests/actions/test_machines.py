"""Step Functions, really executed: started once under the request's id, adopted when there already, followed."""

import asyncio
import sys
import time
from dataclasses import replace
from pathlib import Path

import boto3
import pytest

from bot.actions.aws import Account
from bot.actions.direct import DirectBackend, Done, Failed, NotStarted, Outcome, Run, Running, backend_for
from bot.clock import Clock
from bot.config import read_settings
from bot.errors import DirectFailed, DirectRefused, DirectUnclear
from knowledge.actions import Json, StepFunction
from tests.actions.cloud import ACCOUNT, MACHINE, OTHER_ACCOUNT, REGION, ROLE, Answer, Cloud, Trouble, environment

CLOCK = Clock(time.time, lambda: 1000.0)


def run_of(request_id: str, *, machine: str = "mentor-count", role: str = "", given: Json = None) -> Run:
    arn = MACHINE.replace("mentor-count", machine)
    return Run(
        request_id, "count", "p_41c0", StepFunction(ACCOUNT, REGION, arn, role=role), given or {"request": request_id}
    )


def machines(cloud: Cloud, run: Run, **settings: str) -> DirectBackend:
    return backend_for(run.backend, read_settings(environment(cloud.door.url, **settings)), CLOCK)


async def ended(backend: DirectBackend, run: Run) -> Outcome:
    """Its end, which moto's threads come to by themselves."""
    for _ in range(200):
        outcome = await backend.look_up(run)
        if not isinstance(outcome, Running):
            return outcome
        await asyncio.sleep(0.02)
    raise AssertionError("it does not end")


def execution(run: Run) -> str:
    assert isinstance(run.backend, StepFunction)
    return f"{run.backend.arn.replace(':stateMachine:', ':execution:')}:{run.request_id}"


async def test_it_is_started_and_followed_to_its_end(cloud: Cloud, request_id: str) -> None:
    run = run_of(request_id)
    backend = machines(cloud, run)

    started, outcome = await backend.start(run), await ended(backend, run)

    page = (
        f"https://{REGION}.console.aws.amazon.com/states/home?region={REGION}#/v2/executions/details/{execution(run)}"
    )
    assert started == Running(execution(run))
    assert outcome == Done(execution(run), "Counted.", page)
    assert cloud.ran(request_id) == 1


async def test_what_was_never_started_is_not_found(cloud: Cloud, request_id: str) -> None:
    run = run_of(request_id)

    assert await machines(cloud, run).look_up(run) == NotStarted()


async def test_started_again_after_its_end_is_adopted(cloud: Cloud, request_id: str) -> None:
    run = run_of(request_id)
    backend = machines(cloud, run)
    await backend.start(run)
    done = await ended(backend, run)

    assert await backend.start(run) == done
    assert cloud.ran(request_id) == 1


async def test_started_again_while_it_runs_is_the_same(cloud: Cloud, request_id: str) -> None:
    run = run_of(request_id, machine="mentor-wait")
    backend = machines(cloud, run)

    assert await backend.start(run) == await backend.start(run) == Running(execution(run))
    assert cloud.executions(MACHINE.replace("mentor-count", "mentor-wait")).count(request_id) == 1


async def test_an_execution_with_another_input_is_not_ours(cloud: Cloud, request_id: str) -> None:
    run = run_of(request_id)
    other = replace(run, input={"request": "other"})
    await machines(cloud, run).start(run)

    for use in (machines(cloud, run).start, machines(cloud, run).look_up):
        with pytest.raises(DirectRefused, match=f"AWS has an execution {request_id} with another input"):
            await use(other)


async def test_a_failure_is_told_without_secrets(cloud: Cloud, request_id: str) -> None:
    run = run_of(request_id, machine="mentor-fail")
    backend = machines(cloud, run)
    await backend.start(run)

    outcome = await ended(backend, run)

    assert outcome == Failed(execution(run), "It failed: Quota: password=(removed) is over")


async def test_one_stopped_at_aws_is_told_so(cloud: Cloud, request_id: str) -> None:
    run = run_of(request_id, machine="mentor-wait")
    backend = machines(cloud, run)
    await backend.start(run)
    cloud.client("stepfunctions").stop_execution(executionArn=execution(run), cause="by hand")

    assert await ended(backend, run) == Failed(execution(run), "It was stopped at AWS.")  # moto keeps no cause


async def test_a_machine_that_takes_a_name_twice_is_refused(cloud: Cloud, request_id: str) -> None:
    run = run_of(request_id, machine="mentor-express")

    with pytest.raises(DirectRefused, match="is of type EXPRESS, which may start twice; make it STANDARD"):
        await machines(cloud, run).start(run)
    assert "StartExecution" not in cloud.door.ledger.calls


async def test_a_role_is_assumed_in_the_requesters_name(cloud: Cloud, request_id: str) -> None:
    run = run_of(request_id, role=ROLE)

    await machines(cloud, run).start(run)

    calls = ["AssumeRole", "GetCallerIdentity", "DescribeStateMachine", "StartExecution"]
    assert cloud.door.ledger.calls == calls
    assert cloud.door.ledger.forms[0]["RoleSessionName"] == ["p_41c0"]


async def test_credentials_of_another_account_are_refused(cloud: Cloud, request_id: str) -> None:
    backend = StepFunction(OTHER_ACCOUNT, REGION, MACHINE.replace(ACCOUNT, OTHER_ACCOUNT))
    run = replace(run_of(request_id), backend=backend)

    with pytest.raises(DirectRefused, match=f"credentials are of account {ACCOUNT}, and the entry's"):
        await machines(cloud, run, MENTOR_AWS_ALLOWED=backend.arn).start(run)
    assert cloud.door.ledger.calls == ["GetCallerIdentity"]


async def test_what_the_operator_does_not_name_is_never_called(cloud: Cloud, request_id: str) -> None:
    run = run_of(request_id, machine="other")

    for use in (machines(cloud, run).start, machines(cloud, run).look_up):
        with pytest.raises(DirectRefused, match="MENTOR_AWS_ALLOWED does not name"):
            await use(run)
    assert cloud.door.ledger.calls == []


CALLS = ("GetCallerIdentity", "DescribeStateMachine", "StartExecution")
ANSWERS: dict[str, Answer | None] = {
    "lost": None,
    "500": (500, {}, b"{}"),
    "503": (503, {}, b"<html>"),
    "broken": (200, {}, b"{broken"),
}
FAULTS = [(operation, is_done, said) for operation in CALLS for is_done in (False, True) for said in ANSWERS]


def is_long(operation: str, said: str) -> bool:
    return said == "503" or operation != "StartExecution"


@pytest.mark.parametrize(
    ("operation", "is_done", "said"),
    [pytest.param(*fault, marks=[pytest.mark.chaos] if is_long(fault[0], fault[2]) else []) for fault in FAULTS],
    ids=lambda value: ("after" if value else "before") if isinstance(value, bool) else value,
)
async def test_a_lost_reply_is_sent_once_and_mended_by_the_next_try(
    cloud: Cloud, request_id: str, operation: str, is_done: bool, said: str
) -> None:
    run = run_of(request_id)
    ledger = cloud.door.begin(Trouble(operation, is_done=is_done, answer=ANSWERS[said]))

    with pytest.raises(DirectUnclear):
        await machines(cloud, run).start(run)
    sent = ledger.calls.count(operation)
    await machines(cloud, run).start(run)

    assert sent == 1
    await ended(machines(cloud, run), run)
    assert (cloud.executions().count(request_id), cloud.ran(request_id)) == (1, 1)


@pytest.mark.parametrize(
    ("status", "code", "error", "said"),
    [
        (400, "AccessDeniedException", DirectRefused, "AWS does not let the bot do start_execution"),
        (403, "InvalidSignatureException", DirectRefused, "AWS does not let the bot do start_execution"),
        (400, "StateMachineDoesNotExist", DirectRefused, "AWS refused start_execution"),
        (400, "ThrottlingException", DirectFailed, "AWS asks to wait with start_execution"),
        (400, "ExecutionLimitExceeded", DirectFailed, "AWS asks to wait with start_execution"),
        (400, "ExpiredTokenException", DirectFailed, "AWS asks to wait with start_execution"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_a_no_is_told_apart_from_a_not_now(
    cloud: Cloud, request_id: str, status: int, code: str, error: type[DirectFailed], said: str
) -> None:
    run = run_of(request_id)
    body = f'{{"__type": "{code}", "message": "the secret is hunter22"}}'.encode()
    cloud.door.begin(Trouble("StartExecution", answer=(status, {}, body)))

    with pytest.raises(DirectFailed, match=said) as raised:
        await machines(cloud, run).start(run)
    assert type(raised.value) is error
    assert code in str(raised.value)
    assert "hunter22" not in str(raised.value)


async def test_an_execution_that_aws_does_not_show_yet_is_asked_for_again(cloud: Cloud, request_id: str) -> None:
    run = run_of(request_id)
    await machines(cloud, run).start(run)
    await ended(machines(cloud, run), run)
    body = b'{"__type": "ExecutionDoesNotExist", "message": ""}'
    cloud.door.begin(Trouble("DescribeExecution", answer=(400, {}, body)))

    with pytest.raises(DirectFailed, match="does not show it yet"):
        await machines(cloud, run).start(run)


async def test_no_call_is_begun_when_the_lease_draws_to_its_end(cloud: Cloud) -> None:
    account = Account(boto3.Session(), REGION, cloud.door.url, ends_at=time.monotonic())

    with pytest.raises(DirectFailed, match="AWS takes too long"):
        await account.call("sts", "get_caller_identity")
    assert cloud.door.ledger.calls == []


async def test_without_the_extra_it_says_what_to_install(
    cloud: Cloud, request_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = run_of(request_id)
    monkeypatch.setitem(sys.modules, "boto3", None)

    with pytest.raises(DirectRefused, match=r"pip install 'mentor\[aws\]'"):
        await machines(cloud, run).start(run)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("AWS_PROFILE", "nobody", r"AWS's settings of the bot cannot be used \(ProfileNotFound\)"),
        ("AWS_ACCESS_KEY_ID", "", "The bot has no AWS credentials; an operator can set them"),
    ],
)
async def test_credentials_that_cannot_be_had_are_told(
    cloud: Cloud, request_id: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, value: str, said: str
) -> None:
    run = run_of(request_id)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv(name, value)

    with pytest.raises(DirectFailed, match=said):
        await machines(cloud, run).start(run)
    assert cloud.door.ledger.calls == []


@pytest.mark.chaos
async def test_a_reply_that_takes_too_long_is_given_up_and_not_sent_twice(cloud: Cloud, request_id: str) -> None:
    run = run_of(request_id)
    ledger = cloud.door.begin(Trouble("StartExecution", is_done=True, waits_s=9.0))

    with pytest.raises(DirectUnclear, match="AWS did not answer start_execution"):
        await machines(cloud, run).start(run)
    assert ledger.calls.count("StartExecution") == 1
    assert isinstance(await machines(cloud, run).start(run), Running | Done)
