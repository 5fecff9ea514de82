"""What the bot is made of: packages of known files, nothing that unpickles, and a wheel that all build the same."""

import hashlib
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.goals.counting import Tally
from tests.security.bill import bill, licence_of
from tests.security.lock import read_lock
from tests.security.threats import ROOT
from tests.security.weaknesses import COULD_NOT_LOOK, FOUND, HELD, LOCKS, told

PACKAGES = ("bot", "handlers", "knowledge", "migrations", "sandbox")
UNPICKLES = re.compile(
    r"^\s*(?:import|from)\s+_?(?:pickle|cPickle|shelve|marshal|dill|cloudpickle|joblib|jsonpickle)\b", re.MULTILINE
)
BUILT_FROM = (*PACKAGES, "pyproject.toml", "README.md", "LICENSE", "app_manifest.yaml")


@pytest.mark.goal(g=25)
@pytest.mark.parametrize("lock", LOCKS, ids=[str(each.relative_to(ROOT)) for each in LOCKS])
def test_each_package_is_of_one_version_with_its_hashes(lock: Path, tally: Tally) -> None:
    packages = list(read_lock(lock))
    tally(packages=len(packages), hashes=sum(len(each.hashes) for each in packages))

    assert len(packages) > 50
    assert [each.name for each in packages if not each.hashes] == []


@pytest.mark.parametrize("line", ["aiohttp>=3", "aiohttp==3.1", "--no-binary x", "-e .", "aiohttp==3.1 --hash=md5:00"])
def test_what_is_not_locked_is_found_with_its_line(tmp_path: Path, line: str) -> None:
    (tmp_path / "x.lock").write_text(f"a==1 \\\n    --hash=sha256:{'0' * 64}\n{line}\n")

    with pytest.raises(ValueError, match=r"^x\.lock:3: "):
        list(read_lock(tmp_path / "x.lock"))


def test_nothing_is_ever_unpickled() -> None:
    files = [file for package in PACKAGES for file in (ROOT / package).rglob("*.py")]
    found = {str(file.relative_to(ROOT)) for file in files if UNPICKLES.search(file.read_text(encoding="utf-8"))}

    assert len(files) > 300
    assert found == set()


@pytest.mark.goal(g=25)
def test_two_clean_builds_are_one_wheel(tmp_path: Path, tally: Tally) -> None:
    """From copies with other times and in other folders; the second is touched again in between."""
    digests = {digest_of(built(tmp_path / name)) for name in ("one", "another/place")}
    tally(wheels=2)

    assert len(digests) == 1


def built(folder: Path) -> Path:
    folder.mkdir(parents=True)
    for each in BUILT_FROM:
        if (ROOT / each).is_dir():
            shutil.copytree(
                ROOT / each, folder / each, ignore=shutil.ignore_patterns("__pycache__"), copy_function=shutil.copy
            )
        else:
            shutil.copy(ROOT / each, folder / each)
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder / "dist")]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    [wheel] = (folder / "dist").iterdir()
    return wheel


def digest_of(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


@pytest.mark.goal(g=25)
def test_the_bill_lists_each_package_with_hashes_and_licence_and_is_the_same_each_time(tally: Tally) -> None:
    pytest.importorskip("cyclonedx", reason="set up again: requirements.lock has more than is installed here")
    packages = list(read_lock(LOCKS[0]))

    text = bill(packages)

    listed = {each["name"]: each for each in json.loads(text)["components"]}
    tally(listed=len(listed))
    assert bill(packages) == text
    assert {name: each["version"] for name, each in listed.items()} == {each.name: each.version for each in packages}
    assert [each.name for each in packages if len(listed[each.name]["hashes"]) != len(each.hashes)] == []
    assert {name for name, each in listed.items() if "licenses" not in each} <= {
        each.name for each in packages if not licence_of(each.name)
    }


def test_a_package_tells_its_licence_in_one_of_three_ways() -> None:
    assert (licence_of("aiohttp"), licence_of("no-such-package")) != ("", "")
    assert licence_of("no-such-package") == ""


KNOWN = {"name": "a", "version": "1", "vulns": []}
WEAK = {"name": "b", "version": "2", "vulns": [{"id": "PYSEC-1", "fix_versions": ["3"]}]}
UNKNOWN = {"name": "c", "skip_reason": "Dependency not found"}


@pytest.mark.parametrize(
    ("packages", "said", "status"),
    [
        ([KNOWN], "No weakness is known in 1 packages.", HELD),
        ([KNOWN, WEAK], "1 known weaknesses in 2 packages.", FOUND),
        ([WEAK, UNKNOWN], "1 known weaknesses in 1 packages.", FOUND),
        ([KNOWN, UNKNOWN], "COULD NOT LOOK: the package index tells no weaknesses of 1 of 2 packages.", COULD_NOT_LOOK),
        ([], "COULD NOT LOOK: the package index tells no weaknesses of 0 of 0 packages.", COULD_NOT_LOOK),
    ],
    ids=["none known", "one known", "one known and one not looked at", "one not looked at", "no package"],
)
def test_what_could_not_be_looked_at_is_never_said_to_be_good(
    packages: list[dict[str, Any]], said: str, status: int
) -> None:
    lines, found = told({"dependencies": packages})

    assert (found, lines[-1].startswith(said)) == (status, True)
