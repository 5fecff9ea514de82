"""Pages and their cursors. A cursor names the next item, so what is added meanwhile does not shift pages."""

import base64
from collections.abc import Sequence

from sandbox.model import Json
from sandbox.refused import Refused


def cursor_for(kind: str, value: str) -> str:
    return base64.b64encode(f"{kind}:{value}".encode()).decode()


def read_cursor(cursor: str, kind: str) -> str:
    """What the cursor names. Raises Refused for one that was not made by `cursor_for` with this kind."""
    try:
        found, _, value = base64.b64decode(cursor, validate=True).decode().partition(":")
    except ValueError:
        raise Refused("invalid_cursor") from None
    if found != kind or not value:
        raise Refused("invalid_cursor")
    return value


def page_of(ids: Sequence[str], *, kind: str, cursor: str, limit: int) -> tuple[Sequence[str], Json]:
    """One page of the ids, and the `response_metadata` whose cursor is "" on the last page."""
    start = 0
    if cursor:
        named = read_cursor(cursor, kind)
        if named not in ids:
            raise Refused("invalid_cursor")
        start = ids.index(named)
    rest = ids[start + limit : start + limit + 1]
    return ids[start : start + limit], {"next_cursor": cursor_for(kind, rest[0]) if rest else ""}
