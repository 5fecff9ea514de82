"""Shows what the asker alone sees first, and what becomes of an answer once something was said of it.

The answer itself is `bot.answers.blocks`', and so are all ids of buttons.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.answers.blocks import ASK_PEOPLE, NOT_QUITE, PERSON, REASONS, SOLVED, WHY, answer, refusal, source_link
from bot.answers.writer import Draft, Source
from bot.blockkit import Shown, actions, button, context, section
from bot.friction import Origin, SaidIn, offer
from bot.model import Json, MessageKind, Purpose
from bot.notice_board import carried

HINT = MessageKind(
    "hint",
    Purpose.ASKED,
    "the person who asked, only visible to them, in the channel",
    "a question in a channel with `after N minutes`, within its hours, that the handbook can answer",
    "once a question",
    "set the channel to another mode in `channels.yaml`; be left out by `settings`",
)
SOLVED_BY = MessageKind(
    "solved by an article",
    Purpose.ASKED,
    "the thread of the question",
    "the person who asked presses *That solved it* on a hint",
    "once a question",
    "it only answers what you do",
)
REASON = MessageKind(
    "reason asked",
    Purpose.ASKED,
    "the person who pressed, only visible to them",
    "*Not quite* under an answer in a thread; elsewhere the same stands under the answer",
    "once an answer",
    "it only answers what you do",
)
PEOPLE_ASKED = MessageKind(
    "people asked",
    Purpose.ASKED,
    "the thread of the question",
    "the person who asked presses *Ask people here*",
    "once a thread",
    "it only answers what you do",
)
KINDS = (HINT, SOLVED_BY, REASON, PEOPLE_ASKED)


def hint(draft: Draft, answer_id: str, *, is_sure: bool, today: date, until: str) -> Shown:
    """For the asker alone, while people have their chance until that time of day."""
    found = answer(draft, answer_id, is_sure=is_sure, today=today, can_press=False)
    head = f"Only you see this, from the handbook. If nobody here answers by {until}, I answer in the thread."
    return Shown(found.text, (context(head), *found.blocks, choices(answer_id)))


def choices(answer_id: str) -> Json:
    """What can be said of an answer, with the way to a person."""
    return actions(
        "answers.verdict", [*_verdicts(answer_id), button("Get a person", action_id=PERSON, value=answer_id)]
    )


def _verdicts(answer_id: str) -> tuple[Json, Json]:
    return (
        button("That solved it", action_id=SOLVED, value=answer_id, style="primary"),
        button("Not quite", action_id=NOT_QUITE, value=answer_id),
    )


@dataclass(frozen=True)
class Offer:
    """What is offered after *Not quite*: the next source, or none; and whether people here can be asked."""

    answer_id: str
    draft: Draft | None
    can_ask_people: bool


def after_not_quite(before: Shown, offer: Offer, *, today: date, more: Sequence[Json] = ()) -> Shown:
    """The next source in place of the one that was not it, or that one without its buttons; and the ways to people."""
    buttons = [button("Get a person", action_id=PERSON, value=offer.answer_id)]
    if offer.can_ask_people:
        buttons.insert(0, button("Ask people here", action_id=ASK_PEOPLE, value=offer.answer_id))
    if offer.draft is None:
        kept = [block for block in before.blocks if block["type"] != "actions"]
        row = actions("answers.verdict", buttons)
        return Shown(before.text, (*kept, context("Not it, says the person who asked."), row, *more))
    found = answer(offer.draft, offer.answer_id, is_sure=True, today=today, can_press=False)
    row = actions("answers.verdict", [*_verdicts(offer.answer_id), *buttons])
    head = context("Not it, says the person who asked. Perhaps this:")
    return Shown(found.text, (head, *found.blocks, *carried(before.blocks), row, *more))


def why(answer_id: str) -> tuple[Json, Json]:
    """Asks for the reason, which need not be given."""
    buttons = [button(REASONS[kept], action_id=id_, value=answer_id) for id_, kept in WHY.items()]
    return context("What was wrong with it? One press, if you like; it goes to who keeps the article."), actions(
        "answers.why", buttons
    )


def why_alone(answer_id: str) -> Shown:
    """The same as a message of its own."""
    return Shown("What was wrong with it?", why(answer_id))


def noted(reason: str, answer_id: str) -> tuple[Json, Json]:
    """What was behind the question may be worth more than the article: that can be logged too."""
    row = actions("answers.hard", [offer(Origin(SaidIn.ANSWER, answer_id))])
    return context(f"Noted: {reason}. Thank you."), row


def noted_alone(reason: str, answer_id: str) -> Shown:
    return Shown(f"Noted: {reason}. Thank you.", noted(reason, answer_id))


def still_open() -> Shown:
    """To the thread; it names nobody."""
    return refusal("This is still open: what I found did not help. Can somebody here help?")


def solved_by(source: Source) -> Shown:
    """To the thread, so that people stop digging. It names the article and nobody."""
    text = f"✓ Solved, from this article: {source_link(source)}"
    return Shown(text, (section(text),))
