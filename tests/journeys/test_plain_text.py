"""What people and articles write can neither call anybody nor lead anywhere when the bot repeats it."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.config import Settings
from sandbox import Sandbox
from tests.journeys.office import Office, at_work

HOSTILE = "<!channel> <@U0PRIYA> <https://evil.example|grafana> <#C0RANDOM> <!subteam^S0DUTY> R&D &lt;!here&gt;"

ARTICLE = f"""\
---
title: "Clean the cache {HOSTILE}"
questions: [How do I clean the cache?]
owner: "{HOSTILE}"
reviewed: 2026-11-13
---

## Clean {HOSTILE}

Run the cleaner on the cache, then tell {HOSTILE} and wait.

```
cleaner --all {HOSTILE}
```
"""


@pytest.fixture
async def office(sandbox: Sandbox, settings: Settings, handbook: Path) -> AsyncIterator[Office]:
    """The bot at work by a handbook with a hostile article."""
    (handbook / "articles" / "cache.md").write_text(ARTICLE)
    async with at_work(sandbox, settings) as office:
        yield office


def texts(office: Office) -> list[str]:
    """Every text of every visible act of the bot, however deep in its blocks."""
    return [text for effect in office.sandbox.ledger.effects for text in (effect.text, *_strings(list(effect.blocks)))]


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for each in value.values():
            yield from _strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from _strings(each)
    elif isinstance(value, str):
        yield value


async def test_an_article_calls_nobody_and_links_nowhere(office: Office) -> None:
    asked = office.person("priya").say("ask-platform", f"how do I clean the cache? {HOSTILE}")
    answer = await office.answer_to(asked)
    told = answer.text
    await office.person("priya").press(answer, "Not quite")
    await office.person("jonas").command("/platform", f"how do I clean the cache? {HOSTILE}", "random")
    await office.whisper_to("jonas", "random")
    office.person("li").say("data-help", "how do I clean the cache?")
    card = (await office.until(lambda: office.person("maya").sees("platform-team")))[0]
    await office.quiet()

    shown = [text for text in texts(office) if "this question>" not in text]
    assert "tell &lt;!channel&gt; &lt;@U0PRIYA&gt;" in told
    assert "tell &lt;!channel&gt; &lt;@U0PRIYA&gt;" in card.blocks[1]["text"]["text"]
    assert [text for text in shown if "<" in text or ">" in text] == []


async def test_what_a_person_adds_to_a_verb_is_not_repeated(office: Office) -> None:
    asked = office.person("priya").say("random", f"{office.mention} human {HOSTILE}")
    await office.answer_to(asked)

    assert [text for text in texts(office) if "U0PRIYA" in text or "evil" in text or "!channel" in text] == []


async def test_what_is_wrong_in_a_handbook_calls_nobody(office: Office, handbook: Path) -> None:
    (handbook / "people.yaml").write_text(f'"{HOSTILE}": 1\n')
    await office.mentor.reload.handbook()
    await office.until(lambda: office.channel("platform-team"))

    assert "&lt;!channel&gt;" in office.channel("platform-team")[0][1]
    assert [text for text in texts(office) if "<" in text or ">" in text] == []
