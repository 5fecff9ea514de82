"""What only a live workspace can tell: may the bot do there what it is meant to?

Looks and changes nothing: no message is sent, no socket opened, no database made. What can be said without Slack in
more detail is `bot.check`'s. How much history Slack lets the app read cannot be seen from outside.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

from bot.check import MANIFEST, manifest_problems
from bot.config import Settings, missing_to_run
from bot.errors import HandbookBroken, MentorError, SettingsInvalid, SlackError, SlackRefused
from bot.findings import (
    DATABASE_S,
    Finding,
    Level,
    by_level,
    channel_findings,
    clock_finding,
    group_findings,
    scope_findings,
)
from bot.generate import SCOPES
from bot.handbook import HandbookSource
from bot.inside_findings import inside_findings
from bot.live_findings import live_findings
from bot.slack import Slack
from bot.statistics import counted
from bot.storage import migrate
from bot.storage.engine import Database
from knowledge.channels import Channels
from knowledge.loader import Handbook
from knowledge.people import People

ERRORS_SHOWN = 5  # of the handbook; `mentor check` lists all
SQLITE = "sqlite+aiosqlite:///"
CHECK_URL = "check MENTOR_DATABASE_URL"


async def examine(settings: Settings, *, folder: Path) -> list[Finding]:
    """All that was found, the worst last. `folder` may hold the app's manifest."""
    handbook, findings = await _handbook(settings)
    findings += [*_settings(settings), await database_finding(settings.database_url), *_manifest(settings, folder)]
    findings += await inside_findings(settings)
    if handbook is not None:
        findings += await live_findings(settings, handbook)
    if settings.slack_bot_token:
        findings += await _in_workspace(settings, handbook)
    return by_level(findings)


def refused(invalid: SettingsInvalid) -> list[Finding]:
    """What is wrong with the settings; nothing else can be looked at then."""
    return [_unset(line) for line in invalid.problems]


async def database_finding(url: str) -> Finding:
    """Whether it answers, and at which revision. A SQLite file that is not there is not made."""
    file = Path(url.removeprefix(SQLITE).partition("?")[0]) if url.startswith(SQLITE) else None
    if file and not file.exists():
        return Finding(Level.OK, "database", f"{file} is not there yet, `mentor run` makes it")
    try:
        async with asyncio.timeout(DATABASE_S):
            return await _revision_finding(url)
    except TimeoutError:
        found = f"does not answer within {DATABASE_S:.0f} s"
    except migrate.DatabaseNewer:
        fix = "install that version, or see docs/upgrading.md#going-back"
        return Finding(Level.PROBLEM, "database", "was made by a newer Mentor", fix)
    except MentorError as error:
        found = str(error).removesuffix(f"; {CHECK_URL}")
    return Finding(Level.PROBLEM, "database", found, CHECK_URL)


async def _revision_finding(url: str) -> Finding:
    database = Database(url)
    try:
        revision = await migrate.current(database)
        await migrate.check_not_newer(database)
    finally:
        await database.close()
    if revision == migrate.head():
        return Finding(Level.OK, "database", f"is at this program's revision, {revision}")
    found = f"is at revision {revision}, this program's is {migrate.head()}" if revision else "is empty"
    return Finding(Level.WARNING, "database", found, "`mentor run` brings it up to date, as does `mentor db upgrade`")


def _settings(settings: Settings) -> list[Finding]:
    if missing := missing_to_run(settings):
        return [_unset(line) for line in missing]
    mode = "Socket Mode" if settings.uses_socket_mode else "signed HTTP at /slack/events"
    return [Finding(Level.OK, "settings", f"complete, for {mode}")]


def _unset(line: str) -> Finding:
    name, _, rest = line.partition(": ")
    what, _, fix = rest.partition("; ")
    return Finding(Level.PROBLEM, name, what, fix or "`.env.example` shows its form")


def _manifest(settings: Settings, folder: Path) -> list[Finding]:
    """Nothing where there is no such file."""
    problems = [
        Finding(Level.PROBLEM, problem.file, f"{problem.field or 'file'}: {problem.what}", problem.fix)
        for problem in manifest_problems(folder / MANIFEST, command=settings.command)
    ]
    if problems or not (folder / MANIFEST).is_file():
        return problems
    return [Finding(Level.OK, MANIFEST, f"asks for all the bot needs, with {settings.command}")]


async def _handbook(settings: Settings) -> tuple[Handbook | None, list[Finding]]:
    """The handbook to compare the workspace with; None when it is broken, or only the example."""
    try:
        place = HandbookSource(
            settings.handbook, workspace=settings.data_folder / "handbook", environment=settings.environment
        )
        handbook = await place.read_all_now()
    except HandbookBroken as broken:
        return None, _broken(broken)
    except MentorError as error:
        return None, [Finding(Level.PROBLEM, "handbook", str(error), "check MENTOR_HANDBOOK")]
    if not settings.handbook:
        found = "MENTOR_HANDBOOK is not set, so the bot would answer from the embedded example"
        return None, [Finding(Level.WARNING, "handbook", found, "write your own with `mentor init`")]
    watched = (
        f"{counted(len(handbook.articles), 'article')}, {counted(len(handbook.channels.channels), 'channel')} watched"
    )
    lost = [
        Finding(Level.PROBLEM, f"source {each.name}", each.reason, "correct sources.yaml, or what the bot may read")
        for each in place.lost_sources
    ]
    if handbook.warnings:
        found = f"{watched}, {counted(len(handbook.warnings), 'warning')}"
        return handbook, [Finding(Level.WARNING, "handbook", found, "`mentor check` lists them"), *lost]
    return handbook, [Finding(Level.OK, "handbook", watched), *lost]


