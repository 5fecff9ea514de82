"""Shows how a private answer or question comes into the channel: what is offered, what would be posted, what was."""

from bot.answers.blocks import ASK_PEOPLE, POST, SHARE, WHAT_MOST
from bot.blockkit import TEXT_MAX, Shown, actions, button, clip, context, escape, plain, section
from bot.model import Json, MessageKind, Purpose

SHARED = MessageKind(
    "shared answer",
    Purpose.ASKED,
    "the channel in which the command was used",
    "the person who asked presses *Share in channel*",
    "once an answer",
    "it only answers what you do",
)
QUESTION_POSTED = MessageKind(
    "question posted",
    Purpose.ASKED,
    "the channel in which the command was used; names the people on duty where a person was asked for",
    "the person who asked was shown what would be posted, and presses *Post it*",
    "once a question",
    "it only answers what you do",
)
KINDS = (SHARED, QUESTION_POSTED)


def can_share(answer_id: str) -> tuple[Json, ...]:
    """What the press does is said before it."""
    return (
        context("*Share in channel* posts your question and this answer here, without your name."),
        actions("answers.share", [button("Share in channel", action_id=SHARE, value=answer_id)]),
    )


def cannot_share() -> tuple[Json, ...]:
    return (context("This cannot be shared in the channel: it rests on something that not everybody may see."),)


def was_shared() -> Json:
    return context("✓ Shared in this channel.")


def can_ask_people(answer_id: str) -> tuple[Json, ...]:
    return (actions("answers.people", [button("Ask people here", action_id=ASK_PEOPLE, value=answer_id)]),)


def shared(question: str, answer: Shown) -> Shown:
    """The question in its asker's words and the answer, to the channel, by nobody's name."""
    head = f"Shared by a person in this channel, who asked me:\n{_quoted(question)}"
    return Shown(clip(f"{head}\n{answer.text}", TEXT_MAX), (section(head), *answer.blocks))


def preview(question: str, answer_id: str) -> Shown:
    """For the asker alone, before anything is posted."""
    head = "This is what I would post in this channel, without your name:"
    row = actions("answers.people", [button("Post it", action_id=POST, value=answer_id, style="primary")])
    return Shown(head, (section(head), section(_quoted(question)), row))


def was_posted() -> Shown:
    text = "✓ Posted in this channel. People answer you there, in the thread."
    return Shown(text, (section(text),))


def posted(question: str, *, mention: str = "") -> Shown:
    """A question to the people of the channel; `mention` calls those on duty, where a person was asked for."""
    head = f"{mention} a person in this channel asks for help:" if mention else "A person in this channel asks:"
    text = f"{head}\n{_quoted(question)}\nCan somebody help? Please answer in the thread."
    return Shown(text, (section(text),))


def _quoted(question: str) -> str:
    lines = escape(clip(plain(question), WHAT_MOST)).strip().splitlines()
    return "\n".join(f"&gt; {line}" for line in lines or ["…"])
