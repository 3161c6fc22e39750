"""A system with an interface of its own that is asked for its health over HTTP."""

import sys
from collections.abc import Callable, Mapping
from typing import Any

from medianest_common.clock import Clock
from medianest_common.contracts.health import MonitorState
from medianest_common.errors import BadUpstream, MediaNestError, TooManyRequests
from medianest_common.http import (
    AddressPolicy,
    AddressRefused,
    CertificateRefused,
    CircuitBreaker,
    OutgoingClient,
    RedirectedAway,
    Response,
    Retry,
    Timeouts,
    UpstreamRefused,
)
from medianest_health.adapters.probe import Finding, OwnTrouble

ALIVE_SHARE = 0.4
"""Of the time for a check: for whether it is there at all."""
KEY_SHARE = 0.3
ASKED_SHARE = 0.2
"""For each of what is asked about then, at once with the others."""
_MOST_BYTES = 2 * 1024 * 1024


class HttpSystem:
    """Without retries and breaker: failing is what is looked for."""

    def __init__(
        self,
        name: str,
        url: str,
        *,
        seconds: float,
        clock: Clock,
        own_trouble: OwnTrouble,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Raises `AddressRefused` for an address that is none, or that nobody may ask."""
        self.name = name
        self._url = url
        self._clock = clock
        self._own_trouble = own_trouble
        self._seconds = seconds
        part = seconds * ALIVE_SHARE
        self._client = OutgoingClient(
            name,
            url,
            policy=AddressPolicy.MONITOR,
            headers={"Accept": "application/json", **(headers or {})},
            timeouts=Timeouts(connect=part, read=part, pool=part, total=part),
            retry=Retry(attempts=1),
            concurrency=4,
            breaker=CircuitBreaker(name, clock=clock, threshold=sys.maxsize),
            clock=clock,
        )

    @property
    def origin(self) -> str:
        base = self._client.base_url
        return f"{base.scheme}://{base.netloc.decode()}"

    async def aclose(self) -> None:
        await self._client.aclose()

    async def alive(
        self,
        path: str,
        *,
        recognise: Callable[[Response], bool],
        params: Mapping[str, str] | None = None,
        refused: str = "",
        missing: Finding | None = None,
    ) -> Finding:
        """Up if it answers as itself. `refused` says what it means that it lets nobody look; `missing` is found of one
        that does not know the path."""
        says_no = Finding(
            MonitorState.AUTH, message=refused or f"{self.name} wants a sign-in for its public status."
        )
        return await self._look(path, recognise=recognise, refused=says_no, params=params, missing=missing)

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
        if wrong := unusable(values, key=key):
            return Finding(MonitorState.AUTH, message=wrong)
        refused = Finding(MonitorState.AUTH, message=f"{self.name} does not accept {key}.")
        return await self._look(path, recognise=recognise, refused=refused, headers=headers, params=params)

    async def with_key(
        self,
        alive: Finding,
        path: str,
        *,
        key: str,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        recognise: Callable[[Response], bool] | None = None,
    ) -> Finding:
        """`alive`, or what is wrong with the key, which `key` names, or with what it opens."""
        answer = await self.opened(alive, path, key=key, headers=headers, params=params)
        if isinstance(answer, Finding):
            return answer
        if recognise and not answers_as(answer, recognise):
            return self.strange(alive.latency_ms)
        return alive

    async def opened(
        self,
        alive: Finding,
        path: str,
        *,
        key: str,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
    ) -> Response | Finding:
        """What the key opens, or what `with_key` would find."""
        if alive.outcome is not MonitorState.UP:
            return alive
        if wrong := unusable([*(headers or {}).values(), *(params or {}).values()], key=key):
            return Finding(MonitorState.AUTH, alive.latency_ms, wrong)
        try:
            answer = await self._client.request(
                "GET",
                path,
                headers=headers or {},
                params=params or {},
                timeout=self._seconds * KEY_SHARE,
            )
        except UpstreamRefused as refused:
            if refused.upstream_status in (401, 403):
                return self.not_accepted(key, alive.latency_ms)
            if refused.upstream_status == 404:
                return self.strange(alive.latency_ms)
            return Finding(MonitorState.DEGRADED, alive.latency_ms, refused.detail)
        except RedirectedAway:
            return Finding(MonitorState.AUTH, alive.latency_ms, self._redirected())
        except MediaNestError as error:
            return Finding(MonitorState.DEGRADED, alive.latency_ms, error.detail or error.title)
        if answer.content_type == "text/html":
            return Finding(MonitorState.AUTH, alive.latency_ms, self._web_page())
        return answer

    def not_accepted(self, key: str, latency_ms: float | None) -> Finding:
        return Finding(MonitorState.AUTH, latency_ms, f"{self.name} does not accept {key}.")

    def strange(self, latency_ms: float | None) -> Finding:
        return Finding(MonitorState.DOWN, latency_ms, f"What answers does not look like {self.name}.")

    async def ask(
        self,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
    ) -> Any:
        """The JSON of an answer that is looked into. Raises `MediaNestError`."""
        return await self._client.get_json(
            path,
            headers=headers or {},
            params=params or {},
            max_bytes=_MOST_BYTES,
            timeout=self._seconds * ASKED_SHARE,
        )

    async def send(
        self,
        method: str,
        path: str,
        *,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """The answer as it is. Raises `MediaNestError`, of which `UpstreamRefused` is an answer too."""
        return await self._client.request(
            method, path, form=form, headers=headers or {}, max_bytes=_MOST_BYTES
        )

    async def failed(self, error: MediaNestError) -> Finding:
        """What it means that there was no usable answer."""
        if isinstance(error, TooManyRequests):
            return Finding(MonitorState.DEGRADED, message=f"{self.name} asks us to slow down.")
        if isinstance(error, RedirectedAway):
            return Finding(MonitorState.AUTH, message=self._redirected())
        silent = not isinstance(error, BadUpstream | CertificateRefused | AddressRefused)
        if silent and (trouble := await self._own_trouble(self._url)):
            return Finding(MonitorState.UNKNOWN, message=trouble)
        return Finding(MonitorState.DOWN, message=error.detail or error.title)

    async def _look(
        self,
        path: str,
        *,
        recognise: Callable[[Response], bool],
        refused: Finding,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        missing: Finding | None = None,
    ) -> Finding:
        started = self._clock.monotonic()
        try:
            answer = await self._client.request("GET", path, headers=headers or {}, params=params or {})
        except UpstreamRefused as error:
            if missing and error.upstream_status == 404:
                return missing
            return refused if error.upstream_status in (401, 403) else await self.failed(error)
        except MediaNestError as error:
            return await self.failed(error)
        latency = round((self._clock.monotonic() - started) * 1000, 2)
        if answer.content_type == "text/html":
            return Finding(MonitorState.AUTH, latency, self._web_page())
        if not answers_as(answer, recognise):
            return self.strange(latency)
        return Finding(MonitorState.UP, latency)

    def _web_page(self) -> str:
        return f"{self.name} answers with a web page: a login page in front of it, or a wrong address."

    def _redirected(self) -> str:
        return f"{self.name} redirects to another address: a login page in front of it, or a wrong address."


def unusable(secrets: list[str], *, key: str) -> str | None:
    """Why these cannot be sent, in words that name the setting only."""
    called = key[:1].upper() + key[1:]
    if not all(secrets):
        return f"{called} is not set."
    if not all(value.isascii() and value.isprintable() for value in secrets):
        return f"{called} holds characters that no key has."
    return None


def answers_as(answer: Response, recognise: Callable[[Response], bool]) -> bool:
    try:
        return recognise(answer)
    except (MediaNestError, ValueError, LookupError, TypeError, AttributeError):
        return False
