"""The handbook as loaded: everything in it, at one revision, or all that is wrong with it.

Loading is atomic and never raises for bad content: a handbook with an error anywhere is `Broken`, and the caller keeps
the last good one. Fetches nothing from anywhere.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import TypeAlias, TypeVar

from knowledge import article as articles
from knowledge import bets, files, flows, policies, repositories, strict_yaml
from knowledge import channels as channels_file
from knowledge.action_files import FOLDER as ACTIONS
from knowledge.action_files import read_action, unknown_in
from knowledge.action_inputs import Around
from knowledge.actions import Action
from knowledge.article import Article, Parsed
from knowledge.article import article_from_text as article_from_text  # for articles that are in no handbook
from knowledge.bets import Bet, read_bet
from knowledge.capabilities import FILE as CAPABILITIES
from knowledge.capabilities import NO_CAPABILITIES, Capability, read_capabilities, unknown_actions, unknown_topics
from knowledge.channels import Channels, read_channels
from knowledge.flows import Flow, read_flow
from knowledge.golden import FILE as GOLDEN
from knowledge.golden import GoldenQuestion, dangling, read_golden
from knowledge.hosts import Hosts, read_hosts
from knowledge.links import Pages, Where
from knowledge.notices import FOLDER as NOTICES
from knowledge.notices import SUFFIX as NOTICE_SUFFIX
from knowledge.notices import Around as AroundNotices
from knowledge.notices import Notice, read_notice
from knowledge.people import People, read_people
from knowledge.policies import Policy, read_policy, unnamed
from knowledge.problem import Level, Problem
from knowledge.repositories import LiveRepository, read_repositories
from knowledge.schema import Value, nearest
from knowledge.sources import FILE as SOURCES
from knowledge.sources import Source, SourceArticles, of_source, read_sources
from knowledge.stories import FOLDER as STORIES
from knowledge.stories import README, Story, read_story
from knowledge.stories import SUFFIX as STORY_SUFFIX
from knowledge.survey_audience import Around as AroundSurveys
from knowledge.survey_files import FOLDER as SURVEYS
from knowledge.survey_files import read_survey
from knowledge.surveys import Survey
from knowledge.synonyms import FILE as SYNONYMS
from knowledge.synonyms import NO_SYNONYMS, Synonyms, read_synonyms

T = TypeVar("T")

MOST_LINES = 20_000  # of an article; the largest real page we know has 1,000, and parsing takes 0.1 ms a line
PEOPLE = "people.yaml"
CHANNELS = "channels.yaml"
YAML_FILES = (
    PEOPLE,
    CHANNELS,
    SOURCES,
    repositories.FILE,
    "links.yaml",
    CAPABILITIES,
    GOLDEN,
    SYNONYMS,
)


NOT_ASKED: tuple[GoldenQuestion, ...] = ()
NO_SOURCES: tuple[Source, ...] = ()
NO_REPOSITORIES: tuple[LiveRepository, ...] = ()


@dataclass(frozen=True)
class Handbook:
    """`revision` is the Git commit, or a hash of the files read when the folder is no repository.

    As loaded it holds its own articles; `joined` adds those of its sources, and their revisions to its own.
    """

    revision: str
    articles: tuple[Article, ...]
    people: People = field(default_factory=People)
    channels: Channels = field(default_factory=Channels)
    golden: tuple[GoldenQuestion, ...] = ()
    sources: tuple[Source, ...] = ()
    hosts: Hosts = field(default_factory=Hosts)  # that links of articles are looked at on
    synonyms: Synonyms = NO_SYNONYMS
    actions: tuple[Action, ...] = ()
    repositories: tuple[LiveRepository, ...] = ()
    capabilities: tuple[Capability, ...] = ()
    policies: tuple[Policy, ...] = ()
    surveys: tuple[Survey, ...] = ()
    stories: tuple[Story, ...] = ()
    bets: tuple[Bet, ...] = ()
    flows: tuple[Flow, ...] = ()
    notices: tuple[Notice, ...] = ()
    warnings: Sequence[Problem] = ()

    def action(self, action_id: str) -> Action | None:
        return next((each for each in self.actions if each.id == action_id), None)

    def repository(self, name: str) -> LiveRepository | None:
        return next((each for each in self.repositories if each.name == name), None)

    def capability(self, capability_id: str) -> Capability | None:
        return next((each for each in self.capabilities if each.id == capability_id), None)

    def policy(self, policy_id: str) -> Policy | None:
        return next((each for each in self.policies if each.id == policy_id), None)

    def notice(self, notice_id: str) -> Notice | None:
        return next((each for each in self.notices if each.id == notice_id), None)

    def survey(self, survey_id: str) -> Survey | None:
        return next((each for each in self.surveys if each.id == survey_id), None)

    def bet(self, bet_id: str) -> Bet | None:
        return next((each for each in self.bets if each.id == bet_id), None)

    def flow(self, team: str) -> Flow | None:
        return next((each for each in self.flows if each.team == team), None)


@dataclass(frozen=True)
class Broken:
    """`problems` are the errors, all of them, by file and line; warnings stand apart."""

    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...] = ()


Loaded: TypeAlias = Handbook | Broken


def load(folder: Path, *, revision: str | None = None) -> Loaded:
    """The handbook in the folder; without a revision it gets a hash over the files read."""
    reader = _Reader(folder)
    people = reader.yaml(PEOPLE, read_people, People())
    channels = reader.yaml(CHANNELS, read_channels, Channels())
    golden = reader.yaml(GOLDEN, read_golden, NOT_ASKED)
    sources = reader.yaml(SOURCES, read_sources, NO_SOURCES)
    hosts = reader.yaml("links.yaml", read_hosts, Hosts())
    synonyms = reader.yaml(SYNONYMS, read_synonyms, NO_SYNONYMS)
    live = reader.yaml(repositories.FILE, read_repositories, NO_REPOSITORIES)
    capabilities = reader.yaml(
        CAPABILITIES, partial(read_capabilities, people=reader.sound(PEOPLE, people)), NO_CAPABILITIES
    )
    actions = reader.actions(people, live, capabilities)
    read = reader.articles()
    reader.problems += dangling(golden, {article.id for article in read})
    reader.check_actions(actions, channels, read, capabilities)
    rules = reader.policies(people, capabilities, [each.id for each in actions], [each.id for each in read])
    surveys = reader.surveys(people, channels, actions, capabilities)
    stories = reader.stories(capabilities)
    believed = reader.bets(people, capabilities)
    ways = reader.flows(people, actions, capabilities)
    told = reader.notices(people, live, capabilities, actions)
    reader.look_around()
    problems = sorted(set(reader.problems))
    errors = tuple(problem for problem in problems if problem.level is Level.ERROR)
    warnings = tuple(problem for problem in problems if problem.level is Level.WARNING)
    if errors:
        return Broken(errors, warnings)
    revision = revision or reader.hash.hexdigest()[:40]
    return Handbook(
        revision,
        read,
        people,
        channels,
        golden,
        sources,
        hosts,
        synonyms,
        actions=actions,
        repositories=live,
        capabilities=capabilities,
        policies=rules,
        surveys=surveys,
        stories=stories,
        bets=believed,
        flows=ways,
        notices=told,
        warnings=warnings,
    )


def load_source(source: Source, folder: Path, *, revision: str) -> SourceArticles:
    """The source's articles in its folder. What is odd in them is not ours to mend, so only their lack is noted."""
    reader = _Reader(folder, above=f"{source.name}:")
    names = [name for name in files.article_files(folder, suffixes=articles.SUFFIXES) if source.has(name)]
    read = reader.read(folder, names)
    ids = {article.id for article in read}
    what = f"the source {source.name} holds no article, or none that `globs` names"
    lack = () if read else (replace(source.wrong("globs", what, "correct `folder` and `globs`"), level=Level.WARNING),)
    return SourceArticles(source, revision, tuple(of_source(article, source, ids) for article in read), lack)


