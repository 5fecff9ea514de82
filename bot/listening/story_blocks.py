"""Shows a success story: its form, to the teller what the handbook would hold, and a question to whom it would name.

And reads what comes back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.blockkit import Shown, actions, button, clip, code, context, escape, link, option, section
from bot.errors import PayloadMalformed
from bot.listening.story_rules import PART_MOST, PARTS, TITLE_MOST
from bot.listening.thanks_blocks import LESS, MINE
from bot.model import Json, MessageKind, Purpose

FORM = "listening.story.form"
SHORTCUT = "listening.story.save"
OPEN, PROPOSE, DROP, YES, NO = (f"listening.story.{each}" for each in ("open", "propose", "drop", "yes", "no"))
CHOICES = {PROPOSE: "propose", DROP: "drop", YES: "yes", NO: "no"}
FIELD = "listening.story.field."
TITLE, NAMING, NAMED = "title", "naming", "named"
ME, TEAM = "me", "team"
LABELS = {"hard": "What was hard?", "did": "What was done?", "came": "What came of it?"}
NAMED_MOST = 75  # characters of a team, and of what it uses
ASKED_MOST = 400  # characters of each part, to somebody who is asked

STORY = MessageKind(
    "success story",
    Purpose.ASKED,
    "the person who tells it, only visible to them; as a DM when that fails",
    "`story`, *Save as success story*, or a press under it",
    "once a time",
    "it only answers what you do",
)
MAY_I = MessageKind(
    "question about a story",
    Purpose.UNASKED,
    "a person whom a colleague would name in a success story, as a DM; without an answer they are not named",
    "the colleague told the story; never to somebody who is left out",
    "once a story, within the budget of unasked messages",
    "*Less of this* in it: no such questions, and no thanks, from then on",
)
MERGED = MessageKind(
    "story in the handbook",
    Purpose.OWED,
    "the person who told it, as a DM",
    "its pull request was merged",
    "once a story",
    "it only follows what you opened",
)
WOULD_YOU = MessageKind(
    "a story wanted",
    Purpose.UNASKED,
    "one person of a team, as a DM in their own working hours; nobody who is left out or wants no such questions",
    "the platform team asked for a story of something whose users are satisfied, and that this team uses",
    "once a card of a capability, within the budget of unasked messages",
    "*Less of this* in it: no such questions, and no thanks, from then on",
)
KINDS = (STORY, MAY_I, MERGED, WOULD_YOU)


@dataclass(frozen=True)
class Filled:
    """The form as it was sent. `named` are Slack ids of people beside the teller."""

    title: str
    words: Mapping[str, str]
    names_teller: bool
    names_team: bool
    named: tuple[str, ...]


def form(*, words: str, colleague: str) -> Json:
    """`words` are the teller's own, to begin with; `colleague` the Slack id of whose message it is about, or ""."""
    naming = {
        "type": "checkboxes",
        "action_id": "naming",
        "options": [option("Name me", ME), option("Name my team", TEAM)],
    }
    people = {"type": "multi_users_select", "action_id": "named", "max_selected_items": 5}
    people |= {"initial_users": [colleague]} if colleague else {}
    told = (
        "You see it before anybody else does. It becomes a pull request to the handbook, and names only people who "
        "agreed: each one you name here is asked."
    )
    blocks = [
        section(told),
        _input(TITLE, "In a few words", {"type": "plain_text_input", "action_id": "title", "max_length": TITLE_MOST}),
        *(_input(part, LABELS[part], _box(words if part == "did" else "")) for part in PARTS),
        _input(NAMING, "May I name you?", naming, is_optional=True),
        _input(NAMED, "Who else should be named?", people, is_optional=True),
    ]
    shown = {"title": "A success story", "submit": "Show me", "close": "Cancel"}
    words_of = {name: {"type": "plain_text", "text": text} for name, text in shown.items()}
    return {"type": "modal", "callback_id": FORM, "private_metadata": "", **words_of, "blocks": blocks}


def _box(words: str) -> Json:
    box = {"type": "plain_text_input", "action_id": "words", "multiline": True, "max_length": PART_MOST}
    return {**box, **({"initial_value": clip(words, PART_MOST)} if words else {})}


