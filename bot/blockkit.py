"""A few pure helpers for Block Kit: escape, clip, section, table, button, select …; and Slack's limits on them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.model import Json

SECTION_MAX = 3_000
BUTTON_TEXT_MAX = 75
HEADER_MAX = 150
SELECT_TEXT_MAX = 150  # of what stands in a menu before anything is chosen
TEXT_MAX = 10_000  # of a whole message: undocumented, it fails near 13,200
BLOCKS_MOST, TEXT_LEFT = 45, 1_500  # of a list: a word on what it does not take, and buttons, fit below it
PIECE_LEAST = 160  # characters: shorter ones would be many calls, and as many gaps
CODE_MOST, CODE_BLOCKS_MOST = 2_600, 3  # characters of a block, and blocks: Slack takes 10,000 of a message
CUT = "… It goes on, and is longer than Slack takes."
LABEL_MAX, URL_MAX = 200, 1_000  # of a link: two links and their ages fit a block, so that clipping cuts none

_PIECE_END = re.compile(r"\n+|(?<=[^\d\s][.!?])\s+(?=[A-Z])")  # of a line or a sentence, and not of a number's "1."


_MENTION = re.compile(r"<[@!][^<>|]*(?:\|@?([^<>]*))?>")
_CHANNEL = re.compile(r"<#[^<>|]*(?:\|([^<>]*))?>")
_LABELLED = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")


@dataclass(frozen=True)
class Shown:
    """A message: what notifications and screen readers get, and its blocks."""

    text: str
    blocks: tuple[Json, ...]


def escape(text: str) -> str:
    """Text not written by us, so that it can neither mention, nor link, nor ping.

    What no database and no UTF-8 takes (NUL, half an emoji) is taken out.
    """
    whole = text.replace("\x00", "").encode("utf-8", "ignore").decode("utf-8")
    return whole.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plain(text: str) -> str:
    """The words of what somebody wrote in Slack's mark-up: nobody is mentioned by them, and nothing is linked."""
    words = _MENTION.sub(lambda found: f"@{found[1] or 'someone'}", text)
    words = _LABELLED.sub(lambda found: found[2] or found[1], _CHANNEL.sub(lambda found: f"#{found[1] or '…'}", words))
    for written, meant in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        words = words.replace(written, meant)
    return words.strip()


