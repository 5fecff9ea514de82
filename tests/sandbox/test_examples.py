"""`docs/sandbox.md` tells the truth: its examples run, and it names all that there is."""

import json
import re
from pathlib import Path

import aiohttp
import pytest

from sandbox import Sandbox
from sandbox.control_people import ORDERS
from sandbox.faults import AFTER, BEFORE
from sandbox.model import Json
from sandbox.testing import manifest
from sandbox.web_api import METHODS

PAGE = (Path(__file__).parents[2] / "docs" / "sandbox.md").read_text("utf-8")
PROGRAMS = re.findall(r"^```python\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
(CALLS,) = re.findall(r"^```http\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("program", PROGRAMS, ids=["an app", "the fault switch", "people of every kind"])
async def test_an_example_in_python_runs(program: str) -> None:
    namespace: dict[str, object] = {}
    exec(compile(program, "docs/sandbox.md", "exec"), namespace)

    await namespace["main"]()  # type: ignore[operator]


async def test_the_calls_of_the_control_api_answer_what_the_page_says() -> None:
    async with Sandbox(manifest()) as sandbox, aiohttp.ClientSession() as session:
        for call in CALLS.strip().split("\n\n"):
            asked, expected = call.split("\n-> ")
            method, path, *body = asked.split(" ", 2)
            order = json.loads(body[0]) if body else None
            async with session.request(method, sandbox.url + path, json=order) as answer:
                assert holds(await answer.json(), json.loads(expected)), asked


def holds(answer: Json, expected: Json) -> bool:
    """Whether the answer has all that is expected of it; it may have more."""
    return all(
        holds(answer[name], value) if isinstance(value, dict) and value else answer.get(name) == value
        for name, value in expected.items()
    )


def test_the_page_names_every_method_fault_and_order() -> None:
    named = set(re.findall(r"`([^`\s]+)`?", PAGE))

    assert METHODS.keys() - named == set()
    assert (BEFORE | AFTER) - named == set()
    assert [path for path in ORDERS if f"`{path}`" not in PAGE and f"/sandbox{path}`" not in PAGE] == []
