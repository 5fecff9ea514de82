"""Catalogue entries as an author writes them. Each file in `broken_actions/` has one thing wrong, where `# here` is."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from textwrap import dedent

import pytest

from knowledge import strict_yaml
from knowledge.action_files import read_action
from knowledge.action_inputs import Around
from knowledge.actions import (
    Action,
    Approval,
    Change,
    ChoicesFrom,
    GitBackend,
    Input,
    InputType,
    Lambda,
    Mode,
    StepFunction,
    Verb,
    Webhook,
    Who,
)
from knowledge.people import ApproverGroup, Group, Member, People, Team
from knowledge.problem import Level, Problem
from knowledge.schema import Value

BROKEN = Path(__file__).parent / "broken_actions"
CASES = sorted(BROKEN.glob("*.yaml"))
PEOPLE = People(
    platform_team=Group("S0PLATF01"),
    approvers={"approvers": ApproverGroup(Group(members=(Member("U0MAYA001"), Member("U0TOMAS01"))))},
    teams={"payments": Team(Group("S0PAYMNT1")), "data": Team(Group("S0DATA001"))},
)
AROUND = Around(PEOPLE, ["live"], ["object-storage"])
HEAD = """
    id: act
    title: Act
    summary: Does it.
    mode: proposal
    who: {teams: all}
"""
GIT = """
    git:
      repository: live
      file: a.yaml
      content: {a: 1}
"""

CHANGES = [
    ("file: a.yaml\ncontent: [1]\nreplace: yes", Change("a.yaml", Verb.REPLACE, [1])),
    ("file: a.json\ncontent: {a: 1}\nreplace: no", Change("a.json", Verb.CREATE, {"a": 1})),
    ("file: a/b.txt\ndelete: yes", Change("a/b.txt", Verb.DELETE)),
    (
        'file: a.yaml\nset: {spec.size: 3, "labels.\\"a.b/c\\"": "{team}", "of.{team}": on the way}',
        Change("a.yaml", Verb.SET, {"spec.size": 3, 'labels."a.b/c"': "{team}", "of.{team}": "on the way"}),
    ),
    (
        'file: a.yaml\nadd: {to: "teams.{team}", key: name, entry: {name: "{note}"}}',
        Change("a.yaml", Verb.ADD, {"name": "{note}"}, ("teams", "{team}"), "name"),
    ),
    (
        'file: a.yaml\nadd: {key: "{team}", entry: 1}',
        Change("a.yaml", Verb.ADD, 1, (), "{team}"),
    ),
    ('file: a.yaml\nadd: {to: all, entry: "{note}"}', Change("a.yaml", Verb.ADD, "{note}", ("all",))),
    (
        'file: a.yaml\nadd: {to: labels, key: example.com/owner, entry: "{note}"}',
        Change("a.yaml", Verb.ADD, "{note}", ("labels",), "example.com/owner"),
    ),
    (
        'file: a.yaml\nremove: {from: a.b, key: "{team}"}',
        Change("a.yaml", Verb.REMOVE, None, ("a", "b"), "{team}"),
    ),
    (
        'file: a.yaml\nremove: {from: a, where: {name: "{note}", port: 80}}',
        Change("a.yaml", Verb.REMOVE, None, ("a",), where={"name": "{note}", "port": "80"}),
    ),
    ('file: a.yaml\nremove: {entry: "{note}"}', Change("a.yaml", Verb.REMOVE, "{note}")),
]
WHOLE = """
    id: act
    title: Create a bucket
    summary: A bucket for one team.
    questions: [I need a bucket]
    capability: object-storage
    owner: payments
    mode: proposal
    who: {teams: [payments], groups: [platform_team], people: [U0LI00001], guests: [U0GUEST01]}
    stuck_after: 30 minutes
    inputs:
      - {name: bucket, type: text, label: Bucket name, hint: Small letters, pattern: "[a-z]+", longest: 20}
      - {name: size, type: number, least: 0.5, most: 8, fraction: yes, default: 2}
      - {name: environment, type: choice, choices: [dev, prod], default: dev}
      - {name: class, type: choice, choices_from: {repository: live, file: classes.yaml, at: storage.classes}}
      - {name: team, type: team}
      - {name: keeper, type: person, optional: yes}
      - {name: until, type: date, earliest: 1, latest: 90}
      - {name: versioned, type: yes_no, default: true}
    approval:
      by: approvers
      people: 2
      when: {environment: prod, team: [payments, data], versioned: no}
      expires_after: 4 hours
    git:
      repository: live
      merge: on-approval
      author: required
      file: teams/{team}/{bucket}.yaml
      content:
        size: "{size}"
        class: "{class}"
        environment: "{environment}"
        keeper: "{keeper}"
        until: "{until}"
        versioned: "{versioned}"
        fixed: [true, 3, 0.5, text, "012", null, "yes"]