def _input(field: str, label: str, element: Json, *, is_optional: bool = False) -> Json:
    return {
        "type": "input",
        "block_id": f"{FIELD}{field}",
        "label": {"type": "plain_text", "text": label},
        "element": element,
        **({"optional": True} if is_optional else {}),
    }


def read_form(values: Mapping[str, str]) -> Filled:
    def said(field: str) -> str:
        return values.get(f"{FIELD}{field}", "").strip()

    naming = said(NAMING).split(",")
    return Filled(
        title=said(TITLE),
        words={part: said(part) for part in PARTS},
        names_teller=ME in naming,
        names_team=TEAM in naming,
        named=tuple(dict.fromkeys(each for each in said(NAMED).split(",") if each)),
    )


def errors(found: Mapping[str, str]) -> dict[str, str]:
    return {f"{FIELD}{field}": problem for field, problem in found.items()}


def offer() -> Shown:
    text = "A success story is three short answers: what was hard, what was done, what came of it."
    tell = [button("Tell it", action_id=OPEN, value="story", style="primary")]
    return Shown(text, (section(text), actions("listening.story", tell)))


def would_you_tell(about: str, team: str) -> Shown:
    """To a person of a team that uses something with success."""
    text = (
        f"*{escape(clip(team, NAMED_MOST))}* uses *{escape(clip(about, NAMED_MOST))}*, and its users are satisfied. "
        "Would you tell others how it went? Three short answers; you see them first, and they name only who agrees."
    )
    row = [
        button("Tell it", action_id=OPEN, value="story", style="primary"),
        button("Less of this", action_id=LESS, value=MINE),
    ]
    return Shown(text, (section(text), actions("listening.story", row), context("If you do nothing, nothing follows.")))


def draft(text: str, story_id: str, *, asked: int, can_propose: bool) -> Shown:
    """To the teller: what would stand in the handbook now."""
    head = "This would stand in the handbook:"
    waits = "Colleagues' names are taken out of your words. "
    if asked:
        waits += "I asked whom you named; anyone who has not agreed by then is not named. "
    waits += "What is merged stands in Git, from where I cannot take it away."
    opens = "Open pull request" if can_propose else "Show me the file"
    row = [
        button(opens, action_id=PROPOSE, value=story_id, style="primary"),
        button("Not now", action_id=DROP, value=story_id),
    ]
    return Shown(head, (section(head), *code(text), context(waits), actions("listening.story", row)))


def may_i_name_you(name: str, title: str, parts: Sequence[str], story_id: str) -> Shown:
    """To somebody whom the story would name; words of the teller are a quotation, safe already."""
    who, quoted = escape(name) or "A colleague", "\n".join(f"> {escape(each)}" for each in parts if each)
    text = f"{who} would name you in a success story, “{escape(title)}”:\n{quoted}"
    why = "It would stand in the handbook, in Git. If you do nothing, you are not named."
    row = [
        button("Name me", action_id=YES, value=story_id, style="primary"),
        button("Do not name me", action_id=NO, value=story_id),
        button("Less of this", action_id=LESS, value=MINE),
    ]
    return Shown(text, (section(text), context(why), actions("listening.story", row)))


def by_hand(text: str, *, file: str) -> Shown:
    head = f"Your handbook is a folder, not a Git repository. Add this by hand as `{escape(file)}`:"
    return Shown(head, (section(head), *code(text)))


def merged(title: str, *, url: str, file: str) -> Shown:
    where = link(url, title) if url else f"{escape(title)} (`{escape(file)}`)"
    return said(f"Your story is in the handbook: {where}. Thank you.")


def request_text() -> str:
    return (
        "A success story, told by a colleague. Everyone it names agreed, and stands under `consent`.\n\n"
        "Please see that it holds nothing that should not be here, then merge or close it."
    )


def said(text: str) -> Shown:
    return Shown(text, (section(text),))


def read_choice(action_id: str) -> str:
    """What is wanted; "" for the button that opens the form. Raises PayloadMalformed for an id that is none of ours."""
    if action_id == OPEN:
        return ""
    if action_id not in CHOICES:
        raise PayloadMalformed(f"no button of ours: {action_id[:40]}")
    return CHOICES[action_id]
