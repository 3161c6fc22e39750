"""Where an answer sends a client on to, and what it may take along."""

from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from medianest_common.errors import BadUpstream
from medianest_common.http import AddressPolicy, AddressRefused, parse_url

_BECOMES_GET = frozenset({301, 302, 303})
_REDIRECTS = _BECOMES_GET | {307, 308}
_GOES_ANYWHERE = frozenset({"user-agent", "accept", "accept-encoding", "connection"})


@dataclass(frozen=True, slots=True)
class Asking:
    method: str
    url: httpx.URL
    body: str | None
    headers: Mapping[str, str]


def redirected(asking: Asking, status: int, location: str, *, name: str) -> Asking | None:
    """None if the answer is one to use as it is. Headers of the monitor's own stay with the origin they were meant
    for, and so does a body."""
    if status not in _REDIRECTS or not location:
        return None
    try:
        url = parse_url(str(asking.url.join(location)), policy=AddressPolicy.MONITOR)
    except (httpx.InvalidURL, ValueError):
        raise BadUpstream(f"{name} redirects to what is no address.") from None
    except AddressRefused:
        raise BadUpstream(f"{name} redirects to an address that is not allowed.") from None
    method, body, headers = asking.method, asking.body, dict(asking.headers)
    if status in _BECOMES_GET and method not in ("GET", "HEAD"):
        method, body = "GET", None
        headers = {key: value for key, value in headers.items() if key.lower() != "content-type"}
    if _origin(url) != _origin(asking.url):
        if body is not None:
            raise BadUpstream(f"{name} redirects a {method} to another address.")
        headers = {key: value for key, value in headers.items() if key.lower() in _GOES_ANYWHERE}
    return Asking(method, url, body, headers)


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port
