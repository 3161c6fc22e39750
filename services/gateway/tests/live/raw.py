"""A client that speaks just enough of the protocol to misbehave in the middle of it."""

import asyncio
import base64
import json
import os
import socket
import struct
from dataclasses import dataclass

from medianest_common.contracts.identity import Caller
from medianest_common.contracts.live import SUBPROTOCOL
from services.gateway.tests.live.node import ORIGIN, Node

_RST_ON_CLOSE = struct.pack("ii", 1, 0)


@dataclass
class RawClient:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @classmethod
    async def signed_in(cls, here: Node, person: Caller) -> "RawClient":
        """Returns once it is welcome; reads nothing more by itself."""
        quiet = socket.socket()
        quiet.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        quiet.settimeout(0)
        await asyncio.get_running_loop().sock_connect(quiet, ("127.0.0.1", here.port))
        reader, writer = await asyncio.open_connection(sock=quiet, limit=4096)
        head = [
            "GET /api/v1/ws HTTP/1.1",
            "Host: localhost",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
            "Sec-WebSocket-Version: 13",
            f"Sec-WebSocket-Protocol: {SUBPROTOCOL}",
            f"Origin: {ORIGIN}",
        ]
        writer.write("\r\n".join([*head, "", ""]).encode())
        await reader.readuntil(b"\r\n\r\n")
        client = cls(reader, writer)
        client.say({"t": "auth", "ticket": await here.tickets.issue(person)})
        await reader.readuntil(b'"auth_ok"')
        return client

    def say(self, message: dict[str, object]) -> None:
        body, mask = json.dumps(message).encode(), os.urandom(4)
        assert len(body) < 65_536
        length = bytes([0x80 | len(body)]) if len(body) < 126 else b"\xfe" + struct.pack("!H", len(body))
        masked = bytes(byte ^ mask[i % 4] for i, byte in enumerate(body))
        self.writer.write(b"\x81" + length + mask + masked)

    def vanish(self) -> None:
        """As when the machine loses its power: the other side hears of it only when it sends."""
        connection = self.writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RST_ON_CLOSE)
        self.writer.transport.abort()
