"""What can be said without Slack: do the settings, the handbook and the app's manifest hold together?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from bot import generate
from bot.actions.allowed import why_refused
from bot.actions.rules import BACKENDS
from bot.addresses import fault_of
from bot.answers.golden import NoGoldenQuestions, failures
from bot.answers.model_writer import writer_of
from bot.answers.offline import Said, ask_writer
from bot.config import DirectSettings, Settings
from bot.embeddings.offline import Tell, by_meaning, say_nothing
from bot.errors import GitFailed, HandbookBroken, SettingsInvalid
from bot.git.hosts import live_host
from bot.handbook import HandbookSource
from bot.library import catalogued
from bot.statistics import counted
from knowledge import bets, flows
from knowledge.actions import Action, GitBackend
from knowledge.loader import Handbook
from knowledge.problem import Level, Problem
from knowledge.repositories import LiveRepository

MANIFEST = "app_manifest.yaml"


@dataclass(frozen=True)
class Checked:
    problems: tuple[Problem, ...]
    summary: str

    @property
    def is_ok(self) -> bool:
        return all(problem.level is Level.WARNING for problem in self.problems)

    def then(self, other: "Checked") -> "Checked":
        """Both, told together."""
        return Checked((*self.problems, *other.problems), f"{self.summary}\n{other.summary}")


async def check(settings: Settings, *, handbook: str | None, folder: Path) -> Checked:
    """Every problem of the handbook, and of the manifest when the folder holds one."""
    problems = [*manifest_problems(folder / MANIFEST, command=settings.command)]
    try:
        current = await _source(settings, handbook).read_now()
    except HandbookBroken as broken:
        problems += broken.problems
        if not broken.problems:
            raise
        return Checked(tuple(problems), f"The handbook has {counted(len(broken.problems), 'error')}.")
    errors = [*repository_problems(current.repositories, replace(settings, handbook=handbook or settings.handbook))]
    warnings = [*current.warnings, *_not_allowed(current.actions, settings.direct), *_overdue(current, settings)]
    found = (*problems, *errors, *warnings)
    if errors:
        return Checked(found, f"The handbook has {counted(len(errors), 'error')}.")
    return Checked(
        found,
        f"The handbook is good: {counted(len(current.articles), 'article')}, "
        f"{counted(len(current.actions), 'action')}, {counted(len(current.policies), 'policy', 'policies')}, "
        f"{counted(len(current.surveys), 'survey')}, {counted(len(current.bets), 'bet')}, "
        f"{counted(len(current.flows), 'flow')}, {counted(len(current.notices), 'notice')}, "
        f"{counted(len(current.channels.channels), 'watched channel')}, "
        f"{counted(len(warnings), 'warning')}."
        f"{_not_looked_at(len(current.sources))}",
    )


def _overdue(handbook: Handbook, settings: Settings) -> Iterator[Problem]:
    """What is to be looked at again: by the day, so that only who asks is told."""
    today = settings.clock.now().astimezone(ZoneInfo(handbook.channels.timezone)).date()
    yield from bets.overdue(handbook.bets, today)
    yield from flows.overdue(handbook.flows, today)


def _not_allowed(actions: Sequence[Action], settings: DirectSettings) -> Iterator[Problem]:
    """Nothing where the settings name nothing: then this is hardly the bot's own machine."""
    if settings.aws_allowed or settings.webhook_hosts:
        yield from refused_entries(actions, settings)


def repository_problems(repositories: Sequence[LiveRepository], settings: Settings) -> Iterator[Problem]:
    """Those that could not be used where these settings name GitHub and GitLab. None of them is looked at."""
    for each in repositories:
        try:
            live_host(each, settings)
        except GitFailed as error:
            fault = fault_of(error)
            yield each.wrong("url", fault.what, fault.fix)


def refused_entries(actions: Sequence[Action], settings: DirectSettings) -> Iterator[Problem]:
    """The entries that call what these settings do not let be called: warnings, as another machine's may."""
    for each in actions:
        if isinstance(each.backend, GitBackend):
            continue
        if why := why_refused(each.backend, settings):
            key, is_of_key, rest = why.rstrip(".").partition(": ")
            what, _, fix = (rest if is_of_key else key).partition("; ")
            backend = BACKENDS[type(each.backend)]
            field = f"{backend}.{key}" if is_of_key else backend
            yield Problem(each.file, each.line, field, what, fix or "correct the entry", Level.WARNING)


def _not_looked_at(sources: int) -> str:
    return f" Not looked at: {sources} of its sources; `mentor doctor` does." if sources else ""


async def check_golden(
    settings: Settings, *, handbook: str | None, on_progress: Tell = say_nothing, on_trouble: Tell = say_nothing
) -> Checked:
    """Every golden question that is answered otherwise than golden.yaml says, by the index and thresholds of the bot.

    What is told of vectors on the way is `by_meaning`'s.
    Raises NoGoldenQuestions when there is none, HandbookBroken or GitFailed.
    """
    current = await _source(settings, handbook).read_now()
    if not current.golden:
        raise NoGoldenQuestions
    meaning = by_meaning(settings, await catalogued(current), on_progress=on_progress, on_trouble=on_trouble)
    async with meaning as (library, vector_of), writer_of(settings) as writer:

        async def asked(question: str) -> Said:
            return await ask_writer(library, question, writer, await vector_of(question))

        found = await failures(current.golden, asked)
    met = len(current.golden) - len(found)
    return Checked(tuple(found), f"Golden questions: {met} of {len(current.golden)} are answered as they must be.")


def _source(settings: Settings, handbook: str | None) -> HandbookSource:
    return HandbookSource(
        handbook or settings.handbook, workspace=settings.data_folder / "handbook", environment=settings.environment
    )


def refused(invalid: SettingsInvalid) -> Checked:
    """What is wrong with the settings; nothing else can be checked then."""
    problems = []
    for line in invalid.problems:
        name, _, rest = line.partition(": ")
        what, _, fix = rest.partition("; ")
        problems.append(Problem("environment", 1, name, what, fix or "`.env.example` shows its form"))
    return Checked(tuple(problems), f"The settings have {counted(len(problems), 'error')}.")


def manifest_problems(path: Path, *, command: str) -> Iterator[Problem]:
    """What the manifest lacks of what the bot needs; nothing when there is no such file."""
    if not path.is_file():
        return
    try:
        found: Any = yaml.safe_load(path.read_text())
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        yield _problem(mark.line + 1 if mark else 1, "", "is no YAML", "write it again with `make generate`")
        return
    needed = generate.manifest(command=command)
    for field in ("oauth_config.scopes.bot", "settings.event_subscriptions.bot_events"):
        there = _at(found, field) or []
        for name in sorted(name for name in _at(needed, field) if name not in there):
            yield _problem(1, field, f"{name} is missing", "add it, or write the file again with `make generate`")
    commands = [
        entry.get("command") for entry in _at(found, "features.slash_commands") or () if isinstance(entry, dict)
    ]
    if command not in commands:
        yield _problem(
            1, "features.slash_commands", f"{command} is missing", "add it, or set MENTOR_COMMAND to the one there"
        )


def _problem(line: int, field: str, what: str, fix: str) -> Problem:
    return Problem(MANIFEST, line, field, what, fix)


def _at(tree: Any, field: str) -> Any:
    for name in field.split("."):
        tree = tree.get(name) if isinstance(tree, dict) else None
    return tree if isinstance(tree, list) else None
