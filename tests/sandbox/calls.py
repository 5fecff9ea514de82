"""A call of every method the sandbox has, each where there is something to answer."""

from collections.abc import Awaitable, Callable
from typing import Any

from sandbox.model import Json
from tests.sandbox.small import Served

METADATA: Json = {"event_type": "row", "event_payload": {}}
HOME: Json = {"type": "home", "blocks": [{"type": "divider"}]}
MODAL: Json = {
    "type": "modal",
    "title": {"type": "plain_text", "text": "Form", "emoji": True},
    "submit": {"type": "plain_text", "text": "Send", "emoji": True},
    "close": {"type": "plain_text", "text": "Not now", "emoji": True},
    "blocks": [{"type": "divider"}],
}

Call = Callable[[Served, str], Awaitable[Any]]

CALLS: dict[str, Call] = {
    "api.test": lambda api, ts: api.client.api_test(),
    "apps.connections.open": lambda api, ts: api.client.apps_connections_open(app_token=api.small.workspace.app_token),
    "assistant.threads.setSuggestedPrompts": lambda api, ts: api.client.assistant_threads_setSuggestedPrompts(
        channel_id=api.small.workspace.dm_of(api.small.ana.id).id, prompts=[{"title": "A", "message": "B"}]
    ),
    "auth.teams.list": lambda api, ts: api.client.auth_teams_list(),
    "auth.test": lambda api, ts: api.client.auth_test(),
    "bots.info": lambda api, ts: api.client.bots_info(bot=api.small.workspace.bot_id),
    "chat.delete": lambda api, ts: api.client.chat_delete(channel=api.small.help.id, ts=ts),
    "chat.getPermalink": lambda api, ts: api.client.chat_getPermalink(channel=api.small.help.id, message_ts=ts),
    "chat.postEphemeral": lambda api, ts: api.client.chat_postEphemeral(
        channel=api.small.help.id, user=api.small.ana.id, text="psst"
    ),
    "chat.postMessage": lambda api, ts: api.client.chat_postMessage(
        channel=api.small.help.id, text="x", thread_ts=ts, blocks=HOME["blocks"], metadata=METADATA
    ),
    "chat.update": lambda api, ts: api.client.chat_update(channel=api.small.help.id, ts=ts, text="new"),
    "assistant.threads.setStatus": lambda api, ts: api.client.assistant_threads_setStatus(
        channel_id=api.small.help.id, thread_ts=ts, status="is looking"
    ),
    "chat.startStream": lambda api, ts: api.client.chat_startStream(
        channel=api.small.help.id,
        thread_ts=ts,
        recipient_user_id=api.small.ana.id,
        recipient_team_id=api.small.workspace.team_id,
    ),
    "chat.appendStream": lambda api, ts: _streamed(api, ts, "append"),
    "chat.stopStream": lambda api, ts: _streamed(api, ts, "stop"),
    "conversations.history": lambda api, ts: api.client.conversations_history(
        channel=api.small.help.id, limit=2, include_all_metadata=True
    ),
    "conversations.info": lambda api, ts: api.client.conversations_info(
        channel=api.small.help.id, include_num_members=True
    ),
    "conversations.join": lambda api, ts: api.client.conversations_join(channel=api.small.help.id),
    "conversations.list": lambda api, ts: api.client.conversations_list(types="public_channel,im"),
    "conversations.members": lambda api, ts: api.client.conversations_members(channel=api.small.help.id),
    "conversations.open": lambda api, ts: api.client.conversations_open(users=api.small.ana.id, return_im=True),
    "conversations.replies": lambda api, ts: api.client.conversations_replies(channel=api.small.help.id, ts=ts),
    "reactions.add": lambda api, ts: api.client.reactions_add(channel=api.small.help.id, timestamp=ts, name="tada"),
    "reactions.remove": lambda api, ts: api.client.reactions_remove(
        channel=api.small.help.id, timestamp=ts, name="heart"
    ),
    "reactions.get": lambda api, ts: api.client.reactions_get(channel=api.small.help.id, timestamp=ts),
    "team.info": lambda api, ts: api.client.team_info(),
    "usergroups.list": lambda api, ts: api.client.usergroups_list(include_users=True, include_count=True),
    "usergroups.users.list": lambda api, ts: api.client.usergroups_users_list(
        usergroup=next(iter(api.small.workspace.usergroups))
    ),
    "users.conversations": lambda api, ts: api.client.users_conversations(types="public_channel,im"),
    "users.getPresence": lambda api, ts: api.client.users_getPresence(user=api.small.workspace.bot_user_id),
    "users.info": lambda api, ts: api.client.users_info(user=api.small.ana.id),
    "users.list": lambda api, ts: api.client.users_list(),
    "users.lookupByEmail": lambda api, ts: api.client.users_lookupByEmail(email="ana@sandbox.example"),
    "views.open": lambda api, ts: api.client.views_open(trigger_id=_trigger(api), view=MODAL),
    "views.publish": lambda api, ts: api.client.views_publish(user_id=api.small.ana.id, view=HOME),
    "views.push": lambda api, ts: api.client.views_push(trigger_id=_trigger(api, _open(api)), view=MODAL),
    "views.update": lambda api, ts: api.client.views_update(view_id=_open(api), view=MODAL),
}


