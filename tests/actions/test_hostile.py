"""What people could type to get more than they asked for: thousands of tries, and what became of each.

The oracle is not ours: either the try is refused, or two plain loaders find the former tree with the declared leaves in
it and nothing else, at the declared path, each leaf as typed (in its normal form).
"""

import hashlib
import json
import os
import shutil
import sys
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml
from ruamel.yaml import YAML

from bot.actions.inputs import read_inputs
from bot.actions.rendering import NotPossible, Rendered, files_of, render
from bot.git.host import Author, Proposal, Review
from bot.git.proposals import checked
from knowledge.actions import Action, Change, GitBackend, Input, InputType, Json, Verb
from tests.actions.entries import BUILT_IN, KNOWN, action, text
from tests.git.hosted import Hosted
from tests.git.hosting import BOT_LINE, plain
from tests.git.remote import make_remote
from tests.goals.counting import Tally

TRIES, CI_TRIES, PROPOSED = 10_000, 2_500, 60
TEAMS = """\
# teams
teams:
  - name: search  # first
    note: 'x'
limits:
  note: "old"   # said
  labels: {a: b}
plain: [a, b]
"""
JSON_FILE = '{\n  "list": [\n    "a"\n  ],\n  "map": {"a": 1}\n}\n'

GIT = (
    "--upload-pack=touch x", "-c", "--exec=sh", "ext::sh -c id", "file:///etc/passwd", "../../etc/passwd", "..", ".",
    ".git", ".GIT", ".git\u200c", "git~1", "GIT~1", ".git::$INDEX_ALLOCATION", ".gitmodules", "a/../b", "a\\..\\b",
    "//x", "x/", "~root", ":(exclude)x", ":/", "HEAD", "refs/heads/main", "a..b", "@{-1}", "x.lock", "CON", "nul.",
    "a b", "-", "--", "$(id)", "`id`", ";id", "|id", "&& id", "%2e%2e%2f", "a\x00b", "a%00b", "C:\\x", "\\\\host\\x",
)  # fmt: skip
YAML_TRICKS = (
    "!!python/object/apply:os.system ['id']", "!tag x", "&a x", "*a", "<<", "<<: *a", "{a: b}", "[a, b]", "a: b",
    "a:\n  b: c", "a\n- b", "- a", "# c", "a # c", "|", ">-", "? a", "---", "...", "--- a", "%YAML 1.1", "no", "yes",
    "on", "null", "~", "012", "0o7", "0x1F", "1e9", "1_0", "1:30", ".inf", ".nan", "=", "2026-01-01", "'", '"', "\\",
    '"}, "x": {"y": "', "'\n", "\\n", "'', x: ''", "]", "}", ",", "a,b", "@a", "`a", "\ta", "a\t", "a\u0085b",
    "a\u2028b", "\ufeffa", "\\u0000", "a: &x [*x]",
)  # fmt: skip
TEMPLATES = (
    "{{x}}", "{{ config }}", "${x}", "${{ secrets.X }}", "{0}", "{name}", "{note}", "{request}",
    "{requester.__class__}", "%s", "%(x)s", "#{x}", "<%= x %>", "{% if x %}", "$(x)", "{{{{name}}}}", "{", "}", "{}",
    "{name", "arn:aws:iam::999999999999:role/x", "arn:aws:lambda:eu-west-1:123456789012:function:*",
    "https://evil.example/x", "<!channel>", "<@U0SOMEBODY>", "'; drop table x",
)  # fmt: skip
LOOKALIKES = (
    "раyments", "аура", "ｐayments", "paym\u0435nts", "ﬁle", "ⅸ", "𝓪𝓫", "a\u0301", "e\u0301\u0327", "\u212b", "\u212a",
    "ſ", "\u202egnp", "a\u2066b\u2069", "a\u200bb", "a\u200db", "a\u00adb", "a\u034fb", "a\u3164b", "\uffa0",
    "\u2800", "a\ufe0f", "a\u00a0b", "a\u2003b", "ı", "İ", "ß", "µ", "Ω", "\u2126", "日本", "a日", "٣", "1٣", "⁄",
    "\u2215", "．．", "\ud800", "\ue000", "\U000e0041", "\x1b[31m", "\x7f", "\x07", "a" * 5000, "é" * 150, "ж" * 101,
    "😀", "👩\u200d👩", "1" * 400,
)  # fmt: skip
HONEST = ("search", "payments-logs", "a1", "Zoë", "two words", "x", "team_7", "v1.2")
ALL = (*GIT, *YAML_TRICKS, *TEMPLATES, *LOOKALIKES, *HONEST)

