"""Hears each connection that this process makes, and each name it looks up, by whichever library."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

Place = tuple[str, int]
_listening: list[set[Place]] = []
_names: list[set[str]] = []


def _hear(event: str, arguments: tuple[object, ...]) -> None:
    """Python's own audit: of every connection, whoever makes it. It stays for ever, so it is deaf in between."""
    if event == "socket.connect" and _listening and isinstance(arguments[1], tuple):
        _listening[-1].add((str(arguments[1][0]), int(arguments[1][1])))
    if event == "socket.getaddrinfo" and _names:
        _names[-1].add(str(arguments[0]))


sys.addaudithook(_hear)


@contextmanager
def heard() -> Iterator[tuple[set[Place], set[str]]]:
    places, names = set[Place](), set[str]()
    _listening.append(places)
    _names.append(names)
    try:
        yield places, names
    finally:
        _listening.pop()
        _names.pop()
