"""What figures say in words where the words of others would be wrong."""

from dataclasses import replace

from bot.adoption.courses import State
from bot.adoption.figure_lines import lines
from bot.adoption.totals import AdoptionFacts
from bot.statistics import Share
from knowledge.capabilities import Status
from tests.adoption.test_adoption import EXPECTED  # the fixture
from tests.adoption.test_adoption import facts as facts


async def test_a_pilot_is_told_by_its_volunteers(facts: AdoptionFacts) -> None:
    """Nobody is free to choose it, and that is no lack of choice either."""
    standings = {**dict.fromkeys(State, 0), State.PILOT: 1, State.NOT_YET: 1}
    pilot = replace(EXPECTED, status=Status.PILOT, standings=standings, voluntary=None, churn=Share(0, 0), active=0)

    said = lines(replace(facts, capabilities=(pilot,)))

    assert said[0] == "Buckets (pilot): used by 1 of 2 volunteers; not using it 1."
