"""The app's manifest as the workspace sees it, and the scopes each Web API method needs.

Checks nothing against Slack's manifest schema: a missing part means "off", as when the app was never given it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from sandbox.model import Json

CHANNEL_KINDS = ("channel", "group", "im", "mpim")

# Slack names its per-kind scopes after the kind, in the plural except for DMs.
_PREFIX = {"channel": "channels", "group": "groups", "im": "im", "mpim": "mpim"}

# Methods whose scope is the same for every channel. Left out: methods that need none, and those below.
METHOD_SCOPES: Mapping[str, frozenset[str]] = {
    "assistant.threads.setStatus": frozenset({"chat:write", "assistant:write"}),
    "assistant.threads.setSuggestedPrompts": frozenset({"assistant:write"}),
    "bots.info": frozenset({"users:read"}),
    "chat.appendStream": frozenset({"chat:write"}),
    "chat.delete": frozenset({"chat:write"}),
    "chat.postEphemeral": frozenset({"chat:write"}),
    "chat.postMessage": frozenset({"chat:write"}),
    "chat.startStream": frozenset({"chat:write"}),
    "chat.stopStream": frozenset({"chat:write"}),
    "chat.update": frozenset({"chat:write"}),
    "conversations.join": frozenset({"channels:join"}),
    "reactions.add": frozenset({"reactions:write"}),
    "reactions.get": frozenset({"reactions:read"}),
    "reactions.remove": frozenset({"reactions:write"}),
    "team.info": frozenset({"team:read"}),
    "usergroups.list": frozenset({"usergroups:read"}),
    "usergroups.users.list": frozenset({"usergroups:read"}),
    "users.getPresence": frozenset({"users:read"}),
    "users.info": frozenset({"users:read"}),
    "users.list": frozenset({"users:read"}),
    "users.lookupByEmail": frozenset({"users:read.email"}),
}

# Methods whose scope depends on the kind of channel: what follows `channels:`, `groups:`, `im:`, `mpim:`.
METHOD_ACCESS: Mapping[str, str] = {
    "conversations.history": "history",
    "conversations.info": "read",
    "conversations.list": "read",
    "conversations.members": "read",
    "conversations.open": "write",
    "conversations.replies": "history",
    "users.conversations": "read",
}


def scope_for(access: str, kind: str) -> str:
    """The scope for `history`, `read` or `write` on one kind of channel, like `groups:history`.

    Opening DMs is `im:write`; for channels the bot's scope to write is `channels:manage`.
    """
    if access == "write" and kind == "channel":
        return "channels:manage"
    return f"{_PREFIX[kind]}:{access}"


def scopes_needed(method: str, kind: str | None = None) -> frozenset[str]:
    """The scopes of which the bot needs one; empty when the method needs none.

    Without a kind, methods that depend on it accept any kind's scope.
    """
    access = METHOD_ACCESS.get(method)
    if access is None:
        return METHOD_SCOPES.get(method, frozenset())
    kinds = CHANNEL_KINDS if kind is None else (kind,)
    return frozenset(scope_for(access, each) for each in kinds)


@dataclass(frozen=True)
class SlashCommand:
    command: str  # with the slash
    description: str = ""
    usage_hint: str = ""
    should_escape: bool = False  # people and channels in the text come as <@U…|name>


@dataclass(frozen=True)
class Shortcut:
    name: str
    kind: str  # message | global
    callback_id: str


@dataclass(frozen=True)
class AppManifest:
    name: str = "App"
    bot_name: str = "App"
    bot_scopes: frozenset[str] = frozenset()
    bot_events: frozenset[str] = frozenset()
    slash_commands: tuple[SlashCommand, ...] = ()
    shortcuts: tuple[Shortcut, ...] = ()
    is_interactive: bool = False
    socket_mode: bool = False
    home_tab: bool = False
    messages_tab: bool = False
    messages_tab_read_only: bool = False
    has_agent_view: bool = False

    @classmethod
    def load(cls, source: str | Path | Json) -> "AppManifest":
        """The manifest of a YAML or JSON file, or of its content. Raises TypeError if it is no mapping."""
        content = source if isinstance(source, dict) else yaml.safe_load(Path(source).read_text("utf-8"))
        if not isinstance(content, dict):
            raise TypeError("A manifest is a mapping")
        return _read(content)

    def command(self, command: str) -> SlashCommand | None:
        return next((each for each in self.slash_commands if each.command == command), None)

    def shortcut(self, callback_id: str) -> Shortcut | None:
        return next((each for each in self.shortcuts if each.callback_id == callback_id), None)


def _read(content: Json) -> AppManifest:
    features, settings = _part(content, "features"), _part(content, "settings")
    home, name = _part(features, "app_home"), str(_part(content, "display_information").get("name", "App"))
    return AppManifest(
        name=name,
        bot_name=str(_part(features, "bot_user").get("display_name", name)),
        bot_scopes=frozenset(_part(content, "oauth_config", "scopes").get("bot") or ()),
        bot_events=frozenset(_part(settings, "event_subscriptions").get("bot_events") or ()),
        slash_commands=tuple(_read_command(each) for each in features.get("slash_commands") or ()),
        shortcuts=tuple(_read_shortcut(each) for each in features.get("shortcuts") or ()),
        is_interactive=bool(_part(settings, "interactivity").get("is_enabled")),
        socket_mode=bool(settings.get("socket_mode_enabled")),
        home_tab=bool(home.get("home_tab_enabled")),
        messages_tab=bool(home.get("messages_tab_enabled")),
        messages_tab_read_only=bool(home.get("messages_tab_read_only_enabled")),
        has_agent_view="agent_view" in features,
    )


def _part(content: Json, *keys: str) -> Json:
    """The mapping below these keys; empty where there is none."""
    found: Any = content
    for key in keys:
        found = found.get(key) or {}
    return dict(found)


def _read_command(command: Json) -> SlashCommand:
    return SlashCommand(
        command=str(command["command"]),
        description=str(command.get("description", "")),
        usage_hint=str(command.get("usage_hint", "")),
        should_escape=bool(command.get("should_escape")),
    )


def _read_shortcut(shortcut: Json) -> Shortcut:
    return Shortcut(str(shortcut["name"]), str(shortcut["type"]), str(shortcut["callback_id"]))
