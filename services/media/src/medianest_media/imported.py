"""What requests from before become here: which number, which state, which lines of history."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import digest
from uuid import UUID, uuid5

from medianest_common.contracts.media import Availability, MediaType, RequestStatus
from medianest_common.contracts.media.importing import Outcome
from medianest_media.adapters.backend import BackendRequest, BackendStatus
from medianest_media.adapters.overseerr_archive import TheirRequest, TheirUser
from medianest_media.holdings import Holding
from medianest_media.reports import reported

_PEOPLE = UUID("6f9b1d36-54c1-5a0e-9e0f-3b7a3f0a9a11")
_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")

TAKEN = "It has been asked for here already, by another request."


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    their_id: int
    theirs: TheirRequest
    requested_by: int | None
    modified_by: int | None
    outcome: Outcome
    reason: str | None = None
    status: RequestStatus
    status_reason: str | None
    seasons: tuple[int, ...]
    claims: tuple[int, ...] = ()
    """What nobody else may ask for as long as this stands."""


def request_id(theirs: TheirRequest) -> UUID:
    """A UUIDv7 of the time at which it was made, so that it stands where it belongs in lists, and always the same one
    for the same request, so that the primary key knows what was imported before."""
    request = theirs.request
    named = (
        f"{request.id} {theirs.created_at.isoformat()} {request.media_type} {request.tmdb_id} {request.is_4k}"
    )
    milliseconds = max(0, (theirs.created_at - _EPOCH) // timedelta(milliseconds=1))
    bits = int.from_bytes(sha256(named.encode()).digest()[:10])
    value = (milliseconds & (2**48 - 1)) << 80 | bits
    value = value & ~(0xF << 76) | 0x7 << 76
    return UUID(int=value & ~(0x3 << 62) | 0x2 << 62)


def person_id(user: TheirUser) -> UUID:
    """Of somebody without an account here."""
    return uuid5(_PEOPLE, f"plex:{user.plex_id}" if user.plex_id else f"overseerr:{user.id}")


def left_as(key: bytes, plex_id: int) -> str:
    """By which somebody who has left is known again, and by which nobody finds out who that was."""
    return digest(key, str(plex_id).encode(), "sha256").hex()


def status_of(theirs: TheirRequest, *, now: datetime, holding: Holding) -> tuple[RequestStatus, str | None]:
    """As `reports.reported`, but for what has been: nothing of it is news.

    What was fulfilled stays so although it may have been deleted since, and what was approved has been passed on.
    """
    upstream = theirs.request
    if upstream.status is BackendStatus.COMPLETED:
        return RequestStatus.AVAILABLE, None
    status, reason = reported(upstream, list(upstream.seasons), now=now, holding=holding)
    if status is RequestStatus.APPROVED:
        return RequestStatus.PROCESSING, None
    if status is RequestStatus.PENDING and theirs.odd:
        return status, f"Overseerr says {theirs.odd}, which is not known here."
    return status, reason


def is_there(upstream: BackendRequest, holding: Holding) -> bool:
    """Whether what it asked for can still be watched, so that nobody needs to ask for it again."""
    if upstream.media_type is MediaType.MOVIE or not upstream.season_availability:
        there = upstream.availability is Availability.AVAILABLE
    else:
        there = all(upstream.season_availability.get(n) is Availability.AVAILABLE for n in upstream.seasons)
    if upstream.is_4k:
        return there
    return there or holding.of_request(upstream.media_type, upstream.seasons) is RequestStatus.AVAILABLE


def with_part(judged: Judged, got: Sequence[int]) -> Judged:
    """What is still waited for asks for what nobody else asks for, and no more."""
    if judged.theirs.request.media_type is MediaType.MOVIE or set(got) == set(judged.seasons):
        return judged
    missing = ", ".join(str(n) for n in judged.seasons if n not in got)
    reason = f"Without season {missing}, which another request here has."
    return replace(judged, seasons=tuple(got), reason=reason)
