"""What stays in memory is looked through for garbage once: after the start, and after the handbook changed."""

import gc
from pathlib import Path

from bot.cli.running import _keep_what_stays
from tests.journeys.handbook import CHANNELS
from tests.journeys.office import Office


async def test_a_changed_handbook_settles_and_one_that_is_the_same_does_not(office: Office, handbook: Path) -> None:
    settled = list[str]()
    office.mentor.settled = lambda: settled.append("again")
    await office.mentor.read_handbook()
    before = list(settled)
    (handbook / "channels.yaml").write_text(f"{CHANNELS}# changed\n")
    await office.mentor.read_handbook()

    assert (before, settled) == ([], ["again"])


def test_what_is_there_is_passed_over_from_then_on() -> None:
    try:
        _keep_what_stays()

        assert gc.get_freeze_count() > 1_000
    finally:
        gc.unfreeze()
