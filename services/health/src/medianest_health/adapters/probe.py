"""What every probe has in common: it never raises, and tells "no" from "nobody there" from "we cannot tell"."""

import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from medianest_common.clock import Clock
from medianest_common.contracts.health import MonitorState
from medianest_common.errors import Invalid, MediaNestError, TooManyRequests
from medianest_common.http import (
    AddressPolicy,
    CircuitBreaker,
    OutgoingClient,
    Response,
    Retry,
    Timeouts,
    UpstreamRefused,
)

type OwnTrouble = Callable[[str], Awaitable[str | None]]
"""What keeps this machine from reaching an address, if anything does."""


@dataclass(frozen=True, slots=True)
class Finding:
    """`outcome` is one of up, degraded, auth, down and unknown."""

    outcome: MonitorState
    latency_ms: float | None = None
    message: str | None = None


class Probe(Protocol):
    async def __call__(self) -> Finding: ...


class HttpSystem:
    """A system that is asked for its health over HTTP, without retries and breaker: failing is what is looked for."""

    def __init__(self, name: str, url: str, *, seconds: float, clock: Clock, own_trouble: OwnTrouble) -> None:
        self.name = name
        self._url = url
        self._clock = clock
        self._own_trouble = own_trouble
        part = seconds * 0.4
        self._client = OutgoingClient(
            name,
            url,
            policy=AddressPolicy.OPERATOR,
            headers={"Accept": "application/json"},
            timeouts=Timeouts(connect=part, read=part, pool=part, total=part),
            retry=Retry(attempts=1),
            concurrency=2,
            breaker=CircuitBreaker(name, clock=clock, threshold=sys.maxsize),
            clock=clock,
        )

    async def aclose(self) -> None:
        await self._client.aclose()

    async def alive(self, path: str, *, recognise: Callable[[Response], bool]) -> Finding:
        """Up if it answers as itself."""
        refused = Finding(MonitorState.AUTH, message=f"{self.name} wants a sign-in for its public status.")
        return await self._look(path, recognise=recognise, refused=refused)

    async def _look(
        self,
        path: str,
        *,
        recognise: Callable[[Response], bool],
        refused: Finding,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
    ) -> Finding:
        started = self._clock.monotonic()
        try:
            answer = await self._client.request("GET", path, headers=headers or {}, params=params or {})
        except UpstreamRefused as error:
            return refused if error.upstream_status in (401, 403) else await self._failed(error)
        except MediaNestError as error:
            return await self._failed(error)
        latency = round((self._clock.monotonic() - started) * 1000, 2)
        if answer.content_type == "text/html":
            page = f"{self.name} answers with a web page: a login page in front of it, or a wrong address."
            return Finding(MonitorState.AUTH, latency, page)
        if not _is(answer, recognise):
            return Finding(MonitorState.DOWN, latency, f"What answers does not look like {self.name}.")
        return Finding(MonitorState.UP, latency)

    async def keyed(
        self,
        path: str,
        *,
        recognise: Callable[[Response], bool],
        key: str,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
    ) -> Finding:
        """Of a system that answers nobody without a key, which is named `key`: up if it answers as itself."""
        values = [*(headers or {}).values(), *(params or {}).values()]
        if not all(values):
            return Finding(MonitorState.AUTH, message=f"{key} is not set.")
        if not all(value.isascii() and value.isprintable() for value in values):
            return Finding(MonitorState.AUTH, message=f"{key} holds characters that no key has.")
        refused = Finding(MonitorState.AUTH, message=f"{self.name} does not accept {key}.")
        return await self._look(path, recognise=recognise, refused=refused, headers=headers, params=params)

    async def with_key(self, alive: Finding, path: str, *, headers: Mapping[str, str], key: str) -> Finding:
        """`alive`, or what is wrong with the key, which `key` names."""
        if alive.outcome is not MonitorState.UP:
            return alive
        if not all(headers.values()):
            return Finding(MonitorState.AUTH, alive.latency_ms, f"{key} is not set.")
        try:
            await self._client.request("GET", path, headers=headers)
        except UpstreamRefused as refused:
            if refused.upstream_status in (401, 403):
                return Finding(MonitorState.AUTH, alive.latency_ms, f"{self.name} does not accept {key}.")
            return Finding(MonitorState.DEGRADED, alive.latency_ms, refused.detail)
        except Invalid:
            return Finding(MonitorState.AUTH, alive.latency_ms, f"{key} holds characters that no key has.")
        except MediaNestError as error:
            return Finding(MonitorState.DEGRADED, alive.latency_ms, error.detail or error.title)
        return alive

    async def _failed(self, error: MediaNestError) -> Finding:
        if isinstance(error, TooManyRequests):
            return Finding(MonitorState.DEGRADED, message=f"{self.name} asks us to slow down.")
        if not isinstance(error, UpstreamRefused) and (trouble := await self._own_trouble(self._url)):
            return Finding(MonitorState.UNKNOWN, message=trouble)
        return Finding(MonitorState.DOWN, message=error.detail or error.title)


def _is(answer: Response, recognise: Callable[[Response], bool]) -> bool:
    try:
        return recognise(answer)
    except (MediaNestError, ValueError, LookupError, TypeError, AttributeError):
        return False
