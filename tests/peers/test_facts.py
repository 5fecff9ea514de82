"""The figures of four weeks that were counted by hand (`december.py`), and that no order of events changes them."""

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert

from bot.clock import Clock
from bot.model import Author, Deletion, Message, Reaction, Window
from bot.peers.cases import Case, Outcome
from bot.peers.facts import FactsService
from bot.peers.figures import Figures, PeerFacts, Times, Unanswered
from bot.peers.hinting import NO_HINTS
from bot.peers.solving import By, Signal
from bot.statistics import Change, Share
from bot.storage.engine import Database, Tx
from bot.storage.peers import ReactionRow, put_reaction_changed, put_reactions_seen
from bot.storage.schema import answers
from knowledge.channels import Channels, Keep
from tests.peers.december import (
    ASK,
    BY_NUMBER,
    CHANNELS,
    COUNTED,
    NOW,
    SECRET,
    SOMEONE,
    WINDOW,
    Said,
    at,
    put_answer,
    put_reply,
    ts,
    write_december,
)
from tests.peers.test_service import Desk, a_room

# Questions by number, as in december.py. 18 was deleted, 26 edited away, 30 and 31 lie outside the window: 27 remain.
# Young is what was asked less than 24 working hours before Monday 29 December, 12:00: 3 h that day, 8 h on the 24th,
# 8 h on the 23rd and 5 h on the 22nd make 24, so after the 22nd, 12:00: 23, 24 and 28. The other 24 are settled.
OUTCOMES = {
    Outcome.PEER: 11,  # solved: 1, 5, 6, 8, 10, 20, 27, 28, 32; answered first: 7, 33
    Outcome.PLATFORM: 6,  # solved: 11, 12; answered first: 2, 9, 13, 16
    Outcome.BOT: 1,  # 14
    Outcome.SELF: 1,  # 4
    Outcome.OPEN: 2,  # 23, 24
    Outcome.UNCONFIRMED: 1,  # 15
    Outcome.NONE: 5,  # 3, 17, 19, 21, 22
}
RESPONDERS = {
    By.PEER: 13,  # 1, 2, 3, 5, 6, 7, 10, 20, 24, 27, 28, 32, 33
    By.PLATFORM: 6,  # 8, 9, 11, 12, 13, 16
    By.BOT: 2,  # 14, 15
    By.NONE: 6,  # 4, 17, 19, 21, 22, 23
}
# Seconds to the first response, sorted, with their questions:
#   peers     120 (5) 240 (3) 300 (2, 28) 420 (32) 600 (1, 6, 10) 900 (27) 1,200 (7, 33) 1,800 (20)
#             408,600 (24: 4 d 17 h 30 min)
#   platform  300 (8, 12) 600 (11) 1,800 (9) 30,600 (16: 8 h 30 min) 230,400 (13: 64 h)
# Of working time the same, but 24: 5,400 (an hour on the 24th, half an hour on the 29th), 13: 1,800 (half an hour on
# Monday), 16: 25,200 (until 17:00). 90th percentile by nearest rank: the 12th of 13, the 6th of 6, the 18th of 19.
RESPONSE = Times(n=19, median_s=600, p90_s=230_400, working_median_s=600, working_p90_s=5_400)
RESPONSE_BY = {
    By.PEER: Times(n=13, median_s=600, p90_s=1_800, working_median_s=600, working_p90_s=1_800),
    By.PLATFORM: Times(n=6, median_s=1_200, p90_s=230_400, working_median_s=1_200, working_p90_s=25_200),
}
# Until it was said that it is solved: 300 (14) 360 (12) 540 (32) 570 (20) 600 (5, 28) 1,200 (1, 6, 11, 27) 1,860 (4)
# 7,200 (8, the second time) 169,200 (10: 47 h, of working time 7 h, 8 h and none). The 7th and the 12th of 13.
SOLVING = Times(n=13, median_s=1_200, p90_s=7_200, working_median_s=1_200, working_p90_s=7_200)
FIGURES = Figures(
    window=WINDOW,
    now=NOW,
    questions=27,
    settled=24,
    by_outcome=OUTCOMES,
    by_responder=RESPONDERS,
    by_kind={"broken": 1, "do-it-for-me": 3, "how-to": 23},
    kinds_corrected=Share(0, 27),
    do_it_for_me=Share(3, 27),  # 2, 9, 23
    response=RESPONSE,
    response_by=RESPONSE_BY,
    solving=SOLVING,
    peer_first=Share(11, 17),  # the 13 without the young 24 and 28; all 6 of the team are settled
    peer_solved=Share(8, 10),  # 1, 5, 6, 8, 10, 20, 27, 32; the team: 11, 12
    # Left alone for 30 minutes: not 5 (3 min), 8 (5), 11 (10), 12 (5); 2, 9 just so. Peers solved 1, 6, 10, 20, 27, 32.
    peer_opportunity=Share(6, 20),
    unanswered=Share(7, 24),  # 4, 14, 15, 17, 19, 21, 22
    waiting=6,  # 15, 17, 19, 21, 22, 23
    solved=Share(12, 24),  # 1, 4, 5, 6, 8, 10, 11, 12, 14, 20, 27, 32
    self_serve=Share(1, 4),  # shown in 1, 14, 15, 16; confirmed in 14; that of 17 was deleted
    shown_in_silence=2,  # 1, 15
    reopened=1,  # 8
    thanked=10,  # 1, 5, 8, 10, 11, 12, 20, 27, 28, 32
    askers=6,  # ann, bob, cat, dan, tom, someone
    new_askers=5,  # all but ann, who asked in November
    answers=21,  # bob 5 (1, 5, 6, 8, 28), tom 5 (2, 5, 6, 8, 16), tess 4 (10 to 13), ann (7, 27), cat, dan 2, tim 1
    answerers=5,  # bob, ann, cat, dan, and tess by 10
    absence_factor=3,  # 5 + 5 + 4 of 21
    platform_first=6,
    out_of_hours=Share(1, 6),  # 16, at 18:30
    working_days=18,  # 20 weekdays without two holidays
    repeats=Share(5, 6),  # looked up: 14 to 17, 21 in shadow, and 22, for which there was nothing
)


