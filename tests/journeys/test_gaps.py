"""From questions without a good answer to a gap that somebody owns, and back when it is asked again."""

from sqlalchemy import select

from bot.storage.schema import questions
from bot.wanted import Documented, Kind
from bot.work import enqueue
from sandbox import Message
from tests.journeys.office import Office, words

DAY_MIN = 24 * 60.0
HOURS_MIN = 3 * 60.0
LOGS = "how do I see the logs of my service on gpu nodes?"
UNSORTED = "1 more question cannot be sorted, as their words are not kept."
NOT_OURS, MIXED = "No gap: it is not for the platform team", "No gap: different questions in one"
REFUSED = "Only the platform team can look after what the handbook lacks."


async def gaps(office: Office, name: str = "maya") -> Message:
    """What the person is shown by `gaps`."""
    before = len(office.whispers(name, "random"))
    await office.person(name).command("/platform", "gaps", "random")
    return (await office.until(lambda: office.whispers(name, "random")[before:]))[0]


async def after_choice(office: Office, shown: Message, element: str, choice: str | None = None) -> Message:
    """What comes of a press, or of a choice in a menu, for Maya."""
    before, maya = len(office.whispers("maya", "random")), office.person("maya")
    await (maya.press(shown, element) if choice is None else maya.select(shown, element, choice))
    return (await office.until(lambda: office.whispers("maya", "random")[before:]))[0]


async def three_ask(office: Office) -> Message:
    """One is answered, not quite; one is left alone for days; one asks in private."""
    asked = office.person("priya").say("ask-platform", LOGS)
    await office.person("priya").press(await office.answer_to(asked), "Not quite")
    await office.later(HOURS_MIN)  # right below it, it could be asked back
    office.person("jonas").say("ask-platform", "does the cluster have gpu nodes?")
    office.person("amara").dm("how do I get gpu nodes?")
    office.person("priya").say("counted", "who can tell me about gpu nodes?")
    await office.later(5 * DAY_MIN)
    return asked


async def test_a_gap_is_seen_taken_corrected_and_closed_by_an_article_until_it_is_asked_again(office: Office) -> None:
    asked = await three_ask(office)

    shown = await gaps(office)
    assert words(shown)[0] == f"*1 open gap*: asked for, and not in the handbook. {UNSORTED}"
    assert words(shown)[1].splitlines() == [
        "“does the cluster have gpu nodes?”",
        "an article is missing · asked 3 times by 3 people, 5 days ago",
    ]

    taken = await after_choice(office, shown, "I take it")
    assert words(taken)[0] == "It is yours."
    assert words(taken)[1].endswith("5 days ago · yours")

    corrected = await after_choice(office, taken, "gaps.kind", "please do it for me")
    await office.quiet()
    assert words(corrected)[1].splitlines()[1].startswith("an action is missing · asked 3 times")
    assert await kinds_of(office, "C0ASKPLAT") == {"do-it-for-me"}

    await documented(office, asked)
    assert words(await gaps(office))[0].startswith("No open gaps")

    office.person("jonas").dm("how do I get gpu nodes for a job?")
    await office.quiet()
    again = await gaps(office)
    assert words(again)[1].splitlines() == [
        "(asked where its words are not shown)",
        "an article is missing · asked once, today",
        "Asked again since the article `gpus` of 29 Nov.",
    ]


async def test_a_gap_is_in_the_digest_and_closed_with_the_reason(office: Office) -> None:
    await three_ask(office)
    shown = await gaps(office)
    await office.later(DAY_MIN)
    await office.mentor.timetable.tick()
    await office.quiet()

    digest = "\n".join(text for who, text in office.channel("platform-team") if who == "mentor")
    assert "*What the handbook lacks*: 1 opened, 0 closed, 1 gap open." in digest
    assert "• an article is missing: asked 3 times by 3 people, in <http" in digest

    closed = await after_choice(office, shown, "gaps.close", NOT_OURS)
    twice = await after_choice(office, closed_list(office), "gaps.close", MIXED)

    assert words(closed)[0] == "Closed."
    assert words(closed)[1].splitlines()[-1] == "Closed on 30 Nov. No gap: it is not for the platform team."
    assert words(twice)[0] == "That gap was closed meanwhile."
    assert words(await gaps(office))[0].startswith("No open gaps")


def closed_list(office: Office) -> Message:
    """The list as it stood before the gap was closed."""
    return office.whispers("maya", "random")[0]


async def test_nobody_else_sees_gaps(office: Office) -> None:
    refused = await gaps(office, "jonas")
    office.person("jonas").dm("gaps")
    told = (await office.until(lambda: [each for each in office.direct("jonas") if each[0] == "mentor"]))[-1]

    assert (refused.text, refused.blocks[0]["text"]["text"]) == (REFUSED, REFUSED)
    assert told == ("mentor", REFUSED)


async def kinds_of(office: Office, channel_id: str) -> set[str]:
    async with office.mentor.database.read() as tx:
        return set(await tx.scalars(select(questions.c.kind).where(questions.c.channel_id == channel_id)))


async def documented(office: Office, asked: Message) -> None:
    """The article made from the thread was merged."""
    now = office.mentor.clock.now()
    article = Documented("p1", "C0ASKPLAT", asked.ts, "gpus")
    await office.mentor.database.write(lambda tx: enqueue(tx, Kind.DOCUMENTED, article, due_at=now, now=now))
    await office.quiet()
