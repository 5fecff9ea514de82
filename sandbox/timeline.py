"""The order of messages in one channel and its threads. Knows no people, rights or events."""

from bisect import bisect_left, insort

from sandbox.model import Channel, Json, Message
from sandbox.refused import Refused

TOMBSTONE_TEXT = "This message was deleted."


def insert(channel: Channel, message: Message) -> None:
    """Puts a message in its channel or thread, where its ts belongs. Raises Refused when there is no such thread."""
    if message.thread_ts is not None:
        parent = thread_parent(channel, message.thread_ts)
        parent.thread_ts = parent.ts
        insort(channel.threads.setdefault(parent.ts, []), message.ts)
    channel.messages[message.ts] = message
    if message.thread_ts is None or message.subtype == "thread_broadcast":
        insort(channel.timeline, message.ts)


def thread_parent(channel: Channel, thread_ts: str) -> Message:
    """The message whose thread this is. Raises Refused when it is not there or is itself a reply."""
    parent = channel.messages.get(thread_ts)
    if parent is None:
        raise Refused("thread_not_found")
    if parent.thread_ts not in (None, parent.ts):
        raise Refused("cannot_reply_to_message")
    return parent


def remove(channel: Channel, message: Message) -> bool:
    """Whether the message is gone; False when it left a tombstone, since its replies still stand."""
    if channel.threads.get(message.ts):
        message.subtype, message.text, message.user = "tombstone", TOMBSTONE_TEXT, "USLACKBOT"
        message.blocks, message.attachments, message.reactions = [], [], {}
        message.bot_id = message.app_id = message.client_msg_id = message.metadata = message.edited = None
        return False
    message.deleted = True
    del channel.messages[message.ts]
    _drop(channel.timeline, message.ts)
    _leave_thread(channel, message)
    return True


def replies(channel: Channel, parent_ts: str) -> list[Message]:
    return [channel.messages[ts] for ts in channel.threads.get(parent_ts, ())]


def thread_facts(channel: Channel, message: Message) -> Json:
    """What Slack adds to a parent (`reply_count`, `reply_users`, `latest_reply` …) or to a reply; else nothing."""
    if message.thread_ts is None:
        return {}
    if message.thread_ts != message.ts:
        parent = channel.messages.get(message.thread_ts)
        return {"parent_user_id": parent.user} if parent else {}
    answers = replies(channel, message.ts)
    if not answers:
        return {}
    users = list(dict.fromkeys(answer.user for answer in answers))
    return {
        "reply_count": len(answers),
        "reply_users_count": len(users),
        "latest_reply": answers[-1].ts,
        "reply_users": users[:5],
        "is_locked": False,
        "subscribed": False,
    }


def _leave_thread(channel: Channel, message: Message) -> None:
    thread = channel.threads.get(message.thread_ts or "")
    if thread is None or message.thread_ts == message.ts or message.thread_ts is None:
        return
    _drop(thread, message.ts)
    if thread:
        return
    del channel.threads[message.thread_ts]
    parent = channel.messages[message.thread_ts]
    parent.thread_ts = None
    if parent.subtype == "tombstone":
        remove(channel, parent)


def _drop(moments: list[str], ts: str) -> None:
    """Takes the moment out of the sorted ones, if it is among them."""
    index = bisect_left(moments, ts)
    if index < len(moments) and moments[index] == ts:
        del moments[index]
