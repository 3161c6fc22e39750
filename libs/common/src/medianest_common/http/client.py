"""The one way to call another system over HTTP."""

import asyncio
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, Self, TypedDict, Unpack

import httpx

from medianest_common import tracing
from medianest_common.addresses import AddressPolicy
from medianest_common.clock import Clock, SystemClock
from medianest_common.errors import BadUpstream, Invalid, MediaNestError, TimedOut
from medianest_common.http import breakers, verdict
from medianest_common.http.breaker import BreakerState, CircuitBreaker
from medianest_common.http.bulkhead import Bulkhead
from medianest_common.http.guard import GuardedTransport, parse_url
from medianest_common.http.observe import Observation
from medianest_common.http.response import Response, read_body
from medianest_common.http.retry import NO_RETRY, Retry
from medianest_common.http.target import Params, redirect_target, target
from medianest_common.http.verdict import Verdict

DEFAULT_MAX_BYTES = 5 * 1024 * 1024

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS = 3
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# Node closes idle connections after 5 s; ours must be forgotten before that.
_KEEPALIVE_EXPIRY = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """Seconds. `total` covers the whole call with its retries and waits."""

    connect: float = 3.0
    read: float = 10.0
    pool: float = 1.0
    total: float = 15.0


class CallOptions(TypedDict, total=False):
    """`idempotent` defaults to True for GET, HEAD and OPTIONS: only idempotent calls are retried.

    `timeout` replaces `Timeouts.total` for this call; `max_bytes` bounds the decompressed answer. `shown_path` is
    what the log says instead of a path that holds a secret.
    """

    params: Params | None
    json: Any
    form: Mapping[str, str] | None
    content: bytes | None
    headers: Mapping[str, str] | None
    idempotent: bool | None
    timeout: float | None
    max_bytes: int
    shown_path: str | None


