"""One request and its answer, read once and shared by all layers through the scope."""

from collections.abc import Callable, MutableMapping
from typing import TYPE_CHECKING, Any, cast

from starlette.types import Scope

from medianest_common.web.rules import PathRules, Rules

if TYPE_CHECKING:
    from asyncio import Timeout

    from medianest_common.errors import Unauthenticated
    from medianest_common.web.categories import Category
    from medianest_common.web.principal import Principal

type Headers = list[tuple[bytes, bytes]]

UNSAFE_METHODS = frozenset({"POST", "PUT", "PATCH", "DELETE"})

WRITTEN_AS_THEY_ARE = "medianest.written_as_they_are"
"""The name of an extension of the scope, which our server has: lines in this list are written behind the head of the
answer. Looking at each header that is the same with every answer would cost a tenth of the whole."""

_KEY = "exchange"
_VARY = b"vary"


class FixedHeaders:
    """The same with every answer."""

    __slots__ = ("block", "headers", "names")

    def __init__(self, headers: Headers) -> None:
        self.headers = headers
        self.names = frozenset(name for name, _ in headers)
        self.block = b"".join(name + b": " + value + b"\r\n" for name, value in headers)


class Exchange:
    """Layers read the request here and leave headers for the answer here; the outermost one writes them, once."""

    __slots__ = (
        "_cookies",
        "bytes_out",
        "category",
        "client_ip",
        "code",
        "correlation_id",
        "fixed_headers",
        "has_repeated_headers",
        "headers",
        "is_body_asked_for",
        "is_from_proxy",
        "is_started",
        "method",
        "on_start",
        "path",
        "principal",
        "refused",
        "response_headers",
        "route",
        "rules",
        "scope",
        "started_at",
        "status",
        "timer",
        "vary",
    )

    def __init__(self, scope: Scope, *, rules: PathRules, correlation_id: str, started_at: float) -> None:
        headers: Headers = scope["headers"]
        self.scope = scope
        self.headers = dict(headers)
        self.has_repeated_headers = len(self.headers) != len(headers)
        self.method: str = scope.get("method", "GET")
        self.path = route_path(scope)
        self.rules: Rules = rules.of(self.path)
        self.correlation_id = correlation_id
        self.started_at = started_at
        client = scope.get("client")
        self.client_ip: str = client[0] if client else ""
        self.is_from_proxy = False
        self.is_body_asked_for = False
        self.principal: Principal | None = None
        self.refused: Unauthenticated | None = None
        """Why the cookie that was shown is nobody's."""
        self.fixed_headers: FixedHeaders | None = None
        self.response_headers: Headers = []
        self.vary: list[bytes] = []
        self.status = 0
        self.bytes_out = 0
        self.code: str | None = None
        """Of the problem that is answered, and whose business it is."""
        self.category: Category | None = None
        self.is_started = False
        self.timer: Timeout | None = None
        self.on_start: Callable[[], None] | None = None
        self.route: str | None = None
        """The pattern of the route that answers, known after routing."""
        self._cookies: dict[str, str] | None = None

    @property
    def is_unsafe(self) -> bool:
        return self.method in UNSAFE_METHODS

    @property
    def has_body(self) -> bool:
        length = self.headers.get(b"content-length", b"0")
        return length != b"0" or b"transfer-encoding" in self.headers

    def all_of(self, name: bytes) -> list[bytes]:
        return [value for key, value in self.scope["headers"] if key == name]

    def listed(self, name: bytes) -> bytes | None:
        """A header that is a list, which may come in several lines."""
        if not self.has_repeated_headers:
            return self.headers.get(name)
        return b", ".join(self.all_of(name)) or None

    def header(self, name: bytes) -> str | None:
        value = self.headers.get(name)
        return None if value is None else value.decode("latin-1")

    @property
    def cookies(self) -> dict[str, str]:
        if self._cookies is None:
            self._cookies = self._parse_cookies()
        return self._cookies

    def _parse_cookies(self) -> dict[str, str]:
        if b"cookie" not in self.headers:
            return {}
        sent = self.all_of(b"cookie") if self.has_repeated_headers else [self.headers[b"cookie"]]
        cookies: dict[str, str] = {}
        for pair in b"; ".join(sent).decode("latin-1").split(";"):
            name, separator, value = pair.partition("=")
            if separator:
                # The first of two equal names comes from the longest path, and is the one that browsers mean.
                cookies.setdefault(name.strip(), value.strip().strip('"'))
        return cookies

    def starting(self, status: int, headers: Headers) -> Headers:
        """The headers of the answer as they go out: what a route says itself wins over what a layer would say."""
        self.is_started = True
        self.status = status
        if self.timer is not None:
            self.timer.reschedule(None)
        if self.on_start is not None:
            self.on_start()
        present = {name for name, _ in headers}
        said, fixed = self.response_headers, self.fixed_headers
        if fixed is not None:
            written = self.scope.get("extensions", {}).get(WRITTEN_AS_THEY_ARE)
            if written is not None and present.isdisjoint(fixed.names):
                written.append(fixed.block)
            else:
                said = fixed.headers + said
        merged = [header for header in said if header[0] not in present]
        if self.vary:
            if _VARY in present:
                self.vary.extend(value for name, value in headers if name == _VARY)
                headers = [header for header in headers if header[0] != _VARY]
            merged.append((_VARY, b", ".join(dict.fromkeys(self.vary))))
        if b"expect" in self.headers and not self.is_body_asked_for and b"connection" not in present:
            # Whoever was not told to send the body may keep it back, and then nobody knows where the next one begins.
            merged.append((b"connection", b"close"))
        return headers + merged


def exchange_of(scope: MutableMapping[str, Any]) -> Exchange:
    return cast(Exchange, scope["state"][_KEY])


def attach(scope: Scope, exchange: Exchange) -> None:
    scope.setdefault("state", {})[_KEY] = exchange


def detach(scope: Scope) -> None:
    """Each knows the other, and would have to wait for the collector to be forgotten."""
    del scope["state"][_KEY]


def route_path(scope: Scope) -> str:
    """The path below the base path, whether or not a proxy in front has cut that off already."""
    path: str = scope["path"]
    root: str = scope.get("root_path", "")
    if root and path.startswith(root) and path[len(root) : len(root) + 1] in ("", "/"):
        return path[len(root) :]
    return path
