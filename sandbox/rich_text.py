"""The `rich_text` block Slack's own composer puts beside what a person types.

It knows mentions, links and plain text; bold, lists and code stay plain, since apps read `text` for those.
"""

import re

from sandbox.model import Json

_TOKEN = re.compile(r"<(?P<kind>@|#|!subteam\^|!)?(?P<body>[^<>|]+)(?:\|(?P<label>[^<>]*))?>")


def rich_text_block(text: str, block_id: str) -> Json:
    """One block with one section; an empty text gives a section without elements."""
    section = {"type": "rich_text_section", "elements": _elements(text)}
    return {"type": "rich_text", "block_id": block_id, "elements": [section]}


def _elements(text: str) -> list[Json]:
    elements: list[Json] = []
    end = 0
    for match in _TOKEN.finditer(text):
        if match.start() > end:
            elements.append({"type": "text", "text": _unescaped(text[end : match.start()])})
        elements.append(_token(match))
        end = match.end()
    if end < len(text):
        elements.append({"type": "text", "text": _unescaped(text[end:])})
    return elements


def _token(match: re.Match[str]) -> Json:
    body = match["body"]
    match match["kind"]:
        case "@":
            return {"type": "user", "user_id": body}
        case "#":
            return {"type": "channel", "channel_id": body}
        case "!subteam^":
            return {"type": "usergroup", "usergroup_id": body}
        case "!":
            return {"type": "broadcast", "range": body}
        case _:
            link: Json = {"type": "link", "url": body}
            return link | ({"text": match["label"]} if match["label"] else {})


def _unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
