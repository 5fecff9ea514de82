"""What people solved once is pointed to when the handbook has nothing; and `find` lists pages and threads."""

from sandbox import Message
from sandbox.web_api.shapes import permalink
from tests.journeys.handbook import QUESTION
from tests.journeys.office import Office, buttons, words

ONCE = "how do I vacuum the zeppelin index of our postgres?"
AGAIN = "how can I vacuum the zeppelin index of postgres?"
POINTED = "A question like this was solved in <{}|this thread> on 24 Nov."


async def solved_once(office: Office, channel: str = "ask-platform") -> tuple[Message, str]:
    """Amara asked, Jonas answered, Amara thanked; then half an hour passes. The question, and its permalink."""
    asked = office.person("amara").say(channel, ONCE)
    office.person("jonas").say(channel, "canaryreply: run VACUUM ANALYZE", thread=asked)
    office.person("amara").say(channel, "thanks!", thread=asked)
    await office.later(minutes=30)
    return asked, permalink(office.sandbox.workspace, asked)


async def found(office: Office, name: str, wanted: str) -> Message:
    """What `find` shows the person alone."""
    before = len(office.whispers(name, "random"))
    await office.person(name).command("/platform", f"find {wanted}", "random")
    await office.until(lambda: len(office.whispers(name, "random")) > before)
    return office.whispers(name, "random")[-1]


async def test_who_asks_the_bot_in_vain_is_pointed_to_the_thread_and_why_says_so(either_office: Office) -> None:
    office = either_office
    _, url = await solved_once(office)

    asked = office.person("priya").dm(AGAIN)
    [told] = await office.until(lambda: office.told("priya"))
    office.person("priya").dm("why", asked)
    why = (await office.until(lambda: office.told("priya")[1:]))[0]

    assert POINTED.format(url) in words(told)[0]
    assert buttons(told) == ["Get a person"]
    assert "I pointed to a question like it that was solved on 24 Nov." in why.text
    assert "canaryreply" not in told.text + why.text


async def test_in_a_channel_it_speaks_up_where_it_is_sure_and_a_press_keeps_the_pointer(office: Office) -> None:
    _, url = await solved_once(office)
    unsure = office.person("li").say("ask-platform", "is postgres in the zeppelin slow?")
    again = office.person("priya").say("ask-platform", ONCE)

    told = await office.answer_to(again)
    before = words(told)
    await office.person("priya").press(told, "That solved it")
    await office.quiet()

    assert before == [POINTED.format(url)]
    assert words(told) == [POINTED.format(url), "✓ Solved, says the person who asked."]
    assert office.replies(unsure) == []


async def test_once_a_helper_is_counted_out_the_thread_is_pointed_to_no_more(office: Office) -> None:
    await solved_once(office)
    told = await office.answer_to(office.person("priya").say("ask-platform", ONCE))
    before = await found(office, "priya", "zeppelin")

    await office.mentor.privacy.leave_out("U0JONAS")
    after = await found(office, "priya", "zeppelin")
    await office.person("priya").press(told, "Not quite")
    await office.quiet()

    assert "*Solved threads*" in before.text
    assert "no solved thread" in after.text
    assert [line for line in words(told) if "this thread" in line] == []
    assert "The thread that I linked here may not be shown any more." in words(told)


async def test_find_lists_pages_with_section_and_age_and_threads_with_their_day(office: Office) -> None:
    _, url = await solved_once(office)

    pages = await found(office, "priya", "logs")
    threads = await found(office, "priya", "zeppelin index")
    nothing = await found(office, "priya", "bicycle")
    await office.person("priya").press(nothing, "Get a person")
    await office.quiet()

    assert words(pages)[0] == "Found for “logs”:"
    assert words(pages)[1].startswith(
        "*In the handbook*\n• Read the logs of a service › In the browser · reviewed 13 Nov 2026"
    )
    assert words(threads)[-1] == f"*Solved threads*\n• solved in <{url}|this thread> on 24 Nov"
    assert len(words(pages)) == 2
    assert words(nothing) == [
        "Found for “bicycle”: nothing in the handbook, and no solved thread. A person can help you:"
    ]
    assert "Page platform" in office.whispers("priya", "random")[-1].text


async def test_find_in_a_channel_is_answered_in_private(office: Office) -> None:
    asked = office.person("priya").say("random", f"{office.mention} find logs")
    [told] = await office.until(lambda: office.told("priya"))

    assert told.text.startswith("Found for “logs”:\n*In the handbook*")
    assert office.replies(asked) == []
    assert QUESTION not in told.text
