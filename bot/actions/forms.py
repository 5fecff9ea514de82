"""Shows the form by which an action is asked for, made from its entry, and reads what comes back. Pure.

Whether what was filled in is good is not judged here: the reader of inputs does that, and its errors are shown here.
A form is read by the very lists it was made from, as its options have numbers for values.
"""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field

from bot.actions.fields import ELEMENT, IN, LABEL_MAX, Listed, input_block, plain_text
from bot.actions.lists import Lists
from bot.actions.rules import entry_of
from bot.actions.terms import terms
from bot.blockkit import clip, context, escape, option, section
from bot.errors import PayloadMalformed
from bot.model import Json
from knowledge.actions import Action, Approval, Input, InputType
from knowledge.schema import USER_ID, day_of

FORM = "actions.form"  # callback id
URGENT = "urgent"  # block id: no input's
TITLE_MAX = 24  # Slack's
ERROR_MAX = 200  # longer ones are not read
CHANGED = "The form has changed since you opened it; close it and open it again. Nothing was asked for."


@dataclass(frozen=True)
class Opening:
    """Which form it is, as it was shown, and where it was opened: what the form carries out of sight.

    `channel_id` is "" where it was no channel.
    """

    action_id: str
    entry_digest: str
    lists_digest: str
    channel_id: str = ""
    is_shared: bool = False

    @classmethod
    def of(cls, action: Action, lists: Lists, *, channel_id: str = "", is_shared: bool = False) -> "Opening":
        return cls(action.id, entry_digest(action), _lists_digest(action, lists), channel_id, is_shared)

    def is_of(self, action: Action, lists: Lists) -> bool:
        """Whether the form would be the same now."""
        return (self.entry_digest, self.lists_digest) == (entry_digest(action), _lists_digest(action, lists))

    def to_metadata(self) -> str:
        return json.dumps(asdict(self), separators=(",", ":"))


@dataclass(frozen=True)
class Known:
    """What is said in the form besides what the entry says: whose name the change will carry, in words, and why it is
    shown again. `raw` is what was filled in before, by input; it goes before the entry's defaults.
    """

    identity: str
    note: str = ""
    raw: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Filled:
    """A form that came back: what stands in it, by input, as text ("" for nothing). Nothing of it is judged yet."""

    action_id: str
    entry_digest: str
    channel_id: str
    is_shared: bool
    is_urgent: bool
    raw: Mapping[str, str]


def form(action: Action, lists: Lists, opening: Opening, known: Known) -> Json:
    """The modal. What happens to it, and by whose name, is said before anything is filled in."""
    note = [section(escape(known.note))] if known.note else []
    menus = lists.menus(action)
    inputs = [
        input_block(each, Listed(lists.of(each), each.name in menus), known.raw.get(each.name, each.default))
        for each in action.inputs
    ]
    return {
        "type": "modal",
        "callback_id": FORM,
        "private_metadata": opening.to_metadata(),
        "title": plain_text(action.title or action.id, TITLE_MAX),
        "submit": plain_text("Ask for it", TITLE_MAX),
        "close": plain_text("Cancel", TITLE_MAX),
        "blocks": [
            section(_about(action)),
            context("\n".join(terms(action, known.identity))),
            *note,
            *inputs,
            *_urgent(action.approval),
        ],
    }


def told(title: str, text: str) -> Json:
    """A modal that only says something, in place of a form."""
    return {
        "type": "modal",
        "title": plain_text(title, TITLE_MAX),
        "close": plain_text("Close", TITLE_MAX),
        "blocks": [section(escape(text))],
    }


def _about(action: Action) -> str:
    """What it does; before that its whole title, where Slack holds only the beginning of it."""
    title, summary = action.title or action.id, action.summary or action.title or action.id
    return f"*{escape(title)}*\n{escape(summary)}" if len(title) > TITLE_MAX else escape(summary)


