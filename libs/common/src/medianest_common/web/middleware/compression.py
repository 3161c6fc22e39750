"""br, zstd or gzip above 1 kB; never for answers with secrets in them, whose length would tell about them (BREACH)."""

from starlette.types import ASGIApp, Receive, Scope, Send
from starlette_compress import CompressMiddleware

_SMALLEST = 1000


class Compression:
    def __init__(self, app: ASGIApp, *, never: tuple[str, ...]) -> None:
        self._app = app
        self._compressing = CompressMiddleware(app, minimum_size=_SMALLEST)
        self._never = never

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(self._never):
            await self._app(scope, receive, send)
            return
        await self._compressing(scope, receive, send)
