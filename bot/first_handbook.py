"""A first handbook, written from what a live workspace holds: its user groups, and the channels the bot is in.

Guesses from names, says so beside each guess, and writes only where nothing stands. Names come from Slack and are
anybody's text: in a comment they stay on its line, as a value they stand in quotes.
"""

import json
import re
import shlex
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bot.config import Settings
from bot.errors import MentorError, SlackRefused
from bot.model import ChannelInfo, UserGroup
from bot.slack import Slack, one_line
from knowledge.schema import zones

PLATFORM_WORDS = ("platform", "infra", "infrastructure", "sre", "devops")  # the likeliest first
DUTY_WORDS = ("duty", "oncall", "call", "pager")
INNER_WORDS = ("team", "internal", "private", "staff")  # of a channel where a team is among itself
ASKED_FOR_ZONE = 20  # people of the platform team; more would not change what most of them say
LONGEST_NAME = 80  # of a handbook's names
BARE = re.compile(r"(?!(null|yes|no|true|false|on|off)$)[a-z][a-z0-9_-]*")

PEOPLE_HEAD = """\
# Who is who. Only Slack ids decide; the names in comments are for the reader.
# Written by `mentor init` from the user groups of {workspace} that have people. What each is for is a guess: check it.
"""
CHANNELS_HEAD = """\
# Which channels are watched, and how the bot behaves in each.
# Written by `mentor init`: the channels of {workspace} that the bot is in. All begin in shadow: nothing is said there,
# and the platform team alone sees what would have been. Later write: when mentioned, after 20 minutes, or at once.
"""
WELCOME = """\
---
title: What you can ask here
questions: [What can I ask here?, How does this bot work?, Where is the platform documentation?]
reviewed: {today}
---

## What you can ask

Ask about the platform in your own words. The answer comes from this handbook, with its source.

## When the handbook does not know

Then it says so, and a person is one press away. Replace this article with your first real ones.
"""


class FolderInUse(MentorError):
    """The folder is not empty, and nothing is overwritten. Name another."""


@dataclass(frozen=True)
class Surroundings:
    """What a handbook can be written from. `zones` are the platform team's time zones, the commonest first."""

    workspace: str
    channels: Sequence[ChannelInfo]
    groups: Sequence[UserGroup]
    zones: Sequence[str] = ()


async def make(settings: Settings, folder: Path) -> None:
    """Writes the files into the folder. Raises FolderInUse or SlackError before anything is written."""
    check_free(folder)
    slack = Slack(settings.slack_bot_token, api_url=settings.slack_api_url, clock=settings.clock)
    await slack.open()
    try:
        around = await look_around(slack)
    finally:
        await slack.close()
    write(folder, files_of(around, today=settings.clock.now().date()))


def next_steps(folder: Path) -> str:
    return "\n".join(
        [
            f"A first handbook stands in {folder}. Next:",
            f"1. Read {folder / 'people.yaml'} and {folder / 'channels.yaml'}: they are guesses from names.",
            f"2. Set MENTOR_HANDBOOK={shlex.quote(str(folder))}, then `mentor check` and `mentor doctor`.",
            f"3. `mentor run`, and put your articles into {folder / 'articles'}.",
        ]
    )


def check_free(folder: Path) -> None:
    """Raises FolderInUse unless the handbook can be written there."""
    if folder.is_dir() and not any(folder.iterdir()):
        return
    if folder.exists() or folder.is_symlink():
        raise FolderInUse(f"{folder} is in use, and nothing is overwritten. Name a new folder: mentor init DIR")


async def look_around(slack: Slack) -> Surroundings:
    """Raises SlackError."""
    said = await slack.introduce()
    groups = [group for group in await slack.user_groups() if group.members]
    channels = sorted(await slack.own_channels(), key=lambda channel: channel.name)
    platform = platform_group(groups)
    asked = sorted(platform.members)[:ASKED_FOR_ZONE] if platform else ()
    found = Counter([await _zone_of(slack, user_id) for user_id in asked])
    return Surroundings(
        workspace=said.workspace,
        channels=channels,
        groups=sorted(groups, key=lambda group: group.handle),
        zones=[zone for zone, _ in found.most_common() if zone in zones()],
    )


async def _zone_of(slack: Slack, user_id: str) -> str:
    try:
        return await slack.time_zone(user_id)
    except SlackRefused:  # somebody Slack does not show: the others' zones will do
        return ""


def write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def files_of(around: Surroundings, *, today: date) -> dict[str, str]:
    """The handbook's files by their path in it. Pure."""
    return {
        "people.yaml": _people(around),
        "channels.yaml": _channels(around),
        "articles/welcome.md": WELCOME.format(today=today),
    }


def platform_group(groups: Iterable[UserGroup]) -> UserGroup | None:
    """The group that looks most like the platform team itself; None when none does."""
    fitting = [
        (rank, len(group.handle), group.handle, group)
        for group in groups
        for rank, word in enumerate(PLATFORM_WORDS)
        if word in _words(group.handle) and not _is_for_duty(group)
    ]
    return min(fitting, key=lambda one: one[:3])[3] if fitting else None


def duty_group(groups: Iterable[UserGroup]) -> UserGroup | None:
    """The group that looks most like the platform team's people on duty; None when none does."""
    fitting = [group for group in groups if _is_for_duty(group)]
    ours = [group for group in fitting if _is_platform(group.handle)]
    if ours:
        return min(ours, key=lambda group: (len(group.handle), group.handle))
    return fitting[0] if len(fitting) == 1 else None  # of several, any could be another team's


