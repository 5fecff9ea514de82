"""A conversation with the bot: it says that it looks, keeps to what was asked before, and leaves it to people."""

import pytest
from sqlalchemy import select

from bot.answers.status import LOOKING
from bot.storage.schema import answers
from tests.journeys.handbook import LOGS_QUOTED, LOGS_TOLD, QUESTION
from tests.journeys.office import Office, buttons, words

QUOTA = "how do I get more memory for my namespace?"
NOTHING_MORE = "I found nothing more about this in the handbook than I said above, and I do not guess."


def statuses(office: Office) -> list[tuple[str, str | None]]:
    return [(each.text, each.thread_ts) for each in office.sandbox.ledger.of_kind("status")]


# Looking.


async def test_whoever_turns_to_the_bot_sees_it_look_until_the_answer_is_there(office: Office) -> None:
    written = office.person("amara").dm(QUESTION)
    mentioned = office.person("jonas").say("random", f"{office.mention} {QUESTION}")
    office.person("priya").say("ask-platform", QUESTION)
    await office.quiet()

    assert sorted(statuses(office)) == sorted([(LOOKING, written.ts), (LOOKING, mentioned.ts)])
    assert office.sandbox.workspace.assistant.statuses() == {}


async def test_a_status_that_slack_does_not_take_keeps_nobody_from_the_answer(office: Office) -> None:
    office.sandbox.faults.add("status_500", methods=["assistant.threads.setStatus"])

    asked = office.person("jonas").say("random", f"{office.mention} {QUESTION}")
    await office.answer_to(asked)

    assert office.thread(asked)[1:] == [LOGS_TOLD]


async def test_what_is_not_answered_there_is_not_said_to_be_looked_for(office: Office) -> None:
    office.person("jonas").say("partners", f"{office.mention} {QUESTION}")
    await office.quiet()

    assert statuses(office) == []


# Going on.


@pytest.mark.parametrize("channel", ["ask-platform", "counted", "random"])
async def test_what_is_asked_next_in_the_thread_is_answered_without_a_mention(office: Office, channel: str) -> None:
    priya = office.person("priya")
    asked = priya.say(channel, f"{office.mention} {QUESTION}")
    await office.answer_to(asked)
    priya.say(channel, "thanks, and how do I restore a database backup?", thread=asked)
    await office.until(lambda: office.replies(asked)[1:])
    await office.quiet()

    assert office.replies(asked)[1].text.startswith("Open a restore request")
    kept = {text for _, text in await office.kept_messages() if text}
    assert bool(kept) is (channel == "ask-platform")


async def test_too_little_by_itself_is_looked_up_with_the_question_before(office: Office) -> None:
    priya = office.person("priya")
    asked = priya.say("random", f"{office.mention} {QUOTA}")
    await office.answer_to(asked)
    priya.say("random", "and for more cores?", thread=asked)
    await office.until(lambda: office.replies(asked)[1:])

    assert office.replies(asked)[1].text.startswith(NOTHING_MORE)
    assert buttons(office.replies(asked)[1]) == ["Get a person"]


async def test_thanks_and_news_meet_silence(office: Office) -> None:
    priya = office.person("priya")
    asked = priya.say("random", f"{office.mention} {QUESTION}")
    await office.answer_to(asked)
    for text in ("thanks!", "I opened Grafana now", "ok, will try"):
        priya.say("random", text, thread=asked)
    await office.quiet()

    assert len(office.replies(asked)) == 1


async def test_the_bot_leaves_when_people_talk_and_comes_back_when_mentioned(either_office: Office) -> None:
    office, channel = either_office, "random"

    priya, jonas = office.person("priya"), office.person("jonas")
    asked = priya.say(channel, f"{office.mention} {QUESTION}")
    await office.answer_to(asked)
    jonas.say(channel, "I look in Loki directly", thread=asked)
    priya.say(channel, "how do I restore a database backup there?", thread=asked)
    await office.quiet()
    left = len(office.replies(asked))
    priya.say(channel, f"{office.mention} how do I restore a database backup?", thread=asked)
    await office.until(lambda: office.replies(asked)[1:])
    priya.say(channel, "and how do I renew a certificate?", thread=asked)
    await office.until(lambda: office.replies(asked)[2:])

    assert left == 1
    assert office.replies(asked)[2].text.startswith("Certificates renew by themselves")


