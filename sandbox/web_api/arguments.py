"""The arguments of one Web API call, read the way Slack reads them: form, query or JSON, loosely typed."""

import json
import re
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from sandbox.model import Json
from sandbox.refused import Refused

_TS = re.compile(r"(\d{1,10})(?:\.(\d{1,6}))?")


@dataclass(frozen=True)
class Arguments:
    """Readers raise Refused with Slack's error for a value that cannot be used."""

    values: Json

    def text(self, name: str) -> str:
        """The value as text; "" when it is not given."""
        value = self.values.get(name)
        return "" if value is None else str(value)

    def required(self, name: str) -> str:
        if not self.text(name):
            raise missing(name)
        return self.text(name)

    def optional(self, name: str) -> str | None:
        return self.text(name) or None

    def flag(self, name: str, *, default: bool = False) -> bool:
        value = self.text(name).lower()
        return default if not value else value in ("1", "true")

    def limit(self, *, default: int, most: int) -> int:
        given = self.text("limit") or str(default)
        if not given.isascii() or not given.isdigit() or not 0 < int(given) <= most:
            raise Refused("invalid_limit")
        return int(given)

    def moment(self, name: str, *, default: str) -> str:
        """A `ts`, padded so that it compares as text with every other."""
        given = self.text(name)
        if not given:
            return default
        match = _TS.fullmatch(given)
        if match is None:
            raise Refused(f"invalid_ts_{name}")
        return f"{match[1]:0>10}.{match[2] or '':0<6}"

    def structure(self, name: str, *, otherwise: str) -> Any:
        """A list or an object, itself or as JSON text; None when it is not given."""
        value = self.values.get(name)
        if isinstance(value, str) and value:
            try:
                value = json.loads(value)
            except ValueError:
                raise Refused(otherwise) from None
        return None if value == "" else value

    def dicts(self, name: str, *, otherwise: str) -> list[Json] | None:
        """A list of objects (blocks, attachments); None when it is not given."""
        value = self.structure(name, otherwise=otherwise)
        if value is None:
            return None
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            raise Refused(otherwise)
        return value

    def mapping(self, name: str, *, otherwise: str) -> Json | None:
        value = self.structure(name, otherwise=otherwise)
        if value is not None and not isinstance(value, dict):
            raise Refused(otherwise)
        return value


def missing(name: str) -> Refused:
    """The refusal for an argument that must be given."""
    messages = [f"[ERROR] missing required field: {name}"]
    return Refused("invalid_arguments", {"response_metadata": {"messages": messages}})


async def read_arguments(request: web.Request, *, takes_json: bool) -> Arguments:
    """Query and body together. Methods that only read ignore a JSON body, as Slack does."""
    values: Json = dict(request.query)
    if request.method == "GET" or not request.can_read_body:
        return Arguments(values)
    if request.content_type == "application/json":
        body = await _json_body(request)
        return Arguments(values | body if takes_json else values)
    if request.content_type not in ("application/x-www-form-urlencoded", "multipart/form-data"):
        raise Refused("invalid_post_type")
    return Arguments(values | dict(await request.post()))


async def _json_body(request: web.Request) -> Json:
    try:
        body = json.loads(await request.text())
    except ValueError:
        raise Refused("invalid_json") from None
    if not isinstance(body, dict):
        raise Refused("json_not_object")
    return body
