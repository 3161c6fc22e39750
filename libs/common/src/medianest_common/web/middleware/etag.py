"""A reader who has the present answer already is told so in a few bytes."""

from hashlib import blake2b

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from medianest_common.web.middleware.headers import header

_LARGEST = 1 << 20
_KEPT_ON_304 = frozenset(
    {
        b"cache-control",
        b"vary",
        b"etag",
        b"x-correlation-id",
        b"server-timing",
        b"ratelimit",
        b"ratelimit-policy",
    }
)


class ETag:
    """Strong, over the bytes before compression; only for whole answers to GET that succeeded."""

    def __init__(self, app: ASGIApp, *, untouched: tuple[str, ...]) -> None:
        self._app = app
        self._untouched = untouched

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET" or scope["path"].startswith(self._untouched):
            await self._app(scope, receive, send)
            return
        wanted = header(scope, b"if-none-match")
        start: Message | None = None

        async def sending(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and message["status"] == 200:
                start = message
                return
            if start is None:
                await send(message)
                return
            head, start = start, None
            body = message.get("body", b"")
            if message.get("more_body") or not body or len(body) > _LARGEST:
                await send(head)
                await send(message)
                return
            tag = f'"{blake2b(body, digest_size=12).hexdigest()}"'
            head["headers"] = [*head["headers"], (b"etag", tag.encode())]
            if wanted and tag in (part.strip().removeprefix("W/") for part in wanted.split(",")):
                kept = [item for item in head["headers"] if item[0] in _KEPT_ON_304]
                await send({"type": "http.response.start", "status": 304, "headers": kept})
                await send({"type": "http.response.body", "body": b""})
                return
            await send(head)
            await send(message)

        await self._app(scope, receive, sending)