"""


def read(text: str, *, stem: str = "act", around: Around = AROUND) -> tuple[Action | None, list[Problem]]:
    document = strict_yaml.read(dedent(text), file=f"actions/{stem}.yaml")
    assert document.root is not None
    problems = list(document.problems)
    return read_action(Value(document.root, f"actions/{stem}.yaml", problems), stem, around), problems


def good(text: str, *, around: Around = AROUND) -> Action:
    action, problems = read(text, around=around)
    assert problems == []
    assert action is not None
    return action


def changes(text: str) -> tuple[Change, ...]:
    """What a `git` block of these lines changes."""
    lines = "\n".join(f"      {line}" for line in dedent(text).strip().splitlines())
    inputs = '    inputs: [{name: team, type: team}, {name: note, type: text, pattern: "[a-z]+"}]'
    action, problems = read(f"{HEAD}{inputs}\n    git:\n      repository: live\n{lines}\n")
    assert [problem for problem in problems if problem.level is Level.ERROR] == []
    assert action is not None
    assert isinstance(action.backend, GitBackend)
    return action.backend.changes


def test_whole_proposal_is_read() -> None:
    action = good(WHOLE)

    assert action == Action(
        id="act",
        title="Create a bucket",
        summary="A bucket for one team.",
        mode=Mode.PROPOSAL,
        who=Who(teams=("payments",), groups=("platform_team",), people=("U0LI00001",), guests=("U0GUEST01",)),
        backend=GitBackend(
            "live",
            (
                Change(
                    "teams/{team}/{bucket}.yaml",
                    Verb.CREATE,
                    {
                        "size": "{size}",
                        "class": "{class}",
                        "environment": "{environment}",
                        "keeper": "{keeper}",
                        "until": "{until}",
                        "versioned": "{versioned}",
                        "fixed": [True, 3, 0.5, "text", "012", None, "yes"],
                    },
                ),
            ),
            merges_on_approval=True,
            needs_author=True,
        ),
        inputs=(
            Input("bucket", InputType.TEXT, "Bucket name", "Small letters", pattern="[a-z]+", longest=20),
            Input("size", InputType.NUMBER, "Size", default="2", least=0.5, most=8, is_whole=False),
            Input("environment", InputType.CHOICE, "Environment", default="dev", choices=("dev", "prod")),
            Input(
                "class",
                InputType.CHOICE,
                "Class",
                choices_from=ChoicesFrom("live", "classes.yaml", ("storage", "classes")),
            ),
            Input("team", InputType.TEAM, "Team"),
            Input("keeper", InputType.PERSON, "Keeper", is_required=False),
            Input("until", InputType.DATE, "Until", earliest_days=1, latest_days=90),
            Input("versioned", InputType.YES_NO, "Versioned", default="yes"),
        ),
        approval=Approval(
            "approvers",
            people=2,
            when={"environment": ("prod",), "team": ("payments", "data"), "versioned": ("no",)},
            expires_working_days=0,
            expires_after=timedelta(hours=4),
        ),
        questions=("I need a bucket",),
        capability="object-storage",
        owner="payments",
        stuck_after=timedelta(minutes=30),
    )
    assert (action.file, action.line) == ("actions/act.yaml", 2)


def test_entry_needs_no_more_than_this() -> None:
    action = good(HEAD + GIT)

    assert action == Action(
        "act",
        "Act",
        "Does it.",
        Mode.PROPOSAL,
        Who(all_teams=True),
        GitBackend("live", (Change("a.yaml", Verb.CREATE, {"a": 1}),)),
    )


@pytest.mark.parametrize(
    ("written", "change"), CHANGES, ids=lambda value: value.split("\n")[-1] if isinstance(value, str) else ""
)
def test_every_change_is_read(written: str, change: Change) -> None:
    assert changes(written) == (change,)


def test_several_changes_may_touch_one_file_by_its_parts() -> None:
    found = changes("""
        changes:
          - {file: new.yaml, content: {a: 1}}
          - {file: a.yaml, set: {b: 1}}
          - {file: a.yaml, add: {to: c, entry: 1}}
        """)

    assert [(each.file, each.verb) for each in found] == [
        ("new.yaml", Verb.CREATE),
        ("a.yaml", Verb.SET),
        ("a.yaml", Verb.ADD),
    ]


def test_calls_are_read() -> None:
    head = HEAD.replace("proposal", "direct")
    state_machine = "arn:aws:states:eu-west-1:012345670123:stateMachine:rotate"
    function = "arn:aws-cn:lambda:cn-north-1:111122223333:function:restart:live"
    step = good(f"""{head}
    step_function:
      account: 012345670123
      region: eu-west-1
      arn: {state_machine}
      role: arn:aws:iam::012345670123:role/path/mentor
      input: {{on: "true", by: "{{requester}}"}}
    """)
    call = good(f"""{head}
    lambda: {{account: "111122223333", region: cn-north-1, arn: "{function}", table: runs}}
    """)
    hook = good(f"""{head}
    webhook: {{url: "https://a.example.com:8443/run?x=1", lookup: "https://a.example.com/runs/{{request}}/state"}}
    """)

    role = "arn:aws:iam::012345670123:role/path/mentor"
    given = {"on": "true", "by": "{requester}"}
    assert step.backend == StepFunction("012345670123", "eu-west-1", state_machine, given, role)
    assert call.backend == Lambda("111122223333", "cn-north-1", function, "runs")
    assert hook.backend == Webhook("https://a.example.com:8443/run?x=1", "https://a.example.com/runs/{request}/state")


def test_break_glass_may_declare_what_it_made_so() -> None:
    action = good(f"""{HEAD.replace("proposal", "break-glass")}
    webhook: {{url: "https://a.example.com/run", lookup: "https://a.example.com/runs/{{request}}"}}
    declares: {{repository: live, file: "runs/{{request}}.yaml", content: {{on: "{{today}}"}}}}
    """)

    assert action.declares == GitBackend("live", (Change("runs/{request}.yaml", Verb.CREATE, {"on": "{today}"}),))


@pytest.mark.parametrize(
    ("written", "days", "span"),
    [
        ("1 working day", 1, None),
        ("10 working days", 10, None),
        ("1 hour", 0, timedelta(hours=1)),
        ("45 minutes", 0, timedelta(minutes=45)),
        ("168 hours", 0, timedelta(days=7)),
    ],
)
def test_approval_expires_by_working_days_or_by_the_clock(written: str, days: int, span: timedelta | None) -> None:
    action = good(f"{HEAD}    approval: {{by: platform_team, expires_after: {written}}}\n{GIT}")

    assert action.approval == Approval("platform_team", expires_working_days=days, expires_after=span)


def test_input_that_goes_nowhere_is_warned_of() -> None:
    action, problems = read(f"{HEAD}    inputs: [{{name: reason, type: text}}]\n{GIT}")

    assert action is not None
    assert [(each.level, each.field, each.what) for each in problems] == [
        (Level.WARNING, "inputs[0]", 'the input "reason" is used nowhere')
    ]


def test_everyone_in_a_team_is_nobody_where_there_is_no_team() -> None:
    _, problems = read(HEAD + GIT, around=Around(People(), ["live"], ()))

    assert [(each.level, each.what) for each in problems] == [
        (Level.WARNING, "people.yaml names no team, so nobody may run it")
    ]


def test_nothing_is_held_against_files_that_are_broken_themselves() -> None:
    inputs = "    inputs: [{name: team, type: team, default: nobody}]\n"
    approval = "    approval: {by: nobody, people: 5, when: {team: [nobody]}, urgent: yes}\n"
    git = GIT.replace("live", "nowhere").replace("a.yaml", '"{team}.yaml"')

    good(HEAD + inputs + approval + git, around=Around(None, None, None))


def test_two_accounts_of_one_person_are_one_approver() -> None:
    people = replace(PEOPLE, aliases=(frozenset({"U0MAYA001", "U0TOMAS01"}),))
    approval = "    approval: {by: approvers, people: 2}\n"

    _, problems = read(HEAD + approval + GIT, around=Around(people, ["live"], ()))

    assert [each.what for each in problems] == ["2 people must agree, and approvers has only 1"]


def test_default_is_not_tried_against_a_pattern_that_would_never_end() -> None:
    hostile = "a" * 60 + "!"
    _, problems = read(f"""{HEAD}
    inputs: [{{name: note, type: text, pattern: "(a+)+", default: "{hostile}"}}]
    {GIT}""")

    assert [each.field for each in problems if each.level is Level.ERROR] == ["inputs[0].pattern"]


@dataclass(frozen=True)
class Expected:
    line: int
    field: str
    what: str
    fix: str
    problems: int


def expected(text: str) -> Expected:
    """What the file's first lines promise; its `# here` marks the line."""
    lines = text.split("\n")
    said = dict(_said(lines))
    (line,) = [number for number, line in enumerate(lines, start=1) if "# here" in line]
    return Expected(line, said["field"], said["what"], said["fix"], int(said.get("problems", "1")))


def _said(lines: list[str]) -> Iterator[tuple[str, str]]:
    for line in lines[:5]:
        if line.startswith("# ") and ": " in line:
            key, _, value = line.removeprefix("# ").partition(": ")
            yield key, value.strip()


def test_a_hundred_and_forty_broken_entries_are_held() -> None:
    assert len(CASES) >= 140


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_broken_entry_names_line_field_and_fix(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    want = expected(text)

    _, problems = read(text, stem=path.stem)

    errors = [problem for problem in problems if problem.level is Level.ERROR]
    assert len(errors) == want.problems, [str(problem) for problem in errors]
    assert any(
        (problem.line, problem.field) == (want.line, want.field)
        and want.what in problem.what
        and want.fix in problem.fix
        for problem in errors
    ), [str(problem) for problem in errors]
