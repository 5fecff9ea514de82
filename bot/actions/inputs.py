"""What a person gave in a form, or on the command line, as values of the kinds that the entry asks for.

Strict: whatever a reader of the change could take for something else is refused, in a sentence that stands below the
field. Does not say who may run the action (`bot.authority`), nor what is written (`bot.actions.rendering`).
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from bot.actions.placeholders import names_in_keys, names_in_paths
from bot.actions.segments import key_problem, segment_problem, unseen
from knowledge.actions import Action, Input, InputType, Json
from knowledge.schema import day_of

MAX_DIGITS = 15  # what a float holds exactly, and every reader of JSON
MAX_TYPED = 3_000  # what a field of Slack's holds
SHOWN_CHOICES, SHOWN_CHARACTERS = 8, 140  # in an error

_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]*)")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]{1,4})?")


@dataclass(frozen=True)
class Known:
    """What the entry does not say itself: `choices` by input name where they stand in a repository, `accounts` the Git
    account of each Slack id that has one.
    """

    today: date
    teams: Collection[str]
    choices: Mapping[str, Sequence[str]]
    accounts: Mapping[str, str]
    own_teams: Collection[str] = ()  # of who asks


@dataclass(frozen=True)
class Read:
    """`values` by input name, without those left empty; `errors` by the name of the field they belong to."""

    values: Mapping[str, Json]
    errors: Mapping[str, str]


class _Refused(Exception):
    """Its text is the error in the form."""


def read_inputs(action: Action, raw: Mapping[str, str], known: Known) -> Read:
    """`raw` holds by input name what the form does: text as typed, the chosen choice, a team's name, a Slack id, an ISO
    date, yes or no; "" is nothing. An input that is not in it at all has its default.
    """
    values: dict[str, Json] = {}
    errors = {name: "This action has no such field; open its form again." for name in raw if action.input(name) is None}
    paths, keys = names_in_paths(action), names_in_keys(action)
    for each in action.inputs:
        try:
            value = _read(each, raw.get(each.name, each.default), known)
            if each.name in paths | keys:
                _check_name(value, segment_problem if each.name in paths else key_problem)
        except _Refused as refused:
            errors[each.name] = _clip(str(refused))
        else:
            if value is not None:
                values[each.name] = value
    return Read(values, errors)


def _read(each: Input, typed: str, known: Known) -> Json:
    """None for nothing."""
    if typed == "":
        if each.is_required:
            raise _Refused("This is needed.")
        return None
    if len(typed) > MAX_TYPED:
        raise _Refused(f"At most {MAX_TYPED} characters.")
    if sign := unseen(typed):
        raise _Refused(f"There is a line break or a character that cannot be seen ({sign}); type it again without.")
    return _READERS[each.type](each, typed, known)


def _read_text(each: Input, typed: str, known: Known) -> str:
    text = unicodedata.normalize("NFC", typed)
    if len(text) > each.longest:
        raise _Refused(f"At most {each.longest} characters; these are {len(text)}.")
    if text != text.strip():
        raise _Refused("Take out the space at the beginning or the end.")
    if each.pattern and not all(_fits(each.pattern, form) for form in {typed, text}):
        raise _Refused(f"This is not of the form asked for: {each.hint or each.pattern}")
    return text


def _read_number(each: Input, typed: str, known: Known) -> int | float:
    shape, form = (_WHOLE, "a whole number such as 12") if each.is_whole else (_NUMBER, "a number such as 12 or 0.25")
    if not shape.fullmatch(typed):
        raise _Refused(f"Write {form}{_range(each)}, in the digits 0 to 9.")
    if sum(sign.isdigit() for sign in typed) > MAX_DIGITS:
        raise _Refused(f"At most {MAX_DIGITS} digits.")
    value = float(typed) if "." in typed else int(typed)
    exact = Decimal(typed)
    is_below = each.least is not None and exact < Decimal(str(each.least))
    if is_below or (each.most is not None and exact > Decimal(str(each.most))):
        raise _Refused(f"Write a number{_range(each)}.")
    return value or 0  # never -0


def _read_choice(each: Input, typed: str, known: Known) -> str:
    if each.choices_from and each.name not in known.choices:
        raise _Refused("The choices could not be read just now; try again in a minute.")
    return _one_of(typed, known.choices[each.name] if each.choices_from else each.choices)


def _read_team(each: Input, typed: str, known: Known) -> str:
    return _one_of(typed, sorted(team for team in known.teams if each.is_any_team or team in known.own_teams))


def _read_person(each: Input, typed: str, known: Known) -> str:
    account = known.accounts.get(typed)
    if not account:
        raise _Refused(
            "No Git account of this person is known. They can send me `link`, or ask the platform team to name it."
        )
    if unseen(account):
        raise _Refused(
            "This person's Git account holds a character that cannot be seen; see git_accounts in people.yaml."
        )
    return account


def _read_date(each: Input, typed: str, known: Known) -> str:
    day = day_of(typed)
    if day is None:
        raise _Refused("Write a day as 2026-03-31.")
    first, last = _day(known.today, each.earliest_days), _day(known.today, each.latest_days)
    if first and day < first:
        raise _Refused(f"Not before {first}.")
    if last and day > last:
        raise _Refused(f"Not after {last}.")
    return day.isoformat()


def _read_yes_no(each: Input, typed: str, known: Known) -> bool:
    return _one_of(typed, ("yes", "no")) == "yes"


_READERS: Mapping[InputType, Callable[[Input, str, Known], Json]] = {
    InputType.TEXT: _read_text,
    InputType.NUMBER: _read_number,
    InputType.CHOICE: _read_choice,
    InputType.TEAM: _read_team,
    InputType.PERSON: _read_person,
    InputType.DATE: _read_date,
    InputType.YES_NO: _read_yes_no,
}


def _check_name(value: Json, problem_of: Callable[[str], str]) -> None:
    """A value that becomes part of a path or a key."""
    if value is None:
        raise _Refused("This is needed: it becomes part of a name in Git.")
    if problem := problem_of(str(value)):
        raise _Refused(f"This becomes part of a name in Git, and it {problem}.")


def _fits(pattern: str, text: str) -> bool:
    """The whole text; `\\d` and `\\w` are of ASCII, so that no digit of another script passes for one."""
    return re.fullmatch(pattern, text, re.ASCII) is not None


def _one_of(typed: str, choices: Sequence[str]) -> str:
    if typed in choices:
        return typed
    shown = ", ".join(choices[:SHOWN_CHOICES]) + (", …" if len(choices) > SHOWN_CHOICES else "")
    raise _Refused(f"Choose one of: {shown}" if choices else "There is nothing to choose from yet.")


def _range(each: Input) -> str:
    least, most = (None if bound is None else f"{bound:.15g}" for bound in (each.least, each.most))
    if least is not None and most is not None:
        return f" from {least} to {most}"
    if least is not None:
        return f" of at least {least}"
    return f" of at most {most}" if most is not None else ""


def _day(today: date, days: int | None) -> date | None:
    """None where there is no bound, or none that the calendar has."""
    try:
        return None if days is None else today + timedelta(days=days)
    except OverflowError:
        return None


def _clip(text: str) -> str:
    return text if len(text) <= SHOWN_CHARACTERS else text[: SHOWN_CHARACTERS - 1] + "…"
