"""Requests that come by themselves from the caller's watchlist at Plex."""

from typing import Annotated

from fastapi import Path, Query, Response

from medianest_common.contracts.base import Page
from medianest_common.contracts.media import watchlist
from medianest_common.contracts.plex.watchlist import RemoveFromWatchlist
from medianest_common.web import Router, problems
from medianest_gateway.routes.common import Gateway, passed_through

router = Router(prefix="/media", tags=["Media requests"], responses=problems(401, 403, 422, 429, 503, 504))

PLEX_SECONDS = 12.0


@router.get("/watchlist", response_model=watchlist.Watchlist, responses=problems(400))
async def get_watchlist(gateway: Gateway, query: Annotated[watchlist.GetWatchlist, Query()]) -> Response:
    """What is on it and what has become of each, with the reason."""
    return await passed_through(gateway.bus, query)


@router.put("/watchlist", response_model=watchlist.Watchlist)
async def set_watchlist(gateway: Gateway, body: watchlist.WatchlistBody) -> Response:
    """Off until somebody switches it on for themselves; `shows` says what of a show is asked for."""
    message = watchlist.SetWatchlist(enabled=body.enabled, shows=body.shows)
    return await passed_through(gateway.bus, message)


@router.delete("/watchlist/{rating_key}", status_code=204, responses=problems(409, 502))
async def remove_from_watchlist(
    gateway: Gateway, rating_key: Annotated[str, Path(pattern=r"^[0-9A-Za-z]{1,64}$")]
) -> None:
    """Takes it off the caller's own list at Plex."""
    await gateway.bus.call(RemoveFromWatchlist(rating_key=rating_key), timeout=PLEX_SECONDS)


@router.get("/watchlists", response_model=Page[watchlist.WatchlistPerson], responses=problems(400))
async def list_watchlists(gateway: Gateway, query: Annotated[watchlist.ListWatchlists, Query()]) -> Response:
    """Whose lists make requests, and what is held back and why; for administrators."""
    return await passed_through(gateway.bus, query)
