"""The backend of an installation that has none yet: everything waits, and says for what."""

from datetime import datetime
from typing import NoReturn

from medianest_common.contracts.media import MediaType
from medianest_media.adapters.backend import (
    BackendMisconfigured,
    BackendRequest,
    Download,
    Rules,
    Standing,
)
from medianest_media.adapters.catalogue import FoundPage, Shelf, TitleDetails

_LOOK_AGAIN_SECONDS = 300.0


class MissingBackend:
    tells_standing = True

    async def search(self, query: str, *, page: int) -> FoundPage:
        _missing()

    async def discover(self, shelf: Shelf, *, page: int) -> FoundPage:
        _missing()

    async def details(self, media_type: MediaType, tmdb_id: int) -> TitleDetails:
        _missing()

    async def standing(self, media_type: MediaType, tmdb_id: int) -> Standing:
        _missing()

    async def rules(self) -> Rules:
        _missing()

    async def user_of(self, plex_id: int) -> int | None:
        _missing()

    async def create(
        self, media_type: MediaType, tmdb_id: int, *, is_4k: bool, seasons: list[int], as_user: int | None
    ) -> BackendRequest:
        _missing()

    async def request(self, request_id: int) -> BackendRequest | None:
        _missing()

    async def approve(self, request_id: int) -> None:
        _missing()

    async def decline(self, request_id: int) -> None:
        _missing()

    async def retry(self, request_id: int) -> None:
        _missing()

    async def delete(self, request_id: int) -> None:
        _missing()

    async def modified_since(self, moment: datetime | None) -> list[tuple[int, datetime]]:
        _missing()

    async def downloads(self) -> list[Download]:
        return []

    async def check(self) -> None:
        _missing()


def _missing() -> NoReturn:
    raise BackendMisconfigured(
        "Overseerr is not set up yet. An administrator sets MEDIANEST_OVERSEERR_URL and MEDIANEST_OVERSEERR_API_KEY.",
        upstream="Overseerr",
        retry_after=_LOOK_AGAIN_SECONDS,
    )
