"""What a survey asks: its `questions`, how they are read, and what can be shown of them in Slack.

Answers are read in `bot.surveys`.
"""

import re

from bot.blockkit import BUTTON_TEXT_MAX
from knowledge.schema import Fields, Value, clip
from knowledge.strict_yaml import Mapping, Sequence
from knowledge.surveys import Question, Scale

KEYS = ("name", *Scale, "choices")
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
MOST_QUESTIONS = 4  # more is a form that people leave half way
LONGEST_TEXT = 200  # it is read in a message, by somebody at work
LONGEST_CHOICE = BUTTON_TEXT_MAX  # in a menu of the form it may be as long
MOST_BUTTONS = 5  # choices of the first question: one row, also on a telephone
MOST_CHOICES = 10  # in the form
SCORED = (Scale.CSAT, Scale.CES, Scale.NPS)  # what can be low
WHY_NOT_NPS = (
    "it asks who would recommend what many cannot leave, and makes of 11 grades a figure that is no share of anybody; "
    "ask `csat`, which gives the share of satisfied people"
)


def read_questions(value: Value) -> tuple[Question, ...]:
    """In their order; the first is answered by a press in the message, the others in the form."""
    items = value.items()
    if len(items) > MOST_QUESTIONS:
        value.wrong(f"{len(items)} questions are asked", f"keep the {MOST_QUESTIONS} whose answers you would act on")
    found: list[Question] = []
    for item in items:
        question = _read_question(item, is_first=item is items[0])
        if question is None:
            continue
        if question.name in [each.name for each in found]:
            item.wrong(f'the name "{question.name}" is taken', "give each question a name of its own", at="name")
        found.append(question)
    if not items and isinstance(value.node, Sequence):
        fix = 'write for example `- {name: satisfied, csat: "How satisfied are you with the platform?"}`'
        value.wrong("nothing is asked", fix)
    return tuple(found)


def check_nps(fields: Fields) -> None:
    """Recommending is asked only by who insists on it."""
    insists = fields.get("insist_on_nps", Value.yes_or_no, False)
    is_listed = "questions" in fields and isinstance(fields["questions"].node, Sequence)
    items = fields["questions"].items() if is_listed else []
    asked = [item.named()[Scale.NPS] for item in items if isinstance(item.node, Mapping) and Scale.NPS in item.named()]
    if insists and not asked:
        fields["insist_on_nps"].wrong("no question is an nps", "take it out")
    if asked and not insists:
        asked[0].wrong("an NPS says little here", f"{WHY_NOT_NPS}; or write `insist_on_nps: yes` beside `questions`")


def _read_question(value: Value, *, is_first: bool) -> Question | None:
    fields = value.fields(*KEYS)
    name = fields.need("name", _read_name, "write a short name for it, such as satisfied")
    scale = _read_scale(fields)
    text = fields.get(scale, _read_text, "") if scale else ""
    choices = _read_choices(fields, scale, most=MOST_BUTTONS if is_first else MOST_CHOICES)
    if is_first and scale is Scale.TEXT:
        fix = "put a csat, ces or choice question first; a text is typed in the form"
        fields[scale].wrong("the first question is answered by a press in the message", fix)
    return Question(name, scale, text, choices) if name and scale and text else None


def _read_name(value: Value) -> str | None:
    fix = "write small letters, digits and _, such as would_help; at most 40"
    return value.shaped(NAME, "is no name for a question", fix)


def _read_scale(fields: Fields) -> Scale | None:
    """What kind of question it is: the key under which its words stand."""
    kinds = [scale for scale in Scale if scale in fields]
    if not kinds:
        fix = f"write its words under one of: {', '.join(Scale)}"
        fields.whole.wrong("the question has no words", fix)
        return None
    if len(kinds) > 1:
        fields[kinds[1]].wrong(f"the question is a {kinds[0]} already", "make it a question of its own")
    return kinds[0]


def _read_text(value: Value) -> str | None:
    text = value.text(at_most=LONGEST_TEXT)
    return " ".join(text.split()) if text else None


def _read_choices(fields: Fields, scale: Scale | None, *, most: int) -> tuple[str, ...]:
    if scale is Scale.CHOICE:
        fix = "list what there is to choose, as `choices: [documentation, speed]`"
        return fields.need("choices", lambda it: _listed(it, most), fix) or ()
    if scale and "choices" in fields:
        fields["choices"].wrong(f"a {scale} has no choices", "take them out, or write its words under `choice`")
    return ()


def _listed(value: Value, most: int) -> tuple[str, ...]:
    items = value.items()
    if isinstance(value.node, Sequence) and not 2 <= len(items) <= most:
        where = "buttons of the message" if most == MOST_BUTTONS else "form"
        value.wrong(f"{len(items)} choices are listed", f"list 2 to {most}: so many fit the {where}")
    found: dict[str, str] = {}
    for item in items:
        text = item.text(at_most=LONGEST_CHOICE)
        if text is None:
            continue
        if text.casefold() in found:
            item.wrong(f'"{clip(text)}" is listed twice', "keep one of the two")
        found[text.casefold()] = " ".join(text.split())
    return tuple(found.values())
