"""`links.yaml`: which sites the articles' links are looked at on, to find those that lead nowhere any more.

Its shape and how it is read. Nothing is fetched here; without the file no link is ever followed.
"""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from knowledge.schema import Value

HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?::[1-9]\d{1,4})?")
PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Hosts:
    """Each as `name`, or `name:port` where the port is not the usual one."""

    public: frozenset[str] = frozenset()
    private: frozenset[str] = frozenset()  # those whose addresses lie inside the company's own network

    def __contains__(self, host: str) -> bool:
        return host in self.public or host in self.private


def read_hosts(root: Value) -> Hosts:
    """The file's content; what is wrong is noted at `root`, and then the result is not to be used."""
    fields = root.fields("hosts", "private_hosts")
    hosts = Hosts(fields.get("hosts", _read, frozenset()), fields.get("private_hosts", _read, frozenset()))
    for host in sorted(hosts.public & hosts.private):
        fields["private_hosts"].wrong(f'"{host}" is under hosts too', "keep it in one of the two lists")
    return hosts


def host_of(url: str) -> str:
    """As the file writes it; "" for what is no plain web address, or carries a name and password."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme not in PORTS or not parts.hostname or "@" in parts.netloc or not url.isprintable() or " " in url:
        return ""
    return parts.hostname if port in (None, PORTS[parts.scheme]) else f"{parts.hostname}:{port}"


def _read(value: Value) -> frozenset[str]:
    fix = "write the host alone, such as docs.example.com, or docs.example.com:8443"
    named = (item.shaped(HOST, "is not the name of a host", fix) for item in value.items())
    return frozenset(host for host in named if host)