def clip(text: str, limit: int) -> str:
    """At most `limit` characters, cut at a word where one is near, with an ellipsis. Never cuts an entity in two."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    entity = cut.rfind("&", max(0, len(cut) - 5))
    if entity >= 0 and ";" not in cut[entity:]:
        cut = cut[:entity]
    space = max(cut.rfind(" "), cut.rfind("\n"))
    return (cut[:space] if space > limit * 0.8 else cut).rstrip() + "…"


def link(url: str, text: str) -> str:
    """A link to an address of ours or of a cited source; plain text for anything that is no usable http address."""
    label = clip(" ".join(escape(text).replace("|", "¦").split()), LABEL_MAX)
    address = url.replace("&", "&amp;")
    is_whole = url.isprintable() and not any(character in url for character in "<>| ") and len(address) <= URL_MAX
    if not is_whole or not url.startswith(("https://", "http://")):
        return label
    return f"<{address}|{label}>"


def header(text: str) -> Json:
    return {"type": "header", "text": {"type": "plain_text", "text": clip(text, HEADER_MAX)}}


def table(caption: str, rows: Sequence[Sequence[str]]) -> Json:
    """Plain cells, as wide as the first row, which is the head; shown whole and not in pages of five."""
    cells = [[{"type": "raw_text", "text": cell} for cell in row] for row in rows]
    return {"type": "data_table", "caption": caption, "page_size": max(1, len(rows) - 1), "rows": cells}


def section(text: str, *, accessory: Json | None = None) -> Json:
    """`accessory` stands beside it: a button or a menu."""
    shown = {"type": "section", "text": {"type": "mrkdwn", "text": clip(text, SECTION_MAX), "verbatim": True}}
    return {**shown, "accessory": accessory} if accessory else shown


def sections(lines: Sequence[str]) -> list[Json]:
    """As many lines to a section as it takes, each whole."""
    pages: list[list[str]] = [[]]
    for line in lines:
        if pages[-1] and sum(len(each) + 1 for each in pages[-1]) + len(line) > SECTION_MAX:
            pages.append([])
        pages[-1].append(line)
    return [section("\n".join(page)) for page in pages if page]


def in_pieces(block: Json) -> list[Json]:
    """A section as several that say the same: whole lines or sentences, code never cut."""
    text, pieces, start = block["text"]["text"], [], 0
    for found in _PIECE_END.finditer(text):
        is_long, is_in_code = found.start() - start >= PIECE_LEAST, text.count("`", 0, found.start()) % 2
        if is_long and not is_in_code:
            pieces.append(text[start : found.start()])
            start = found.end()
    return [section(piece) for piece in (*pieces, text[start:]) if piece.strip()] or [block]


def context(text: str) -> Json:
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": clip(text, SECTION_MAX), "verbatim": True}]}


def fits(blocks: Sequence[Json], more: Sequence[Json]) -> bool:
    """Whether a message that is a list takes these too."""
    return len(blocks) + len(more) <= BLOCKS_MOST and _length([*blocks, *more]) <= TEXT_MAX - TEXT_LEFT


def _length(blocks: Sequence[Json]) -> int:
    """Characters of what is written in them, tables too."""
    parts = [part for block in blocks for part in (block.get("text"), *block.get("elements", ()))]
    cells = [cell for block in blocks for row in block.get("rows", ()) for cell in row]
    return sum(len(part["text"]) for part in (*parts, *cells) if part and isinstance(part.get("text"), str))


def code(text: str, *, most: int = CODE_BLOCKS_MOST) -> list[Json]:
    """As it will stand in a file, over as many blocks as it takes and at most so many; a fence would end ours."""
    pages, page = [], ""
    for line in escape(text.replace("```", "~~~")).strip().splitlines():
        if page and len(page) + len(line) > CODE_MOST:
            pages.append(page)
            page = ""
        page += clip(line, CODE_MOST) + "\n"
    pages.append(page)
    shown = [section(f"```\n{each.rstrip()}\n```") for each in pages[:most]]
    return shown + [context(CUT)] * (len(pages) > most)


def button(text: str, *, action_id: str, value: str, style: str | None = None, confirm: Json | None = None) -> Json:
    """`value` is an opaque id: what a press means is read from the database."""
    return {
        "type": "button",
        "text": {"type": "plain_text", "text": clip(text, BUTTON_TEXT_MAX)},
        "action_id": action_id,
        "value": value,
        **({"style": style} if style else {}),
        **({"confirm": confirm} if confirm else {}),
    }


def option(text: str, value: str) -> Json:
    return {"text": {"type": "plain_text", "text": clip(text, BUTTON_TEXT_MAX)}, "value": value}


def select(placeholder: str, options: Sequence[Json], *, action_id: str, chosen: Json | None = None) -> Json:
    """A menu; `chosen` is one of the options as it stands there."""
    return {
        "type": "static_select",
        "action_id": action_id,
        "placeholder": {"type": "plain_text", "text": clip(placeholder, SELECT_TEXT_MAX)},
        "options": list(options),
        **({"initial_option": chosen} if chosen else {}),
    }


def ask_box(label: str, hint: str, *, block_id: str, action_id: str, most: int) -> Json:
    """A field that is sent by the enter key; one with a new `block_id` is empty again."""
    return {
        "type": "input",
        "block_id": block_id,
        "dispatch_action": True,
        "label": {"type": "plain_text", "text": label},
        "hint": {"type": "plain_text", "text": hint},
        "element": {
            "type": "plain_text_input",
            "action_id": action_id,
            "max_length": most,
            "dispatch_action_config": {"trigger_actions_on": ["on_enter_pressed"]},
        },
    }


def confirmation(title: str, text: str, *, yes: str, no: str) -> Json:
    """What Slack asks before a press counts."""
    words = {"title": (title, 100), "text": (text, 300), "confirm": (yes, 30), "deny": (no, 30)}
    shown = {name: {"type": "plain_text", "text": clip(said, most)} for name, (said, most) in words.items()}
    return {**shown, "style": "danger"}


def actions(block_id: str, buttons: Sequence[Json]) -> Json:
    return {"type": "actions", "block_id": block_id, "elements": list(buttons)}
