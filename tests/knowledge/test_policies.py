"""`policies/*.yaml` as an author writes one, every mistake in it with place and fix, and how the loader takes it."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge import strict_yaml
from knowledge.capabilities import BuiltFrom, Capability, Origin, Status, Teams
from knowledge.loader import Broken, Handbook, load
from knowledge.people import ApproverGroup, Group, Member, People, Team
from knowledge.policies import Around, Point, Policy, Span, read_policy
from knowledge.problem import Problem
from knowledge.schema import Value

BUILT = BuiltFrom(Origin.OURS, "so")
ATTESTED = Capability(
    "attested-builds", "Attested builds", "platform_team", Status.POLICY, date(2026, 3, 2), Teams(), "used", BUILT
)
FORCED = Capability(
    "one-cloud", "One cloud", "platform_team", Status.MANDATED, date(2026, 3, 2), Teams(), "used", BUILT
)
AROUND = Around(
    people=People(
        platform_team=Group("S0PLATFORM"),
        approvers={
            "security": ApproverGroup(Group(members=(Member("U0NADIA"),))),
            "same-people": ApproverGroup(Group("S0PLATFORM"), "C0CARDS"),
        },
        teams={"payments": Team(Group("S0PAYMENTS"))},
    ),
    capabilities={each.id: each for each in (ATTESTED, FORCED)},
    actions=("attest-builds",),
    articles=("security/attestation.md",),
)
GOOD = {
    "title": "Attestation",
    "rule": "Artifacts are attested.",
    "owner": "security",
    "capability": "attested-builds",
    "action": "attest-builds",
    "applies_to": "{teams: [payments]}",
    "article": "security/attestation.md",
    "from": "2026-03-02",
    "evidence": "{longest: 12 months, must_show: [{id: signed, text: Signed}, {id: checked, text: Checked}]}",
}


def read(text: str, file: str = "policies/attestation.yaml") -> tuple[Policy | None, list[Problem]]:
    document = strict_yaml.read(text, file=file)
    assert document.root is not None
    problems = list(document.problems)
    return read_policy(Value(document.root, file, problems), AROUND), problems


def policy(**changed: str | None) -> str:
    return "\n".join(f"{key}: {value}" for key, value in (GOOD | changed).items() if value is not None)


def evidence(longest: str = "12 months", points: str = "[{id: signed, text: Signed}]") -> str:
    return f"{{longest: {longest}, must_show: {points}}}"


def test_a_whole_policy_is_read() -> None:
    found, problems = read(policy())

    assert problems == []
    assert found == Policy(
        id="attestation",
        title="Attestation",
        rule="Artifacts are attested.",
        owner="security",
        capability="attested-builds",
        teams=Teams(("payments",)),
        article="security/attestation.md",
        must_show=(Point("signed", "Signed"), Point("checked", "Checked")),
        longest=Span(months=12),
        since=date(2026, 3, 2),
        action="attest-builds",
    )


@pytest.mark.parametrize(
    ("changed", "field", "what", "fix"),
    [
        pytest.param({"rule": None}, "rule", "missing", "what must hold", id="no rule"),
        pytest.param({"rule": "x" * 301}, "rule", "301 characters", "shorten", id="a long rule"),
        pytest.param({"owner": "nobody"}, "owner", "no team or group", "write one of", id="nobody's policy"),
        pytest.param({"owner": "platform_team"}, "owner", "owns attested-builds too", "another owner", id="one owner"),
        pytest.param({"capability": "attested-bilds"}, "capability", "is not under", "attested-builds", id="a slip"),
        pytest.param({"capability": "one-cloud"}, "capability", "is mandated", "policy", id="a mandated capability"),
        pytest.param({"action": "attest-bulids"}, "action", "no action", 'mean "attest-builds"?', id="a slip in it"),
        pytest.param({"applies_to": "all"}, "applies_to", "a single text", "indented", id="all of what?"),
        pytest.param({"applies_to": "{teams: [paymnts]}"}, "applies_to.teams[0]", "not under", "payments", id="a team"),
        pytest.param({"article": "security/atestation.md"}, "article", "no article", "attestation.md", id="an article"),
        pytest.param({"from": "soon"}, "from", "is not a date", "2026-01-31", id="soon"),
        pytest.param({"evidence": "{longest: 90}"}, "evidence.must_show", "missing", "list what", id="nothing to show"),
        pytest.param({"evidence": evidence("ever")}, "evidence.longest", "no time", "12 months", id="for ever"),
        pytest.param({"evidence": evidence("6 years")}, "evidence.longest", "no time", "5 years", id="for six years"),
        pytest.param({"evidence": evidence(points="[]")}, "evidence.must_show", "0 points", "1 to 8", id="no points"),
        pytest.param(
            {"evidence": evidence(points="[{id: a, text: A}, {id: a, text: B}]")},
            "evidence.must_show[1].id",
            "is taken",
            "of its own",
            id="two points of one id",
        ),
        pytest.param({"id": "attestation"}, "id", "unknown key", "known here", id="an id beside the file's name"),
    ],
)
def test_a_mistake_names_its_field_and_the_fix(changed: dict[str, str | None], field: str, what: str, fix: str) -> None:
    _, problems = read(policy(**changed))

    said = [problem for problem in problems if problem.field == field]
    assert [what in each.what and fix in each.fix for each in said][:1] == [True], [str(each) for each in problems]


def test_a_group_of_another_name_and_the_same_people_owns_it_too() -> None:
    _, (problem,) = read(policy(owner="same-people"))

    assert problem.field == "owner"


def test_the_files_name_is_an_id() -> None:
    _, (problem,) = read(policy(), file="policies/My Policy.yaml")

    assert (problem.file, problem.what) == (
        "policies/My Policy.yaml",
        'the file\'s name "My Policy" is no id for a policy',
    )


@pytest.mark.parametrize(
    ("span", "day", "after"),
    [
        pytest.param(Span(months=12), date(2026, 11, 24), date(2027, 11, 24), id="a year"),
        pytest.param(Span(months=1), date(2027, 1, 31), date(2027, 2, 28), id="a month that is shorter"),
        pytest.param(Span(months=12), date(2028, 2, 29), date(2029, 2, 28), id="no leap day then"),
        pytest.param(Span(days=90), date(2026, 12, 31), date(2027, 3, 31), id="days"),
        pytest.param(Span(months=1), date(2026, 12, 31), date(2027, 1, 31), id="into the next year"),
    ],
)
def test_a_span_ends_by_the_calendar(span: Span, day: date, after: date) -> None:
    assert span.after(day) == after


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 60))
def test_months_never_reach_past_their_month(day: date, months: int) -> None:
    after = Span(months=months).after(day)

    assert (after.year * 12 + after.month) - (day.year * 12 + day.month) == months
    assert after.day == day.day or (after.day < day.day and (after + timedelta(days=1)).day == 1)


# As the loader takes them.

CAPABILITIES = """\
- id: attested-builds
  title: Attested builds
  owner: platform_team
  status: policy
  since: 2026-03-02
  teams: all
  counts_as_use: deployed
  built_from: {what: ours, because: so}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A handbook with a good policy."""
    (tmp_path / "articles" / "security").mkdir(parents=True)
    (tmp_path / "articles" / "security" / "attestation.md").write_text("# Attestation\n\nBuild with it.\n")
    people = "platform_team: {group: S0PLATFORM}\napprovers:\n  security: {members: [U0NADIA]}\nteams:\n"
    (tmp_path / "people.yaml").write_text(f"{people}  payments: {{group: S0PAYMENTS}}\n")
    (tmp_path / "capabilities.yaml").write_text(CAPABILITIES)
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "attestation.yaml").write_text(policy(action=None))
    return tmp_path


def problems(folder: Path) -> list[str]:
    loaded = load(folder)
    return [str(each) for each in loaded.problems] if isinstance(loaded, Broken) else []


def test_the_loader_gives_both_by_id(folder: Path) -> None:
    loaded = load(folder)

    assert isinstance(loaded, Handbook)
    found, capability = loaded.policy("attestation"), loaded.capability("attested-builds")
    assert found is not None
    assert capability is not None
    assert (found.file, found.capability, loaded.policy("other")) == ("policies/attestation.yaml", capability.id, None)


def test_an_action_that_the_catalogue_lacks_is_an_error(folder: Path) -> None:
    (folder / "policies" / "attestation.yaml").write_text(policy())

    assert problems(folder) == [
        (
            'policies/attestation.yaml:5: action: "attest-builds" is no action of the catalogue; '
            "add it to actions/, or take the line out"
        )
    ]


def test_a_capability_called_policy_that_no_policy_names_is_an_error(folder: Path) -> None:
    (folder / "policies" / "attestation.yaml").unlink()

    assert problems(folder) == [
        (
            'capabilities.yaml:1: file: "attested-builds" has the status policy, and no policy names it; '
            "add policies/NAME.yaml with `capability: attested-builds`, or change the status"
        )
    ]


def test_problems_of_several_policies_are_named_at_once(folder: Path) -> None:
    (folder / "policies" / "a.yaml").write_text(policy(action=None, rule=None))
    (folder / "policies" / "b.yaml").write_text("- no\n")

    found = [each.split(": ")[:2] for each in problems(folder)]
    assert (found[0], found[1]) == (["policies/a.yaml:1", "rule"], ["policies/b.yaml:1", "file"])
    assert {file for file, _ in found} == {"policies/a.yaml:1", "policies/b.yaml:1"}


def test_another_file_in_the_folder_is_named_and_not_read(folder: Path) -> None:
    (folder / "policies" / "notes.yml").write_text("x: y\n")
    (folder / "policies" / ".draft.yml").write_text("x: y\n")

    loaded = load(folder)

    assert isinstance(loaded, Handbook)
    assert [str(each) for each in loaded.warnings] == [
        "policies/notes.yml:1: file: this is not read; entries are files that end in .yaml, side by side in the folder"
    ]


def test_a_link_in_the_folder_is_not_followed(folder: Path) -> None:
    (folder / "policies" / "other.yaml").symlink_to(folder / "people.yaml")

    assert [each.split(";")[0] for each in problems(folder)] == [
        "policies/other.yaml:1: file: this is a symbolic link, and links are not followed"
    ]


def test_the_revision_follows_from_policies_too(folder: Path) -> None:
    before = load(folder)
    (folder / "policies" / "attestation.yaml").write_text(policy(action=None, title="Renamed"))

    after = load(folder)

    assert isinstance(before, Handbook)
    assert isinstance(after, Handbook)
    assert before.revision != after.revision
