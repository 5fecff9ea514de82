"""What people say of an answer by its buttons, and the way to a person, pressed by those who may and by others."""

import asyncio

from sqlalchemy import select

from bot.demo.company import PEOPLE
from bot.storage.schema import metadata, verdicts
from sandbox import Message
from tests.journeys.handbook import PAGE, QUESTION
from tests.journeys.office import NIGHT_S, Office, buttons, words

UNKNOWN = "which restaurant near the office has vegan lunch?"
CALLED = "<!subteam^S0DUTY> somebody here needs a person: please see the question above."
NOT_YOURS = "Only the person who asked can say this. Your reply in the thread helps just as much."


async def answered(office: Office) -> tuple[Message, Message]:
    """Priya's question in #ask-platform, and its answer."""
    asked = office.person("priya").say("ask-platform", QUESTION)
    return asked, await office.answer_to(asked)


async def said(office: Office) -> list[tuple[str, bool]]:
    """Every verdict that is kept, and whether it is the asker's."""
    async with office.mentor.database.read() as tx:
        return [tuple(row) for row in await tx.execute(select(verdicts.c.verdict, verdicts.c.by_asker))]


async def test_the_asker_calls_it_solved(either_office: Office) -> None:
    office = either_office

    _, answer = await answered(office)
    before = words(answer)
    await office.person("priya").press(answer, "That solved it")
    await office.quiet()

    assert words(answer) == [*before, "✓ Solved, says the person who asked."]
    assert buttons(answer) == []
    assert await said(office) == [("solved", True)]


async def test_the_asker_says_it_is_not_it_and_is_offered_a_person(either_office: Office) -> None:
    office = either_office

    asked, answer = await answered(office)
    await office.person("priya").press(answer, "Not quite")
    await office.until(lambda: buttons(answer) == ["Ask people here", "Get a person"])
    await office.person("priya").press(answer, "Get a person")
    await office.quiet()

    assert words(answer)[-1] == "Not it, says the person who asked."
    assert [reply.text for reply in office.replies(asked)[1:]] == [f"{CALLED}\nIf it cannot wait: {PAGE}"]
    assert await said(office) == [("not quite", True)]


async def test_another_person_is_refused_in_private_with_the_reason(either_office: Office) -> None:
    office = either_office

    _, answer = await answered(office)
    await office.person("amara").press(answer, "That solved it")
    refusal = await office.whisper_to("amara", "ask-platform")
    await office.quiet()

    assert refusal.text == NOT_YOURS
    assert buttons(answer) == ["That solved it", "Not quite"]
    assert await said(office) == []


async def test_a_double_press_counts_once(office: Office) -> None:
    _, answer = await answered(office)
    priya = office.person("priya")
    await asyncio.gather(priya.press(answer, "That solved it"), priya.press(answer, "That solved it"))
    await office.quiet()

    assert words(answer).count("✓ Solved, says the person who asked.") == 1
    assert await said(office) == [("solved", True)]


async def test_a_private_answer_takes_its_verdict_in_private(either_office: Office) -> None:
    office = either_office

    await office.person("jonas").command("/platform", QUESTION, "random")
    answer = await office.whisper_to("jonas", "random")
    await office.person("jonas").press(answer, "That solved it")
    await office.quiet()

    assert "✓ Solved, says the person who asked." in words(answer)
    assert buttons(answer) == ["Share in channel"]
    assert office.whispers("jonas", "random") == [answer]
    assert office.channel("random") == []
    assert await said(office) == [("solved", True)]


async def test_a_person_is_got_in_private_for_who_asked_in_private(office: Office) -> None:
    await office.person("jonas").command("/platform", UNKNOWN, "random")
    answer = await office.whisper_to("jonas", "random")
    await office.person("jonas").press(answer, "Get a person")
    await office.until(lambda: len(office.whispers("jonas", "random")) > 1)

    told = office.whispers("jonas", "random")[-1].text
    assert told == f"<!subteam^S0DUTY> can help you.\nIf it cannot wait: {PAGE}"
    assert office.channel("random") == []


