"""Where a call goes: always the host of the base address, whatever the path or a redirect says."""

import re
from collections.abc import Mapping, Sequence
from urllib.parse import unquote

import httpx

from medianest_common.addresses import AddressRefused
from medianest_common.http.errors import RedirectedAway

type Params = Mapping[str, str | int | float | bool | Sequence[str | int] | None]

_FORBIDDEN_IN_PATH = re.compile(r"[\x00-\x20\x7f\\]")


def target(base: httpx.URL, path: str, *, params: Params | None = None) -> httpx.URL:
    """`path` is appended to the path of the base and may carry a query. A path that would lead elsewhere, such as
    `//host/x` or `/../x` from an upstream's answer, is refused."""
    if not path.startswith("/") or path.startswith("//") or _FORBIDDEN_IN_PATH.search(path):
        raise AddressRefused("The path of the call is not allowed.")
    if any(segment in (".", "..") for segment in unquote(path.partition("?")[0]).split("/")):
        raise AddressRefused("The path of the call is not allowed.")
    try:
        url = httpx.URL(f"{base.scheme}://{base.netloc.decode()}{base.path.rstrip('/')}{path}")
    except (httpx.InvalidURL, ValueError):
        raise AddressRefused("The path of the call is not allowed.") from None
    if not _same_origin(url, base):
        raise AddressRefused("The path of the call is not allowed.")
    if params:
        url = url.copy_merge_params({name: value for name, value in params.items() if value is not None})
    return url


def redirect_target(current: httpx.URL, location: str, *, system: str) -> httpx.URL:
    """The next address on the same scheme, host and port; `RedirectedAway` for any other."""
    try:
        following = current.join(location)
    except (httpx.InvalidURL, ValueError):
        following = None
    if following is None or not location or not _same_origin(following, current):
        raise RedirectedAway(f"{system} redirects to another address; check its URL.", upstream=system)
    return following


def _same_origin(one: httpx.URL, other: httpx.URL) -> bool:
    return (one.scheme, one.host, one.port) == (other.scheme, other.host, other.port) and not one.userinfo
