"""Reading and writing ASGI headers without making objects of them."""

from collections.abc import Callable, Iterable

from starlette.types import Message, Scope, Send

type Header = tuple[bytes, bytes]


def header(scope: Scope, name: bytes) -> str | None:
    """The first header of that name, which must be in lower case."""
    for key, value in scope["headers"]:
        if key == name:
            return bytes(value).decode("latin-1")
    return None


def headers_named(scope: Scope, name: bytes) -> list[str]:
    return [bytes(value).decode("latin-1") for key, value in scope["headers"] if key == name]


def adding(send: Send, extra: Callable[[Message], Iterable[Header]]) -> Send:
    """A `send` that adds headers to the start of the response; one that is there already is left as it is."""

    async def sending(message: Message) -> None:
        if message["type"] in ("http.response.start", "websocket.accept"):
            present = {key.lower() for key, _ in message.get("headers", ())}
            new = [item for item in extra(message) if item[0] not in present or item[0] == b"set-cookie"]
            message["headers"] = [*message.get("headers", ()), *new]
        await send(message)

    return sending
