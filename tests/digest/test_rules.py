"""What a digest may speak of, what is worth doing, and when nothing happened."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.digest.kept import Gaps, Ill, Named, OpenTheme, Reader, Reverted, SelfService, Todo, What
from bot.digest.rules import is_quiet, moved, peer_change, unanswered_change, worth_doing
from bot.statistics import Change, Share
from tests.digest.weeks_told import DIGEST, GAPS, LISTED, NOTHING, RICH


@pytest.mark.parametrize(
    ("days", "before", "is_comparable"), [(5, 5, True), (3, 3, True), (2, 5, False), (5, 2, False)]
)
def test_a_week_of_holidays_is_not_compared(days: int, before: int, is_comparable: bool) -> None:
    digest = replace(DIGEST, this=replace(NOTHING, working_days=days), before=replace(NOTHING, working_days=before))

    assert digest.is_comparable is is_comparable


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        (Share(10, 40), Share(30, 40), Change.BETTER),
        (Share(30, 40), Share(10, 40), Change.WORSE),
        (Share(20, 40), Share(22, 40), Change.NONE),
        (Share(2, 4), Share(30, 40), Change.TOO_FEW),
    ],
)
def test_more_answers_by_peers_are_better_and_more_without_one_worse(
    before: Share, after: Share, found: Change
) -> None:
    turned = {Change.BETTER: Change.WORSE, Change.WORSE: Change.BETTER}
    digest = replace(
        DIGEST,
        rolling=replace(NOTHING, peer_first=after, unanswered=after),
        rolling_before=replace(NOTHING, peer_first=before, unanswered=before),
    )

    assert peer_change(digest) is found
    assert unanswered_change(digest) is turned.get(found, found)


@given(st.integers(0, 20), st.integers(0, 20))
def test_a_share_is_spoken_of_only_where_it_changed_detectably(before: int, after: int) -> None:
    digest = replace(
        DIGEST,
        rolling=replace(NOTHING, solved=Share(after, 20)),
        rolling_before=replace(NOTHING, solved=Share(before, 20)),
    )

    names = [each.name for each in moved(digest)]

    assert names == (["solved"] if abs(before - after) >= 7 or names else [])
    assert abs(before - after) >= 4 or not names


@pytest.mark.parametrize(
    ("digest", "for_community", "for_team"),
    [
        (DIGEST, True, True),
        (replace(DIGEST, this=replace(NOTHING, questions=1)), False, False),
        (replace(DIGEST, shipped=(Named("builds", ""),)), False, False),
        (replace(DIGEST, unanswered=1), False, False),
        (replace(DIGEST, gaps=Gaps(closed=1)), True, False),
        (replace(DIGEST, changed=RICH.changed), False, True),
        (replace(DIGEST, self_service=SelfService(0, None, None, Share(0, 0), ("a",))), True, True),
        (replace(DIGEST, self_service=SelfService(1, None, None, Share(0, 1), ())), True, False),
    ],
    ids=["nothing", "a question", "shipped", "waiting", "a gap closed", "changed", "an old debt", "a run"],
)
def test_a_quiet_week_is_one_in_which_nothing_happened_to_that_reader(
    digest: object, for_community: bool, for_team: bool
) -> None:
    found = {reader: is_quiet(digest, reader) for reader in Reader}  # type: ignore[arg-type]

    assert found == {Reader.COMMUNITY: for_community, Reader.TEAM: for_team}


def test_who_waits_past_the_time_promised_comes_first_and_then_what_touches_most() -> None:
    first, second = RICH.todos

    assert first == Todo(What.WAITING, "", 4, 1, LISTED[0].permalink, "ask-platform", LISTED[0].asked_at.isoformat())
    assert second == Todo(What.SURVEY, "docs, stale", 5)


def test_two_things_to_do_are_of_two_kinds() -> None:
    digest = replace(DIGEST, asked_for=tuple(OpenTheme("survey", f"theme {n}", n) for n in (9, 8, 7)), gaps=GAPS)

    assert [(each.what, each.n) for each in worth_doing(digest)] == [(What.SURVEY, 9), (What.GAP, 5)]


@pytest.mark.parametrize(
    ("digest", "what"),
    [
        (replace(DIGEST, listed=LISTED[1:], unanswered=2), What.WAITING),
        (replace(DIGEST, reverted=(Reverted("search", 3),)), What.DRIFT),
        (replace(DIGEST, ill=(Ill("a", "", 0, 0, 1, 0, owner_left=False, needs_work=False),)), What.ARTICLE),
        (replace(DIGEST, self_service=SelfService(0, None, None, Share(1, 4), ("restart",))), What.PUSH),
        (replace(DIGEST, signs=RICH.signs), What.SIGN),
    ],
    ids=["young questions", "drift", "an article", "push debt", "a sign"],
)
def test_each_pillar_can_give_a_thing_to_do(digest: object, what: What) -> None:
    assert [each.what for each in worth_doing(digest)] == [what]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "digest",
    [
        replace(DIGEST, reverted=(Reverted("search", 2),)),
        replace(DIGEST, self_service=SelfService(0, None, None, Share(0, 4), ("restart",))),
    ],
    ids=["two changes by hand", "a debt that nobody made greater"],
)
def test_what_happened_once_is_nothing_to_do(digest: object) -> None:
    assert worth_doing(digest) == ()  # type: ignore[arg-type]
