"""The backend of a household without any system for it: administrators fetch things and say how far they are."""

from datetime import datetime

from medianest_common.contracts.media import MediaType
from medianest_common.contracts.media.defaults import Offer
from medianest_media.adapters.backend import (
    BackendRequest,
    Download,
    FetchedByHand,
    Parts,
    Rules,
    Standing,
)


class ManualBackend:
    name = "manual"
    sees_library = True
    keeps_pending = False

    def called(self, media_type: MediaType) -> str:
        return "an administrator"

    def by_hand(self, media_type: MediaType, *, is_4k: bool) -> bool:
        return True

    def parts(self) -> Parts:
        return {}

    async def standing(self, media_type: MediaType, tmdb_id: int) -> Standing:
        return Standing(unsure=frozenset((False, True)))

    async def rules(self) -> Rules:
        return Rules()

    async def offer(self, media_type: MediaType, *, is_4k: bool) -> Offer:
        return Offer()

    async def user_of(self, plex_id: int) -> int | None:
        return None

    async def create(
        self, media_type: MediaType, tmdb_id: int, *, is_4k: bool, seasons: list[int], as_user: int | None
    ) -> BackendRequest:
        raise FetchedByHand("An administrator fetches it and says here how far it is.")

    async def request(self, request_id: int) -> BackendRequest | None:
        return None

    async def edit(self, request_id: int, media_type: MediaType, *, is_4k: bool, seasons: list[int]) -> None:
        return None

    async def approve(self, request_id: int) -> None:
        return None

    async def decline(self, request_id: int) -> None:
        return None

    async def retry(self, request_id: int) -> None:
        return None

    async def delete(self, request_id: int) -> None:
        return None

    async def modified_since(self, moment: datetime | None) -> list[tuple[int, datetime]]:
        return []

    async def has_all(self, request_id: int) -> bool:
        return False

    async def astray(self) -> list[int]:
        return []

    async def downloads(self) -> list[Download]:
        return []

    async def check(self) -> None:
        return None