def _urgent(approval: Approval | None) -> list[Json]:
    if approval is None or not approval.may_be_urgent:
        return []
    element = {
        "type": "checkboxes",
        "action_id": ELEMENT,
        "options": [option("It is urgent: ask the people on duty to approve it", "0")],
    }
    return [
        {
            "type": "input",
            "block_id": URGENT,
            "optional": True,
            "label": plain_text("Urgent", LABEL_MAX),
            "hint": plain_text("For what cannot wait for those who usually approve it.", LABEL_MAX),
            "element": element,
        }
    ]


def blocks_of(action: Action) -> list[str]:
    """The ids of the blocks that are filled in, from top to bottom."""
    return [*(f"{IN}{each.name}" for each in action.inputs), *([URGENT] if _urgent(action.approval) else [])]


def read_opening(private_metadata: str) -> Opening:
    """Raises PayloadMalformed for a form that is none of ours."""
    try:
        read = Opening(**json.loads(private_metadata))
    except (ValueError, TypeError, RecursionError) as error:
        raise PayloadMalformed("no form of ours") from error
    texts = (read.action_id, read.entry_digest, read.lists_digest, read.channel_id)
    if not all(isinstance(each, str) for each in texts) or not isinstance(read.is_shared, bool):
        raise PayloadMalformed("no form of ours")
    return read


def read_form(opening: Opening, values: Mapping[str, str], action: Action, lists: Lists) -> Filled:
    """What was filled in, each option as the choice it stands for. `opening` is of this action and these lists.

    Raises PayloadMalformed for blocks and values that the form does not have.
    """
    menus = lists.menus(action)
    if values.keys() != set(blocks_of(action)):
        raise PayloadMalformed("not the blocks of this form")
    if values.get(URGENT, "") not in ("", "0"):
        raise PayloadMalformed("no option of ours")
    return Filled(
        action_id=opening.action_id,
        entry_digest=opening.entry_digest,
        channel_id=opening.channel_id,
        is_shared=opening.is_shared,
        is_urgent=values.get(URGENT, "") == "0",
        raw={
            each.name: _read(each, lists.of(each) if each.name in menus else (), values[f"{IN}{each.name}"])
            for each in action.inputs
        },
    )


def _read(asked: Input, menu: Sequence[str], value: str) -> str:
    """`menu` is what it was chosen from; () for what was typed."""
    if not value:
        return value
    if menu:
        return _option(menu, value)
    if asked.type is InputType.PERSON and not USER_ID.fullmatch(value):
        raise PayloadMalformed("no person")
    if asked.type is InputType.DATE and not day_of(value):
        raise PayloadMalformed("no day")
    return value


def _option(listed: Sequence[str], value: str) -> str:
    is_ours = value.isascii() and value.isdigit() and len(value) <= 3 and int(value) < len(listed)
    if not is_ours or value != str(int(value)):
        raise PayloadMalformed("no option of ours")
    return listed[int(value)]


def errors_for(read_errors: Mapping[str, str]) -> Json:
    """The errors of inputs, by the blocks that Slack shows them under."""
    return {f"{IN}{name}": clip(text, ERROR_MAX) for name, text in read_errors.items()}


def acknowledgement(errors: Mapping[str, str], shown: Collection[str], *, title: str = "") -> Json:
    """What the form is answered with: nothing, which closes it, or the errors. `shown` are its blocks to fill in.

    An error of no input in it stands under the first; a form without any gives way to one that says it.
    """
    if not errors:
        return {}
    placed = {block_id: text for block_id, text in errors_for(errors).items() if block_id in shown}
    others = [text for name, text in errors.items() if f"{IN}{name}" not in shown]
    first = next(iter(shown), None)
    if others and first is None:
        return {"response_action": "update", "view": told(title or "Not asked for", " ".join(others))}
    if others and first is not None:
        placed[first] = clip(" ".join([*others, *([placed[first]] if first in placed else [])]), ERROR_MAX)
    return {"response_action": "errors", "errors": placed}


def entry_digest(action: Action) -> str:
    """Changes when anything in the entry does, but for where it stands."""
    return _digest(entry_of(action))


def _lists_digest(action: Action, lists: Lists) -> str:
    return _digest([lists.of(each) for each in action.inputs])


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:32]
