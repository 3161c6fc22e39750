"""The HTTP session that python-socketio speaks through: it dials what the guard allows, follows no redirect, and reads
no more than it should."""

import asyncio
import socket
from types import SimpleNamespace

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from medianest_common.addresses import AddressPolicy
from medianest_common.http import public_authorities
from medianest_common.http.guard import resolve

MOST_BYTES = 16 * 1024 * 1024
"""Of one message: some three kilobytes for each monitor in the longest."""


class _GuardedResolver(AbstractResolver):
    def __init__(self, policy: AddressPolicy) -> None:
        self._policy = policy

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in await resolve(host, port, policy=self._policy)
        ]

    async def close(self) -> None:
        pass


class _BoundedResponse(aiohttp.ClientResponse):
    async def read(self) -> bytes:
        if self._body is None:
            body = bytearray()
            async for part in self.content.iter_chunked(1 << 16):
                body += part
                if len(body) > MOST_BYTES:
                    self.close()
                    raise aiohttp.ClientPayloadError("too much was answered")
            self._body = bytes(body)
        return self._body


async def _refuse_redirect(
    _session: aiohttp.ClientSession, _context: SimpleNamespace, _params: aiohttp.TraceRequestRedirectParams
) -> None:
    raise aiohttp.ClientConnectionError("redirects are not followed")


def guarded_session(*, policy: AddressPolicy, seconds: float) -> aiohttp.ClientSession:
    """Addresses written as numbers are not resolved: they have to be checked before."""
    trace = aiohttp.TraceConfig()
    trace.on_request_redirect.append(_refuse_redirect)
    connector = aiohttp.TCPConnector(
        resolver=_GuardedResolver(policy), use_dns_cache=False, ssl=public_authorities(), limit=4
    )
    return aiohttp.ClientSession(
        connector=connector,
        response_class=_BoundedResponse,
        trace_configs=[trace],
        timeout=aiohttp.ClientTimeout(connect=seconds),
        headers={"User-Agent": "MediaNest"},
        trust_env=False,
    )


async def close(session: aiohttp.ClientSession, *, seconds: float) -> None:
    async with asyncio.timeout(seconds):
        await session.close()
