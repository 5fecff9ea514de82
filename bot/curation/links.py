"""Looks whether an address still leads somewhere, without being led anywhere else by it.

Only hosts that the handbook names are called; redirects are followed on the same host alone; nothing is read of what
comes. An address inside the company's network, or of this machine, is called only where the handbook says so.
"""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any
from urllib.parse import urljoin

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from knowledge.hosts import Hosts, host_of

CALL_S = 4.0  # for each of two calls: a site that takes longer is as good as away to its readers
HOPS_MOST = 3
REDIRECTS = (301, 302, 303, 307, 308)
GONE = (404, 410)
SIGNED_IN = (401, 403)  # there is something, for those who may see it
# IPv4 in IPv6: by a gateway, and as it was written long ago.
WRAPPED = (ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"), ip_network("::/96"))


class State(StrEnum):
    FINE = "fine"
    GONE = "gone"  # the site says that there is nothing
    AWAY = "away"  # no answer, or one of trouble
    REFUSED = "refused"  # not called: it is not listed, or lies where the handbook does not say that it may


@dataclass(frozen=True)
class Looked:
    state: State
    reason: str = ""


class NotAllowed(OSError):
    """The name leads to an address that is not called."""


def is_open(address: str) -> bool:
    """Whether the address is everybody's: not of this machine or a private network, and not wrapping such a one."""
    found = ip_address(address.partition("%")[0])
    inner = _wrapped(found) if isinstance(found, IPv6Address) else None
    return found.is_global and not found.is_multicast and (inner is None or is_open(str(inner)))


def _wrapped(found: IPv6Address) -> IPv4Address | None:
    if any(found in network for network in WRAPPED):
        return IPv4Address(int(found) & 0xFFFFFFFF)
    return found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)


class _Careful(AbstractResolver):
    """Gives the addresses that may be called; the connection is made to these and no others."""

    def __init__(self, private: frozenset[str]) -> None:
        self._private = private
        self._resolver = aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await self._resolver.resolve(host, port, family)
        if host not in self._private and not all(is_open(each["host"]) for each in found):
            raise NotAllowed
        return found

    async def close(self) -> None:
        await self._resolver.close()


class Caller:
    """Calls the listed hosts; see `calling`."""

    def __init__(self, session: aiohttp.ClientSession, hosts: Hosts) -> None:
        self._session = session
        self._hosts = hosts

    async def look(self, url: str) -> Looked:
        """What is at the address now. Raises nothing."""
        try:
            async with asyncio.timeout(2 * CALL_S):
                looked = await self._ask("HEAD", url)
                # Many sites answer HEAD with anything: what is not fine is asked for once more as readers do.
                return looked if looked.state in (State.FINE, State.REFUSED) else await self._ask("GET", url)
        except NotAllowed:
            return Looked(State.REFUSED, "a private address")
        except aiohttp.ClientConnectorError as error:
            is_refused = isinstance(error.os_error, NotAllowed)
            return Looked(State.REFUSED, "a private address") if is_refused else Looked(State.AWAY, "no connection")
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            return Looked(State.AWAY, type(error).__name__)

    async def _ask(self, method: str, url: str) -> Looked:
        host = host_of(url)
        for _ in range(HOPS_MOST + 1):
            if not self._may_call(url):
                return Looked(State.REFUSED, "not listed in links.yaml")
            async with self._session.request(method, url, allow_redirects=False) as response:
                if response.status not in REDIRECTS:
                    return _judged(response.status)
                onward = urljoin(url, response.headers.get("Location", ""))
            if host_of(onward).partition(":")[0] != host.partition(":")[0]:
                return Looked(State.FINE, "leads to another site")  # which is not ours to call
            url = onward
        return Looked(State.AWAY, "redirects without end")

    def _may_call(self, url: str) -> bool:
        host = host_of(url)
        return host in self._hosts and (host in self._hosts.private or not _is_closed(url))


def _is_closed(url: str) -> bool:
    """For an address in place of a name, which is not resolved: as the client reads it, whatever digits it is in."""
    try:
        return not is_open(URL(url).host or "")
    except ValueError:
        return False


def _judged(status: int) -> Looked:
    if status < 400 or status in SIGNED_IN:
        return Looked(State.FINE)
    return Looked(State.GONE if status in GONE else State.AWAY, f"status {status}")


@asynccontextmanager
async def calling(hosts: Hosts, *, timeout_s: float = CALL_S) -> AsyncIterator[Caller]:
    """A caller without cookies, credentials or proxies, that keeps no connection."""
    names = frozenset(host.partition(":")[0] for host in hosts.private)
    connector = aiohttp.TCPConnector(resolver=_Careful(names), use_dns_cache=False, force_close=True)
    given: dict[str, Any] = {"cookie_jar": aiohttp.DummyCookieJar(), "trust_env": False, "auto_decompress": False}
    timeout = aiohttp.ClientTimeout(total=timeout_s)
    headers = {"User-Agent": "Mentor (looks for dead links)"}
    async with aiohttp.ClientSession(connector=connector, timeout=timeout, headers=headers, **given) as session:
        yield Caller(session, hosts)