NOTE = Input("note", InputType.TEXT, "Note", longest=200)
NAME = text("name")
SLUG = text("name", pattern=r"[\w.-]+", longest=200)


@dataclass(frozen=True)
class Case:
    """An entry, the path that it must touch, and what must become of the former tree: from name, note and tree."""

    entry: Action
    path: Callable[[str], str]
    expected: Callable[[Any, str, str], Any]


def _case(
    change: Change, path: Callable[[str], str], expected: Callable[[Any, str, str], Any], name: Input = NAME
) -> Case:
    return Case(action(change, inputs=(name, NOTE)), path, expected)


def _fixed(path: str) -> Callable[[str], str]:
    return lambda _: path


CASES = {
    "create": _case(
        Change("teams/{name}/bucket.yaml", Verb.CREATE, {"kind": "B", "meta": {"name": "{name}", "tags": ["{note}"]}}),
        lambda name: f"teams/{name}/bucket.yaml",
        lambda _, name, note: {"kind": "B", "meta": {"name": name, "tags": [note]}},
    ),
    "create beside": _case(
        Change("teams/x-{name}.json", Verb.CREATE, {"a": ["{note}", "{name}-x"], "by": "{requester}"}),
        lambda name: f"teams/x-{name}.json",
        lambda _, name, note: {"a": [note, "{name}-x"], "by": "maya"},
        SLUG,
    ),
    "replace": _case(
        Change("data.json", Verb.REPLACE, {"note": "{note}", "name": "{name}"}),
        _fixed("data.json"),
        lambda _, name, note: {"note": note, "name": name},
    ),
    "delete": _case(
        Change("teams/{name}.yaml", Verb.DELETE), lambda name: f"teams/{name}.yaml", lambda tree, name, note: None, SLUG
    ),
    "set": _case(
        Change("teams.yaml", Verb.SET, {"limits.note": "{note}"}),
        _fixed("teams.yaml"),
        lambda tree, name, note: tree | {"limits": tree["limits"] | {"note": note}},
    ),
    "set a key": _case(
        Change("teams.yaml", Verb.SET, {"limits.labels.{name}": "{note}"}),
        _fixed("teams.yaml"),
        lambda tree, name, note: tree
        | {"limits": tree["limits"] | {"labels": tree["limits"]["labels"] | {name: note}}},
    ),
    "add to a list": _case(
        Change("teams.yaml", Verb.ADD, {"name": "{name}", "note": "{note}"}, at=("teams",), key="name"),
        _fixed("teams.yaml"),
        lambda tree, name, note: tree | {"teams": [*tree["teams"], {"name": name, "note": note}]},
    ),
    "add a key": _case(
        Change("teams.yaml", Verb.ADD, {"note": "{note}"}, at=("limits",), key="{name}"),
        _fixed("teams.yaml"),
        lambda tree, name, note: tree | {"limits": tree["limits"] | {name: {"note": note}}},
    ),
    "add in brackets": _case(
        Change("teams.yaml", Verb.ADD, "{note}", at=("plain",)),
        _fixed("teams.yaml"),
        lambda tree, name, note: tree | {"plain": [*tree["plain"], note]},
    ),
    "add to json": _case(
        Change("data.json", Verb.ADD, {"note": "{note}"}, at=("map",), key="{name}"),
        _fixed("data.json"),
        lambda tree, name, note: tree | {"map": tree["map"] | {name: {"note": note}}},
    ),
    "remove": _case(
        Change("teams.yaml", Verb.REMOVE, at=("teams",), where={"name": "{name}"}),
        _fixed("teams.yaml"),
        lambda tree, name, note: tree | {"teams": [each for each in tree["teams"] if each["name"] != name]},
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Try:
    kind: str
    raw: Mapping[str, str]
    current: Mapping[str, str | None]
    rendered: Rendered | NotPossible | None  # None: refused in the form


def attempt(rng: Random) -> Try:
    kind = rng.choice(list(CASES))
    entry = CASES[kind].entry
    assert isinstance(entry.backend, GitBackend)
    raw = {"name": _typed(rng), "note": _typed(rng)}
    if rng.random() < 0.02:
        raw[_typed(rng)] = _typed(rng)
    read = read_inputs(entry, raw, KNOWN)
    if read.errors:
        return Try(kind, raw, {}, None)
    values: dict[str, Json] = {**BUILT_IN, **read.values}
    current = {path: _former(path, raw) for path in files_of(entry.backend, values)}
    return Try(kind, raw, current, render(entry.backend, values, current))


def _typed(rng: Random) -> str:
    """A trick alone, within an honest word, beside another, or honest after all; now and then any signs at all."""
    one, other, honest = rng.choice(ALL), rng.choice(ALL), rng.choice(HONEST)
    signs = "".join(
        chr(rng.choice((rng.randrange(128), rng.randrange(0x3000), rng.randrange(0x110000)))) for _ in range(6)
    )
    return rng.choice((one, one, honest, honest, honest + one, one + honest, one + other, one.upper(), signs))


def _former(path: str, raw: Mapping[str, str]) -> str | None:
    if path in {"teams.yaml", "data.json"}:
        return TEAMS if path == "teams.yaml" else JSON_FILE
    return "a: 1\n" if path.count("/") == 1 and path.endswith(".yaml") else None


@lru_cache(maxsize=8)  # the few former texts; nobody changes what is read
def _trees(path: str, text: str | None) -> Sequence[Any]:
    """By plain loaders."""
    if text is None:
        return (None,)
    if path.endswith(".json"):
        return (json.loads(text),)
    return yaml.safe_load(text), YAML(typ="safe", pure=True).load(text)


def judge(tried: Try) -> None:
    """Fails unless the change is the declared one."""
    if not isinstance(tried.rendered, Rendered):
        return
    case = CASES[tried.kind]
    name, note = (unicodedata.normalize("NFC", tried.raw[each]) for each in ("name", "note"))
    path = case.path(name)
    assert list(tried.rendered.files) == [path] == list(tried.current)
    assert path.count("/") == case.path("").count("/")
    assert not any(part in {"", ".", ".."} or part.casefold().startswith(".git") for part in path.split("/"))
    new = tried.rendered.files[path]
    for former, tree in zip(_trees(path, tried.current[path]), _trees(path, new), strict=False):
        assert tree == case.expected(former, name, note)
    if tried.current[path] is None:
        assert all(tree == case.expected(None, name, note) for tree in _trees(path, new))
    assert len(tried.rendered.shown) <= 2_400
    assert tried.rendered.shown.startswith(path)


@pytest.mark.parametrize("tries", [CI_TRIES, pytest.param(TRIES, marks=[pytest.mark.chaos, pytest.mark.goal(g=15)])])
def test_hostile_inputs_change_the_declared_leaves_or_nothing(tries: int, seed: int, tally: Tally) -> None:
    rng = Random(20_260_302 * seed)
    outcomes: Counter[tuple[str, str]] = Counter()

    for _ in range(tries):
        tried = attempt(rng)
        judge(tried)
        tally(inputs=1)
        outcomes[tried.kind, type(tried.rendered).__name__] += 1

    assert outcomes.total() == tries
    assert all(outcomes[kind, "Rendered"] >= tries // 1_000 for kind in CASES), (
        outcomes
    )  # the oracle had something to judge
    assert sum(number for (_, end), number in outcomes.items() if end == "NoneType") > tries // 2


@pytest.mark.parametrize("trick", [*GIT, *LOOKALIKES], ids=ascii)
def test_no_trick_with_paths_is_made_a_folder_of(trick: str) -> None:
    entry = CASES["create"].entry

    read = read_inputs(entry, {"name": trick, "note": "x"}, KNOWN)

    plain_word = trick.isalnum() and trick.isprintable()
    assert read.errors or plain_word or trick in {"x.lock", "a..b"} or not unicodedata.is_normalized("NFC", trick)


def spawned(log: Path) -> set[str]:
    """What git itself started, by its own trace."""
    events = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
    return {event["argv"][0].split()[0].split("/")[-1] for event in events if event["event"] in {"child_start", "exec"}}


def listing(folder: Path, *, but: tuple[Path, ...]) -> dict[str, str]:
    """Every file with its hash, but for what is below these."""
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        for path in sorted(folder.rglob("*"))
        if not any(path.is_relative_to(each) for each in but)
    }


@dataclass
class Watcher:
    """Notes every program that this process starts, while it is on."""

    programs: set[str]
    is_on: bool = False

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.is_on and event in {"subprocess.Popen", "os.exec", "os.posix_spawn", "os.system", "os.startfile"}:
            self.programs.add(str(arguments[0]))


WATCHER = Watcher(set())


@pytest.fixture
def watcher() -> Iterator[Watcher]:
    if not getattr(sys, "_mentor_watched", False):  # a hook stays as long as the process
        sys.addaudithook(WATCHER)
        sys._mentor_watched = True  # type: ignore[attr-defined]
    WATCHER.programs, WATCHER.is_on = set(), True
    yield WATCHER
    WATCHER.is_on = False


async def test_hostile_changes_reach_a_repository_by_git_alone_and_touch_nothing_else(
    tmp_path: Path, watcher: Watcher
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (tmp_path / "precious.txt").write_text("precious")
    base = {"teams.yaml": TEAMS, "data.json": JSON_FILE, "teams/other.yaml": "a: 1\n", "README.md": "Read me.\n"}
    remote = make_remote(home / "remote.git")
    remote.commit(base)
    programs = _git_that_tells(tmp_path)
    hosted = Hosted(plain(home, path=str(programs)), remote, BOT_LINE)
    before, here = listing(tmp_path, but=(home, tmp_path / "trace")), sorted(os.listdir())  # noqa: PTH208
    watcher.programs.clear()

    rng = Random(7)
    for number, tried in enumerate(_renderings(rng, PROPOSED)):
        assert isinstance(tried.rendered, Rendered)
        proposal = Proposal(
            f"mentor/r-{number}",
            tried.raw["note"],
            tried.raw["name"],
            tried.rendered.files,
            Author("Maya", "maya@example.com"),
        )
        standing = await hosted.host.propose(proposal)
        _check_branch(hosted, proposal, base, standing.review)

    assert {program.split("/")[-1] for program in watcher.programs} == {"git"}
    started = spawned(tmp_path / "trace" / "events")
    assert started
    assert all(name.startswith("git") for name in started), started
    left = listing(tmp_path, but=(home, tmp_path / "trace"))
    assert left == before
    assert sorted(os.listdir()) == here  # noqa: PTH208
    assert sorted(path.name for path in home.iterdir()) == ["ours", "remote-index", "remote.git"]


def _renderings(rng: Random, most: int) -> Iterator[Try]:
    """Tries that were not refused, on the files that the repository holds."""
    found = 0
    while found < most:
        tried = attempt(rng)
        if tried.kind != "delete" and isinstance(tried.rendered, Rendered):
            found += 1
            yield tried


def _check_branch(hosted: Hosted, proposal: Proposal, base: Mapping[str, str], review: Review) -> None:
    """The branch holds the base with the declared files, and one commit."""
    assert review is Review.OPEN
    declared = checked(proposal)
    assert hosted.remote.git("log", "--format=%s", f"main..{proposal.branch}") == declared.title.strip()
    listed = hosted.remote.git("ls-tree", "-r", "-z", "--name-only", proposal.branch).split("\0")
    assert sorted(filter(None, listed)) == sorted({*base, *proposal.files})
    for path in {*base, *proposal.files}:
        wanted = proposal.files.get(path, base.get(path))
        assert hosted.remote.git("cat-file", "blob", f"{proposal.branch}:{path}") == (wanted or "").strip()


def _git_that_tells(folder: Path) -> Path:
    """A folder with git alone, which writes down what it starts."""
    programs, trace = folder / "programs", folder / "trace"
    programs.mkdir()
    trace.mkdir()
    script = f'#!/bin/sh\nexport GIT_TRACE2_EVENT="{trace}/events"\nexec "{shutil.which("git")}" "$@"\n'
    (programs / "git").write_text(script)
    (programs / "git").chmod(0o755)
    return programs
