"""Notices as an author writes them: read strictly, each problem with file, line and fix; and the editors' schema."""

import json
from datetime import date, time
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from bot.generate import schema_text
from knowledge.front_matter import MATTER
from knowledge.loader import Broken, Handbook, load
from knowledge.notice_schema import notice_schema
from knowledge.notices import FilesOf, NoticeKind, When
from tests.knowledge.test_action_schema import as_an_editor_reads

ROOT = Path(__file__).parents[2]
SCHEMA = Draft202012Validator(notice_schema())
GOOD = """\
---
kind: deprecation
title: Old build images go
owner: platform_team
from: 2026-11-24
until: 2027-02-01 18:00
capability: builds
topics: [build image]
channels: [C0ASKPLAT]
action: new-image
items: {payments: [ledger, invoices], search: []}
---

Build from the new base image.
"""
INCIDENT = """\
---
kind: incident
title: Builds hang
owner: platform_team
from: 2026-11-24 10:12
topics: [builds]
next_word: 2026-11-24 11:00
---

The runners are out of disk.
"""
OTHERS = {
    "articles/a.md": "# A\n\nwords\n",
    "people.yaml": "platform_team: {members: [U0MAYA]}\n"
    "teams:\n  payments: {members: [U0PRIYA]}\n  search: {members: [U0AMARA]}\n",
    "repositories.yaml": "live: {url: https://git.example.com/live.git}\n",
    "capabilities.yaml": "- id: builds\n  title: Builds\n  owner: platform_team\n  status: only way\n"
    "  since: 2026-01-05\n  teams: all\n  counts_as_use: a build\n  built_from: {what: ours, because: it is}\n",
    "actions/new-image.yaml": "id: new-image\ntitle: Take the new image\nsummary: It does.\ncapability: builds\n"
    "owner: platform_team\nmode: proposal\nwho: {teams: all}\ninputs: [{name: team, type: team}]\n"
    'git: {repository: live, file: "teams/{team}/image.yaml", content: {image: new}}\n',
}


def handbook(folder: Path, notice: str = GOOD, name: str = "old-images.md") -> Path:
    for path, text in {**OTHERS, f"notices/{name}": notice}.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text)
    return folder


def test_a_notice_is_read_with_all_it_says(tmp_path: Path) -> None:
    loaded = load(handbook(tmp_path))

    assert isinstance(loaded, Handbook), loaded
    [notice] = loaded.notices
    assert (notice.id, notice.kind, notice.title) == ("old-images", NoticeKind.DEPRECATION, "Old build images go")
    assert (notice.since, notice.until) == (When(date(2026, 11, 24)), When(date(2027, 2, 1), time(18)))
    assert (notice.capability, notice.topics, notice.channels) == ("builds", ("build image",), ("C0ASKPLAT",))
    assert (notice.action, notice.body) == ("new-image", "Build from the new base image.")
    assert notice.items == {"payments": ("ledger", "invoices"), "search": ()}
    assert loaded.notice("old-images") == notice


def test_items_may_be_files_of_a_repository(tmp_path: Path) -> None:
    files = '{repository: live, files: "teams/{team}/old/*.yaml"}'

    loaded = load(handbook(tmp_path, GOOD.replace("{payments: [ledger, invoices], search: []}", files)))

    assert isinstance(loaded, Handbook), loaded
    assert loaded.notices[0].items == FilesOf("live", "teams/{team}/old/*.yaml")


@pytest.mark.parametrize("name", ["README.md", "old.txt", ".old.md"])
def test_other_files_of_the_folder_are_no_notices(tmp_path: Path, name: str) -> None:
    loaded = load(handbook(tmp_path, "no notice", name))

    assert isinstance(loaded, Handbook)
    assert loaded.notices == ()


