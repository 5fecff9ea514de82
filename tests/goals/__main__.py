"""Runs the tests of goals, each with its seed, until the minutes are over: `python -m tests.goals G4 --minutes 20`.

One line a goal, and one more for a group (`chaos`, `fuzz`, `soak`). The tests of a goal are those that carry its mark.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections import Counter
from pathlib import Path

from tests.goals import keeping
from tests.goals.counting import TALLY, read_tally
from tests.goals.goals import GOALS, Goal, Outcome

ROOT = Path(__file__).parents[2]
GROUPS = sorted({goal.group for goal in GOALS.values()})
NONE_RAN = 5  # pytest's


def main() -> int:
    asked = _asked()
    goals = _wanted(asked.what)
    begun, per_goal = time.monotonic(), asked.minutes / len(goals)
    outcomes = []
    for goal in goals:
        outcomes.append(run(goal, seed=asked.seed, minutes=per_goal, workers=asked.workers))
        print(outcomes[-1].line(), flush=True)
        if asked.keep:
            keeping.keep(ROOT / "docs" / "reliability.md", outcomes[-1])
    if len(goals) > 1:
        held = sum(each.is_held for each in outcomes)
        took = (time.monotonic() - begun) / 60
        print(f"{' '.join(asked.what)}: {held} of {len(goals)} goals held; seed {asked.seed}; {took:.1f} min")
    return 0 if all(each.is_held for each in outcomes) else 1


def run(goal: Goal, *, seed: int, minutes: float, workers: int) -> Outcome:
    """Rounds of its tests, each with the next seed, as long as another is likely to fit; at least one."""
    if goal.group != "suite" and not _files_of(goal):
        return Outcome(goal, seed, 0.0, Counter(), 0)
    begun, tried, passed = time.monotonic(), Counter[str](), 0
    failed: dict[str, None] = {}
    for number in range(seed, sys.maxsize):
        since = time.monotonic()
        counted, good, bad = _round(goal, seed=number, minutes=minutes, workers=workers)
        tried, passed = tried + counted, passed + good
        failed |= dict.fromkeys(bad)
        now = time.monotonic()
        if goal.lasts or not good or (now - begun) + (now - since) > minutes * 60:
            break
    return Outcome(goal, seed, (time.monotonic() - begun) / 60, tried, passed, tuple(failed))


def _round(goal: Goal, *, seed: int, minutes: float, workers: int) -> tuple[Counter[str], int, list[str]]:
    """What was tried, how many tests passed, and which did not, with the seed to see it again."""
    with tempfile.TemporaryDirectory() as folder:
        tally, report = Path(folder) / "tally", Path(folder) / "report.xml"
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            f"--seed={seed}",
            f"--junit-xml={report}",
            "-p",
            "no:cacheprovider",
        ]
        command += ["-m", "not chaos"] if goal.group == "suite" else ["-m", goal.mark, *_files_of(goal)]
        command += [f"--minutes={minutes}"] if goal.lasts else []
        command += ["-n", str(workers), "--dist", "worksteal"] if workers > 1 or goal.group == "suite" else []
        ended = subprocess.run(
            command, cwd=ROOT, env={**os.environ, TALLY: str(tally)}, stdout=subprocess.PIPE, text=True
        )
        if ended.returncode:
            print(ended.stdout, file=sys.stderr, flush=True)
        good, bad = _read(report)
        counted = read_tally(tally)
    if goal.group == "suite":
        counted["runs"] = 1
    if ended.returncode not in (0, NONE_RAN) and not bad:
        bad = [f"pytest ended with {ended.returncode}"]
    return counted, good, [f"{each}, seed {seed}" for each in bad]


def _files_of(goal: Goal) -> list[str]:
    """Those that name its mark: collecting all others would take longer than many goals do."""
    files = sorted((ROOT / "tests").rglob("test_*.py"))
    return [str(each) for each in files if goal.mark in each.read_text(encoding="utf-8")]


def _read(report: Path) -> tuple[int, list[str]]:
    cases = ElementTree.parse(report).iter("testcase") if report.exists() else ()
    good, bad = 0, []
    for case in cases:
        if case.find("failure") is not None or case.find("error") is not None:
            bad.append(str(case.get("name")))
        elif case.find("skipped") is None:
            good += 1
    return good, bad


def _wanted(what: list[str]) -> list[Goal]:
    found = [goal for goal in GOALS.values() if goal.name in what or goal.group in what]
    unknown = set(what) - {goal.name for goal in found} - {goal.group for goal in found}
    if unknown or not found:
        raise SystemExit(
            f"There is no goal {', '.join(sorted(unknown))}. Say G1 to G{max(GOALS)}, or {', '.join(GROUPS)}."
        )
    return found


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.goals", description=__doc__)
    parser.add_argument("what", nargs="+", metavar="GOAL", help=f"G1 to G{max(GOALS)}, or {', '.join(GROUPS)}")
    parser.add_argument("--seed", type=int, default=1, help="what chance begins with (1)")
    parser.add_argument("--minutes", type=float, default=0.0, help="in all; each goal is run at least once (0)")
    parser.add_argument("--workers", type=int, default=1, help="tests at a time (1)")
    parser.add_argument("--keep", action="store_true", help="write longer runs than before into docs/reliability.md")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
