"""`channels.yaml`: which channels are watched, and how the bot behaves in each.

Its shapes and how they are read. Whether the bot answers a question is decided in `bot.answers.rules`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import time, timedelta
from enum import StrEnum

from bot.calendar import Hours, WorkingTime
from knowledge.actions import Action, Mode
from knowledge.audience import Audience
from knowledge.people import WEEKDAYS, read_holidays, read_hours
from knowledge.problem import Level, Problem
from knowledge.schema import Value, did_you_mean
from knowledge.strict_yaml import Scalar

FILE = "channels.yaml"
AFTER = re.compile(r"after (\d{1,4}) (minute|hour)s?", re.ASCII)
KEYS = (
    "timezone",
    "holidays",
    "platform_channel",
    "incidents",
    "digest",
    "keep_text",
    "guests_may_ask",
    "answering",
    "urgent",
    "actions",
    "channels",
)
CHANNEL_KEYS = (
    "id",
    "name",
    "answer",
    "horizon",
    "history",
    "keep",
    "language",
    "hours",
    "holidays",
    "urgent",
    "audience",
    "actions",
)
PAGE = re.compile(r"https://[^\s#<>|]{1,250}")
COMMUNITY_SECTIONS = ("changed", "coming", "documented", "done", "open", "story")  # of the digest everybody reads
TEAM_SECTIONS = (
    *(
        "todo",
        "shipped",
        "outcomes",
        "satisfaction",
        "adoption",
        "gaps",
        "articles",
        "drift",
        "self-service",
        "signs",
        "waits",
    ),
)
EVERY = {"week": 1, "2 weeks": 2}
LONGEST_WAIT = timedelta(days=1)  # later an answer helps nobody
HORIZON = re.compile(r"(\d{1,2}) working days?", re.ASCII)
HISTORY = re.compile(r"(\d{1,4}) days?", re.ASCII)
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")
LONGEST_KEEP_DAYS = 3650
URGENT_MOST, URGENT_LONGEST = 30, 60  # words or phrases, and characters of one
OFFICE_DAYS, OFFICE_OPENS, OFFICE_CLOSES = frozenset(range(1, 6)), time(9), time(17)  # where no hours are given
ANSWERS = ("shadow", "when mentioned", "after 20 minutes", "at once")  # as an author may write them


class AnswerMode(StrEnum):
    SHADOW = "shadow"  # the platform team alone sees what would have been said
    WHEN_MENTIONED = "when mentioned"
    AFTER = "after"  # only after people had their chance
    AT_ONCE = "at once"


class Keep(StrEnum):
    TEXT = "text"
    COUNTS = "counts"


@dataclass(frozen=True)
class Limit:
    """What of the catalogue may be run in this company at all, whatever channels and entries say."""

    modes: frozenset[Mode] = frozenset({Mode.PROPOSAL})
    never: frozenset[str] = frozenset()  # ids
    line: int = field(default=1, compare=False, repr=False)


@dataclass(frozen=True)
class Channel:
    id: str
    name: str
    answer: AnswerMode = AnswerMode.SHADOW
    answer_after: timedelta = timedelta(0)  # people's chance, for AnswerMode.AFTER
    horizon_working_days: int = 3
    history_days: int = 90
    keep: Keep = Keep.TEXT
    language: str = "en"
    hours: Hours | None = None  # None: always within hours
    holidays: str = ""  # a country or region code of the `holidays` package; "": none
    urgent: tuple[str, ...] = ()  # words that say it cannot wait
    audience: Audience = Audience.PUBLIC  # what answers there may rest on; wider only while the channel is private
    actions: frozenset[str] | None = None  # ids of those that may be run there; None: all
    line: int = field(default=1, compare=False, repr=False)


@dataclass(frozen=True)
class DigestFor:
    """One reader's digest: where it goes ("": nowhere, or to the platform channel), and what is in it (None: all)."""

    channel_id: str = ""
    sections: tuple[str, ...] | None = None


@dataclass(frozen=True)
class DigestTime:
    """When in the week the digest is due, in the file's zone, how often, and where its two forms go."""

    weekday: int = 1  # Monday
    at: time = time(9)
    every_weeks: int | None = None  # None: not said, so weekly until the platform team says otherwise by a press
    community: DigestFor = DigestFor()
    team: DigestFor = DigestFor()
    definitions: str = ""  # where docs/metrics.md can be read; numbers link there


