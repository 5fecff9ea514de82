"""A catalogue entry from what people ask: in their words, as far as these may be shown, and safe to read."""

import yaml

from bot.curation.catalogue_draft import entry_of


def test_an_entry_has_the_askers_words_and_everything_the_catalogue_needs() -> None:
    entry = entry_of(["please create a kafka topic: orders?", "we need a kafka topic", "we need a kafka topic"])

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
    entry = entry_of(["<@U0PRIYA> please reset my password: hunter2hunter2, mail me@example.com"])

    assert entry is not None
    assert not {"U0PRIYA", "hunter2hunter2", "me@example.com"} & set(entry.text.replace(",", " ").split())


def test_no_entry_is_made_of_no_words() -> None:
    assert entry_of([]) is None
    assert entry_of(["hi all?"]) is None
