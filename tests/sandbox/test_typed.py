"""What becomes of names people type."""

import pytest

from sandbox import AppManifest, Clock, Workspace
from sandbox.testing import manifest
from sandbox.typed import command_text, composed


@pytest.fixture
def workspace() -> Workspace:
    workspace = Workspace(clock=Clock(), manifest=AppManifest.load(manifest()))
    workspace.add_person("maya", id="U0MAYA")
    workspace.add_person("tom.jones", id="U0TOM")
    workspace.add_channel("help", id="C0HELP")
    workspace.add_usergroup("duty", ["U0MAYA"], id="S0DUTY")
    return workspace


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        pytest.param("thanks @maya!", "thanks <@U0MAYA>!", id="person"),
        pytest.param("ask @tom.jones.", "ask <@U0TOM>.", id="name with a dot at the end of a sentence"),
        pytest.param("@Maya in #help", "<@U0MAYA> in <#C0HELP>", id="any case, and a channel"),
        pytest.param("@duty, or @here", "<!subteam^S0DUTY>, or <!here>", id="a group, and all who are there"),
        pytest.param("@nobody", "@nobody", id="a name nobody has"),
        pytest.param("mail maya@maya.example", "mail maya@maya.example", id="an address"),
        pytest.param("<@U0MAYA> hi", "<@U0MAYA> hi", id="a mention already"),
    ],
)
def test_names_in_a_message_become_mentions(workspace: Workspace, typed: str, sent: str) -> None:
    assert composed(workspace, typed) == sent


@pytest.mark.parametrize(
    ("typed", "escaped", "plain"),
    [
        pytest.param("thanks @maya", "thanks <@U0MAYA|maya>", "thanks @maya", id="person by name"),
        pytest.param("thanks <@U0MAYA>", "thanks <@U0MAYA|maya>", "thanks @maya", id="person by id"),
        pytest.param("in #help", "in <#C0HELP|help>", "in #help", id="channel"),
        pytest.param("<@U0GONE>", "<@U0GONE>", "<@U0GONE>", id="nobody"),
    ],
)
def test_a_command_has_mentions_only_if_the_manifest_asks(
    workspace: Workspace, typed: str, escaped: str, plain: str
) -> None:
    assert command_text(workspace, typed, should_escape=True) == escaped
    assert command_text(workspace, typed, should_escape=False) == plain
