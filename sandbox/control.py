"""The control API: the whole workspace over HTTP, for the page in the browser and for other processes.

All bodies are JSON (`Content-Type: application/json`); all answers are JSON with `ok`. Ids are Slack-like strings,
a message is named by its `channel` and `ts`, a view by its `id`. It holds no state and decides nothing.

GET  /sandbox/state?as=U…&channel=C…&limit=100
     `{ok, now, factor, mode: "socket"|"http", connections, team: {id, name, domain},`
     ` organisation: {id: "E…"|null, name}, teams: [{id, name, domain, enterprise_id, enterprise_name}],`
     ` app: {app_id, bot_id, bot_user_id, name, home_tab, messages_tab,`
     `       commands: [{command, description, usage_hint}], shortcuts: [{name, kind: message|global, callback_id}]},`
     ` people: [{id, name, real_name, team_id, tz, is_bot, is_restricted, …}],`
     ` channels: [{id, name, kind: channel|group|im|mpim, user, members, is_ext_shared, is_archived,`
     `             messages: [message]}],   # by time, threads beside; only of `channel` if given`
     ` usergroups: [{id, handle, name, users}],`
     ` ephemerals: [message],               # shown to `as` alone`
     ` views: [view],                       # open modals of `as`, newest last`
     ` home: view|null, dm: "D…"|null,`     # of `as`
     ` statuses: [{channel, thread_ts, text}]}`  # what the app says it is doing
     Without `as`: everything there is, all views and ephemerals. `limit` counts messages outside threads.
     message: `{channel, ts, thread_ts, user, text, blocks, attachments, subtype, bot_id, edited,`
     `          reactions: [{name, users}], is_ephemeral, is_growing}`
     view: `{id, user, type: modal|home, payload, hash, root_id, previous_id}`; `payload` is what the app sent.

GET  /sandbox/look?as=U…&at=C…|app&limit=50&thread=ts&people=stamp
     What the page draws of it for one person: `state` without `ephemerals` and `statuses`, with `me`, `at` (who and
     where that is), `people` (null where the stamp is still `people_stamp`), and of each channel `{is_member, has_app,
     members (how many), unread, calls}`, and of the one looked at
     ` place: {id, read_to, messages: [message + {replies: null|{count, authors, latest, new}}], more, ephemerals,`
     `         statuses: {thread_ts: text}, prompts: [{title, message}], thread: [message]|null}`
     `unread` counts messages since the person was there; `calls` are mentions of them, direct messages, and replies
     in threads they take part in.
GET  /sandbox/messages?as=U…&at=C…&before=ts&limit=50 or &ts=ts   `{ok, messages, more}`: older ones, or just that one
POST /sandbox/read  `{as, channel, ts, thread_ts?}` -> `{ok}`: the person has seen the place, or thread, up to there

POST /sandbox/act   `{as: "U…" or a name, do: …}` and, by `do`:
     say `{channel, text, thread_ts?, broadcast?}` · dm `{text, thread_ts?}` · edit `{channel, ts, text}` ·
     delete `{channel, ts}` · react, unreact `{channel, ts, name}` · join, leave, invite_app `{channel}` ·
     invite `{channel, person}` ·
     open_home `{tab: home|messages}` -> `{ok, message: message|null}`
     press `{channel, ts, element, block_id?}` or `{view, element, block_id?, values?}`; `element` is an action id or
     a label · select: the same with `choice` (an option's value or label, an id, a date, or a list of them) ·
     command `{command, text, channel?}` · shortcut `{callback_id, channel?, ts?}` · submit `{view, values}` (values by
     block id, action id or label) · close `{view}`
     In place of `values`, `state` says exactly which: `{block_id: {action_id: value}}`.
     -> `{ok, interaction: {acknowledged, status, body, errors: {block_id: text}, shown: message|null, failure}}`
     A `failure` (operation_timeout, dispatch_failed, invalid_response) is what Slack would tell the person.
     Texts of say, dm, edit and command are as people type them: `@name` and `#channel` become mentions.
     Refused: `{ok: false, error: "code", detail?}` with status 400, such as not_in_channel, unknown_command,
     view_not_open, not_found (no such person, button or option: `detail` says what there is).

GET  /sandbox/ledger?since=0   `{ok, effects: [{kind, at, method, channel, ts, thread_ts, user, text, blocks,`
     ` metadata}], next}`: what the app did, from that index on.
GET  /sandbox/faults, POST with any of `{clear: true, add: {kind, methods?, probability?, times?, seconds?, channel?},`
     ` duplicate_events: [1, 3], reorder_window_s, delay_events_s, drop_ack, refuse_s}` -> `{ok, fired: {kind: count},`
     ` …}`; `refuse_s`: after this answer nobody is let in for so long, not even here
GET  /sandbox/clock, POST `{advance_s?, to_s?, factor?}` -> `{ok, now, factor}`; `to_s` is a moment that is yet to come
GET  /sandbox/app   `{ok, api_url, bot_token, app_token, signing_secret}`: what an app has to be given
POST /sandbox/people, /people/change, /channels, /usergroups, /organisation, /workspaces, /companies, /delivery: furnish
     the workspace, see `docs/sandbox.md`
POST /sandbox/sockets `{reason?}` or `{kind: "cut"|"deaf"}` -> `{ok, connections}`: disconnects the app; or
     `{refresh_every_s}`: from now on so often, with a warning (0: no more)
GET  /sandbox/stream   server-sent events: `data: {kind, channel?, ts?, …}` for each change. Kinds: MessagePosted,
     MessageChanged, MessageDeleted, ReactionChanged, MembershipChanged, HomeOpened (whoever did it), and Effect with
     `effect: {…}` for each line of the ledger. Ask for the state again when one comes.

What stands beside the conversations (traffic, the app's insides, a tour) is in `inside.py`.

The page itself is `sandbox/page/index.html`, served at `/`; its parts stand beside it and are served at
`/page/NAME`. Orders from a page of another origin are refused, and so is whoever calls this server by the name of
another host: a name of theirs may lead here (DNS rebinding).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from aiohttp import web

from sandbox import looking, shown
from sandbox.answers import ok, read_order, refused
from sandbox.control_acts import do
from sandbox.control_people import ORDERS, Furnish, credentials
from sandbox.inside import InsideRoutes
from sandbox.ledger import Effect
from sandbox.looking import Glance
from sandbox.model import Json, Occurrence
from sandbox.reading import Reading
from sandbox.socket_mode import SocketHub
from sandbox.workspace import Refused

if TYPE_CHECKING:
    from sandbox.server import Sandbox

KEEP_ALIVE_S = 15.0
_ENDINGS = ("polite", "cut", "deaf")
_DELIVERY_FAULTS = ("duplicate_events", "reorder_window_s", "delay_events_s", "drop_ack")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def control_app(sandbox: Sandbox) -> web.Application:
    """The routes above, to be mounted at /sandbox/."""
    control = _Control(sandbox)
    routes = web.Application(middlewares=[_guard])
    routes.router.add_get("/state", control.state)
    routes.router.add_get("/look", control.look)
    routes.router.add_get("/messages", control.messages)
    routes.router.add_post("/read", control.read)
    routes.router.add_post("/act", control.act)
    routes.router.add_get("/ledger", control.ledger)
    routes.router.add_get("/faults", control.faults)
    routes.router.add_post("/faults", control.change_faults)
    routes.router.add_get("/clock", control.clock)
    routes.router.add_post("/clock", control.change_clock)
    routes.router.add_post("/sockets", control.sockets)
    routes.router.add_get("/app", control.app)
    for path, furnish in ORDERS.items():
        routes.router.add_post(path, control.furnishing(furnish))
    routes.router.add_get("/stream", control.stream)
    InsideRoutes(sandbox.inside, sandbox.traffic).add_to(routes)
    routes.on_shutdown.append(control.end_streams)
    return routes


class _Control:
    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._reading = Reading(sandbox.workspace)
        self._streams: set[asyncio.Queue[Json | None]] = set()
        sandbox.workspace.subscribe(self._tell)
        sandbox.ledger.subscribe(self._tell)

    async def state(self, request: web.Request) -> web.Response:
        query = request.query
        viewer = self._sandbox.person(query["as"]).id if "as" in query else None
        limit = int(query.get("limit", "100"))
        state = self._about() | shown.seen(
            self._sandbox.workspace, viewer=viewer, only_channel=query.get("channel"), limit=limit
        )
        return ok(state)

    async def look(self, request: web.Request) -> web.Response:
        glance = Glance.read(request.query)
        return ok(self._about() | looking.look(self._sandbox.workspace, self._reading, glance))

    async def messages(self, request: web.Request) -> web.Response:
        return ok(looking.messages(self._sandbox.workspace, self._reading, Glance.read(request.query)))

    async def read(self, request: web.Request) -> web.Response:
        order = await read_order(request)
        user = self._sandbox.person(str(order["as"])).id
        self._reading.mark(user, order["channel"], str(order["ts"]), order.get("thread_ts"))
        return ok({})

    async def act(self, request: web.Request) -> web.Response:
        order = await read_order(request)
        actor = self._sandbox.person(str(order["as"]))
        return ok(await do(self._sandbox.workspace, actor, order))

    async def ledger(self, request: web.Request) -> web.Response:
        effects = self._sandbox.ledger.effects
        since = int(request.query.get("since", "0"))
        return ok({"effects": [shown.effect(each) for each in effects[since:]], "next": len(effects)})

    async def faults(self, _: web.Request) -> web.Response:
        faults = self._sandbox.faults
        settings = {name: getattr(faults, name) for name in _DELIVERY_FAULTS}
        return ok({"fired": dict(faults.fired)} | settings)

    async def change_faults(self, request: web.Request) -> web.Response:
        order, faults = await read_order(request), self._sandbox.faults
        if order.get("clear"):
            faults.clear()
        if "add" in order:
            faults.add(**order["add"])
        for name in _DELIVERY_FAULTS:
            if name in order:
                setattr(faults, name, tuple(order[name]) if name == "duplicate_events" else float(order[name]))
        if "refuse_s" in order:
            await self._sandbox.refuse_connections(float(order["refuse_s"]))
        return await self.faults(request)

    async def clock(self, _: web.Request) -> web.Response:
        return ok({"now": self._sandbox.clock.now(), "factor": self._sandbox.clock.factor})

    async def change_clock(self, request: web.Request) -> web.Response:
        order = await read_order(request)
        if "factor" in order:
            self._sandbox.clock.set_factor(float(order["factor"]))
        clock = self._sandbox.clock
        if "to_s" in order and float(order["to_s"]) < clock.now():
            raise ValueError("the moment is over; a clock only goes on")
        clock.advance(float(order["to_s"]) - clock.now() if "to_s" in order else float(order.get("advance_s", 0)))
        return await self.clock(request)

    async def sockets(self, request: web.Request) -> web.Response:
        order = await read_order(request)
        reason, kind = order.get("reason", "refresh_requested"), order.get("kind", "polite")
        if kind not in _ENDINGS:
            raise Refused("invalid_arguments")
        connections = len(self._sandbox.sockets.connections)
        if "refresh_every_s" in order:
            self._sandbox.refresh_sockets(float(order["refresh_every_s"]))
        else:
            self._sandbox.disconnect_sockets(reason, kind=kind)
        return ok({"connections": connections})

    async def app(self, _: web.Request) -> web.Response:
        return ok(credentials(self._sandbox))

    def furnishing(self, furnish: Furnish) -> Handler:
        async def handle(request: web.Request) -> web.Response:
            return ok(await furnish(self._sandbox, await read_order(request)))

        return handle

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """A line for each change, until the browser or the server goes."""
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache"})
        await response.prepare(request)
        changes: asyncio.Queue[Json | None] = asyncio.Queue()
        self._streams.add(changes)
        try:
            while (line := await _next_line(changes)) is not None:
                await response.write(line)
        except ConnectionError:
            pass
        finally:
            self._streams.discard(changes)
        return response

    async def end_streams(self, _: web.Application) -> None:
        for changes in self._streams:
            changes.put_nowait(None)

    def _tell(self, what: Occurrence | Effect) -> None:
        for changes in self._streams:
            changes.put_nowait(shown.change(what))

    def _about(self) -> Json:
        sandbox = self._sandbox
        is_socket = isinstance(sandbox.delivery.transport, SocketHub)
        return {
            "now": sandbox.clock.now(),
            "factor": sandbox.clock.factor,
            "mode": "socket" if is_socket else "http",
            "connections": len(sandbox.sockets.connections),
        }


@web.middleware
async def _guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refusals as JSON; and nothing for other sites' pages in a browser."""
    if not _is_called_here(request):
        return refused("foreign_host", 403)
    origin = request.headers.get("Origin")
    if origin is not None and origin != f"http://{request.host}":
        return refused("foreign_origin", 403)
    try:
        return await handler(request)
    except Refused as no:
        return refused(no.code, 400, no.extra)
    except LookupError as error:
        return refused("not_found", 400, {"detail": str(error)})
    except (TypeError, ValueError) as error:
        return refused("invalid_arguments", 400, {"detail": str(error)})


def _is_called_here(request: web.Request) -> bool:
    """Whether the host it was called by is this machine's own name or the address it listens on."""
    bound = request.transport.get_extra_info("sockname") if request.transport else None
    host = request.host.rsplit(":", 1)[0] if not request.host.endswith("]") else request.host
    return host.strip("[]").lower() in {"127.0.0.1", "localhost", *(bound or ())[:1]}


async def _next_line(changes: asyncio.Queue[Json | None]) -> bytes | None:
    """The next change as an event, or a comment that keeps the line open; None at the end."""
    try:
        change = await asyncio.wait_for(changes.get(), KEEP_ALIVE_S)
    except TimeoutError:
        return b": still here\n\n"
    return None if change is None else f"data: {json.dumps(change)}\n\n".encode()
