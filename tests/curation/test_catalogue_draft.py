"""A catalogue entry from what people ask: in their words, as far as these may be shown, and safe to read."""

import yaml

from bot.curation.catalogue_draft import entry_of


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


def test_no_entry_is_made_of_no_words() -> None:
    assert entry_of([], names=()) is None
    assert entry_of(["hi all?"], names=()) is None