def _broken(broken: HandbookBroken) -> list[Finding]:
    if not broken.problems:
        return [Finding(Level.PROBLEM, "handbook", str(broken), "check MENTOR_HANDBOOK")]
    shown = [
        Finding(Level.PROBLEM, "handbook", f"{each.file}:{each.line}: {each.field or 'file'}: {each.what}", each.fix)
        for each in broken.problems[:ERRORS_SHOWN]
    ]
    if more := len(broken.problems) - len(shown):
        shown.append(Finding(Level.PROBLEM, "handbook", f"{counted(more, 'more error')}", "`mentor check` lists them"))
    return shown


async def _in_workspace(settings: Settings, handbook: Handbook | None) -> list[Finding]:
    """Ends with what Slack refused, or that it does not answer; what was found before is kept."""
    findings: list[Finding] = []
    slack = Slack(settings.slack_bot_token, api_url=settings.slack_api_url, clock=settings.clock)
    await slack.open()
    try:
        async for finding in _live(settings, handbook, slack):
            findings.append(finding)
    except SlackRefused as refusal:
        fix = "copy the bot token (xoxb-…) from the app's OAuth page again" if refusal.is_token_trouble else "try again"
        findings.append(Finding(Level.PROBLEM, "bot token", f"Slack refused {refusal.method}: {refusal.code}", fix))
    except SlackError as error:
        fix = "check the network, a proxy, and SLACK_API_URL"
        findings.append(Finding(Level.PROBLEM, "Slack", f"does not answer: {error}", fix))
    finally:
        await slack.close()
    return findings


async def _live(settings: Settings, handbook: Handbook | None, slack: Slack) -> AsyncIterator[Finding]:
    said = await slack.introduce()
    if said.is_for_all:
        found = f"is of an app installed for all of {said.workspace}, and Mentor serves one workspace"
        yield Finding(Level.PROBLEM, "bot token", found, "install the app in one workspace, and set that token")
        return
    yield Finding(Level.OK, "bot token", f"is @{said.bot} in {said.workspace}")
    for finding in scope_findings(said.scopes, SCOPES):
        yield finding
    yield clock_finding(said)
    if settings.uses_socket_mode:
        yield await _app_token(settings)
    if handbook is None:
        return
    async for finding in _channels(slack, handbook.channels, bot=said.bot):
        yield finding
    for finding in await _groups(slack, handbook.people, today=said.heard_at.date()):
        yield finding


async def _app_token(settings: Settings) -> Finding:
    """Slack gives an address for a socket, which is left alone."""
    slack = Slack(settings.slack_app_token, api_url=settings.slack_api_url, clock=settings.clock)
    await slack.open()
    try:
        await slack.ask_for_socket()
    except SlackRefused as refusal:
        fix = "switch Socket Mode on, and make an app-level token (xapp-…) with connections:write"
        return Finding(Level.PROBLEM, "app-level token", f"Slack refused it: {refusal.code}", fix)
    finally:
        await slack.close()
    return Finding(Level.OK, "app-level token", "may open a socket")


async def _channels(slack: Slack, channels: Channels, *, bot: str) -> AsyncIterator[Finding]:
    watched = "fine if you mean it: the bot answers your own people there and nobody else"
    for channel in channels.channels:
        name = "" if channel.name == channel.id else channel.name
        label = f"#{name}" if name else channel.id
        for finding in await _channel(slack, channel.id, label=label, name=name, bot=bot, shared=watched):
            yield finding
    if place := channels.platform_channel:
        open_to = "name one of your own, or they read what only the platform team should see"
        for finding in await _channel(slack, place, label="platform_channel", name="", bot=bot, shared=open_to):
            yield finding


async def _channel(slack: Slack, channel_id: str, *, label: str, name: str, bot: str, shared: str) -> list[Finding]:
    try:
        info = await slack.channel_info(channel_id)
    except SlackRefused as refusal:
        if refusal.code == "channel_not_found":
            found = f"{channel_id} is not there, or private and without the bot"
            fix = f"correct the id in channels.yaml, or write there: /invite @{bot}"
            return [Finding(Level.PROBLEM, label, found, fix)]
        fix = "add the missing scope" if refusal.code == "missing_scope" else "look it up in Slack"
        return [Finding(Level.PROBLEM, label, f"{channel_id} cannot be looked up: {refusal.code}", fix)]
    return list(channel_findings(label, info, name=name, bot=bot, shared=shared))


async def _groups(slack: Slack, people: People, *, today: date) -> list[Finding]:
    try:
        groups = {group.id: group for group in await slack.user_groups()}
    except SlackRefused as refusal:
        fix = "add usergroups:read" if refusal.code == "missing_scope" else "look them up in Slack"
        return [Finding(Level.PROBLEM, "groups", f"cannot be looked up: {refusal.code}", fix)]
    return list(group_findings(people, groups, today=today))
