"""What is written from the code: the app's manifest asks for what the bot uses and no more; no message goes untold."""

import ast
import json
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import jsonschema
import pytest
import yaml

import bot
from bot import generate
from bot.answers import blocks
from bot.check import check
from bot.config import read_settings
from bot.model import MessageKind
from handlers import verbs
from sandbox.manifest import METHOD_ACCESS, METHOD_SCOPES, scope_for
from tests.real_data import REAL_DATA

ROOT = Path(__file__).parents[1]
SCHEMA = REAL_DATA / "payloads" / "manifest" / "manifest.schema.2.0.0.json"
# Slack's own rule for each event we subscribe to. `app_home_opened` needs no scope.
EVENT_SCOPES = {
    "app_home_opened": set[str](),
    "app_mention": {"app_mentions:read"},
    "member_joined_channel": {"channels:read", "groups:read"},  # each for its kind of channel
    "message.channels": {"channels:history"},
    "message.groups": {"groups:history"},
    "message.im": {"im:history"},
    "reaction_added": {"reactions:read"},
    "reaction_removed": {"reactions:read"},
}
# Where the bot calls methods whose scope depends on the kind of channel: it knows of DMs only how to open one.
KINDS = {"history": ("channel", "group", "im"), "read": ("channel", "group", "im"), "write": ("im",)}


def _text(source: str) -> str:
    return (ROOT / source).read_text()


def _methods_called() -> set[str]:
    """Every Web API method that `bot/slack.py` names, and the one Socket Mode needs."""
    strings = {node.value for node in ast.walk(ast.parse(_text("bot/slack.py"))) if isinstance(node, ast.Constant)}
    return {each for each in strings if isinstance(each, str) and re.fullmatch(r"[a-z]+(\.[a-zA-Z]+)+", each)}


def _scopes_of(method: str) -> set[str]:
    """All scopes the bot needs for the method, over the kinds of channels it is in."""
    if access := METHOD_ACCESS.get(method):
        return {scope_for(access, kind) for kind in KINDS[access]}
    return set(METHOD_SCOPES.get(method, ()))


def _scopes_used() -> set[str]:
    manifest = generate.manifest()
    used = {scope for method in _methods_called() for scope in _scopes_of(method)}
    for event in manifest["settings"]["event_subscriptions"]["bot_events"]:
        used |= EVENT_SCOPES[event]
    return used | ({"commands"} if manifest["features"]["slash_commands"] else set())


def test_the_files_are_what_the_code_gives() -> None:
    written = (_text("app_manifest.yaml"), _text("docs/messages.md"))

    assert written == (generate.manifest_text(), generate.messages_text()), "run `make generate`"


def test_the_files_are_written_where_they_are_kept(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()

    generate.main(tmp_path)

    assert (tmp_path / "app_manifest.yaml").read_text() == _text("app_manifest.yaml")
    assert (tmp_path / "docs" / "messages.md").read_text() == _text("docs/messages.md")
    for name in generate.SCHEMAS:
        assert (tmp_path / "docs" / "schemas" / name).read_text() == _text(f"docs/schemas/{name}")


def test_the_manifest_file_is_the_manifest() -> None:
    assert yaml.safe_load(_text("app_manifest.yaml")) == generate.manifest()


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("name", "command"), [("Mentor", "/platform"), ("Odyssey", "/ask-us"), ("x" * 35, "/" + "y" * 31)]
)
def test_the_manifest_is_valid_against_slacks_schema(name: str, command: str) -> None:
    schema = json.loads(SCHEMA.read_text())

    jsonschema.Draft7Validator(schema).validate(generate.manifest(name=name, command=command))


@pytest.mark.real_data
def test_slacks_schema_can_refuse_a_manifest() -> None:
    broken = generate.manifest() | {"settings": {"socket_mode_enabled": "yes"}}

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft7Validator(json.loads(SCHEMA.read_text())).validate(broken)


