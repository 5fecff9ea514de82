"""Dead links are found, and an article cannot make the bot call what the handbook did not name."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.curation.links import Looked, State, calling, is_open
from knowledge.hosts import Hosts


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
