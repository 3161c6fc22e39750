"""Whatever goes wrong further in ends here as a problem document, and what nobody expected is logged, once."""

import asyncio

import structlog
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Receive, Scope, Send

from medianest_common.errors import MediaNestError, Unavailable
from medianest_common.web.exchange import Exchange, exchange_of
from medianest_common.web.problems import problem_response

log = structlog.get_logger()

CLIENT_GONE = 499


class InternalError(MediaNestError):
    code = "INTERNAL"


class Failures:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        exchange = exchange_of(scope)
        try:
            await self._app(scope, receive, send)
        except MediaNestError as error:
            await self._answer(error, exchange, receive, send)
        except asyncio.CancelledError:
            # Nobody waits any longer for us to end in order; the server would answer that with a bare 500.
            if scope["type"] == "http":
                leaving = Unavailable("This server is stopping. Ask again in a moment.", retry_after=1)
                await self._answer(leaving, exchange, receive, send)
            raise
        except ClientDisconnect:
            exchange.status = CLIENT_GONE
        except Exception:
            log.exception("request_failed", method=exchange.method, route=exchange.route)
            failure = InternalError(
                "This is our fault and has been logged. Quote the correlation id to report it."
            )
            await self._answer(failure, exchange, receive, send)

    async def _answer(self, error: MediaNestError, exchange: Exchange, receive: Receive, send: Send) -> None:
        """An answer that has begun cannot be taken back; not completing it makes the server cut the connection."""
        if exchange.is_started:
            return
        scope = exchange.scope
        response = problem_response(error, exchange)
        if scope["type"] == "http":
            await response(scope, receive, send)
        elif "websocket.http.response" in scope.get("extensions", {}):
            await send(
                {
                    "type": "websocket.http.response.start",
                    "status": response.status_code,
                    "headers": response.raw_headers,
                }
            )
            await send({"type": "websocket.http.response.body", "body": response.body})
        else:
            await send({"type": "websocket.close", "code": 1008, "reason": error.code})
