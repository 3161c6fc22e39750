"""A client that writes bytes and reads what comes back, to say what no HTTP library would."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from libs.common.tests.web.portal import Portal

_PATIENCE = 60.0


@dataclass(frozen=True)
class Wire:
    port: int
    portal: Portal

    async def say(self, *parts: bytes, pause: float = 0.0) -> bytes:
        """All that the server answers until it closes; the request must lead to that."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        answered = bytearray()

        async def listen() -> None:
            with suppress(ConnectionError):
                while data := await reader.read(65_536):
                    answered.extend(data)

        try:
            async with asyncio.timeout(_PATIENCE):
                listening = asyncio.create_task(listen())
                with suppress(ConnectionError):
                    for part in parts:
                        writer.write(part)
                        await writer.drain()
                        await asyncio.sleep(pause)
                await listening
        finally:
            writer.close()
        return bytes(answered)


def request(
    method: str, path: str, *, headers: Iterable[str] = (), body: bytes = b"", host: str = "nest.test"
) -> bytes:
    length = [f"Content-Length: {len(body)}"] if body else []
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", "Connection: close", *length, *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def statuses(answer: bytes) -> list[int]:
    """The status of every response in what came back."""
    return [int(part[:3]) for part in answer.split(b"HTTP/1.1 ")[1:]]