def joined(handbook: Handbook, parts: Sequence[SourceArticles]) -> Handbook:
    """The handbook with the articles of its sources; the same when there are none."""
    if not parts:
        return handbook
    digest = hashlib.sha256("\0".join(f"{part.source!r} {part.revision}" for part in parts).encode())
    return replace(
        handbook,
        revision=f"{handbook.revision}+{digest.hexdigest()[:12]}",
        articles=handbook.articles + tuple(article for part in parts for article in part.articles),
        warnings=(*handbook.warnings, *(warning for part in parts for warning in part.warnings)),
    )


class _Reader:
    """Reads one folder, gathering problems and the hash of what it read."""

    def __init__(self, folder: Path, *, above: str = "articles/") -> None:
        self.folder = folder
        self.above = above  # of an article's path, where a problem names it
        self.problems: list[Problem] = []
        self.hash = hashlib.sha256()

    def yaml(self, file: str, read: Callable[[Value], T], missing: T) -> T:
        """What the file says; `missing` when there is none, or none that can be read."""
        path = self.folder / file
        return self.yaml_at(path, file, read, missing) if path.exists() or path.is_symlink() else missing

    def yaml_at(self, path: Path, file: str, read: Callable[[Value], T], missing: T) -> T:
        text = self.text(path, file, Level.ERROR)
        if text is None:
            return missing
        document = strict_yaml.read(text, file=file)
        self.problems += document.problems
        return missing if document.root is None else read(Value(document.root, file, self.problems))

    def actions(
        self, people: People, live: Sequence[LiveRepository], capabilities: Sequence[Capability]
    ) -> tuple[Action, ...]:
        """The catalogue, by id. Nothing is held against another file while that one is broken."""
        if not self.has_error_in(PEOPLE):
            self.problems += repositories.dangling(live, people.teams)
        around = Around(
            people=self.sound(PEOPLE, people),
            repositories=self.sound(repositories.FILE, [each.name for each in live]),
            capabilities=self.sound(CAPABILITIES, [each.id for each in capabilities]),
        )
        return self.yaml_files(ACTIONS, lambda root: read_action(root, PurePosixPath(root.file).stem, around))

    def policies(
        self, people: People, capabilities: Sequence[Capability], actions: Sequence[str], articles: Sequence[str]
    ) -> tuple[Policy, ...]:
        around = policies.Around(
            people=self.sound(PEOPLE, people),
            capabilities=self.sound(CAPABILITIES, {each.id: each for each in capabilities}),
            actions=self.sound(ACTIONS, actions),
            articles=articles,
        )
        before = len(self.problems)
        found = self.yaml_files(policies.FOLDER, partial(read_policy, around=around))
        if len(self.problems) == before:  # else the one that names it may be the one that is wrong
            self.problems += unnamed(capabilities, found, file=CAPABILITIES)
        return found

    def surveys(
        self, people: People, channels: Channels, actions: Sequence[Action], capabilities: Sequence[Capability]
    ) -> tuple[Survey, ...]:
        """By id. Nothing is held against files that are broken themselves."""
        around = AroundSurveys(
            people=self.sound(PEOPLE, people),
            channels=self.sound(CHANNELS, channels),
            actions=self.sound(ACTIONS, [each.id for each in actions]),
            capabilities=self.sound(CAPABILITIES, {each.id: each for each in capabilities}),
        )
        return self.yaml_files(SURVEYS, lambda root: read_survey(root, PurePosixPath(root.file).stem, around))

    def stories(self, capabilities: Sequence[Capability]) -> tuple[Story, ...]:
        """By name. A story that names somebody who did not agree is an error, and so stays out of use."""
        known = self.sound(CAPABILITIES, [each.id for each in capabilities])
        found = [self.story(path, known) for path in self.entries(STORIES)]
        return tuple(one for one in found if one is not None)

    def story(self, path: Path, capabilities: Sequence[str] | None) -> Story | None:
        name = files.shown(path.name)
        if path.suffix != STORY_SUFFIX or name == README:
            return None
        text = self.text(path, f"{STORIES}/{name}", Level.ERROR)
        return None if text is None else read_story(name, text, self.problems, capabilities=capabilities)

    def bets(self, people: People, capabilities: Sequence[Capability]) -> tuple[Bet, ...]:
        around = bets.Around(
            people=self.sound(PEOPLE, people),
            capabilities=self.sound(CAPABILITIES, [each.id for each in capabilities]),
        )
        return self.yaml_files(bets.FOLDER, partial(read_bet, around=around))

    def flows(self, people: People, actions: Sequence[Action], capabilities: Sequence[Capability]) -> tuple[Flow, ...]:
        around = flows.Around(
            people=self.sound(PEOPLE, people),
            actions=self.sound(ACTIONS, [each.id for each in actions]),
            capabilities=self.sound(CAPABILITIES, [each.id for each in capabilities]),
        )
        found = self.yaml_files(flows.FOLDER, partial(read_flow, around=around))
        self.problems += flows.twice(found)
        return found

    def notices(
        self,
        people: People,
        live: Sequence[LiveRepository],
        capabilities: Sequence[Capability],
        actions: Sequence[Action],
    ) -> tuple[Notice, ...]:
        """By name. Nothing is held against files that are broken themselves."""
        around = AroundNotices(
            people=self.sound(PEOPLE, people),
            capabilities=self.sound(CAPABILITIES, [each.id for each in capabilities]),
            actions=self.sound(ACTIONS, [each.id for each in actions]),
            repositories=self.sound(repositories.FILE, [each.name for each in live]),
        )
        found = [self.notice(path, around) for path in self.entries(NOTICES)]
        return tuple(one for one in found if one is not None)

    def notice(self, path: Path, around: AroundNotices) -> Notice | None:
        name = files.shown(path.name)
        if path.suffix != NOTICE_SUFFIX or name == README:
            return None
        text = self.text(path, f"{NOTICES}/{name}", Level.ERROR)
        return None if text is None else read_notice(name, text, self.problems, around=around)

    def entries(self, folder: str) -> Sequence[Path]:
        """What stands in the folder, by name, but what is hidden."""
        below = self.folder / folder
        if below.is_symlink() or (below.exists() and not below.is_dir()):
            what = "this is no folder, and links are not followed"
            self.problems.append(Problem(folder, 1, "", what, "make it a folder of files"))
            return ()
        paths = sorted(below.iterdir()) if below.is_dir() else []
        return [path for path in paths if not path.name.startswith(".")]

    def yaml_files(self, folder: str, read: Callable[[Value], T | None]) -> tuple[T, ...]:
        """What the YAML files of the folder say, by name, but those that cannot be read."""
        found = [self.yaml_entry(path, folder, read) for path in self.entries(folder)]
        return tuple(one for one in found if one is not None)

    def yaml_entry(self, path: Path, folder: str, read: Callable[[Value], T | None]) -> T | None:
        file = f"{folder}/{files.shown(path.name)}"
        if path.suffix == ".yaml":
            return self.yaml_at(path, file, read, None)
        if path.suffix == ".yml" or path.is_dir():
            self.warn(file, 1, "this is not read", "entries are files that end in .yaml, side by side in the folder")
        return None

    def has_error_in(self, place: str) -> bool:
        """Whether the file, or one in the folder, is wrong."""
        errors = (problem.file for problem in self.problems if problem.level is Level.ERROR)
        return any(file == place or file.startswith(f"{place}/") for file in errors)

    def sound(self, place: str, found: T) -> T | None:
        """What was found there; None where something is wrong, and so nothing can be held against other files."""
        return None if self.has_error_in(place) else found

    def check_actions(
        self,
        actions: Sequence[Action],
        channels: Channels,
        read: Sequence[Article],
        capabilities: Sequence[Capability],
    ) -> None:
        """Notes what names an action that is not there; nothing while an entry itself is broken."""
        if self.has_error_in(ACTIONS):
            return
        self.problems += channels_file.dangling(channels, actions)
        self.problems += unknown_in(read, actions)
        self.problems += unknown_topics(capabilities, {tag for article in read for tag in article.tags[:1]})
        self.problems += unknown_actions(capabilities, [each.id for each in actions])

    def articles(self) -> tuple[Article, ...]:
        folder = self.folder / "articles"
        if not folder.is_dir():
            what = "the handbook has no folder articles/"
            self.problems.append(Problem("articles", 1, "", what, "make it, and put Markdown files in it"))
            return ()
        read = self.read(folder, files.article_files(folder, suffixes=articles.SUFFIXES))
        if not read:
            what = "there is no article, so no question can be answered"
            self.warn("articles", 1, what, "put Markdown files in the folder")
        return read

    def read(self, folder: Path, names: Iterable[str]) -> tuple[Article, ...]:
        """The articles in these files; what is odd in them is noted."""
        found = [self.article(folder, name) for name in names]
        parsed = [one for one in found if one is not None]
        self.problems += _folded([warning for one in parsed for warning in one.warnings])
        pages = Pages.of(one.article.id for one in parsed)
        return tuple(self.linked(one, pages) for one in parsed)

    def article(self, folder: Path, name: str) -> Parsed | None:
        """The article in the file; None, noted, when it is left out."""
        file = f"{self.above}{files.shown(name)}"
        text = self.text(folder / name, file, Level.WARNING)
        if text is None:
            return None
        if text.count("\n") > MOST_LINES:
            self.warn(file, 1, f"the article has more than {MOST_LINES:,} lines and is left out", "split it")
            return None
        parsed = articles.parse(files.shown(name), text, file=file)
        if parsed is None:
            self.warn(file, 1, "the article is empty and is left out", "write it, or delete the file")
        return parsed

    def linked(self, parsed: Parsed, pages: Pages) -> Article:
        """The article with what replaced it by its id; links that lead nowhere are noted, each once."""
        article, file = parsed.article, f"{self.above}{parsed.article.id}"
        seen: set[str] = set()
        for link in parsed.links:
            if link.target not in seen and pages.find(link.target, source=article.id) is Where.NOWHERE:
                what = f"a link leads to {link.target}, which is not in the handbook"
                self.warn(file, link.line, what, "correct the link, or take it out")
            seen.add(link.target)
        target = pages.find(article.moved_to, source=article.id)
        if target is Where.NOWHERE and article.moved_to not in seen:
            what = f"the article has moved to {article.moved_to}, which is not in the handbook"
            self.warn(file, 1, what, "correct where it leads, or delete the file")
        moved = replace(article, moved_to=target) if isinstance(target, str) else article
        return replace(moved, superseded_by=self.successor(article, pages))

    def successor(self, article: Article, pages: Pages) -> str:
        """The id of the article that superseded this one; "" and noted when it is not in the handbook."""
        if not article.superseded_by:
            return ""
        found = pages.find(article.superseded_by, source=article.id)
        if isinstance(found, str) and found != article.id:
            return found
        what = f"superseded_by names {article.superseded_by}, which is no other article of the handbook"
        self.warn(f"articles/{article.id}", 1, what, "name the article that replaced it, or take the line out")
        return ""

    def text(self, path: Path, file: str, level: Level) -> str | None:
        text = files.read_text(path, file=file, level=level)
        if isinstance(text, Problem):
            self.problems.append(text)
            return None
        self.hash.update(f"{file}\0{text}\0".encode())
        return text

    def look_around(self) -> None:
        """Notes YAML files that nobody reads, most often for a slip in the name."""
        if not self.folder.is_dir():
            return
        for path in sorted(self.folder.iterdir()):
            if path.suffix in (".yaml", ".yml") and path.name not in YAML_FILES and not path.name.startswith("."):
                near = nearest(path.stem, [Path(name).stem for name in YAML_FILES])
                fix = f'did you mean "{near}.yaml"?' if near else f"known here: {', '.join(YAML_FILES)}"
                self.warn(files.shown(path.name), 1, "this file is not read", fix)

    def warn(self, file: str, line: int, what: str, fix: str) -> None:
        self.problems.append(Problem(file, line, "", what, fix, Level.WARNING))


def _folded(warnings: list[Problem]) -> list[Problem]:
    """The warnings, with a key that many articles have and nobody reads named once and counted."""
    unknown = Counter(warning.field for warning in warnings if _is_unknown_key(warning))
    folded: list[Problem] = []
    for warning in warnings:
        others = unknown[warning.field] - 1
        if not _is_unknown_key(warning) or others == 0:
            folded.append(warning)
        elif others > 0:
            noun = "article" if others == 1 else "articles"
            folded.append(replace(warning, what=f"{warning.what}, here and in {others} more {noun}"))
            unknown[warning.field] = 0
    return folded


def _is_unknown_key(warning: Problem) -> bool:
    return warning.what.startswith("unknown key")
