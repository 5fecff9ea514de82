"""SIGKILL before and after each outside call: the process dies there, the next one finishes, and it is started once.

Whoever is called kills: it knows exactly which call is under way, and nothing in Mentor needs to know.
"""

import asyncio
import os
import random
import signal
import time
from collections.abc import Callable, Mapping
from itertools import count as forever
from multiprocessing.connection import Connection
from queue import Queue

import pytest
from _pytest.mark.structures import ParameterSet
from aiohttp import web

from bot.actions.direct import Done, Outcome, Run, Running, backend_for
from bot.clock import Clock
from bot.config import read_settings
from bot.errors import DirectFailed
from knowledge.actions import Lambda, StepFunction, Webhook
from tests.actions.cloud import ACCOUNT, FUNCTION, MACHINE, REGION, ROLE, TABLE, Cloud, Trouble, environment
from tests.actions.hook_server import cut, hook_server
from tests.forks import FORKS
from tests.goals.counting import Tally

AWS = {"AWS_ACCESS_KEY_ID": "tests", "AWS_SECRET_ACCESS_KEY": "tests", "AWS_EC2_METADATA_DISABLED": "true"}
ASKED = {"service": "checkout"}
SECRET = "0123456789abcdef0123456789abcdef"
MACHINE_CALLS = 4  # AssumeRole, GetCallerIdentity, DescribeStateMachine, StartExecution
FUNCTION_CALLS = 6  # AssumeRole, GetCallerIdentity, GetItem, UpdateItem, Invoke, GetItem


def started(run: Run, settings: Mapping[str, str], told: Connection) -> None:
    """The process: one try of the work, and nothing kept in memory for the next."""
    os.environ.update(AWS)
    clock = Clock(time.time, lambda: 100.0)
    backend = backend_for(run.backend, read_settings(settings), clock)
    try:
        told.send(asyncio.run(backend.start(run)))
    except DirectFailed as error:
        told.send(error.args[0])


def tried(run: Run, settings: Mapping[str, str], begun: Callable[[int], None]) -> Outcome | str | None:
    """What one process came to; None when it was killed. `begun` is told its id."""
    hears, tells = FORKS.Pipe(duplex=False)
    process = FORKS.Process(target=started, args=(run, settings, tells))
    process.start()
    tells.close()
    assert process.pid
    begun(process.pid)
    try:
        outcome: Outcome | str | None = hears.recv()
    except EOFError:
        outcome = None
    process.join(20)
    assert process.exitcode == (-signal.SIGKILL if outcome is None else 0)
    return outcome


def finished(cloud: Cloud, run: Run) -> tuple[Outcome, int]:
    """How it ended, and how many processes died on the way."""
    deaths = 0
    for _ in range(12):
        cloud.door.has_victim.clear()
        outcome = tried(run, environment(cloud.door.url), cloud.door.aim_at)
        if outcome is not None and not isinstance(outcome, str):
            return outcome, deaths
        deaths += outcome is None
    raise AssertionError("it comes to no end")


def machine_run(request_id: str) -> Run:
    return Run(
        request_id, "count", "p_41c0", StepFunction(ACCOUNT, REGION, MACHINE, role=ROLE), {"request": request_id}
    )


def function_run(request_id: str) -> Run:
    return Run(request_id, "restart", "p_41c0", Lambda(ACCOUNT, REGION, FUNCTION, TABLE, role=ROLE), ASKED)


def places(calls: int) -> list[ParameterSet]:
    """Each call. The first two tell only who we are: these are for the long run."""
    return [pytest.param(nth, marks=[pytest.mark.chaos] if nth <= 2 else []) for nth in range(1, calls + 1)]


def kill(nth: int, *, is_done: bool) -> Trouble:
    return Trouble(nth=nth, is_done=is_done, kills=True)


def count(tally: Tally, deaths: int, times: int) -> None:
    """Kills alone: the points of a goal are those where each death was tried three times."""
    tally(kills=deaths, lost=int(times == 0), doubled=int(times > 1))