def counting(database: Database, *, now: datetime = NOW, channels: Channels = CHANNELS) -> FactsService:
    return FactsService(database, channels=lambda: channels, clock=Clock(now.timestamp))


@pytest.fixture
async def december(database: Database) -> FactsService:
    await write_december(database)
    return counting(database)


async def test_every_figure_is_what_was_counted_by_hand(december: FactsService) -> None:
    facts = await december.facts(WINDOW)

    assert facts.figures == FIGURES
    assert (facts.figures.open, facts.figures.interrupts_per_working_day) == (2, 6 / 18)
    assert sum(facts.figures.by_outcome.values()) == facts.figures.questions


async def test_what_people_solved_is_known_with_all_who_took_part(december: FactsService) -> None:
    """Not what a bot solved (14). The asker of 4 told how; 8 came back once and was solved again."""
    solved = await december.solved(WINDOW)

    numbers = [number for each in solved for number, asked in BY_NUMBER.items() if ts(asked.when) == each.ts]
    assert numbers == [1, 4, 5, 6, 8, 32, 10, 11, 12, 20, 27, 28]
    assert [each.people for each in solved[1:3]] == [{"dan"}, {"ann", "bob", "tom"}]


async def test_figures_stand_for_each_channel_too(december: FactsService) -> None:
    facts = await december.facts(WINDOW)

    told = [(each.channel_id, each.name, each.is_public, each.figures.questions) for each in facts.channels]
    assert told == [(ASK, "ask", True, 25), (COUNTED, "counted", True, 1), (SECRET, "secret", False, 1)]
    counted = facts.channels[1].figures
    assert (counted.by_outcome[Outcome.PEER], counted.response.median_s) == (1, 1_800)
    assert (counted.new_askers, counted.askers) == (1, 1)  # bob asked in another channel before, but not there


async def test_unanswered_questions_are_listed_where_they_may_be(december: FactsService) -> None:
    """Not those solved without people (4, 14), of somebody left out (19), or in a private channel (21)."""
    facts = await december.facts(WINDOW)

    asked = [(BY_NUMBER[number].when, number == 23) for number in (15, 17, 22, 23)]
    assert facts.unanswered == tuple(
        Unanswered(ASK, ts(when), at(when) + timedelta(microseconds=100), is_young) for when, is_young in asked
    )


