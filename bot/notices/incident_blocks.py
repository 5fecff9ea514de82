"""Shows incidents: the form that opens one, its message, and what its end is told by; and reads what comes back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.blockkit import Shown, actions, button, clip, code, context, escape, link, option, section
from bot.errors import PayloadMalformed
from bot.model import Json, MessageKind, Purpose
from bot.notice_board import KNOWN_MOST
from bot.notices.incident_rules import Filled, as_filled
from knowledge.notices import TITLE_MOST

FORM = "notices.incident.form"
OPEN, UPDATE, OVER = (f"notices.incident.{each}" for each in ("open", "update", "over"))
FIELD = "notices.incident.field."
CAPABILITIES_MOST = 100  # of a menu
NEW = "new"

INCIDENT = MessageKind(
    "incident",
    Purpose.OWED,
    "the channels of `incidents` in channels.yaml; without it the platform channel",
    "somebody on duty opens one, posts an update, or ends it; at any hour",
    "once an incident and channel; its message is changed in place, and each update is a reply in its thread",
    "it follows what the duty group does",
)
OVER_TOLD = MessageKind(
    "incident over",
    Purpose.OWED,
    "the thread or DM in which somebody was told that it is known",
    "the incident is over",
    "once an incident and person, where they asked last",
    "it only follows a question of yours",
)
SAID = MessageKind(
    "incident noted",
    Purpose.ASKED,
    "the person on duty, only visible to them; as a DM when that fails",
    "`incident`, by the command or to the bot; a press under an incident",
    "once a request",
    "it only answers what you do",
)
KINDS = (INCIDENT, OVER_TOLD, SAID)

NOT_OPENED = "Slack did not open the form. Please press again."
NOWHERE = "I know no channel to post it in. Name `incidents`, or `platform_channel`, in the handbook's channels.yaml."
GONE = "This incident is over already."
NOTED = "Noted, in its message and its thread."
BROKEN = "I could not do this: something broke on my side, and my operators see it. Please try again."
FIELDS = {
    "title": ("What is wrong, in a few words", "such as Builds do not start"),
    "topics": ("Words that people use to ask about it", "between commas, such as build, pipeline"),
    "known": ("What is known", "Everybody who asks is told this."),
    "next_word": ("Next word at", "a time of day, such as 11:00"),
}


@dataclass(frozen=True)
class Seen:
    """An incident as its message shows it: times in words, "" for none; `lasted` is set once it is over."""

    id: str
    title: str
    since: str
    known: str
    next_word: str = ""
    until: str = ""
    lasted: str = ""


# The form.


def form(words: str, capabilities: Sequence[tuple[str, str]]) -> Json:
    """`capabilities` are ids and titles."""
    options = [option(title, id_) for id_, title in capabilities[:CAPABILITIES_MOST]]
    menu = {"type": "static_select", "action_id": "capability", "options": options}
    about = [_input("capability", "What is affected", "", menu, is_optional=True)] if options else []
    blocks = [_text("title", words, most=TITLE_MOST), *about, _text("topics", is_optional=True), *_what_is_known("")]
    return _modal(NEW, "An incident", blocks)


def update_form(incident_id: str, known: str) -> Json:
    return _modal(incident_id, "Update the incident", _what_is_known(known))


def _what_is_known(known: str) -> list[Json]:
    return [_text("known", known, most=KNOWN_MOST, is_long=True), _text("next_word", most=5, is_optional=True)]


def _modal(incident_id: str, title: str, blocks: list[Json]) -> Json:
    shown = {"title": title, "submit": "Post it", "close": "Cancel"}
    words_of = {name: {"type": "plain_text", "text": text} for name, text in shown.items()}
    return {"type": "modal", "callback_id": FORM, "private_metadata": incident_id, **words_of, "blocks": blocks}


def _text(field: str, initial: str = "", *, most: int = 300, is_long: bool = False, is_optional: bool = False) -> Json:
    label, hint = FIELDS[field]
    box = {"type": "plain_text_input", "action_id": "words", "multiline": is_long, "max_length": most}
    box |= {"initial_value": clip(initial, most)} if initial else {}
    return _input(field, label, hint, box, is_optional=is_optional)


def _input(field: str, label: str, hint: str, element: Json, *, is_optional: bool = False) -> Json:
    return {
        "type": "input",
        "block_id": f"{FIELD}{field}",
        "label": {"type": "plain_text", "text": label},
        "element": element,
        **({"hint": {"type": "plain_text", "text": hint}} if hint else {}),
        **({"optional": True} if is_optional else {}),
    }


def read_form(private_metadata: str, values: Mapping[str, str]) -> tuple[str, Filled]:
    """The incident's id, "" for a new one, and what the form holds."""
    found = {name.removeprefix(FIELD): value for name, value in values.items()}
    return "" if private_metadata == NEW else private_metadata, as_filled(found)


