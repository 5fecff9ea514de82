"""Shortcuts: what is asked by one is answered to whoever used it, and to nobody else."""

from tests.journeys.handbook import LOGS_QUOTED, PAGE, QUESTION
from tests.journeys.office import Office, buttons

CALLED = f"<!subteam^S0DUTY> can help you.\nIf it cannot wait: {PAGE}"


async def test_a_message_is_answered_from_the_handbook_for_whoever_wants_that(either_office: Office) -> None:
    office = either_office

    asked = office.person("priya").say("random", QUESTION)
    done = await office.person("jonas").shortcut("answers.ask", asked)
    shown = await office.whisper_to("jonas", "random")
    await office.quiet()

    assert done.acknowledged
    assert shown.text == f"{LOGS_QUOTED}\nRead the logs of a service; Rotate a secret"
    assert buttons(shown) == ["That solved it", "Not quite"]
    assert office.thread(asked) == [("priya", QUESTION)]
    assert office.whispers("priya", "random") == []


async def test_a_person_is_got_from_anywhere(either_office: Office) -> None:
    office = either_office

    done = await office.person("jonas").shortcut("answers.person")
    await office.until(lambda: office.direct("jonas"))
    await office.quiet()

    assert done.acknowledged
    assert office.direct("jonas") == [("mentor", CALLED)]
