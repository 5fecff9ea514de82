"""What the workspace reads from an app's manifest, and which scopes methods need."""

import json
from pathlib import Path

import pytest

from sandbox.manifest import METHOD_ACCESS, METHOD_SCOPES, AppManifest, Shortcut, SlashCommand, scopes_needed
from sandbox.rates import METHOD_TIER
from sandbox.web_api import METHODS, OPEN_METHODS
from tests.real_data import REAL_DATA
from tests.sandbox.small import SCOPES, small_manifest

EXAMPLES = REAL_DATA / "payloads" / "manifest"
NEED_NO_SCOPE = OPEN_METHODS | {
    "apps.connections.open",
    "auth.teams.list",
    "auth.test",
    "chat.getPermalink",
    "views.open",
    "views.publish",
    "views.push",
    "views.update",
}


def test_a_manifest_is_read_whole() -> None:
    manifest = AppManifest.load(small_manifest())

    assert manifest == AppManifest(
        name="Odyssey",
        bot_name="Odyssey",
        bot_scopes=SCOPES,
        bot_events=frozenset({"app_mention", "message.channels"}),
        slash_commands=(SlashCommand("/ask", "Ask", should_escape=True),),
        shortcuts=(Shortcut("Log it", "message", "log"),),
        is_interactive=True,
        socket_mode=True,
        home_tab=True,
        messages_tab=True,
    )


def test_a_manifest_may_be_a_file_of_yaml_or_json(tmp_path: Path) -> None:
    path = tmp_path / "app_manifest.yaml"
    path.write_text(json.dumps(small_manifest()))

    assert AppManifest.load(path) == AppManifest.load(small_manifest())


def test_what_a_manifest_leaves_out_is_off() -> None:
    assert AppManifest.load({}) == AppManifest()


def test_a_manifest_that_is_no_mapping_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "app_manifest.yaml"
    path.write_text("- a list")

    with pytest.raises(TypeError):
        AppManifest.load(path)


@pytest.mark.parametrize(
    ("method", "kind", "scopes"),
    [
        ("conversations.history", "channel", {"channels:history"}),
        ("conversations.history", "group", {"groups:history"}),
        ("conversations.open", "im", {"im:write"}),
        ("conversations.info", "mpim", {"mpim:read"}),
        ("chat.postMessage", "channel", {"chat:write"}),
        ("auth.test", None, set()),
    ],
)
def test_a_methods_scope_may_depend_on_the_kind_of_channel(method: str, kind: str | None, scopes: set[str]) -> None:
    assert scopes_needed(method, kind) == scopes


def test_every_method_has_its_scope_or_needs_none() -> None:
    assert METHODS.keys() - METHOD_SCOPES.keys() - METHOD_ACCESS.keys() == NEED_NO_SCOPE


def test_every_method_has_its_tier_or_a_special_one() -> None:
    special = {"assistant.threads.setStatus", "auth.test", "chat.getPermalink", "chat.postMessage"}

    assert METHODS.keys() - METHOD_TIER.keys() == special


@pytest.mark.real_data
def test_slacks_own_examples_can_be_read() -> None:
    manifest = AppManifest.load(EXAMPLES / "examples-v2-manifest.valid.json")

    assert manifest.bot_scopes == {"chat:write", "chat:write.public"}
    assert (manifest.socket_mode, manifest.messages_tab, manifest.messages_tab_read_only) == (True, True, True)