@dataclass(frozen=True)
class Channels:
    """No `channels.yaml` means `Channels()`: nothing is watched, the bot answers only when mentioned."""

    timezone: str = "UTC"  # weeks and days are cut here
    platform_channel: str = ""  # digests, shadow cards and notices to the platform team go here
    incident_channels: tuple[str, ...] = ()  # where an incident that the duty group opens is posted
    guests_may_ask: bool = False
    answer_at: float | None = None  # confidence from which the bot answers; None: the shipped default
    suggest_at: float | None = None
    holidays: str = ""  # a country or region code of the `holidays` package; "": none
    digest: DigestTime = DigestTime()
    text_days: int = 90  # how long the words of messages are kept
    urgent: tuple[str, ...] = ()  # words that say it cannot wait, where a channel has no own
    limit: Limit = Limit()
    channels: tuple[Channel, ...] = ()

    def watched(self, channel_id: str) -> Channel | None:
        return next((channel for channel in self.channels if channel.id == channel_id), None)

    def urgent_in(self, channel_id: str) -> tuple[str, ...]:
        """The words that say it cannot wait: the channel's own, else the file's."""
        channel = self.watched(channel_id)
        return self.urgent if channel is None else channel.urgent

    def offers(self, action: Action) -> bool:
        """Whether it may be run at all: no channel and no entry can allow what this forbids."""
        return action.mode in self.limit.modes and action.id not in self.limit.never

    def may_run_in(self, channel_id: str, action_id: str) -> bool:
        """Whether the action may be asked for in the channel. In one that is not listed nothing may.

        Its mode is not known here: ask `offers` too.
        """
        channel = self.watched(channel_id)
        if channel is None or action_id in self.limit.never:
            return False
        return channel.actions is None or action_id in channel.actions

    @property
    def team_channel(self) -> str:
        """Where the platform team's digest goes; "" for nowhere."""
        return self.digest.team.channel_id or self.platform_channel

    @property
    def incident_places(self) -> tuple[str, ...]:
        """The platform channel, where none is named; none without that."""
        return self.incident_channels or tuple(each for each in (self.platform_channel,) if each)

    def working_time(self, channel: Channel | None = None) -> WorkingTime:
        """The channel's hours without its holidays; the file's holidays, and office hours, where there are none."""
        hours = channel.hours if channel else None
        office = Hours(OFFICE_DAYS, OFFICE_OPENS, OFFICE_CLOSES, self.timezone)
        return WorkingTime(hours or office, channel.holidays if channel else self.holidays)


def read_channels(root: Value) -> Channels:
    """The file's content; what is wrong is noted at `root`, and then the result is not to be used."""
    fields = root.fields(*KEYS)
    timezone = fields.get("timezone", Value.zone, "UTC")
    holidays = fields.get("holidays", read_holidays, "")
    answer_at, suggest_at = fields.get("answering", _read_answering, (None, None))
    urgent = fields.get("urgent", _read_urgent, ())
    read = Channels(
        timezone=timezone,
        platform_channel=fields.get("platform_channel", Value.channel_id, ""),
        incident_channels=fields.get("incidents", _read_places, ()),
        guests_may_ask=fields.get("guests_may_ask", Value.yes_or_no, False),
        answer_at=answer_at,
        suggest_at=suggest_at,
        holidays=holidays,
        digest=fields.get("digest", _read_digest, DigestTime()),
        text_days=fields.get("keep_text", _read_text_days, 90),
        urgent=urgent,
        limit=fields.get("actions", _read_limit, Limit()),
        channels=fields.get("channels", lambda value: _read_list(value, timezone, holidays, urgent), ()),
    )
    if "platform_channel" not in fields and any(one.answer is AnswerMode.SHADOW for one in read.channels):
        fix = "name the platform team's own channel; what would have been said is shown there"
        what = "a channel is in shadow, but there is no platform_channel"
        root.wrong(what, fix, at="platform_channel", level=Level.WARNING)
    return read


