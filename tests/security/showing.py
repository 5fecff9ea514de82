"""Takes controls out, one at a time, in a copy of the source, and looks whether the tests named for them notice."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from tests.security.threats import ROOT, Control

COPIED = ("bot", "deploy", "docs", "handlers", "knowledge", "migrations", "sandbox", "tests")
LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc", "images")
LONGEST_S = 600.0  # all tests of one control


@dataclass(frozen=True)
class Shown:
    """What came of one control: the tests that failed with it, and those that passed without it."""

    control: Control
    failed_with: tuple[str, ...] = ()
    passed_without: tuple[str, ...] = ()
    broken: str = ""

    @property
    def is_noticed(self) -> bool:
        return not (self.failed_with or self.passed_without or self.broken)

    def line(self, name: str) -> str:
        holes = [f"passes without it: {each}" for each in self.passed_without]
        holes += [f"fails with it: {each}" for each in self.failed_with]
        told = "; ".join([*holes, *([self.broken] if self.broken else [])])
        tests = len(self.control.tests)
        noticed = f"noticed by {'its test' if tests == 1 else f'each of its {tests} tests'}"
        return f"{name}: {self.control.what}: {f'NOT NOTICED ({told})' if told else noticed}"


@contextmanager
def copy_of_the_source() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="mentor-controls-") as name:
        folder = Path(name).resolve()
        for each in COPIED:
            shutil.copytree(ROOT / each, folder / each, ignore=LEFT_OUT)
        for file in ROOT.iterdir():
            if file.is_file():
                shutil.copy(file, folder / file.name)
        yield folder


def show(folder: Path, control: Control, failed_with: Sequence[str]) -> Shown:
    """`failed_with` are tests that fail in the copy as it stands. The control is there again afterwards."""
    file = folder / control.file
    whole = file.read_text(encoding="utf-8")
    file.write_text(whole.replace(control.old, control.new), encoding="utf-8")
    try:
        noticed, broken = failing(folder, control.tests)
    finally:
        file.write_text(whole, encoding="utf-8")
    return Shown(
        control,
        tuple(each for each in control.tests if each in failed_with),
        () if broken else tuple(each for each in control.tests if each not in noticed),
        broken,
    )


def failing(folder: Path, nodes: Sequence[str]) -> tuple[set[str], str]:
    """Those of the tests that fail there, or did not run; and why nothing can be said ("" when it can)."""
    report = folder / "report.xml"
    report.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junit-xml={report}"]
    command += [f"tests/{each}" for each in dict.fromkeys(nodes)]
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        ended = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=LONGEST_S, check=False
        )
    except subprocess.TimeoutExpired:
        return set(), f"no end within {LONGEST_S:g} s"
    if ended.returncode not in (0, 1):  # what was taken out left no program
        return set(), f"pytest ended with {ended.returncode}: {(ended.stdout + ended.stderr).strip()[-300:]}"
    return _failed_in(report, nodes), ""


def _failed_in(report: Path, nodes: Sequence[str]) -> set[str]:
    """Of several cases of a test one that fails is enough; one that is only left out shows nothing."""
    passed, failed = set[str](), set[str]()
    for case in ElementTree.parse(report).iter("testcase"):
        if case.find("skipped") is not None:
            continue
        is_bad = case.find("failure") is not None or case.find("error") is not None
        file = str(case.get("classname")).removeprefix("tests.").replace(".", "/")
        (failed if is_bad else passed).add(f"{file}.py::{case.get('name')!s}")
    return {each for each in nodes if not _ran(each, passed | failed) or _ran(each, failed)}


def _ran(node: str, cases: set[str]) -> bool:
    return any(case == node or ("[" not in node and case.partition("[")[0] == node) for case in cases)
