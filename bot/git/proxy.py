"""The proxy by which git goes out, for the calls to a host that git does not make."""

from collections.abc import Mapping
from urllib.parse import urlsplit
from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined]  # in no stub, for no page has it

NAMES = ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")  # the first that is set, as git reads them
EXCEPTED = ("no_proxy", "NO_PROXY")


def proxy_for(url: str, environment: Mapping[str, str]) -> str:
    """The proxy's address, with its credentials if it has any; "" where none is meant for this host.

    Only https goes by a proxy: http is for servers on this machine. SOCKS, which git knows as well, is not spoken.
    """
    address = urlsplit(url)
    proxy = _first(environment, NAMES)
    proxy = proxy if "://" in proxy or not proxy else f"http://{proxy}"
    is_meant = address.scheme == "https" and proxy.startswith(("http://", "https://"))
    if not is_meant or proxy_bypass_environment(address.netloc, {"no": _first(environment, EXCEPTED)}):
        return ""
    return proxy


def _first(environment: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((environment[name].strip() for name in names if environment.get(name)), "")
