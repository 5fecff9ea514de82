"""Who may do what, as a truth table: anything not known is refused."""

from dataclasses import replace
from itertools import product

import pytest

from bot.authority import Act, Allowed, Refused, is_ours, may
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
TEAMS = (Act.JUDGE, Act.SEE_OPEN, Act.CURATE, Act.SAY_KIND)
GRANTED = {
    *((Act.ASK, NO, may_guests, asker, platform) for may_guests, asker, platform in product((YES, NO), repeat=3)),
    *((Act.ASK, YES, YES, asker, platform) for asker, platform in product((YES, NO), repeat=2)),
    *((Act.MARK_SOLVED, guest, guests, YES, platform) for guest, guests, platform in product((YES, NO), repeat=3)),
    *((act, NO, guests, asker, YES) for act in TEAMS for guests, asker in product((YES, NO), repeat=2)),
    *((Act.SAY_KIND, guest, guests, YES, platform) for guest, guests, platform in product((YES, NO), repeat=3)),
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


@pytest.mark.parametrize("act", [each for each in Act if each is not Act.ASK])
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
