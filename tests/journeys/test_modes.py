"""How a channel is answered is the handbook's to say: after its people, when mentioned, in shadow or at once."""

import pytest

from sandbox import Message
from tests.journeys.handbook import LOGS_QUOTED, LOGS_TOLD, QUESTION
from tests.journeys.office import NIGHT_S, Office, buttons, words

# After 20 minutes.


async def test_a_question_is_left_to_people_first_and_answered_when_nobody_does(either_office: Office) -> None:
    office = either_office

    asked = office.person("priya").say("deploys", QUESTION)
    await office.later(minutes=19)
    before = office.thread(asked)
    await office.later(minutes=2)

    assert before == [("priya", QUESTION)]
    assert office.thread(asked) == [("priya", QUESTION), LOGS_TOLD]


async def test_a_peer_who_answers_in_time_keeps_the_bot_silent(either_office: Office) -> None:
    office = either_office

    asked = office.person("priya").say("deploys", QUESTION)
    await office.later(minutes=12)
    office.person("jonas").say("deploys", "in Grafana, under Explore", thread=asked)
    await office.later(minutes=30)

    assert office.thread(asked) == [("priya", QUESTION), ("jonas", "in Grafana, under Explore")]


async def test_what_the_asker_or_another_bot_adds_is_no_answer(office: Office) -> None:
    asked = office.person("priya").say("deploys", QUESTION)
    office.person("priya").say("deploys", "anyone?", thread=asked)
    office.other_app_says("C0DEPLOYS", "Ticket 4711 was opened", thread=asked)
    await office.later(minutes=21)

    assert office.thread(asked) == [
        ("priya", QUESTION),
        ("priya", "anyone?"),
        ("B0OTHER", "Ticket 4711 was opened"),
        LOGS_TOLD,
    ]


async def test_a_peer_who_takes_the_answer_back_leaves_the_question_open(office: Office) -> None:
    asked = office.person("priya").say("deploys", QUESTION)
    reply = office.person("jonas").say("deploys", "in Kibana", thread=asked)
    await office.quiet()
    office.person("jonas").delete(reply)
    await office.later(minutes=21)

    assert LOGS_TOLD in office.thread(asked)


async def test_outside_the_channels_hours_nobody_is_waited_for(office: Office) -> None:
    office.sandbox.clock.advance(NIGHT_S)

    asked = office.person("priya").say("deploys", QUESTION)
    await office.answer_to(asked)

    assert office.thread(asked) == [("priya", QUESTION), LOGS_TOLD]


async def test_a_mention_does_not_wait(office: Office) -> None:
    asked = office.person("priya").say("deploys", f"{office.mention} {QUESTION}")
    await office.answer_to(asked)
    await office.later(minutes=30)

    assert office.thread(asked) == [("priya", f"{office.mention} {QUESTION}"), LOGS_TOLD]


async def test_an_edit_in_between_is_what_is_answered(either_office: Office) -> None:
    office = either_office

    asked = office.person("priya").say("deploys", QUESTION)
    await office.later(minutes=5)
    office.person("priya").edit(asked, "how do I restore a database backup?")
    await office.later(minutes=16)

    assert [who for who, _ in office.thread(asked)] == ["priya", "mentor"]
    assert office.thread(asked)[1][1].startswith("Open a restore request")


async def test_an_edit_that_takes_the_question_back_silences_the_bot(office: Office) -> None:
    asked = office.person("priya").say("deploys", QUESTION)
    await office.later(minutes=5)
    office.person("priya").edit(asked, "found it: the logs of my service are in Grafana")
    await office.later(minutes=30)

    assert [who for who, _ in office.thread(asked)] == ["priya"]


async def test_an_edit_that_makes_it_a_question_has_it_answered(office: Office) -> None:
    asked = office.person("priya").say("ask-platform", "the logs")
    await office.quiet()
    office.person("priya").edit(asked, QUESTION)
    await office.answer_to(asked)

    assert office.thread(asked) == [("priya", QUESTION), LOGS_TOLD]


async def test_a_deleted_question_is_not_answered(either_office: Office) -> None:
    office = either_office

    asked = office.person("priya").say("deploys", QUESTION)
    await office.later(minutes=5)
    office.person("priya").delete(asked)
    await office.later(minutes=30)

    assert office.sandbox.ledger.posts() == []


