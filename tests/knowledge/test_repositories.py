"""`repositories.yaml` as an author writes it, and which controllers make a file so."""

from textwrap import dedent

import pytest

from bot.addresses import repository_problems
from bot.git.address import read_address
from knowledge import strict_yaml
from knowledge.problem import Problem
from knowledge.repositories import Controller, LiveRepository, Reporter, read_repositories
from knowledge.schema import Value


def read(text: str) -> tuple[tuple[LiveRepository, ...], list[Problem]]:
    document = strict_yaml.read(dedent(text), file="repositories.yaml")
    assert document.root is not None
    problems = list(document.problems)
    return read_repositories(Value(document.root, "repositories.yaml", problems)), problems


def test_whole_file_is_read() -> None:
    repositories, problems = read("""
        live:
          url: https://git.example.com/live.git
          branch: main
          controllers:
            - {argocd: argocd/payments, team: payments, path: teams/payments}
            - {flux: Kustomization/flux-system/data, path: teams/data.v2}
            - {status: "ci / deploy", team: data}
        dns: {url: "git@git.example.com:dns.git"}
        """)

    assert problems == []
    assert repositories == (
        LiveRepository(
            "live",
            "https://git.example.com/live.git",
            "main",
            (
                Controller(Reporter.ARGOCD, "argocd/payments", "teams/payments", "payments"),
                Controller(Reporter.FLUX, "Kustomization/flux-system/data", "teams/data.v2"),
                Controller(Reporter.STATUS, "ci / deploy", "", "data"),
            ),
        ),
        LiveRepository("dns", "git@git.example.com:dns.git"),
    )


def test_empty_file_names_none() -> None:
    assert read("") == ((), [])


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("teams/payments/buckets/a.yaml", ["payments"]),
        ("teams/payments-old/a.yaml", ["all"]),
        ("teams/data/a.yaml", ["data", "data-status"]),
        ("README.md", ["all"]),
    ],
)
def test_file_is_made_so_by_the_controllers_of_the_longest_path(path: str, names: list[str]) -> None:
    (live,), _ = read("""
        live:
          url: https://git.example.com/live.git
          controllers:
            - {argocd: all}
            - {argocd: payments, path: teams/payments}
            - {argocd: data, path: teams/data}
            - {status: data-status, path: teams/data}
        """)

    assert [each.name for each in live.controllers_of(path)] == names


@pytest.mark.parametrize(
    ("url", "what"),
    [
        ("https://git.example.com/live.git", ""),
        ("ssh://git@git.example.com/live.git", ""),
        ("git@git.example.com:platform/live.git", ""),
        ("file:///srv/live.git", "names a repository of this machine"),
        ("ext::sh -c touch% /tmp/x", "white space"),
        ("ext::sh", "must start with https://"),
        ("http://git.example.com/live.git", "must start with https://"),
        ("https://git.example.com/../live.git", "a plain path"),
        ("--upload-pack=x", "must start with https://"),
        ("https://me:secret@git.example.com/live.git", "credentials have no place"),
    ],
)
def test_address_is_judged_as_git_would_be_given_it(url: str, what: str) -> None:
    home = read_address("https://git.example.com/handbook.git")

    found = list(repository_problems([LiveRepository("live", url, line=3)], home))

    assert [(each.file, each.line, each.field) for each in found] == [("repositories.yaml", 3, "live.url")] * bool(what)
    assert what in "".join(each.what for each in found)
    assert "secret" not in "".join(map(str, found))


def test_handbook_of_this_machine_may_name_repositories_of_this_machine() -> None:
    assert list(repository_problems([LiveRepository("live", "file:///srv/live.git")], None)) == []


def test_branch_that_git_would_misread_is_found() -> None:
    (problem,) = repository_problems([LiveRepository("live", "https://git.example.com/live.git", "--force")], None)

    assert (problem.field, problem.what) == ("live.branch", "'--force' is no branch name")


def test_what_is_the_platforms_own_says_so() -> None:
    (own, live), problems = read("""
        steps: {url: "git@git.example.com:steps.git", contributions: yes}
        live: {url: "git@git.example.com:live.git"}
        """)

    assert (problems, own.contributions, live.contributions) == ([], True, False)
