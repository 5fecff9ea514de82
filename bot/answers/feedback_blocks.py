"""Shows what the asker alone sees first, and what becomes of an answer once something was said of it.

The answer itself is `bot.answers.blocks`', and so are all ids of buttons.
"""

from datetime import date

from bot.answers.blocks import NOT_QUITE, PERSON, SOLVED, answer, source_link
from bot.answers.writer import Draft, Source
from bot.blockkit import Shown, actions, button, context, section
from bot.model import Json, MessageKind, Purpose

HINT = MessageKind(
    "hint",
    Purpose.ASKED,
    "the person who asked, only visible to them, in the channel",
    "a question in a channel with `after N minutes`, within its hours, of which the handbook speaks",
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
KINDS = (HINT, SOLVED_BY)


def hint(draft: Draft, answer_id: str, *, is_sure: bool, today: date, until: str) -> Shown:
    """For the asker alone, while people have their chance until that time of day."""
    found = answer(draft, answer_id, is_sure=is_sure, today=today, can_press=False)
    head = f"Only you see this, from the handbook. If nobody here answers by {until}, I answer in the thread."
    return Shown(found.text, (context(head), *found.blocks, choices(answer_id)))


def choices(answer_id: str) -> Json:
    """What can be said of an answer, with the way to a person."""
    return actions(
        "answers.verdict",
        [
            button("That solved it", action_id=SOLVED, value=answer_id, style="primary"),
            button("Not quite", action_id=NOT_QUITE, value=answer_id),
            button("Get a person", action_id=PERSON, value=answer_id),
        ],
    )


def solved_by(source: Source) -> Shown:
    """To the thread, so that people stop digging. It names the article and nobody."""
    text = f"✓ Solved, from this article: {source_link(source)}"
    return Shown(text, (section(text),))