async def test_what_the_asker_says_to_a_person_is_not_the_bots_to_answer(office: Office) -> None:
    priya = office.person("priya")
    asked = priya.say("random", f"{office.mention} {QUESTION}")
    await office.answer_to(asked)
    priya.say("random", "<@U0JONAS> how do I restore a database backup?", thread=asked)
    priya.say("random", "or how do I renew a certificate?", thread=asked)
    await office.quiet()

    assert len(office.replies(asked)) == 1


async def test_nobody_else_and_nobody_overheard_is_answered_without_a_mention(office: Office) -> None:
    priya, jonas = office.person("priya"), office.person("jonas")
    mentioned = priya.say("random", f"{office.mention} {QUESTION}")
    overheard = priya.say("ask-platform", QUESTION)
    await office.answer_to(mentioned)
    await office.answer_to(overheard)
    jonas.say("random", "how do I restore a database backup?", thread=mentioned)
    priya.say("ask-platform", "how do I restore a database backup?", thread=overheard)
    await office.quiet()

    assert [len(office.replies(each)) for each in (mentioned, overheard)] == [1, 1]


async def test_a_person_called_into_the_thread_ends_the_bots_part(office: Office) -> None:
    priya = office.person("priya")
    asked = priya.say("random", f"{office.mention} {QUESTION}")
    await office.answer_to(asked)
    priya.say("random", f"{office.mention} human", thread=asked)
    await office.until(lambda: office.replies(asked)[1:])
    priya.say("random", "how do I restore a database backup?", thread=asked)
    await office.quiet()

    assert len(office.replies(asked)) == 2


# In direct messages.


@pytest.mark.parametrize("in_thread", [True, False], ids=["in the thread", "beside it"])
async def test_direct_messages_keep_to_what_was_asked_before(office: Office, in_thread: bool) -> None:
    amara = office.person("amara")
    asked = amara.dm("certificate")
    await office.until(lambda: office.told("amara"))
    amara.dm("it expired?", asked if in_thread else None)
    await office.until(lambda: office.told("amara")[1:])

    assert office.told("amara")[1].text.startswith(NOTHING_MORE)
    async with office.mentor.database.read() as tx:
        kept = await tx.scalars(select(answers.c.question).order_by(answers.c.created_at))
        assert list(kept) == ["certificate", "it expired?"]


async def test_half_an_hour_later_it_is_another_conversation(office: Office) -> None:
    amara = office.person("amara")
    amara.dm(QUESTION)
    await office.until(lambda: office.told("amara"))
    await office.later(minutes=31)
    amara.dm("and on staging?")
    await office.until(lambda: office.told("amara")[1:])

    assert office.told("amara")[1].text.startswith("I found nothing about this in the handbook")


async def test_a_thread_that_cannot_be_read_is_answered_without_what_went_before(office: Office) -> None:
    began = office.person("jonas").say("random", "the payouts of last night failed")
    office.sandbox.faults.add("status_500", methods=["conversations.replies"], times=1)
    office.person("priya").say("random", f"{office.mention} {QUESTION}", thread=began)
    await office.answer_to(began)

    assert words(office.replies(began)[0])[0] == LOGS_QUOTED


# A second look.


@pytest.mark.parametrize("channel", ["data-help", "ask-platform"], ids=["in shadow", "in silence"])
async def test_a_mention_edited_into_a_question_that_was_only_overheard_is_answered(
    either_office: Office, channel: str
) -> None:
    office = either_office

    li = office.person("li")
    asked = li.say(channel, QUESTION if channel == "data-help" else "which restaurant has vegan lunch?")
    await office.quiet()
    for text in (QUESTION, f"{QUESTION} Thanks!"):
        li.edit(asked, f"{office.mention} {text}")
        await office.until(lambda: office.replies(asked))
        await office.quiet()

    assert office.thread(asked)[1:] == [LOGS_TOLD]