# Besides, what brings the keys that the first call leaves out.
MORE: dict[str, list[Call]] = {
    "api.test": [lambda api, ts: api.client.api_test(foo="bar")],
    "chat.postMessage": [
        lambda api, ts: api.client.chat_postMessage(
            channel=api.small.help.id, text="x", thread_ts=ts, reply_broadcast=True
        )
    ],
    "chat.update": [
        lambda api, ts: api.client.chat_update(channel=api.small.help.id, ts=ts, text="x", blocks=HOME["blocks"])
    ],
    "conversations.history": [
        lambda api, ts: api.client.conversations_history(
            channel=api.small.help.id, oldest="1", latest="9999999999", include_all_metadata=True
        )
    ],
    "conversations.info": [lambda api, ts: api.client.conversations_info(channel="C0SHARED")],
    "conversations.join": [lambda api, ts: api.client.conversations_join(channel="C0SHARED")],
    "conversations.open": [lambda api, ts: api.client.conversations_open(users=api.small.ana.id)],
    "conversations.replies": [
        lambda api, ts: api.client.conversations_replies(
            channel=api.small.help.id, ts=ts, include_all_metadata=True, limit=1
        )
    ],
    "reactions.get": [lambda api, ts: _reactions_of_a_post(api, ts)],
    "users.info": [
        lambda api, ts: api.client.users_info(user="U0SIBLING"),
        lambda api, ts: api.client.users_info(user="U0STRANGER"),
        lambda api, ts: api.client.users_info(user="U0LEFT"),
        lambda api, ts: api.client.users_info(user=api.small.workspace.bot_user_id),
    ],
}


async def replies_of(api: Served, method: str) -> list[Json]:
    """The method's replies in an organisation with people and channels of all kinds."""
    ts = await everything(api)
    calls = [CALLS[method], *MORE.get(method, [])]
    return [dict((await call(api, ts)).data) for call in calls]


async def reply_of(api: Served, method: str) -> Json:
    return (await replies_of(api, method))[0]


async def everything(api: Served) -> str:
    """A workspace where there is something of everything; the ts of a post of the app's with a thread below."""
    workspace, channel, ana = api.small.workspace, api.small.help, api.small.ana
    workspace.begin_organisation("Odyssey Group")
    second, partner = workspace.add_workspace("Second"), workspace.add_company("Partner")
    workspace.add_person("kaz", id="U0SIBLING", team_id=second.id, teams=[workspace.team_id])
    workspace.add_person("sam", id="U0STRANGER", team_id=partner.id)
    workspace.deactivate(workspace.add_person("leo", id="U0LEFT").id)
    workspace.add_channel("partners", id="C0SHARED", members=[ana.id], shared_with=[partner.id, second.id])
    workspace.dm_of(api.small.ben.id)
    workspace.add_usergroup("platform", [ana.id])
    workspace.edit(ana.id, channel.id, workspace.say(ana.id, channel.id, "first").ts, "edited")
    workspace.invite(workspace.add_person("gus", is_restricted=True).id, channel.id, ana.id)
    posted = await api.client.chat_postMessage(channel=channel.id, text="x", metadata=METADATA)
    ts = str(posted["ts"])
    workspace.react(ana.id, channel.id, ts, "eyes")
    await api.client.reactions_add(channel=channel.id, timestamp=ts, name="heart")
    workspace.say(ana.id, channel.id, "both", thread_ts=ts, broadcast=True)
    workspace.edit(ana.id, channel.id, workspace.say(ana.id, channel.id, "below", thread_ts=ts).ts, "edited")
    return ts


async def _reactions_of_a_post(api: Served, ts: str) -> Any:
    posted = await api.client.chat_postMessage(channel=api.small.help.id, text="x", blocks=HOME["blocks"])
    return await api.client.reactions_get(channel=posted["channel"], timestamp=posted["ts"])


async def _streamed(api: Served, ts: str, step: str) -> Any:
    started = await CALLS["chat.startStream"](api, ts)
    where = {"channel": started["channel"], "ts": started["ts"]}
    await api.client.chat_appendStream(**where, markdown_text="so far")
    if step == "append":
        return await api.client.chat_appendStream(**where, markdown_text=" and on")
    return await api.client.chat_stopStream(**where, markdown_text=" to the end")


def _trigger(api: Served, view_id: str | None = None) -> str:
    return api.small.workspace.windows.issue_trigger(api.small.ana.id, view_id=view_id)


def _open(api: Served) -> str:
    return api.small.workspace.windows.open(_trigger(api), MODAL).id
