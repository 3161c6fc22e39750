"""Other sites behind the same reverse proxy that let the portal say who somebody is (decision 0007).

The cookie of a sign-in never leaves our own host. Sites on sibling hosts see a pass instead: it opens nothing here, is
good for an hour, and only as long as the session behind it.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple
from urllib.parse import quote, urlsplit
from uuid import UUID

from medianest_common.clock import Clock
from medianest_common.contracts.auth.tokens import Vouched
from medianest_common.security.encryption import KeyRing
from medianest_gateway.settings import GatewaySettings

PASS_LASTS = timedelta(hours=1)

_URL = re.compile(
    r"(https?)://([a-z0-9-]+(?:\.[a-z0-9-]+)*)(?::([0-9]{1,5}))?((?:[/?][\x21-\x5b\x5d-\x7e]*)?)",
    re.IGNORECASE,
)
_PASS = re.compile(r"([0-9]{10})\.([0-9a-f]{32})\.([0-9a-f]{32})\.([0-9a-f]{64})")
_PORTS = {"http": 80, "https": 443}
_PLAIN = " !#$&'()*+,-./:;<=>?@[]^_`{|}~"


class _Site(NamedTuple):
    """`port` is None for the usual one of the scheme."""

    host: str
    port: int | None


class Sites:
    """Where people may be sent back to: a host, `*.` and a domain for all below it, each with a port where it is not
    the usual one."""

    def __init__(self, settings: GatewaySettings) -> None:
        own = urlsplit(settings.base_url)
        self._own = _Site(own.hostname or "", _unusual(own.port, own.scheme))
        self._secure = settings.secure
        self._domain = settings.forward_auth_cookie_domain
        entries = [entry.strip().lower() for entry in settings.forward_auth_domains.split(",")]
        self._allowed = [_entry(entry) for entry in entries if entry]

    def accepted(self, url: str) -> str | None:
        """The address in its plain form, if somebody signed in here would be let in there; None for any other."""
        found = _URL.fullmatch(url)
        if found is None:
            return None
        scheme, host = found[1].lower(), found[2].lower()
        site = _Site(host, _unusual(int(found[3] or 0), scheme))
        if self._secure and scheme != "https":
            return None
        if site != self._own and not (self._sees_pass(host) and any(_covers(a, site) for a in self._allowed)):
            return None
        return f"{scheme}://{host}{':' + found[3] if found[3] else ''}{found[4] or '/'}"

    def _sees_pass(self, host: str) -> bool:
        return bool(self._domain) and (host == self._domain or host.endswith(f".{self._domain}"))


class Passes:
    """Signed for this purpose, this portal and this domain, so that nothing else of ours passes for one and it passes
    for nothing else."""

    def __init__(self, keys: KeyRing, settings: GatewaySettings, *, clock: Clock) -> None:
        self._key = keys.derive("forward-auth")
        self._audience = f"forward1|{settings.base_url}|{settings.forward_auth_cookie_domain}"
        self._clock = clock

    def issue(self, *, session_id: UUID, user_id: UUID) -> str:
        until = int((self._clock.now() + PASS_LASTS).timestamp())
        body = f"{until}.{session_id.hex}.{user_id.hex}"
        return f"{body}.{self._mac(body)}"

    def read(self, text: str) -> tuple[UUID, UUID] | None:
        """Session and user; whether the session still lives is for the caller to ask."""
        found = _PASS.fullmatch(text)
        if found is None or not hmac.compare_digest(found[4], self._mac(text.rpartition(".")[0])):
            return None
        if int(found[1]) <= self._clock.now().timestamp():
            return None
        return UUID(hex=found[2]), UUID(hex=found[3])

    def _mac(self, body: str) -> str:
        return hmac.new(self._key, f"{self._audience}|{body}".encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class Original:
    """What the browser asked the other site for. Only a trusted proxy can say so: the headers of everybody else have
    been taken away before."""

    url: str
    is_page: bool
    by_nginx: bool
    """Which passes on no redirect of an authorisation, but what a 401 names as `Location`."""


def original_of(headers: Mapping[str, str]) -> Original | None:
    by_nginx = "x-original-url" in headers
    if by_nginx:
        url = headers["x-original-url"]
    elif "x-forwarded-host" in headers and "x-forwarded-uri" in headers:
        scheme = headers.get("x-forwarded-proto", "http")
        url = f"{scheme}://{headers['x-forwarded-host']}{headers['x-forwarded-uri']}"
    else:
        return None
    method = headers.get("x-original-method" if by_nginx else "x-forwarded-method", "GET")
    is_page = (
        method in ("GET", "HEAD")
        and "text/html" in headers.get("accept", "")
        and headers.get("sec-fetch-mode", "navigate") == "navigate"
    )
    return Original(url, is_page=is_page, by_nginx=by_nginx)


def remote_headers(vouched: Vouched, settings: GatewaySettings) -> dict[str, str]:
    """In ASCII; everything else in a name is percent-encoded UTF-8."""
    names = {
        "id": str(vouched.user_id),
        "email": (vouched.email or "").lower() or str(vouched.user_id),
        "name": vouched.name,
    }
    headers = {
        "Remote-User": names[settings.forward_auth_user],
        "Remote-Groups": vouched.role.value,
        "Remote-Name": vouched.name,
        "Remote-Email": vouched.email or "",
    }
    return {name: quote(value, safe=_PLAIN) for name, value in headers.items()}


def _entry(text: str) -> _Site:
    host, _, port = text.partition(":")
    return _Site(host, int(port) if port.isdigit() else None)


def _unusual(port: int | None, scheme: str) -> int | None:
    return None if port in (None, 0, _PORTS[scheme]) else port


def _covers(allowed: _Site, site: _Site) -> bool:
    if allowed.port != site.port:
        return False
    if allowed.host.startswith("*."):
        return site.host.endswith(allowed.host[1:])
    return site.host == allowed.host