async def test_a_reply_in_a_thread_is_not_taken_for_a_new_question(office: Office) -> None:
    began = office.person("priya").say("ask-platform", "the payouts of last night failed")
    office.person("jonas").say("ask-platform", QUESTION, thread=began)
    await office.quiet()

    assert office.sandbox.ledger.effects == []


async def test_where_only_counts_are_kept_a_question_is_answered_and_no_word_of_it_kept(office: Office) -> None:
    asked = office.person("priya").say("counted", QUESTION)
    await office.later(minutes=21)
    await office.quiet()

    assert office.thread(asked) == [("priya", QUESTION), LOGS_TOLD]
    assert {text for _, text in await office.kept_messages()} == {None}


async def test_where_only_counts_are_kept_an_edit_in_between_is_what_is_answered(office: Office) -> None:
    asked = office.person("priya").say("counted", QUESTION)
    await office.later(minutes=5)
    office.person("priya").edit(asked, "how do I restore a database backup?")
    await office.later(minutes=16)

    assert office.thread(asked)[1][1].startswith("Open a restore request")


# When mentioned.


async def test_a_mention_that_is_edited_in_is_answered_once(office: Office) -> None:
    asked = office.person("jonas").say("random", QUESTION)
    await office.quiet()
    office.person("jonas").edit(asked, f"{office.mention} {QUESTION}")
    await office.answer_to(asked)
    office.person("jonas").edit(asked, f"{office.mention} {QUESTION} thanks!")
    await office.quiet()

    assert len(office.replies(asked)) == 1


async def test_a_channel_that_is_answered_when_mentioned_is_silent_until_then(office: Office) -> None:
    overheard = office.person("priya").say("quiet", QUESTION)
    await office.later(minutes=60)
    asked = office.person("priya").say("quiet", f"{office.mention} {QUESTION}")
    await office.answer_to(asked)

    assert office.thread(overheard) == [("priya", QUESTION)]
    assert office.thread(asked)[1:] == [LOGS_TOLD]


# In shadow.


async def shadow_card(office: Office) -> Message:
    """The card for a question that Li asked in a channel in shadow."""
    office.person("li").say("data-help", QUESTION)
    return (await office.until(lambda: list(office.person("maya").sees("platform-team"))))[0]


async def test_in_shadow_the_platform_team_alone_sees_what_would_have_been_said(either_office: Office) -> None:
    office = either_office

    card = await shadow_card(office)
    await office.quiet()

    assert office.channel("data-help") == [("li", QUESTION)]
    assert [effect.channel for effect in office.sandbox.ledger.effects] == ["C0PLATFORM"]
    assert words(card)[0].startswith("In shadow: to <http")
    assert QUESTION not in words(card)[0]
    assert words(card)[1] == LOGS_QUOTED
    assert buttons(card) == ["Right", "Wrong", "Should stay silent"]


@pytest.mark.parametrize(
    ("label", "judged"),
    [
        ("Right", "Judged *right* by the platform team."),
        ("Wrong", "Judged *wrong* by the platform team."),
        ("Should stay silent", "Judged by the platform team: should stay silent."),
    ],
)
async def test_the_platform_team_judges_what_would_have_been_said(office: Office, label: str, judged: str) -> None:
    card = await shadow_card(office)
    await office.person("maya").press(card, label)
    await office.quiet()

    assert words(card)[-1] == judged
    assert buttons(card) == []


async def test_nobody_else_judges_what_would_have_been_said(office: Office) -> None:
    office.sandbox.workspace.channels["C0PLATFORM"].members.add("U0JONAS")
    card = await shadow_card(office)

    await office.person("jonas").press(card, "Right")
    refusal = await office.whisper_to("jonas", "platform-team")
    await office.quiet()

    assert refusal.text == "Only the platform team can judge these."
    assert buttons(card) == ["Right", "Wrong", "Should stay silent"]


async def test_a_question_in_shadow_that_nothing_answers_makes_no_card(office: Office) -> None:
    office.person("li").say("data-help", "which restaurant near the office has vegan lunch?")
    await office.quiet()

    assert office.sandbox.ledger.effects == []


async def test_a_mention_in_shadow_is_answered_openly(office: Office) -> None:
    asked = office.person("li").say("data-help", f"{office.mention} {QUESTION}")
    await office.answer_to(asked)
    await office.quiet()

    assert office.thread(asked)[1:] == [LOGS_TOLD]
    assert office.channel("platform-team") == []
