"""Which articles need a look, why, and whose they are."""

from dataclasses import replace
from datetime import date, time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.blockkit import TEXT_MAX
from bot.calendar import Hours
from bot.curation.health_blocks import Item, reasons, to_look_at
from bot.curation.health_rules import (
    ArticleFacts,
    ArticleHealth,
    Known,
    Owner,
    Served,
    health_of,
    owner_group,
    whose_turn,
)
from knowledge.article import Article, review_due
from knowledge.people import ApproverGroup, Duty, GitAccount, Group, Member, People, Team

TEXTS = st.text(max_size=400) | st.sampled_from(["<!here>", "<@U0MAYA>", "https://docs.example.com/a"])
TODAY = date(2026, 11, 24)
DOCS, WIKI = "https://docs.example.com/a", "https://wiki.example.com/b"
LOGS = Article("logs.md", "Read the logs", (), owner="observability", reviewed=date(2026, 6, 1), addresses=(DOCS, WIKI))
THERE = {"observability": Owner.THERE}


@pytest.mark.parametrize(
    ("reviewed", "every", "due"),
    [
        (date(2026, 6, 1), 30, date(2026, 7, 1)),
        (date(2026, 6, 1), None, date(2027, 6, 1)),
        (None, 30, None),
    ],
    ids=["its own period", "a year", "never reviewed"],
)
def test_when_an_article_is_to_be_looked_at_again(reviewed: date | None, every: int | None, due: date | None) -> None:
    assert review_due(reviewed, every) == due


@pytest.mark.parametrize(
    ("article", "known", "why"),
    [
        pytest.param(LOGS, Known(owners=THERE), (), id="all is well"),
        pytest.param(
            replace(LOGS, review_every_days=90), Known(owners=THERE), ("due for review for 2 months",), id="overdue"
        ),
        pytest.param(
            replace(LOGS, review_every_days=175), Known(owners=THERE), ("due for review for 1 day",), id="since today"
        ),
        pytest.param(replace(LOGS, review_every_days=176), Known(owners=THERE), (), id="due today"),
        pytest.param(LOGS, Known(owners=THERE, failures={DOCS: 1}), (), id="a link that failed once"),
        pytest.param(
            LOGS, Known(owners=THERE, failures={DOCS: 2, WIKI: 0}), (f"links lead nowhere: {DOCS}",), id="a dead link"
        ),
        pytest.param(LOGS, Known(owners=THERE, served={"logs.md": Served(2, 1)}), (), id="one person it was not for"),
        pytest.param(LOGS, Known(owners=THERE, served={"logs.md": Served(7, 2)}), (), id="two of many answers"),
        pytest.param(
            LOGS,
            Known(owners=THERE, served={"logs.md": Served(6, 2)}),
            ("2 of 6 answers from it were “not quite”",),
            id="two of few answers",
        ),
        pytest.param(
            LOGS,
            Known(owners=THERE, served={"logs.md": Served(9, 4, {"unclear": 1, "out of date": 2, "did not work": 1})}),
            ("4 of 9 answers from it were “not quite” (out of date 2, did not work 1, unclear 1)",),
            id="why it was not, by most said first",
        ),
        pytest.param(
            LOGS,
            Known(owners={"observability": Owner.LEFT}),
            ("its owner observability is not there any more",),
            id="its owner left",
        ),
        pytest.param(LOGS, Known(owners={"observability": Owner.UNKNOWN}), (), id="an owner nobody knows"),
    ],
)
def test_why_an_article_needs_a_look(article: Article, known: Known, why: tuple[str, ...]) -> None:
    health = health_of(article, known, today=TODAY)

    assert reasons(health) == why
    assert health.needs_look is bool(why)


@pytest.mark.parametrize(
    ("reviewed", "needs_work"), [(date(2026, 11, 1), True), (date(2026, 11, 20), True), (date(2026, 11, 21), False)]
)
def test_work_is_needed_until_a_later_review(reviewed: date, needs_work: bool) -> None:
    known = Known(needs_work={"logs.md": date(2026, 11, 20)})

    assert health_of(replace(LOGS, reviewed=reviewed), known, today=TODAY).needs_work is needs_work


def test_facts_count_articles_and_put_the_worst_first() -> None:
    well = ArticleHealth("a.md", "A", "", "x", Owner.THERE)
    old = replace(well, id="b.md", days_overdue=100)
    broken = replace(well, id="c.md", dead_links=(DOCS,), owner_state=Owner.NONE, needs_work=True)
    bad = replace(well, id="d.md", served=Served(4, 3), owner_state=Owner.LEFT)

    facts = ArticleFacts((well, old, broken, bad))

    counted = (facts.overdue, facts.with_dead_links, facts.ownerless, facts.served_badly)
    assert counted == (1, 1, 2, 1)
    assert [each.id for each in facts.to_look_at] == ["d.md", "c.md", "b.md"]
    assert facts.needing_work == (broken,)


DUTY = Group("S0DUTY")
PLATFORM, TEAM, APPROVERS = Group("S0PLATFORM", (Member("U0MAYA"),)), Group("S0TEAM"), Group("S0APPROVE")
PEOPLE = People(
    platform_team=PLATFORM,
    duty=Duty(DUTY, Hours(frozenset({1}), time(9), time(17), "UTC")),
    approvers={"platform-approvers": ApproverGroup(APPROVERS)},
    teams={"observability": Team(TEAM)},
    git_accounts={"U0JONAS": GitAccount("jonas-w")},
)


@pytest.mark.parametrize(
    ("owner", "group"),
    [
        ("observability", TEAM),
        ("platform-approvers", APPROVERS),
        ("platform_team", PLATFORM),
        ("duty", DUTY),
        ("U0MAYA", Group(members=(Member("U0MAYA"),))),
        ("U0JONAS", Group(members=(Member("U0JONAS"),))),
        ("jonas-w", Group(members=(Member("U0JONAS"),))),
        ("U0STRANGER", None),
        ("somebody", None),
        ("", None),
    ],
)
def test_an_owner_is_a_person_or_group_of_the_handbook(owner: str, group: Group | None) -> None:
    assert owner_group(owner, PEOPLE) == group


def test_in_a_group_each_has_their_turn() -> None:
    assert [whose_turn(["U2", "U1", "U3"], week) for week in range(4)] == ["U1", "U2", "U3", "U1"]
    assert whose_turn([], 1) is None


@given(
    st.lists(
        st.builds(Item, st.just("l" * 32), TEXTS, TEXTS, TEXTS, st.lists(TEXTS, max_size=4).map(tuple)), max_size=8
    )
)
@example([Item("l" * 32, "&" * 200, "&" * 200, f"https://x.example/{'a' * 280}", ("&" * 200,) * 4)] * 8)
def test_a_message_of_many_articles_keeps_to_what_slack_takes(items: list[Item]) -> None:
    shown = to_look_at(items, left=3, is_channel=False)

    texts = [block["text"]["text"] for block in shown.blocks if block["type"] == "section"]
    assert len(shown.blocks) <= 50
    assert sum(map(len, texts)) <= TEXT_MAX
    assert [text for text in texts if "<!" in text or "<@" in text] == []
