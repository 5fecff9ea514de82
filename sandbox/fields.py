"""What a form's fields may begin with and hold, where one value must agree with another: as Slack checks it.

Pure. Lengths and shapes are `limits.py`'s; who fills the fields in, and with what, is `elements.py`'s.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation

from sandbox.model import Json

TYPED_MAX = 3000  # of a text field, also where it names no `max_length`
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")

Problem = tuple[str, str]  # what, and the path below the element


def field_problems(element: Json) -> Iterator[Problem]:
    """What Slack refuses of an element whose own fields are well formed."""
    match element.get("type"):
        case "static_select" | "radio_buttons":
            yield from _initial_problems(element, [element.get("initial_option")], "/initial_option")
        case "multi_static_select" | "checkboxes":
            yield from _initial_problems(element, element.get("initial_options") or [], "/initial_options")
        case "datepicker":
            yield from _form_problems(element, "initial_date", is_day, "a date as YYYY-MM-DD")
        case "timepicker":
            yield from _form_problems(element, "initial_time", _is_time, "a time as HH:mm")
        case "number_input":
            yield from _number_problems(element)
        case "plain_text_input":
            yield from _text_problems(element)
        case _:
            pass


def number_error(element: Json, value: str) -> str:
    """What Slack's client says of a number before it sends the form; "" for a good one."""
    number = _number(value)
    if number is None:
        return "Please enter a number."
    if not element.get("is_decimal_allowed") and number != number.to_integral_value():
        return "Please enter a whole number."
    least, most = _number(element.get("min_value")), _number(element.get("max_value"))
    if (least is not None and number < least) or (most is not None and number > most):
        return f"Please enter a number between {element.get('min_value', '…')} and {element.get('max_value', '…')}."
    return ""


def is_day(value: object) -> bool:
    try:
        return isinstance(value, str) and bool(_DAY.fullmatch(value)) and date.fromisoformat(value) is not None
    except ValueError:
        return False


def _is_time(value: object) -> bool:
    return isinstance(value, str) and bool(_TIME.fullmatch(value))


def _initial_problems(element: Json, initial: Sequence[object], path: str) -> Iterator[Problem]:
    """What is chosen at first must be one of the options as it stands there."""
    groups = [each for each in element.get("option_groups") or [] if isinstance(each, dict)]
    options = [*(element.get("options") or []), *(each for group in groups for each in group.get("options") or [])]
    for each in initial:
        if each is not None and each not in options:
            yield "must exactly match one of the options", path


def _form_problems(element: Json, name: str, is_good: Callable[[object], bool], expected: str) -> Iterator[Problem]:
    if element.get(name) is not None and not is_good(element[name]):
        yield f"must be {expected}", f"/{name}"


def _number_problems(element: Json) -> Iterator[Problem]:
    limits = ("min_value", "max_value")
    wrong = [name for name in (*limits, "initial_value") if name in element and _number(element[name]) is None]
    for name in wrong:
        yield "must be a number in a string", f"/{name}"
    if wrong:
        return
    least, most = _number(element.get("min_value")), _number(element.get("max_value"))
    if least is not None and most is not None and least > most:
        yield "cannot be greater than max_value", "/min_value"
    elif "initial_value" in element and number_error(element, str(element["initial_value"])):
        yield "must keep to min_value, max_value and is_decimal_allowed", "/initial_value"


def _text_problems(element: Json) -> Iterator[Problem]:
    least, most = element.get("min_length", 0), element.get("max_length", TYPED_MAX)
    if not isinstance(least, int) or not 0 <= least <= TYPED_MAX:
        yield f"must be from 0 to {TYPED_MAX}", "/min_length"
    elif not isinstance(most, int) or not 1 <= most <= TYPED_MAX:
        yield f"must be from 1 to {TYPED_MAX}", "/max_length"
    elif least > most:
        yield "must not be greater than max_length", "/min_length"
    elif len(str(element.get("initial_value") or "")) > most:
        yield f"must be less than {most + 1} characters", "/initial_value"


def _number(value: object) -> Decimal | None:
    try:
        number = Decimal(value) if isinstance(value, str) else None
    except InvalidOperation:
        return None
    return number if number is not None and number.is_finite() else None
