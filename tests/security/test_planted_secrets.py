"""Secrets planted in every setting stand in no log and in no word that is told, whatever fails, at DEBUG."""

import asyncio
import base64
import json
import os
import subprocess
import sys

import pytest

from bot.config import Secret, read_settings
from tests.security.planted import PLANTED, QUICK, SECRET_SETTINGS, SLOW, WAYS

PATIENCE_S = 300.0


def test_each_setting_that_is_secret_has_one_planted() -> None:
    settings = read_settings(SECRET_SETTINGS)
    parts = (settings, settings.git, settings.direct, settings.hooks)
    secrets = {name: value for part in parts for name, value in vars(part).items() if isinstance(value, Secret)}

    assert {name for name, value in secrets.items() if PLANTED not in value.value} == {"github_app_key"}


@pytest.mark.parametrize("names", [QUICK, pytest.param((*QUICK, *SLOW), marks=pytest.mark.chaos, id="all")])
async def test_no_setting_that_is_secret_is_told_at_debug_whatever_fails(names: tuple[str, ...]) -> None:
    told = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "tests.security.planted", *(["all"] if names != QUICK else [])],
        env={name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=True,
    )

    lines = [json.loads(line) for line in told.stderr.splitlines()]
    failed = [line["path"] for line in lines if line["event"] == "planted.failed"]
    assert len(failed) >= len(names) * len(WAYS) * 0.8  # some replies are no failure to some clients
    assert [line for line in (told.stdout + told.stderr).splitlines() if any(each in line for each in hidden())] == []


def hidden() -> set[str]:
    """What is looked for: it, as it stands in a header for git, and its beginning in any of base64's three places."""
    shifted = [base64.b64encode(b"x" * number + PLANTED.encode()).decode()[4:-4] for number in range(3)]
    return {PLANTED, PLANTED[:12], *shifted}
