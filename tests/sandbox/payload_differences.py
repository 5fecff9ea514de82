"""Where our payloads and answers differ from the real ones, each key with its reason.

`test_fidelity.py` holds these against what is really so, both ways: no difference without a reason here, and no
reason without a difference. `python -m tests.sandbox.payload_differences docs/sandbox.md` writes them into the docs.
"""

import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

_UNFURLS = "links are not unfurled"
_FILES = "there are no files"
_HUDDLES = "there are no huddles"
_FUNCTIONS = "custom functions and workflow steps"
_CLIENT = "what one person's client shows, has read, starred or pinned"
_OLD = "deprecated"
_ASSISTANT = "the older assistant view; new apps have an agent view"
_TOPICS = "nobody changes topic or purpose"
_OWN_LOOK = "names and icons of a single post (chat:write.customize)"
_CUT = "a sample cut down, or another one renamed, to test a library"
_MERGED = "the blanked sample merges messages and views"

# Keys the sandbox never sends in any payload.
NEVER: dict[str, str] = {
    "authed_users": _OLD,
    "authed_teams": _OLD,
    "display_as_bot": _OLD,
    "bot_link": _OLD,
    "is_intro": _OLD,
    "upload": _FILES,
    "file": _FILES,
    "files": _FILES,
    "comment": _FILES,
    "item_type": _FILES,
    "room": _HUDDLES,
    "no_notifications": _HUDDLES,
    "bot_access_token": _FUNCTIONS,
    "function_data": _FUNCTIONS,
    "interactivity": _FUNCTIONS,
    "workflow_step": _FUNCTIONS,
    "submit_disabled": _FUNCTIONS,
    "app_unfurl": _UNFURLS,
    "app_unfurl_url": _UNFURLS,
    "is_app_unfurl": _UNFURLS,
    "attachment_id": _UNFURLS,
    "unfurl_links": _UNFURLS,
    "unfurl_media": _UNFURLS,
    "is_starred": _CLIENT,
    "last_read": _CLIENT,
    "pinned_to": _CLIENT,
    "assistant_app_thread": _ASSISTANT,
    "topic": _TOPICS,
    "purpose": _TOPICS,
    "is_thread_broadcast": "no client reads it",
    "min_query_length": "menus filled by the app while somebody types (block_suggestion)",
    "wibblr": "a slip in the samples",
}
# Keys the real ones have in that type, and ours only in others.
LACKING: dict[str, dict[str, str]] = {
    "app_mention": dict.fromkeys(
        ("event.app_id", "event.bot_id", "event.bot_profile", "event.subtype"), "listed as app_mention.bot_message"
    )
    | {"event.username": _OWN_LOOK},
    "app_mention.bot_message": dict.fromkeys(
        ("event.source_team", "event.user_profile", "event.user_team", "event.client_msg_id", "event.blocks"),
        "a person's, as in app_mention",
    )
    | {
        "event.edited": "a bot's edit brings no mention here that was there before",
        "event.thread_ts": "as in app_mention, where it is a reply",
        "event.username": _OWN_LOOK,
    },
    "message": {"text": _CUT},
    "message.bot_message": {"event.username": _OWN_LOOK, "event.icons": _OWN_LOOK},
    "message.message_changed": {
        "event.previous_message.hidden": "what was there before was shown",
        "event.previous_message.subtype": "what was there before was no tombstone",
    },
    "message.message_deleted": {
        "event.previous_message.hidden": "what was there before was shown",
        "event.previous_message.subtype": "what was there before was no tombstone",
    },
    "message.thread_broadcast": {"event.attachments": "as in message, where an app sends some"},
    "reaction_added": {"event.item.channel_type": "in one sample of six"},
    "app_home_opened": dict.fromkeys(
        [f"event.view.{part}.{name}" for part in ("title", "close", "submit") for name in ("emoji", "text", "type")],
        "a Home of the samples has them; Slack gives null today",
    ),
    "block_actions.message": dict.fromkeys(
        (
            "container.text",
            "container.view_id",
            "message.channel",
            "message.client_msg_id",
            "message.edited",
            "message.hidden",
            "message.inviter",
            "message.item",
            "message.root",
            "message.subtype",
            "view",
        ),
        _MERGED,
    )
    | {
        "message.username": _OWN_LOOK,
        "message.icons": _OWN_LOOK,
        "message.reactions[].url": "custom emoji",
        "actions[].initial_option.description": "carried where an option has one",
        "actions[].initial_option.url": "carried where an option has one",
    },
    "block_actions.view": dict.fromkeys(
        (
            "channel",
            "container.channel_id",
            "container.is_ephemeral",
            "container.message_ts",
            "container.text",
            "container.thread_ts",
            "message",
            "response_url",
            "state",
        ),
        _MERGED,
    )
    | {
        "actions[].initial_option.description": "carried where an option has one",
        "actions[].initial_option.url": "carried where an option has one",
    },
    "view_submission": {
        "is_cleared": "of view_closed",
        "response_urls[]": "only with response_url_enabled, which is not known here",
    },
    "view_closed": {"callback_id": _CUT, "response_urls": _CUT, "trigger_id": _CUT},
    "message_action": {
        "message.channel": _MERGED,
        "message.hidden": _MERGED,
        "message.item": _MERGED,
        "message.root": _MERGED,
        "message.reactions[].url": "custom emoji",
        "message.username": _OWN_LOOK,
        "message.icons": _OWN_LOOK,
        "user.username": "in an enterprise's sample only",
    },
}
# Keys ours has and no recorded payload of that type.
EXCESS: dict[str, str] = {
    "actions[].rich_text_value.elements[]": "the blanked sample's list is empty",
    "context_team_id": "with every event today; most samples are older",
    "context_enterprise_id": "with every event today; most samples are older",
    "event.app_id": "Slack names the app beside bot_id today; the samples are older",
    "event.message.app_id": "the same in an edit",
    "event.previous_message.app_id": "the same in an edit and a deletion",
    "event.bot_profile": "as on every bot's message today",
    "event.parent_user_id": "as on every reply today",
    "event.team": "the sample of a broadcast lacks it; every other message has it",
    "event.user_team": "on messages of another company's people, as in app_mention and message_changed",
    "event.source_team": "on messages of another company's people, as in app_mention and message_changed",
    "event.user_profile": "on messages of another company's people, as in app_mention",
    "event.message.user_profile": "the same in an edit",
    "event.previous_message.user_profile": "the same in an edit and a deletion",
    "event.message.reply_users": "beside reply_count, as in conversations.history",
    "event.previous_message.reply_users": "beside reply_count, as in conversations.history",
    "message.reactions[].users": "as in conversations.history; the blanked sample cuts the list",
    "event.metadata.event_payload": "the app's own",
    "event.message.metadata": "the app's own",
    "event.previous_message.metadata": "the app's own",
}
# Keys that are null in ours and in none of the samples of some type.
NULLABLE: dict[str, str] = {
    "enterprise_id": "outside an organisation, as in the samples of other types",
    "context_enterprise_id": "outside an organisation",
    "enterprise": "outside an organisation, as in block_actions.15 of the samples",
    "team_id": "of an app of the whole organisation, as in the samples of other types",
    "team": "of an app of the whole organisation, as in the samples of other types",
    "title": "of a Home",
}

