"""One line and one set of figures for each request, whatever became of it."""

import logging
from typing import Any

import structlog
from prometheus_client import Counter, Gauge
from starlette.types import ASGIApp, Receive, Scope, Send

from medianest_common.clock import Clock
from medianest_common.counting import Counters, Durations, Number, Times
from medianest_common.frequent_lines import frequent_lines
from medianest_common.reporting import service_name
from medianest_common.request_lines import RequestLine
from medianest_common.web.categories import SEVERITY, Severity, category_of
from medianest_common.web.exchange import Exchange, exchange_of

log = structlog.get_logger()

SECONDS = Durations(
    "medianest_http_seconds",
    "Time to the end of the answer, by route pattern.",
    ["method", "route"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
REQUESTS = Counters(
    "medianest_http_requests_total", "Answers, by route pattern and status.", ["method", "route", "status"]
)
FAILURES = Counter(
    "medianest_http_failures_total",
    "Answers of 400 and more, by whose business they are.",
    ["category", "severity", "route"],
)
IN_FLIGHT = Gauge("medianest_http_in_flight", "Requests being worked on.")
_in_flight: set[Exchange] = set()
IN_FLIGHT.set_function(lambda: len(_in_flight))

UNMATCHED = "unmatched"
_LEVELS = {Severity.INFO: logging.INFO, Severity.WARNING: logging.WARNING, Severity.ERROR: logging.ERROR}
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_LONGEST_PATH = 200


class Observing:
    """Stands outside all that can refuse, so that refusals are counted too. Labels come from our own routes only, so
    their number is bounded. Neither line nor label holds a query, and a path only where no route has taken it."""

    def __init__(self, app: ASGIApp, *, clock: Clock) -> None:
        self._app = app
        self._clock = clock
        self._known: dict[tuple[str, str, int], tuple[Times, Number]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        exchange = exchange_of(scope)
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        def say_time() -> None:
            elapsed = (self._clock.monotonic() - exchange.started_at) * 1000
            exchange.response_headers.append((b"server-timing", b"total;dur=%.1f" % elapsed))

        exchange.on_start = say_time
        _in_flight.add(exchange)
        try:
            await self._app(scope, receive, send)
        finally:
            _in_flight.discard(exchange)
            exchange.on_start = None
            self._observe(exchange)

    def _observe(self, exchange: Exchange) -> None:
        elapsed = self._clock.monotonic() - exchange.started_at
        method = exchange.method if exchange.method in _METHODS else "other"
        route = exchange.route or UNMATCHED
        status = exchange.status
        self._figures(method, route, status, elapsed)
        if exchange.rules.is_quiet and status < 400:
            return
        line = RequestLine(
            method=method,
            route=exchange.route or (UNMATCHED if exchange.rules.secret_path else None),
            path=exchange.path[:_LONGEST_PATH],
            status=status,
            ms=round(elapsed * 1000, 1),
            bytes=exchange.bytes_out,
            client=exchange.client_ip,
            user=exchange.principal.caller.user_id.hex if exchange.principal else None,
            correlation_id=exchange.correlation_id,
            service=service_name.get(),
            timestamp=self._clock.now().isoformat().replace("+00:00", "Z"),
        )
        # Without a status nothing was answered: somebody went away, or we are being stopped.
        if status < 400 and frequent_lines.is_open:
            frequent_lines.write(line)
        else:
            self._log(line, self._failure(exchange, route) if status >= 400 else {})

    def _log(self, line: RequestLine, failure: dict[str, Any]) -> None:
        log.log(
            _LEVELS[failure.get("severity", Severity.INFO)],
            "request",
            method=line.method,
            route=line.route or line.path,
            status=line.status,
            ms=line.ms,
            bytes=line.bytes,
            client=line.client,
            user=line.user,
            **failure,
        )

    def _failure(self, exchange: Exchange, route: str) -> dict[str, Any]:
        category = exchange.category or category_of(exchange.status)
        severity = SEVERITY[category]
        FAILURES.labels(category, severity, route).inc()
        return {"error_code": exchange.code, "category": category, "severity": severity}

    def _figures(self, method: str, route: str, status: int, elapsed: float) -> None:
        known = self._known.get((method, route, status))
        if known is None:
            known = SECONDS.labels(method, route), REQUESTS.labels(method, route, status)
            self._known[method, route, status] = known
        seconds, requests = known
        seconds.add(elapsed)
        requests.value += 1
