"""`make mutants`: spoils `bot/authority.py` in every small way there is, and prints the share that the tests notice.

It works on a copy. What the operators below would make is left out: either no program, or the same one.

Six of 152 survive, and no test can tell them from the original: each puts `<`, `<=` or `>=` in the place of `is` where
the member compared with is the last, or the first, in the alphabet of all that can stand there.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
MODULE = "bot/authority.py"
COPIED = ("bot", "knowledge", "tests/__init__.py", "tests/authority", "pyproject.toml")
ENOUGH = 0.95
LEFT_OUT = (
    "core/ReplaceBinaryOperator_.*",  # there is only `|` in types and patterns, and the `*` of signatures
    "core/ReplaceComparisonOperator_Is_Eq",  # members of an enumeration are equal when they are the same
    "core/ReplaceComparisonOperator_IsNot_NotEq",
)
TESTS = (
    "-m pytest -q -x --noconftest -p no:cacheprovider -k 'not vain' tests/authority"  # these look at the table alone
)
SETTINGS = f"""
[cosmic-ray]
module-path = "{MODULE}"
timeout = 120.0
excluded-modules = []
test-command = "{sys.executable} {TESTS}"
distributor.name = "local"
filters.operators-filter.exclude-operators = {json.dumps(LEFT_OUT)}
"""


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="mentor-mutants-") as name:
        folder = Path(name)
        _copy(folder)
        (folder / "mutants.toml").write_text(SETTINGS)
        _run(folder, "cosmic_ray.cli", "init", "mutants.toml", "mutants.sqlite")
        _run(folder, "cosmic_ray.tools.filters.operators_filter", "mutants.sqlite", "mutants.toml")
        _run(folder, "cosmic_ray.cli", "exec", "mutants.toml", "mutants.sqlite")
        return _told(_run(folder, "cosmic_ray.cli", "dump", "mutants.sqlite"))


def _copy(folder: Path) -> None:
    for each in COPIED:
        (folder / each).parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (ROOT / each).is_dir() else shutil.copyfile
        copy(ROOT / each, folder / each)


def _run(folder: Path, *command: str) -> str:
    done = subprocess.run([sys.executable, "-m", *command], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout


def _told(dumped: str) -> int:
    """Prints what no test noticed, and the share of what one did."""
    results = [result for _, result in map(json.loads, dumped.splitlines()) if result and result["test_outcome"]]
    survived = [each for each in results if each["test_outcome"] == "survived"]
    for each in survived:
        print(each["diff"])
    killed = len(results) - len(survived)
    print(f"{killed} of {len(results)} mutants of {MODULE} killed: {killed / len(results):.1%} (at least {ENOUGH:.0%})")
    return 0 if killed / len(results) >= ENOUGH else 1


if __name__ == "__main__":
    sys.exit(main())
