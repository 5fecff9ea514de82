"""Slack's Web API over the workspace: `/api/<method>`, for any Slack client whose base address points here.

The order of checks: method, token, scope, faults, rate, then the method itself. Like Slack it answers 200 with
`{"ok": false, "error": …}` to whatever it refuses, and 429 to what comes too fast.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from types import MappingProxyType

from aiohttp import web

from sandbox.installation import Installation
from sandbox.manifest import scopes_needed
from sandbox.mishaps import Mishaps, too_fast
from sandbox.model import Json
from sandbox.rates import Rates
from sandbox.refused import Refused
from sandbox.web_api import assistant, auth, chat, conversations, reactions, streams, users, views
from sandbox.web_api.api import Api, Method
from sandbox.web_api.arguments import Arguments, read_arguments
from sandbox.workspace import Workspace

# Methods that only read: Slack takes GET for them, and no JSON body.
READING: MappingProxyType[str, Method] = MappingProxyType(
    {
        "auth.teams.list": auth.list_teams,
        "bots.info": auth.bot_info,
        "chat.getPermalink": chat.get_permalink,
        "conversations.history": conversations.history,
        "conversations.info": conversations.conversation_info,
        "conversations.list": conversations.list_conversations,
        "conversations.members": conversations.conversation_members,
        "conversations.replies": conversations.replies,
        "reactions.get": reactions.get,
        "team.info": auth.team_info,
        "usergroups.list": users.list_usergroups,
        "usergroups.users.list": users.list_usergroup_users,
        "users.conversations": conversations.conversations_of_user,
        "users.getPresence": users.presence,
        "users.info": users.user_info,
        "users.list": users.list_users,
        "users.lookupByEmail": users.look_up_by_email,
    }
)
METHODS: MappingProxyType[str, Method] = MappingProxyType(
    {
        **READING,
        "api.test": auth.test_api,
        "apps.connections.open": auth.open_connection,
        "assistant.threads.setStatus": assistant.set_status,
        "assistant.threads.setSuggestedPrompts": assistant.set_suggested_prompts,
        "auth.test": auth.test_auth,
        "chat.appendStream": streams.append,
        "chat.delete": chat.delete,
        "chat.postEphemeral": chat.post_ephemeral,
        "chat.postMessage": chat.post_message,
        "chat.startStream": streams.start,
        "chat.stopStream": streams.stop,
        "chat.update": chat.update,
        "conversations.join": conversations.join,
        "conversations.open": conversations.open_conversation,
        "reactions.add": reactions.add,
        "reactions.remove": reactions.remove,
        "views.open": views.open_view,
        "views.publish": views.publish,
        "views.push": views.push,
        "views.update": views.update,
    }
)
APP_TOKEN_METHODS = frozenset({"apps.connections.open"})
OPEN_METHODS = frozenset({"api.test"})  # need no token


def web_api_app(
    workspace: Workspace, *, mishaps: Mishaps, rates: Rates, socket_url: Callable[[], str]
) -> web.Application:
    """The application to mount at `/api/`. `socket_url` gives a fresh address for each socket."""
    application = web.Application()
    handler = _Handler(workspace, mishaps, rates, socket_url)
    application.router.add_route("*", "/{method}", handler.answer)
    return application


class _Handler:
    def __init__(self, workspace: Workspace, mishaps: Mishaps, rates: Rates, socket_url: Callable[[], str]) -> None:
        self._workspace, self._mishaps, self._rates = workspace, mishaps, rates
        self._api = Api(workspace, installation_of(workspace), socket_url)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["method"]
        try:
            method = _method(name)
            arguments = await read_arguments(request, takes_json=name not in READING)
            self._admit(name, request, arguments)
        except Refused as refused:
            return self._reply(request, name, _refusal(refused))
        channel = arguments.optional("channel")
        return await self._mishaps.befall(request, name, channel, lambda: self._do(request, name, method, arguments))

    def _do(self, request: web.Request, name: str, method: Method, arguments: Arguments) -> web.Response:
        if wait_s := self._rates.take(name, arguments.text("channel")):
            return too_fast(wait_s)
        return self._reply(request, name, self._apply(method, arguments))

    def _admit(self, name: str, request: web.Request, arguments: Arguments) -> None:
        """Raises Refused unless the token may call this method."""
        if name in OPEN_METHODS:
            return
        token = _token(request, arguments)
        if not token:
            raise Refused("not_authed")
        wanted, other = self._workspace.bot_token, self._workspace.app_token
        if name in APP_TOKEN_METHODS:
            wanted, other = other, wanted
        if token != wanted:
            raise Refused("not_allowed_token_type" if token == other else "invalid_auth")
        if needed := scopes_needed(name):
            self._api.require_scope(*needed)

    def _apply(self, method: Method, arguments: Arguments) -> Json:
        try:
            return {"ok": True} | method(self._api, arguments)
        except Refused as refused:
            return _refusal(refused)

    def _reply(self, request: web.Request, name: str, body: Json) -> web.Response:
        if request.content_type == "application/json" and request.charset is None:
            body = _warned(body, "missing_charset")
        headers = {
            "Date": format_datetime(datetime.fromtimestamp(self._workspace.clock.now(), UTC), usegmt=True),
            "X-OAuth-Scopes": ",".join(sorted(self._workspace.manifest.bot_scopes)),
            "X-Accepted-OAuth-Scopes": ",".join(sorted(scopes_needed(name))),
        }
        return web.json_response(body, headers=headers)


def installation_of(workspace: Workspace) -> Installation:
    """The app as payloads name it; people, channels and Homes are looked up live."""
    return Installation(
        organisation=workspace.organisation,
        app_id=workspace.app_id,
        bot_id=workspace.bot_id,
        bot_user_id=workspace.bot_user_id,
        bot_name=workspace.manifest.bot_name,
        people=workspace.people,
        channels=workspace.channels,
        home_views=workspace.windows.home_views,
    )


def _method(name: str) -> Method:
    if name not in METHODS:
        raise Refused("unknown_method", {"req_method": name})
    return METHODS[name]


def _token(request: web.Request, arguments: Arguments) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme == "Bearer" else arguments.text("token")


def _refusal(refused: Refused) -> Json:
    return {"ok": False, "error": refused.code} | refused.extra


def _warned(body: Json, warning: str) -> Json:
    metadata = body.get("response_metadata", {})
    warnings = [*metadata.get("warnings", ()), warning]
    return body | {"warning": ",".join(warnings), "response_metadata": metadata | {"warnings": warnings}}
