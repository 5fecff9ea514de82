"""`capabilities.yaml` as an author writes it, and every mistake in it with its place and fix."""

from datetime import date
from textwrap import dedent

import pytest

from knowledge import strict_yaml
from knowledge.capabilities import (
    BuiltFrom,
    Capability,
    Former,
    Origin,
    Status,
    Teams,
    read_capabilities,
    unknown_actions,
    unknown_topics,
)
from knowledge.people import ApproverGroup, Group, Member, People, Team
from knowledge.problem import Level, Problem
from knowledge.schema import Value

PEOPLE = People(
    platform_team=Group("S0PLATFORM"),
    approvers={"security": ApproverGroup(Group(members=(Member("U0NADIA"),)))},
    teams={"payments": Team(Group("S0PAYMENTS")), "search": Team(Group("S0SEARCH"))},
)
GOOD = {
    "id": "buckets",
    "title": "Buckets",
    "owner": "platform_team",
    "status": "optional",
    "since": "2026-03-02",
    "teams": "[payments]",
    "counts_as_use": "a bucket in Git",
    "built_from": "{what: bought, because: cheaper}",
    "alternative": "a bucket in an own account",
}


def read(text: str) -> tuple[tuple[Capability, ...], list[Problem]]:
    document = strict_yaml.read(dedent(text), file="capabilities.yaml")
    assert document.root is not None
    problems = list(document.problems)
    return read_capabilities(Value(document.root, "capabilities.yaml", problems), PEOPLE), problems


def entry(**changed: str | None) -> str:
    """A good entry with these values changed; None takes the key out."""
    keys = {key: value for key, value in (GOOD | changed).items() if value is not None}
    return "\n".join(f"{'-' if not number else ' '} {key}: {value}" for number, (key, value) in enumerate(keys.items()))


def test_a_whole_entry_is_read() -> None:
    found, problems = read(entry())

    assert problems == []
    assert found == (
        Capability(
            id="buckets",
            title="Buckets",
            owner="platform_team",
            status=Status.OPTIONAL,
            since=date(2026, 3, 2),
            teams=Teams(("payments",)),
            counts_as_use="a bucket in Git",
            built_from=BuiltFrom(Origin.BOUGHT, "cheaper"),
            alternative="a bucket in an own account",
        ),
    )


def test_all_teams_are_also_those_that_come_later() -> None:
    (found,), problems = read(entry(teams="all"))

    assert (problems, found.teams.has("payments"), found.teams.has("not there yet")) == ([], True, True)


def test_a_file_of_comments_alone_names_nothing() -> None:
    assert read("{}") == ((), [])


@pytest.mark.parametrize(
    ("changed", "field", "what", "fix"),
    [
        pytest.param({"id": "My Buckets"}, "[0].id", "is no id", "write small letters", id="an id with spaces"),
        pytest.param({"owner": None}, "[0].owner", "missing", "name a team or group", id="no owner"),
        pytest.param(
            {"owner": "securty"}, "[0].owner", "no team or group", 'mean "security"?', id="a slip in the owner"
        ),
        pytest.param({"status": "onlyway"}, "[0].status", "not allowed", 'mean "only way"?', id="a slip in the status"),
        pytest.param({"since": "March"}, "[0].since", "is not a date", "2026-01-31", id="a month for a day"),
        pytest.param({"teams": "[serach]"}, "[0].teams[0]", "not under teams", 'mean "search"?', id="a slip in a team"),
        pytest.param({"teams": "[]"}, "[0].teams", "no team is named", "write all", id="no team"),
        pytest.param({"teams": "everybody"}, "[0].teams", "not allowed", "all", id="everybody"),
        pytest.param(
            {"alternative": None}, "[0].alternative", "missing", "use instead", id="optional without a choice"
        ),
        pytest.param({"status": "only way"}, "[0].alternative", "no alternative", "optional", id="the only way of two"),
        pytest.param(
            {"built_from": "ours"}, "[0].built_from", "a single text", "indented", id="built without a reason"
        ),
        pytest.param(
            {"built_from": "{what: borrowed, because: so}"}, "[0].built_from.what", "not allowed", "ours", id="borrowed"
        ),
        pytest.param(
            {"was": "[{status: pilot, since: 2026-03-02}]"}, "[0].was", "before the status of now", "correct", id="late"
        ),
        pytest.param(
            {"was": "[{status: pilot, since: 2026-02-01}, {status: mandated, since: 2026-01-01}]"},
            "[0].was[1].since",
            "after the one above",
            "oldest first",
            id="out of order",
        ),
        pytest.param(
            {"was": "[{status: optional, since: 2026-01-01, alternative: x}]"},
            "[0].was",
            "like the status of now",
            "take it out",
            id="was what it is",
        ),
        pytest.param(
            {"was": "[{status: optional, since: 2026-01-01}, {status: pilot, since: 2026-02-01}]"},
            "[0].was[0].alternative",
            "missing",
            "use instead",
            id="was optional without a choice",
        ),
        pytest.param({"used_by": "[]"}, "[0].used_by", "no action is named", "write none", id="used by an empty list"),
        pytest.param({"used_by": "all"}, "[0].used_by", "not allowed", "none", id="used by all"),
        pytest.param({"capability": "x"}, "[0].capability", "unknown key", "known here", id="an unknown key"),
    ],
)
def test_a_mistake_names_its_field_and_the_fix(changed: dict[str, str | None], field: str, what: str, fix: str) -> None:
    _, problems = read(entry(**changed))

    said = [problem for problem in problems if problem.field == field]
    assert [what in each.what and fix in each.fix for each in said][:1] == [True], [str(each) for each in problems]


