"""Makes one person's words fit to be shown to another by the bot: nobody is called by them, and nothing is linked.

Short, on one line, without secrets. Pure. What goes to Slack is escaped on top, by `bot.blockkit`.
"""

from bot.blockkit import clip
from bot.masking import masked
from bot.text_checks import has_call, has_link, unmasked

LINK, CALL = "(link)", "(name)"  # in the place of what was taken out
_PLAIN = str.maketrans(dict.fromkeys("@#<>[]()|:/\\", " "))  # what any call or link is made with


def safe_words(text: str, *, most: int) -> str:
    """At most so many characters; "" where nothing is left."""
    told = " ".join(_safe(each) for each in unmasked(masked(text)).split())
    if has_call(told) or has_link(told):  # made of several pieces
        told = " ".join(told.translate(_PLAIN).split())
    if has_call(told) or has_link(told):
        return ""
    return clip(told, most)


def _safe(piece: str) -> str:
    if has_link(piece):
        return LINK
    return CALL if has_call(piece) else piece


def safe_lines(text: str, *, most: int) -> str:
    """The same, line by line."""
    lines = [safe_words(line, most=most) for line in text.splitlines()]
    return clip("\n".join(line for line in lines if line), most)
