"""Which faults come up, how often, and for which calls."""

import pytest

from sandbox.faults import Faults


def kinds(faults: Faults, method: str = "chat.postMessage", channel: str | None = None) -> list[str]:
    return [fault.kind for fault in faults.draw(method, channel)]


def test_without_rules_nothing_befalls_a_call() -> None:
    assert kinds(Faults()) == []


def test_a_rule_fires_as_many_times_as_it_says() -> None:
    faults = Faults()
    faults.add("lose_reply", times=2)

    drawn = [kinds(faults) for _ in range(3)]

    assert drawn == [["lose_reply"], ["lose_reply"], []]
    assert faults.fired == {"lose_reply": 2}


def test_a_rule_concerns_its_methods_and_its_channel_only() -> None:
    faults = Faults()
    faults.add("drop", methods=["chat.update"], channel="C1")

    assert kinds(faults, "chat.update", "C1") == ["drop"]
    assert kinds(faults, "chat.update", "C2") == []
    assert kinds(faults, "chat.postMessage", "C1") == []


def test_a_rule_without_methods_concerns_them_all() -> None:
    faults = Faults()
    faults.add("drop", methods=())

    assert kinds(faults, "users.info") == ["drop"]


def test_a_delay_comes_on_top_of_one_other_fault() -> None:
    faults = Faults()
    faults.add("delay", seconds=1)
    faults.add("status_500")
    faults.add("garbage")

    assert kinds(faults) == ["delay", "status_500"]


def test_chance_is_near_its_probability_and_repeats_with_the_seed() -> None:
    def fired(seed: int) -> list[bool]:
        faults = Faults(seed=seed)
        faults.add("drop", probability=0.3)
        return [bool(kinds(faults)) for _ in range(1000)]

    assert 230 < sum(fired(1)) < 370
    assert fired(1) == fired(1)
    assert fired(1) != fired(2)


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="Unknown fault 'explode'"):
        Faults().add("explode")


def test_events_are_copied_held_back_and_their_acknowledgements_lost_as_set() -> None:
    faults = Faults()
    faults.duplicate_events, faults.delay_events_s, faults.reorder_window_s = (1, 3), 5.0, 2.0
    faults.drop_ack = 1.0

    assert {faults.copies() for _ in range(100)} == {1, 2, 3}
    assert all(5.0 <= faults.event_delay_s() <= 7.0 for _ in range(100))
    assert faults.loses_ack()


def test_cleared_faults_leave_calls_and_deliveries_alone_but_stay_counted() -> None:
    faults = Faults()
    faults.add("drop")
    faults.drop_ack, faults.duplicate_events = 1.0, (2, 2)
    kinds(faults)

    faults.clear()

    assert (kinds(faults), faults.copies(), faults.loses_ack()) == ([], 1, False)
    assert faults.fired["drop"] == 1
