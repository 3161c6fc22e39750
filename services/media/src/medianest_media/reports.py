"""What the backend's view of a request means for ours."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from medianest_common.contracts.media import Availability, MediaType, RequestStatus
from medianest_media.adapters.backend import BackendRequest, BackendStatus
from medianest_media.holdings import FILM, NOTHING_KNOWN, Holding

_PLEX_HAS_UNTIL = timedelta(hours=1)
"""So long a title may be called available without Plex showing it; after that somebody has said so by hand."""

DOWNLOADED = "It has been downloaded and is not in the library yet."
DOWNLOADED_IN_PART = "Part of it has been downloaded and is not in the library yet."
FETCHED = (DOWNLOADED, DOWNLOADED_IN_PART)

_WORDS = {
    BackendStatus.DECLINED: (RequestStatus.DECLINED, "It was declined in Overseerr."),
    BackendStatus.FAILED: (RequestStatus.FAILED, "Radarr or Sonarr did not take it."),
}


def reported(
    upstream: BackendRequest, seasons: list[int], *, now: datetime, holding: Holding = NOTHING_KNOWN
) -> tuple[RequestStatus, str | None]:
    """The state that the backend reports for a request for these seasons, and the reason to show with it.

    A show counts by the seasons that were asked for: a new season of a show that is otherwise there is not there.
    What our own library has is there, and what has left it is not, whatever the backend still says.
    """
    if upstream.files is not None:
        return _of_files(upstream, upstream.files, seasons, holding)
    if upstream.is_4k:
        holding = NOTHING_KNOWN
    if holding.of_request(upstream.media_type, seasons) is RequestStatus.AVAILABLE:
        return RequestStatus.AVAILABLE, None
    there = _presence(_without(upstream, holding), seasons, now=now)
    if there in (RequestStatus.AVAILABLE, RequestStatus.PARTIALLY_AVAILABLE):
        return there, None
    if upstream.status in _WORDS:
        return _WORDS[upstream.status]
    if upstream.status is BackendStatus.PENDING:
        return RequestStatus.PENDING, None
    return there, None


def _of_files(
    upstream: BackendRequest, files: Mapping[int, int], seasons: list[int], holding: Holding
) -> tuple[RequestStatus, str | None]:
    """That a server has a file does not put it into the library: only what is there can be watched.

    Of a season that still runs, all that is there is all that the server has. In 4K the library knows films; of shows
    it is believed that what it has is what was fetched.
    """
    wanted = seasons if upstream.media_type is MediaType.TV else [FILM]
    here = [_here(upstream, files, number, holding) for number in wanted]
    if here and all(state is Availability.AVAILABLE for state in here):
        return RequestStatus.AVAILABLE, None
    if any(state is not Availability.NONE for state in here):
        return RequestStatus.PARTIALLY_AVAILABLE, None
    if upstream.status in _WORDS:
        return _WORDS[upstream.status]
    if upstream.status is BackendStatus.PENDING:
        return RequestStatus.PENDING, None
    if upstream.availability is Availability.AVAILABLE:
        return RequestStatus.PROCESSING, DOWNLOADED
    if any(files.get(number, 0) for number in wanted):
        return RequestStatus.PROCESSING, DOWNLOADED_IN_PART
    processing = upstream.availability is Availability.PROCESSING
    return RequestStatus.PROCESSING if processing else RequestStatus.APPROVED, None


def _here(upstream: BackendRequest, files: Mapping[int, int], number: int, holding: Holding) -> Availability:
    if upstream.media_type is MediaType.MOVIE:
        there = holding.has_4k if upstream.is_4k else holding.there
        return Availability.AVAILABLE if there else Availability.NONE
    fetched, episodes = files.get(number, 0), holding.seasons.get(number, 0)
    if not episodes or (upstream.is_4k and not fetched):
        return Availability.NONE
    complete = upstream.season_availability.get(number) is Availability.AVAILABLE
    if (complete and episodes >= fetched) or (not upstream.is_4k and holding.has_season(number)):
        return Availability.AVAILABLE
    return Availability.PARTIALLY_AVAILABLE


def _without(upstream: BackendRequest, holding: Holding) -> BackendRequest:
    """As if the backend knew what has left the library."""
    here = (Availability.AVAILABLE, Availability.PARTIALLY_AVAILABLE)
    seasons = {
        number: Availability.PROCESSING if holding.lacks(number) and state in here else state
        for number, state in upstream.season_availability.items()
    }
    whole = (
        Availability.PROCESSING if holding.gone and upstream.availability in here else upstream.availability
    )
    return upstream.model_copy(update={"availability": whole, "season_availability": seasons})


def _presence(upstream: BackendRequest, seasons: list[int], *, now: datetime) -> RequestStatus:
    if upstream.availability is Availability.AVAILABLE and not _link_leads_somewhere(upstream, now=now):
        return RequestStatus.PROCESSING
    if upstream.media_type is MediaType.TV and seasons and upstream.season_availability:
        return _of_seasons(
            [upstream.season_availability.get(n, Availability.NONE) for n in seasons], upstream
        )
    if upstream.availability is Availability.AVAILABLE:
        return RequestStatus.AVAILABLE
    if upstream.availability in (Availability.PROCESSING, Availability.PARTIALLY_AVAILABLE):
        return RequestStatus.PROCESSING
    return RequestStatus.APPROVED


def _of_seasons(states: list[Availability], upstream: BackendRequest) -> RequestStatus:
    if all(state is Availability.AVAILABLE for state in states):
        return RequestStatus.AVAILABLE
    if any(state in (Availability.AVAILABLE, Availability.PARTIALLY_AVAILABLE) for state in states):
        return RequestStatus.PARTIALLY_AVAILABLE
    if Availability.PROCESSING in states or upstream.availability is Availability.PROCESSING:
        return RequestStatus.PROCESSING
    return RequestStatus.APPROVED


def _link_leads_somewhere(upstream: BackendRequest, *, now: datetime) -> bool:
    if upstream.in_plex or upstream.media_changed_at is None:
        return True
    return now - upstream.media_changed_at > _PLEX_HAS_UNTIL
