"""The page for security, legal and a works council says what the code does."""

from pathlib import Path

from bot import generate
from bot.privacy.offline import OUT_OF_REACH
from bot.storage.schema import metadata

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "privacy.md").read_text()


def test_each_scope_is_there_with_its_reason() -> None:
    rows = [line.strip("| ").split(" | ") for line in PAGE.splitlines() if line.startswith("| `")]
    scopes = [(row[0].strip("`"), row[1]) for row in rows if row[0].strip("`") in generate.SCOPES or ":" in row[0]]

    assert scopes == list(generate.SCOPES.items())


def test_each_table_is_there() -> None:
    assert [name for name in metadata.tables if f"`{name}`" not in PAGE] == []


def test_no_other_table_is_there() -> None:
    rows = [
        line.split(" | ")[1] for line in PAGE.partition("## Who sees what")[0].splitlines() if line.startswith("| ")
    ]
    named = {name.strip("` ") for row in rows for name in row.split(",") if "`" in name}

    assert named == set(metadata.tables)


def test_what_is_out_of_reach_is_there() -> None:
    text = " ".join(PAGE.split())

    assert [each for each in OUT_OF_REACH if each.partition(":")[0] not in text] == []


def test_it_is_three_pages_at_most() -> None:
    assert len(PAGE.split()) <= 1_800
