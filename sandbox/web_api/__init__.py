"""Slack's Web API over the workspace: `/api/<method>`, for any Slack client whose base address points here.

The order of checks: method, token, scope, faults, rate, then the method itself. Like Slack it answers 200 with
`{"ok": false, "error": …}` to whatever it refuses, and 429 to what comes too fast.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from types import MappingProxyType

from aiohttp import web

from sandbox.faults import AFTER, Fault, Faults
from sandbox.installation import Installation
from sandbox.manifest import scopes_needed
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
    workspace: Workspace, *, faults: Faults, rates: Rates, socket_url: Callable[[], str]
) -> web.Application:
    """The application to mount at `/api/`. `socket_url` gives a fresh address for each socket."""
    application = web.Application()
    handler = _Handler(workspace, faults, rates, socket_url)
    application.router.add_route("*", "/{method}", handler.answer)
    return application


class _Handler:
    def __init__(self, workspace: Workspace, faults: Faults, rates: Rates, socket_url: Callable[[], str]) -> None:
        self._workspace, self._faults, self._rates = workspace, faults, rates
        self._api = Api(workspace, installation_of(workspace), socket_url)
        self._held: dict[asyncio.Event, float] = {}  # set once the call was lived through -> when it is applied

    async def answer(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["method"]
        try:
            method = _method(name)
            arguments = await read_arguments(request, takes_json=name not in READING)
            self._admit(name, request, arguments)
        except Refused as refused:
            return self._reply(request, name, _refusal(refused))
        await self._after_what_is_due()
        faults = self._faults.draw(name, arguments.optional("channel"))
        is_over = asyncio.Event()
        if held_s := sum(fault.seconds for fault in faults if fault.kind == "delay"):
            self._held[is_over] = self._workspace.clock.now() + held_s
        try:
            return await self._done(request, name, method, arguments, faults)
        finally:
            self._held.pop(is_over, None)
            is_over.set()

    async def _after_what_is_due(self) -> None:
        """A call that was held until now is applied before one that came later, however late the machine is."""
        while due := [held for held, due_s in self._held.items() if due_s <= self._workspace.clock.now()]:
            await due[0].wait()

    async def _done(
        self, request: web.Request, name: str, method: Method, arguments: Arguments, faults: list[Fault]
    ) -> web.StreamResponse:
        if (stopped := await self._stop(request, faults)) is not None:
            return stopped
        if wait_s := self._rates.take(name, arguments.text("channel")):
            return _too_fast(wait_s)
        return self._finish(request, name, self._apply(method, arguments), faults)

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

    async def _stop(self, request: web.Request, faults: list[Fault]) -> web.StreamResponse | None:
        """Lives through the delays; the answer that comes in place of applying the call, if one does."""
        for fault in faults:
            match fault.kind:
                case "delay":
                    await self._workspace.clock.sleep(fault.seconds)
                case "status_429":
                    return _too_fast(max(1, round(fault.seconds)))
                case "status_500":
                    return web.Response(status=500, text="Internal Server Error")
                case "drop":
                    return _cut(request)
                case _:
                    pass
        return None

    def _apply(self, method: Method, arguments: Arguments) -> Json:
        try:
            return {"ok": True} | method(self._api, arguments)
        except Refused as refused:
            return _refusal(refused)

    def _finish(self, request: web.Request, name: str, body: Json, faults: list[Fault]) -> web.StreamResponse:
        kind = next((fault.kind for fault in faults if fault.kind in AFTER), None)
        match kind:
            case "status_500_after":
                return web.Response(status=500, text="Internal Server Error")
            case "lose_reply":
                return _cut(request)
            case "garbage":
                return web.Response(text='{"ok":tru', content_type="application/json")
            case _:
                return self._reply(request, name, body)

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


def _too_fast(wait_s: int) -> web.Response:
    body = {"ok": False, "error": "ratelimited"}
    return web.json_response(body, status=429, headers={"Retry-After": str(wait_s)})


def _cut(request: web.Request) -> web.Response:
    """Breaks the connection, so that the caller cannot know whether the call was applied."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
