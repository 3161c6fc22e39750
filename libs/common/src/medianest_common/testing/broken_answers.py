"""Answers that the faults of our pretend servers have in common."""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from medianest_common.testing.http_server import HttpServer


async def answer(
    send: Send, status: int, content_type: bytes, body: bytes, *, retry_after: float | None = None
) -> None:
    headers = [(b"content-type", content_type), (b"content-length", str(len(body)).encode())]
    if retry_after is not None:
        headers.append((b"retry-after", f"{retry_after:g}".encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def half_answer(app: ASGIApp, http: HttpServer, scope: Scope, receive: Receive, send: Send) -> None:
    """The work is done, and the connection cut in the middle of telling so."""

    async def half(message: Message) -> None:
        if message["type"] != "http.response.body":
            await send(message)
            return
        body = message.get("body", b"")
        await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
        await asyncio.sleep(0)
        http.drop(scope["client"])

    await app(scope, receive, half)
