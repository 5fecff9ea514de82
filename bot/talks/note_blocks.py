"""Shows the notes of a talk: the form to whoever heard, what they wrote to whoever spoke; reads what comes back."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.blockkit import Shown, actions, button, clip, context, escape, option, section, sections
from bot.errors import PayloadMalformed
from bot.model import Json, MessageKind, Purpose
from bot.talks.rules import APPROVE_WITHIN, WORDS_MOST

WRITE_FORM, EDIT_FORM = "talks.notes.write", "talks.notes.edit"
KEEP, NAMED, EDIT, DROP = (f"talks.notes.{each}" for each in ("keep", "named", "change", "drop"))
CHOICES = {KEEP: "keep", NAMED: "named", DROP: "drop"}
WORDS, NAMING = "talks.notes.words", "talks.notes.naming"
ME = "me"
NAME_MOST = 120

NOTES = MessageKind(
    "notes of a talk",
    Purpose.OWED,
    "the person who was talked to, as a DM",
    "who talked with them wrote down what they heard",
    "once a talk; changed in place by what they decide",
    "press *Drop*, or nothing: after 14 days the notes are deleted",
)
SETTLED = MessageKind(
    "notes settled",
    Purpose.OWED,
    "who wrote the notes, as a DM",
    "the person who was talked to approved them, or dropped them",
    "once a decision",
    "it tells what came of what you wrote",
)
KINDS = (NOTES, SETTLED)

NOT_OPENED = "Slack did not open the form. Please press again."
NOT_YOURS_TO_WRITE = "Only the person who sent the invitation writes the notes, once, after a yes."
NOT_YOURS = "Only the person who was talked to decides this."
GONE = f"These notes are not there any more: they were dropped, or not approved within {APPROVE_WITHIN.days} days."
BROKEN = "I could not do this: something broke on my side, and my operators see it. Please try again later."
LEFT_OUT = "They are counted out, so nothing of what they said is kept."
SENT = "Sent to them. I tell you what they decide; if they do nothing, it is deleted after 14 days."
DROPPED = "Dropped. Nothing of these notes is kept."


@dataclass(frozen=True)
class Filled:
    words: str
    is_named: bool = False


def write_form(talk_id: str, name: str) -> Json:
    told = (
        f"What did {escape(clip(name, NAME_MOST)) or 'they'} tell you? They see it first, and only what they approve "
        "is kept: with their team, and with their name if they want that. Names of colleagues are taken out."
    )
    return _form(WRITE_FORM, talk_id, "Notes of a talk", "Show them", [section(told), _words("")])


def edit_form(notes_id: str, words: str) -> Json:
    naming = {"type": "checkboxes", "action_id": "naming", "options": [option("My name may stand beside it", ME)]}
    blocks = [
        section("Your version is the one that is kept."),
        _words(words),
        _input(NAMING, "Your name", naming, is_optional=True),
    ]
    return _form(EDIT_FORM, notes_id, "Notes of our talk", "Keep it so", blocks)


def _form(callback_id: str, subject: str, title: str, submit: str, blocks: list[Json]) -> Json:
    words = {"title": title, "submit": submit, "close": "Cancel"}
    texts = {name: {"type": "plain_text", "text": text} for name, text in words.items()}
    return {"type": "modal", "callback_id": callback_id, "private_metadata": subject, **texts, "blocks": blocks}


def _words(words: str) -> Json:
    box: Json = {"type": "plain_text_input", "action_id": "words", "multiline": True, "max_length": WORDS_MOST}
    return _input(WORDS, "What was said", {**box, **({"initial_value": words} if words else {})})


def _input(block_id: str, label: str, element: Json, *, is_optional: bool = False) -> Json:
    shown = {"type": "input", "block_id": block_id, "label": {"type": "plain_text", "text": label}, "element": element}
    return {**shown, "optional": True} if is_optional else shown


def read_form(values: Mapping[str, str]) -> Filled:
    return Filled(values.get(WORDS, "").strip(), ME in values.get(NAMING, "").split(","))


def errors(problem: str) -> dict[str, str]:
    return {WORDS: problem} if problem else {}


def to_decide(name: str, words: str, notes_id: str) -> Shown:
    """To whoever spoke: what would be kept."""
    who = escape(clip(name, NAME_MOST)) or "Who talked with you"
    head = f"{who} wrote this down from your talk:"
    why = (
        "If you keep it, the platform team reads it and may cite it when it decides what to build. It stands with "
        f"your team, and without your name if you do not say otherwise. If you do nothing, it is deleted in "
        f"{APPROVE_WITHIN.days} days."
    )
    row = [
        button("Keep these notes", action_id=KEEP, value=notes_id, style="primary"),
        button("Keep, with my name", action_id=NAMED, value=notes_id),
        button("Edit", action_id=EDIT, value=notes_id),
        button("Drop", action_id=DROP, value=notes_id),
    ]
    return Shown(head, (section(head), *quoted(words), context(why), actions("talks.notes", row)))


def kept(words: str, evidence_id: str, notes_id: str, *, is_named: bool) -> Shown:
    """To whoever spoke, in place of the question."""
    beside = "your team and your name" if is_named else "your team, without your name"
    head = f"Kept as `{escape(evidence_id)}`, with {beside}:"
    row = [button("Take it back", action_id=DROP, value=notes_id)]
    return Shown(head, (section(head), *quoted(words), actions("talks.notes", row)))


def quoted(words: str) -> list[Json]:
    """Whole, as nobody can agree to what they do not see."""
    return sections([f"> {line}" for line in escape(words).splitlines() if line.strip()])


def now_kept(evidence_id: str) -> Shown:
    return said(
        f"The notes of your talk are approved. Cite them in a bet as `{escape(evidence_id)}`; `talk` shows them."
    )


def now_dropped() -> Shown:
    return said("The notes of your talk were dropped. Nothing of them is kept.")


def said(text: str) -> Shown:
    return Shown(text, (section(text),))


def read_choice(action_id: str) -> str:
    """What is decided; "" for the button that opens the form. Raises PayloadMalformed for none of ours."""
    if action_id == EDIT:
        return ""
    if action_id not in CHOICES:
        raise PayloadMalformed(f"no button of ours: {action_id[:40]}")
    return CHOICES[action_id]