def test_an_id_is_taken_once() -> None:
    _, (problem,) = read(f"{entry()}\n{entry()}")

    assert (problem.line, problem.field, problem.what) == (10, "[1].id", 'the id "buckets" is taken')


def test_what_it_was_and_what_counts_as_its_use_are_read() -> None:
    was = "[{status: pilot, since: 2025-09-01}, {status: mandated, since: 2025-12-01}]"
    (found,), problems = read(entry(was=was, used_by="[create-bucket]"))
    (none,), _ = read(entry(used_by="none"))

    assert problems == []
    assert found.was == (Former(Status.PILOT, date(2025, 9, 1)), Former(Status.MANDATED, date(2025, 12, 1)))
    assert (found.used_by, none.used_by) == (("create-bucket",), ())


def test_one_capability_may_be_mentor_itself() -> None:
    (found, _), (problem,) = read(
        f"{entry(used_by='mentor')}\n{entry(used_by='mentor').replace('id: buckets', 'id: bot')}"
    )

    assert (found.is_mentor, found.used_by) == (True, ())
    assert (problem.field, problem.what) == ("[1].used_by", "another capability is Mentor already")


def test_an_action_that_is_not_there_counts_as_no_use() -> None:
    capabilities, _ = read(entry(used_by="[create-buckett]"))

    (problem,) = unknown_actions(capabilities, ["create-bucket"])

    assert (problem.file, problem.line, problem.fix) == ("capabilities.yaml", 1, 'did you mean "create-bucket"?')


PILOT = {"status": "pilot", "alternative": None, "teams": "all"}


def test_a_pilot_is_offered_to_its_volunteers_alone() -> None:
    (found,), problems = read(entry(**PILOT, volunteers="[search]"))

    assert (problems, found.volunteers) == ([], ("search",))
    assert [found.is_offered_to(team) for team in ("search", "payments")] == [True, False]


@pytest.mark.parametrize(
    ("changed", "field", "what", "fix"),
    [
        pytest.param(PILOT, "volunteers", "is missing", "name the teams", id="a pilot with no volunteers"),
        pytest.param(PILOT | {"volunteers": "[]"}, "volunteers", "no team is named", "at least one", id="none"),
        pytest.param(PILOT | {"volunteers": "all"}, "volunteers", "one by one", "[payments, search]", id="all"),
        pytest.param(
            PILOT | {"volunteers": "[serach]"},
            "volunteers[0]",
            '"serach"',
            'did you mean "search"?',
            id="no team of ours",
        ),
        pytest.param(
            PILOT | {"volunteers": "[search]", "teams": "[payments]"},
            "volunteers",
            '"search" is not under `teams`',
            "add it there too",
            id="one that may not choose it",
        ),
        pytest.param(
            {"volunteers": "[payments]"}, "volunteers", "only a pilot", "make the status pilot", id="no pilot"
        ),
        pytest.param({"topics": "[]"}, "topics", "no topic is named", "first tags", id="no topic"),
    ],
)
def test_a_mistake_about_a_pilot_names_place_and_fix(
    changed: dict[str, str | None], field: str, what: str, fix: str
) -> None:
    _, problems = read(entry(**changed))

    found = [each for each in problems if field in each.field and what in each.what]
    assert found, problems
    assert fix in found[0].fix


def test_a_topic_that_no_article_has_first_is_warned_of() -> None:
    capabilities, problems = read(entry(topics="[storage, bukets]"))

    (warned,) = unknown_topics(capabilities, {"storage", "buckets"})

    assert problems == []
    assert (warned.level, warned.field, warned.fix) == (Level.WARNING, "topics", 'did you mean "buckets"?')
