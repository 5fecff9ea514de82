"""Every person, act, place and stage: the code and the table say the same."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.authority import Act, Allowed, Matter, Place, Stage, may
from bot.model import Profile, Workspace
from tests.authority.rules import ANY, RULES, Case, allows
from tests.goals.counting import Tally

ACTS = (
    Act.RUN,
    Act.EXECUTE,
    Act.APPROVE,
    Act.DECLINE,
    Act.WITHDRAW,
    Act.SEE_REQUEST,
    Act.SETTLE,
    Act.LINK,
    Act.HAND_IN,
    Act.JUDGE_EVIDENCE,
)
IN_GRID = Workspace("T1", "E1", "UBOT", "B1")
MEMBER = Profile("U1", "T1", "E1")
GUEST = replace(MEMBER, is_guest=True)
FOREIGN = Profile("U1", "T2", "E2")
BOT = replace(MEMBER, is_bot=True)
DELETED = replace(MEMBER, is_deleted=True)
EVERYTHING = "named, named guest, asker, approver, platform, owner"
KINDS = {"member": MEMBER, "guest": GUEST, "foreign": FOREIGN, "bot": BOT, "deleted": DELETED}
FLAGS = {  # the table's words for the code's names
    "named": "is_named",
    "named guest": "is_named_guest",
    "asker": "is_requester",
    "approver": "is_approver",
    "decided": "has_decided",
    "conflicted": "is_conflicted",
    "offered": "is_offered",
    "intact": "is_intact",
    "enough": "has_enough",
}
CIRCUMSTANCES = ("offered", "intact", "enough")


@dataclass(frozen=True)
class Role:
    who: str
    profile: Profile
    true: frozenset[str]


def role(who: str, true: str = "", *, profile: Profile | None = None) -> Role:
    words = frozenset(each.strip() for each in true.split(",") if each.strip())
    return Role(who, profile or KINDS[who], words)


ROLES = {
    "another company's, granted everything": role("foreign", EVERYTHING),
    "of no known company": role("foreign", EVERYTHING, profile=replace(MEMBER, team_id=None, enterprise_id=None)),
    "another company's guest": role("foreign", EVERYTHING, profile=replace(FOREIGN, is_guest=True)),
    "deactivated": role("deleted", EVERYTHING),
    "erased": role("deleted", EVERYTHING, profile=Profile("", None, is_deleted=True)),
    "a bot as approver": role("bot", EVERYTHING),
    "guest": role("guest"),
    "guest whom the entry names": role("guest", "named guest"),
    "guest who asked": role("guest", "named guest, asker"),
    "guest who asked and is named no more": role("guest", "asker"),
    "guest in a team that is named": role("guest", "named"),
    "guest in every group": role("guest", EVERYTHING.replace("named guest, asker, ", "")),
    "member": role("member"),
    "member whom the entry names": role("member", "named"),
    "member named among the guests": role("member", "named guest"),
    "who asked": role("member", "named, asker"),
    "who asked, by another account": role("member", "asker"),
    "who asked and changed teams": role("member", "asker, approver"),
    "approver": role("member", "approver"),
    "approver who may run it too": role("member", "approver, named"),
    "approver who asked": role("member", "approver, named, asker"),
    "approver who decided": role("member", "approver, decided"),
    "approver until yesterday, who decided": role("member", "decided"),
    "platform team": role("member", "platform"),
    "platform team, who asked": role("member", "platform, named, asker"),
    "owner": role("member", "owner"),
    "owner of policy and capability": role("member", "owner, conflicted"),
    "owner who handed it in": role("member", "owner, asker"),
    "colleague of another workspace": role("member", profile=Profile("U1", "T2", "E1")),
    "named colleague of another workspace": role("member", "named", profile=Profile("U1", "T2", "E1")),
    "approver of another workspace": role("member", "approver", profile=Profile("U1", "T2", "E1")),
    "everything at once": role("member", EVERYTHING),
}


def matter(case: Case) -> Matter:
    flags = {name: word in case.true for word, name in FLAGS.items()}
    return Matter(place=Place(case.place), stage=Stage(case.stage), **flags)


def is_allowed(profile: Profile, case: Case) -> bool:
    answer = may(
        profile,
        Act(case.act),
        workspace=IN_GRID,
        guests_may_ask=True,
        is_asker="asker" in case.true,
        is_platform="platform" in case.true,
        is_owner="owner" in case.true,
        matter=matter(case),
    )
    return answer == Allowed()


def cells() -> Iterator[tuple[str, Role, Case]]:
    circumstances = [
        frozenset(word for word, is_so in zip(CIRCUMSTANCES, values, strict=True) if is_so)
        for values in product((True, False), repeat=len(CIRCUMSTANCES))
    ]
    for (name, someone), act, place, stage, now in product(ROLES.items(), ACTS, Place, Stage, circumstances):
        yield name, someone, Case(act, someone.who, place, stage, someone.true | now)


@pytest.mark.goal(g=14)
def test_code_and_table_say_the_same_in_every_cell(tally: Tally) -> None:
    differences, seen = [], Counter[bool]()
    for name, someone, case in cells():
        expected = allows(case)
        seen[expected] += 1
        if is_allowed(someone.profile, case) is not expected:
            differences.append((name, case))

    tally(cells=seen.total(), wrong=len(differences))
    assert differences == []
    assert sum(seen.values()) >= 5000
    assert seen[True] >= 500  # a table that refuses everything would prove nothing


@settings(max_examples=2000)
@given(
    who=st.sampled_from(sorted(KINDS)),
    act=st.sampled_from(ACTS),
    place=st.sampled_from(Place),
    stage=st.sampled_from(Stage),
    true=st.sets(st.sampled_from([*FLAGS, "platform", "owner"])),
)
def test_code_and_table_say_the_same_for_people_nobody_thought_of(
    who: str, act: Act, place: Place, stage: Stage, true: set[str]
) -> None:
    case = Case(act, who, place, stage, frozenset(true))

    assert is_allowed(KINDS[who], case) is allows(case)


def test_table_is_of_the_promised_size_and_speaks_the_codes_words() -> None:
    assert 40 <= len(RULES) <= 60
    for rule in RULES:
        assert rule.act == ANY or set(rule.act) <= set(ACTS)
        assert rule.who == ANY or set(rule.who) <= set(KINDS)
        assert rule.place == ANY or set(rule.place) <= set(Place)
        assert rule.stage == ANY or set(rule.stage) <= set(Stage)
        assert rule.has | rule.lacks <= {*FLAGS, "platform", "owner"}


@pytest.mark.parametrize("number", range(len(RULES)), ids=lambda number: RULES[number].because)
def test_no_rule_is_there_in_vain(number: int) -> None:
    """Turned round, each rule changes what somebody may do."""
    rule = RULES[number]
    turned = (*RULES[:number], replace(rule, allows=not rule.allows), *RULES[number + 1 :])

    assert any(allows(case) is not allows(case, turned) for _, _, case in cells())