def dangling(channels: Channels, actions: Sequence[Action]) -> Iterator[Problem]:
    """A problem for each id that is no action, and for each that a channel names in vain."""
    by_id = {each.id: each for each in actions}

    def unknown(line: int, place: str, id_: str) -> Problem:
        fix = did_you_mean(id_, sorted(by_id), otherwise="write its file in actions/, or take it out")
        return Problem(FILE, line, place, f'there is no action "{id_}"', fix)

    for id_ in sorted(channels.limit.never - set(by_id)):
        yield unknown(channels.limit.line, "actions.never", id_)
    for index, channel in enumerate(channels.channels):
        place = f"channels[{index}].actions"
        for id_ in sorted(channel.actions or ()):
            if id_ not in by_id:
                yield unknown(channel.line, place, id_)
            elif not channels.offers(by_id[id_]):
                what = f'"{id_}" may be run nowhere, by `actions` at the top of the file'
                yield Problem(FILE, channel.line, place, what, "take it out here, or allow it there")


def _read_limit(value: Value) -> Limit:
    fields = value.fields("modes", "never")
    modes = fields.get("modes", _read_modes, Limit().modes)
    return Limit(modes, frozenset(fields.get("never", Value.texts, ())), value.line)


def _read_modes(value: Value) -> frozenset[Mode]:
    """An empty list is none: then nothing may be run."""
    return frozenset(Mode(text) for item in value.items() if (text := item.choice(tuple(Mode))) is not None)


def _read_actions(value: Value) -> tuple[frozenset[str] | None] | None:
    """The ids, in a tuple of one, for None is all of them."""
    if not isinstance(value.node, Scalar):
        return (frozenset(value.texts()),)
    text = value.choice(("all", "none"))
    return None if text is None else (None if text == "all" else frozenset(),)


def _read_answering(value: Value) -> tuple[float | None, float | None]:
    fields = value.fields("answer_at", "suggest_at")
    answer_at = fields.get("answer_at", Value.share, None)
    suggest_at = fields.get("suggest_at", Value.share, None)
    if answer_at is not None and suggest_at is not None and suggest_at > answer_at:
        fields["suggest_at"].wrong(f"{suggest_at:g} is above answer_at ({answer_at:g})", "write a lower number")
    return answer_at, suggest_at


def _read_digest(value: Value) -> DigestTime:
    fields = value.fields("day", "at", "every", "community", "team", "definitions")
    day = fields.get("day", lambda day: day.choice(WEEKDAYS), WEEKDAYS[0])
    at = fields.get("at", Value.time_of_day, time(9))
    if at == time.max:
        fields["at"].wrong("24:00 is the next day already", 'write "00:00", and the day after')
    every = fields.get("every", lambda every: every.choice(tuple(EVERY)), None)
    return DigestTime(
        WEEKDAYS.index(day) + 1,
        at,
        EVERY[every] if every else None,
        fields.get("community", lambda each: _read_digest_for(each, COMMUNITY_SECTIONS), DigestFor()),
        fields.get("team", lambda each: _read_digest_for(each, TEAM_SECTIONS), DigestFor()),
        fields.get("definitions", _read_definitions, ""),
    )


def _read_definitions(value: Value) -> str | None:
    return value.shaped(PAGE, "is no address of a page", "write it in full, with https:// and without #")


def _read_digest_for(value: Value, known: Sequence[str]) -> DigestFor:
    """Sections in the digest's own order, whatever the list's."""
    fields = value.fields("channel", "sections")
    channel_id = fields.get("channel", Value.channel_id, "")
    wanted = fields.get("sections", lambda each: [item.choice(known) for item in each.items()], None)
    sections = None if wanted is None else tuple(each for each in known if each in wanted)
    if wanted == []:
        fields["sections"].wrong("a digest without sections says nothing", "name a section, or leave `sections` out")
    return DigestFor(channel_id, sections)


def _read_places(value: Value) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each for item in value.items() if (each := item.channel_id())))


def _read_text_days(value: Value) -> int | None:
    fix = f"write for example: 90 days (1 to {LONGEST_KEEP_DAYS}); `keep: counts` at a channel keeps no words at all"
    days = _read_count(value, HISTORY, fix)
    if days is None or 1 <= days <= LONGEST_KEEP_DAYS:
        return days
    value.wrong(f"words cannot be kept for {days} days", fix)
    return None


