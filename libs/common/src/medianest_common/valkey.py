"""Reaching Valkey, or knowing quickly that it cannot be reached."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable

from redis.asyncio import BlockingConnectionPool, Connection, Redis, UnixDomainSocketConnection
from redis.asyncio.connection import AbstractConnection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as NotConnected
from redis.exceptions import RedisError

from medianest_common import tracing
from medianest_common.clock import Clock
from medianest_common.errors import Unavailable
from medianest_common.http import breakers
from medianest_common.http.breaker import CircuitBreaker


class _Plain(AbstractConnection):
    """A connection that was reset while nobody used it fails as one, and not with what the event loop says then."""

    async def _send_packed_command(self, command: Iterable[bytes]) -> None:
        try:
            await super()._send_packed_command(command)
        except (AttributeError, RuntimeError) as stumble:
            # The former is asyncio's (`StreamWriter.writelines`, CPython 3.13), the latter uvloop's.
            raise NotConnected("The connection is gone.") from stumble


class _Connection(_Plain, Connection):
    pass


class _SocketConnection(_Plain, UnixDomainSocketConnection):
    pass


_AT_ONCE = 24
_TO_VALKEY: tracing.Attributes = {"db.system.name": "valkey"}
"""Keys name people now and then, so a span says no more than that it was asked."""


class Away(Exception):
    """Valkey did not answer, or is being left alone."""


def open_valkey(url: str, *, timeout: float = 0.25, max_connections: int = 32) -> Redis:
    """A client that gives up quickly and leaves trying again to whoever uses it."""
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=max_connections,
        timeout=timeout,
        socket_timeout=timeout,
        socket_connect_timeout=timeout,
        retry=Retry(NoBackoff(), 0),
    )
    pool.connection_class = _SocketConnection if url.startswith("unix:") else _Connection
    return Redis(connection_pool=pool)


class Reach:
    """Bounds every call by `timeout` seconds. After a failure Valkey is left alone for `pause` seconds and then tried
    by one call only, so that a hanging server costs one wait a second and not one for each call.

    Of a crowd some are asked for at a time, and waiting for one's turn is not held against Valkey.
    """

    def __init__(self, *, clock: Clock, timeout: float = 0.25, pause: float = 1.0) -> None:
        self._timeout = timeout
        self._breaker = CircuitBreaker("valkey", clock=clock, threshold=1, reset_after=pause)
        self._places = asyncio.Semaphore(_AT_ONCE)
        # One slow answer opens it for a moment, which is not worth telling of.
        breakers.join(self._breaker, is_told=False)

    async def ask[T](self, ask: Callable[[], Awaitable[T]]) -> T:
        """What Valkey answers, or `Away`."""
        async with self._places:
            return await self._ask(ask)

    async def _ask[T](self, ask: Callable[[], Awaitable[T]]) -> T:
        try:
            permit = self._breaker.admit()
        except Unavailable:
            raise Away from None
        answered: bool | None = None
        try:
            with tracing.step("valkey", "client", _TO_VALKEY):
                async with asyncio.timeout(self._timeout):
                    answer = await ask()
            answered = True
            return answer
        except (RedisError, OSError, TimeoutError):
            answered = False
            raise Away from None
        finally:
            if answered is None:
                self._breaker.abandoned(permit)
            elif answered:
                self._breaker.succeeded(permit)
            else:
                self._breaker.failed(permit)
