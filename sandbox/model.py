"""The nouns of the workspace, and what happens in it. Plain state: no rules, no network."""

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass
class Person:
    """A human or a bot user. `team_id` is their home: ours, another workspace of our organisation, or a company's.

    `teams` are the workspaces of their organisation they are in besides.
    """

    id: str
    name: str
    real_name: str
    team_id: str
    tz: str = "Europe/London"
    teams: tuple[str, ...] = ()
    is_bot: bool = False
    is_restricted: bool = False  # guest
    is_ultra_restricted: bool = False  # single-channel guest
    deleted: bool = False
    is_away: bool = False  # what `users.getPresence` tells
    bot_id: str = ""  # of a bot user: its own id as a bot, and its app's
    app_id: str = ""
    status_text: str = ""
    status_emoji: str = ""  # with its colons, as ":palm_tree:"
    status_expiration: int = 0  # seconds since the epoch; 0: never

    def is_in_team(self, team_id: str) -> bool:
        return team_id == self.team_id or team_id in self.teams

    def status(self, now_s: float) -> tuple[str, str, int]:
        """Text, emoji and end of the status as it stands; Slack takes away one whose end came."""
        has_ended = 0 < self.status_expiration <= now_s
        return ("", "", 0) if has_ended else (self.status_text, self.status_emoji, self.status_expiration)


@dataclass
class Message:
    channel: str
    ts: str
    user: str  # "" only where Slack leaves it out
    text: str
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    thread_ts: str | None = None  # set on replies, and on a parent once it has replies
    subtype: str | None = None
    bot_id: str | None = None
    app_id: str | None = None
    client_msg_id: str | None = None
    metadata: Json | None = None
    edited: Json | None = None  # {"user", "ts"}
    reactions: dict[str, list[str]] = field(default_factory=dict)  # name -> user ids, in order
    deleted: bool = False
    ephemeral_to: str | None = None  # never in history; shown to this person alone
    inviter: str | None = None  # of a channel_join
    stream: "Stream | None" = None  # of a message that the app lets grow


@dataclass
class Stream:
    """How a message grows. `mode` is the argument it was begun with, and with no other it goes on."""

    mode: str  # markdown_text | chunks
    ends_at: float  # workspace seconds; Slack ends it then
    is_open: bool = True
    chunk_blocks: int = 0
    run: str = ""  # the text at the end, after the last block


@dataclass
class Channel:
    """A channel, private channel, DM (`user` set) or group DM."""

    id: str
    name: str
    kind: str = "channel"  # channel | group | im | mpim
    members: set[str] = field(default_factory=set)
    user: str | None = None  # the person on the other side of the bot's DM
    team_id: str = ""  # the workspace it was made in; "" is ours
    shared_with: set[str] = field(default_factory=set)  # other workspaces that have it too
    is_ext_shared: bool = False  # with another company
    is_archived: bool = False
    messages: dict[str, Message] = field(default_factory=dict)  # by ts, in the order they were put in
    timeline: list[str] = field(default_factory=list)  # ts of what stands in the channel itself, oldest first
    threads: dict[str, list[str]] = field(default_factory=dict)  # parent's ts -> its replies', oldest first
    created: int = 0  # seconds since the epoch
    creator: str = ""
    topic: str = ""
    purpose: str = ""


@dataclass
class Usergroup:
    id: str
    handle: str
    name: str
    users: list[str] = field(default_factory=list)


@dataclass
class View:
    """An open modal or a published Home."""

    id: str
    user: str
    type: str  # modal | home
    payload: Json
    hash: str
    root_id: str
    previous_id: str | None = None


# What happens, for whoever delivers it to the app.


@dataclass(frozen=True)
class MessagePosted:
    message: Message


@dataclass(frozen=True)
class MessageChanged:
    message: Message
    previous: Message  # a copy from before the change
    changed_ts: str = ""  # where the message itself does not say: it is no edit


@dataclass(frozen=True)
class MessageDeleted:
    message: Message
    deleted_ts: str


@dataclass(frozen=True)
class ReactionChanged:
    message: Message
    user: str
    name: str
    added: bool
    event_ts: str


@dataclass(frozen=True)
class MembershipChanged:
    channel: str
    user: str
    joined: bool
    inviter: str | None = None  # or who took the person out


@dataclass(frozen=True)
class HomeOpened:
    user: str
    channel: str  # the DM between the person and the bot
    tab: str  # home | messages


Occurrence = MessagePosted | MessageChanged | MessageDeleted | ReactionChanged | MembershipChanged | HomeOpened
