"""`links.yaml` as an author writes it, and the host of an address in the same form."""

from pathlib import Path
from textwrap import dedent

import pytest

from knowledge import strict_yaml
from knowledge.article import parse
from knowledge.hosts import Hosts, host_of, read_hosts
from knowledge.loader import Handbook, load
from knowledge.problem import Problem
from knowledge.schema import Value


def read(text: str) -> tuple[Hosts, list[str]]:
    document = strict_yaml.read(dedent(text), file="links.yaml")
    problems: list[Problem] = list(document.problems)
    assert document.root is not None
    return read_hosts(Value(document.root, "links.yaml", problems)), [problem.what for problem in problems]


def test_hosts_are_listed_by_name() -> None:
    hosts, problems = read("hosts: [docs.example.com, docs.example.com:8443]\nprivate_hosts: [wiki]\n")

    assert problems == []
    assert hosts == Hosts(frozenset({"docs.example.com", "docs.example.com:8443"}), frozenset({"wiki"}))
    assert "wiki" in hosts
    assert "example.com" not in hosts


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("hosts: [https://docs.example.com]", '"https://docs.example.com" is not the name of a host'),
        ("hosts: ['*.example.com']", '"*.example.com" is not the name of a host'),
        ("hosts: [Docs.example.com]", '"Docs.example.com" is not the name of a host'),
        ("hosts: [a.example]\nprivate_hosts: [a.example]", '"a.example" is under hosts too'),
        ("host: [a.example]", 'unknown key "host"'),
    ],
)
def test_what_is_no_host_is_an_error(text: str, problem: str) -> None:
    assert read(text)[1] == [problem]


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://docs.example.com/a?b#c", "docs.example.com"),
        ("https://DOCS.example.com:443/", "docs.example.com"),
        ("http://docs.example.com:443/", "docs.example.com:443"),
        ("https://docs.example.com:8443/a", "docs.example.com:8443"),
        ("https://docs.example.com@evil.example/", ""),
        ("ftp://docs.example.com/", ""),
        ("https://docs.example.com:99999999/", ""),
        ("https://[::1/", ""),
        ("https://docs.example.com/\u202ea", ""),
        ("docs.example.com", ""),
    ],
)
def test_host_of_an_address(url: str, host: str) -> None:
    assert host_of(url) == host


def test_an_article_knows_the_addresses_it_links_to_each_once() -> None:
    text = "See [a](https://a.example/x), [b](b.md), <https://a.example/x> and [c](HTTP://c.example)."

    parsed = parse("a.md", text, file="a.md")

    assert parsed is not None
    assert parsed.article.addresses == ("https://a.example/x", "HTTP://c.example")


def test_the_file_is_part_of_the_handbook(tmp_path: Path) -> None:
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "a.md").write_text("# A\n\ntext\n")
    (tmp_path / "links.yaml").write_text("hosts: [docs.example.com]\n")

    handbook = load(tmp_path)

    assert isinstance(handbook, Handbook)
    assert handbook.hosts == Hosts(frozenset({"docs.example.com"}))
