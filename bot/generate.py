"""What is written from the code and kept in the repository: `app_manifest.yaml`, `docs/messages.md`, `docs/schemas/`.

`make generate` writes them; tests hold the files to what this gives.
"""

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

from bot import effects
from bot.actions import blocks as requests
from bot.actions import drift_blocks as drift
from bot.actions import link_blocks as linking
from bot.adoption import blocks as policies
from bot.adoption import card_blocks as cards
from bot.adoption import evidence_blocks as evidence
from bot.adoption import team_blocks as for_teams
from bot.answers import blocks as answers
from bot.answers import feedback_blocks as feedback
from bot.answers import find_blocks as finding
from bot.answers import sharing_blocks as sharing
from bot.curation import draft_blocks as drafts
from bot.curation import gap_blocks as gaps
from bot.curation import health_blocks as articles
from bot.digest import blocks as digest
from bot.discovery import bet_blocks as bets
from bot.discovery import flow_blocks as flows
from bot.handover import blocks as handover
from bot.home import blocks as home
from bot.listening import friction_blocks as friction
from bot.listening import list_blocks as friction_themes
from bot.listening import story_blocks as stories
from bot.listening import thanks_blocks as thanks
from bot.model import MessageKind
from bot.notices import blocks as news
from bot.notices import incident_blocks as incidents
from bot.onboarding import blocks as bringing_on
from bot.peers import blocks as peers
from bot.peers import notice_blocks as notices
from bot.privacy import blocks as privacy
from bot.report import blocks as report
from bot.signs import blocks as signs
from bot.surveys import blocks as surveys
from bot.surveys import change_blocks as changes
from bot.surveys import result_blocks as results
from bot.surveys import talk_blocks as talks
from bot.talks import blocks as invitations
from bot.talks import note_blocks as notes
from handlers import shortcuts, verbs
from knowledge.action_schema import action_schema
from knowledge.discovery_schema import bet_schema, flow_schema
from knowledge.json_schema import Schema
from knowledge.notice_schema import notice_schema
from knowledge.survey_schema import survey_schema

HEAD = (
    "# Written by `make generate` from handlers/verbs.py, handlers/shortcuts.py and bot/generate.py: "
    "change those, not this file.\n"
)
# Each scope with the reason for it, as a security team asks.
SCOPES = {
    "app_mentions:read": "see mentions of the bot",
    "assistant:write": "offer questions to ask in its messages tab",
    "channels:history": "read questions in public channels it was invited to",
    "channels:read": "know a channel's name and whether it is public",
    "chat:write": "answer",
    "commands": "the slash command",
    "groups:history": "read questions in private channels it was invited to",
    "groups:read": "know the same of private channels it was invited to",
    "im:history": "read what is written to it directly",
    "im:read": "find direct messages it missed while away",
    "im:write": "open a direct message to answer privately",
    "reactions:read": "see a check mark on an answer",
    "usergroups:read": "know who is in the platform team and on duty",
    "users:read": "tell guests and deactivated accounts from members",
}
AGENT = "Answers platform questions from the handbook and says where it stands, or gets you a person."
EVENTS = (
    "app_home_opened",
    "app_mention",
    "member_joined_channel",
    "message.channels",
    "message.groups",
    "message.im",
    "reaction_added",
    "reaction_removed",
)


def manifest(*, name: str = "Mentor", command: str = "/platform") -> dict[str, Any]:
    """The app's manifest, in Slack's schema version 2."""
    usage = " | ".join(f"{verb.name} {verb.usage}".strip() for verb in verbs.VERBS)
    return {
        "_metadata": {"major_version": 2, "minor_version": 1},
        "display_information": {
            "name": name,
            "description": "Answers platform questions from the handbook",
            "background_color": "#1f3a4d",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "agent_view": {"agent_description": AGENT},
            "bot_user": {"display_name": name, "always_online": True},
            "shortcuts": [
                {"name": each.name, "type": each.place.value, "callback_id": each.id, "description": each.summary}
                for each in shortcuts.SHORTCUTS
            ],
            "slash_commands": [
                {
                    "command": command,
                    "description": "Ask the platform handbook, get something done, or get a person",
                    "usage_hint": usage,
                    "should_escape": True,
                }
            ],
        },
        "oauth_config": {"scopes": {"bot": list(SCOPES)}},
        "settings": {
            "event_subscriptions": {"bot_events": list(EVENTS)},
            "interactivity": {"is_enabled": True},
            "org_deploy_enabled": False,
            "socket_mode_enabled": True,
            "token_rotation_enabled": False,
        },
    }


def manifest_text() -> str:
    return HEAD + yaml.safe_dump(manifest(), sort_keys=False, allow_unicode=True)


def messages_text() -> str:
    """Every message the bot may send: to whom, when, how often at most, how to stop it."""
    rows = [
        "# Every message Mentor may send",
        "",
        "Written by `make generate` from the code. *Asked*: a reply to an act. *Owed*: what somebody must learn.",
        "*Unasked*: neither; at most one a person and week and two in 30 days, over all kinds together.",
        "",
        "| message | why | to whom | when | at most | how to stop it |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    return "\n".join([*rows, *(_row(kind) for kind in KINDS.values())]) + "\n"


def schema_text(schema: Schema) -> str:
    return json.dumps(schema, indent=2) + "\n"


# The forms of handbook files, for editors.
SCHEMAS: Mapping[str, Callable[[], Schema]] = {
    "action.schema.json": action_schema,
    "bet.schema.json": bet_schema,
    "flow.schema.json": flow_schema,
    "notice.schema.json": notice_schema,
    "survey.schema.json": survey_schema,
}
KINDS: Mapping[str, MessageKind] = {
    kind.name: kind
    for kind in (
        *answers.KINDS,
        *feedback.KINDS,
        *finding.KINDS,
        *sharing.KINDS,
        *effects.KINDS,
        *peers.KINDS,
        *notices.KINDS,
        *gaps.KINDS,
        *home.KINDS,
        *drafts.KINDS,
        *articles.KINDS,
        *policies.KINDS,
        *evidence.KINDS,
        *cards.KINDS,
        *for_teams.KINDS,
        *requests.KINDS,
        *linking.KINDS,
        *drift.KINDS,
        *results.KINDS,
        *changes.KINDS,
        *talks.KINDS,
        *friction.KINDS,
        *friction_themes.KINDS,
        *stories.KINDS,
        *thanks.KINDS,
        *bets.KINDS,
        *flows.KINDS,
        *news.KINDS,
        *incidents.KINDS,
        *invitations.KINDS,
        *notes.KINDS,
        *bringing_on.KINDS,
        *digest.KINDS,
        *handover.KINDS,
        *report.KINDS,
        *signs.KINDS,
        *surveys.KINDS,
        *privacy.KINDS,
    )
}


def _row(kind: MessageKind) -> str:
    return f"| {kind.name} | {kind.purpose} | {kind.to} | {kind.when} | {kind.at_most} | {kind.stop} |"


def main(root: Path) -> None:
    (root / "app_manifest.yaml").write_text(manifest_text())
    (root / "docs" / "messages.md").write_text(messages_text())
    schemas = root / "docs" / "schemas"
    schemas.mkdir(exist_ok=True)
    for name, schema in SCHEMAS.items():
        (schemas / name).write_text(schema_text(schema()))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
