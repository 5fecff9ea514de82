from datetime import date

import pytest

from bot.onboarding.rules import Access, Standing, Step, access, begin, step_of, subject
from knowledge.people import Group, Member, People, Team

TODAY = date(2026, 11, 24)
ANN, BO, MAYA = "U0ANNE", "U0BOBB", "U0MAYA"
LED = Team(Group(members=(Member(ANN), Member(BO))), leads=(Member(ANN), Member(BO, until=date(2026, 11, 1))))
UNLED = Team(Group(members=(Member(BO),)))
PEOPLE = People(teams={"payments": LED, "search": UNLED})
WHOLE = Standing(
    "payments",
    people=3,
    linked=1,
    duty=["Bo"],
    chosen="Object storage",
    channel_id="C0PAY",
    is_watched=True,
    is_in_channel=True,
)


@pytest.mark.parametrize(
    ("user_id", "own", "is_platform", "expected"),
    [
        (ANN, ["payments"], False, ("payments",)),
        (BO, ["payments", "search"], False, ("search",)),
        (MAYA, [], False, ()),
        (MAYA, [], True, ("payments", "search")),
        (ANN, [], False, ("payments",)),
    ],
    ids=["lead", "lead no more, and of a team without leads", "of no team", "platform team", "lead from outside"],
)
def test_leads_bring_a_team_on_and_whoever_is_in_it_where_none_are_named(
    user_id: str, own: list[str], is_platform: bool, expected: tuple[str, ...]
) -> None:
    found = access(user_id, own, PEOPLE, is_platform=is_platform, today=TODAY)

    assert found == Access(tuple(own), expected, is_platform)


def test_a_team_is_brought_on_when_each_step_is_done() -> None:
    assert (WHOLE.done, WHOLE.next_step) == (5, None)


def test_the_next_step_is_the_first_that_is_not_done_whatever_is_done_after_it() -> None:
    assert Standing("new").next_step is Step.GROUP
    assert Standing("new", people=2, duty=["Bo"]).next_step is Step.LINK


def test_a_team_without_people_is_not_there_yet() -> None:
    assert not Standing("new").is_done(Step.GROUP)


def test_a_channel_counts_once_it_is_watched_and_the_bot_is_in_it() -> None:
    assert not Standing("new", channel_id="C0PAY", is_watched=True).is_done(Step.CHANNEL)


def test_the_subject_of_a_proposal_tells_team_and_step_and_fits() -> None:
    name = "a-team-with-a-name-as-long-as-one-may-be-and-more" * 2
    found = subject(name, Step.CHANNEL, {"people.yaml": "a: b" * 80})

    assert len(found) <= 40
    assert found.startswith(begin(name))
    assert step_of(found) is Step.CHANNEL
    assert found != subject(name, Step.CHANNEL, {"people.yaml": "a: c" * 80})
    assert step_of("some other subject") is None
