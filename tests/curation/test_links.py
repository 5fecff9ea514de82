"""Dead links are found, and an article cannot make the bot call what the handbook did not name."""

import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from ipaddress import ip_address
from random import Random
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.curation.links import Looked, State, calling, is_open
from knowledge.hosts import Hosts, host_of
from tests.connections import heard
from tests.goals.counting import Tally


@dataclass
class Site:
    """A site on this machine, and what was asked of it."""

    host: str = ""
    asked: list[tuple[str, str]] = field(default_factory=list)


# By path: the status, and where it leads.
PAGES = {
    "/fine": (200, ""),
    "/moved": (301, "/fine"),
    "/moved-to-nothing": (301, "/nothing"),
    "/elsewhere": (302, "http://evil.example/"),
    "/metadata": (302, "http://169.254.169.254/latest"),
    "/round": (302, "/round"),
    "/private": (403, ""),
    "/broken": (500, ""),
    "/huge": (503, ""),
}


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    site = Site()

    async def answer(request: web.Request) -> web.StreamResponse:
        site.asked.append((request.method, request.path))
        if request.path == "/cut" and request.transport is not None:
            request.transport.abort()
        if request.path == "/get-only" and request.method == "GET":
            return web.Response()
        status, location = PAGES.get(request.path, (404, ""))
        body = b"x" * 1_000_000 if request.path == "/huge" else b""
        return web.Response(status=status, body=body, headers={"Location": location} if location else {})

    application = web.Application()
    application.router.add_route("*", "/{tail:.*}", answer)
    async with TestServer(application) as server:
        site.host = f"127.0.0.1:{server.port}"
        yield site


@pytest.mark.parametrize(
    ("path", "looked"),
    [
        ("fine", Looked(State.FINE)),
        ("get-only", Looked(State.FINE)),
        ("moved", Looked(State.FINE)),
        ("moved-to-nothing", Looked(State.GONE, "status 404")),
        ("elsewhere", Looked(State.FINE, "leads to another site")),
        ("metadata", Looked(State.FINE, "leads to another site")),
        ("round", Looked(State.AWAY, "redirects without end")),
        ("private", Looked(State.FINE)),
        ("nothing", Looked(State.GONE, "status 404")),
        ("broken", Looked(State.AWAY, "status 500")),
        ("huge", Looked(State.AWAY, "status 503")),
        ("cut", Looked(State.AWAY, "ServerDisconnectedError")),
    ],
)
async def test_what_is_at_an_address(site: Site, path: str, looked: Looked) -> None:
    async with calling(Hosts(private=frozenset({site.host}))) as caller:
        assert await caller.look(f"http://{site.host}/{path}") == looked


async def test_a_page_leads_to_no_port_that_is_not_listed(site: Site) -> None:
    async def lead_on(_: web.Request) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": f"http://{site.host}/fine"})

    application = web.Application()
    application.router.add_route("*", "/", lead_on)
    async with TestServer(application) as server:
        listed = f"127.0.0.1:{server.port}"
        async with calling(Hosts(private=frozenset({listed}))) as caller:
            looked = await caller.look(f"http://{listed}/")

    assert (looked.state, site.asked) == (State.REFUSED, [])


async def test_a_link_that_is_fine_costs_one_call(site: Site) -> None:
    async with calling(Hosts(private=frozenset({site.host}))) as caller:
        await caller.look(f"http://{site.host}/fine")

    assert site.asked == [("HEAD", "/fine")]


async def test_nobody_there_is_away() -> None:
    async with calling(Hosts(private=frozenset({"127.0.0.1:9"}))) as caller:
        assert await caller.look("http://127.0.0.1:9/") == Looked(State.AWAY, "no connection")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001", "0.0.0.0"], ids=str)
async def test_this_machine_is_not_called_under_whatever_name_unless_the_handbook_says_so(
    site: Site, host: str
) -> None:
    port = site.host.rpartition(":")[2]

    async with calling(Hosts(public=frozenset({f"{host}:{port}"}))) as caller:
        looked = await caller.look(f"http://{host}:{port}/fine")

    assert looked.state in (State.REFUSED, State.AWAY)
    assert site.asked == []


@pytest.mark.parametrize("listed", ["docs.example.com", "127.0.0.1"], ids=["another host", "another port"])
async def test_a_host_that_is_not_listed_is_not_called(site: Site, listed: str) -> None:
    async with calling(Hosts(private=frozenset({listed}))) as caller:
        looked = await caller.look(f"http://{site.host}/fine")

    assert (looked, site.asked) == (Looked(State.REFUSED, "not listed in links.yaml"), [])


