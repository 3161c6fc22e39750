"""One line in the log, one count and one duration for each request; and how long it took, told to the browser."""

from time import perf_counter

import structlog
from prometheus_client import Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from medianest_common.errors import MediaNestError
from medianest_common.web.problems import problem_response

log = structlog.get_logger()

REQUESTS = Counter("medianest_http_requests_total", "Requests answered", ["method", "route", "status"])
SECONDS = Histogram(
    "medianest_http_seconds",
    "Time to the answer",
    ["method", "route"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})
_NO_STORE = (b"cache-control", b"private, no-store")
_VARY = (b"vary", b"Cookie, Authorization")


class InternalError(MediaNestError):
    code = "INTERNAL"


class Observing:
    """Labels are route patterns, so that no visitor can make series; what nothing else caught becomes a 500 here."""

    def __init__(self, app: ASGIApp, *, quiet: tuple[str, ...]) -> None:
        self._app = app
        self._quiet = quiet

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = perf_counter()
        status = 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = message.setdefault("headers", [])
                names = {name for name, _ in headers}
                if b"cache-control" not in names:
                    headers.append(_NO_STORE)
                headers.append(_VARY)
                headers.append((b"server-timing", b"total;dur=%.1f" % ((perf_counter() - started) * 1000)))
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except Exception:
            log.exception("request_crashed", method=scope["method"], route=_route(scope))
            if status:
                raise
            error = InternalError("Something went wrong on our side.")
            await problem_response(error, path=scope["path"])(scope, receive, sending)
        finally:
            self._note(scope, status, perf_counter() - started)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        method = scope["method"] if scope["method"] in _METHODS else "OTHER"
        route = _route(scope)
        REQUESTS.labels(method, route, str(status)).inc()
        SECONDS.labels(method, route).observe(seconds)
        if not scope["path"].startswith(self._quiet):
            log.info("request", method=method, route=route, status=status, ms=round(seconds * 1000, 1))


def _route(scope: Scope) -> str:
    route = scope.get("route")
    return getattr(route, "path", "") or "unmatched"
