"""The `mentor` command in an empty folder, and what it is given."""

import json
import os
from pathlib import Path

import pytest

from bot.cli import main
from tests.cli.command import Done, Run
from tests.journeys.handbook import write_handbook

SAID = [
    {"type": "message", "user": "U0ANNA", "text": "where are the logs?", "ts": "1763992800.000100"},
    {"type": "message", "user": "U0BEN", "text": "joined", "ts": "1763992801.000100", "subtype": "channel_join"},
]


@pytest.fixture
def mentor(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command in an empty folder, with no settings but those given."""
    for name in list(os.environ):
        if name.startswith(("MENTOR_", "SLACK_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, **settings: str) -> Done:
        with monkeypatch.context() as patch:
            for name, value in settings.items():
                patch.setenv(name, value)
            with pytest.raises(SystemExit) as ended:
                main(arguments)
        printed = capsys.readouterr()
        return Done(ended.value.code or 0, printed.out, printed.err)

    return run


@pytest.fixture
def handbook(tmp_path: Path) -> str:
    return str(write_handbook(tmp_path / "handbook"))


@pytest.fixture
def slack_export(tmp_path: Path) -> Path:
    """A channel with a message and a notice, and a file that is broken."""
    folder = tmp_path / "export"
    (folder / "general").mkdir(parents=True)
    (folder / "channels.json").write_text(json.dumps([{"id": "C0GENERAL", "name": "general"}]))
    (folder / "general" / "2025-11-24.json").write_text(json.dumps(SAID))
    (folder / "general" / "2025-11-25.json").write_text("[{")
    return folder
