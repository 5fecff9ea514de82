"""The operator's pages: each command of ours in them is one that there is, and each link leads somewhere."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.cli import _parser
from bot.inside_findings import RUNBOOKS, WAITING
from tests.deploy.files import DEPLOY, ROOT, manifests

PAGES = ["operating.md", "runbooks.md", "upgrading.md", "sizing.md"]
COMMAND = re.compile(r"(?:^|[`\s/&])mentor ((?:check|doctor|run|db|digest|audit|privacy)\b[^`&|'\n]*)")
LINK = re.compile(r"\]\(([^)\s]+)\)")


def _text(page: str) -> str:
    return (ROOT / "docs" / page).read_text()


def _commands() -> Iterator[tuple[str, str]]:
    return ((page, found.strip()) for page in PAGES for found in COMMAND.findall(_text(page)))


@pytest.mark.parametrize(("page", "command"), sorted(set(_commands())))
def test_every_command_of_ours_is_one(page: str, command: str) -> None:
    words = [word if word != "N:SEAL" else "1:0123456789abcdef" for word in shlex.split(command.rstrip(".,;:"))]
    words = ["U0123ABCD" if word == "USER" else word for word in words]
    if words in (["db"], ["audit"], ["privacy"]) or words[-1] in ("backup", "restore"):  # spoken of, not written out
        words = [*words, "FILE"]

    assert callable(_parser().parse_args(words).run), page


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.replace("*", "").lower()).replace(" ", "-")


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page: str) -> None:
    for link in LINK.findall(_text(page)):
        place, _, anchor = link.partition("#")
        file = (ROOT / "docs" / place) if place else ROOT / "docs" / page
        assert file.exists(), link
        if anchor:
            assert anchor in map(_anchor, re.findall(r"^#+ (.+)$", file.read_text(), re.MULTILINE)), link


def test_every_file_of_the_pages_is_there() -> None:
    text = "".join(map(_text, PAGES))

    named = set(re.findall(r"deploy/[\w./-]*\w", text)) - {"deploy/mentor"}
    assert [each for each in sorted(named) if not (ROOT / each).exists()] == []


def test_every_object_that_is_named_for_kubectl_is_there() -> None:
    text = "".join(map(_text, PAGES))
    kinds = {"deploy": "Deployment", "cronjob": "CronJob", "job": "Job", "pod": "Pod"}
    made = {"before-upgrade", "by-hand"}  # by the page itself

    there = {(each["kind"], each["metadata"]["name"]) for each in manifests()}

    named = {(kinds[kind], name) for kind, name in re.findall(r"\b(deploy|cronjob|job|pod)/([a-z-]+)(?=[\s`])", text)}
    assert {each for each in named if each[1] not in made} <= there
    assert ("Pod", "mentor-operator") in named


@pytest.mark.parametrize("page", ["runbooks.md", "upgrading.md"])
def test_where_no_bot_runs_there_is_a_pod_to_work_in(page: str) -> None:
    """For the bots stand still, and see no backups."""
    text = _text(page)
    lines = ["apply -k deploy/kubernetes/operator", *(f"{verb} pod/mentor-operator" for verb in ("exec -it", "delete"))]

    assert "--replicas=0" in text
    assert [each for each in lines if each not in text] == []
    assert "/backups" in text


def test_the_doctors_runbooks_are_there() -> None:
    heads = {_anchor(each) for each in re.findall(r"^## (.+)$", _text("runbooks.md"), re.MULTILINE)}
    found = re.findall(r"runbooks\.md#([\w-]+)", (ROOT / "bot" / "inside_findings.py").read_text())

    assert {*RUNBOOKS.values(), *WAITING.values(), *found} <= heads
    assert {"mentorworkgivenup", "the-audit-key-is-lost"} <= set(found)


def test_the_settings_of_the_unit_are_in_its_example() -> None:
    example = (DEPLOY / "mentor.env.example").read_text()

    assert "MENTOR_DATA=/var/lib/mentor\n" in example
    known = (ROOT / ".env.example").read_text()
    for name in re.findall(r"^([A-Z_]+)=", example, re.MULTILINE):
        assert f"\n{name}=" in known
    assert Path("/etc/mentor/mentor.env").as_posix() in (DEPLOY / "mentor.service").read_text()