async def test_nobody_waits_who_was_told_that_it_is_known(december: FactsService, database: Database) -> None:
    """Question 22 was about an incident: it stays without a response by people, and is not listed as waiting."""
    row = {
        "id": "k", "key": "k", "channel_id": ASK, "question_ts": ts(BY_NUMBER[22].when), "thread_ts": "1", "asker": "p",
        "surface": "thread", "outcome": "known", "reason": "", "text": "", "confidence": 1.0, "sources": [],
        "handbook_revision": "r1", "created_at": at(BY_NUMBER[22].when),
    }  # fmt: skip
    await database.write(lambda tx: tx.execute(insert(answers).values(**row)))

    facts = await december.facts(WINDOW)

    listed = {number for each in facts.unanswered for number, asked in BY_NUMBER.items() if ts(asked.when) == each.ts}
    assert (listed, facts.told_of_incidents) == ({15, 17, 23}, 1)
    assert facts.figures == FIGURES


async def test_what_became_of_single_questions(december: FactsService) -> None:
    cases = {each.ts: each for each in await december.cases() if each.channel_id == ASK}

    reopened, over_holidays = cases[ts("12-04 12:00")], cases[ts("12-24 16:00")]
    assert (reopened.reopened, reopened.is_reopened) == (1, False)
    assert reopened.solution is not None
    assert (reopened.solution.person, reopened.solution.by) == ("bob", By.PEER)
    assert (over_holidays.seconds_to_first_response, over_holidays.working_seconds_to_first_response) == (
        408_600,
        5_400,
    )
    assert {ts("12-17 09:00"), ts("12-19 10:00")} & cases.keys() == set()


async def test_an_askers_own_cases_are_theirs_among_all(december: FactsService) -> None:
    everything = await december.cases()

    for asker in {each.asker for each in everything}:
        own = await december.cases(asker=asker)
        assert own == [each for each in everything if each.asker == asker]


async def case_after(database: Database, number: int, *later: Callable[[Tx], Awaitable[None]]) -> Case:
    """What became of a question of December after what came later."""
    await write_december(database)
    for each in later:
        await database.write(each)
    return next(each for each in await counting(database).cases() if each.ts == ts(BY_NUMBER[number].when))


async def test_thanks_for_our_answer_are_known_for_such_before_it_is_read_back(database: Database) -> None:
    case = await case_after(
        database,
        19,
        lambda tx: put_answer(tx, 19, "12-17 10:01"),
        lambda tx: put_reply(tx, 19, Said("12-17 10:05", SOMEONE, "thanks")),
    )

    assert case.solution is not None
    assert (case.outcome, case.solution.signal) == (Outcome.BOT, Signal.THANKS)


async def test_our_message_that_is_no_answer_solves_nothing(database: Database) -> None:
    case = await case_after(
        database,
        19,
        lambda tx: put_answer(tx, 19, "12-17 10:01", outcome="silent"),
        lambda tx: put_reply(tx, 19, Said("12-17 10:05", SOMEONE, "thanks")),
    )

    assert (case.outcome, case.first_responder_kind, case.was_shown_answer) == (Outcome.NONE, By.BOT, False)


async def test_what_another_asked_in_the_thread_and_found_solved_does_not_solve_the_question(
    database: Database,
) -> None:
    asking = Said("12-02 09:10", "dan", "asks")
    case = await case_after(
        database,
        3,
        lambda tx: put_answer(tx, 3, "12-02 09:11", asked_in_thread=asking, verdict="solved", pressed="12-02 09:12"),
    )

    assert (case.solution, case.outcome) == (None, Outcome.UNCONFIRMED)


async def test_what_the_asker_asked_again_in_the_thread_and_found_solved_solves_it(database: Database) -> None:
    asking = Said("12-02 09:10", "cat", "asks")
    case = await case_after(
        database,
        3,
        lambda tx: put_answer(tx, 3, "12-02 09:11", asked_in_thread=asking, verdict="solved", pressed="12-02 09:12"),
    )

    assert case.outcome is Outcome.BOT


@pytest.mark.parametrize(("was_there", "outcome"), [(True, Outcome.SELF), (False, Outcome.NONE)])
async def test_mark_that_history_showed_counts_as_long_as_it_stands(
    database: Database, was_there: bool, outcome: Outcome
) -> None:
    said = (ASK, ts("12-16 12:00"), "ann", "white_check_mark")
    set_then = ReactionRow(*said, changed_ts=ts("12-16 13:00"), is_there=True)
    seen_later = ReactionRow(*said, seen_ts=ts("12-20 13:00"), was_there=was_there)

    case = await case_after(
        database,
        17,
        lambda tx: put_reaction_changed(tx, set_then),
        lambda tx: put_reactions_seen(tx, [seen_later]),
    )

    assert case.outcome is outcome


