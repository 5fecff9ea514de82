"""How a deaf socket is told: by the time since our pings were answered, whatever the wall's clock says."""

import pytest

from handlers.socket_mode import Hearing


class Watch:
    """Stands until it is moved."""

    def __init__(self) -> None:
        self.now_s = 1_000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def hearing(watch: Watch) -> Hearing:
    return Hearing(30.0, watch)


@pytest.mark.parametrize(("after_s", "is_deaf"), [(0.0, False), (30.0, False), (30.1, True)])
def test_a_socket_is_deaf_half_a_minute_after_the_last_answer(
    hearing: Hearing, watch: Watch, after_s: float, is_deaf: bool
) -> None:
    hearing.note("socket", 5.0)
    watch.now_s += after_s
    hearing.note("socket", 5.0)

    assert hearing.is_deaf is is_deaf


@pytest.mark.parametrize("answered", [15.0, 4.0], ids=["later", "earlier, as after the clock was set back"])
def test_any_new_answer_starts_the_time_again(hearing: Hearing, watch: Watch, answered: float) -> None:
    hearing.note("socket", 5.0)
    watch.now_s += 29.0
    hearing.note("socket", answered)
    watch.now_s += 29.0

    assert not hearing.is_deaf


def test_a_new_socket_has_half_a_minute_of_its_own(hearing: Hearing, watch: Watch) -> None:
    hearing.note("socket", 5.0)
    watch.now_s += 31.0
    hearing.note("another", 5.0)

    assert not hearing.is_deaf
    watch.now_s += 31.0
    assert hearing.is_deaf
