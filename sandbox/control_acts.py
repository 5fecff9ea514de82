"""Orders of the control API, read and done: `{as, do, …}` becomes an act of that person.

The orders are listed in `control.py`; what each act means is `actor.py`.
"""

from collections.abc import Awaitable, Callable

from sandbox import shown
from sandbox.actor import Actor, Filling
from sandbox.acts import Interaction
from sandbox.model import Json, Message, View
from sandbox.typed import composed
from sandbox.workspace import Refused, Workspace


async def do(workspace: Workspace, actor: Actor, order: Json) -> Json:
    """`{"message": …}` or `{"interaction": …}`. Raises Refused, or KeyError for what the order leaves out."""
    name = str(order.get("do"))
    if name in _SAYS:
        said = _SAYS[name](workspace, actor, order)
        return {"message": shown.message(workspace, said) if said else None}
    if name in _ASKS:
        return {"interaction": shown.interaction(workspace, await _ASKS[name](workspace, actor, order))}
    raise Refused("unknown_act")


def _say(workspace: Workspace, actor: Actor, order: Json) -> Message:
    thread, broadcast = order.get("thread_ts"), bool(order.get("broadcast"))
    return actor.say(order["channel"], composed(workspace, order["text"]), thread=thread, broadcast=broadcast)


def _dm(workspace: Workspace, actor: Actor, order: Json) -> Message:
    return actor.dm(composed(workspace, order["text"]), order.get("thread_ts"))


def _edit(workspace: Workspace, actor: Actor, order: Json) -> Message:
    return actor.edit(_message(workspace, actor, order), composed(workspace, order["text"]))


def _delete(workspace: Workspace, actor: Actor, order: Json) -> None:
    actor.delete(_message(workspace, actor, order))


def _react(workspace: Workspace, actor: Actor, order: Json) -> None:
    actor.react(_message(workspace, actor, order), order["name"])


def _unreact(workspace: Workspace, actor: Actor, order: Json) -> None:
    actor.unreact(_message(workspace, actor, order), order["name"])


def _join(_: Workspace, actor: Actor, order: Json) -> None:
    actor.join(order["channel"])


def _leave(_: Workspace, actor: Actor, order: Json) -> None:
    actor.leave(order["channel"])


def _invite(workspace: Workspace, actor: Actor, order: Json) -> None:
    named = str(order["person"])
    person = next((each for each in workspace.people.values() if named in (each.id, each.name)), None)
    if person is None:
        raise LookupError(f"No person {named!r}")
    actor.invite(person, order["channel"])


def _invite_app(_: Workspace, actor: Actor, order: Json) -> None:
    actor.invite_app(order["channel"])


def _open_home(_: Workspace, actor: Actor, order: Json) -> None:
    actor.open_home(order.get("tab", "home"))


async def _press(workspace: Workspace, actor: Actor, order: Json) -> Interaction:
    surface = _surface(workspace, actor, order)
    return await actor.press(surface, order["element"], block_id=order.get("block_id"))


async def _select(workspace: Workspace, actor: Actor, order: Json) -> Interaction:
    surface = _surface(workspace, actor, order)
    return await actor.select(surface, order["element"], order["choice"], block_id=order.get("block_id"))


async def _command(_: Workspace, actor: Actor, order: Json) -> Interaction:
    return await actor.command(order["command"], order.get("text", ""), order.get("channel"))


async def _shortcut(workspace: Workspace, actor: Actor, order: Json) -> Interaction:
    message = _message(workspace, actor, order) if "ts" in order else None
    return await actor.shortcut(order["callback_id"], message)


async def _submit(workspace: Workspace, actor: Actor, order: Json) -> Interaction:
    return await actor.submit(_view(workspace, order), _filled(order))


async def _close(workspace: Workspace, actor: Actor, order: Json) -> Interaction:
    return await actor.close(_view(workspace, order))


def _surface(workspace: Workspace, actor: Actor, order: Json) -> Message | View:
    if "view" not in order:
        return _message(workspace, actor, order)
    view = _view(workspace, order)
    actor.fill(view, _filled(order))
    return view


def _filled(order: Json) -> Filling:
    """What was filled in: exactly by block and action where the order says so, else by name."""
    if "state" in order:
        return {(block, action): value for block, of in order["state"].items() for action, value in of.items()}
    return dict(order.get("values") or {})


def _message(workspace: Workspace, actor: Actor, order: Json) -> Message:
    """The message of this channel and ts, also one shown to the actor alone."""
    for whispered in workspace.ephemerals:
        if (whispered.channel, whispered.ts, whispered.ephemeral_to) == (order["channel"], order["ts"], actor.id):
            return whispered
    return workspace.message(order["channel"], order["ts"])


def _view(workspace: Workspace, order: Json) -> View:
    view = workspace.views.get(order["view"])
    if view is None:
        raise Refused("view_not_open")
    return view


_SAYS: dict[str, Callable[[Workspace, Actor, Json], Message | None]] = {
    "say": _say,
    "dm": _dm,
    "edit": _edit,
    "delete": _delete,
    "react": _react,
    "unreact": _unreact,
    "join": _join,
    "leave": _leave,
    "invite": _invite,
    "invite_app": _invite_app,
    "open_home": _open_home,
}
_ASKS: dict[str, Callable[[Workspace, Actor, Json], Awaitable[Interaction]]] = {
    "press": _press,
    "select": _select,
    "command": _command,
    "shortcut": _shortcut,
    "submit": _submit,
    "close": _close,
}
