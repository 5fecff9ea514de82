"""The form that links a theme to the change that answers it, and the buttons beside a theme. Pure.

Reads what comes back of both.
Each pillar that has themes shows these under ids of its own; what a press does is `bot.changes`'.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from bot.blockkit import button, clip, escape, section
from bot.errors import PayloadMalformed
from bot.model import Json

FIELD = "change"  # the block of the form's one field
CHANGE_MOST, TITLE_MOST = 500, 120  # characters
NO_ADDRESS = (
    "Write a whole address, such as https://git.example.com/pulls/7, or the handbook's id of an article or action that "
    "has a page."
)


@dataclass(frozen=True)
class Ids:
    """What a pillar calls its form and its buttons; `told` says in the form what follows once a change is live."""

    form: str
    link: str
    live: str
    drop: str
    told: str

    def read_press(self, action_id: str) -> str:
        """What was pressed: live, drop, or "" for the form. Raises PayloadMalformed for an id that is none of ours."""
        known = {self.link: "", self.live: "live", self.drop: "drop"}
        if action_id not in known:
            raise PayloadMalformed(f"no button of ours: {action_id[:40]}")
        return known[action_id]


def buttons(ids: Ids, theme_id: str, *, is_linked: bool) -> list[Json]:
    """Of a theme that waits for somebody."""
    live = [button("It is live", action_id=ids.live, value=theme_id, style="primary")] if is_linked else []
    return [
        *live,
        button("Link another change" if is_linked else "Link a change", action_id=ids.link, value=theme_id),
        button("Not followed up", action_id=ids.drop, value=theme_id),
    ]


def form(ids: Ids, theme_id: str, title: str) -> Json:
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
    about = section(f"*{escape(clip(title, TITLE_MOST))}*\n{ids.told}")
    return {"type": "modal", "callback_id": ids.form, "private_metadata": theme_id, **shown, "blocks": [about, field]}


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
