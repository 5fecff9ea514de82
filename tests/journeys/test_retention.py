"""Words are kept for as long as was promised, and where it was promised; channels learn of a change."""

from pathlib import Path

from sqlalchemy import select

from bot.storage.schema import answers, messages
from knowledge.channels import Channels
from tests.journeys.handbook import CHANNELS
from tests.journeys.office import Office

TEXT_DAYS = Channels().text_days
DAY_MIN = 24 * 60.0


async def test_words_go_after_the_days_promised_and_the_rest_stays(either_office: Office) -> None:
    office = either_office
    office.person("priya").say("ask-platform", "the old words")
    await office.later((TEXT_DAYS - 1) * DAY_MIN)
    office.person("priya").say("ask-platform", "the new words")
    await office.quiet()

    await office.mentor.upkeep.forget_old()
    assert await office.kept_of_people() == {("C0ASKPLAT", "the old words"), ("C0ASKPLAT", "the new words")}

    await office.later(2 * DAY_MIN)
    await office.mentor.upkeep.forget_old()
    assert await office.kept_of_people() == {("C0ASKPLAT", None), ("C0ASKPLAT", "the new words")}
    async with office.mentor.database.read() as tx:
        assert None not in list(await tx.scalars(select(messages.c.author)))


async def test_a_channel_that_turns_to_counts_loses_its_words_and_is_told(either_office: Office) -> None:
    office = either_office
    office.person("priya").say("ask-platform", "words of ask-platform")
    office.person("priya").say("deploys", "words of deploys")
    await office.quiet()

    _rewrite(office, CHANNELS.replace("answer: at once}", "answer: at once, keep: counts}", 1))
    await office.mentor.reload.handbook()
    await office.mentor.upkeep.forget_old()
    await office.quiet()

    assert await office.kept_of_people() == {("C0ASKPLAT", None), ("C0DEPLOYS", "words of deploys")}
    told = [text for who, text in office.channel("ask-platform") if who == "mentor"]
    assert ["No words." in text for text in told] == [True]


def _rewrite(office: Office, channels: str) -> None:
    (Path(office.settings.handbook) / "channels.yaml").write_text(channels)


async def test_what_is_asked_in_private_is_kept_where_words_are_and_goes_with_them(office: Office) -> None:
    priya, jonas = office.person("priya"), office.person("jonas")
    priya.dm("how do I see the traces of my service?")
    taken_back = priya.dm("how do I paint a bikeshed?")
    await priya.command("/platform", "where are <@U0JONAS|jonas> his metrics?", "random")
    await priya.command("/platform", "how do I see a counted thing?", "counted")
    priya.say("partners", f"{office.mention} how do I see shared things?")
    priya.say("ask-platform", f"{office.mention} how do I see public things?")
    await jonas.command("/platform", "settings", "random")
    await jonas.press(await office.whisper_to("jonas", "random"), "Count me out")
    await office.quiet()
    jonas.dm("how do I stay unknown?")
    await office.quiet()
    priya.delete(taken_back)
    await office.quiet()

    assert await _asked(office) == ["how do I see the traces of my service?", "where are his metrics?"]

    await office.later(TEXT_DAYS * DAY_MIN)
    await office.mentor.upkeep.forget_old()
    assert await _asked(office) == []


async def _asked(office: Office) -> list[str]:
    """The words of what was asked in private, as far as they are kept."""
    async with office.mentor.database.read() as tx:
        query = select(answers.c.question).where(answers.c.question.is_not(None)).order_by(answers.c.question)
        return [str(each) for each in await tx.scalars(query)]
