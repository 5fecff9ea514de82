"""The installed program itself, in a process of its own."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

MENTOR = Path(sys.executable).parent / "mentor"
TOUR_S = 60.0  # the tour's own promise


def _program(*arguments: str, cwd: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MENTOR_", "SLACK_"))}
    return subprocess.run(
        [MENTOR, *arguments],
        cwd=cwd,
        env={**environment, **settings},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=2 * TOUR_S,
        check=False,
    )


def test_the_tour_ends_by_itself_and_leaves_nothing_behind(tmp_path: Path) -> None:
    done = _program("demo", "--once", cwd=tmp_path)

    assert (done.returncode, done.stderr) == (0, "")
    assert "Mentor in a sandbox workspace: http://127.0.0.1:" in done.stdout
    summary = done.stdout.partition("In short:\n")[2].splitlines()
    assert len(summary) >= 5
    assert all(line.startswith("  ✓ ") for line in summary)
    assert done.stdout.count("It was easy to get done what I just asked the platform for.") == 1
    assert "asked questions | 67 % of 9" in done.stdout
    assert "By team, role: too few to say" in done.stdout
    assert "Nadia Rahman and" not in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_the_program_may_be_started_from_any_folder(tmp_path: Path) -> None:
    done = _program("ask", "how do I see the logs of my service?", "--json", cwd=tmp_path)

    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["outcome"] == "answered"


def test_a_bot_that_cannot_reach_slack_ends_with_one_line(tmp_path: Path) -> None:
    now = datetime.now(UTC).timestamp()  # for from the beginning of time a fast clock leaves the calendar
    done = _program(
        "run",
        cwd=tmp_path,
        SLACK_BOT_TOKEN="xoxb-canary",
        SLACK_APP_TOKEN="xapp-canary",
        SLACK_API_URL="http://127.0.0.1:1/api/",
        MENTOR_CLOCK=f"{now}:{now}:1000",
    )

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1].startswith("mentor: auth.test: ")
    assert "canary" not in done.stderr
