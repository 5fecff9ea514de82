"""What is asked in private comes before people only by the asker's press, and only what everybody may see."""

from pathlib import Path

from sqlalchemy import select

from bot.storage.schema import answers
from sandbox import Message
from tests.journeys.handbook import LOGS_QUOTED, QUESTION
from tests.journeys.office import Office, buttons, words

CANNOT = "This cannot be shared in the channel: it rests on something that not everybody may see."


async def privately(office: Office, question: str, *, who: str = "jonas", channel: str = "random") -> Message:
    """What the person alone is told after the command."""
    before = len(office.whispers(who, channel))
    await office.person(who).command("/platform", question, channel)
    return (await office.until(lambda: office.whispers(who, channel)[before:]))[-1]


async def test_a_private_answer_is_shared_by_one_press_without_a_name(either_office: Office) -> None:
    office = either_office
    jonas = office.person("jonas")

    answer = await privately(office, QUESTION)
    before = (buttons(answer), words(answer)[-1], office.channel("random"))
    await jonas.press(answer, "Share in channel")
    await office.until(lambda: buttons(answer) == ["That solved it", "Not quite"])
    await office.quiet()

    assert before[0] == ["That solved it", "Not quite", "Share in channel"]
    assert before[1:] == ("*Share in channel* posts your question and this answer here, without your name.", [])
    [post] = office.sandbox.ledger.posts("C0RANDOM")
    shown = [block["text"]["text"] for block in post.blocks if block["type"] == "section"]
    assert shown == [f"Shared by a person in this channel, who asked me:\n&gt; {QUESTION}", LOGS_QUOTED]
    assert "Rotate a secret" not in str(post.blocks)  # an internal article, which Jonas was pointed to as well
    assert words(answer)[-1] == "✓ Shared in this channel."


async def test_what_rests_on_more_than_public_articles_cannot_be_shared_and_says_so_before(office: Office) -> None:
    answer = await privately(office, "how do I rotate a secret?")

    assert CANNOT in words(answer)
    assert "Share in channel" not in buttons(answer)


async def test_rights_are_looked_at_when_it_is_pressed(office: Office, handbook: Path) -> None:
    answer = await privately(office, QUESTION)
    article = handbook / "articles" / "logs.md"
    article.write_text(article.read_text().replace("owner:", "audience: internal\nowner:"))
    await office.mentor.read_handbook()
    await office.person("jonas").press(answer, "Share in channel")
    told = await office.until(lambda: office.whispers("jonas", "random")[1:])

    assert told[0].text == "This cannot be shared: it rests on something that not everybody may see."
    assert office.channel("random") == []


async def test_words_are_kept_as_long_as_those_of_messages(office: Office) -> None:
    answer = await privately(office, QUESTION)
    office.sandbox.clock.advance(91 * 86_400)
    await office.mentor.upkeep.forget_old()
    await office.person("jonas").press(answer, "Share in channel")
    told = await office.until(lambda: office.whispers("jonas", "random")[1:])

    assert told[0].text == "I do not have the words of your question any more. Please ask again."


async def test_a_question_that_nothing_answers_is_posted_after_its_asker_saw_what_would_be(office: Office) -> None:
    jonas = office.person("jonas")

    answer = await privately(office, "which restaurant has vegan lunch?")
    await jonas.press(answer, "Ask people here")
    await office.until(lambda: buttons(answer) == ["Post it"])
    preview, posted_yet = words(answer), office.channel("random")
    await jonas.press(answer, "Post it")
    await office.quiet()

    assert preview[1] == "&gt; which restaurant has vegan lunch?"
    assert posted_yet == []
    [(_, text)] = office.channel("random")
    assert text.startswith("A person in this channel asks:\n&gt; which restaurant has vegan lunch?\n")
    assert answer.text.startswith("✓ Posted in this channel.")


async def test_words_for_a_person_reach_those_on_duty_where_the_command_was_used(office: Office) -> None:
    jonas = office.person("jonas")

    told = await privately(office, "human my deploy hangs")
    await jonas.press(told, "Ask people here")
    await office.until(lambda: buttons(told) == ["Post it"])
    await jonas.press(told, "Post it")
    await office.quiet()

    [(_, text)] = office.channel("random")
    assert text.startswith("<!subteam^S0DUTY> a person in this channel asks for help:\n&gt; my deploy hangs\n")


async def test_no_words_are_kept_of_who_is_left_out_so_there_is_nothing_to_share(office: Office) -> None:
    await office.person("jonas").press(await privately(office, "settings"), "Count me out")
    await office.quiet()

    answer = await privately(office, QUESTION)

    assert "Share in channel" not in buttons(answer)
    async with office.mentor.database.read() as tx:
        assert not any(await tx.scalars(select(answers.c.question)))
