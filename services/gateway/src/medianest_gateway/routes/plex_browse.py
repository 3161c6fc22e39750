"""Looking around in the libraries."""

from typing import Annotated

from fastapi import Depends, Path, Query, Response

from medianest_common.contracts import plex
from medianest_common.contracts.plex import browse
from medianest_common.web import Router, problems
from medianest_gateway.routes.common import Gateway, passed_through

router = Router(prefix="/plex", tags=["Plex"], responses=problems(401, 403, 404, 422, 429, 502, 503, 504))

UPSTREAM_SECONDS = 6.0
"""For people whom Plex restricts, and for what somebody has watched, Plex itself is asked."""

Key = Annotated[str, Path(max_length=18, pattern="^[0-9]+$")]
Limit = Annotated[int, Query(ge=1, le=100)]
Cursor = Annotated[str | None, Query(max_length=512)]
FirstYear = Annotated[int | None, Query(alias="yearFrom", ge=1, le=9999)]
LastYear = Annotated[int | None, Query(alias="yearTo", ge=1, le=9999)]


async def item_choice(
    library_key: Key,
    sort: browse.ItemSort = browse.ItemSort.TITLE,
    order: browse.SortOrder | None = None,
    type: plex.ItemType | None = None,
    genre: Annotated[str | None, Query(min_length=1, max_length=100)] = None,
    year_from: FirstYear = None,
    year_to: LastYear = None,
    content_rating: Annotated[str | None, Query(alias="contentRating", min_length=1, max_length=20)] = None,
    rating_from: Annotated[float | None, Query(alias="ratingFrom", ge=0, le=10)] = None,
    unwatched: Annotated[
        bool,
        Query(
            description="What one has not seen, as Plex knows it of oneself: read live with one's own account. "
            "Administrators are told what the owner of the server has not seen, as of the last full sync. "
            "422 for people without an account at Plex."
        ),
    ] = False,
) -> browse.ItemChoice:
    return browse.ItemChoice(
        library=library_key,
        sort=sort,
        order=order,
        type=type,
        genre=genre,
        year_from=year_from,
        year_to=year_to,
        content_rating=content_rating,
        rating_from=rating_from,
        unwatched=unwatched,
    )


Choice = Annotated[browse.ItemChoice, Depends(item_choice)]


@router.get("/libraries/{library_key}/items", response_model=browse.ItemPage, responses=problems(400))
async def list_library_items(
    gateway: Gateway, choice: Choice, limit: Limit = 20, cursor: Cursor = None
) -> Response:
    """Films, shows or artists unless `type` says otherwise. Titles ascend and everything else descends unless `order`
    says otherwise; what has no year, rating or date comes last when descending."""
    message = browse.ListItems(**dict(choice), limit=limit, cursor=cursor)
    return await passed_through(gateway.bus, message, timeout=UPSTREAM_SECONDS)


@router.get("/libraries/{library_key}/places", response_model=browse.ItemPlaces)
async def find_library_places(gateway: Gateway, choice: Choice) -> Response:
    """The cursors of a list's pages, and where in it a letter, a year or a rating begins: with these one goes to its
    middle at once. Told again once a minute at most; pages are larger where there are more than 1,000 of 100."""
    message = browse.FindPlaces(**dict(choice))
    return await passed_through(gateway.bus, message, timeout=UPSTREAM_SECONDS)


@router.get("/libraries/{library_key}/filters", response_model=browse.LibraryFilters)
async def get_library_filters(
    gateway: Gateway, library_key: Key, type: plex.ItemType | None = None
) -> Response:
    """The genres and ratings that its items have, and the years."""
    message = browse.GetLibraryFilters(library=library_key, type=type)
    return await passed_through(gateway.bus, message, timeout=UPSTREAM_SECONDS)


@router.get("/on-deck", response_model=browse.OnDeck)
async def list_on_deck(gateway: Gateway, limit: Limit = 20) -> Response:
    """What one is in the middle of, and what comes next; with a reason where Plex does not know one."""
    return await passed_through(gateway.bus, browse.ListOnDeck(limit=limit), timeout=UPSTREAM_SECONDS)


@router.get("/items/{rating_key}", response_model=browse.ItemDetail)
async def get_library_item(gateway: Gateway, rating_key: Key) -> Response:
    """With cast, ratings and technical data as Plex tells them now; what the index holds, and `stale`, while it is
    away."""
    return await passed_through(gateway.bus, browse.GetItem(rating_key=rating_key), timeout=UPSTREAM_SECONDS)


@router.get("/items/{rating_key}/children", response_model=browse.ItemPage, responses=problems(400))
async def list_item_children(
    gateway: Gateway, rating_key: Key, limit: Limit = 20, cursor: Cursor = None
) -> Response:
    """Seasons of a show, episodes of a season, albums of an artist, tracks of an album, items of a collection."""
    message = browse.ListChildren(rating_key=rating_key, limit=limit, cursor=cursor)
    return await passed_through(gateway.bus, message, timeout=UPSTREAM_SECONDS)


@router.get("/collections", response_model=browse.ItemPage, responses=problems(400))
async def list_collections(
    gateway: Gateway,
    library: Annotated[str | None, Query(max_length=18, pattern="^[0-9]+$")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Response:
    """Those of libraries that one may see, with how much is in them."""
    message = browse.ListCollections(library=library, limit=limit, cursor=cursor)
    return await passed_through(gateway.bus, message, timeout=UPSTREAM_SECONDS)


@router.get("/collections/{rating_key}", response_model=browse.CollectionDetail, responses=problems(400))
async def get_collection(
    gateway: Gateway, rating_key: Key, limit: Limit = 20, cursor: Cursor = None
) -> Response:
    """With what is in it, in its own order."""
    message = browse.GetCollection(rating_key=rating_key, limit=limit, cursor=cursor)
    return await passed_through(gateway.bus, message, timeout=UPSTREAM_SECONDS)
