"""How late what is done every so often is, as /metrics tells it."""

from datetime import UTC, datetime, timedelta

from bot.clock import Clock
from bot.lateness import Lateness

BEGINNING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC).timestamp()


def test_what_is_not_done_in_its_time_is_late_by_the_rest_until_it_is_done() -> None:
    now_s = BEGINNING
    lateness = Lateness(clock=Clock(lambda: now_s))
    lateness.expect("handbook", timedelta(seconds=60))
    lateness.expect("timetable", timedelta(seconds=30))

    now_s += 50
    lateness.note("timetable")
    assert lateness.late_s() == {"handbook": 0.0, "timetable": 0.0}

    now_s += 100
    assert lateness.late_s() == {"handbook": 90.0, "timetable": 70.0}

    lateness.note("handbook")
    assert lateness.late_s() == {"handbook": 0.0, "timetable": 70.0}
