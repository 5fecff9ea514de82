"""The form of a notice's front matter as a JSON Schema, for editors: they show a slip while it is typed.

Made of the reader's own constants. It cannot tell all that the reader can (`knowledge.notices`), such as whether a team
is there, or the end comes after the beginning: `mentor check` has the last word.
"""

from knowledge import notices
from knowledge.json_schema import DIALECT, Schema, a_list, a_shape, a_text, a_word, an_object
from knowledge.notices import ENDING, TO_DO, NoticeKind
from knowledge.repositories import NAME
from knowledge.schema import CHANNEL_ID


def notice_schema() -> Schema:
    return {
        "$schema": DIALECT,
        "title": "A notice of Mentor",
        "description": "The lines between `---` of a file in notices/. `mentor check` tells what a schema cannot.",
        **an_object(_notice(), required=notices.NEEDED),
        "anyOf": [{"required": ["capability"]}, {"required": ["topics"]}],
        "allOf": [
            _only(ENDING, required="until"),
            _only(TO_DO, keys=("action", "items")),
            _only((NoticeKind.INCIDENT,), keys=("next_word",)),
        ],
    }


def _notice() -> dict[str, Schema]:
    return {
        "kind": a_word(tuple(NoticeKind)),
        "title": a_text(notices.TITLE_MOST, "What it is about, in a few words."),
        "owner": a_text(80, "A team or group of people.yaml."),
        "from": a_shape(notices.MOMENT, "From when on it holds; of an incident to the minute."),
        "until": a_shape(notices.MOMENT, "When it ends: a day ends with it. Reminders come before it."),
        "capability": a_text(80, "Of capabilities.yaml: teams that use it are told."),
        "topics": a_list(a_text(80), 1, notices.TOPICS_MOST, "Words and short phrases that questions about it hold."),
        "channels": a_list(a_shape(CHANNEL_ID), 0, notices.CHANNELS_MOST, "Where it is posted, once."),
        "action": a_text(80, "Of the catalogue: does what is to be done."),
        "items": {"oneOf": [_by_team(), _files()], "description": "What is left to do, by team."},
        "next_word": a_shape(notices.MOMENT, "Of an incident: when there is news."),
    }


def _by_team() -> Schema:
    items = a_list(a_text(notices.ITEM_MOST), 0, notices.ITEMS_MOST)
    neither: Schema = {"not": {"anyOf": [{"required": ["repository"]}, {"required": ["files"]}]}}
    return {"type": "object", "minProperties": 1, "additionalProperties": items} | neither


def _files() -> Schema:
    keys = {"repository": a_shape(NAME, "Of repositories.yaml."), "files": a_shape(notices.FILES)}
    return an_object(keys, required=tuple(keys))


def _only(kinds: tuple[NoticeKind, ...], *, keys: tuple[str, ...] = (), required: str = "") -> Schema:
    """Those kinds need the one key; the others have none of the rest."""
    of_kind: Schema = {"properties": {"kind": {"enum": [each.value for each in kinds]}}, "required": ["kind"]}
    if required:
        return {"if": of_kind, "then": {"required": [required]}}
    return {"if": of_kind, "else": {"properties": dict.fromkeys(keys, False)}}
