"""Whatever people, articles and models write, Slack takes each message and form made of it, and nobody is called by it.

All builders of messages and forms are found by looking, and given made-up values of the types they ask for: long words,
many lines, other scripts, emoji, entities, mark-up within mark-up, and mentions in every field that is not ours. The
judge is the sandbox, which has Slack's limits from a table of its own.
"""

import importlib
import inspect
import pkgutil
import re
import typing
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

import pytest

import bot
from bot.actions.blocks import MODES
from bot.adoption.card_blocks import LABELS
from bot.blockkit import Shown
from bot.curation.gap_blocks import CLOSINGS
from bot.friction import Stage
from bot.listening.list_blocks import STATES
from bot.model import Json
from bot.peers.wording import QuestionKind
from sandbox.limits import MESSAGE_TEXT_MAX, text_length, validate_message_blocks, validate_view
from tests.goals.counting import Tally
from tests.rendering.made_up import Maker

CONTENTS, CI_CONTENTS = 20_000, 1_500
CALLS = ("<!channel>", "<!here|x>", "<@U0SOMEBODY>", "<!subteam^S0GROUP|@g>", "<#C0ASK>", "<https://evil.example|here>")
PIECES = (
    "word ", "W" * 60, "שלום עולם ", "👩\u200d👩 ", "&<>&amp;&lt;!channel&gt; ", "*b* _i_ ~s~ `c` ", "> quoted\n",
    "• a\n", "```\ncode\n", "[a](https://a.example/x) ", "![](x)", "<b>", "|", "\u202egnp", "é" * 30, "日本語",
    "\n\n\n", "`<!here>`", "@channel ", "\\", "{x}", "&", "&amp", "<", ">", "<<!channel>>", "<!chan", "nel>", "\x00",
    "\ud83d", *CALLS,
)  # fmt: skip
MOST = 3_000  # characters: longer is nothing that a person may type, nor the handbook hold, in one field
# The handbook, the database, or who makes the value holds no longer ones.
SHORT = {
    "team": 80, "teams": 80, "capability": 60, "capabilities": 60, "policy": 60, "topic": 80, "topics": 80,
    "account": 60, "action": 60, "actions": 60, "survey": 60, "owner": 80, "channel": 80, "name": 80, "names": 80,
    "title": 150, "article": 200, "label": 75, "must_show": 150, "Point.text": 150, "Question.text": 300,
    "choices": 60, "choices key": 60, "Step.name": 60, "news": 300, "willing": 80, "standing": 200,
    "Shown.blocks": 500, "more": 300, "given": 1_000, "surveys.blocks.form.words": 1_000,
    "talks.note_blocks.edit_form.words": 1_500, "summary": 600, "way_out": 200, "before": 40, "after": 40,
    "status": 40, "community_sections": 80, "definitions": 200, "taken": 80,
}  # fmt: skip
CODES: Mapping[str, tuple[str, ...]] = {
    "Request.mode": tuple(MODES),
    "Decided.choice": tuple(LABELS),
    "Gap.closed_reason": tuple(CLOSINGS),
    "Closing.reason": tuple(CLOSINGS),
    "ThemeFacts.state": tuple(STATES),
    "Case.kind": tuple(each.value for each in QuestionKind),
    "Figures.by_kind key": tuple(each.value for each in QuestionKind),
    "Waited.stage": tuple(each.value for each in Stage),
}
# What stands there is written by us (who calls was read to see): days and spans in words, our own sentences and marks.
OURS = {"until", "since", "on", "day", "next_word", "lasted", "asked", "quarter", "mention", "command"}
SENTENCE = "It is done."
DAY_OF_OURS = "10 November"

OURS_AT: Mapping[str, str] = {
    **dict.fromkeys(("actions.link_blocks.refusal.reason", "answers.feedback_blocks.noted.reason"), SENTENCE),
    **dict.fromkeys(("answers.feedback_blocks.noted_alone.reason", "adoption.blocks.policies.nothing"), SENTENCE),
    **dict.fromkeys(("curation.gap_blocks.card.said", "digest.blocks.csv_shown.text", "Item.said"), SENTENCE),
    **dict.fromkeys(("discovery.bet_blocks.decided.lost", "handover.blocks.handover.head"), SENTENCE),
    **dict.fromkeys(("Part.title", "Part.lines", "notices.blocks.news.incidents", "Shown.text"), SENTENCE),
    **dict.fromkeys(("Page.title", "Page.subtitle", "Digest.audit", "Card.status"), SENTENCE),
    **dict.fromkeys(("Decided.next", "Kept.no_surveys", "Wave.said", "Wave.change"), SENTENCE),
    **dict.fromkeys(("Todo.since", "Waiting.since"), "2026-11-10T10:00:00+00:00"),
    **dict.fromkeys(("digest.blocks.in_words.day", "Changed.day", "Adopted.day"), "2026-11-10"),
    "answers.blocks.help_text.verbs": "ask",
    "answers.blocks.hand_over.wish": "needs a person",
}
CALL = re.compile(r"<[@!][^>]*>|<https://evil[^>]*>")


