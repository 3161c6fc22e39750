"""Gotify: what an application may do, which is to send."""

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from medianest_common.contracts.base import rfc3339

from .site import Answer, Fake, recorded

TOKEN = "A4ZudDRdLT40L5X"


class FakeGotify(Fake):
    def routes(self) -> list[Route]:
        self.tokens: set[str] = {TOKEN}
        return [
            Route("/message", self._send, methods=["POST"]),
            Route("/{rest:path}", _no_such_page, methods=["GET", "POST"]),
        ]

    async def _send(self, request: Request) -> JSONResponse:
        if request.headers.get("x-gotify-key") not in self.tokens:
            needed = "you need to provide a valid access token or user credentials to access this api"
            raise _refused(401, "Unauthorized", needed)
        body = await request.json()
        if not body.get("message"):
            raise _refused(400, "Bad Request", "Field 'message' is required")
        if not isinstance(body.get("priority", 0), int) or not 0 <= body.get("priority", 0) <= 10:
            raise _refused(400, "Bad Request", "Field 'priority' is not valid")
        kept = recorded("gotify/message.json") | {"title": "MediaNest", "extras": {}, "priority": 0} | body
        kept |= {"id": 25 + len(self.received), "date": rfc3339(self.clock.now())}
        self.received.append(kept)
        return JSONResponse(kept)


async def _no_such_page(_: Request) -> JSONResponse:
    raise _refused(404, "Not Found", "page not found")


def _refused(status: int, error: str, description: str) -> Answer:
    return Answer(status, {"error": error, "errorCode": status, "errorDescription": description})
