"""The nouns, as frozen dataclasses. No behaviour beyond what follows from the values themselves."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

Json = dict[str, Any]

# What people set on a reply, or on their question, to say that it is done: Slack's own names and usual custom ones.
CHECK_MARKS = frozenset(
    {
        "white_check_mark",
        "heavy_check_mark",
        "ballot_box_with_check",
        "check",
        "checked",
        "check_mark",
        "checkmark",
        "done",
        "fixed",
        "resolved",
        "solved",
    }
)


def moment(ts: str) -> datetime:
    """The time a Slack `ts` stands for."""
    return datetime.fromtimestamp(float(ts), UTC)


@dataclass(frozen=True)
class Workspace:
    """Where the bot is installed, and who it is there."""

    team_id: str
    enterprise_id: str | None
    bot_user_id: str
    bot_id: str


@dataclass(frozen=True)
class Introduction:
    """What Slack says of the bot token, and when. `scopes` and `said_at` are None where the reply named none."""

    workspace: str
    bot: str
    is_for_all: bool  # installed for a whole organisation, not for one workspace
    scopes: frozenset[str] | None
    asked_at: datetime
    said_at: datetime | None  # Slack's own clock, whole seconds
    heard_at: datetime


@dataclass(frozen=True)
class Author:
    """Who wrote a message. A bot's `user_id` may be ""."""

    user_id: str
    is_bot: bool = False
    team_id: str | None = None
    enterprise_id: str | None = None


@dataclass(frozen=True)
class Message:
    """A message as last seen; `text` is Slack's own mark-up."""

    channel_id: str
    ts: str
    author: Author
    text: str
    thread_ts: str | None = None  # the parent's ts, on replies only
    edited_ts: str | None = None
    is_direct: bool = False  # in the bot's own DM
    is_shared: bool = False  # the channel is shared with another company
    mentions_us: bool = False
    is_plain: bool = True  # a person's own words: no join notice, no topic change
    had_secrets: bool = False  # the text is without them
    named: str | None = None  # the user id of whom it names without a mention, as far as an export tells


@dataclass(frozen=True)
class Deletion:
    channel_id: str
    ts: str
    deleted_ts: str


@dataclass(frozen=True)
class Reaction:
    """Somebody set a reaction on a message, or took it away."""

    channel_id: str
    ts: str  # of the message
    user_id: str
    name: str
    at_ts: str
    is_there: bool = True
    is_shared: bool = False  # the channel is shared with another company


@dataclass(frozen=True)
class Standing:
    """A message as it stands in a channel's history, with what Slack says of its thread.

    `reactions` are (name, user ids, whether these are all who set it).
    """

    said: Message | Deletion
    reactions: tuple[tuple[str, tuple[str, ...], bool], ...] = ()
    reply_count: int = 0
    latest_reply: str = ""

    @property
    def ts(self) -> str:
        return self.said.ts


class QuestionKind(StrEnum):
    """What a question wants of others."""

    HOW_TO = "how-to"
    DO_IT_FOR_ME = "do-it-for-me"
    BROKEN = "broken"
    IDEA = "idea"
    UNSURE = "unsure"


NO_QUESTION = "none"  # said in place of a kind by people, of what the rules took for a question


@dataclass(frozen=True, slots=True)
class Reply:
    """A message that stands in a question's thread. `gist` is `bot.peers.wording`'s word for what it amounts to."""

    ts: str
    author: str
    gist: str
    is_bot: bool = False
    addressee: str | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """The asker's check mark on a message, or that it was marked as the answer, by them or the platform team."""

    ts: str  # of the message
    at_ts: str  # when it was set; where no event told, when history showed it first
    is_answer: bool = False  # by *Mark as the answer*
    is_timed: bool = True  # an event told when


@dataclass(frozen=True)
class Line:
    """A message of a thread; `author` is a pseudonym or a stand-in, `text` None where its words are not kept."""

    ts: str
    author: str
    is_bot: bool
    gist: str
    text: str | None


@dataclass(frozen=True)
class Talk:
    """A thread in its words: its first message, the replies by time, and what the asker set a check mark on."""

    channel_id: str
    first: Line
    replies: tuple[Line, ...] = ()
    marked: frozenset[str] = frozenset()

    @property
    def people(self) -> frozenset[str]:
        return frozenset(line.author for line in (self.first, *self.replies) if line.author and not line.is_bot)


@dataclass(frozen=True)
class Discussion:
    """A question and all that bears on it: its thread, the asker's marks, and what they pressed under our answers."""

    channel_id: str
    ts: str
    asker: str
    kind: str
    replies: tuple[Reply, ...] = ()
    marks: tuple[Mark, ...] = ()
    pressed_solved: tuple[datetime, ...] = ()
    pressed_not_quite: bool = False
    was_answered: bool = False  # by us, to our knowledge: our message may not be among the replies yet
    was_hinted: bool = False  # the asker alone was shown what the handbook has, while peers had their chance
    is_hint_confirmed: bool = False  # and pressed that it solved it
    is_kind_corrected: bool = False  # a person said what kind it is
    part_of: tuple[str, str] | None = None  # channel and ts of the question it belongs to; None: its own
    was_looked_up: bool = False  # by us, whatever came of it
    is_repeat: bool = False  # an article or a solved thread was found for it
    topic: str = ""  # a tag of the handbook; "": none, or not known


@dataclass(frozen=True)
class SolvedThread:
    """A question that people solved, as things stand. `people` are the asker and all who replied, by pseudonym."""

    channel_id: str
    ts: str
    solved_at: datetime
    people: frozenset[str]

    @property
    def key(self) -> tuple[str, str]:
        return self.channel_id, self.ts