class OutgoingClient:
    """A pooled client for one system at one address; close it and make another when the address changes.

    A call ends in a `Response` with a status below 400, or in one of `UpstreamRefused` (4xx), `TooManyRequests`,
    `BadUpstream` (nonsense or 500), `Unavailable` (down, busy or breaker open), `TimedOut`, `AddressRefused`.
    Cookies are never kept, and a redirect is followed on the same host only.
    """

    def __init__(
        self,
        system: str,
        base_url: str,
        *,
        policy: AddressPolicy = AddressPolicy.ADMIN,
        headers: Mapping[str, str] | None = None,
        timeouts: Timeouts | None = None,
        retry: Retry | None = None,
        concurrency: int = 16,
        clock: Clock | None = None,
        breaker: CircuitBreaker | None = None,
        tls: ssl.SSLContext | None = None,
        proxy: str | None = None,
    ) -> None:
        """`proxy` is the operator's, and may be anywhere: then it is what connects to the system, and not we."""
        self.system = system
        self.base_url = parse_url(base_url, policy=policy)
        self._clock = clock or SystemClock()
        self.breaker = breaker or CircuitBreaker(system, clock=self._clock)
        self._timeouts = timeouts or Timeouts()
        self._retry = retry or Retry()
        self._bulkhead = Bulkhead(system, size=concurrency, longest_wait=self._timeouts.pool)
        self._client = httpx.AsyncClient(
            transport=GuardedTransport(
                policy=policy,
                tls=tls,
                connections=concurrency,
                keepalive_expiry=_KEEPALIVE_EXPIRY,
                proxy=proxy,
            ),
            headers=self._sendable(
                {"User-Agent": "MediaNest", "Accept-Encoding": "gzip, deflate", **(headers or {})}
            ),
            timeout=httpx.Timeout(
                self._timeouts.read, connect=self._timeouts.connect, pool=self._timeouts.pool
            ),
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            trust_env=False,
        )
        # Where a user's own server stands is nobody's business.
        address = None if policy is AddressPolicy.USER else _origin(self.base_url)
        # Where, and never which path or query: they may hold keys.
        self._traced: tracing.Attributes = {"peer.service": system} | (
            {"server.address": self.base_url.host} if address else {}
        )
        self._joined = breakers.join(self.breaker, address=address, bulkhead=self._bulkhead)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        if self._joined:
            self._joined.remove(self.breaker)
        await self._client.aclose()

    async def request(self, method: str, path: str, **options: Unpack[CallOptions]) -> Response:
        return await self.request_as(method, path, _unchanged, **options)

    async def request_json(self, method: str, path: str, **options: Unpack[CallOptions]) -> Any:
        """The parsed JSON, None for 204. Anything else than JSON is `BadUpstream` and counts at the breaker."""
        return await self.request_as(method, path, Response.json, **options)

    async def get_json(self, path: str, **options: Unpack[CallOptions]) -> Any:
        return await self.request_json("GET", path, **options)

    async def post_json(self, path: str, **options: Unpack[CallOptions]) -> Any:
        return await self.request_json("POST", path, **options)

    async def put_json(self, path: str, **options: Unpack[CallOptions]) -> Any:
        return await self.request_json("PUT", path, **options)

    async def request_as[T](
        self, method: str, path: str, parse: Callable[[Response], T], **options: Unpack[CallOptions]
    ) -> T:
        """What `parse` makes of the answer. A ValueError, LookupError, TypeError or AttributeError raised by it means
        that the system answered nonsense: `BadUpstream`, counted at the breaker."""
        method = method.upper()
        url = target(self.base_url, path, params=options.get("params"))
        options["headers"] = self._sendable(options.get("headers") or {})
        idempotent = options.get("idempotent")
        if idempotent is None:
            idempotent = method in _SAFE_METHODS
        retry = self._retry if idempotent else NO_RETRY
        give_up_at = asyncio.get_running_loop().time() + (options.get("timeout") or self._timeouts.total)
        shown = options.get("shown_path") or url.path
        with (
            Observation(self.system, method=method, path=shown, clock=self._clock) as seen,
            tracing.step(f"{method} {self.system}", "client", self._traced),
        ):
            while True:
                seen.attempts += 1
                attempt = await self._attempt(method, url, parse, options, give_up_at=give_up_at)
                if not isinstance(attempt, Verdict):
                    return attempt.value
                wait = (
                    retry.wait(seen.attempts, retry_after=attempt.error.retry_after)
                    if attempt.again
                    else None
                )
                left = give_up_at - asyncio.get_running_loop().time()
                if wait is None or wait >= left or self.breaker.state is not BreakerState.CLOSED:
                    raise attempt.error
                await asyncio.sleep(wait)

    async def _attempt[T](
        self,
        method: str,
        url: httpx.URL,
        parse: Callable[[Response], T],
        options: CallOptions,
        *,
        give_up_at: float,
    ) -> "_Parsed[T] | Verdict":
        async with self._bulkhead:
            permit = self.breaker.admit()
            outcome: _Parsed[T] | Verdict | None = None
            try:
                async with asyncio.timeout_at(give_up_at):
                    response = await self._exchange(method, url, options)
                outcome = verdict.of_status(response, clock=self._clock) or self._parsed(response, parse)
            except TimeoutError:
                late = TimedOut(f"{self.system} took too long to answer.", upstream=self.system)
                outcome = Verdict(late, blames=True, again=False)
            except httpx.TransportError as failure:
                outcome = verdict.of_failure(failure, system=self.system)
            except MediaNestError as error:
                outcome = verdict.of_error(error)
            finally:
                self._give_back(permit, outcome)
            return outcome

    def _give_back(self, permit: int, outcome: "_Parsed[Any] | Verdict | None") -> None:
        if isinstance(outcome, Verdict) and outcome.blames:
            self.breaker.failed(permit)
        elif outcome is None or (isinstance(outcome, Verdict) and not verdict.was_answered(outcome)):
            self.breaker.abandoned(permit)
        else:
            self.breaker.succeeded(permit)

    def _parsed[T](self, response: Response, parse: Callable[[Response], T]) -> "_Parsed[T]":
        try:
            return _Parsed(parse(response))
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise BadUpstream(
                f"{self.system} answered in a form that is not understood.", upstream=self.system
            ) from error

    async def _exchange(self, method: str, url: httpx.URL, options: CallOptions) -> Response:
        for _ in range(_MOST_REDIRECTS + 1):
            request = self._client.build_request(
                method,
                url,
                json=options.get("json"),
                data=options.get("form"),
                content=options.get("content"),
                headers=options.get("headers"),
            )
            answer = await self._client.send(request, stream=True, follow_redirects=False)
            try:
                if answer.status_code in _REDIRECTS and method in _SAFE_METHODS:
                    url = redirect_target(url, answer.headers.get("location", ""), system=self.system)
                    continue
                if answer.status_code in _REDIRECTS:
                    raise BadUpstream(
                        f"{self.system} redirects a {method}; check its URL.", upstream=self.system
                    )
                max_bytes = options.get("max_bytes", DEFAULT_MAX_BYTES)
                body = await read_body(answer, system=self.system, max_bytes=max_bytes)
            finally:
                await answer.aclose()
            return Response(self.system, answer.status_code, answer.headers, body)
        raise BadUpstream(f"{self.system} redirects in a circle.", upstream=self.system)

    def _sendable(self, headers: Mapping[str, str]) -> Mapping[str, str]:
        for value in headers.values():
            if not value.isascii() or not value.isprintable():
                raise Invalid(f"A key or name set for {self.system} contains characters that cannot be sent.")
        return headers


@dataclass(frozen=True, slots=True)
class _Parsed[T]:
    value: T


def _origin(url: httpx.URL) -> str:
    return f"{url.scheme}://{url.netloc.decode()}"


def _unchanged(response: Response) -> Response:
    return response
