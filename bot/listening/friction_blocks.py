"""Shows what somebody logged: the form, and to them alone what was taken down. And reads what comes back.

What the platform team sees of it is `bot.listening.list_blocks`'.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.blockkit import Shown, actions, button, clip, context, escape, option, section, select
from bot.errors import PayloadMalformed
from bot.friction import IN_WORDS, OPEN, Origin, SaidIn, Stage, offer, read_origin
from bot.listening.rules import KEPT, TEXT_MOST
from bot.model import Json, MessageKind, Purpose

FORM = "listening.friction.form"  # what Slack calls the form
SHORTCUT = "listening.friction.log"
WITHDRAW, NAME, UNNAME, STAGE = (f"listening.friction.{each}" for each in ("withdraw", "name", "unname", "stage"))
CHOICES = {WITHDRAW: "withdraw", NAME: "name", UNNAME: "unname"}
FIELD = "listening.field."  # before a form's field: a block's id
WORDS, AT, NAMED = "words", "stage", "named"
SHOWN_MOST = 300  # characters of the words, said back
YES = "yes"

NOTED = MessageKind(
    "friction noted",
    Purpose.ASKED,
    "the person who logged it, only visible to them; as a DM when that fails",
    "`friction`, *Log as friction*, or *Log what was hard* under an answer or a request",
    "once a time; buttons in it change it",
    "it only answers what you do",
)
KINDS = (NOTED,)


@dataclass(frozen=True)
class Filled:
    """The form as it was sent. `stage` is None where the words are to tell it."""

    words: str
    stage: Stage | None
    is_named: bool


def form(origin: Origin, *, words: str, guess: Stage, has_message: bool) -> Json:
    """`words` are the person's own, to begin with; `has_message`: a colleague's message says more."""
    options = [option(said, each.value) for each, said in IN_WORDS.items() if each is not Stage.UNSURE]
    chosen = [each for each in options if each["value"] == guess.value]
    at = select("I work it out from your words", options, action_id="stage", chosen=chosen[0] if chosen else None)
    box = {"type": "plain_text_input", "action_id": "words", "multiline": True, "max_length": TEXT_MOST}
    box |= {"initial_value": clip(words, TEXT_MOST)} if words else {}
    allow = {"type": "checkboxes", "action_id": "named", "options": [option("They may see my name", YES)]}
    told = "The platform team sees this, without your name unless you say so. You can withdraw it in one press."
    about = " They can read that message too, as long as its words are kept." if has_message else ""
    blocks = [
        section(told + about),
        _input(WORDS, "What was hard?", box, is_optional=has_message),
        _input(AT, "At which stage?", at, is_optional=True),
        _input(NAMED, "Your name", allow, is_optional=True),
    ]
    shown = {"title": "Log what was hard", "submit": "Log", "close": "Cancel"}
    words_of = {name: {"type": "plain_text", "text": text} for name, text in shown.items()}
    return {"type": "modal", "callback_id": FORM, "private_metadata": str(origin), **words_of, "blocks": blocks}


def _input(field: str, label: str, element: Json, *, is_optional: bool) -> Json:
    return {
        "type": "input",
        "block_id": f"{FIELD}{field}",
        "label": {"type": "plain_text", "text": label},
        "element": element,
        **({"optional": True} if is_optional else {}),
    }


def read_form(values: Mapping[str, str]) -> Filled:
    """Raises PayloadMalformed for a stage that is none."""
    stage = values.get(f"{FIELD}{AT}", "")
    if stage and stage not in set(Stage):
        raise PayloadMalformed(f"no stage of ours: {clip(stage, 40)}")
    words = values.get(f"{FIELD}{WORDS}", "").strip()
    return Filled(words, Stage(stage) if stage else None, values.get(f"{FIELD}{NAMED}") == YES)


def errors(problem: str) -> dict[str, str]:
    return {f"{FIELD}{WORDS}": problem}


@dataclass(frozen=True)
class Noted:
    """What was taken down, as the person sees it. `words` are "" where none are kept."""

    id: str
    words: str
    stage: Stage
    is_stage_said: bool
    is_named: bool
    source: SaidIn
    is_left_out: bool = False


def noted(told: Noted) -> Shown:
    """One line, who sees it, and what can be changed."""
    how = "" if told.is_stage_said or told.stage is Stage.UNSURE else " (as I read it)"
    said = f": “{escape(clip(' '.join(told.words.split()), SHOWN_MOST))}”" if told.words else ""
    head = f"Logged, *{IN_WORDS[told.stage]}*{how}{said}"
    who = "with your name" if told.is_named else "without your name"
    sees = f"The platform team sees it {who}, from tomorrow morning on. It is deleted after {KEPT.days} days."
    if told.is_left_out:
        sees = "You are counted out, so I kept the stage and not your words. `settings` changes that."
    options = [option(words, f"{told.id}:{each.value}") for each, words in IN_WORDS.items()]
    at = select("Stage", options, action_id=STAGE, chosen=options[list(IN_WORDS).index(told.stage)])
    name = button("Leave my name out", action_id=UNNAME, value=told.id)
    if not told.is_named:
        name = button("They may see my name", action_id=NAME, value=told.id)
    row = [at, *([] if told.is_left_out else [name]), button("Withdraw", action_id=WITHDRAW, value=told.id)]
    return Shown(head, (section(head), context(sees), actions(f"listening.friction.{told.id}", row)))


def asks() -> Shown:
    """To somebody who gave no words, where no form can be opened."""
    text = "What was hard? Write `friction` and your words, or:"
    return Shown(text, (section(text), actions("listening.friction", [offer(Origin())])))


def said(text: str) -> Shown:
    return Shown(text, (section(text),))


def read_press(action_id: str, value: str) -> tuple[str, str]:
    """The id of what was logged, and what is wanted: withdraw, name, unname, or a stage. Raises PayloadMalformed."""
    if action_id == STAGE:
        friction_id, _, stage = value.rpartition(":")
        if stage not in set(Stage) or not friction_id:
            raise PayloadMalformed(f"no stage of ours: {clip(value, 40)}")
        return friction_id, stage
    if action_id not in CHOICES:
        raise PayloadMalformed(f"no button of ours: {action_id[:40]}")
    return value, CHOICES[action_id]


def read_open(action_id: str, value: str) -> Origin | None:
    """Where the button stood that opens the form; None for another button."""
    return read_origin(value) if action_id == OPEN else None
