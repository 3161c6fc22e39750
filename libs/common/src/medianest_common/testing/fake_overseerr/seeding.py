"""Fills the server with requests that were made before anybody looked."""

from random import Random

from .catalogue import Title
from .numbers import MediaStatus, RequestStatus
from .state import RequestedSeason, RequestRow, State, User

_STATUSES = (
    MediaStatus.PENDING,
    MediaStatus.PROCESSING,
    MediaStatus.PARTIALLY_AVAILABLE,
    MediaStatus.AVAILABLE,
)


def seed_requests(state: State, titles: list[Title]) -> None:
    """One request for each title, by any user and in any status, the same ones for the same titles."""
    dice = Random(len(titles))
    users = list(state.users.values())
    for title in titles:
        _seed(state, title, dice.choice(users), dice.choice(_STATUSES))


def _seed(state: State, title: Title, user: User, status: MediaStatus) -> None:
    at = state.now()
    media = state.media_of(title.kind, title.tmdb_id, tvdb_id=title.tvdb_id)
    media.status = status
    decided = RequestStatus.PENDING if status == MediaStatus.PENDING else RequestStatus.APPROVED
    if status == MediaStatus.AVAILABLE and state.flavour == "seerr":
        decided = RequestStatus.COMPLETED
    request_id = state.next_id("request")
    state.requests[request_id] = RequestRow(
        id=request_id,
        media=media,
        status=decided,
        is_4k=False,
        requested_by=user,
        modified_by=None if decided == RequestStatus.PENDING else state.users[1],
        created_at=at,
        updated_at=at,
        seasons=[
            RequestedSeason(
                id=state.next_id("season"), number=number, status=decided, created_at=at, updated_at=at
            )
            for number in title.seasons
            if number
        ],
    )
