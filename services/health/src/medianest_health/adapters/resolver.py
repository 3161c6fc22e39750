"""Names of hosts for aiohttp, which then dials what the guard allows."""

import socket

from aiohttp.abc import AbstractResolver, ResolveResult

from medianest_common.addresses import AddressPolicy
from medianest_common.http.guard import resolve


class GuardedResolver(AbstractResolver):
    """Is not asked about addresses written as numbers: they have to be checked before."""

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
