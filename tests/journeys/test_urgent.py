"""What cannot wait: words that the handbook declares call people at once, and `human` passes on what it is about."""

from tests.journeys.handbook import PAGE
from tests.journeys.office import NIGHT_S, Office

URGENT = "why has my certificate expired?"
TOLD = "Certificates renew by themselves thirty days before they expire.\nRenew a certificate"
CALLED = (
    "<!subteam^S0DUTY> somebody here says that it cannot wait: please see the question above."
    f"\nIf it cannot wait: {PAGE}"
)


async def test_an_urgent_question_is_not_left_to_peers_and_people_are_called_once(either_office: Office) -> None:
    office = either_office

    asked = office.person("priya").say("deploys", URGENT)
    await office.quiet()
    office.person("jonas").say("deploys", f"{office.mention} prod down here too, any news?", thread=asked)
    await office.quiet()

    called = [text for _, text in office.thread(asked) if "<!subteam^S0DUTY>" in text]
    assert called == [CALLED]
    assert ("mentor", TOLD) in office.thread(asked)


async def test_where_the_bot_may_not_speak_urgent_words_call_nobody(office: Office) -> None:
    for channel in ("data-help", "quiet", "partners"):
        office.person("li").say(channel, URGENT)
    await office.quiet()

    assert [each.channel for each in office.sandbox.ledger.effects] == ["C0PLATFORM"]  # the shadow card


async def test_at_night_the_thread_learns_how_to_page_and_when_people_are_back(office: Office) -> None:
    office.sandbox.clock.advance(NIGHT_S)

    asked = office.person("jonas").say("random", f"{office.mention} human prod down since <!here|here> 21:00")
    answer = await office.answer_to(asked)

    assert answer.text == (
        "Somebody here needs a person: “prod down since @here 21:00” "
        f"Nobody is on duty right now; back Wednesday 09:00 (Europe/London).\nIf it cannot wait: {PAGE}"
    )


async def test_words_that_only_begin_with_human_are_a_question(office: Office) -> None:
    asked = office.person("jonas").say("random", f"{office.mention} human readable logs of my service?")
    answer = await office.answer_to(asked)

    assert answer.text.startswith("I found nothing about this in the handbook")
