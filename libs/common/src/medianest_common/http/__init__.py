"""Calling other people's systems: one pooled, bounded, observed client per system."""

from medianest_common.addresses import AddressPolicy, AddressRefused
from medianest_common.http.breaker import NEVER, BreakerState, CircuitBreaker
from medianest_common.http.client import CallOptions, OutgoingClient, Timeouts
from medianest_common.http.errors import (
    BrokenOff,
    CertificateRefused,
    HostUnknown,
    RedirectedAway,
    SlowDown,
    UpstreamRefused,
)
from medianest_common.http.guard import GuardedTransport, check_url, parse_url, public_authorities, resolve
from medianest_common.http.response import Response, read_beginning
from medianest_common.http.retry import Retry

__all__ = [
    "NEVER",
    "AddressPolicy",
    "AddressRefused",
    "BreakerState",
    "BrokenOff",
    "CallOptions",
    "CertificateRefused",
    "CircuitBreaker",
    "GuardedTransport",
    "HostUnknown",
    "OutgoingClient",
    "RedirectedAway",
    "Response",
    "Retry",
    "SlowDown",
    "Timeouts",
    "UpstreamRefused",
    "check_url",
    "parse_url",
    "public_authorities",
    "read_beginning",
    "resolve",
]
