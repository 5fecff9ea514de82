"""Orders of the control API that furnish the workspace: people of all kinds, channels, groups, other workspaces.

The orders are listed in `docs/sandbox.md`; what each means is `workspace.py`. What is furnished has always been so:
nobody is told of it, neither the app nor the stream.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import TYPE_CHECKING

from sandbox import shown
from sandbox.model import Json
from sandbox.workspace import Refused

if TYPE_CHECKING:
    from sandbox.server import Sandbox

_CHANGES = frozenset(
    {
        "is_away",
        "is_restricted",
        "is_ultra_restricted",
        "real_name",
        "status_emoji",
        "status_expiration",
        "status_text",
        "tz",
    }
)


async def add_person(sandbox: Sandbox, order: Json) -> Json:
    """`name`, and whatever else `Workspace.add_person` takes."""
    person = sandbox.workspace.add_person(order.pop("name"), **order)
    return {"person": shown.person(person, sandbox.clock.now())}


async def change_person(sandbox: Sandbox, order: Json) -> Json:
    """`person` by name or id, and what is different from now on; `deleted` deactivates for good."""
    person = sandbox.person(str(order.pop("person"))).person
    unknown = order.keys() - _CHANGES - {"deleted"}
    if unknown:
        raise Refused("invalid_arguments", {"detail": f"No such thing to change: {', '.join(sorted(unknown))}"})
    if order.pop("deleted", False):
        sandbox.workspace.deactivate(person.id)
    if order.get("is_ultra_restricted"):
        order["is_restricted"] = True  # a single-channel guest is a guest
    for name, value in order.items():
        setattr(person, name, value)
    return {"person": shown.person(person, sandbox.clock.now())}


async def add_channel(sandbox: Sandbox, order: Json) -> Json:
    """`name`, and whatever else `Workspace.add_channel` takes; `members` by name or id."""
    members = [sandbox.person(str(each)).id for each in order.pop("members", ())]
    channel = sandbox.workspace.add_channel(order.pop("name"), members=members, **order)
    return {"channel": shown.channel(channel)}


async def add_usergroup(sandbox: Sandbox, order: Json) -> Json:
    """`handle` and `users`, by name or id."""
    users = [sandbox.person(str(each)).id for each in order.pop("users", ())]
    return {"usergroup": asdict(sandbox.workspace.add_usergroup(order.pop("handle"), users, **order))}


async def begin_organisation(sandbox: Sandbox, order: Json) -> Json:
    """`name`; with `is_whole_install` the app is installed for all its workspaces."""
    organisation = sandbox.workspace.begin_organisation(order.pop("name"), **order)
    whole = {"is_whole_install": organisation.is_whole_install}
    return {"organisation": {"id": organisation.id, "name": organisation.name} | whole}


async def add_workspace(sandbox: Sandbox, order: Json) -> Json:
    """Another workspace of the organisation: `name`."""
    return {"team": asdict(sandbox.workspace.add_workspace(order.pop("name"), **order))}


async def add_company(sandbox: Sandbox, order: Json) -> Json:
    """Another company's workspace: `name`."""
    return {"team": asdict(sandbox.workspace.add_company(order.pop("name"), **order))}


async def deliver(sandbox: Sandbox, order: Json) -> Json:
    """By signed requests to `request_url` once the app answered its challenge, or over its sockets with none."""
    request_url = order["request_url"]
    if request_url is None:
        sandbox.delivery.transport = sandbox.sockets
        return {"mode": "socket"}
    before = sandbox.delivery.transport
    if not await sandbox.use_http(str(request_url)).verify():
        sandbox.delivery.transport = before
        raise Refused("request_url_not_verified", {"detail": f"{request_url} did not give the challenge back"})
    return {"mode": "http"}


def credentials(sandbox: Sandbox) -> Json:
    """What an app has to be given to work here."""
    return {
        "api_url": sandbox.api_url,
        "bot_token": sandbox.bot_token,
        "app_token": sandbox.app_token,
        "signing_secret": sandbox.signing_secret,
    }


Furnish = Callable[["Sandbox", Json], Awaitable[Json]]
ORDERS: dict[str, Furnish] = {
    "/people": add_person,
    "/people/change": change_person,
    "/channels": add_channel,
    "/usergroups": add_usergroup,
    "/organisation": begin_organisation,
    "/workspaces": add_workspace,
    "/companies": add_company,
    "/delivery": deliver,
}
