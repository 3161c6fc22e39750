"""Calling other people's systems: one pooled, bounded, observed client per system."""

from medianest_common.addresses import AddressPolicy, AddressRefused
from medianest_common.http.breaker import BreakerState, CircuitBreaker
from medianest_common.http.client import CallOptions, OutgoingClient, Timeouts
from medianest_common.http.errors import (
    BrokenOff,
    CertificateRefused,
    HostUnknown,
    RedirectedAway,
    SlowDown,
    UpstreamRefused,
)
from medianest_common.http.guard import check_url, parse_url, public_authorities
from medianest_common.http.response import Response
from medianest_common.http.retry import Retry

__all__ = [
    "AddressPolicy",
    "AddressRefused",
    "BreakerState",
    "BrokenOff",
    "CallOptions",
    "CertificateRefused",
    "CircuitBreaker",
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
]