async def test_a_verdict_in_direct_messages_stands_under_the_answer(office: Office) -> None:
    office.person("amara").dm(QUESTION)
    answer = (await office.until(lambda: office.told("amara")))[0]
    await office.person("amara").press(answer, "That solved it")
    await office.quiet()

    assert words(answer)[-1] == "✓ Solved, says the person who asked."


async def test_a_person_is_got_in_direct_messages(office: Office) -> None:
    office.person("amara").dm(UNKNOWN)
    answer = (await office.until(lambda: office.person("amara").sees_in_dm()[1:]))[0]
    await office.person("amara").press(answer, "Get a person")
    await office.until(lambda: len(office.direct("amara")) == 3)

    assert office.direct("amara")[2] == ("mentor", f"<!subteam^S0DUTY> can help you.\nIf it cannot wait: {PAGE}")


async def test_people_are_called_into_a_thread_at_most_once(either_office: Office) -> None:
    office = either_office

    asked = office.person("jonas").say("random", f"{office.mention} {UNKNOWN}")
    answer = await office.answer_to(asked)
    await office.person("jonas").press(answer, "Get a person")
    await office.until(lambda: office.replies(asked)[1:])  # presses at one instant are heard in any order
    await office.person("priya").press(answer, "Get a person")
    office.person("jonas").say("random", f"{office.mention} human", thread=asked)
    await office.quiet()

    called = [reply.text for reply in office.replies(asked) if "<!subteam^S0DUTY>" in reply.text]
    assert called == [f"{CALLED}\nIf it cannot wait: {PAGE}"]
    told = "A person has been called in this thread. The message stands there."
    assert office.whispers("priya", "random")[-1].text == told


async def test_outside_duty_hours_nobody_is_called_and_the_way_to_page_is_given(either_office: Office) -> None:
    office = either_office
    office.sandbox.clock.advance(NIGHT_S)

    asked = office.person("jonas").say("random", f"{office.mention} {UNKNOWN}")
    answer = await office.answer_to(asked)
    await office.person("jonas").press(answer, "Get a person")
    await office.until(lambda: len(office.replies(asked)) == 2)

    assert office.replies(asked)[1].text == (
        "Somebody here needs a person: please see the question above. "
        "Nobody is on duty right now; back Wednesday 09:00 (Europe/London)."
        f"\nIf it cannot wait: {PAGE}"
    )


async def test_no_table_but_people_holds_a_user_id(either_office: Office) -> None:
    office = either_office

    _, answer = await answered(office)
    await office.person("amara").press(answer, "That solved it")
    await office.person("priya").press(answer, "Not quite")
    await office.person("jonas").command("/platform", UNKNOWN, "random")
    await office.person("jonas").press(await office.whisper_to("jonas", "random"), "Get a person")
    await office.quiet()

    holding = []
    for table in metadata.sorted_tables:
        async with office.mentor.database.read() as tx:
            rows = str((await tx.execute(select(table))).all())
        holding += [table.name] * any(person in rows for person in PEOPLE)
    assert holding == ["people"]


async def test_who_asked_marks_the_answer_and_takes_that_back(office: Office) -> None:
    asked = office.person("priya").say("ask-platform", UNKNOWN)
    reply = office.person("jonas").say("ask-platform", "The one by the canal.", thread=asked)
    await office.quiet()

    await office.person("jonas").shortcut("peers.mark", reply)
    await office.until(lambda: office.whispers("jonas", "ask-platform"))
    await office.person("priya").shortcut("peers.mark", reply)
    await office.until(lambda: office.whispers("priya", "ask-platform"))
    await office.person("priya").press(office.whispers("priya", "ask-platform")[0], "Take it back")
    await office.until(lambda: office.whispers("priya", "ask-platform")[1:])

    assert [each.text for each in office.whispers("jonas", "ask-platform")] == [
        "Only the person who asked and the platform team can mark the answer."
    ]
    assert [each.text for each in office.whispers("priya", "ask-platform")] == [
        "Noted as the answer: the question counts as solved by who wrote it.",
        "Taken back: it is not marked as the answer any more.",
    ]
