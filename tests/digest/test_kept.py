"""A digest is kept as it was counted, and what was kept before there were two readers is read and shown."""

import json
from dataclasses import replace

from bot.digest.community_blocks import community_digest
from bot.digest.detail_blocks import detail_blocks
from bot.digest.kept import Digest
from bot.digest.team_blocks import team_digest
from sandbox.limits import validate_message_blocks
from tests.digest.weeks_told import DIGEST, RICH

# What a digest held before: the fields that were kept then.
OLD = ("week", "made_at", "this", "before", "rolling", "rolling_before", "listed", "unanswered", "timezone", "gaps")


def test_a_stored_digest_is_read_as_it_was() -> None:
    chosen = replace(
        RICH, community_sections=("open",), team_sections=("todo", "gaps"), summary="31 questions", weeks=2
    )
    for digest in (DIGEST, RICH, chosen):
        assert Digest.from_json(json.loads(json.dumps(digest.to_json()))) == digest


def test_a_digest_of_the_old_form_is_read_and_shown_to_both() -> None:
    said = json.loads(json.dumps(RICH.to_json()))
    old = {name: said[name] for name in OLD}
    old["listed"] = [{name: each[name] for name in ("channel", "asked_at", "permalink")} for each in old["listed"]]

    digest = Digest.from_json(old)

    assert (digest.this, digest.gaps, digest.unanswered) == (RICH.this, RICH.gaps, RICH.unanswered)
    assert (digest.todos, digest.rolling_first, digest.self_service) == ((), None, None)
    for shown in (team_digest(digest, {}), detail_blocks(digest), community_digest(digest)):
        assert validate_message_blocks(list(shown.blocks)) == []
        assert "31 questions" in shown.text or "Who answered" in shown.text
