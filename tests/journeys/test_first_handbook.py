"""From an empty folder to the first answers: what the README promises after `mentor init` and `mentor run`."""

from dataclasses import replace
from pathlib import Path

from bot.config import Settings
from bot.first_handbook import make
from sandbox import Sandbox
from tests.journeys.office import at_work

QUESTION = "What can I ask here?"
ANSWER = "Ask about the platform in your own words. The answer comes from this handbook, with its source."
TOLD = ("mentor", ANSWER)


async def test_a_first_handbook_answers_directly_and_is_silent_in_channels(
    sandbox: Sandbox, settings: Settings, tmp_path: Path
) -> None:
    await make(settings, tmp_path / "first")

    async with at_work(sandbox, replace(settings, handbook=str(tmp_path / "first"))) as office:
        office.person("priya").dm(QUESTION)
        asked = office.person("jonas").say("ask-platform", QUESTION)
        directly = await office.until(lambda: office.direct("priya")[1:])
        (card,) = await office.until(lambda: office.channel("platform-team"))

        assert directly == [TOLD]
        assert office.thread(asked) == [("jonas", QUESTION)]
        assert card[1].startswith("In shadow: ")
