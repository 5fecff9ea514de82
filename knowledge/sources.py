"""`sources.yaml`: folders of articles in other Git repositories, which need no front matter of ours.

Its shapes and how they are read, and what an article gets of its source. Fetches nothing: the files come from
`bot.sources`, which also judges the addresses.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from functools import cached_property
from posixpath import basename, dirname
from urllib.parse import quote

from knowledge.article import SUFFIXES, Article, without_suffix
from knowledge.audience import Audience
from knowledge.problem import Problem
from knowledge.schema import Value
from knowledge.strict_yaml import Mapping
from knowledge.trust import Trust

FILE = "sources.yaml"
KEYS = ("name", "repository", "branch", "folder", "globs", "page", "trust", "audience", "owner")
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}", re.ASCII)
GLOB = re.compile(r"(?!.*\.\.)!?[^/\\\s!\x00-\x1f][^\\\x00-\x1f]{0,199}")
MOST_WILDCARDS = 8  # in one glob; each costs a pass over the path
PAGE = re.compile(r"https://[^\s<>|{}]+(?:\{(?:path|file)\}[^\s<>|{}]*)+")
MOST_SOURCES = 50
EVERYTHING = tuple(f"**/*{suffix}" for suffix in SUFFIXES)
STRICTNESS = (Audience.PUBLIC, Audience.INTERNAL, Audience.PLATFORM)


@dataclass(frozen=True)
class Source:
    """`branch` "" is the default one, `folder` "" the top. `page` is an address with `{path}` or `{file}` in it.

    `audience` and `owner` are for articles that name none; an article cannot be seen by more people than its source.
    """

    name: str
    repository: str
    branch: str = ""
    folder: str = ""
    globs: tuple[str, ...] = EVERYTHING
    page: str = ""
    trust: Trust = Trust.NORMAL
    audience: Audience = Audience.PUBLIC
    owner: str = ""
    at: str = field(default="", compare=False, repr=False)  # where it stands in sources.yaml
    line: int = field(default=1, compare=False, repr=False)

    def has(self, path: str) -> bool:
        """Whether the file, by its path below the folder, is one of its articles."""
        return any(one.fullmatch(path) for one in self._wanted) and not any(one.fullmatch(path) for one in self._left)

    def wrong(self, key: str, what: str, fix: str) -> Problem:
        """What is wrong with one of its keys."""
        return Problem(FILE, self.line, f"{self.at}.{key}", what, fix)

    @cached_property
    def _wanted(self) -> list[re.Pattern[str]]:
        kept = [glob for glob in self.globs if not glob.startswith("!")]
        return [_pattern(glob) for glob in kept or EVERYTHING]

    @cached_property
    def _left(self) -> list[re.Pattern[str]]:
        return [_pattern(glob[1:]) for glob in self.globs if glob.startswith("!")]


@dataclass(frozen=True)
class SourceArticles:
    """A source as it was read at a commit."""

    source: Source
    revision: str
    articles: tuple[Article, ...]
    warnings: tuple[Problem, ...] = ()


def read_sources(root: Value) -> tuple[Source, ...]:
    """The file's content; what is wrong is noted at `root`, and then the result is not to be used."""
    sources: dict[str, Source] = {}
    is_nothing = isinstance(root.node, Mapping) and not root.node.entries  # a file of comments alone
    items = [] if is_nothing else root.items()
    if len(items) > MOST_SOURCES:
        root.wrong(f"there are {len(items)} sources, {MOST_SOURCES} are allowed", "bring some together")
        return ()
    for item in items:
        source = _read_source(item)
        if source is None:
            continue
        if source.name in sources:
            item.wrong(f'the name "{source.name}" is taken', "give each a `name` of its own", at="name")
        sources[source.name] = source
    return tuple(sources.values())