@dataclass(frozen=True)
class Turn:
    """Something said in a conversation, in Slack's mark-up or plain. `by` is a role and never a name or an id."""

    by: str  # asker | bot | someone
    text: str


@dataclass(frozen=True)
class Window:
    """From `since` on, and before `until`."""

    since: datetime
    until: datetime


@dataclass(frozen=True)
class ChannelInfo:
    """What Slack says of a channel now."""

    id: str
    name: str
    is_private: bool
    is_shared: bool  # with another company
    is_member: bool  # whether the bot is in it
    is_archived: bool


@dataclass(frozen=True)
class Profile:
    """What Slack says of a person now."""

    user_id: str
    team_id: str | None
    enterprise_id: str | None = None
    is_bot: bool = False
    is_guest: bool = False
    is_deleted: bool = False


@dataclass(frozen=True)
class Status:
    """What a person says of themselves beside their name; `until` is None where they set no end."""

    text: str = ""
    emoji: str = ""
    until: datetime | None = None


@dataclass(frozen=True)
class Colleague:
    """What Slack says of a person now, with what tells when they can be asked something. None of it is kept.

    `timezone` is "" where Slack knows none; `names` are all it knows them by.
    """

    profile: Profile
    timezone: str = ""
    status: Status = Status()
    names: frozenset[str] = frozenset()


@dataclass(frozen=True)
class UserGroup:
    """A Slack user group that is in use; `handle` is without `@`."""

    id: str
    handle: str
    members: frozenset[str] = frozenset()


class EvidenceState(StrEnum):
    WAITING = "waiting"  # for judgement
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    REPLACED = "replaced"  # by newer evidence, or by the platform's way


class Way(StrEnum):
    """How a team meets a policy. Both comply."""

    PLATFORM = "platform"
    EVIDENCE = "evidence"


@dataclass(frozen=True)
class Evidence:
    """How a team meets a policy in its own way, as it was handed in, and what was said of it.

    People are pseudonyms. It holds through the day `expires_on`.
    """

    id: str
    key: str  # of the form that was sent
    policy: str
    team: str
    person: str  # who handed it in
    link: str
    points: dict[str, str]  # how each required point is met, by its id
    owner: str
    expires_on: date
    created_at: datetime
    state: str = EvidenceState.WAITING
    judge: str | None = None
    reason: str = ""
    judged_at: datetime | None = None
    reminded_at: datetime | None = None


@dataclass(frozen=True)
class PolicyChoice:
    """A team met a policy by the platform's way or by evidence of its own; `subject` is the request or the evidence."""

    id: str
    policy: str
    team: str
    way: str  # a `Way`
    subject: str
    person: str
    at: datetime


class What(StrEnum):
    """What a team did with something that the platform offers."""

    USED = "used"
    LEFT = "left"  # it said so


@dataclass(frozen=True)
class Use:
    """That a team used it on a day, or left it: `what`. The same from the same `source` is one."""

    capability: str
    team: str
    day: date
    what: str
    source: str  # action | webhook | file


@dataclass(frozen=True)
class CapabilityMark:
    """What a capability's status was seen to be, the day it had begun, and which teams could choose it."""

    capability: str
    seen_on: date
    status: str
    since: date
    teams: tuple[str, ...]


@dataclass(frozen=True)
class Chosen:
    """What a team chose for a policy: a `Way`. `until` is the last day that its evidence holds."""

    policy: str
    team: str
    way: str
    at: datetime
    until: date | None


@dataclass(frozen=True)
class Pull:
    """A team was asked who told it of what it began to use: peer, platform or other; None: it gave no answer."""

    capability: str
    team: str
    asked_on: date
    said: str | None = None


@dataclass(frozen=True)
class Malformed:
    """What a hook was sent is not of its form; `reason` names the field and the fix, in words of ours alone."""

    reason: str


class Purpose(StrEnum):
    """Why a message is sent: a reply to an act, something owed, or neither."""

    ASKED = "asked"
    OWED = "owed"
    UNASKED = "unasked"


@dataclass(frozen=True)
class MessageKind:
    """A message the bot may send, as `docs/messages.md` tells it."""

    name: str
    purpose: Purpose
    to: str
    when: str
    at_most: str
    stop: str


class Manner(StrEnum):
    """How a message is made visible."""

    POST = "post"  # exactly once
    GROW = "grow"  # the same, its first section piece by piece while it is read: a reply in a DM's thread
    WHISPER = "whisper"  # in the channel, to `recipient` alone, at most once: Slack lets nobody look it up
    REPLACE = "replace"  # by `response_url`, in place of the private message whose button was pressed


@dataclass(frozen=True)
class Effect:
    """A message to be made visible exactly once, under its key; a whisper at most once.

    `channel_id` is a channel, or "" for a DM to the person `recipient` (a pseudonym). `edits` is the key of the effect
    whose message this one replaces; such an effect carries the newest state and may be given again. `below` is the key
    of one in whose thread it goes once that is sent, and not at all if it never is.
    """

    key: str
    kind: MessageKind
    text: str
    blocks: tuple[Json, ...] = ()
    channel_id: str = ""
    recipient: str | None = None
    thread_ts: str | None = None
    edits: str | None = None
    below: str | None = None
    response_url: str | None = None  # shown at once and at most once; on any doubt a DM to `recipient` follows
    manner: Manner = Manner.POST


@dataclass(frozen=True)
class Course:
    """What became of a request for an action, without whose or what it was. `mode` and `state` are as they are kept."""

    mode: str
    state: str
    created_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
