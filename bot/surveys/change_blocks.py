"""Shows what came of what people said: the form that links a change, and the one message to those who were asked.

And reads what comes back of the form.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

from bot.blockkit import Shown, actions, button, clip, context, escape, link, section
from bot.model import Json, MessageKind, Purpose

FORM, FIELD = "results.change", "results.field.change"  # the form, and its one field's block
NEVER = "surveys.never"  # who hears it is the surveys' listener: no surveys, and no news of them
NO_ADDRESS = (
    "Write a whole address, such as https://git.example.com/pulls/7, or the handbook's id of an article or action that "
    "has a page."
)
CHANGE_MOST, TITLE_MOST = 500, 120  # characters

SHIPPED = MessageKind(
    "you said, we did",
    Purpose.UNASKED,
    "people who were asked in the survey, whether they answered or not, as a DM in their own hours",
    "a change is live that answers what several people wrote in a survey",
    "once a theme and person, within the unasked budget",
    "press *Never again* in it: no more surveys, nor news of them",
)
LINKED = MessageKind(
    "theme of a survey",
    Purpose.ASKED,
    "the person of the platform team who pressed, only visible to them; as a DM when that fails",
    "a change was linked to a theme, or a theme was said to be live or not followed up",
    "once a press",
    "it only answers what you do",
)
KINDS = (SHIPPED, LINKED)


def form(theme_id: str, title: str) -> Json:
    """Where a change is named that answers the theme."""
    words = {"title": "Link a change", "submit": "Link", "close": "Cancel"}
    shown = {name: {"type": "plain_text", "text": text} for name, text in words.items()}
    hint = (
        "The address of a pull request or an issue, or the id of an article or action in the handbook. An article or "
        "action that is there counts as live at once."
    )
    field = {
        "type": "input",
        "block_id": FIELD,
        "label": {"type": "plain_text", "text": "What answers it?"},
        "element": {"type": "plain_text_input", "action_id": "change", "max_length": CHANGE_MOST},
        "hint": {"type": "plain_text", "text": hint},
    }
    told = "When it is live, those who were asked get one message, and the digest lists it once."
    about = section(f"*{escape(clip(title, TITLE_MOST))}*\n{told}")
    return {"type": "modal", "callback_id": FORM, "private_metadata": theme_id, **shown, "blocks": [about, field]}


def read_form(values: Mapping[str, str]) -> str:
    return values.get(FIELD, "").strip()


def problem(text: str) -> str:
    """What is wrong with an address, in words for the person; "" for a whole one."""
    is_plain = text.isprintable() and not any(each in text for each in "<>|\"'` ")
    try:
        parts = urlsplit(text)
    except ValueError:
        parts = urlsplit("")
    if is_plain and parts.scheme in ("http", "https") and parts.hostname and not parts.username:
        return ""
    return NO_ADDRESS


def shipped(title: str, url: str, *, survey: str, wave_id: str) -> Shown:
    """To somebody who was asked. It does not say whether they answered: nobody looks."""
    what = link(url, url)
    text = (
        f"*You said, we did.* In the survey *{escape(clip(survey, TITLE_MOST))}* several people wrote about "
        f"*{escape(clip(title, TITLE_MOST))}*. Now there is: {what}"
    )
    why = (
        "All who were asked get this once, whether they answered or not. "
        "*Never again* ends all surveys and news of them."
    )
    never = [button("Never again", action_id=NEVER, value=wave_id)]
    return Shown(text, (section(text), context(why), actions("results.shipped", never)))