BROKEN = [
    # what is replaced, by what, the line it is found in, what is said, and whether the schema sees it too
    ("kind: deprecation", "kind: depreciation", 2, '"depreciation" is not allowed here', True),
    ("kind: deprecation\n", "", 2, '"kind" is missing', True),
    ("owner: platform_team", "owner: nobody", 4, '"nobody" is no team or group', False),
    ("until: 2027-02-01 18:00\n", "", 2, "a deprecation says when it ends", True),
    ("2027-02-01 18:00", "2026-11-23", 6, "it ends on 2026-11-23, before it begins", False),
    ("2027-02-01 18:00", "February", 6, "is no day and no time", True),
    ("2027-02-01 18:00", '"2027-02-30"', 6, "is not a date", False),
    ("2027-02-01 18:00", "9999-12-31", 6, "is not a date", False),
    ("2027-02-01 18:00", "2027-02-01 24:00", 6, "is no day and no time", True),
    ("capability: builds", "capability: build", 7, '"build" is not in capabilities.yaml', False),
    ("capability: builds\ntopics: [build image]\n", "", 2, "it does not say what it is about", True),
    ("[build image]", "[]", 8, "0 topics", True),
    ("[build image]", "[the]", 8, '"the" is a word that any question may hold', False),
    ("[C0ASKPLAT]", "['#ask']", 9, "is not a channel id", True),
    ("action: new-image", "action: new-images", 10, '"new-images" is not in actions/', False),
    ("payments: [", "payment: [", 11, '"payment" is not under teams in people.yaml', False),
    ("{payments: [ledger, invoices], search: []}", "{}", 11, "no team is named", True),
    ("{payments: [ledger, invoices], search: []}", "{repository: live}", 11, '"files" is missing', True),
    ("{payments: [ledger, invoices], search: []}", '{repository: x, files: "a/{team}/*"}', 11, '"x" is not in', False),
    ("{payments: [ledger, invoices], search: []}", '{repository: live, files: "a/b/*"}', 11, "does not stand", False),
    ("{payments: [ledger, invoices], search: []}", '{repository: live, files: "a/{team}x"}', 11, "not stand", False),
    ("{payments: [ledger, invoices], search: []}", '{repository: live, files: "../{team}/*"}', 11, "no pattern", True),
    ("title:", "titel: x\ntitle:", 3, 'unknown key "titel"', True),
    ("title: Old build images go", f"title: {'x' * 121}", 3, "121 characters", True),
    ("action: new-image", "next_word: 2026-12-01 11:00", 10, "only an incident has it", True),
    ("kind: deprecation", "kind: maintenance", 10, "there is nothing to do about a maintenance", True),
    ("Build from the new base image.\n", "", 13, "it does not say what is to be done", False),
    ("Build from", "x" * 2_000 + " from", 14, "2000 are allowed", False),
    ("---\nkind", "kind", 1, "a notice without front matter", False),
]


@pytest.mark.parametrize(("old", "new", "line", "said", "seen"), BROKEN, ids=[each[3][:40] for each in BROKEN])
def test_what_is_wrong_is_named_with_file_line_and_fix(
    tmp_path: Path, old: str, new: str, line: int, said: str, seen: bool
) -> None:
    assert old in GOOD
    text = GOOD.replace(old, new, 1)

    loaded = load(handbook(tmp_path, text))

    assert isinstance(loaded, Broken)
    assert {problem.file for problem in loaded.problems} == {"notices/old-images.md"}
    assert any(said in each.what and each.fix for each in loaded.problems), loaded.problems
    assert line in {each.line for each in loaded.problems if said in each.what}, loaded.problems
    if found := MATTER.match(text):
        assert bool(list(SCHEMA.iter_errors(as_an_editor_reads(found[1])))) is seen


@pytest.mark.parametrize("name", ["Old Images.md", "old_images.md"])
def test_a_file_name_that_is_no_id_is_refused(tmp_path: Path, name: str) -> None:
    loaded = load(handbook(tmp_path, name=name))

    assert isinstance(loaded, Broken)
    assert [each.what for each in loaded.problems] == ["the file's name is no name for a notice"]


def test_an_incident_says_since_when_to_the_minute(tmp_path: Path) -> None:
    loaded = load(handbook(tmp_path, INCIDENT.replace("2026-11-24 10:12", "2026-11-24")))

    assert isinstance(loaded, Broken)
    assert [each.what for each in loaded.problems] == ["an incident says since when to the minute"]


def test_schema_is_the_published_one_and_takes_what_the_reader_takes(tmp_path: Path) -> None:
    Draft202012Validator.check_schema(notice_schema())
    published = (ROOT / "docs" / "schemas" / "notice.schema.json").read_text(encoding="utf-8")
    shipped = [path.read_text() for path in (ROOT / "knowledge" / "handbook" / "notices").glob("*.md")]

    assert (published, json.loads(published)) == (schema_text(notice_schema()), notice_schema())
    for number, text in enumerate([GOOD, INCIDENT, *shipped]):
        found = MATTER.match(text)
        assert found is not None
        assert list(SCHEMA.iter_errors(as_an_editor_reads(found[1]))) == [], number
