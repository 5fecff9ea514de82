"""Who may do what, as a truth table: anything not known is refused."""

from dataclasses import FrozenInstanceError, replace
from itertools import product

import pytest

from bot.authority import AMONG_OURSELVES, Act, Allowed, Matter, Place, Refused, Stage, is_ours, may
from bot.model import Profile, Workspace

ALONE = Workspace("T1", None, "UBOT", "B1")
IN_GRID = Workspace("T1", "E1", "UBOT", "B1")
COLLEAGUE = Profile("U1", "T1")
YES, NO = True, False


@pytest.mark.parametrize(
    ("team_id", "enterprise_id", "workspace", "expected"),
    [
        pytest.param("T1", None, ALONE, YES, id="our workspace"),
        pytest.param("T2", None, ALONE, NO, id="another workspace"),
        pytest.param("T2", "E1", ALONE, NO, id="an enterprise says nothing where we have none"),
        pytest.param(None, None, ALONE, NO, id="nothing known"),
        pytest.param("", "", ALONE, NO, id="empty"),
        pytest.param("", "", Workspace("", "", "", ""), NO, id="empty on both sides"),
        pytest.param(None, None, Workspace("", "", "", ""), NO, id="nothing against empty"),
        pytest.param("T2", "E1", IN_GRID, YES, id="another workspace of our enterprise"),
        pytest.param("T1", None, IN_GRID, YES, id="our workspace, enterprise not said"),
        pytest.param("T2", "E2", IN_GRID, NO, id="another enterprise"),
        pytest.param("T2", None, IN_GRID, NO, id="another workspace, enterprise not said"),
        pytest.param(None, None, IN_GRID, NO, id="nothing known in an enterprise"),
        pytest.param("t1", None, ALONE, NO, id="ids are exact"),
        pytest.param("T0", None, ALONE, NO, id="a workspace that sorts before ours"),
        pytest.param("T11", None, ALONE, NO, id="a workspace whose id begins like ours"),
        pytest.param("T0", "E0", IN_GRID, NO, id="an enterprise that sorts before ours"),
        pytest.param(f"T{1}", None, ALONE, YES, id="our workspace, read anew"),
        pytest.param(f"T{1}", "E2", IN_GRID, YES, id="our workspace, read anew, in an enterprise"),
        pytest.param("T2", f"E{1}", IN_GRID, YES, id="our enterprise, read anew"),
    ],
)
def test_ours_is_only_what_is_known_to_be_ours(
    team_id: str | None, enterprise_id: str | None, workspace: Workspace, expected: bool
) -> None:
    assert is_ours(team_id, enterprise_id, workspace) is expected


@pytest.mark.parametrize(
    "person",
    [
        pytest.param(Profile("", None), id="nobody"),
        pytest.param(Profile("", None, is_deleted=True), id="an erased person"),
        pytest.param(replace(COLLEAGUE, team_id="T2"), id="another company's"),
        pytest.param(replace(COLLEAGUE, team_id=None), id="of no known company"),
        pytest.param(replace(COLLEAGUE, team_id="T2", enterprise_id="E2"), id="another enterprise's"),
        pytest.param(replace(COLLEAGUE, is_bot=True), id="a bot"),
        pytest.param(replace(COLLEAGUE, is_deleted=True), id="a deactivated account"),
    ],
)
@pytest.mark.parametrize("act", Act)
@pytest.mark.parametrize("workspace", [ALONE, IN_GRID], ids=["alone", "in a grid"])
def test_stranger_may_do_nothing_whatever_else_is_granted(person: Profile, act: Act, workspace: Workspace) -> None:
    answer = may(person, act, workspace=workspace, guests_may_ask=True, is_asker=True, is_platform=True)

    assert isinstance(answer, Refused)
    assert answer.reason


# Each row: act, is a guest, guests may ask, is the asker, is in the platform team; may.
TEAMS = (
    Act.JUDGE,
    Act.SEE_OPEN,
    Act.SEE_RESULTS,
    Act.CURATE,
    Act.SAY_KIND,
    Act.MARK_ANSWER,
    Act.SEE_FRICTION,
    Act.SEE_REPORT,
    Act.SEE_SIGNS,
    Act.STEER,
)
OF_ONES_OWN = (Act.MARK_SOLVED, Act.SAY_KIND, Act.MARK_ANSWER)  # what guests who asked may do, too
GRANTED = {
    *((act, NO, *others) for act in (Act.ASK, Act.SPEAK_UP, Act.TELL) for others in product((YES, NO), repeat=3)),
    *((act, YES, YES, *others) for act in (Act.ASK, Act.SPEAK_UP) for others in product((YES, NO), repeat=2)),
    *((act, NO, guests, asker, YES) for act in TEAMS for guests, asker in product((YES, NO), repeat=2)),
    *((act, guest, guests, YES, team) for act in OF_ONES_OWN for guest, guests, team in product((YES, NO), repeat=3)),
    *((Act.REVIEW, NO, guests, asker, YES) for guests, asker in product((YES, NO), repeat=2)),
}