def times_counted(cloud: Cloud, request_id: str) -> int:
    """By the machine itself, once moto's thread has run it to its end."""
    execution = f"{MACHINE.replace(':stateMachine:', ':execution:')}:{request_id}"
    for _ in forever():
        status = cloud.client("stepfunctions").describe_execution(executionArn=execution)["status"]
        if status != "RUNNING":
            assert status == "SUCCEEDED"
            break
    return cloud.ran(request_id)


@pytest.mark.goal(g=1)
@pytest.mark.parametrize("is_done", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("nth", places(MACHINE_CALLS))
def test_a_machine_is_started_once_when_killed_at_a_call(
    cloud: Cloud, request_id: str, tally: Tally, nth: int, is_done: bool
) -> None:
    run = machine_run(request_id)
    cloud.door.begin(kill(nth, is_done=is_done))

    outcome, deaths = finished(cloud, run)

    count(tally, deaths, cloud.executions().count(request_id))
    assert deaths == 1
    assert isinstance(outcome, Running | Done)
    assert (cloud.executions().count(request_id), times_counted(cloud, request_id)) == (1, 1)


@pytest.mark.goal(g=1)
@pytest.mark.parametrize("is_done", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("nth", places(FUNCTION_CALLS))
def test_a_function_is_called_once_when_killed_at_a_call(
    cloud: Cloud, request_id: str, tally: Tally, nth: int, is_done: bool
) -> None:
    run = function_run(request_id)
    ledger = cloud.door.begin(kill(nth, is_done=is_done))

    outcome, deaths = finished(cloud, run)

    count(tally, deaths, ledger.carried_out.count("Invoke"))
    assert deaths == 1
    assert outcome == Done(f"{FUNCTION}#{request_id}", f"Did {ASKED}.", "")
    assert (ledger.carried_out.count("Invoke"), ledger.effects) == (1, [ASKED])


@pytest.mark.goal(g=1)
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_webhook_is_called_once_when_killed_at_a_call(
    request_id: str, tally: Tally, method: str, when: str
) -> None:
    victims: Queue[int] = Queue()

    async def kills(request: web.Request) -> web.StreamResponse:
        os.kill(await asyncio.to_thread(victims.get, timeout=10), signal.SIGKILL)
        return await cut(request)

    async with hook_server(SECRET, time.time) as hooks:
        getattr(hooks, when)[method] = kills
        base = f"http://{hooks.place}/runs"
        run = Run(request_id, "restart", "p_41c0", Webhook(base, f"{base}/{{request}}"), ASKED)
        settings = {"MENTOR_WEBHOOK_HOSTS": hooks.place, "MENTOR_WEBHOOK_SECRET": SECRET}

        killed, outcome = [await asyncio.to_thread(tried, run, settings, victims.put) for _ in range(2)]

    count(tally, 1, len(hooks.begun))
    assert killed is None
    assert outcome == Done(f"{hooks.place}#{request_id}", "It is up.", "")
    assert [each["request"] for each in hooks.begun] == [request_id]


@pytest.mark.goal(g=1)
@pytest.mark.chaos
@pytest.mark.parametrize("number", range(60))
def test_many_deaths_and_lost_replies_start_each_once(
    cloud: Cloud, request_id: str, tally: Tally, seed: int, number: int
) -> None:
    """Up to five at any calls, of either kind, one after the other."""
    chance = random.Random(f"{seed} {number}")
    places = sorted(chance.sample(range(1, 25), k=chance.randint(2, 5)))
    troubles = [
        Trouble(
            nth=nth,
            is_done=chance.random() < 0.5,
            kills=chance.random() < 0.7,
            answer=chance.choice([None, (500, {}, b"{}")]),
        )
        for nth in places
    ]
    run = (machine_run, function_run)[number % 2](request_id)
    ledger = cloud.door.begin(*troubles)

    _, deaths = finished(cloud, run)

    is_function = number % 2 == 1
    count(tally, deaths, ledger.carried_out.count("Invoke") if is_function else cloud.executions().count(request_id))
    if is_function:
        assert (ledger.carried_out.count("Invoke"), ledger.effects) == (1, [ASKED])
    else:
        assert (cloud.executions().count(request_id), times_counted(cloud, request_id)) == (1, 1)