def platform_channel(channels: Iterable[ChannelInfo]) -> ChannelInfo | None:
    """The channel that looks like the platform team's own; None when none does, or another company reads along."""
    fitting = [
        channel
        for channel in channels
        if _is_platform(channel.name) and set(INNER_WORDS) & _words(channel.name) and not channel.is_shared
    ]
    return min(fitting, key=lambda channel: (len(channel.name), channel.name)) if fitting else None


def _people(around: Surroundings) -> str:
    platform, duty = platform_group(around.groups), duty_group(around.groups)
    teams = [group for group in around.groups if group not in (platform, duty)]
    return _file(
        PEOPLE_HEAD.format(workspace=_comment(around.workspace)),
        _platform_team(platform) or _to_choose("platform_team", around.groups),
        _duty(duty, _zone(around)) or _to_choose("duty", around.groups, _hours(_zone(around))),
        _teams(teams),
    )


def _platform_team(group: UserGroup | None) -> list[str]:
    return ["platform_team:", f"  group: {group.id}  # {_handle(group)}: whoever is in it today"] if group else []


def _duty(group: UserGroup | None, zone: str) -> list[str]:
    if group is None:
        return []
    return [
        "duty:",
        f"  group: {group.id}  # {_handle(group)}: rotate by changing this group in Slack, not this file",
        f"  {_hours(zone)}",
        '  # page: "how to page somebody outside these hours: plain text or a link"',
    ]


def _hours(zone: str) -> str:
    return f'hours: {{days: [mon, tue, wed, thu, fri], from: "09:00", to: "17:30", timezone: {zone}}}'


def _to_choose(key: str, groups: Sequence[UserGroup], *further: str) -> list[str]:
    """The role as a comment, with what could be put in."""
    lines = [f"No group looks like it: put one in, and take the # away.{'' if groups else ' There is no group yet.'}"]
    lines += [f"  {group.id}  {_handle(group)}" for group in groups]
    lines += [f"{key}:", "  group: S…", *(f"  {line}" for line in further)]
    return [f"# {line}" for line in lines]


def _teams(groups: Sequence[UserGroup]) -> list[str]:
    if not groups:
        return ["# teams: a Slack user group each, such as", "#   payments: {group: S…}"]
    names: dict[str, UserGroup] = {}
    for group in groups:
        name = _clean(group.handle)
        names[name if name and name not in names else group.id] = group
    rows = [f"  {_value(name)}: {{group: {group.id}}}  # {_handle(group)}" for name, group in names.items()]
    return ["# A team is a Slack user group. Take out those that are no teams.", "teams:", *rows]


def _channels(around: Surroundings) -> str:
    own = platform_channel(around.channels)
    watched = [channel for channel in around.channels if channel != own and not channel.is_shared]
    shared = [channel for channel in around.channels if channel.is_shared]
    group = platform_group(around.groups)
    reason = f"where most of {_handle(group)} are" if group and around.zones else "a guess: write yours"
    return _file(
        CHANNELS_HEAD.format(workspace=_comment(around.workspace)),
        [f"timezone: {_zone(around)}  # {reason}. Weeks and days are cut here"],
        _platform_channel(own),
        _watched(watched),
        [f"# Left out, for another company reads along: {channel.id}  #{_comment(channel.name)}" for channel in shared],
    )


def _platform_channel(channel: ChannelInfo | None) -> list[str]:
    if channel is None:
        return [
            "# The platform team's own channel: what would be said in shadow is shown there. Invite the bot to it.",
            "# platform_channel: C…",
        ]
    return [f"platform_channel: {channel.id}  # #{_comment(channel.name)}: only the platform team should be in it"]


def _watched(channels: Sequence[ChannelInfo]) -> list[str]:
    if not channels:
        entry = ["channels:", *_entry("C…", "")]
        return ["# The bot is in no channel yet. Invite it to one, and name that here:", *(f"# {row}" for row in entry)]
    rows = [line for channel in channels for line in _entry(channel.id, channel.name)]
    return ["channels:", *rows]


def _entry(channel_id: str, name: str) -> list[str]:
    named = [f"    name: {_value(name)}"] if _clean(name) else []
    return [f"  - id: {channel_id}", *named, "    answer: shadow"]


def _file(head: str, *parts: Sequence[str]) -> str:
    return "\n".join([head, *("\n".join(part) + "\n" for part in parts if part)])


def _zone(around: Surroundings) -> str:
    return around.zones[0] if around.zones else "UTC"


def _handle(group: UserGroup) -> str:
    return f"@{_comment(group.handle)}"


def _comment(name: str) -> str:
    """A name that ends no comment."""
    return _clean(name) or "…"


def _value(name: str) -> str:
    """A name as YAML reads it back: bare where nothing in it means anything, else in double quotes."""
    cleaned = _clean(name)
    return cleaned if BARE.fullmatch(cleaned) else json.dumps(cleaned, ensure_ascii=False)


def _clean(name: str) -> str:
    return one_line(name)[:LONGEST_NAME].strip()


def _is_platform(name: str) -> bool:
    return not _words(name).isdisjoint(PLATFORM_WORDS)


def _is_for_duty(group: UserGroup) -> bool:
    return not _words(group.handle).isdisjoint(DUTY_WORDS)


def _words(name: str) -> set[str]:
    return set(re.split(r"[^a-z0-9]+", name.lower()))
