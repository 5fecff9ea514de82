"""Lambda and its table: done once under the request's id, whatever is lost, by the function of docs/direct.md."""

import threading
import time
from typing import Any

import pytest

from bot.actions.direct import DirectBackend, Done, Failed, NotStarted, Run, Running, backend_for
from bot.clock import Clock
from bot.config import read_settings
from bot.errors import DirectFailed, DirectRefused, DirectUnclear
from knowledge.actions import Lambda
from tests.actions.cloud import ACCOUNT, FUNCTION, REGION, ROLE, TABLE, Cloud, Trouble, documented_function, environment

QUICK = Clock(time.time, lambda: 100.0)  # a wait of 15 s takes 0.15 s
ASKED = {"service": "checkout"}


def run_of(request_id: str, *, role: str = "", table: str = TABLE) -> Run:
    return Run(request_id, "restart", "p_41c0", Lambda(ACCOUNT, REGION, FUNCTION, table, role=role), ASKED)


def functions(cloud: Cloud, run: Run, clock: Clock = QUICK) -> DirectBackend:
    return backend_for(run.backend, read_settings(environment(cloud.door.url)), clock)


def named(request_id: str) -> str:
    return f"{FUNCTION}#{request_id}"


async def test_it_is_done_and_its_word_is_told(cloud: Cloud, request_id: str) -> None:
    run = run_of(request_id)

    outcome = await functions(cloud, run).start(run)

    assert outcome == Done(named(request_id), f"Did {ASKED}.", "")
    assert cloud.door.ledger.invoked == [{"request_id": request_id, "attempt": 1, "input": ASKED}]
    assert cloud.door.ledger.effects == [ASKED]
    assert await functions(cloud, run).look_up(run) == outcome


async def test_what_was_done_is_adopted(cloud: Cloud, request_id: str) -> None:
    run = run_of(request_id)

    outcomes = [await functions(cloud, run).start(run) for _ in range(3)]

    assert outcomes == [Done(named(request_id), f"Did {ASKED}.", "")] * 3
    assert cloud.door.ledger.effects == [ASKED]


async def test_what_was_never_asked_is_not_found(cloud: Cloud, request_id: str) -> None:
    run = run_of(request_id)

    assert await functions(cloud, run).look_up(run) == NotStarted()
    assert cloud.row(request_id) == {}


@pytest.mark.parametrize(
    ("state", "outcome"),
    [
        ("running", Running("{}")),
        ("done", Done("{}", "It is up.", "")),
        ("failed", Failed("{}", "It is up.")),
    ],
    ids=["running", "done", "failed"],
)
async def test_a_row_that_the_function_wrote_is_taken_at_its_word(
    cloud: Cloud, request_id: str, state: str, outcome: Running | Done | Failed
) -> None:
    run = run_of(request_id)
    cloud.put_row(request_id, state=state, message="It is up.")

    assert str(await functions(cloud, run).start(run)) == str(outcome).replace("{}", named(request_id))
    assert cloud.door.ledger.invoked == []


async def test_a_row_with_an_unknown_state_is_named(cloud: Cloud, request_id: str) -> None:
    run = run_of(request_id)
    cloud.put_row(request_id, state="ok")

    with pytest.raises(DirectFailed, match=f"{TABLE} says 'ok' of {request_id}; it must say running, done or failed"):
        await functions(cloud, run).start(run)


async def test_a_row_kept_for_something_else_is_not_ours(cloud: Cloud, request_id: str) -> None:
    run = run_of(request_id)
    cloud.put_row(request_id, state="done", digest="0" * 64)

    with pytest.raises(DirectRefused, match="for something else; nothing was started"):
        await functions(cloud, run).start(run)


async def test_a_function_that_breaks_off_has_failed(cloud: Cloud, request_id: str) -> None:
    def breaks(event: dict[str, Any], context: object) -> str:
        cloud.put_row(request_id, state="running", attempt="1")
        raise RuntimeError("out of memory, token=abc12345")

    run = run_of(request_id)
    cloud.door.function = breaks

    outcome = await functions(cloud, run).start(run)

    assert isinstance(outcome, Failed)
    assert "out of memory" in outcome.said
    assert "abc12345" not in outcome.said + cloud.row(request_id)["message"]
    assert await functions(cloud, run).look_up(run) == outcome


async def test_a_documented_function_tells_its_failure_itself(cloud: Cloud, request_id: str) -> None:
    def fails(asked: Any) -> str:
        raise RuntimeError("no such service")

    run = run_of(request_id)
    cloud.door.function = documented_function(fails)

    assert await functions(cloud, run).start(run) == Failed(named(request_id), "no such service")


