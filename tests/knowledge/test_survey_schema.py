"""The schema for editors: it takes what the reader takes, and finds what a schema can find."""

import json
import random
import re
from pathlib import Path
from textwrap import dedent

import pytest
from jsonschema import Draft202012Validator

from bot.generate import schema_text
from knowledge import strict_yaml
from knowledge.survey_schema import survey_schema
from tests.knowledge.test_action_schema import as_an_editor_reads
from tests.knowledge.test_survey_files import ASKS, CASES, EVERYONE, HEAD, MONTHLY, WHOLE, read

ROOT = Path(__file__).parents[2]
SHIPPED = sorted((ROOT / "knowledge" / "handbook" / "surveys").glob("*.yaml"))
SCHEMA = Draft202012Validator(survey_schema())


def faults(text: str) -> list[str]:
    return [error.message for error in SCHEMA.iter_errors(as_an_editor_reads(dedent(text)))]


def test_schema_is_one() -> None:
    Draft202012Validator.check_schema(survey_schema())


def test_published_schema_is_the_one_of_the_code() -> None:
    published = (ROOT / "docs" / "schemas" / "survey.schema.json").read_text(encoding="utf-8")

    assert published == schema_text(survey_schema())
    assert json.loads(published) == survey_schema()


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_schema_takes_each_survey_of_the_embedded_handbook(path: Path) -> None:
    assert faults(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "text",
    [
        WHOLE,
        HEAD + ASKS + EVERYONE + MONTHLY,
        f"{HEAD}{ASKS}{EVERYONE}\n    after: {{action_live: any, share: 0.2}}\n    sample: {{people: 50}}\n",
        f"{HEAD}{ASKS}{EVERYONE}\n    after: {{action_live: [create-bucket], share: 1}}\n    talk: no\n",
        f"{HEAD}{ASKS}{EVERYONE}\n    after: {{answer: any, share: 0.1}}\n    insist_on_nps: no\n",
    ],
)
def test_schema_takes_all_that_a_survey_can_say(text: str) -> None:
    assert faults(text) == []


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_schema_finds_what_a_schema_can_find(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    is_seen = "\n# schema: sees it\n" in text

    assert bool(faults(text)) is is_seen, faults(text)


def test_most_of_the_broken_surveys_are_found_while_they_are_typed() -> None:
    seen = [path for path in CASES if "\n# schema: sees it\n" in path.read_text(encoding="utf-8")]

    assert len(seen) >= 95


STRANGE = (
    *(
        "5",
        "0",
        "51",
        "''",
        "yes",
        "no",
        "maybe",
        "28 days",
        "1 day",
        "13 days",
        "tue",
        "sun",
        '"10:00"',
        '"08:00"',
        "[]",
    ),
    *(
        "{}",
        "null",
        "1.0",
        "0.25",
        ".5",
        "C0ASKPLAT",
        "[payments]",
        "[payments, payments]",
        "any",
        "007",
        "5_0",
        "é",
        "a b",
    ),
)
PLACE = re.compile(r"(?<=: )[^,\]\}\n{\[]+|(?<=[\[,] )[\w.-]+(?=[,\]])")  # a value, in a line or a list
AFTER = f"{HEAD}{ASKS}{EVERYONE}\n    after: {{action_live: [create-bucket], share: 0.5}}\n    talk: no\n"


def changed(chance: random.Random) -> str:
    """A good survey with one value replaced by a strange one, or a line taken out."""
    text = dedent(chance.choice((WHOLE, HEAD + ASKS + EVERYONE + MONTHLY, AFTER)))
    if chance.random() < 0.2:
        lines = text.splitlines()
        lines.pop(chance.randrange(len(lines)))
        return "\n".join(lines) + "\n"
    place = chance.choice(list(PLACE.finditer(text)))
    return text[: place.start()] + chance.choice(STRANGE) + text[place.end() :]


def is_taken(text: str) -> bool:
    is_whole = strict_yaml.read(text, file="surveys/pulse.yaml").root is not None
    survey, problems = read(text) if is_whole else (None, [])
    return survey is not None and not problems


def test_an_editor_marks_nothing_that_the_reader_takes() -> None:
    """But words that YAML takes for a number or for yes: editors differ in what they make of these."""
    chance, taken, marked = random.Random(6), 0, []
    for _ in range(600):
        text = changed(chance)
        if not is_taken(text):
            continue
        taken += 1
        marked += [fault for fault in faults(text) if not fault.endswith("is not of type 'string'")]

    assert taken > 60
    assert marked == []
