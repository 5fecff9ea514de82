"""Shows one input of an action as a field of its form. Pure.

Options have numbers for values, as Slack takes only short ones; `bot.actions.forms` reads them back.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from bot.actions.lists import OPTION_MAX
from bot.blockkit import clip, option, select
from bot.model import Json
from knowledge.actions import Input, InputType
from knowledge.schema import USER_ID, day_of

IN = "in."  # what the blocks of inputs begin with
ELEMENT = "value"  # action id of the one element of each
LABEL_MAX = 2_000  # Slack's, also of a hint
TYPED_MAX = 3_000  # Slack's, of a text field
NAME_MAX = 200  # what is typed instead of chosen may be longer than any of the list: the error tells the near one


@dataclass(frozen=True)
class Listed:
    """What an input is chosen from; () for one that is not. `is_menu`: shown as options, and not typed."""

    choices: tuple[str, ...] = ()
    is_menu: bool = False


def input_block(asked: Input, listed: Listed, given: str) -> Json:
    """`given` is what stands in it at first, where that is good; "" for nothing."""
    hint = asked.hint
    if listed.choices and not listed.is_menu:
        many = f"There are {len(listed.choices):,} to choose from: type one as it is written."
        hint = f"{hint} {many} If you mistype it, I name the nearest.".strip()
    return {
        "type": "input",
        "block_id": f"{IN}{asked.name}",
        "label": plain_text(asked.label or asked.name, LABEL_MAX),
        "optional": not asked.is_required,
        "element": {"action_id": ELEMENT, **_element(asked, listed, given)},
        **({"hint": plain_text(hint, LABEL_MAX)} if hint.strip() else {}),
    }


def _element(asked: Input, listed: Listed, given: str) -> Json:
    match asked.type:
        case InputType.NUMBER:
            return _number(asked, given)
        case InputType.PERSON:
            initial = {"initial_user": given} if USER_ID.fullmatch(given) else {}
            return {"type": "users_select", **initial}
        case InputType.DATE:
            return {"type": "datepicker", **({"initial_date": given} if day_of(given) else {})}
        case InputType.TEXT:
            return _text(given, min(asked.longest, TYPED_MAX))
        case _ if not listed.is_menu:
            return _text(given, max([NAME_MAX, *map(len, listed.choices)]))
        case _:
            return _chosen(asked, listed.choices, given)


def _text(given: str, longest: int) -> Json:
    most = max(1, min(longest, TYPED_MAX))
    initial = {"initial_value": given[:most]} if given else {}
    return {"type": "plain_text_input", "max_length": most, **initial}


def _number(asked: Input, given: str) -> Json:
    """A number's limits are Slack's to hold too; what was given before is left out if it does not keep them."""
    limits = {
        name: _digits(value)
        for name, value in (("min_value", asked.least), ("max_value", asked.most))
        if value is not None
    }
    initial = {"initial_value": given.strip()} if _is_number(given, asked) else {}
    return {"type": "number_input", "is_decimal_allowed": not asked.is_whole, **limits, **initial}


def _chosen(asked: Input, listed: Sequence[str], given: str) -> Json:
    options = [option(text, str(number)) for number, text in enumerate(_labels(asked, listed))]
    now = options[listed.index(given)] if given in listed else None
    if asked.type is InputType.YES_NO:
        return {"type": "radio_buttons", "options": options, **({"initial_option": now} if now else {})}
    return select("Choose one", options, action_id=ELEMENT, chosen=now)


def _labels(asked: Input, listed: Sequence[str]) -> list[str]:
    """What the options say. Where two would look the same once they are cut, all have their number before them."""
    if asked.type is InputType.YES_NO:
        return ["Yes", "No"]
    labels = [clip(" ".join(each.split()), OPTION_MAX) for each in listed]
    is_clear = max(Counter(labels).values(), default=1) == 1
    return labels if is_clear else [f"{number + 1}: {label}" for number, label in enumerate(labels)]


def _digits(value: float) -> str:
    return f"{Decimal(repr(value)).normalize():f}"


def _is_number(text: str, asked: Input) -> bool:
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        return False
    is_within = (asked.least is None or value >= Decimal(repr(asked.least))) and (
        asked.most is None or value <= Decimal(repr(asked.most))
    )
    return value.is_finite() and is_within and (not asked.is_whole or value == value.to_integral_value())


def plain_text(text: str, most: int) -> Json:
    """On one line, and never empty, which Slack would refuse."""
    return {"type": "plain_text", "text": clip(" ".join(text.replace("\x00", "").split()), most) or "…"}