def test_the_manifest_keeps_to_the_lengths_slack_documents() -> None:
    manifest = generate.manifest()
    shown, features = manifest["display_information"], manifest["features"]

    assert set(manifest) == {"_metadata", "display_information", "features", "oauth_config", "settings"}
    assert len(shown["name"]) <= 35
    assert len(shown["description"]) <= 140
    assert re.fullmatch(r"#[0-9a-f]{6}", shown["background_color"])
    assert len(features["bot_user"]["display_name"]) <= 80
    for command in features["slash_commands"]:
        assert re.fullmatch(r"/[a-z0-9_-]{1,31}", command["command"])
        assert 0 < len(command["description"]) <= 2_000
        assert 0 < len(command["usage_hint"]) <= 1_000


def test_scopes_and_events_are_named_once_each() -> None:
    manifest = generate.manifest()
    scopes = manifest["oauth_config"]["scopes"]["bot"]
    events = manifest["settings"]["event_subscriptions"]["bot_events"]

    assert (len(scopes), len(events)) == (len(set(scopes)), len(set(events)))


def test_the_methods_called_are_found() -> None:
    """Else the two tests below would pass on nothing."""
    assert {"auth.test", "chat.postMessage", "chat.update", "users.info", "conversations.replies"} <= _methods_called()


def test_each_method_the_bot_calls_and_each_event_it_takes_has_its_scope() -> None:
    assert _scopes_used() - set(generate.SCOPES) == set()


def test_no_scope_is_asked_for_without_use() -> None:
    assert set(generate.SCOPES) - _scopes_used() == set()


def test_each_scope_has_its_reason() -> None:
    assert [scope for scope, reason in generate.SCOPES.items() if len(reason) < 5] == []


@pytest.mark.parametrize("verb", verbs.VERBS, ids=lambda verb: verb.name)
def test_each_verb_stands_in_the_usage_hint_and_in_the_help(verb: verbs.Verb) -> None:
    (command,) = generate.manifest()["features"]["slash_commands"]
    shown = blocks.help_text(
        [(f"{each.name} {each.usage}".strip(), each.summary) for each in verbs.VERBS],
        command="/platform",
        name="Mentor",
    )
    said = "\n".join(_texts(list(shown.blocks)))

    assert re.search(rf"(^|\| ){verb.name}\b", command["usage_hint"])
    assert f"`{verb.name}" in said
    assert verb.summary in said


def _texts(found: object) -> Iterator[str]:
    if isinstance(found, dict):
        if isinstance(text := found.get("text"), str):
            yield text
        found = list(found.values())
    if isinstance(found, list):
        for each in found:
            yield from _texts(each)


def _rows() -> list[list[str]]:
    lines = [line for line in _text("docs/messages.md").splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_each_message_the_bot_may_send_is_told() -> None:
    """Also a kind that somebody forgot to put into its room's KINDS."""
    names = [each.name for each in walk_packages(bot.__path__, "bot.") if each.name.endswith(("blocks", "effects"))]
    rooms = [import_module(name) for name in names]
    kinds = {each for room in rooms for each in vars(room).values() if isinstance(each, MessageKind)}

    told = [[each.name, each.purpose, each.to, each.when, each.at_most, each.stop] for each in kinds]
    assert sorted(_rows()) == sorted(told)


def test_each_message_says_to_whom_when_how_often_and_how_to_stop_it() -> None:
    assert [row for row in _rows() if len(row) != 6 or not all(row)] == []


def test_no_two_messages_have_one_name() -> None:
    names = [row[0] for row in _rows()]

    assert len(names) == len(set(names))


async def test_the_project_passes_its_own_check(tmp_path: Path) -> None:
    found = await check(read_settings({"MENTOR_DATA": str(tmp_path)}), handbook=None, folder=ROOT)

    assert (found.problems, found.is_ok) == ((), True)
