"""A question asked is answered where it was asked, from the handbook, once; what is no question meets silence."""

import pytest

from tests.journeys.handbook import LOGS_QUOTED, PAGE
from tests.journeys.office import Office, buttons, words

FROM_LOGS = (
    "From Read the logs of a service › In the browser · reviewed 13 Nov 2026 (11 days ago)"
    " · owner platform-observability"
)
BACKUPS = "Open a restore request with the database's name and the time to go back to."
BOTH = ["That solved it", "Not quite"]


async def test_a_question_is_answered_in_its_thread_with_its_source(either_office: Office) -> None:
    office = either_office

    asked = office.person("priya").say("ask-platform", "hi all, how do I see the logs of my service?")
    answer = await office.answer_to(asked)
    await office.quiet()

    assert office.thread(asked) == [
        ("priya", "hi all, how do I see the logs of my service?"),
        ("mentor", f"{LOGS_QUOTED}\nRead the logs of a service"),
    ]
    assert words(answer) == [
        LOGS_QUOTED,
        FROM_LOGS,
    ]
    assert buttons(answer) == BOTH


async def test_the_age_of_an_old_source_is_told_in_months(office: Office) -> None:
    asked = office.person("priya").say("ask-platform", "How do I restore a database backup?")
    answer = await office.answer_to(asked)

    assert words(answer)[1].startswith("From Restore a database backup › Restore · reviewed 20 May 2026 (6 months ago)")


@pytest.mark.parametrize(
    "text", ["good morning everyone!", "thanks, that worked", "the logs of my service are in Grafana", "how are you?"]
)
async def test_chatter_meets_silence(office: Office, text: str) -> None:
    office.person("priya").say("ask-platform", text)
    await office.quiet()

    assert office.channel("ask-platform") == [("priya", text)]
    assert office.sandbox.ledger.effects == []


async def test_a_question_the_handbook_does_not_know_meets_silence_in_a_channel(office: Office) -> None:
    office.person("priya").say("ask-platform", "which restaurant near the office has vegan lunch?")
    await office.quiet()

    assert office.sandbox.ledger.effects == []


async def test_a_mention_in_an_unwatched_channel_is_answered_and_nothing_is_kept(either_office: Office) -> None:
    office = either_office

    asked = office.person("jonas").say("random", f"{office.mention} how do I restore a database backup?")
    await office.answer_to(asked)
    await office.quiet()

    assert office.thread(asked)[1:] == [("mentor", f"{BACKUPS}\nRestore a database backup")]
    assert await office.kept_messages() == []


async def test_a_mention_that_nothing_answers_is_told_so_with_a_way_to_a_person(office: Office) -> None:
    asked = office.person("jonas").say("random", f"{office.mention} which restaurant has vegan lunch?")
    answer = await office.answer_to(asked)

    assert answer.text.startswith("I found nothing about this in the handbook, and I do not guess.")
    assert buttons(answer) == ["Get a person"]


async def test_a_mention_in_a_watched_channel_is_answered_once(office: Office) -> None:
    asked = office.person("priya").say("ask-platform", f"{office.mention} where are my logs?")
    await office.answer_to(asked)
    await office.quiet()

    assert len(office.replies(asked)) == 1


async def test_a_mention_in_a_thread_is_answered_in_that_thread(either_office: Office) -> None:
    office = either_office
    priya, jonas = office.person("priya"), office.person("jonas")

    began = priya.say("random", "I am looking at the failed payouts of last night")
    jonas.say("random", f"{office.mention} where are my logs?", thread=began)
    await office.answer_to(began)
    await office.quiet()

    assert office.thread(began) == [
        ("priya", "I am looking at the failed payouts of last night"),
        ("jonas", f"{office.mention} where are my logs?"),
        ("mentor", f"{LOGS_QUOTED}\nRead the logs of a service"),
    ]


async def test_a_direct_message_is_answered_in_its_thread_and_the_answer_grows(either_office: Office) -> None:
    office = either_office

    asked = office.person("amara").dm("how do I restore a database backup?")
    await office.until(lambda: office.told("amara"))
    await office.quiet()

    [answer] = office.told("amara")
    assert (words(answer)[0], buttons(answer)) == (BACKUPS, BOTH)
    effects = [each for each in office.sandbox.ledger.effects if each.kind != "status"]
    assert [(each.kind, each.thread_ts) for each in effects] == [("stream_start", asked.ts), ("post", asked.ts)]


