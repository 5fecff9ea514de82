"""What became of a question: one question and its thread at a time, each rule by itself."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import CHECK_MARKS, Discussion, Mark, Reply
from bot.peers.cases import Case, Outcome, case_of, seconds_between
from bot.peers.solving import By, Measures, Signal

ASKED_S = 1_764_000_000  # Monday, 24 November 2025, 16:00 UTC
ASKED_AT = datetime.fromtimestamp(ASKED_S, UTC)
OLD = ASKED_AT + timedelta(days=10)
QUESTION = f"{ASKED_S}.000100"
ASKER, PEER, OTHER, TEAM, BOT = "asker", "peer", "other", "team", "bot"
JOINED = ASKED_AT + timedelta(minutes=50)  # when OTHER joined the team

MEASURES = Measures(
    is_platform=lambda person, at: person == TEAM or (person == OTHER and at >= JOINED),
    worked=lambda start, end: (end - start) / 4,
    horizon=lambda asked_at: asked_at + timedelta(days=3),
    is_at_work=lambda at: at.minute < 30,
)


def at(minutes: float) -> str:
    return f"{ASKED_S + int(minutes * 60)}.000100"


def moment_at(minutes: float) -> datetime:
    return ASKED_AT + timedelta(minutes=minutes, microseconds=100)


def said(minutes: float, author: str, gist: str = "says", addressee: str | None = None) -> Reply:
    return Reply(at(minutes), author, gist, is_bot=author == BOT, addressee=addressee)


def marked(minutes: float, *, on: float | None = None) -> Mark:
    """Of the reply `on`, or of the question."""
    return Mark(QUESTION if on is None else at(on), at(minutes))


def discussed(*what: Reply | Mark, pressed: Sequence[float] = (), was_answered: bool = False) -> Discussion:
    return Discussion(
        channel_id="C1",
        ts=QUESTION,
        asker=ASKER,
        kind="how-to",
        replies=tuple(each for each in what if isinstance(each, Reply)),
        marks=tuple(each for each in what if isinstance(each, Mark)),
        pressed_solved=tuple(moment_at(each) for each in pressed),
        was_answered=was_answered or bool(pressed),
    )


def decided(*what: Reply | Mark, pressed: Sequence[float] = (), was_answered: bool = False) -> Case:
    return case_of(discussed(*what, pressed=pressed, was_answered=was_answered), MEASURES, now=OLD)


@pytest.mark.parametrize(
    ("what", "who", "kind", "seconds"),
    [
        pytest.param([], None, By.NONE, None, id="nobody"),
        pytest.param([said(1, ASKER)], None, By.NONE, None, id="the asker alone"),
        pytest.param([said(1, BOT)], None, By.BOT, None, id="a bot alone"),
        pytest.param([said(1, BOT), said(2, PEER)], PEER, By.PEER, 120, id="a bot first, then a person"),
        pytest.param([said(1, PEER, "ack"), said(2, TEAM)], PEER, By.PEER, 60, id="an acknowledgement responds"),
        pytest.param([said(1, TEAM, "asks"), said(2, PEER)], TEAM, By.PLATFORM, 60, id="a question back responds"),
        pytest.param([said(2, TEAM), said(1, PEER)], PEER, By.PEER, 60, id="the first by time, not as listed"),
        pytest.param([said(49, OTHER)], OTHER, By.PEER, 2_940, id="before joining the team"),
        pytest.param([said(51, OTHER)], OTHER, By.PLATFORM, 3_060, id="after joining the team"),
    ],
)
def test_first_person_to_write_is_the_first_responder(
    what: list[Reply], who: str | None, kind: By, seconds: int | None
) -> None:
    case = decided(*what)

    assert (case.first_responder, case.first_responder_kind, case.seconds_to_first_response) == (who, kind, seconds)


def test_response_is_timed_by_the_clock_and_in_working_time() -> None:
    case = decided(said(40, TEAM, "ack"), said(44, PEER))

    assert (case.first_response_at, case.seconds_to_first_response) == (moment_at(40), 2_400)
    assert (case.working_seconds_to_first_response, case.is_response_at_work) == (600, False)
    assert (case.first_answerer, case.first_answerer_kind) == (PEER, By.PEER)
    assert case.answerers == ((PEER, By.PEER),)
    assert case.untouched_by_platform_for == timedelta(minutes=40)


@pytest.mark.parametrize(
    ("later_ts", "seconds"),
    [("1764000060.000100", 60), ("1764000060.001100", 60), ("1764000059.999900", 60), ("1764000060.600100", 61)],
)
def test_seconds_are_whole_and_from_the_exact_difference(later_ts: str, seconds: int) -> None:
    assert seconds_between("1764000000.000100", later_ts) == seconds


@pytest.mark.parametrize("young", [False, True], ids=["old", "young"])
@pytest.mark.parametrize(
    ("what", "pressed", "outcome", "of_young"),
    [
        pytest.param([], [], Outcome.NONE, Outcome.OPEN, id="nobody answered"),
        pytest.param([said(1, PEER, "ack")], [], Outcome.NONE, Outcome.OPEN, id="an acknowledgement only"),
        pytest.param([said(1, PEER, "asks")], [], Outcome.NONE, Outcome.OPEN, id="a question back only"),
        pytest.param([said(1, PEER, "thanks")], [], Outcome.NONE, Outcome.OPEN, id="thanks of another only"),
        pytest.param([said(1, PEER, "still")], [], Outcome.NONE, Outcome.OPEN, id="another's it is still so, only"),
        pytest.param([said(1, PEER), said(2, TEAM)], [], Outcome.PEER, Outcome.OPEN, id="a peer answered first"),
        pytest.param([said(1, TEAM), said(2, PEER)], [], Outcome.PLATFORM, Outcome.OPEN, id="the team answered first"),
        pytest.param(
            [said(1, TEAM, "ack"), said(2, PEER)], [], Outcome.PEER, Outcome.OPEN, id="the team only acknowledged first"
        ),
        pytest.param([said(1, BOT)], [], Outcome.UNCONFIRMED, Outcome.OPEN, id="a bot alone answered"),
        pytest.param([said(1, BOT, "ack")], [], Outcome.NONE, Outcome.OPEN, id="a bot alone, and no answer"),
        pytest.param([said(1, BOT), said(2, PEER)], [], Outcome.PEER, Outcome.OPEN, id="a bot and then a peer"),
        pytest.param([said(1, BOT)], [2], Outcome.BOT, Outcome.BOT, id="a bot, pressed solved"),
        pytest.param([said(1, BOT), said(2, PEER)], [3], Outcome.BOT, Outcome.BOT, id="pressed though a peer wrote"),
        pytest.param([said(1, PEER), marked(2, on=1)], [], Outcome.PEER, Outcome.PEER, id="a check on a peer's reply"),
        pytest.param([said(1, ASKER), marked(2, on=1)], [], Outcome.SELF, Outcome.SELF, id="a check on one's own"),
        pytest.param([said(1, BOT), marked(2, on=1)], [], Outcome.BOT, Outcome.BOT, id="a check on a bot's reply"),
        pytest.param(
            [said(1, PEER), said(2, TEAM), marked(3)], [], Outcome.PLATFORM, Outcome.PLATFORM, id="on the question"
        ),
        pytest.param(
            [said(1, PEER), marked(2), said(3, TEAM)], [], Outcome.PEER, Outcome.PEER, id="on the question, then more"
        ),
        pytest.param([said(1, BOT), marked(2)], [], Outcome.BOT, Outcome.BOT, id="on the question, a bot answered"),
        pytest.param([marked(2)], [], Outcome.SELF, Outcome.SELF, id="on the question, nobody answered"),
        pytest.param([said(1, PEER, "ack"), marked(2)], [], Outcome.SELF, Outcome.SELF, id="nobody really answered"),
        pytest.param([said(1, PEER), said(2, ASKER, "thanks")], [], Outcome.PEER, Outcome.PEER, id="thanks"),
        pytest.param([said(1, BOT), said(2, ASKER, "thanks")], [], Outcome.BOT, Outcome.BOT, id="thanks to a bot"),
        pytest.param(
            [said(1, PEER, "ack"), said(2, ASKER, "thanks")], [], Outcome.NONE, Outcome.OPEN, id="thanks for looking"
        ),
        pytest.param([said(1, ASKER, "thanks")], [], Outcome.NONE, Outcome.OPEN, id="thanks in advance"),
    ],
)
def test_outcome_is_one_of_seven(
    what: list[Reply | Mark], pressed: list[float], outcome: Outcome, of_young: Outcome, young: bool
) -> None:
    discussion = discussed(*what, pressed=pressed)

    case = case_of(discussion, MEASURES, now=ASKED_AT + timedelta(hours=2) if young else OLD)

    assert (case.outcome, case.is_young) == (of_young if young else outcome, young)


def test_question_is_young_until_its_horizon() -> None:
    end = MEASURES.horizon(moment_at(0))

    ages = [case_of(discussed(), MEASURES, now=now).is_young for now in (end - timedelta(microseconds=1), end)]

    assert ages == [True, False]


@pytest.mark.parametrize(
    ("what", "credited"),
    [
        pytest.param([said(3, ASKER, "thanks", PEER)], (PEER, By.PEER), id="the one who is named"),
        pytest.param([said(3, ASKER, "thanks", OTHER)], (TEAM, By.PLATFORM), id="one is named who did not write"),
        pytest.param([said(3, ASKER, "thanks", BOT)], (None, By.BOT), id="the bot is named"),
        pytest.param([said(3, ASKER, "thanks")], (TEAM, By.PLATFORM), id="nobody is named: the last to answer"),
        pytest.param([said(1.5, ASKER, "thanks")], (PEER, By.PEER), id="before the last answer"),
    ],
)
def test_thanks_go_to_who_is_named_or_answered_last(what: list[Reply], credited: tuple[str | None, By]) -> None:
    case = decided(said(0.5, BOT), said(1, PEER), said(2, TEAM), *what)

    assert case.solution is not None
    assert (case.solution.person, case.solution.by, case.solution.signal) == (*credited, Signal.THANKS)


def test_thanks_to_one_who_only_acknowledged_but_is_named() -> None:
    case = decided(said(1, PEER), said(2, OTHER, "asks"), said(3, ASKER, "thanks", OTHER))

    assert case.solution is not None
    assert case.solution.person == OTHER


def test_late_acknowledgement_by_the_team_does_not_take_a_peers_solution() -> None:
    case = decided(said(1, PEER), said(2, ASKER, "thanks"), said(90, TEAM, "ack"), said(91, TEAM))

    assert (case.outcome, case.first_responder_kind) == (Outcome.PEER, By.PEER)


def test_check_mark_outranks_earlier_thanks() -> None:
    case = decided(said(1, PEER), said(2, ASKER, "thanks"), said(3, TEAM), marked(4, on=3))

    assert case.solution is not None
    assert (case.solution.person, case.solution.signal, case.solution.at) == (TEAM, Signal.CHECK, moment_at(4))


def test_first_of_press_and_check_holds() -> None:
    either = (said(1, BOT), said(2, PEER))

    check_first = decided(*either, marked(3, on=2), pressed=[4])
    press_first = decided(*either, marked(4, on=2), pressed=[3])

    assert [check_first.outcome, press_first.outcome] == [Outcome.PEER, Outcome.BOT]


def test_membership_counts_on_the_day_of_the_reply_not_of_the_signal() -> None:
    case = decided(said(49, OTHER), marked(60, on=49))

    assert case.outcome is Outcome.PEER


@pytest.mark.parametrize("gist", ["still", "asks"])
def test_doubt_after_thanks_reopens_the_question(gist: str) -> None:
    case = decided(said(1, PEER), said(2, ASKER, "thanks"), said(3, ASKER, gist), said(4, TEAM))

    assert (case.solution, case.reopened, case.is_reopened, case.outcome) == (None, 1, True, Outcome.PEER)


def test_what_was_said_before_a_doubt_is_void_and_a_later_signal_solves_anew() -> None:
    case = decided(
        said(1, PEER),
        marked(2, on=1),
        said(3, ASKER, "still"),
        said(4, TEAM),
        said(5, ASKER, "thanks"),
        pressed=[2.5],
    )

    assert case.solution is not None
    assert (case.solution.by, case.reopened, case.is_reopened) == (By.PLATFORM, 1, False)


def test_doubt_reopens_nothing_that_was_not_solved() -> None:
    case = decided(said(1, ASKER, "still"), said(2, PEER), said(3, ASKER, "asks"), said(4, PEER, "still"))

    assert (case.reopened, case.is_reopened) == (0, False)


def test_each_doubt_after_a_signal_is_counted() -> None:
    twice = [said(2, ASKER, "thanks"), said(3, ASKER, "still"), said(3.5, ASKER, "asks")]
    case = decided(said(1, PEER), *twice, said(4, ASKER, "thanks"), said(5, ASKER, "still"))

    assert (case.reopened, case.is_reopened) == (2, True)


def test_mark_on_a_message_that_is_not_there_is_none() -> None:
    assert decided(said(1, PEER), marked(2, on=7)).solution is None


def test_mark_on_the_question_credits_whom_the_asker_thanked_before() -> None:
    thanked = (said(1, PEER), said(2, ASKER, "thanks"), said(4, TEAM))

    cases = [
        decided(*thanked, marked(5)),
        decided(*thanked, said(3, ASKER, "still"), marked(5)),
        decided(said(1, PEER), said(2, TEAM), marked(3), said(4, ASKER, "thanks", PEER)),
    ]

    assert [case.outcome for case in cases] == [Outcome.PEER, Outcome.PLATFORM, Outcome.PLATFORM]


def test_press_under_an_answer_that_is_not_read_back_yet_counts() -> None:
    case = decided(pressed=[2])

    assert (case.outcome, case.was_shown_answer) == (Outcome.BOT, True)


def test_persons_app_that_posts_in_their_name_is_a_bot() -> None:
    posted = Reply(at(1), ASKER, "says", is_bot=True)

    assert decided(posted).outcome is Outcome.UNCONFIRMED


GISTS = ["says", "asks", "ack", "thanks", "still"]
replies = st.builds(
    said,
    st.integers(1, 100),
    st.sampled_from([ASKER, PEER, OTHER, TEAM, BOT]),
    st.sampled_from(GISTS),
    st.sampled_from([None, PEER, OTHER, BOT, ASKER]),
)
marks = st.builds(lambda when, on: marked(when + 0.5, on=on), st.integers(1, 100), st.none() | st.integers(1, 100))


@st.composite
def threads(draw: st.DrawFn) -> Discussion:
    one_at_a_time = draw(st.lists(replies, max_size=12, unique_by=lambda each: each.ts))
    pressed = [each + 0.25 for each in draw(st.lists(st.integers(1, 100), max_size=2))]
    return discussed(*one_at_a_time, *draw(st.lists(marks, max_size=3)), pressed=pressed)


@given(threads(), st.randoms(use_true_random=False))
def test_order_in_which_things_are_listed_changes_nothing(thread: Discussion, chance: object) -> None:
    shuffled, marks_shuffled = list(thread.replies), list(thread.marks)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    chance.shuffle(marks_shuffled)  # type: ignore[attr-defined]
    other = replace(thread, replies=tuple(shuffled), marks=tuple(marks_shuffled))

    assert case_of(other, MEASURES, now=OLD) == case_of(thread, MEASURES, now=OLD)


@given(threads())
def test_what_must_hold_of_every_case(thread: Discussion) -> None:
    case = case_of(thread, MEASURES, now=OLD)

    assert BOT not in {case.first_responder, case.first_answerer, *(person for person, _ in case.answerers)}
    assert ASKER not in {case.first_responder, case.first_answerer, *(person for person, _ in case.answerers)}
    assert (case.first_responder is None) == (case.seconds_to_first_response is None)
    assert (case.solution is None) or case.outcome.value == case.solution.by.value
    assert not (case.is_reopened and case.solution)
    assert case.outcome is not Outcome.OPEN


def test_check_marks_are_names_slack_may_send() -> None:
    assert {"white_check_mark", "heavy_check_mark", "ballot_box_with_check"} < CHECK_MARKS
    assert all(name == name.lower() and " " not in name for name in CHECK_MARKS)