def _read_urgent(value: Value) -> tuple[str, ...]:
    """Words and phrases; an empty list is none."""
    items = value.items()
    if len(items) > URGENT_MOST:
        value.wrong(f"{len(items)} are listed, {URGENT_MOST} are allowed", "keep those that really mean it cannot wait")
    words: list[str] = []
    for item in items:
        text = item.text(at_most=URGENT_LONGEST)
        if text is None:
            continue
        if not re.fullmatch(r"\w.*\w", text):
            item.wrong(f'"{text}" is no word or phrase', "write for example: prod down")
        elif text.lower() in words:
            item.wrong(f'"{text}" is listed twice', "keep one of the two")
        words.append(text.lower())
    return tuple(words)


def _read_list(value: Value, timezone: str, holidays: str, urgent: tuple[str, ...]) -> tuple[Channel, ...]:
    channels: dict[str, Channel] = {}
    for item in value.items():
        channel = _read_channel(item, timezone, holidays, urgent)
        if channel is None:
            continue
        if channel.id in channels:
            item.wrong(f"the channel {channel.id} is listed twice", "keep one of the two entries", at="id")
        channels[channel.id] = channel
    return tuple(channels.values())


def _read_channel(value: Value, timezone: str, holidays: str, urgent: tuple[str, ...]) -> Channel | None:
    fields = value.fields(*CHANNEL_KEYS)
    channel_id = fields.need("id", Value.channel_id, "write the channel's Slack id, such as C0123ABCD")
    name = fields.get("name", Value.name, channel_id or "")
    answer, answer_after = fields.get("answer", _read_answer, (AnswerMode.SHADOW, timedelta(0)))
    channel = Channel(
        id=channel_id or "",
        name=name.removeprefix("#"),
        answer=answer,
        answer_after=answer_after,
        horizon_working_days=fields.get("horizon", _read_horizon, 3),
        history_days=fields.get("history", _read_history, 90),
        keep=fields.get("keep", _read_keep, Keep.TEXT),
        language=fields.get("language", _read_language, "en"),
        hours=fields.get("hours", lambda hours: read_hours(hours, timezone=timezone), None),
        holidays=fields.get("holidays", read_holidays, holidays),
        urgent=fields.get("urgent", _read_urgent, urgent),
        audience=fields.get("audience", _read_audience, Audience.PUBLIC),
        actions=fields.get("actions", _read_actions, (None,))[0],
        line=value.line,
    )
    return channel if channel_id else None


def _read_answer(value: Value) -> tuple[AnswerMode, timedelta] | None:
    text = value.text()
    if text is None:
        return None
    if found := AFTER.fullmatch(text):
        wait = timedelta(minutes=int(found[1]) * (60 if found[2] == "hour" else 1))
        if timedelta(0) < wait <= LONGEST_WAIT:
            return AnswerMode.AFTER, wait
        value.wrong(f'"{text}" is no wait between a minute and a day', "write for example: after 20 minutes")
        return None
    if text in (AnswerMode.SHADOW, AnswerMode.WHEN_MENTIONED, AnswerMode.AT_ONCE):
        return AnswerMode(text), timedelta(0)
    value.wrong(
        f'"{text[:40]}" is not a way to answer',
        did_you_mean(text, ANSWERS, otherwise=f"write one of: {', '.join(ANSWERS)}"),
    )
    return None


def _read_horizon(value: Value) -> int | None:
    return _read_count(value, HORIZON, "write for example: 3 working days (1 to 99)")


def _read_history(value: Value) -> int | None:
    return _read_count(value, HISTORY, "write for example: 90 days")


def _read_count(value: Value, shape: re.Pattern[str], fix: str) -> int | None:
    text = value.shaped(shape, "is not a number of days as expected here", fix)
    if text is None:
        return None
    count = int(text.split()[0])
    if count == 0 and shape is HORIZON:
        value.wrong("0 working days is no time to answer in", fix)
        return None
    return count


def _read_keep(value: Value) -> Keep | None:
    text = value.choice(tuple(Keep))
    return Keep(text) if text else None


def _read_audience(value: Value) -> Audience | None:
    text = value.choice(tuple(Audience))
    return Audience(text) if text else None


def _read_language(value: Value) -> str | None:
    return value.shaped(LANGUAGE, "is not a language code", "write for example en, de or pt-BR")