@pytest.mark.parametrize("row", list(product(Act, *[(YES, NO)] * 4)), ids=str)
def test_colleague_may_do_what_the_table_grants_and_nothing_else(row: tuple[Act, bool, bool, bool, bool]) -> None:
    act, guest, guests_may_ask, is_asker, is_platform = row

    answer = may(
        replace(COLLEAGUE, is_guest=guest),
        act,
        workspace=ALONE,
        guests_may_ask=guests_may_ask,
        is_asker=is_asker,
        is_platform=is_platform,
    )

    assert (answer == Allowed()) is (row in GRANTED)


@pytest.mark.parametrize("act", [each for each in Act if each not in (Act.ASK, Act.SPEAK_UP, Act.TELL)])
def test_nothing_is_granted_by_default(act: Act) -> None:
    assert isinstance(may(COLLEAGUE, act, workspace=ALONE), Refused)


def test_guest_is_refused_by_default_with_what_to_do() -> None:
    answer = may(replace(COLLEAGUE, is_guest=True), Act.ASK, workspace=ALONE)

    assert answer == Refused("Guests cannot ask me here. Please ask the person who invited you.")


@pytest.mark.parametrize(
    ("is_guest", "is_owner", "expected"),
    [(NO, YES, YES), (YES, YES, NO), (NO, NO, NO)],
    ids=["owner", "guest", "other"],
)
def test_an_articles_owner_may_review_it(is_guest: bool, is_owner: bool, expected: bool) -> None:
    answer = may(replace(COLLEAGUE, is_guest=is_guest), Act.REVIEW, workspace=ALONE, is_owner=is_owner)

    assert isinstance(answer, Allowed) is expected


def test_what_is_not_said_of_a_matter_counts_as_no() -> None:
    assert Matter() == Matter(
        place=Place.SHARED,
        stage=Stage.NEW,
        is_offered=False,
        is_named=False,
        is_named_guest=False,
        is_requester=False,
        is_approver=False,
        has_decided=False,
        is_intact=False,
        has_enough=False,
        is_conflicted=False,
    )


@pytest.mark.parametrize("given", [Matter(), Allowed(), Refused("no")], ids=["matter", "allowed", "refused"])
def test_nothing_is_granted_by_changing_what_was_said(given: object) -> None:
    with pytest.raises(FrozenInstanceError):
        given.is_approver = True  # type: ignore[attr-defined]


# Each row: act, what is so but for one thing, what is missing; what the person is told.
FULL = Matter(
    place=Place.PRIVATE,
    stage=Stage.GOING,
    is_offered=True,
    is_named=True,
    is_requester=True,
    is_intact=True,
    has_enough=True,
)
JUDGED = Matter(place=Place.PRIVATE, stage=Stage.WAITING, is_offered=True, is_intact=True, is_approver=True)


@pytest.mark.parametrize(
    ("act", "matter", "reason"),
    [
        (Act.RUN, replace(FULL, stage=Stage.NEW, place=Place.SHARED), "another company reads along"),
        (Act.RUN, replace(FULL, stage=Stage.NEW, is_offered=False), "not offered here"),
        (Act.RUN, replace(FULL, stage=Stage.NEW, place=Place.CLOSED), "cannot be run in this channel"),
        (Act.RUN, replace(FULL, stage=Stage.NEW, is_named=False), "its entry in the handbook names others"),
        (Act.RUN, FULL, "settled already"),
        (Act.EXECUTE, replace(FULL, is_named=False), "may not run it any more"),
        (Act.EXECUTE, replace(FULL, is_requester=False), "in the name of somebody who did not ask"),
        (Act.EXECUTE, replace(FULL, stage=Stage.ENDED), "settled already"),
        (Act.EXECUTE, replace(FULL, is_intact=False), "has changed since"),
        (Act.EXECUTE, replace(FULL, has_enough=False), "Too few people agreed"),
        (Act.APPROVE, replace(JUDGED, is_requester=True), "Nobody decides on their own request."),
        (Act.APPROVE, replace(JUDGED, is_approver=False), "can approve it"),
        (Act.APPROVE, replace(JUDGED, stage=Stage.EXPIRED), "settled already"),
        (Act.APPROVE, replace(JUDGED, has_decided=True), "decided on this already"),
        (Act.APPROVE, replace(JUDGED, is_intact=False), "has changed since"),
        (Act.DECLINE, replace(JUDGED, is_approver=False), "can decline it"),
        (Act.WITHDRAW, replace(JUDGED, is_requester=False), "who asked for this"),
        (Act.WITHDRAW, FULL, "settled already"),
        (Act.SETTLE, JUDGED, "was not run"),
        (Act.JUDGE_EVIDENCE, JUDGED, "Only the policy's owner"),
    ],
)
def test_who_may_not_is_told_why(act: Act, matter: Matter, reason: str) -> None:
    answer = may(COLLEAGUE, act, workspace=ALONE, matter=matter)

    assert isinstance(answer, Refused)
    assert reason in answer.reason


@pytest.mark.parametrize("act", sorted(AMONG_OURSELVES))
def test_where_another_company_reads_along_everybody_is_sent_elsewhere(act: Act) -> None:
    answer = may(
        COLLEAGUE, act, workspace=ALONE, is_owner=True, is_platform=True, matter=replace(FULL, place=Place.SHARED)
    )

    assert isinstance(answer, Refused)
    assert answer.reason.endswith("Write to me directly instead.")