async def test_a_long_answer_grows_by_its_lines_and_says_the_same_as_one_that_is_posted(office: Office) -> None:
    office.person("amara").dm("how do I get more memory for my namespace?")
    await office.until(lambda: office.told("amara"))
    posted = office.person("amara").say("random", f"{office.mention} how do I get more memory for my namespace?")
    await office.answer_to(posted)

    [grown], [whole] = office.told("amara"), office.replies(posted)
    assert "".join(" ".join(words(grown)).split()) == "".join(" ".join(words(whole)).split())
    assert len(words(grown)) > len(words(whole))
    assert buttons(grown) == buttons(whole)


async def test_a_thread_in_direct_messages_is_answered_in_that_thread(office: Office) -> None:
    began = office.person("amara").dm("good morning, this is about the payouts")
    await office.until(lambda: office.told("amara"))
    office.person("amara").dm("where are my logs?", began)
    await office.until(lambda: office.told("amara")[1:])

    assert [each.thread_ts for each in office.told("amara")] == [began.ts, began.ts]


async def test_the_command_answers_where_the_bot_is_no_member(office: Office) -> None:
    office.sandbox.workspace.add_channel("board", kind="group", members=["U0JONAS"], with_bot=False)

    await office.person("jonas").command("/platform", "where are my logs?", "board")
    shown = await office.whisper_to("jonas", "board")

    assert words(shown)[0] == LOGS_QUOTED


async def test_a_person_of_the_company_is_told_internal_matters_in_private_and_only_there(office: Office) -> None:
    asked = office.person("amara").say("random", f"{office.mention} how do I rotate a secret?")
    in_channel = await office.answer_to(asked)
    office.person("amara").dm("how do I rotate a secret?")
    await office.until(lambda: office.told("amara"))

    assert "vault" not in in_channel.text
    assert office.told("amara")[0].text.startswith("Write the new value to the vault")


@pytest.mark.parametrize("text", ["ask where are my logs?", "where are my logs?", "logs of my service"])
async def test_the_command_answers_only_the_person_who_asks(office: Office, text: str) -> None:
    done = await office.person("jonas").command("/platform", text, "random")
    shown = await office.whisper_to("jonas", "random")

    assert done.acknowledged
    assert words(shown)[0] == LOGS_QUOTED
    assert buttons(shown) == [*BOTH, "Share in channel"]
    assert office.channel("random") == []
    assert await office.kept_messages() == []


@pytest.mark.parametrize("text", ["", "help", "ask", "hlep"])
async def test_the_command_without_a_question_gives_help(office: Office, text: str) -> None:
    await office.person("jonas").command("/platform", text, "random")
    shown = await office.whisper_to("jonas", "random")

    assert words(shown)[0].startswith("*Ask*: `/platform how do I see my logs?`")


@pytest.mark.parametrize("text", ["human", "human my deploy hangs", "HUMAN", "humna"])
async def test_the_command_human_tells_who_is_on_duty_and_how_to_page(office: Office, text: str) -> None:
    await office.person("jonas").command("/platform", text, "random")
    shown = await office.whisper_to("jonas", "random")

    assert words(shown) == [f"<!subteam^S0DUTY> can help you.\nIf it cannot wait: {PAGE}"]


async def test_a_mention_without_a_word_gives_help(office: Office) -> None:
    asked = office.person("jonas").say("random", office.mention)
    answer = await office.answer_to(asked)

    assert words(answer)[0].startswith("*Ask*: `/platform how do I see my logs?`")


async def test_a_mention_that_carries_the_bots_name_is_one_all_the_same(office: Office) -> None:
    named = f"<@{office.sandbox.workspace.bot_user_id}|mentor>"

    asked = office.person("jonas").say("random", f"{named} human")
    answer = await office.answer_to(asked)

    assert answer.text.startswith("<!subteam^S0DUTY> somebody here needs a person")


async def test_human_in_a_mention_calls_the_people_on_duty_into_the_thread(office: Office) -> None:
    asked = office.person("jonas").say("random", f"{office.mention} human")
    answer = await office.answer_to(asked)

    assert answer.text.startswith("<!subteam^S0DUTY> somebody here needs a person")
    assert PAGE in answer.text
