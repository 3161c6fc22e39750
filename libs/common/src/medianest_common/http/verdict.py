"""What an answer or a broken connection means, in our own errors."""

import socket
import ssl
from dataclasses import dataclass

import httpx

from medianest_common.addresses import AddressRefused
from medianest_common.clock import Clock
from medianest_common.errors import BadUpstream, MediaNestError, TimedOut, TooManyRequests, Unavailable
from medianest_common.http.bulkhead import BulkheadFull
from medianest_common.http.errors import (
    BrokenOff,
    CertificateRefused,
    HostUnknown,
    SlowDown,
    UpstreamRefused,
)
from medianest_common.http.response import Response
from medianest_common.http.retry import RETRYABLE_STATUSES, parse_retry_after

_DOWN = frozenset({502, 503, 504})
_NAMES_ANOTHER = frozenset({62, 64})
"""OpenSSL's X509_V_ERR_HOSTNAME_MISMATCH and X509_V_ERR_IP_ADDRESS_MISMATCH."""
_NO_SUCH_HOST = frozenset({socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)})


@dataclass(frozen=True, slots=True)
class Verdict:
    """`blames` counts at the circuit breaker; `again` says that the same call may well succeed a moment later."""

    error: MediaNestError
    blames: bool
    again: bool


def of_status(response: Response, *, clock: Clock) -> Verdict | None:
    """None when the answer is one to use."""
    status, system = response.status, response.system
    if 200 <= status < 400:
        return None
    again = status in RETRYABLE_STATUSES
    retry_after = parse_retry_after(response.headers.get("retry-after"), now=clock.now())
    if status == 429:
        limited = SlowDown(response, upstream=system, retry_after=retry_after)
        return Verdict(limited, blames=False, again=again)
    if 400 <= status < 500:
        return Verdict(UpstreamRefused(response, upstream=system), blames=False, again=again)
    if status in _DOWN:
        down = Unavailable(f"{system} answered {status}.", upstream=system, retry_after=retry_after)
        return Verdict(down, blames=True, again=again)
    return Verdict(BadUpstream(f"{system} answered {status}.", upstream=system), blames=True, again=again)


def of_failure(failure: httpx.TransportError, *, system: str) -> Verdict:
    if isinstance(failure, httpx.PoolTimeout):
        busy = BulkheadFull(f"{system} is busy with other calls.", upstream=system, retry_after=1.0)
        return Verdict(busy, blames=False, again=False)
    if isinstance(failure, httpx.TimeoutException):
        late = TimedOut(f"{system} took too long to answer.", upstream=system)
        return Verdict(late, blames=True, again=isinstance(failure, httpx.ConnectTimeout))
    certificate = _cause(failure, ssl.SSLCertVerificationError)
    if certificate is not None:
        untrusted = CertificateRefused(
            f"The certificate of {system} is not valid.",
            upstream=system,
            names_another=certificate.verify_code in _NAMES_ANOTHER,
        )
        return Verdict(untrusted, blames=True, again=False)
    unresolved = _cause(failure, socket.gaierror)
    if unresolved is not None and unresolved.errno in _NO_SUCH_HOST:
        unknown = HostUnknown(f"The host name of {system} leads to no address.", upstream=system)
        return Verdict(unknown, blames=True, again=True)
    if isinstance(failure, httpx.ConnectError) and _cause(failure, ssl.SSLError):
        plain = Unavailable(
            f"{system} does not speak TLS at this port; its address may begin with http://.", upstream=system
        )
        return Verdict(plain, blames=True, again=False)
    if isinstance(failure, httpx.ConnectError):
        return Verdict(Unavailable(f"{system} cannot be reached.", upstream=system), blames=True, again=True)
    broken = BrokenOff(f"{system} broke off its answer or does not speak HTTP.", upstream=system)
    return Verdict(broken, blames=True, again=True)


def of_error(error: MediaNestError) -> Verdict:
    """For what was found out while reading or parsing: nonsense, unless we refused to connect at all."""
    return Verdict(error, blames=not isinstance(error, AddressRefused), again=False)


def was_answered(judged: Verdict) -> bool:
    """Whether the system itself said this, so that it counts as a sign of life."""
    return isinstance(judged.error, UpstreamRefused | TooManyRequests)


def _cause[E: BaseException](failure: BaseException, kind: type[E]) -> E | None:
    cause: BaseException | None = failure
    while cause is not None and not isinstance(cause, kind):
        cause = cause.__cause__ or cause.__context__
    return cause
