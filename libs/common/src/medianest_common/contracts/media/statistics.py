"""Figures about requests, for the dashboard and for administrators."""

from datetime import date

from pydantic import Field

from medianest_common.contracts.base import Contract, Query
from medianest_common.contracts.media import MediaType, RequestCounts, Requester


class MonthCount(Contract):
    month: str
    """`2026-03`, in UTC."""
    movie: int
    tv: int


class TimeToAvailable(Contract):
    """From asking to watching, in seconds, to within three per cent. None while nothing has become available."""

    count: int
    median_seconds: int | None
    p90_seconds: int | None


class RequestedTitle(Contract):
    media_type: MediaType
    tmdb_id: int
    title: str
    year: int | None
    poster_url: str | None
    requests: int


class PersonCount(Contract):
    user: Requester
    total: int
    available: int
    waiting: int
    """Not yet there, and neither declined nor cancelled."""


class RequestStatistics(Contract):
    counts: RequestCounts
    """By state and by type."""
    months: list[MonthCount]
    """The last twelve with the present one, oldest first; with nothing asked for, zeros."""
    time_to_available: TimeToAvailable
    most_requested: list[RequestedTitle]
    people: list[PersonCount] | None
    """Who asks for most; None where it is one person's statistics."""


class GetRequestStatistics(Query[RequestStatistics]):
    """Everybody's for an administrator, the caller's own otherwise."""

    mine: bool = False


class DayOfRequests(Contract):
    day: date
    movie: int
    tv: int


class RequestDays(Contract):
    """The last days with today, in UTC, oldest first; with nothing asked for, zeros."""

    items: list[DayOfRequests]


class CountRequestsByDay(Query[RequestDays]):
    """Everybody's, for administrators."""

    days: int = Field(default=30, ge=1, le=366)
