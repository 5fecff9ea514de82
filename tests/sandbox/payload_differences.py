"""Where our payloads differ from the real samples, type by type, each key with its reason."""

# What Slack sends with every event today and the older real samples lack.
NEWER = {"context_team_id", "context_enterprise_id"}
_AUTHOR = {"event.app_id": "Slack names the app beside bot_id; the samples are older"}

# Keys real payloads have and ours leave out, and the other way round: each with its reason.
LACKING: dict[str, dict[str, str]] = {
    "app_mention": {"authed_users": "deprecated", "enterprise_id": "only in an enterprise"},
    "message": {
        "authed_users": "deprecated",
        "enterprise_id": "only in an enterprise",
        "text": "a sample with a stray key, made to test a parser",
    },
    "message.bot_message": {
        "authed_users": "deprecated",
        "enterprise_id": "only in an enterprise",
        "event.username": "only with chat:write.customize",
    },
    "message.message_changed": {"authed_users": "deprecated", "enterprise_id": "only in an enterprise"},
    "message.message_deleted": {"enterprise_id": "only in an enterprise"},
    "message.thread_broadcast": {"enterprise_id": "only in an enterprise"},
    "reaction_added": {
        "authed_users": "deprecated",
        "enterprise_id": "only in an enterprise",
        "event.item.channel_type": "in one sample of six",
    },
    "member_joined_channel": {"authed_users": "deprecated", "enterprise_id": "only in an enterprise"},
    "member_left_channel": {"authed_users": "deprecated", "enterprise_id": "only in an enterprise"},
    "app_home_opened": {
        "enterprise_id": "only in an enterprise",
        "event.view.title.emoji": "a Home of the sample has a title; Slack gives null today",
        "event.view.title.text": "a Home of the sample has a title; Slack gives null today",
        "event.view.title.type": "a Home of the sample has a title; Slack gives null today",
    },
    "block_actions.message": {
        "bot_access_token": "custom functions, which the app does not have",
        "function_data": "custom functions",
        "interactivity": "custom functions",
        "enterprise.id": "only in an enterprise",
        "enterprise.name": "only in an enterprise",
        "team.enterprise_id": "only in an enterprise",
        "team.enterprise_name": "only in an enterprise",
    },
    "block_actions.view": {
        "actions[].confirm": "a button of the sample has it; carried over where ours has",
        "actions[].style": "a button of the sample has it; carried over where ours has",
    },
    "view_submission": {
        "bot_access_token": "custom functions",
        "function_data": "custom functions",
        "interactivity": "custom functions",
        "enterprise.id": "only in an enterprise",
        "enterprise.name": "only in an enterprise",
        "team.enterprise_id": "only in an enterprise",
        "team.enterprise_name": "only in an enterprise",
        "response_urls[].action_id": "only with response_url_enabled",
        "response_urls[].block_id": "only with response_url_enabled",
        "response_urls[].channel_id": "only with response_url_enabled",
        "response_urls[].response_url": "only with response_url_enabled",
        "view.submit_disabled": "workflow steps",
        "workflow_step": "workflow steps",
    },
    "view_closed": {
        "callback_id": "a sample cut down to test a matcher",
        "enterprise.id": "only in an enterprise",
        "enterprise.name": "only in an enterprise",
        "team.enterprise_id": "only in an enterprise",
        "team.enterprise_name": "only in an enterprise",
        "response_urls": "a sample of a submission renamed",
        "trigger_id": "a sample of a submission renamed",
    },
    "shortcut": {
        "enterprise.id": "only in an enterprise",
        "enterprise.name": "only in an enterprise",
        "team.enterprise_id": "only in an enterprise",
        "team.enterprise_name": "only in an enterprise",
    },
    "message_action": {
        "message.attachments": "the message's own, where it has some",
        "message.bot_id": "on a bot's message",
        "message.bot_profile": "on a bot's message",
        "message.edited": "on an edited message",
        "team.enterprise_id": "only in an enterprise",
        "team.enterprise_name": "only in an enterprise",
        "user.username": "in an enterprise's sample only",
    },
    "slash_command": {"enterprise_id": "only in an enterprise", "enterprise_name": "only in an enterprise"},
}
EXCESS: dict[str, dict[str, str]] = {
    "message": _AUTHOR
    | {"event.thread_ts": "ours is a reply; none of the samples is", "event.parent_user_id": "ours is a reply"},
    "message.bot_message": _AUTHOR | {"event.bot_profile": "as on every bot's message today"},
    "message.message_changed": {
        "event.message.client_msg_id": "a person's message carries it",
        "event.previous_message.client_msg_id": "a person's message carries it",
    },
    "message.thread_broadcast": {
        "event.blocks": "a person's message carries them; the sample's app was older",
        "event.team": "the sample lacks it; every other message has it",
        "event.parent_user_id": "as on every reply today",
    },
    "member_joined_channel": {
        "event.event_ts": "Slack sends it today",
        "event_context": "with every event today; the samples are older",
        "is_ext_shared_channel": "with every event today; the samples are older",
    },
    "member_left_channel": {"event.event_ts": "Slack sends it today"},
    "reaction_added": {
        "event_context": "with every event today; the samples are older",
        "is_ext_shared_channel": "with every event today; the samples are older",
    },
    "app_home_opened": {"event_context": "with every event today; the samples are older"},
    "block_actions.message": {
        "message.bot_profile": "as on every bot's message today",
        "message.thread_ts": "ours is a reply",
        "message.parent_user_id": "ours is a reply",
    },
    "block_actions.view": {
        "enterprise": "null outside an enterprise, as in block_actions.15 of the samples",
        "is_enterprise_install": "as in newer samples",
        "view.close.emoji": "Home samples have null here",
        "view.close.text": "Home samples have null here",
        "view.close.type": "Home samples have null here",
        "view.submit.emoji": "Home samples have null here",
        "view.submit.text": "Home samples have null here",
        "view.submit.type": "Home samples have null here",
    },
}