async def test_when_a_mark_was_set_that_history_alone_showed_nobody_knows(database: Database) -> None:
    seen = ReactionRow(ASK, ts("12-16 12:00"), "ann", "white_check_mark", seen_ts=ts("12-20 13:00"), was_there=True)

    case = await case_after(database, 17, lambda tx: put_reactions_seen(tx, [seen]))

    assert case.outcome is Outcome.SELF
    assert (case.seconds_to_solved, case.working_seconds_to_solved) == (None, None)


async def test_a_thread_whose_mark_history_alone_showed_was_solved_by_its_last_word(database: Database) -> None:
    """The mark was seen a week later, when the channel was read back; the pointer tells the day of the answer."""
    question = BY_NUMBER[15]
    answered = at(question.when) + timedelta(minutes=30)
    seen = ReactionRow(
        ASK, ts(question.when), question.who, "white_check_mark", seen_ts=ts("12-28 13:00"), was_there=True
    )
    await write_december(database)
    await database.write(lambda tx: put_reply(tx, 15, Said(f"{answered:%m-%d %H:%M}", "bob")))
    await database.write(lambda tx: put_reactions_seen(tx, [seen]))

    solved = {each.ts: each.solved_at for each in await counting(database).solved(WINDOW)}

    assert solved[ts(question.when)].date() == answered.date()


async def test_stored_facts_are_the_same_again(december: FactsService) -> None:
    facts = await december.facts(WINDOW)

    stored = json.loads(json.dumps(facts.to_json()))

    assert PeerFacts.from_json(stored) == facts
    assert "unanswered" not in facts.aggregates()
    assert [name for name in ("ann", "bob", "someone") if f'"{name}"' in json.dumps(stored)] == []


async def test_later_the_same_window_holds_what_is_no_longer_open(database: Database) -> None:
    await write_december(database)

    facts = await counting(database, now=NOW + timedelta(days=9)).facts(WINDOW)

    assert (facts.figures.open, facts.figures.settled) == (0, 27)
    assert facts.figures.by_outcome[Outcome.PEER] == 12  # and 24


async def test_nothing_at_all_is_counted_as_nothing(database: Database) -> None:
    facts = await counting(database, channels=Channels()).facts(WINDOW)

    assert (facts.figures.questions, facts.channels, facts.unanswered) == (0, (), ())
    assert facts.figures.response == Times(0, None, None, None, None)
    assert facts.figures.unanswered.value is None
    assert PeerFacts.from_json(facts.to_json()) == facts


# The order of events, and what comes twice.

BEGAN_S = 1_764_000_000
SOON = datetime.fromtimestamp(BEGAN_S + 30 * 86_400, UTC)
MONTH = Window(datetime.fromtimestamp(BEGAN_S - 86_400, UTC), SOON)
ROOT = f"{BEGAN_S}.000100"
WORDS = (
    "Set the flag in the values file.",
    "thanks, that worked",
    "which version?",
    "same here",
    "it still fails",
    "How do I see the logs?",
)


@dataclass(frozen=True)
class Happening:
    """An event of a thread as it may come. Version 0 is as posted, others are edits; a mark has none."""

    number: int  # of the message; 0 is the first of the thread
    author: str
    version: int
    text: str = ""
    is_deletion: bool = False
    mark: bool | None = None  # set, or taken away


@st.composite
def happenings(draw: st.DrawFn) -> tuple[list[Happening], list[Happening]]:
    """What happens in a thread, and the same in another order with some told twice."""
    authors = draw(st.lists(st.sampled_from(["U1", "U2", "U3", "B9"]), min_size=1, max_size=6))
    told = [Happening(0, "U1", 0, "How do I see logs?")]
    for number, author in enumerate(authors, start=1):
        told.append(Happening(number, author, 0, draw(st.sampled_from(WORDS))))
    for number in draw(st.lists(st.integers(0, len(authors)), max_size=3, unique=True)):
        author = told[number].author
        told.append(Happening(number, author, 1, draw(st.sampled_from(WORDS))))
    for number in draw(st.lists(st.integers(0, len(authors)), max_size=2, unique=True)):
        told.append(Happening(number, "", 0, is_deletion=True))
    for version, number in enumerate(draw(st.lists(st.integers(0, len(authors)), max_size=4))):
        told.append(Happening(number, "U1", version, mark=draw(st.booleans())))
    again = draw(st.lists(st.sampled_from(told), max_size=5))
    return told, draw(st.permutations(told + again))


