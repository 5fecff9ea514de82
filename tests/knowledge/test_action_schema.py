"""The schema for editors: it takes what the reader takes, and finds what a schema can find."""

import json
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from bot.curation.catalogue_draft import entry_of
from bot.generate import schema_text
from knowledge.action_schema import action_schema
from tests.knowledge.test_action_files import CASES, CHANGES, HEAD, WHOLE

ROOT = Path(__file__).parents[2]
SHIPPED = sorted((ROOT / "knowledge" / "handbook" / "actions").glob("*.yaml"))
SCHEMA = Draft202012Validator(action_schema())


def as_an_editor_reads(text: str) -> Any:
    """A day is a text to it."""
    return json.loads(json.dumps(yaml.safe_load(text), default=str))


def faults(text: str) -> list[str]:
    return [error.message for error in SCHEMA.iter_errors(as_an_editor_reads(text))]


def test_schema_is_one() -> None:
    Draft202012Validator.check_schema(action_schema())


def test_published_schema_is_the_one_of_the_code() -> None:
    published = (ROOT / "docs" / "schemas" / "action.schema.json").read_text(encoding="utf-8")

    assert published == schema_text(action_schema())
    assert json.loads(published) == action_schema()


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_schema_takes_each_entry_of_the_embedded_handbook(path: Path) -> None:
    assert faults(path.read_text(encoding="utf-8")) == []


def test_schema_takes_all_that_an_entry_can_say() -> None:
    assert faults(dedent(WHOLE)) == []


@pytest.mark.parametrize("written", [written for written, _ in CHANGES])
def test_schema_takes_every_change(written: str) -> None:
    change = as_an_editor_reads(written)
    entry = as_an_editor_reads(dedent(HEAD))

    for git in ({"repository": "live", **change}, {"repository": "live", "changes": [change, change]}):
        assert [error.message for error in SCHEMA.iter_errors(entry | {"git": git})] == []


def test_schema_takes_a_drafted_entry() -> None:
    entry = entry_of(["please create a kafka topic: orders?"], names=())

    assert entry is not None
    assert faults(entry.text) == []


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_schema_finds_what_a_schema_can_find(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    is_seen = "\n# schema: sees it\n" in text

    assert bool(faults(text)) is is_seen, faults(text)


def test_most_of_the_broken_entries_are_found_while_they_are_typed() -> None:
    seen = [path for path in CASES if "\n# schema: sees it\n" in path.read_text(encoding="utf-8")]

    assert len(seen) >= 80
