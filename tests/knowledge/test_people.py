"""`people.yaml` as an author writes it, and what becomes of it."""

from datetime import date, time
from textwrap import dedent

from bot.calendar import Hours
from knowledge import strict_yaml
from knowledge.people import ApproverGroup, Duty, GitAccount, Group, Member, People, Site, Team, read_people
from knowledge.problem import Problem
from knowledge.schema import Value


def read(text: str) -> tuple[People, list[Problem]]:
    document = strict_yaml.read(dedent(text), file="people.yaml")
    assert document.root is not None
    problems = list(document.problems)
    return read_people(Value(document.root, "people.yaml", problems)), problems


def test_whole_file_is_read() -> None:
    people, problems = read("""
        platform_team:
          group: S0PLATF01
          members: [U0MAYA001, {id: U0TOMAS01, from: 2025-01-01, until: 2026-01-01}]
        duty:
          group: S0DUTY001
          hours: {days: [mon, fri], from: "09:00", to: "17:30", timezone: Europe/London}
          page: "https://pager.example/platform"
        approvers:
          platform-approvers: {members: [W0MAYA001], channel: C0CARDS01}
          others: {group: S0OTHER01}
        teams:
          data: {group: S0DATA001, site: london, channel: C0DATA001}
        sites:
          london: {timezone: Europe/London, holidays: GB-ENG}
        git_accounts:
          U0MAYA001: maya-dev
          U0TOMAS01: {account: tomas-r, name: Tomas Reyes, email: tomas@example.com}
        aliases: [[U0MAYA001, W0MAYA001]]
        """)

    assert problems == []
    assert people == People(
        platform_team=Group(
            "S0PLATF01", (Member("U0MAYA001"), Member("U0TOMAS01", date(2025, 1, 1), date(2026, 1, 1)))
        ),
        duty=Duty(
            group=Group("S0DUTY001"),
            hours=Hours(frozenset({1, 5}), time(9), time(17, 30), "Europe/London"),
            page="https://pager.example/platform",
        ),
        approvers={
            "platform-approvers": ApproverGroup(Group(members=(Member("W0MAYA001"),)), "C0CARDS01"),
            "others": ApproverGroup(Group("S0OTHER01")),
        },
        teams={"data": Team(Group("S0DATA001"), "london", "C0DATA001")},
        sites={"london": Site("Europe/London", "GB-ENG")},
        git_accounts={
            "U0MAYA001": GitAccount("maya-dev"),
            "U0TOMAS01": GitAccount("tomas-r", "Tomas Reyes", "tomas@example.com"),
        },
        aliases=(frozenset({"U0MAYA001", "W0MAYA001"}),),
    )


def test_empty_file_gives_no_roles() -> None:
    assert read("# nobody yet\n") == (People(), [])


def test_names_that_yaml_would_change_stay_as_written() -> None:
    people, problems = read("approvers:\n  no: {group: S0OPS0001}\n  012: {group: S0OPS0002}\n")

    assert problems == []
    assert list(people.approvers) == ["no", "012"]


def test_account_of_digits_keeps_its_zero() -> None:
    people, _ = read("git_accounts:\n  U0MAYA001: 012345670123\n")

    assert people.git_accounts == {"U0MAYA001": GitAccount("012345670123")}


def test_person_may_leave_a_group_and_come_back() -> None:
    people, problems = read("""
        platform_team:
          members:
            - {id: U0MAYA001, until: 2025-01-01}
            - {id: U0MAYA001, from: 2025-06-01}
        """)

    assert problems == []
    group = people.platform_team
    assert group is not None
    held = [group.has("U0MAYA001", on=day) for day in (date(2024, 6, 1), date(2025, 3, 1), date(2025, 6, 1))]
    assert held == [True, False, True]


def test_duty_may_last_to_the_end_of_the_day() -> None:
    people, problems = read("""
        duty:
          group: S0DUTY001
          hours: {days: [sun], from: "00:00", to: "24:00", timezone: UTC}
        """)

    assert problems == []
    assert people.duty is not None
    assert people.duty.hours == Hours(frozenset({7}), time(0), time.max, "UTC")


def test_site_with_a_problem_does_not_make_its_teams_dangle() -> None:
    _, problems = read("""
        sites: {london: {timezone: Europe/Nowhere}}
        teams: {data: {group: S0DATA001, site: london}}
        """)

    assert [problem.field for problem in problems] == ["sites.london.timezone"]


def test_accounts_listed_together_are_one_person() -> None:
    people, problems = read("aliases: [[U0MAYA001, W0MAYA001, U0MAYA002], [U0TOMAS01, U0TOMAS02]]\n")

    assert problems == []
    assert people.same_person("U0MAYA001", "U0MAYA002")
    assert people.same_person("U0LI00001", "U0LI00001")
    assert not people.same_person("U0MAYA001", "U0TOMAS01")
    assert not people.same_person("U0MAYA001", "U0LI00001")


def test_one_git_account_may_belong_to_two_accounts_of_one_person() -> None:
    _, problems = read("""
        git_accounts: {U0MAYA001: maya, U0MAYA002: maya}
        aliases: [[U0MAYA001, U0MAYA002]]
        """)

    assert problems == []


def test_role_is_found_by_the_name_that_entries_use() -> None:
    people, _ = read("platform_team: {group: S0PLATF01}\napprovers: {security: {group: S0SECUR01}}\n")

    assert people.roles == ("security", "platform_team")
    assert [people.role(name) for name in ("security", "platform_team", "duty", "nobody")] == [
        Group("S0SECUR01"),
        Group("S0PLATF01"),
        None,
        None,
    ]


def test_a_team_is_found_by_what_it_was_called() -> None:
    people, problems = read("""
        teams:
          data: {group: S0DATA001, formerly: [warehouse, "data & more"]}
          search: {group: S0SEARCH1}
        """)

    assert problems == []
    assert [people.team_called(each) for each in ("data", "warehouse", "data & more", "search", "gone")] == [
        *("data", "data", "data", "search", ""),
    ]


def test_a_team_names_who_leads_it_and_whom_others_turn_to_by_day() -> None:
    people, problems = read("""
        teams:
          data:
            group: S0DATA001
            leads: [U0ANNE01, {id: U0BOBB01, until: 2026-11-01}]
            duty: [{id: U0CYDD01, from: 2026-11-20}, U0ANNE01]
          search: {group: S0SEARCH1}
        """)

    data, day = people.teams["data"], date(2026, 11, 24)
    assert problems == []
    assert (data.leads_on(day), data.duty_on(day)) == (frozenset({"U0ANNE01"}), ("U0CYDD01", "U0ANNE01"))
    assert (people.teams["search"].leads_on(day), people.teams["search"].duty_on(day)) == (frozenset(), ())


def test_leads_and_duty_are_people() -> None:
    _, problems = read("teams: {data: {group: S0DATA001, leads: [Anne], duty: []}}")

    assert [each.field for each in problems] == ["teams.data.leads[0]", "teams.data.duty"]


def test_a_former_name_leads_to_one_team() -> None:
    _, problems = read("""
        teams:
          data: {group: S0DATA001, formerly: [search, old]}
          search: {group: S0SEARCH1, formerly: [old]}
        """)

    assert [(each.field, each.what) for each in problems] == [
        ("teams.data.formerly", '"search" is another team, or was'),
        ("teams.search.formerly", '"old" is another team, or was'),
    ]