async def tell(desk: Desk, channel_id: str, happened: Sequence[Happening]) -> None:
    for each in happened:
        message_ts = f"{BEGAN_S + each.number * 600}.000100"
        event_id = f"{channel_id}-{each}"[:60] if each.number % 2 else ""
        if each.is_deletion:
            await desk.service.record_deletion(Deletion(channel_id, message_ts, f"{BEGAN_S + 9_000}.000100"))
        elif each.mark is not None:
            changed = f"{BEGAN_S + 5_000 + each.version}.000100"
            await desk.service.record_reaction(
                Reaction(channel_id, message_ts, each.author, "white_check_mark", changed, is_there=each.mark)
            )
        else:
            message = Message(
                channel_id,
                message_ts,
                Author(each.author, is_bot=each.author == "B9", team_id="T1"),
                each.text,
                thread_ts=ROOT if each.number else None,
                edited_ts=f"{BEGAN_S + 8_000}.000100" if each.version else None,
            )
            await desk.service.record_message(message, event_id=event_id)


def counted(figures: Figures) -> dict[str, Any]:
    return {name: value for name, value in figures.to_json().items() if name != "new_askers"}


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(two_orders=happenings())
async def test_no_order_and_no_repetition_of_events_changes_a_number(
    desk: Desk, two_orders: tuple[list[Happening], list[Happening]]
) -> None:
    one, other = a_room("ONE", Keep.TEXT), a_room("OTHER", Keep.TEXT)
    desk.channels = Channels(channels=(one, other))

    await tell(desk, one.id, two_orders[0])
    await tell(desk, other.id, two_orders[1])

    facts = await counting(desk.database, now=SOON, channels=desk.channels).facts(MONTH)
    by_id = {each.channel_id: counted(each.figures) for each in facts.channels}
    assert by_id[one.id] == by_id[other.id]


async def hint(tx: Tx, number: int, *, verdict: str = "", state: str = "sent") -> None:
    """What the asker alone was shown, a second after they asked."""
    when = BY_NUMBER[number].when
    await put_answer(tx, number, when, surface="hint", verdict=verdict, pressed=when, state=state)


async def test_a_hint_that_solved_it_counts_for_the_bot_and_one_that_was_not_seen_for_nothing(
    december: FactsService, database: Database
) -> None:
    await database.write(lambda tx: hint(tx, 17, verdict="solved"))
    await database.write(lambda tx: hint(tx, 22))
    await database.write(lambda tx: hint(tx, 19, state="failed"))

    cases = {each.ts: each for each in await december.cases()}
    confirmed, shown, unseen = (cases[ts(BY_NUMBER[number].when)] for number in (17, 22, 19))
    assert (confirmed.outcome, confirmed.is_hint_confirmed, confirmed.first_responder_kind) == (
        Outcome.BOT,
        True,
        By.NONE,
    )
    assert (shown.outcome, shown.was_hinted, shown.was_shown_answer) == (Outcome.UNCONFIRMED, True, True)
    assert (unseen.outcome, unseen.was_hinted, unseen.was_shown_answer) == (Outcome.NONE, False, False)


async def test_peers_after_a_hint_are_held_against_peers_without_one(
    december: FactsService, database: Database
) -> None:
    assert (await december.facts(WINDOW)).hints == NO_HINTS

    for number in (1, 3, 5, 8, 9):  # peers were first in 1, 3 and 5, the team in 8 and 9
        await database.write(partial(hint, number=number, verdict="solved" if number == 5 else ""))
    found = (await december.facts(WINDOW)).hints

    # Of the 17 that FIGURES counts the other twelve are without a hint, and 20 is of another channel.
    assert (found.confirmed, found.peer_first) == (Share(1, 5), Share(3, 5))
    assert found.peer_first_without == Share(7, 11)
    assert found.effect is Change.NONE
    facts = await december.facts(WINDOW)
    assert PeerFacts.from_json(json.loads(json.dumps(facts.to_json()))) == facts
