"""Text as Slack keeps and delivers it: `&`, `<` and `>` are entities unless they make a mention or a link.

Does not turn bare addresses or @names into links and mentions (`typed.py` does the names).
"""

import re

_MARKUP = r"<(?:[@#!][^<>\s]|(?:https?|mailto|tel):)[^<>]*>"
_KEPT = re.compile(rf"{_MARKUP}|&(?:amp|lt|gt);|[&<>]")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def wire_text(text: str) -> str:
    """The text with its loose `&`, `<` and `>` made entities; unchanged where that was done already."""
    return _KEPT.sub(lambda found: _ENTITIES.get(found[0], found[0]), text)
