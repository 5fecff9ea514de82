"""Alerts and dashboard ask for nothing that the bot does not tell, and every alert says what to do."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.app import running
from bot.backup import back_up
from bot.demo.playing import settings_for
from tests.deploy.files import DEPLOY, RUNBOOKS, rules
from tests.journeys.office import new_sandbox

SELECTOR = re.compile(r"\b((?:mentor|process)_[a-z_]+)(?:\{([^}]*)\})?")
STATE = re.compile(r'state=(~?)"([^"]+)"')


async def _told(folder: Path) -> set[tuple[str, str]]:
    """Every sample's name, and its state, of a bot with a model and a backup."""
    async with new_sandbox() as sandbox:
        given = settings_for(sandbox, folder)
        settings = replace(given, llm_model="any", llm_base_url="http://127.0.0.1:1/v1")
        async with running(settings) as mentor, aiohttp.ClientSession() as session:
            await back_up(settings, folder / "copy")
            async with session.get(f"http://127.0.0.1:{mentor.http_port}/metrics") as response:
                families = list(text_string_to_metric_families(await response.text()))
    return {(sample.name, sample.labels.get("state", "")) for family in families for sample in family.samples}


def _asked() -> Iterator[tuple[str, str, str]]:
    """Where it is asked, the name, and the state ("" for any)."""
    dashboard = json.loads((DEPLOY / "monitoring" / "dashboard.json").read_text())
    asked = [(rule["alert"], rule["expr"]) for rule in rules()]
    asked += [(panel["title"], target["expr"]) for panel in dashboard["panels"] for target in panel["targets"]]
    for where, expression in asked:
        for name, labels in SELECTOR.findall(expression):
            states = [each.split("|") if many else [each] for many, each in STATE.findall(labels)] or [[""]]
            yield from ((where, name, state) for state in states[0])


async def test_every_figure_that_is_asked_for_is_told(tmp_path: Path) -> None:
    told = await _told(tmp_path)
    names = {name for name, _ in told}

    missing = [
        (where, name, state)
        for where, name, state in _asked()
        if name not in names or (state and (name, state) not in told)
    ]

    assert missing == []
    assert len({name for _, name, _ in _asked()}) > 10
    whatever_may_be_late = {state for name, state in told if name == "mentor_late_seconds"}
    assert {each for each in whatever_may_be_late if f"`{each}`" not in _runbook("MentorLate")} == set()


def _runbook(alert: str) -> str:
    _, _, rest = RUNBOOKS.read_text().partition(f"\n## {alert}\n")
    return rest.partition("\n## ")[0].replace("\n", " ")


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_every_alert_has_its_runbook(rule: dict[str, dict[str, str]]) -> None:
    heads = re.findall(r"^## (\w+)$", RUNBOOKS.read_text(), re.MULTILINE)

    assert rule["annotations"]["runbook"] == f"docs/runbooks.md#{str(rule['alert']).lower()}"
    assert rule["alert"] in heads
    assert rule["annotations"]["summary"]
    assert rule["annotations"]["meaning"]
    assert rule["labels"]["severity"] in ("page", "ticket")


def test_every_runbook_has_its_alert() -> None:
    text = RUNBOOKS.read_text()

    assert re.findall(r"^## (Mentor\w+)$", text, re.MULTILINE) == [rule["alert"] for rule in rules()]
