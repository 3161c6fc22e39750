"""The HTTP session that python-socketio speaks through: it dials what the guard allows, follows no redirect, and reads
no more than it should."""

import asyncio
from types import SimpleNamespace

import aiohttp

from medianest_common.addresses import AddressPolicy
from medianest_common.http import public_authorities
from medianest_health.adapters.resolver import GuardedResolver

MOST_BYTES = 16 * 1024 * 1024
"""Of one message: some three kilobytes for each monitor in the longest."""


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
    trace = aiohttp.TraceConfig()
    trace.on_request_redirect.append(_refuse_redirect)
    connector = aiohttp.TCPConnector(
        resolver=GuardedResolver(policy), use_dns_cache=False, ssl=public_authorities(), limit=4
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
