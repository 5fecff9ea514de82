"""Shows the card of a capability to the platform team, and reads what is pressed on it. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import NoReturn

from bot.adoption.card_rules import CHANGE, CHOICES, DROP, KEEP, LATELY, WORDS_MOST, Card
from bot.adoption.rules import in_words
from bot.blockkit import Shown, actions, button, context, escape, section
from bot.errors import PayloadMalformed
from bot.model import Json, MessageKind, Purpose
from bot.statistics import TOO_FEW, Share, counted, share_in_words
from knowledge.capabilities import Status

PREFIX = "adoption.card."
STORY, WHY = "story", "why"
FORM = "adoption.card_words"
FIELD = "adoption.card_words.words"
LABELS = {KEEP: "Keep", CHANGE: "Change", DROP: "Drop"}
SEPARATOR = "|"
CARD = MessageKind(
    "card of a capability",
    Purpose.UNASKED,
    "the platform channel",
    "30, 60 and 90 days after a capability's status began, on a working day; changed in place by what is decided",
    "once each of the three and status, three cards a day",
    "decide; or take `platform_channel` out of the handbook's `channels.yaml`",
)
KINDS = (CARD,)
FOOT = "The last press holds until the next card. Who pressed is kept and not shown."


@dataclass(frozen=True)
class Decided:
    """What the team decided; `next` is what to change in the handbook."""

    choice: str
    on: date
    next: str
    words: str = ""
    story: str = ""  # what is said of a story, "" for nothing
    offers_story: bool = False


def card(shown: Card, key: str, decided: Decided | None = None) -> Shown:
    head = f"*{escape(shown.title)}* after {counted(shown.passed, 'day')} ({_status(shown)}): keep, change or drop?"
    body = "\n".join(f"• {line}" for line in _lines(shown))
    blocks: list[Json] = [section(head), section(body)]
    row = [button(LABELS[each], action_id=f"{PREFIX}{each}", value=key) for each in CHOICES]
    text = head
    if decided is not None:
        said, text = _decided(decided), f"{head} {LABELS[decided.choice]}, says the team."
        blocks.append(section(said))
        row.append(button("Say why", action_id=f"{PREFIX}{WHY}", value=key))
        if decided.offers_story:
            row.append(button("Ask a team for its story", action_id=f"{PREFIX}{STORY}", value=key))
    return Shown(text, (*blocks, actions("adoption.card", row), context(FOOT)))


def _status(shown: Card) -> str:
    return f"{shown.status} since {in_words(shown.since)}"


def _decided(decided: Decided) -> str:
    quoted = f": “{escape(decided.words)}”" if decided.words else "."
    lines = [f"*{LABELS[decided.choice]}*, says the team on {in_words(decided.on)}{quoted}", decided.next]
    return "\n".join([*lines, *([escape(decided.story)] if decided.story else [])])


def _lines(shown: Card) -> Iterator[str]:
    yield _teams(shown)
    yield f"Satisfied users: {_satisfied(shown)}."
    yield f"Logged as hard: {counted(shown.friction, 'time')} since then."
    yield _support(shown)
    if shown.gave or shown.asked:
        given = "; ".join(escape(each) for each in shown.why) or "no reason was given"
        yield f"Why not: {given} ({counted(shown.gave, 'team')} said, {shown.asked} asked)."
    if shown.days_to_learn is not None:
        yield f"First learned of it {counted(shown.days_to_learn, 'day')} after it was first offered."


def _teams(shown: Card) -> str:
    if shown.chose is None:
        first = "There is no choice, so nobody chose it"
    elif shown.status == Status.PILOT:
        first = f"Volunteers that use it: {_of(shown.chose)}"
    else:
        first = f"Teams that chose it: {_of(shown.chose)}"
    left = f" Stopped: {counted(shown.left, 'team')}." if shown.left else ""
    return f"{first}. Of all that use it, in the last {LATELY} days: {_of(shown.still)}.{left}"


def _of(share: Share) -> str:
    """Teams are no people: also few of them are counted out."""
    return share_in_words(share) if share.is_enough else f"{share.k} of {share.n}"


def _satisfied(shown: Card) -> str:
    if shown.csat is not None:
        return escape(shown.csat.said)
    if shown.was_asked:
        return TOO_FEW
    return "nobody was asked; a survey of those who ran its actions (`audience: ran`) would tell"


def _support(shown: Card) -> str:
    cost = shown.support
    if cost is None:
        return "Support: not measured; name its `topics` in `capabilities.yaml`, first tags of articles."
    topics = ", ".join(f"`{escape(each)}`" for each in cost.topics)
    answers = f"{counted(cost.by_platform, 'answer')} by the platform team and {cost.by_peers} by others"
    return f"Support: {counted(cost.questions, 'question')} sorted under {topics} since then, {answers}."


def form(key: str) -> Json:
    box = {"type": "plain_text_input", "action_id": "words", "max_length": WORDS_MOST}
    words = {"title": "Why?", "submit": "Say it", "close": "Cancel"}
    asked = {
        "type": "input",
        "block_id": FIELD,
        "label": {"type": "plain_text", "text": "In a sentence, for the team"},
        "element": box,
    }
    shown = {name: {"type": "plain_text", "text": text} for name, text in words.items()}
    return {"type": "modal", "callback_id": FORM, "private_metadata": key, **shown, "blocks": [asked]}


def write_key(capability: str, seen_on: date, days: int) -> str:
    return SEPARATOR.join((capability, seen_on.isoformat(), str(days)))


def read_key(value: str) -> tuple[str, date, int]:
    """Raises PayloadMalformed for what is no card's."""
    parts = value.split(SEPARATOR)
    try:
        capability, seen_on, days = parts
        return capability, date.fromisoformat(seen_on), int(days)
    except ValueError:
        _malformed()


def read_press(action_id: str, value: str) -> str:
    """A choice, `STORY` or `WHY`. Raises PayloadMalformed."""
    choice = action_id.removeprefix(PREFIX)
    if choice not in (*CHOICES, STORY, WHY):
        _malformed()
    read_key(value)
    return choice


def _malformed() -> NoReturn:
    raise PayloadMalformed("no card of a capability")


def said(text: str) -> Shown:
    return Shown(escape(text), (section(escape(text)),))
