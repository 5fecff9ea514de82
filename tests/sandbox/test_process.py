"""The sandbox as a process of its own."""

import asyncio
import json
from pathlib import Path

import aiohttp
import pytest

from sandbox.__main__ import main, serve
from sandbox.testing import manifest


@pytest.fixture
def app(tmp_path: Path) -> Path:
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps(manifest()))
    return path


async def test_it_prints_what_an_app_needs_and_serves_it(app: Path, capsys: pytest.CaptureFixture[str]) -> None:
    serving = asyncio.create_task(serve(app, port=0, factor=60.0, people=["ana"]))
    printed = ""
    while "SANDBOX_URL" not in printed:
        await asyncio.sleep(0)
        printed += capsys.readouterr().out
    given = dict(line.split("=", 1) for line in printed.splitlines())

    async with aiohttp.ClientSession() as session:
        token = {"Authorization": f"Bearer {given['SLACK_BOT_TOKEN']}"}
        async with session.post(given["SLACK_API_URL"] + "auth.test", headers=token) as answer:
            who = await answer.json()
        async with session.get(given["SANDBOX_URL"] + "/sandbox/state?as=ana") as answer:
            seen = await answer.json()

    assert (who["ok"], who["user"]) == (True, "mentor")
    assert [each["name"] for each in seen["channels"] if each["kind"] == "channel"] == ["general"]
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)


def test_a_manifest_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "none.yaml")]) == 2
    assert "none.yaml: name the app's YAML or JSON file" in capsys.readouterr().err
