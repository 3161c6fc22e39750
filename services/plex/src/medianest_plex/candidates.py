"""The ways to a server, and which of them really lead there."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import httpx

from medianest_common.clock import Clock
from medianest_common.errors import BadUpstream, MediaNestError, TimedOut
from medianest_common.http import (
    AddressPolicy,
    CertificateRefused,
    HostUnknown,
    OutgoingClient,
    Retry,
    Timeouts,
)
from medianest_plex.adapters.answers import Identity, read_identity

PROBE_SECONDS = 5.0
_MOST = 24


class Way(StrEnum):
    """In the order of preference."""

    MANUAL = "manual"
    LOCAL_HTTPS = "localHttps"
    LOCAL_HTTP = "localHttp"
    REMOTE = "remote"
    RELAY = "relay"


_ORDER = list(Way)


class Candidate(NamedTuple):
    url: str
    way: Way


@dataclass(frozen=True, slots=True)
class Probe:
    """`identity` is None when nobody answered as a Plex server does; `problem` says what is wrong, in words."""

    candidate: Candidate
    identity: Identity | None = None
    problem: str | None = None
    seconds: float | None = None
    names_another: bool = False
    """The certificate is for another host."""

    @property
    def works(self) -> bool:
        return self.problem is None


def in_order(candidates: Iterable[Candidate]) -> list[Candidate]:
    """The best first, each address once."""
    ranked = sorted(dict.fromkeys(candidates), key=lambda candidate: _ORDER.index(candidate.way))
    return ranked[:_MOST]


async def first_that_works(
    candidates: Sequence[Candidate], *, expect: str, clock: Clock
) -> tuple[Probe | None, list[Probe]]:
    """All are asked at once, and the best that answers wins, however fast the others are.

    Also returns those that did not lead there.
    """
    asking = [asyncio.create_task(probe(each, expect=expect, clock=clock)) for each in candidates]
    failed: list[Probe] = []
    try:
        for task in asking:
            answer = await task
            if answer.works:
                return answer, failed
            failed.append(answer)
        return None, failed
    finally:
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)


async def probe(
    candidate: Candidate, *, expect: str | None, clock: Clock, within: float = PROBE_SECONDS
) -> Probe:
    """Needs no token, so that nobody is told one who is not the server that was looked for."""
    started = clock.monotonic()
    client = OutgoingClient(
        "Plex discovery",
        candidate.url,
        policy=AddressPolicy.OPERATOR,
        headers={"Accept": "application/json"},
        timeouts=Timeouts(connect=within, read=within, total=within),
        retry=Retry(attempts=1),
        clock=clock,
    )
    async with client:
        try:
            identity = await client.request_as("GET", "/identity", read_identity)
        except MediaNestError as error:
            another = isinstance(error, CertificateRefused) and error.names_another
            return Probe(candidate, problem=in_words(error, candidate.url), names_another=another)
    seconds = clock.monotonic() - started
    if expect is not None and identity.machine_identifier != expect:
        return Probe(candidate, identity, "Another Plex server answers at this address.", seconds)
    return Probe(candidate, identity, None, seconds)


def in_words(error: MediaNestError, url: str) -> str:
    """What is wrong with an address and what to do about it."""
    host = httpx.URL(url).host
    match error:
        case HostUnknown() if host.endswith(".plex.direct"):
            return (
                "The name of this address leads nowhere. Many routers hide names of plex.direct to protect against "
                "DNS rebinding: allow plex.direct there, or set MEDIANEST_PLEX_URL to the server's address in the "
                "local network."
            )
        case HostUnknown():
            return (
                "The name of this address leads nowhere. Look for a slip of the pen, and at the name server."
            )
        case CertificateRefused() if error.names_another:
            return "The certificate is for another name than the one in this address."
        case CertificateRefused():
            return "The certificate is not valid, or nobody vouches for it whom this machine trusts."
        case TimedOut():
            return "Nothing answered in time."
        case BadUpstream():
            return "Something answers there, but not as a Plex server does."
        case _ if "503" in error.detail:
            return "The server is starting or under maintenance."
        case _ if "cannot be reached" in error.detail:
            return "Nothing answers at this address."
        case _:
            return error.detail or error.title
