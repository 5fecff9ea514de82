"""Decides which messages may be questions, which are still to be done, and when one overheard may be answered. Pure.

What the words say is `bot.peers.wording`'s.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.authority import is_ours
from bot.calendar import is_within
from bot.model import Message, Standing, Workspace, moment
from bot.peers.wording import Gist, gist
from bot.urgency import is_urgent
from knowledge.channels import AnswerMode, Channel

ASKED_LATELY = timedelta(minutes=10)  # whoever tries a bot that is being set up waits for it


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


def is_to_be_done(asked: Message, page: Sequence[Standing], *, used_since: datetime, us: Workspace) -> bool:
    """Whether what somebody asked of the bot, read back on this page, is done by it.

    A database knows nothing of what was done before its first use. So that is left alone, but for the last minutes
    before, and there too where somebody spoke below it: another bot of ours may have answered.
    """
    if moment(asked.ts) >= used_since:
        return True
    return used_since - moment(asked.ts) <= ASKED_LATELY and not _is_taken_up(asked, page, us)


def _is_taken_up(asked: Message, page: Sequence[Standing], us: Workspace) -> bool:
    """Whether its thread has replies; of a reply, whether we stand further down in its thread."""
    if asked.thread_ts is None:
        return any(each.reply_count for each in page if each.ts == asked.ts)
    below = [each.said for each in page if isinstance(each.said, Message) and each.ts > asked.ts]
    return any(each.thread_ts == asked.thread_ts and each.author.user_id == us.bot_user_id for each in below)


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
