"""Shows what was found by words: articles with section and age, and pointers to solved threads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.answers.blocks import PERSON, cited
from bot.answers.pointers import Pointer, day
from bot.answers.writer import Source
from bot.blockkit import TEXT_MAX, Shown, actions, button, clip, escape, link, plain, section
from bot.model import MessageKind, Purpose
from knowledge.stories import Story

WORDS_MOST = 100  # of what was looked for, said back

FOUND = MessageKind(
    "found",
    Purpose.ASKED,
    "the person who looked for something, in their direct messages",
    "`find`, to the bot",
    "once a request",
    "it only answers what you do",
)
KINDS = (FOUND,)


@dataclass(frozen=True)
class Listed:
    """Best first."""

    articles: tuple[Source, ...]
    threads: tuple[Pointer, ...]
    stories: tuple[Story, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.articles or self.threads or self.stories)


def listed(wanted: str, found: Listed, *, today: date) -> Shown:
    """A list each of what there is, and no heading over nothing."""
    articles = [f"• {cited(each, today)}" for each in found.articles]
    threads = [
        f"• solved in {link(each.url, 'this thread')} on {day(each.solved_on, today=today)}" for each in found.threads
    ]
    stories = [f"• {_story(each, today)}" for each in found.stories]
    parts = [_part("In the handbook", articles), _part("Solved threads", threads), _part("Success stories", stories)]
    head = f"{_said(wanted)}:"
    text = clip("\n".join([head, *filter(None, parts)]), TEXT_MAX)
    return Shown(text, (section(head), *(section(part) for part in parts if part)))


def nothing(wanted: str, answer_id: str) -> Shown:
    text = f"{_said(wanted)}: nothing in the handbook, and no solved thread. A person can help you:"
    return Shown(
        text,
        (
            section(text),
            actions("answers.verdict", [button("Get a person", action_id=PERSON, value=answer_id, style="primary")]),
        ),
    )


def _story(story: Story, today: date) -> str:
    """With its page where it has one, else the file that it is."""
    told = f"told {day(story.told_on, today=today)}"
    if story.url:
        return f"{link(story.url, story.title)}, {told}"
    return f"{escape(story.title)} (`stories/{escape(story.id)}`), {told}"


def _part(name: str, lines: Sequence[str]) -> str:
    return "\n".join([f"*{name}*", *lines]) if lines else ""


def _said(wanted: str) -> str:
    """What was looked for, in one line."""
    words = " ".join(escape(plain(wanted)).replace("`", "'").split())
    return f"Found for “{clip(words, WORDS_MOST)}”"