def of_source(article: Article, source: Source, ids: Collection[str]) -> Article:
    """The article with its source's name before its id, and with what it does not say itself.

    `ids` are those of all articles there.
    """
    return replace(
        article,
        id=f"{source.name}:{article.id}",
        owner=article.owner or source.owner,
        audience=max(article.audience, source.audience, key=STRICTNESS.index),
        url=article.url or page_of(source.page, article.id),
        moved_to=f"{source.name}:{article.moved_to}" if article.moved_to in ids else article.moved_to,
        superseded_by=f"{source.name}:{article.superseded_by}" if article.superseded_by else "",
        trust=source.trust,
        source=source.name,
    )


def page_of(page: str, path: str) -> str:
    """The address of the file's rendered page: `{path}` is its path without suffix, `{file}` with it.

    Before a slash or at the end, an index page stands for its folder.
    """
    address = without_suffix(path)
    folder = dirname(address) if basename(address).lower() in ("index", "readme") else address
    for text, value in (("{path}/", f"{folder}/" if folder else ""), ("{file}", path)):
        page = page.replace(text, quote(value))
    return page.replace("{path}", quote(folder if page.endswith("{path}") else address))


def _read_source(value: Value) -> Source | None:
    fields = value.fields(*KEYS)
    fix = "write where it is, such as https://git.example.com/team/docs.git"
    repository = fields.need("repository", lambda repository: repository.text(at_most=400), fix)
    if repository is None:
        return None
    name = fields.get("name", _read_name, None) or _name_of(repository)
    if not NAME.fullmatch(name):
        value.wrong("the repository's last part is no name for a source", "give it a `name`", at="name")
    trust, audience = fields.get("trust", _read_trust, None), fields.get("audience", _read_audience, None)
    return Source(
        name=name,
        repository=repository,
        branch=fields.get("branch", Value.text, ""),
        folder=fields.get("folder", Value.text, "").strip("/"),
        globs=fields.get("globs", _read_globs, EVERYTHING) or EVERYTHING,
        page=fields.get("page", _read_page, ""),
        trust=trust or Trust.NORMAL,
        audience=audience or Audience.PUBLIC,
        owner=fields.get("owner", Value.name, ""),
        at=value.path,
        line=value.line,
    )


def _read_name(value: Value) -> str | None:
    return value.shaped(NAME, "is no name for a source", "write small letters, digits and -, such as team-docs")


def _name_of(repository: str) -> str:
    last = re.split(r"[/:]", repository.rstrip("/"))[-1].removesuffix(".git")
    return re.sub(r"[^a-z0-9]+", "-", last.lower()).strip("-")


def _read_trust(value: Value) -> Trust | None:
    text = value.choice(tuple(Trust))
    return Trust(text) if text else None


def _read_audience(value: Value) -> Audience | None:
    text = value.choice(tuple(Audience))
    return Audience(text) if text else None


def _read_page(value: Value) -> str | None:
    fix = "write for example https://docs.example.com/{path}.html; {path} is the file's path without its suffix"
    return value.shaped(PAGE, "is not the address of a page with {path} or {file} in it", fix)


def _read_globs(value: Value) -> tuple[str, ...]:
    return tuple(glob for item in value.items() if (glob := _read_glob(item)) is not None)


def _read_glob(value: Value) -> str | None:
    fix = 'write for example "guides/**/*.md", or "!drafts/**" for what is left out'
    glob = value.shaped(GLOB, "is no pattern for paths in the folder", fix)
    if glob and glob.count("*") + glob.count("?") > MOST_WILDCARDS:
        value.wrong(f"has more than {MOST_WILDCARDS} wildcards", "write several shorter patterns")
        return None
    return glob


def _pattern(glob: str) -> re.Pattern[str]:
    """`**/` is any folders or none, `**` anything, `*` and `?` anything within one folder's or file's name."""
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", glob)
    meant = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return re.compile("".join(meant.get(part) or re.escape(part) for part in parts), re.DOTALL)