@pytest.mark.parametrize(
    ("address", "is_everybodys"),
    [
        ("93.184.215.14", True),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
        ("10.0.0.1", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::a00:1", False),
        ("64:ff9b::5db8:d70e", True),
        ("2002:a00:1::", False),
    ],
)
def test_which_addresses_are_everybodys(address: str, is_everybodys: bool) -> None:
    assert is_open(address) is is_everybodys


# Many ways to write where nobody from outside may look.

INSIDE = ("127.0.0.1", "10.1.2.3", "172.16.9.9", "192.168.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "127.8.8.8")
INSIDE_6 = ("::1", "::", "fe80::1", "fe80::1%25lo", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1", "::7f00:1")
NAMES = (
    "localhost",
    "LOCALHOST",
    "localhost.",
    "localhost.localdomain",
    "ip6-localhost",
    "inside.example",
    "mixed.example",
)
ADDRESSES, CI_ADDRESSES = 2_000, 300


def as_written(inner: str, chance: Random) -> str:
    """The same IPv4 address as resolvers, browsers and gateways read it."""
    parts = [int(each) for each in inner.split(".")]
    whole = int(ip_address(inner))
    mixed = ".".join(chance.choice((str(each), hex(each), f"0{each:o}")) for each in parts)
    high, low = whole >> 16, whole & 0xFFFF
    return chance.choice(
        (
            inner,
            f"{inner}.",
            str(whole),
            hex(whole),
            f"0{whole:o}",
            mixed,
            f"{parts[0]}.{whole & 0xFFFFFF}",
            f"{parts[0]}.{parts[1]}.{low}",
            "".join(f"%{ord(each):02x}" for each in inner),
            inner.translate({ord(str(digit)): 0xFF10 + digit for digit in range(10)}),
            inner.replace(".", "\u3002"),
            inner.replace("1", "\u2460"),
            f"[::ffff:{inner}]",
            f"[::ffff:{high:x}:{low:x}]",
            f"[::{inner}]",
            f"[64:ff9b::{high:x}:{low:x}]",
            f"[64:ff9b:1::{high:x}:{low:x}]",
            f"[2002:{high:x}:{low:x}::1]",
            f"[2001:0:{high:x}:{low:x}::]",
            f"{inner}.nip.example",
        )
    )


def hostile_address(chance: Random) -> str:
    host = chance.choice(
        (as_written(chance.choice(INSIDE), chance), f"[{chance.choice(INSIDE_6)}]", chance.choice(NAMES))
    )
    before = chance.choice(("", "", "", "docs.example.com@", "docs.example.com:80@", "docs.example.com\\@", "@"))
    port = chance.choice(("", "", ":80", ":443", ":8080", ":22", ":0", ":", ":99999"))
    after = chance.choice(("", "/", "/latest/meta-data", "#@docs.example.com", "?x=docs.example.com", "\\x", "/..;/"))
    return f"{chance.choice(('http', 'https', 'HTTP', 'ftp', 'file', 'gopher'))}://{before}{host}{port}{after}"


def names_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few names lead inside; for all else it is read what stands there, and no server is asked."""
    look_up, known = socket.getaddrinfo, {"localhost": ("127.0.0.1",), "mixed.example": ("93.184.215.14", "10.0.0.8")}

    def found(host: str, port: int, family: int = 0, type: int = 0, proto: int = 0, flags: int = 0) -> Any:  # noqa: A002
        name = host.lower().rstrip(".")
        if places := known.get(name, ("10.0.0.8",) if name.endswith(".example") else ()):
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in places]
        return look_up(host, port, family, type, proto, flags | socket.AI_NUMERICHOST)

    monkeypatch.setattr(socket, "getaddrinfo", found)


@pytest.mark.parametrize(
    "tries", [CI_ADDRESSES, pytest.param(ADDRESSES, marks=[pytest.mark.chaos, pytest.mark.goal(g=15)])]
)
async def test_no_way_of_writing_an_address_leads_inside_even_if_the_handbook_lists_it_as_a_site_of_others(
    tries: int, seed: int, tally: Tally, monkeypatch: pytest.MonkeyPatch
) -> None:
    names_of_ours(monkeypatch)
    chance, called, refused = Random(seed), list[object](), 0
    addresses = [hostile_address(chance) for _ in range(tries)]
    listed = Hosts(public=frozenset(filter(None, map(host_of, addresses))))

    with heard() as (places, _):
        async with calling(listed) as caller:
            for address in addresses:
                looked = await caller.look(address)
                refused += looked.state is State.REFUSED
                called += [(address, sorted(places))] if places else []
                places.clear()

    tally(addresses=tries, escaped=len(called))
    assert called == []
    assert refused > tries // 2
