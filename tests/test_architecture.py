"""The house: which room imports which, and that it stands wherever it is installed."""

import configparser
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("bot", "handlers", "knowledge", "migrations", "sandbox")


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache", "--config", str(ROOT / ".importlinter")]
    environment = os.environ | {"PYTHONPATH": str(folder), "NO_COLOR": "1"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_imports_keep_to_their_rooms() -> None:
    result = lint_imports(ROOT)

    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("file", "line", "contract"),
    [
        ("bot/model.py", "import bot.storage", "Imports point one way"),
        ("bot/peers/rules.py", "import bot.answers", "Imports point one way"),
        ("handlers/errors.py", "import sqlalchemy", "Only storage and the migrations know SQLAlchemy"),
        ("bot/peers/rules.py", "import slack_bolt", "Only the handlers and the composition root know Bolt"),
        (
            "handlers/errors.py",
            "import slack_sdk",
            "Only the client, the socket and the root know Slack's SDK",
        ),
        ("bot/answers/rules.py", "import bot.slack", "What decides and what shows is pure"),
        ("sandbox/ids.py", "import bot.errors", "The sandbox imports nothing of the bot"),
        ("handlers/errors.py", "import sandbox.ids", "Only the command line and its demo use the sandbox"),
    ],
    ids=lambda value: value.removeprefix("import "),
)
def test_import_from_the_wrong_room_is_found(tmp_path: Path, file: str, line: str, contract: str) -> None:
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__", "*.md"))
    with (tmp_path / file).open("a") as opened:
        opened.write(f"\n{line}\n")

    result = lint_imports(tmp_path)

    assert result.returncode == 1
    assert any(said.startswith(contract) and "BROKEN" in said for said in result.stdout.splitlines()), result.stdout


def test_every_module_of_the_bot_has_a_layer() -> None:
    contracts = configparser.ConfigParser()
    contracts.read(ROOT / ".importlinter")
    layers = contracts["importlinter:contract:layers"]["layers"]
    placed = {name.strip("()") for name in layers.split() if name not in "|:"}

    found = {f"bot.{path.stem}" for path in (ROOT / "bot").iterdir() if path.suffix == ".py" or path.is_dir()}

    assert found - {"bot.__init__", "bot.__pycache__"} - placed == set(), "give it a place in .importlinter"


def test_packages_import_from_another_folder(tmp_path: Path) -> None:
    """Their top-level names are common words, so that what is found must be what was installed."""
    program = f"import {', '.join(PACKAGES)}; print(*({', '.join(f'{name}.__file__' for name in PACKAGES)}), sep='\\n')"
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}

    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )

    assert done.stdout.splitlines() == [str(ROOT / name / "__init__.py") for name in PACKAGES]
