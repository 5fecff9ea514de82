"""Slack's limits on messages and views."""

from collections.abc import Sequence

from sandbox.model import Json

MESSAGE_TEXT_MAX = 13_200


def validate_message_blocks(blocks: Sequence[Json]) -> list[str]:
    return []


def validate_view(view: Json) -> list[str]:
    return []


def text_length(blocks: Sequence[Json]) -> int:
    return 0


def as_extra(problems: list[str]) -> Json:
    return {"response_metadata": {"messages": problems}}