_ORGANISATION = "how an organisation manages the channel"
_HUDDLE_STATE = "there are no huddles"
_PICTURES = "nobody has a picture or custom emoji of their own"
_LISTED = "the samples merge other kinds of channels"
# Keys of real answers that ours never has, by their names, over all methods.
NEVER_ANSWERED: dict[str, str] = {
    "app_name": "of an app-level token",
    "expires_in": "tokens do not expire",
    "deprecated_argument": _OLD,
    "display_as_bot": _OLD,
    "x_files": _FILES,
    "files": _FILES,
    "upload": _FILES,
    "offset": _OLD,
    "arg": "of an error no longer documented",
    "callstack": "of an error no longer documented",
    "assistant_app_thread": _ASSISTANT,
    "room": _HUDDLES,
    "icons": _OWN_LOOK,
    "username": _OWN_LOOK,
    "attachments": "the app's own, carried as they are where it sends some",
    "is_moved": _ORGANISATION,
    "is_global_shared": _ORGANISATION,
    "is_org_default": _ORGANISATION,
    "is_org_mandatory": _ORGANISATION,
    "is_read_only": _ORGANISATION,
    "is_thread_only": _ORGANISATION,
    "is_non_threadable": _ORGANISATION,
    "connected_limited_team_ids": _ORGANISATION,
    "parent_conversation": _ORGANISATION,
    "properties": "canvases, tabs and posting rights of a channel",
    "last_read": _CLIENT,
    "is_open": _CLIENT,
    "is_starred": _CLIENT,
    "unread_count": _CLIENT,
    "unread_count_display": _CLIENT,
    "locale": "include_locale is passed over",
    "avatar_base_url": _PICTURES,
    "image_original": _PICTURES,
    "image_1024": _PICTURES,
    "is_custom_image": _PICTURES,
    "status_emoji_display_info": _PICTURES,
    "status_emoji_url": _PICTURES,
    "discoverable": "settings of the workspace",
    "enterprise_domain": "settings of the workspace",
    "is_sfdc_auto_slack": "settings of the workspace",
    "lob_sales_home_enabled": "settings of the workspace",
    "pay_prod_cur": "settings of the workspace",
    "sso_provider": "settings of the workspace",
    "channel_count": "user groups have no channels",
    "is_editing_restricted": "who may change a user group",
    "is_idp_group": "who may change a user group",
    "is_membership_locked": "who may change a user group",
    "is_org_level": "who may change a user group",
    "is_section": "who may change a user group",
    "is_visible": "who may change a user group",
    "has_2fa": "a user token's",
    "two_factor_type": "a user token's",
    "is_connector_bot": "there are no workflows",
    "is_workflow_bot": "there are no workflows",
    "is_invited_user": "everybody has accepted",
    "guest_invited_by": "who invited a guest is not known",
    "huddle_state": _HUDDLE_STATE,
    "huddle_state_expiration_ts": _HUDDLE_STATE,
    "pronouns": "fields of the profile that are not known",
    "start_date": "fields of the profile that are not known",
    "fields": "fields of the profile that are not known",
    "app_unfurl_url": _UNFURLS,
    "entity_url": _UNFURLS,
    "external_ref": _UNFURLS,
    "submit_disabled": _FUNCTIONS,
}
# The same by method, where others have the key.
_OF_VIEWS = dict.fromkeys(
    ("view.channel", "view.message_ts", "view.thread_ts"), "undocumented, and in this sample alone"
)
_PENDING = "nobody is being invited to share a channel, and none is renamed"
NOT_ANSWERED: dict[str, dict[str, str]] = {
    "auth.test": {"app_id": "of an app-level token"},
    "chat.postMessage": {"message.bot_profile.user_id": "in this sample alone"},
    "chat.stopStream": dict.fromkeys(
        ("message.bot_profile.user_id", "message.metadata", "message.root", "message.subtype"),
        "compared with chat.postMessage, as none was recorded",
    ),
    "conversations.history": dict.fromkeys(("messages[].purpose", "messages[].topic"), _TOPICS),
    "conversations.info": dict.fromkeys(
        ("channel.pending_connected_team_ids[]", "channel.pending_shared[]", "channel.previous_names[]"), _PENDING
    ),
    "conversations.join": dict.fromkeys(
        ("channel.pending_connected_team_ids[]", "channel.pending_shared[]", "channel.previous_names[]"), _PENDING
    )
    | {"channel.priority": "of a DM"},
    "conversations.list": dict.fromkeys(
        ("channels[].pending_connected_team_ids[]", "channels[].pending_shared[]", "channels[].previous_names[]"),
        _PENDING,
    ),
    "conversations.open": {"channel.latest": _CLIENT},
    "usergroups.list": dict.fromkeys(
        ("usergroups[].prefs.channels[]", "usergroups[].prefs.groups[]"), "user groups have no channels"
    ),
    "users.conversations": dict.fromkeys(
        ("channels[].pending_connected_team_ids[]", "channels[].pending_shared[]", "channels[].previous_names[]"),
        _PENDING,
    )
    | {"channels[].enterprise_id": "undocumented, and in this sample alone"},
    "users.info": dict.fromkeys(
        ("user.enterprise_id", "user.enterprise_name", "user.teams"), "undocumented; enterprise_user says the same"
    ),
    "views.open": _OF_VIEWS,
    "views.publish": _OF_VIEWS
    | dict.fromkeys(
        [f"view.{part}.{name}" for part in ("title", "close", "submit") for name in ("emoji", "text", "type")],
        "compared with views.open, as none was recorded: a Home has none of these",
    ),
    "views.push": _OF_VIEWS,
    "views.update": _OF_VIEWS,
}
# Right in ours and not in the samples.
_STATE = {"view.state.values": "the blanked sample has an empty state"}
ANSWERED_BESIDES: dict[str, dict[str, str]] = {
    "conversations.join": {"channel.conversation_host_id": "of a shared channel, as in conversations.info"},
    "conversations.replies": dict.fromkeys(
        ("messages[].client_msg_id", "messages[].root", "messages[].subtype"),
        "recorded from a bot's thread; as in conversations.history",
    ),
    "users.lookupByEmail": {"user.enterprise_user": "of people of an organisation, as in users.info"},
    "views.open": _STATE,
    "views.publish": _STATE,
    "views.push": _STATE,
    "views.update": _STATE,
}
# Keys that are null in ours; the samples are blanked, which shows no nulls.
NULL_ANSWERS: dict[str, str] = {
    "channel_actions_ts": "null in Slack's reference",
    "deleted_by": "null while a user group is there, in Slack's reference",
    "title": "of a Home",
    "submit": "of a Home",
    "close": "of a Home",
    "previous_view_id": "of the lowest modal, null in Slack's reference",
}

