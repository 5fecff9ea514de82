"""*Not quite* does something: the next source at once, a reason if one is given, people with one press."""

from pathlib import Path

from sqlalchemy import select

from bot.storage.schema import answers, verdicts
from sandbox import Message
from tests.journeys.office import Office, buttons, words

QUESTION = "how do I get more memory for my namespace?"
FIRST, SECOND = "Change the quota file of your namespace and open a pull request.", "Open Grafana, choose Explore"
REASONS = ["Wrong topic", "Out of date", "Unclear", "Did not work", "Something else"]


async def answered(office: Office) -> tuple[Message, Message]:
    """Priya's question in #ask-platform, and its answer, which has a second source."""
    asked = office.person("priya").say("ask-platform", QUESTION)
    answer = await office.answer_to(asked)
    assert words(answer)[0].startswith(FIRST)
    return asked, answer


async def said(office: Office) -> list[tuple[str, str, str | None]]:
    """What was said of which article, and why."""
    async with office.mentor.database.read() as tx:
        query = select(verdicts.c.verdict, answers.c.sources, verdicts.c.reason).join(answers)
        found = await tx.execute(query.order_by(verdicts.c.given_at))
        return [(verdict, sources[0]["id"], reason) for verdict, sources, reason in found]


async def test_the_next_source_comes_at_once_and_each_is_judged_by_itself(either_office: Office) -> None:
    office = either_office
    priya = office.person("priya")

    asked, answer = await answered(office)
    await priya.press(answer, "Not quite")
    why = await office.whisper_to("priya", "ask-platform")
    offered, offered_buttons = words(answer), buttons(answer)
    await priya.press(why, "Out of date")
    await priya.press(answer, "That solved it")
    await office.quiet()

    assert offered[0] == "Not it, says the person who asked. Perhaps this:"
    assert offered[1].startswith(SECOND)
    assert offered_buttons == ["That solved it", "Not quite", "Ask people here", "Get a person"]
    assert (buttons(why), words(why)) == (["Log what was hard"], ["Noted: out of date. Thank you."])
    assert words(answer)[-1] == "✓ Solved, says the person who asked."
    assert len(office.replies(asked)) == 1
    assert await said(office) == [("not quite", "quotas.md", "out of date"), ("solved", "logs.md", None)]


async def test_the_next_source_is_only_what_may_be_seen_by_then(office: Office, handbook: Path) -> None:
    priya = office.person("priya")
    asked, answer = await answered(office)
    article = handbook / "articles" / "logs.md"
    article.write_text(article.read_text().replace("owner:", "audience: internal\nowner:"))
    await office.mentor.read_handbook()

    await priya.press(answer, "Not quite")
    await office.until(lambda: "That solved it" not in buttons(answer))

    assert SECOND not in str(office.replies(asked)[0].blocks)


async def test_after_the_last_source_people_are_asked_once_by_nobodys_name(office: Office) -> None:
    priya = office.person("priya")

    asked, answer = await answered(office)
    for _ in range(2):
        await priya.press(answer, "Not quite")
        await office.quiet()
    left = buttons(answer)
    await office.person("amara").press(answer, "Ask people here")
    refusal = await office.whisper_to("amara", "ask-platform")
    await priya.press(answer, "Ask people here")
    await office.quiet()
    await priya.press(answer, "Ask people here")
    await office.quiet()

    assert left == ["Ask people here", "Get a person"]
    assert refusal.text.startswith("Only the person who asked can say this.")
    assert [each.text for each in office.replies(asked)[1:]] == [
        "This is still open: what I found did not help. Can somebody here help?"
    ]
    assert office.whispers("priya", "ask-platform")[-1].text.startswith("People were asked in this thread already.")


async def test_in_private_the_whole_of_it_stands_in_one_message(office: Office) -> None:
    jonas = office.person("jonas")

    await jonas.command("/platform", QUESTION, "random")
    answer = await office.whisper_to("jonas", "random")
    await jonas.press(answer, "Not quite")
    await office.until(lambda: "Unclear" in buttons(answer))
    offered = buttons(answer)
    await jonas.press(answer, "Unclear")
    await office.until(lambda: words(answer)[-1] == "Noted: unclear. Thank you.")

    assert [each for each in offered if each in REASONS] == REASONS
    assert words(answer)[1].startswith(SECOND)
    assert not set(REASONS) & set(buttons(answer))
    assert office.whispers("jonas", "random") == [answer]
    assert await said(office) == [("not quite", "quotas.md", "unclear")]


async def test_a_press_in_direct_messages_changes_the_answer_there(office: Office) -> None:
    amara = office.person("amara")

    amara.dm(QUESTION)
    answer = (await office.until(lambda: amara.sees_in_dm()[1:]))[0]
    await office.until(lambda: "Not quite" in buttons(answer))  # it is streamed
    await amara.press(answer, "Not quite")
    await office.until(lambda: "Unclear" in buttons(answer))
    assert "Ask people here" not in buttons(answer)  # nobody else is there
    await amara.press(answer, "Did not work")
    await office.quiet()

    assert words(answer)[-1] == "Noted: did not work. Thank you."
    assert len(amara.sees_in_dm()) == 2


async def test_a_press_months_later_still_works(office: Office) -> None:
    _, answer = await answered(office)
    office.sandbox.clock.advance(100 * 86_400)
    await office.mentor.upkeep.forget_old()
    await office.person("priya").press(answer, "Not quite")
    await office.quiet()

    assert words(answer)[1].startswith(SECOND)
    assert await said(office) == [("not quite", "quotas.md", None)]
