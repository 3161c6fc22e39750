"""The catalogue of an installation that has none yet: it says what to set."""

from typing import NoReturn

from medianest_common.contracts.media import MediaType
from medianest_media.adapters.backend import BackendMisconfigured, Parts
from medianest_media.adapters.catalogue import (
    FoundPage,
    NamedNumber,
    Narrowing,
    PersonDetails,
    ProviderDetails,
    Relation,
    SeasonEpisodes,
    Shelf,
    TitleDetails,
)

_LOOK_AGAIN_SECONDS = 300.0


class MissingCatalogue:
    tells_standing = True
    is_there = False

    def parts(self) -> Parts:
        return {}

    async def search(self, query: str, *, page: int) -> FoundPage:
        _missing()

    async def discover(self, shelf: Shelf, *, page: int, narrowing: Narrowing) -> FoundPage:
        _missing()

    async def details(self, media_type: MediaType, tmdb_id: int) -> TitleDetails:
        _missing()

    async def season(self, tmdb_id: int, number: int) -> SeasonEpisodes:
        _missing()

    async def related(
        self, media_type: MediaType, tmdb_id: int, *, relation: Relation, page: int
    ) -> FoundPage:
        _missing()

    async def person(self, person_id: int) -> PersonDetails:
        _missing()

    async def genres(self, media_type: MediaType) -> tuple[NamedNumber, ...]:
        _missing()

    async def providers(self, media_type: MediaType) -> tuple[ProviderDetails, ...]:
        _missing()


def _missing() -> NoReturn:
    raise BackendMisconfigured(
        "Nowhere to look titles up. An administrator sets Overseerr or TMDB here, or MEDIANEST_OVERSEERR_URL with "
        "MEDIANEST_OVERSEERR_API_KEY, or MEDIANEST_TMDB_API_KEY.",
        upstream="Overseerr",
        retry_after=_LOOK_AGAIN_SECONDS,
    )
