"""What the app may put into a message: text, blocks, attachments, metadata, held against Slack's rules."""

import json
from dataclasses import dataclass, replace

from sandbox import limits
from sandbox.ids import Ids
from sandbox.model import Json
from sandbox.refused import Refused
from sandbox.wire_text import wire_text

TEXT_MAX = 40_000  # longer posts are cut, not refused
UPDATE_TEXT_MAX = 4_000  # longer updates are refused
ATTACHMENTS_MAX = 100
METADATA_MAX_BYTES = 8_000


@dataclass(frozen=True)
class Content:
    """None means "not given", which an update takes for "as before"."""

    text: str | None = None
    blocks: list[Json] | None = None
    attachments: list[Json] | None = None
    metadata: Json | None = None

    def checked(self, ids: Ids, *, text_max: int | None = None) -> "Content":
        """As Slack keeps it: ids filled in, text cut. Raises Refused with Slack's error where it would refuse.

        `text_max` refuses longer text in place of cutting it.
        """
        if not (self.text or self.blocks or self.attachments):
            raise Refused("no_text")
        if text_max is not None and len(self.text or "") > text_max:
            raise Refused("msg_too_long")
        if len(self.attachments or ()) > ATTACHMENTS_MAX:
            raise Refused("too_many_attachments")
        _check_blocks(self.blocks)
        _check_metadata(self.metadata)
        return replace(
            self,
            text=wire_text((self.text or "")[:TEXT_MAX]),
            blocks=None if self.blocks is None else [with_ids(block, ids) for block in self.blocks],
        )

    @property
    def warnings(self) -> tuple[str, ...]:
        """What Slack remarks on and takes all the same."""
        missing = () if self.text else ("missing_text_in_message",)
        return missing + (("message_truncated",) if len(self.text or "") > TEXT_MAX else ())


def with_ids(block: Json, ids: Ids) -> Json:
    """The block with the `block_id` and `action_id`s Slack makes up where there are none."""
    filled = {"block_id": ids.secret()[:5], **block}
    if isinstance(block.get("elements"), list) and block.get("type") == "actions":
        filled["elements"] = [_with_action_id(element, ids) for element in block["elements"]]
    for name in ("accessory", "element"):
        if isinstance(block.get(name), dict) and block[name].get("type") != "image":
            filled[name] = _with_action_id(block[name], ids)
    return filled


def _with_action_id(element: Json, ids: Ids) -> Json:
    return {"action_id": ids.secret()[:5], **element}


def _check_blocks(blocks: list[Json] | None) -> None:
    if not blocks:
        return
    problems = limits.validate_message_blocks(blocks)
    if problems:
        raise Refused("invalid_blocks", limits.as_extra(problems))
    if limits.text_length(blocks) > limits.MESSAGE_TEXT_MAX:
        raise Refused("msg_blocks_too_long")


def _check_metadata(metadata: Json | None) -> None:
    if not metadata:
        return
    if not isinstance(metadata.get("event_type"), str) or not isinstance(metadata.get("event_payload"), dict):
        raise Refused("invalid_metadata_format")
    if len(json.dumps(metadata)) > METADATA_MAX_BYTES:
        raise Refused("metadata_too_large")
