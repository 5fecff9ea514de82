"""Handbooks with small mistakes in one file: told with their place and a fix, and the last good one stays in use."""

import os
import random
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.handbook import EMBEDDED, HandbookSource, Refreshed, StillBroken, Unchanged
from knowledge.loader import Handbook, load
from knowledge.problem import Problem
from tests.goals.counting import Tally
from tests.knowledge import mutations

FILES, CI_FILES, RELOAD_S = 50_000, 60, 2.0
# Kinds of file that the embedded handbook has none of; `sources.yaml` is left out, for it would have others fetched.
STORY = """\
---
title: Deploys without a ticket
told: 2026-11-24
by: Ann Example
with: [Bo Sample]
team: payments
consent: [Ann Example, Bo Sample, payments]
---

## What was hard

Every deploy took a ticket.
"""
MORE = {"links.yaml": "hosts: [docs.example.com]\nprivate_hosts: [wiki]\n", "stories/deploys.md": STORY}


@dataclass(frozen=True)
class Shelf:
    """A good handbook that holds little of each kind, and its files' texts by name."""

    folder: Path
    texts: dict[str, str]


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    folder = tmp_path_factory.mktemp("shelf") / "handbook"
    shutil.copytree(EMBEDDED, folder)
    for name, text in MORE.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    for path in folder.glob("articles/**/*.md"):  # their length is nothing here
        head, _, _ = path.read_text(encoding="utf-8").partition("\n---\n")
        path.write_text(f"{head}\n---\n\n## It\n\nText.\n", encoding="utf-8")
    golden = (folder / "golden.yaml").read_text(encoding="utf-8").split("\n- ")
    (folder / "golden.yaml").write_text("\n- ".join(golden[:4]) + "\n", encoding="utf-8")  # it names all articles
    for kind in sorted(folder.glob("*/"), key=lambda each: each.name == "articles"):  # others name these
        _thin(folder, sorted(path for path in kind.rglob("*.*") if path.stem != "README")[2:])
    names = [path for path in sorted(folder.rglob("*.*")) if path.is_file() and path.name != "README.md"]
    return Shelf(folder, {str(path.relative_to(folder)): path.read_text(encoding="utf-8") for path in names})


def _thin(folder: Path, files: list[Path]) -> None:
    """Without those of the files that nothing else needs: all at once, or else half of them and then the others."""
    held = {path: path.read_text(encoding="utf-8") for path in files}
    for path in files:
        path.unlink()
    if not files or is_good(folder):
        return
    for path, text in held.items():
        path.write_text(text, encoding="utf-8")
    if len(files) > 1:
        _thin(folder, files[: len(files) // 2])
        _thin(folder, files[len(files) // 2 :])


def is_good(folder: Path) -> bool:
    return isinstance(load(folder), Handbook)


@dataclass
class Found:
    """Of files that were refused: all, those told with a place that is there, and those told in the very file.

    The others are told where the rest of the handbook names what is gone.
    """

    refused: int = 0
    with_place: int = 0
    in_file: int = 0
    slowest_s: float = 0.0


async def try_one(shelf: Shelf, source: HandbookSource, name: str, raw: bytes, found: Found) -> None:
    """The file with that in it, among good ones."""
    before = source.current
    (shelf.folder / name).write_bytes(raw)
    began = time.process_time()
    outcome = await source.refresh()
    found.slowest_s = max(found.slowest_s, time.process_time() - began)
    if isinstance(outcome, StillBroken):
        assert source.current is before
        assert all(problem.what and problem.fix for problem in outcome.problems)
        found.refused += 1
        found.with_place += all(_is_there(problem, shelf, {name: raw}) for problem in outcome.problems)
        found.in_file += any(problem.file == name for problem in outcome.problems)
    else:
        assert isinstance(outcome, Refreshed | Unchanged), outcome
    (shelf.folder / name).write_text(shelf.texts[name], encoding="utf-8")


def _is_there(problem: Problem, shelf: Shelf, new: Mapping[str, bytes]) -> bool:
    """Whether there is such a file, and such a line in it."""
    text = new.get(problem.file, shelf.texts.get(problem.file, "").encode())
    return bool(text) and 1 <= problem.line <= text.count(b"\n") + text.count(b"\r") + 1


@pytest.mark.parametrize("count", [CI_FILES, pytest.param(FILES, marks=[pytest.mark.chaos, pytest.mark.goal(g=13)])])
async def test_a_file_with_mistakes_is_told_with_its_place_and_never_used(
    shelf: Shelf, tmp_path: Path, count: int, seed: int, tally: Tally
) -> None:
    chance, found = random.Random(seed), Found()
    names, texts = sorted(shelf.texts), list(shelf.texts.values())
    source = HandbookSource(str(shelf.folder), workspace=tmp_path, environment={"PATH": os.environ["PATH"]})
    await source.refresh()

    for number in range(count):
        name = names[number % len(names)]
        await try_one(shelf, source, name, mutations.mutated(shelf.texts[name], chance, texts), found)
        tally(files=1)

    tally(refused=found.refused, told_with_place=found.with_place, told_in_the_file=found.in_file)
    assert found.refused > count / 4
    assert found.with_place >= 0.95 * found.refused
    assert found.in_file >= 0.9 * found.refused
    assert found.slowest_s < RELOAD_S
    assert isinstance(await source.refresh(), Refreshed | Unchanged)  # once the last mistake is mended