async def test_a_function_without_a_row_is_done_when_it_answers(cloud: Cloud, request_id: str) -> None:
    run = run_of(request_id)
    cloud.door.function = lambda event, context: "restarted"

    outcomes = [await functions(cloud, run).start(run) for _ in range(2)]

    assert outcomes == [Done(named(request_id), "restarted", "")] * 2
    assert len(cloud.door.ledger.invoked) == 1


CALLS = ("GetCallerIdentity", "GetItem", "UpdateItem", "Invoke")


@pytest.mark.parametrize("operation", CALLS)
@pytest.mark.parametrize("is_done", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(
    "answer", [pytest.param(None, id="lost"), pytest.param((500, {}, b"{}"), id="500", marks=pytest.mark.chaos)]
)
async def test_a_lost_reply_is_sent_once_and_the_function_does_it_once(
    cloud: Cloud, request_id: str, operation: str, is_done: bool, answer: tuple[int, dict[str, str], bytes] | None
) -> None:
    run = run_of(request_id, role=ROLE)
    ledger = cloud.door.begin(Trouble(operation, is_done=is_done, answer=answer))

    try:
        await functions(cloud, run).start(run)
        is_known = True
    except DirectUnclear:
        is_known = False
    invoked = ledger.calls.count("Invoke")
    outcome = await functions(cloud, run).start(run)

    assert is_known == (operation == "Invoke" and is_done)  # only then the table knew it
    assert invoked == (operation == "Invoke")
    assert outcome == Done(named(request_id), f"Did {ASKED}.", "")
    assert (ledger.carried_out.count("Invoke"), ledger.effects) == (1, [ASKED])


async def test_a_slow_function_is_looked_up_and_not_called_again(cloud: Cloud, request_id: str) -> None:
    """The reply is lost while it is at work; its row says so."""
    is_told, may_end = threading.Event(), threading.Event()

    def slow(asked: Any) -> str:
        is_told.set()
        assert may_end.wait(10)
        return "Done at last."

    run = run_of(request_id)
    cloud.door.begin(Trouble("Invoke", is_done=True))
    cloud.put_row(request_id, state="asked", attempt="1")
    event = {"request_id": request_id, "attempt": 1, "input": ASKED}
    working = threading.Thread(target=documented_function(slow), args=(event, None))
    working.start()
    assert is_told.wait(10)

    outcomes = [await functions(cloud, run).start(run)]
    may_end.set()
    working.join()
    outcomes.append(await functions(cloud, run).start(run))

    assert outcomes == [Running(named(request_id)), Done(named(request_id), "Done at last.", "")]
    assert cloud.door.ledger.invoked == []


async def test_a_late_call_of_an_earlier_attempt_does_nothing(cloud: Cloud, request_id: str) -> None:
    """As when a process is stopped between its row and its call, for longer than any wait, and another takes over."""
    run = run_of(request_id)
    cloud.put_row(request_id, state="asked", attempt="1")  # by the one that is stopped
    await functions(cloud, run).start(run)

    late = cloud.door.function({"request_id": request_id, "attempt": 1, "input": ASKED}, None)

    assert late == "Begun before, or asked for anew."
    assert [event["attempt"] for event in cloud.door.ledger.invoked] == [2]
    assert cloud.door.ledger.effects == [ASKED]


async def test_a_late_call_that_comes_first_is_the_one_that_counts(cloud: Cloud, request_id: str) -> None:
    """It claims the row while the other process waits: that one then calls nothing."""

    class Waits(Clock):
        async def sleep(self, seconds: float) -> None:
            cloud.door.function({"request_id": request_id, "attempt": 1, "input": ASKED}, None)

    run = run_of(request_id)
    cloud.put_row(request_id, state="asked", attempt="1")

    outcome = await functions(cloud, run, Waits(time.time)).start(run)

    assert outcome == Done(named(request_id), f"Did {ASKED}.", "")
    assert (cloud.door.ledger.invoked, cloud.door.ledger.effects) == ([], [ASKED])


async def test_two_processes_at_once_make_one_call(cloud: Cloud, request_id: str) -> None:
    """The other one wrote its row between our look and our own."""

    class Overtakes(Clock):
        async def sleep(self, seconds: float) -> None:
            cloud.put_row(request_id, state="asked", attempt="2")

    run = run_of(request_id)
    ledger = cloud.door.begin(Trouble("GetItem", answer=(200, {}, b"{}")))  # as it was before
    cloud.put_row(request_id, state="asked", attempt="1")

    with pytest.raises(DirectFailed, match="Another process is starting it"):
        await functions(cloud, run, Overtakes(time.time)).start(run)
    assert ledger.invoked == []


async def test_a_table_that_the_operator_does_not_name_is_never_written(cloud: Cloud, request_id: str) -> None:
    run = run_of(request_id, table="people")

    with pytest.raises(DirectRefused, match=r"table: MENTOR_AWS_ALLOWED does not name .*:table/people"):
        await functions(cloud, run).start(run)
    assert cloud.door.ledger.calls == []