BEGIN, END = "<!-- differences: begin -->", "<!-- differences: end -->"


def tables() -> str:
    """The differences as the docs show them."""
    lacking = {f"{path} ({name})": why for name, paths in LACKING.items() for path, why in paths.items()}
    unanswered = {f"{path} ({name})": why for name, paths in NOT_ANSWERED.items() for path, why in paths.items()}
    besides = {f"{path} ({name})": why for name, paths in ANSWERED_BESIDES.items() for path, why in paths.items()}
    parts = (
        ("In no payload of ours", NEVER),
        ("In no payload of ours of that type", lacking),
        ("In ours, and in no recorded payload of that type", EXCESS),
        ("Null in ours, and in no recorded payload of some type", NULLABLE),
        ("In no answer of ours", NEVER_ANSWERED),
        ("In no answer of ours to that method", unanswered),
        ("In our answers, and in no recorded one", besides),
        ("Null in our answers", NULL_ANSWERS),
    )
    return "\n\n".join(f"**{title}**\n\n{_table(rows)}" for title, rows in parts)


def written_into(page: str) -> str:
    """The page with the tables as they are now."""
    between = re.compile(f"{re.escape(BEGIN)}.*{re.escape(END)}", re.DOTALL)
    return between.sub(lambda _: f"{BEGIN}\n{tables()}\n{END}", page)


def _table(rows: Mapping[str, str]) -> str:
    """By reason, the keys that have it."""
    by_reason: dict[str, list[str]] = {}
    for key, why in rows.items():
        by_reason.setdefault(why, []).append(key)
    lines = [f"| {_named(keys)} | {why} |" for why, keys in by_reason.items()]
    return "\n".join(["| keys | why |", "| --- | --- |", *lines])


def _named(keys: Iterable[str]) -> str:
    return ", ".join(re.sub(r"^(\S+)", r"`\1`", key) for key in keys)


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.write_text(written_into(target.read_text("utf-8")), "utf-8")
