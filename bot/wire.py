"""Readers of a message as Slack writes it, in events, in history and in exports; and of the values in any payload.

Out come our nouns, or PayloadMalformed. What is around a message in an event is `handlers.payload`'s.
"""

import re
from collections.abc import Iterator
from typing import Any

from bot.errors import PayloadMalformed
from bot.model import Author, Deletion, Json, Message, Standing, Workspace
from bot.text_secrets import without_secrets

# Somebody's own words; every other subtype is a notice of Slack's, also where a bot or Slackbot is named as its author.
PLAIN_SUBTYPES = {None, "file_share", "thread_broadcast", "me_message", "bot_message"}
TEXT_MAX = 40_000  # where Slack itself cuts
REACTION_MAX = 100  # characters of a reaction's name
ID = re.compile(r"[!-~]{1,40}")
TS = re.compile(r"(?=.{3,24}\Z)[0-9]{1,10}\.[0-9]+")
_PERSON = re.compile(r"<@[^<>]*>")
SLACKBOT = "USLACKBOT"  # a bot, though its profile says otherwise


def read_standing(listed: Json, channel_id: str, workspace: Workspace, *, is_shared: bool = False) -> Standing | None:
    """A message as history lists it, with its reactions and what is known of its thread; None for a notice."""
    ts = read_ts(listed, "ts")
    if listed.get("subtype") == "tombstone":
        said: Message | Deletion | None = Deletion(channel_id, ts, ts)
    else:
        said = read_message(listed, channel_id, workspace, is_shared=is_shared)
    if said is None:
        return None
    count = listed.get("reply_count")
    return Standing(
        said=said,
        reactions=tuple(_reactions(listed.get("reactions"))),
        reply_count=count if isinstance(count, int) else 0,
        latest_reply=read_optional_ts(listed, "latest_reply") or "",
    )


def _reactions(listed: Any) -> Iterator[tuple[str, tuple[str, ...], bool]]:
    """Name, who, and whether these are all: Slack names only the first of many. Each name once."""
    found: dict[str, tuple[tuple[str, ...], bool]] = {}
    for each in listed if isinstance(listed, list) else ():
        if not isinstance(each, dict) or not isinstance(each.get("users"), list):
            continue
        users = tuple(user for user in each["users"] if isinstance(user, str) and ID.fullmatch(user))
        name, count = read_words(each, "name")[:REACTION_MAX], each.get("count")
        before, was_all = found.get(name, ((), True))
        is_all = not isinstance(count, int) or len(users) >= count
        found[name] = (tuple(dict.fromkeys(before + users)), was_all and is_all)
    yield from ((name, users, is_all) for name, (users, is_all) in found.items())


def read_message(message: Json, channel_id: str, workspace: Workspace, *, is_shared: bool) -> Message | None:
    """The message, without what looks like a secret in it; None for a notice, which nobody wrote."""
    subtype = read_optional(message, "subtype")
    is_bot = subtype == "bot_message" or bool(message.get("bot_id")) or message.get("user") == SLACKBOT
    if subtype not in PLAIN_SUBTYPES:
        return None
    ts, thread_ts = read_ts(message, "ts"), read_optional_ts(message, "thread_ts")
    written, edited = read_words(message, "text"), message.get("edited")
    is_own = is_bot and workspace.bot_user_id == message.get("user")  # of the handbook, where examples stand
    text = written if is_own else without_secrets(written)
    return Message(
        channel_id=channel_id,
        ts=ts,
        author=Author(
            user_id=read_optional(message, "user", "bot_id") or "",
            is_bot=is_bot,
            team_id=read_optional(message, "user_team", "source_team", "team"),
        ),
        text=text,
        thread_ts=thread_ts if thread_ts != ts else None,
        edited_ts=read_optional_ts(edited, "ts") if isinstance(edited, dict) else None,
        is_direct=is_direct(channel_id),
        is_shared=is_shared,
        mentions_us="<@" in text and _mention(workspace).search(text) is not None,
        had_secrets=text != written,
    )


def is_direct(channel_id: str) -> bool:
    """Whether the channel is a direct message with the bot."""
    return channel_id.startswith("D")


def without_mention(text: str, workspace: Workspace) -> str:
    """The words beside the mention of the bot."""
    return _mention(workspace).sub(" ", text).strip()


def without_people(text: str) -> str:
    """The words without mentions of anybody, nor the names in them."""
    return _PERSON.sub(" ", text)


def _mention(workspace: Workspace) -> re.Pattern[str]:
    """The bot's mention, with the name beside the id or without."""
    return re.compile(rf"<@{re.escape(workspace.bot_user_id)}(\|[^<>]*)?>")


def read_object(body: Json, name: str) -> Json:
    value: Any = body.get(name)
    if not isinstance(value, dict):
        raise PayloadMalformed(f"{name} is missing")
    return value


def read_words(body: Json, name: str) -> str:
    """What a person wrote, as any database can keep it: no NUL, no half characters. "" for none."""
    value = body.get(name)
    whole = value.replace("\x00", "") if isinstance(value, str) else ""
    kept = whole[:TEXT_MAX]
    return kept if kept.isascii() else kept.encode(errors="replace").decode()


def read_text(body: Json, name: str, *, most: int = 200) -> str:
    """A value that Slack made and nobody wrote: plain ASCII."""
    value = body.get(name)
    if not isinstance(value, str) or not value or not value.isascii() or "\x00" in value:
        raise PayloadMalformed(f"{name} is missing")
    if len(value) > most:
        raise PayloadMalformed(f"{name} is longer than any of Slack's")
    return value


def read_id(body: Json, name: str) -> str:
    return read_text(body, name, most=40)


def read_optional(body: Json, *names: str, most: int = 40) -> str | None:
    """The first of these that is set; None when none is."""
    for name in names:
        if body.get(name):
            return read_text(body, name, most=most)
    return None


def read_ts(body: Json, name: str) -> str:
    value = read_text(body, name)
    if TS.fullmatch(value) is None:
        raise PayloadMalformed(f"{name} is no time of Slack's")
    return value


def read_optional_ts(body: Json, name: str) -> str | None:
    return read_ts(body, name) if body.get(name) else None
