"""Decides which messages may be questions, and when the bot may answer one it overheard. Pure.

What the words say is `bot.peers.wording`'s.
"""

from datetime import datetime

from bot.authority import is_ours
from bot.calendar import is_within
from bot.model import Message, Workspace
from bot.peers.wording import Gist, gist
from bot.urgency import is_urgent
from knowledge.channels import AnswerMode, Channel


def is_by_ours(message: Message, workspace: Workspace) -> bool:
    """False for people of other companies in channels shared with them, of whom nothing is kept."""
    author = message.author
    return author.is_bot or not message.is_shared or is_ours(author.team_id, author.enterprise_id, workspace)


def may_be_question(message: Message) -> bool:
    """A person's own words, as the first message of a thread."""
    return not message.author.is_bot and message.is_plain and message.thread_ts is None


def may_go_on(message: Message) -> bool:
    """A person's own reply in a channel's thread that wants something, without a mention of the bot."""
    is_reply = message.thread_ts is not None and message.is_plain and not message.author.is_bot
    is_ours = not (message.is_direct or message.is_shared or message.mentions_us)
    return is_reply and is_ours and gist(message.text) in (Gist.ASKS, Gist.STILL)


def when_to_answer(channel: Channel, asked_at: datetime, text: str = "") -> datetime | None:
    """When a question overheard in the channel may be answered; None when only a mention is.

    Outside the channel's hours there are no peers to crowd out, so nobody is waited for; nor is it when it is urgent.
    """
    match channel.answer:
        case AnswerMode.WHEN_MENTIONED:
            return None
        case AnswerMode.AFTER if is_left_to_peers(channel, asked_at, text):
            return asked_at + channel.answer_after
        case _:
            return asked_at


def is_left_to_peers(channel: Channel, asked_at: datetime, text: str = "") -> bool:
    """Whether people have their chance first."""
    is_in_hours = channel.hours is None or is_within(channel.hours, asked_at)
    return channel.answer is AnswerMode.AFTER and is_in_hours and not is_urgent(text, channel.urgent)


def may_call_people(channel: Channel, text: str) -> bool:
    """Whether the people on duty are called for a question that was overheard.

    In shadow nothing is said, and where the bot waits to be mentioned it waits for that too.
    """
    return channel.answer in (AnswerMode.AFTER, AnswerMode.AT_ONCE) and is_urgent(text, channel.urgent)
