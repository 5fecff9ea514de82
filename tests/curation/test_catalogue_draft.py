"""A catalogue entry from what people ask: in their words, as far as these may be shown, and safe to read."""

import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.blockkit import TEXT_MAX, escape
from bot.curation import draft_blocks
from bot.curation.catalogue_draft import entry_of
from bot.curation.gap_blocks import action_draft
from knowledge import strict_yaml
from knowledge.action_files import read_action
from knowledge.schema import Value
from tests.knowledge.test_action_files import AROUND


def test_an_entry_has_the_askers_words_and_everything_the_catalogue_needs() -> None:
    entry = entry_of(
        ["please create a kafka topic: orders?", "we need a kafka topic", "we need a kafka topic"], names=()
    )

    assert entry is not None
    assert (entry.title, entry.file) == ("Create kafka topic orders", "actions/create-kafka-topic-orders.yaml")
    assert yaml.safe_load(entry.text) == {
        "id": "create-kafka-topic-orders",
        "title": "Create kafka topic orders",
        "summary": "Say here in one sentence what it does.",
        "questions": ["please create a kafka topic: orders?", "we need a kafka topic"],
        "mode": "proposal",
        "who": {"teams": "all"},
        "inputs": [{"name": "team", "type": "team"}],
        "git": {
            "repository": "live",
            "file": "teams/{team}/create-kafka-topic-orders.yaml",
            "content": {"team": "{team}"},
        },
    }


def test_people_addresses_and_secrets_stay_out() -> None:
    entry = entry_of(["<@U0PRIYA> please reset my password: hunter2hunter2, mail me@example.com"], names=())

    assert entry is not None
    assert not {"U0PRIYA", "hunter2hunter2", "me@example.com"} & set(entry.text.replace(",", " ").split())


def test_names_stay_out_of_the_words_the_title_and_the_file() -> None:
    entry = entry_of(["can Maria Gonzalez or bob please create a bucket?"], names={"Maria Gonzalez", "bob"})

    assert entry is not None
    assert (entry.title, entry.file) == ("Create bucket", "actions/create-bucket.yaml")
    assert yaml.safe_load(entry.text)["questions"] == ["can someone or someone please create a bucket?"]


@given(st.lists(st.text(max_size=600) | st.text("&<x \u200b", min_size=300, max_size=600), max_size=8))
def test_whoever_looks_at_it_sees_all_of_it(askings: list[str]) -> None:
    entry = entry_of(["create a bucket", *askings], names=())
    assert entry is not None

    shown = action_draft(entry, "g" * 24, is_anew=True)

    texts = [each["text"]["text"] for each in shown.blocks if each["type"] == "section"]
    seen = "\n".join(each.strip("`").strip("\n") for each in texts[1:])
    assert seen == escape(entry.text.replace("```", "~~~")).strip()
    assert sum(map(len, texts)) <= TEXT_MAX
    assert draft_blocks.CUT not in str(shown.blocks)


@given(st.text(min_size=1, max_size=400), st.integers(1, 20))
def test_the_catalogue_takes_whatever_is_drafted(asking: str, number: int) -> None:
    entry = entry_of([f"create {asking}"], names=())
    assert entry is not None

    for each in (entry, entry.beside(number)):
        document = strict_yaml.read(each.text, file=each.file)
        problems = list(document.problems)
        assert document.root is not None, problems
        action = read_action(Value(document.root, each.file, problems), each.id, AROUND)
        assert (action is not None, problems) == (True, [])


def test_words_of_another_alphabet_still_make_an_id() -> None:
    ids = [entry_of([asked], names=()) for asked in ("größere Datenbank anlegen", "создать базу", "2nd bucket")]

    assert [each.id for each in ids if each] == ["grossere-datenbank-anlegen", "action", "action-2nd-bucket"]


def test_two_entries_are_told_apart() -> None:
    first, second = entry_of(["create a bucket"], names=()), entry_of(["create a bucket", "a bucket!"], names=())

    assert first is not None
    assert second is not None
    assert first.digest == entry_of(["create a bucket"], names=()).digest != second.digest  # type: ignore[union-attr]


def test_no_entry_is_made_of_no_words() -> None:
    assert entry_of([], names=()) is None
    assert entry_of(["hi all?"], names=()) is None