@dataclass(frozen=True)
class Builder:
    name: str
    make: Callable[..., object]
    needs: Mapping[str, Any]


def builders() -> Iterator[Builder]:
    """Every function of the modules of blocks that makes a message, a form, or a part of one."""
    for module in pkgutil.walk_packages(bot.__path__, "bot."):
        if not module.name.endswith("blocks"):
            continue
        for name, make in inspect.getmembers(importlib.import_module(module.name), inspect.isfunction):
            if make.__module__ == module.name and not name.startswith(("_", "read_")):
                needs = typing.get_type_hints(make)
                if _is_shown(needs.pop("return")):
                    yield Builder(f"{module.name.removeprefix('bot.')}.{name}", make, needs)


def _is_shown(made: Any) -> bool:
    return made in (Shown, Json) or (Json in typing.get_args(made) and typing.get_origin(made) is not dict)


BUILDERS = tuple(builders())


def written(chance: Random, owner: str, name: str) -> str:
    """What stands in that field: an id, an address, one of its codes, words of ours, or anything."""
    place = f"{owner}.{name}"
    if codes := CODES.get(place):
        return chance.choice(codes)
    if name in OURS or place in OURS_AT:
        return OURS_AT.get(place, DAY_OF_OURS)
    if name in ("week", "slot"):
        return "2026-W47"
    if owner.endswith("blocks.said"):
        return SENTENCE
    if name == "host":
        return f"git{chance.randrange(10**6)}.example.com"
    if name == "timezone":
        return "Europe/Berlin"
    if place == "Question.name" or re.search(r"(?:^|_)(?:id|ts|key|mark|subject)$", name):
        return f"C{chance.randrange(10**9)}"
    if re.search(r"url|permalink|link|page", name):
        return f"https://example.com/{'a' * chance.choice((3, 300, 2_000))}?a=1&b=<{chance.choice(('', '!channel>'))}"
    longest = SHORT.get(place, SHORT.get(name, MOST))
    pieces = chance.choices(PIECES, k=chance.choice((1, 2, 5)))
    return f"a{''.join(pieces) * chance.choice((1, 1, 40, longest))}"[:longest]


def problems_of(made: object) -> Iterator[str]:
    """What Slack would refuse of a whole message or form, and who is called by it."""
    if isinstance(made, Shown):
        yield from validate_message_blocks(made.blocks)
        if text_length(made.blocks) > MESSAGE_TEXT_MAX:
            yield "all text together is too long"
        if CALL.search(made.text):
            yield f"its text calls somebody: {CALL.findall(made.text)}"
    elif isinstance(made, dict) and made.get("type") in ("modal", "home"):
        yield from validate_view(made)
    if isinstance(made, Shown | dict | list | tuple):
        blocks = made.blocks if isinstance(made, Shown) else made
        yield from (f"calls somebody: {found}" for text in _marked_up(blocks) if (found := CALL.findall(text)))


def _marked_up(value: object) -> Iterator[str]:
    """All text in which Slack reads mark-up."""
    if isinstance(value, dict):
        if value.get("type") == "mrkdwn":
            yield value["text"]
        for each in value.values():
            yield from _marked_up(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _marked_up(each)


def test_the_builders_are_found() -> None:
    modules = {each.name.rpartition(".")[0] for each in BUILDERS}

    assert len(modules) >= 40
    assert len(BUILDERS) >= 200


@pytest.mark.parametrize(
    "contents", [CI_CONTENTS, pytest.param(CONTENTS, marks=[pytest.mark.chaos, pytest.mark.goal(g=15)])]
)
def test_slack_takes_whatever_is_made_of_whatever_is_written_and_nobody_is_called(
    contents: int, seed: int, tally: Tally
) -> None:
    found: Counter[str] = Counter()
    for number in range(contents):
        builder = BUILDERS[number % len(BUILDERS)]
        chance = Random(f"{seed}:{number}")
        maker = Maker(chance, lambda owner, name, chance=chance: written(chance, owner, name))  # type: ignore[misc]
        given = {name: maker.of(kind, builder.name, name) for name, kind in builder.needs.items()}
        places = inspect.signature(builder.make).parameters.values()
        by_place = [given.pop(each.name) for each in places if each.kind is not inspect.Parameter.KEYWORD_ONLY]
        found.update(f"{builder.name}: {each}" for each in set(problems_of(builder.make(*by_place, **given))))
        tally(contents=1)

    assert dict(found) == {}
