"""A pretend outside system with one path for each way to answer."""

import asyncio
import gzip
import zlib
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from medianest_common.testing.http_server import serve


class Upstream:
    """`script` holds the statuses that /scripted answers before it answers 200."""

    def __init__(self) -> None:
        self.url = ""
        self.hits: Counter[str] = Counter()
        self.script: list[tuple[int, dict[str, str]]] = []
        self.hanging = asyncio.Event()
        self.released = asyncio.Event()
        self.last: Request | None = None
        self.app = Starlette(
            routes=[Route("/{path:path}", self._answer, methods=["GET", "POST", "PUT", "DELETE"])]
        )

    async def _answer(self, request: Request) -> Response:
        self.hits[request.url.path] += 1
        self.last = request
        name = request.path_params["path"].partition("/")[0]
        answer: Callable[[Request], Awaitable[Response]] = getattr(
            self, f"_{name.replace('-', '_')}", self._missing
        )
        return await answer(request)

    async def _json(self, request: Request) -> Response:
        return JSONResponse({"query": dict(request.query_params), "host": request.headers["host"]})

    async def _echo(self, request: Request) -> Response:
        return JSONResponse(
            {"body": (await request.body()).decode(), "type": request.headers.get("content-type")}
        )

    async def _scripted(self, _: Request) -> Response:
        if self.script:
            status, headers = self.script.pop(0)
            return PlainTextResponse("no", status_code=status, headers=headers)
        return JSONResponse({"ok": True})

    async def _html(self, _: Request) -> Response:
        return Response("<html>Bad gateway</html>", media_type="text/html")

    async def _broken(self, _: Request) -> Response:
        return Response('{"a": ', media_type="application/json")

    async def _nan(self, _: Request) -> Response:
        return Response('{"a": NaN}', media_type="application/json")

    async def _empty(self, _: Request) -> Response:
        return Response(status_code=204)

    async def _refused(self, request: Request) -> Response:
        return JSONResponse({"message": "no"}, status_code=int(request.url.path.rpartition("/")[2]))

    async def _hang(self, _: Request) -> Response:
        self.hanging.set()
        await self.released.wait()
        return Response()

    async def _big(self, _: Request) -> Response:
        async def parts() -> AsyncIterator[bytes]:
            for _ in range(1000):
                yield b"x" * 10_000

        return StreamingResponse(parts())

    async def _bomb(self, request: Request) -> Response:
        packed = gzip.compress(b"\0" * 50_000_000)
        return Response(packed, headers={"content-encoding": request.query_params.get("as", "gzip")})

    async def _packed(self, request: Request) -> Response:
        coding = request.query_params["as"]
        pack = gzip.compress if coding == "gzip" else zlib.compress
        return Response(
            pack(b'{"ok": true}'), media_type="application/json", headers={"content-encoding": coding}
        )

    async def _redirect(self, request: Request) -> Response:
        return RedirectResponse(request.query_params["to"], status_code=302)

    async def _loop(self, _: Request) -> Response:
        return RedirectResponse("/loop", status_code=307)

    async def _damaged(self, _: Request) -> Response:
        return Response(b"not gzip", headers={"content-encoding": "gzip"})

    async def _cookie(self, request: Request) -> Response:
        answer = JSONResponse({"cookies": request.headers.get("cookie")})
        answer.set_cookie("session", "someone's")
        return answer

    async def _missing(self, _: Request) -> Response:
        return PlainTextResponse("missing", status_code=404)


@asynccontextmanager
async def upstream() -> AsyncIterator[Upstream]:
    system = Upstream()
    async with serve(system.app) as url:
        system.url = url
        try:
            yield system
        finally:
            system.released.set()
