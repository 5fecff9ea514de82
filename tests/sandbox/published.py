"""What Slack's reference publishes of each method the sandbox has: its tier, and its errors.

Of the errors those that the sandbox gives. Where Slack's pages differ among themselves, the stricter holds.
"""

SPECIAL = 0  # "Special rate limits apply."

TIERS: dict[str, int] = {
    "api.test": 4,
    "apps.connections.open": 1,  # api.slack.com says 1 and so does Slack's Java SDK, a newer page 3
    "assistant.threads.setStatus": SPECIAL,
    "assistant.threads.setSuggestedPrompts": 4,
    "auth.teams.list": 2,
    "auth.test": SPECIAL,
    "bots.info": 3,
    "chat.appendStream": 4,
    "chat.delete": 3,
    "chat.getPermalink": SPECIAL,
    "chat.postEphemeral": 4,
    "chat.postMessage": SPECIAL,
    "chat.startStream": 2,
    "chat.stopStream": 2,
    "chat.update": 3,
    "conversations.history": 3,
    "conversations.info": 3,
    "conversations.join": 3,
    "conversations.list": 2,
    "conversations.members": 4,
    "conversations.open": 3,
    "conversations.replies": 3,
    "reactions.add": 3,
    "reactions.get": 3,
    "reactions.remove": 2,
    "team.info": 3,
    "usergroups.list": 2,
    "usergroups.users.list": 2,
    "users.conversations": 3,  # Slack's Java SDK says 2
    "users.getPresence": 3,
    "users.info": 4,
    "users.list": 2,
    "users.lookupByEmail": 3,
    "views.open": 4,
    "views.publish": 4,
    "views.push": 4,
    "views.update": 4,
}

# Of every method.
GENERAL = frozenset(
    {
        "account_inactive",
        "invalid_arguments",
        "invalid_auth",
        "invalid_json",
        "invalid_post_type",
        "json_not_object",
        "missing_scope",
        "not_allowed_token_type",
        "not_authed",
        "ratelimited",
        "team_access_not_granted",
        "unknown_method",
    }
)
_CHANNEL = "channel_not_found"
_POST = (
    f"{_CHANNEL} cannot_reply_to_message invalid_blocks invalid_blocks_format is_archived messages_tab_disabled no_text"
)
_TRIGGER = "exchanged_trigger_id expired_trigger_id invalid_trigger_id duplicate_external_id view_too_large"
_STREAM = (
    "invalid_chunks message_not_found message_not_in_streaming_state message_not_owned_by_app streaming_mode_mismatch"
)
ERRORS: dict[str, frozenset[str]] = {
    method: frozenset(codes.split())
    for method, codes in {
        "assistant.threads.setStatus": f"{_CHANNEL} invalid_thread_ts",
        "assistant.threads.setSuggestedPrompts": f"{_CHANNEL} invalid_thread_ts",
        "bots.info": "bot_not_found missing_argument",
        "chat.appendStream": f"{_STREAM} cannot_provide_both_markdown_text_and_chunks markdown_text_or_chunks_required",
        "chat.delete": f"{_CHANNEL} cant_delete_message message_not_found",
        "chat.getPermalink": f"{_CHANNEL} message_not_found",
        "chat.postEphemeral": f"{_POST} invalid_attachments msg_too_long not_in_channel user_not_in_channel",
        "chat.postMessage": f"{_POST} invalid_metadata_format metadata_too_large msg_blocks_too_long not_in_channel "
        "too_many_attachments",
        "chat.startStream": f"{_POST} missing_recipient_team_id missing_recipient_user_id msg_blocks_too_many",
        "chat.stopStream": f"{_STREAM} invalid_blocks",
        "chat.update": f"{_CHANNEL} cant_update_message message_not_found msg_too_long no_text "
        "streaming_state_conflict",
        "conversations.history": f"{_CHANNEL} invalid_cursor invalid_ts_latest invalid_ts_oldest not_in_channel",
        "conversations.info": _CHANNEL,
        "conversations.join": f"{_CHANNEL} is_archived method_not_supported_for_channel_type",
        "conversations.list": "invalid_cursor invalid_limit invalid_types missing_argument",
        "conversations.members": f"{_CHANNEL} invalid_cursor invalid_limit",
        "conversations.open": f"{_CHANNEL} user_disabled user_not_found users_list_not_supplied",
        "conversations.replies": f"{_CHANNEL} invalid_cursor invalid_ts_latest invalid_ts_oldest thread_not_found",
        "reactions.add": f"{_CHANNEL} already_reacted bad_timestamp invalid_name is_archived message_not_found "
        "no_item_specified",
        "reactions.get": f"{_CHANNEL} bad_timestamp message_not_found no_item_specified",
        "reactions.remove": "bad_timestamp invalid_name message_not_found no_item_specified no_reaction",
        "team.info": "team_not_found",
        "usergroups.users.list": "no_such_subteam",
        "users.conversations": "invalid_cursor invalid_limit invalid_types missing_argument",
        "users.info": "user_not_found",
        "users.list": "invalid_cursor missing_argument",
        "users.lookupByEmail": "users_not_found",
        "views.open": _TRIGGER,
        "views.publish": "duplicate_external_id hash_conflict not_enabled view_too_large",
        "views.push": f"{_TRIGGER} not_found push_limit_reached",
        "views.update": "duplicate_external_id hash_conflict not_found view_too_large",
    }.items()
}
# Given by the sandbox and on no page of Slack's for that method, each with its reason.
UNPUBLISHED: dict[str, str] = {
    "cannot_dm_bot": "what Slack answers when a bot is to be written to",
    "socket_mode_not_enabled": "our word: the page names no error for an app without Socket Mode",
    "thread_not_found": "of posting too: Slack's page names it for conversations.replies alone",
    "ura_max_channels": "of conversations.invite, which is not there: here of an invitation by a person",
    "user_is_restricted": "of conversations.join by a guest; pages of 2021 name it",
}
# What people are told who try what Slack's client would not offer, and what the control API answers. No app sees it.
OUR_OWN = frozenset(
    {
        "app_not_installed",
        "interactivity_disabled",
        "invalid_errors",
        "invalid_payload",
        "invalid_response_action",
        "json_expected",
        "not_its_turn",
        "not_ready",
        "request_url_not_verified",
        "step_under_way",
        "unknown_act",
        "unknown_command",
        "unknown_shortcut",
        "view_not_open",
    }
)