def errors(found: Mapping[str, str]) -> dict[str, str]:
    return {f"{FIELD}{field}": problem for field, problem in found.items()}


def offer() -> Shown:
    """Where no form can be opened at once."""
    text = "An incident is posted at once. Whoever asks about it gets what you write, until you end it."
    row = [button("Open the form", action_id=OPEN, value=NEW, style="primary")]
    return Shown(text, (section(text), actions("notices.incident", row)))


# Its message.


def post(seen: Seen) -> Shown:
    if seen.lasted:
        head = f"*Over: {escape(seen.title)}*\nFrom {seen.since} to {seen.until} ({seen.lasted})."
        return Shown(_plain_head(f"Over: {seen.title}"), (section(f"{head}\n{_quoted(seen.known)}"),))
    next_word = f", next word at {seen.next_word}" if seen.next_word else ""
    text = f"*Incident: {escape(seen.title)}*\nKnown since {seen.since}{next_word}.\n{_quoted(seen.known)}"
    row = [
        button("Post an update", action_id=UPDATE, value=seen.id),
        button("It is over", action_id=OVER, value=seen.id, style="primary"),
    ]
    foot = context("The two buttons are for people on duty.")
    return Shown(_plain_head(f"Incident: {seen.title}"), (section(text), actions("notices.incident", row), foot))


def more(seen: Seen) -> Shown:
    """In its thread."""
    next_word = f"\nNext word at {seen.next_word}." if seen.next_word else ""
    return said(f"{escape(clip(seen.known, KNOWN_MOST))}{next_word}")


def ended(seen: Seen) -> Shown:
    return said(f"It is over, since {seen.until}; it lasted {seen.lasted}.")


def over(title: str, *, until: str, url: str) -> Shown:
    """To somebody who was told that it is known."""
    named = link(url, clip(title, TITLE_MOST)) if url else escape(clip(title, TITLE_MOST))
    return said(f"It is over since {until}: *{named}*. If it still does not work for you, please ask again.")


def line(seen: Seen, url: str) -> str:
    """In the list of news."""
    next_word = f", next word at {seen.next_word}" if seen.next_word else ""
    title = link(url, seen.title) if url else escape(seen.title)
    return f"*Incident: {title}*, known since {seen.since}{next_word}\n{_quoted(clip(seen.known, 300))}"


def opened(url: str) -> Shown:
    where = link(url, "Posted") if url else "It is being posted"
    return said(f"{where}. Whoever asks about it gets this answer until somebody on duty presses *It is over*.")


def over_noted(*, can_propose: bool) -> Shown:
    proposed = " I propose it to the handbook, so that it is kept." if can_propose else ""
    return said(f"Noted: it is over. Whoever asked about it is told.{proposed}")


def by_hand(text: str, *, file: str) -> Shown:
    head = f"Your handbook is a folder, not a Git repository. To keep the incident, add this as `{escape(file)}`:"
    return Shown(head, (section(head), *code(text)))


def request_text() -> str:
    return (
        "An incident that is over, as it was told in Slack: what was known when, with names and secrets taken out as "
        "far as recognised.\n\n"
        "It is over, so merging it posts nothing. Please correct what is wrong, then merge or close it."
    )


def said(text: str) -> Shown:
    return Shown(text, (section(text),))


def read_press(action_id: str) -> str:
    """What is wanted: open, update or over. Raises PayloadMalformed for an id that is none of ours."""
    if action_id not in (OPEN, UPDATE, OVER):
        raise PayloadMalformed(f"no button of ours: {action_id[:40]}")
    return action_id.rpartition(".")[2]


def _quoted(text: str) -> str:
    return "\n".join(f"> {each}" for each in escape(clip(text, KNOWN_MOST)).splitlines())


def _plain_head(text: str) -> str:
    return escape(clip(text, 300))
