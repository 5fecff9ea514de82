"""A fortnight of the demo's company before the demo begins, so that there is something to read back.

`fortnight` casts the talks of `talk` and puts them on the calendar; `furnish_history` puts the outcome into a
sandbox's past. The words are not here, nor is the bot: it was not there yet.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from bot.demo.company import CHANNELS, GROUPS, PEOPLE, STARTS_AT
from bot.demo.talk import NOTICES, QUESTIONS, Kind, Line, Part, Talk, Topic
from sandbox import Message, Sandbox, Workspace

LONDON = ZoneInfo("Europe/London")
ALERTS = "U0ALERTS"  # the bot user of another app, which posts alerts
CLOSING = time(19, 30)  # nobody writes after that; what would have been written comes next morning
OPENING = time(8, 30)
EDITED_AFTER = timedelta(minutes=2)
DAY = timedelta(days=1)

_BUSY_DAYS = (8, 8, 7, 7, 5)  # Monday to Friday
_BUSY_HOURS = {8: 2, 9: 9, 10: 12, 11: 10, 12: 4, 13: 6, 14: 11, 15: 10, 16: 7, 17: 3, 18: 1}

# Who likely knows: the first more often than the last. In networking there are only two.
EXPERTS: dict[Topic, tuple[str, ...]] = {
    Topic.ACCESS: ("U0ELLEN", "U0LUCIA", "U0JONAS"),
    Topic.ALERTS: ("U0LUCIA", "U0PRIYA", "U0OWEN"),
    Topic.CI: ("U0YUKI", "U0AMARA", "U0JONAS"),
    Topic.COSTS: ("U0FATIMA", "U0LICHEN", "U0MARTA"),
    Topic.DATABASE: ("U0NADIA", "U0HANNES", "U0LICHEN", "U0PETR"),
    Topic.DEPLOY: ("U0JONAS", "U0AMARA", "U0FATIMA", "U0PRIYA"),
    Topic.JOBS: ("U0HANNES", "U0JONAS", "U0SAMIR"),
    Topic.LOGS: ("U0LUCIA", "U0SAMIR", "U0YUKI"),
    Topic.NETWORK: ("U0OWEN", "U0PETR"),
    Topic.POLICY: ("U0ELLEN", "U0AMARA", "U0MARTA"),
    Topic.QUEUES: ("U0SAMIR", "U0HANNES", "U0YUKI"),
    Topic.QUOTAS: ("U0FATIMA", "U0MARTA", "U0PETR"),
    Topic.SECRETS: ("U0ELLEN", "U0MARTA", "U0YUKI"),
    Topic.STORAGE: ("U0NADIA", "U0SAMIR", "U0HANNES"),
}

_CHANNEL_IDS = {name: channel_id for channel_id, name in CHANNELS.items()}
_MEMBERS = {name: tuple(members) for name, members in GROUPS.values()}
_TEAM = _MEMBERS["platform"]
_DUTY = _MEMBERS["platform-duty"]
_DEVELOPERS = tuple(each for each in PEOPLE if each not in _TEAM)


@dataclass(frozen=True)
class Reaction:
    name: str
    people: tuple[str, ...]


@dataclass(frozen=True)
class Reply:
    author: str
    after: timedelta  # since the question
    text: str
    reactions: tuple[Reaction, ...] = ()


@dataclass(frozen=True)
class Thread:
    """A message and what came of it. Channels and people are Slack's ids; `at` is London's time.

    `first_text` is what it said before it was edited; of a deleted one only a tombstone and the replies stand.
    """

    channel: str
    asker: str
    at: datetime
    text: str
    kind: Kind
    replies: tuple[Reply, ...] = ()
    reactions: tuple[Reaction, ...] = ()
    first_text: str = ""
    is_deleted: bool = False

    @property
    def is_question(self) -> bool:
        return self.kind not in (Kind.ALERT, Kind.NOTICE, Kind.CHATTER)

    @property
    def ends_at(self) -> datetime:
        """When the last thing happened in it."""
        last = max((each.after for each in self.replies), default=timedelta())
        return self.at + max(last, EDITED_AFTER if self.first_text else timedelta())


def fortnight(seed: int = 1, *, until: datetime = STARTS_AT) -> Sequence[Thread]:
    """Two whole weeks, and what of the week of `until` is over then; by time, and the same for the same seed."""
    chance = Random(seed)
    days = _working_days(until.astimezone(LONDON))
    threads = []
    for talk in (*QUESTIONS, *NOTICES):
        fitting = [day for day in days if day.weekday() in talk.days]
        for some in _weeks(fitting) if talk.is_weekly else [fitting]:
            threads += _at_some_time(talk, some, until, chance)
    return tuple(sorted(threads, key=lambda thread: thread.at))


def furnish_history(sandbox: Sandbox, *, until: datetime, seed: int = 1) -> None:
    """Puts that fortnight into the past of the sandbox's workspace, which has the demo's people and channels."""
    workspace = sandbox.workspace
    workspace.add_other_app("alerts", real_name="Alerts", id=ALERTS)
    for thread in fortnight(seed, until=until):
        if thread.asker == ALERTS:
            workspace.channel(thread.channel).members.add(ALERTS)
        _put(workspace, thread)


def _put(workspace: Workspace, thread: Thread) -> None:
    past, at = workspace.past, thread.at.timestamp()
    asked = past.say(thread.asker, thread.channel, thread.first_text or thread.text, at=at)
    if thread.first_text:
        past.edit(asked, thread.text, at=at + EDITED_AFTER.total_seconds())
    _react(workspace, asked, thread.reactions)
    for reply in thread.replies:
        moment = (thread.at + reply.after).timestamp()
        said = past.say(reply.author, thread.channel, reply.text, at=moment, thread_ts=asked.ts)
        _react(workspace, said, reply.reactions)
    if thread.is_deleted:
        past.delete(asked)


def _react(workspace: Workspace, message: Message, reactions: Sequence[Reaction]) -> None:
    for reaction in reactions:
        workspace.past.react(message, reaction.name, *reaction.people)


# The calendar.


def _working_days(until: datetime) -> list[datetime]:
    """The midnights of all working days since the Monday two weeks before the week of `until`, that day with it."""
    today = until.replace(hour=0, minute=0, second=0, microsecond=0)
    monday = today - today.weekday() * DAY - 14 * DAY
    days = [monday + number * DAY for number in range((today - monday).days + 1)]
    return [day for day in days if day.weekday() < len(_BUSY_DAYS)]


def _weeks(days: Sequence[datetime]) -> list[list[datetime]]:
    weeks: dict[tuple[int, int], list[datetime]] = {}
    for day in days:
        weeks.setdefault(day.isocalendar()[:2], []).append(day)
    return list(weeks.values())


def _at_some_time(talk: Talk, days: Sequence[datetime], until: datetime, chance: Random) -> list[Thread]:
    """The talk on one of the days, as a list; an empty one where it would not be over in time on any of them."""
    tries = 20 * len(days)
    for _ in range(tries):
        thread = _cast(talk, _some_moment(talk, days, chance), chance)
        if thread.ends_at < until:
            return [thread]
    return []


def _some_moment(talk: Talk, days: Sequence[datetime], chance: Random) -> datetime:
    [day] = chance.choices(days, weights=[_BUSY_DAYS[each.weekday()] for each in days])
    hours = range(*talk.hours)
    [hour] = chance.choices(hours, weights=[_BUSY_HOURS[each] for each in hours])
    return day + timedelta(hours=hour, seconds=chance.randrange(3600), microseconds=chance.randrange(1_000_000))


def _in_hours(moment: datetime, chance: Random) -> datetime:
    """That moment, or the next morning on which somebody is at work."""
    if moment.weekday() < len(_BUSY_DAYS) and moment.time() < CLOSING:
        return moment
    days = 1 if moment.weekday() < len(_BUSY_DAYS) - 1 else 7 - moment.weekday()
    return datetime.combine(moment.date() + days * DAY, OPENING, LONDON) + timedelta(seconds=chance.randrange(3600))


# The cast.


def _cast(talk: Talk, at: datetime, chance: Random) -> Thread:
    parts = _parts(talk, chance)
    pace, moment, replies = chance.uniform(0.7, 1.4), at, []
    for line in talk.lines:
        planned = at + timedelta(minutes=line.minutes * pace, seconds=chance.uniform(0, 40))
        moment = _in_hours(max(planned, moment + timedelta(seconds=chance.uniform(25, 90))), chance)
        replies.append(_reply(line, moment - at, parts))
    return Thread(
        channel=_CHANNEL_IDS[talk.channel],
        asker=parts[Part.ASKER],
        at=at,
        text=talk.text,
        kind=talk.kind,
        replies=tuple(replies),
        reactions=tuple(Reaction(name, (parts[part],)) for name, part in talk.marks),
        first_text=talk.first_text,
        is_deleted=talk.is_deleted,
    )


def _reply(line: Line, after: timedelta, parts: dict[Part, str]) -> Reply:
    text = line.text
    for part, person in parts.items():
        text = text.replace(f"@{part}", f"<@{person}>")
    reactions = (Reaction(line.mark, (parts[Part.ASKER],)),) if line.mark else ()
    return Reply(parts[line.part], after, text, reactions)


def _parts(talk: Talk, chance: Random) -> dict[Part, str]:
    asker = (
        ALERTS
        if talk.kind is Kind.ALERT
        else chance.choice(_DUTY if talk.group == "platform" else _MEMBERS[talk.group])
    )
    knowing = _MEMBERS[talk.group] if talk.kind is Kind.ALERT else EXPERTS[talk.topic]
    knowing = tuple(each for each in knowing if each != asker)
    [peer] = chance.choices(knowing, weights=range(len(knowing), 0, -1))
    other = chance.choice([each for each in _DEVELOPERS if each not in (asker, peer)])
    [team] = chance.choices(_TEAM, weights=[3 if each in _DUTY else 1 for each in _TEAM])
    mate = next(each for each in _TEAM if each != team)
    return {Part.ASKER: asker, Part.PEER: peer, Part.OTHER: other, Part.TEAM: team, Part.MATE: mate, Part.APP: ALERTS}
