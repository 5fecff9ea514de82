"""Finding and filling what people can press, choose and type in blocks, as Slack's client does it.

Pure: knows blocks and their state, not who presses nor what is sent about it (`interactive.py`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sandbox.fields import TYPED_MAX, is_day, number_error
from sandbox.model import Json

Values = dict[str, dict[str, Json]]  # block id -> action id -> state

# Where each kind of element keeps what was chosen.
_STATE_KEY = {
    "plain_text_input": "value",
    "email_text_input": "value",
    "url_text_input": "value",
    "number_input": "value",
    "rich_text_input": "rich_text_value",
    "static_select": "selected_option",
    "external_select": "selected_option",
    "radio_buttons": "selected_option",
    "users_select": "selected_user",
    "channels_select": "selected_channel",
    "conversations_select": "selected_conversation",
    "multi_static_select": "selected_options",
    "multi_external_select": "selected_options",
    "checkboxes": "selected_options",
    "multi_users_select": "selected_users",
    "multi_channels_select": "selected_channels",
    "multi_conversations_select": "selected_conversations",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
}
_SENT_WITH_ACTION = (
    *("text", "value", "style", "placeholder", "confirm", "url"),
    *(f"initial_{what}" for what in ("option", "date", "time", "user", "channel", "conversation")),
)


@dataclass(frozen=True)
class Found:
    """An element, and the block it stands in."""

    block: Json
    element: Json

    @property
    def block_id(self) -> str:
        return str(self.block.get("block_id", ""))

    @property
    def action_id(self) -> str:
        return str(self.element.get("action_id", ""))

    @property
    def label(self) -> str:
        """What people read on it or above it."""
        named = self.block.get("label") or self.element.get("text") or self.element.get("placeholder") or {}
        return str(named.get("text", ""))


def elements_in(blocks: Sequence[Json]) -> Iterator[Found]:
    """Everything with an action id, from top to bottom."""
    for block in blocks:
        inside = [*block.get("elements", []), block.get("accessory"), block.get("element")]
        for element in inside:
            if isinstance(element, dict) and "action_id" in element:
                yield Found(block, element)


def find_element(blocks: Sequence[Json], wanted: str, block_id: str | None = None) -> Found:
    """The first element with this action id, block id or visible label.

    Raises LookupError with what there is instead.
    """
    there = [each for each in elements_in(blocks) if block_id in (None, each.block_id)]
    for name in ("action_id", "label", "block_id"):
        for each in there:
            if getattr(each, name) == wanted:
                return each
    offered = ", ".join(f"{each.action_id} ({each.label})" for each in there) or "nothing to press"
    raise LookupError(f"No {wanted!r} here: {offered}")


def state_of(element: Json, given: object) -> Json:
    """The state of an element once a person gave it this: a text, an option by value or label, or ids.

    None empties it. Raises LookupError for an option that is not offered.
    """
    kind = str(element["type"])
    key = _STATE_KEY[kind]
    if given is None:
        return {"type": kind, key: [] if key.endswith("s") else None}
    if key == "selected_option":
        return {"type": kind, key: _option(element, str(given))}
    if key == "selected_options":
        return {"type": kind, key: [_option(element, each) for each in _texts(given)]}
    if key.endswith("s"):
        return {"type": kind, key: _texts(given)}
    return {"type": kind, key: given if kind in ("datetimepicker", "rich_text_input") else str(given)}


def initial_state(element: Json) -> Json:
    """The state of an element nobody touched: its `initial_…`, or empty."""
    kind = str(element["type"])
    key = _STATE_KEY[kind]
    initial = element.get("initial_" + key.removeprefix("selected_").removeprefix("rich_text_"))
    empty: object = [] if key.endswith("s") else None
    return {"type": kind, key: empty if initial is None else initial}


def values_of(blocks: Sequence[Json], filled: Mapping[tuple[str, str], object]) -> Values:
    """The `state.values` of a message or view; `filled` is what people gave, by block id and action id."""
    values: Values = {}
    for each in elements_in(blocks):
        if each.element["type"] not in _STATE_KEY:
            continue
        place = (each.block_id, each.action_id)
        state = state_of(each.element, filled[place]) if place in filled else initial_state(each.element)
        values.setdefault(each.block_id, {})[each.action_id] = state
    return values


def client_errors(blocks: Sequence[Json], values: Values) -> dict[str, str]:
    """What Slack's client says, by block id, before it sends a form: empty when it may be sent."""
    errors = {}
    for each in elements_in(blocks):
        if each.block.get("type") != "input":
            continue
        kept = values[each.block_id][each.action_id]
        problem = _problem(each, kept[_STATE_KEY[str(each.element["type"])]])
        if problem:
            errors[each.block_id] = problem
    return errors


def action_entry(found: Found, given: object, *, action_ts: str) -> Json:
    """The entry in `actions` for a press on a button or a choice in a select."""
    element = found.element
    kind = str(element["type"])
    entry: Json = {"action_id": found.action_id, "block_id": found.block_id}
    entry |= {name: element[name] for name in _SENT_WITH_ACTION if name in element}
    if kind == "overflow":
        entry["selected_option"] = _option(element, str(given))
    elif kind in _STATE_KEY:
        entry |= state_of(element, given)
    return entry | {"type": kind, "action_ts": action_ts}


def _problem(found: Found, value: object) -> str:
    if value in (None, "", []):
        return "" if found.block.get("optional") else "Please complete this required field."
    if not isinstance(value, str):
        return ""
    match found.element["type"]:
        case "number_input":
            return number_error(found.element, value)
        case "datepicker":
            return "" if is_day(value) else "Please choose a date."
        case _:
            least, most = found.element.get("min_length", 0), found.element.get("max_length", TYPED_MAX)
            return "" if least <= len(value) <= most else f"Please write {least} to {most} characters."


def _option(element: Json, wanted: str) -> Json:
    """The one of that value, else of that text."""
    groups = element.get("option_groups", [])
    options = [*element.get("options", []), *(each for group in groups for each in group["options"])]
    by_text = {option["text"]["text"]: option for option in reversed(options)}
    by_value = {option["value"]: option for option in options}
    if option := by_value.get(wanted, by_text.get(wanted)):
        return dict(option)
    offered = ", ".join(option["value"] for option in options)
    raise LookupError(f"No option {wanted!r} in {element['action_id']}: {offered}")


def _texts(given: object) -> list[str]:
    return [given] if isinstance(given, str) else [str(each) for each in given]  # type: ignore[attr-defined]
