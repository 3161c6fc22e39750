"""Looking around: search, shelves, the pages of titles, seasons and people."""

from typing import Annotated, Any, Literal

from fastapi import Path, Query, Response

from medianest_common.contracts import media
from medianest_common.contracts.base import Rpc
from medianest_common.contracts.media import catalogue
from medianest_common.web import Router, problems
from medianest_gateway.routes.common import Gateway, passed_through

router = Router(
    prefix="/media", tags=["Media catalogue"], responses=problems(401, 403, 422, 429, 502, 503, 504)
)

UPSTREAM_SECONDS = 8.0
"""For answers that the catalogue (Overseerr or TMDB) has a part in; it has 3 s for each question."""

TmdbId = Annotated[int, Path(ge=1, le=2_147_483_647)]
PageNumber = Annotated[int, Query(ge=1, le=500)]
KindNumber = Annotated[int | None, Query(ge=1, le=2_147_483_647)]


@router.get("/search", response_model=media.SearchPage)
async def search_titles(
    gateway: Gateway,
    query: Annotated[str, Query(min_length=1, max_length=500)],
    page: PageNumber = 1,
    type: media.MediaType | Literal["person"] | None = None,
) -> Response:
    """Films, shows and people together, unless `type` names one of them."""
    return await _answer(gateway, media.Search(query=query, page=page, media_type=type))


@router.get("/discover/{shelf}", response_model=media.SearchPage)
async def discover_titles(
    gateway: Gateway,
    shelf: Literal["trending", "movies", "tv", "upcoming"],
    page: PageNumber = 1,
    type: media.MediaType | None = None,
    genre: KindNumber = None,
    provider: KindNumber = None,
    year: Annotated[int | None, Query(ge=1870, le=2100)] = None,
    sort: media.ShelfOrder = media.ShelfOrder.POPULAR,
) -> Response:
    """All but what is trending can be narrowed to a genre, and to who streams it in the household's region; films and
    shows also to the year in which they came out."""
    message = media.Discover(
        shelf=shelf, page=page, media_type=type, genre=genre, provider=provider, year=year, sort=sort
    )
    return await _answer(gateway, message)


@router.get("/genres", response_model=catalogue.GenreLists)
async def list_genres(gateway: Gateway) -> Response:
    """With the numbers that `discover` takes: films and shows are numbered differently."""
    return await _answer(gateway, catalogue.ListGenres())


@router.get("/providers", response_model=catalogue.ProviderLists)
async def list_providers(gateway: Gateway) -> Response:
    """Who streams films and shows in the household's region, the most used first."""
    return await _answer(gateway, catalogue.ListProviders())


@router.get("/movie/{tmdb_id}", response_model=media.Title, responses=problems(404))
async def get_movie(gateway: Gateway, tmdb_id: TmdbId) -> Response:
    """With where it can be streamed, and what the household has or has asked for."""
    return await _answer(gateway, media.GetTitle(media_type=media.MediaType.MOVIE, tmdb_id=tmdb_id))


@router.get("/tv/{tmdb_id}", response_model=media.Title, responses=problems(404))
async def get_show(gateway: Gateway, tmdb_id: TmdbId) -> Response:
    """With every season: what is there, asked for, or can be asked for."""
    return await _answer(gateway, media.GetTitle(media_type=media.MediaType.TV, tmdb_id=tmdb_id))


@router.get("/tv/{tmdb_id}/season/{number}", response_model=catalogue.SeasonPage, responses=problems(404))
async def get_season(
    gateway: Gateway, tmdb_id: TmdbId, number: Annotated[int, Path(ge=0, le=9_999)]
) -> Response:
    """Its episodes; season 0 holds the specials."""
    return await _answer(gateway, catalogue.GetSeason(tmdb_id=tmdb_id, number=number))


@router.get("/movie/{tmdb_id}/{relation}", response_model=media.SearchPage, responses=problems(404))
async def find_films_like(
    gateway: Gateway, tmdb_id: TmdbId, relation: catalogue.Relation, page: PageNumber = 1
) -> Response:
    """Similar, or recommended to those who liked it."""
    return await _related(gateway, media.MediaType.MOVIE, tmdb_id, relation, page)


@router.get("/tv/{tmdb_id}/{relation}", response_model=media.SearchPage, responses=problems(404))
async def find_shows_like(
    gateway: Gateway, tmdb_id: TmdbId, relation: catalogue.Relation, page: PageNumber = 1
) -> Response:
    """Similar, or recommended to those who liked it."""
    return await _related(gateway, media.MediaType.TV, tmdb_id, relation, page)


@router.get("/person/{tmdb_id}", response_model=catalogue.PersonPage, responses=problems(404))
async def get_person(gateway: Gateway, tmdb_id: TmdbId) -> Response:
    """Life and work: in what they were seen, and what they made."""
    return await _answer(gateway, catalogue.GetPerson(tmdb_id=tmdb_id))


async def _related(
    gateway: Gateway, media_type: media.MediaType, tmdb_id: int, relation: catalogue.Relation, page: int
) -> Response:
    message = catalogue.FindRelated(media_type=media_type, tmdb_id=tmdb_id, relation=relation, page=page)
    return await _answer(gateway, message)


async def _answer(gateway: Gateway, message: Rpc[Any]) -> Response:
    return await passed_through(gateway.bus, message, timeout=UPSTREAM_SECONDS)
