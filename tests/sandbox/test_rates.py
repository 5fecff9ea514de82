"""How often the app may call, on the workspace's clock."""

from collections.abc import Callable

import pytest

from sandbox.rates import Rates
from tests.sandbox.small import still_clock


def calls_until_refused(take: Callable[[], int]) -> tuple[int, int]:
    """How many calls went ahead, and how long the first refused one has to wait."""
    for count in range(2000):
        if wait_s := take():
            return count, wait_s
    raise AssertionError("Never refused")


@pytest.mark.parametrize(
    ("method", "calls", "wait_s"),
    [
        ("apps.connections.open", 10, 60),
        ("users.list", 20, 3),
        ("conversations.history", 50, 2),
        ("users.info", 100, 1),
    ],
    ids=["tier 1", "tier 2", "tier 3", "tier 4"],
)
def test_each_tier_has_its_calls_a_minute(method: str, calls: int, wait_s: int) -> None:
    rates = Rates(still_clock())

    assert calls_until_refused(lambda: rates.take(method)) == (calls, wait_s)


def test_after_the_wait_it_said_a_call_goes_ahead() -> None:
    clock = still_clock()
    rates = Rates(clock)
    _, wait_s = calls_until_refused(lambda: rates.take("users.list"))

    clock.advance(wait_s)

    assert rates.take("users.list") == 0
    assert rates.take("users.list") == 3


def test_a_channel_takes_one_post_a_second_after_a_small_burst() -> None:
    clock = still_clock()
    rates = Rates(clock)
    assert calls_until_refused(lambda: rates.take("chat.postMessage", "C1")) == (4, 1)

    clock.advance(2)

    assert calls_until_refused(lambda: rates.take("chat.postMessage", "C1")) == (2, 1)


def test_a_full_channel_leaves_the_others_free() -> None:
    rates = Rates(still_clock())
    calls_until_refused(lambda: rates.take("chat.postMessage", "C1"))

    assert rates.take("chat.postMessage", "C2") == 0


def test_all_channels_together_stay_under_the_workspace_ceiling() -> None:
    rates = Rates(still_clock())
    channels = iter(range(2000))

    assert calls_until_refused(lambda: rates.take("chat.postMessage", f"C{next(channels)}")) == (300, 1)
