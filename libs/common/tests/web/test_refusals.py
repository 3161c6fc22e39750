"""Whichever layer refuses a request, the answer is one: a problem with the id of the request, and the headers that
every answer has. A layer that is new fails here until somebody has said how it refuses."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from structlog.testing import capture_logs

from libs.common.tests.web.portal import API, MakePortal
from medianest_common.clock import ManualClock
from medianest_common.contracts.identity import Scope
from medianest_common.security.redaction import redact
from medianest_common.web.middleware.authentication import Authentication
from medianest_common.web.middleware.bodies import JsonBodies
from medianest_common.web.middleware.client_address import ClientAddress
from medianest_common.web.middleware.compression import Compression
from medianest_common.web.middleware.correlation import Correlation
from medianest_common.web.middleware.cors import Cors
from medianest_common.web.middleware.csrf import Csrf
from medianest_common.web.middleware.etag import ETag
from medianest_common.web.middleware.failures import Failures
from medianest_common.web.middleware.hosts import Hosts
from medianest_common.web.middleware.limits import Limits
from medianest_common.web.middleware.observing import Observing
from medianest_common.web.middleware.rate_limit import RateLimit
from medianest_common.web.middleware.scopes import TokenScopes
from medianest_common.web.middleware.security_headers import SecurityHeaders

ID = "the-id-of-this-request"
REFUSE_NOTHING = {Correlation, Observing, SecurityHeaders, ClientAddress, Compression, ETag}
ROUTES = "routes"


@dataclass(frozen=True)
class Refusal:
    status: int
    code: str
    method: str = "GET"
    path: str = f"{API}/narrow"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    times: int = 1
    """How often it is asked, of which the last time counts."""


JSON = {"Content-Type": "application/json"}
WRONG = {"Authorization": "Bearer wrong"}
PERSON = {"Authorization": "Bearer person"}
PREFLIGHT = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
REFUSALS: dict[Any, list[Refusal]] = {
    Cors: [Refusal(403, "ORIGIN_REFUSED", "OPTIONS", headers=PREFLIGHT)],
    Hosts: [Refusal(421, "HOST_REFUSED", headers={"Host": "evil.example"})],
    Limits: [
        Refusal(414, "URI_TOO_LONG", path=f"{API}/narrow?{'x' * 9000}"),
        Refusal(431, "HEADERS_TOO_LARGE", headers={"X-Long": "x" * 17_000}),
        Refusal(413, "PAYLOAD_TOO_LARGE", "POST", f"{API}/films", JSON, b" " * (1 << 20) + b"{}"),
        Refusal(415, "UNSUPPORTED_MEDIA_TYPE", "POST", f"{API}/films", {"Content-Encoding": "gzip"}, b"{}"),
        Refusal(422, "INVALID", path=f"{API}/narrow?x=%00"),
        Refusal(400, "BAD_REQUEST", path=f"{API}/narrow?x=%ff"),
        Refusal(504, "REQUEST_TIMED_OUT", path=f"{API}/sleeping"),
    ],
    Authentication: [
        Refusal(401, "UNAUTHENTICATED", headers=WRONG),
        Refusal(401, "BAD_SCHEME", headers={"Authorization": "Digest x"}),
        Refusal(429, "TOO_MANY_REQUESTS", headers=WRONG, times=40),
    ],
    RateLimit: [
        Refusal(429, "TOO_MANY_REQUESTS", headers=PERSON, times=41),
        Refusal(429, "TOO_MANY_REQUESTS", headers={"Authorization": "Bearer busy"}, times=4),
    ],
    TokenScopes: [Refusal(403, "FORBIDDEN", headers={"Authorization": "Bearer token"})],
    Csrf: [
        Refusal(403, "CSRF_MISSING", "POST", f"{API}/films", {"Cookie": "mn_at=person"}),
        Refusal(403, "ORIGIN_REFUSED", "POST", f"{API}/auth/login", {"Origin": "https://evil.example"}),
    ],
    JsonBodies: [
        Refusal(415, "UNSUPPORTED_MEDIA_TYPE", "POST", f"{API}/films", {"Content-Type": "text/plain"}, b"{}"),
        Refusal(400, "MALFORMED_JSON", "POST", f"{API}/films", JSON, b"{"),
    ],
    ROUTES: [
        Refusal(404, "ROUTE_NOT_FOUND", path=f"{API}/nowhere"),
        Refusal(405, "METHOD_NOT_ALLOWED", "DELETE"),
        Refusal(401, "UNAUTHENTICATED", path=f"{API}/me"),
        Refusal(422, "INVALID", "POST", f"{API}/films", JSON, b"{}"),
    ],
    Failures: [Refusal(500, "INTERNAL", path=f"{API}/broken")],
}
CASES = [
    pytest.param(refusal, id=f"{getattr(layer, '__name__', layer)}-{refusal.status}-{number}")
    for layer, refusals in REFUSALS.items()
    for number, refusal in enumerate(refusals)
]


def test_every_layer_stands_in_the_table(make: MakePortal) -> None:
    layers = {layer.cls for layer in make().app.user_middleware}
    assert layers == REFUSE_NOTHING | (set(REFUSALS) - {ROUTES})


@pytest.mark.parametrize("refusal", CASES)
async def test_a_refusal_carries_the_id_and_what_every_answer_carries(
    make: MakePortal, refusal: Refusal
) -> None:
    # The clock stands still, so that no window of a limit ends on the way.
    portal = make(
        clock=ManualClock(), exceptions={f"{API}/sleeping": {"timeout": 0.05}}, per_token="3/minute"
    )
    portal.sign_in("person")
    for name in ("token", "busy"):
        caller = portal.sign_in(name)
        portal.tokens[name] = caller.model_copy(update={"scopes": frozenset([Scope.READ])})
    with capture_logs() as logs:
        async with portal.client(headers={"X-Correlation-ID": ID}) as client:
            for _ in range(refusal.times):
                answer = await client.request(
                    refusal.method, refusal.path, headers=refusal.headers, content=refusal.body
                )
    assert (answer.status_code, answer.json()["code"]) == (refusal.status, refusal.code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-correlation-id"] == answer.json()["correlationId"] == ID
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["server-timing"].startswith("total;dur=")
    lines = [line for line in logs if line["event"] == "request"]
    assert len(lines) == refusal.times
    assert redact(lines[-1])["error_code"] == refusal.code, "as it is written"


async def test_a_socket_that_is_refused_carries_the_id_as_well(make: MakePortal) -> None:
    said: list[Any] = []

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        said.append(message)

    scope = {
        "type": "websocket",
        "path": f"{API}/ws",
        "query_string": b"",
        "headers": [(b"host", b"evil.example"), (b"x-correlation-id", ID.encode())],
        "client": ("192.0.2.7", 5000),
        "extensions": {"websocket.http.response": {}},
    }
    await make().app(scope, receive, send)
    start, body = said
    assert start["type"] == "websocket.http.response.start" and start["status"] == 421
    assert dict(start["headers"])[b"x-correlation-id"] == ID.encode()
    assert ID.encode() in body["body"]
