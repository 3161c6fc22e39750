"""How far the index of the libraries has got."""

from typing import Annotated

from fastapi import Path, Response

from medianest_common.contracts.plex import indexing
from medianest_common.web import Router, problems
from medianest_gateway.routes.common import Gateway, passed_through

_PROBLEMS = problems(401, 403, 422, 429, 503, 504)
router = Router(prefix="/plex", tags=["Plex"], responses=_PROBLEMS)
admin = Router(prefix="/admin/plex", tags=["Administration"], responses=_PROBLEMS)


@admin.get("/sync", response_model=indexing.SyncState)
async def get_sync_state(gateway: Gateway) -> Response:
    """How far each library has been read, and when it was read whole."""
    return await passed_through(gateway.bus, indexing.GetSyncState())


@router.post(
    "/libraries/{library_key}/sync", status_code=202, response_class=Response, responses=problems(404)
)
async def sync_library(
    gateway: Gateway, library_key: Annotated[str, Path(pattern="^[0-9]{1,18}$")]
) -> Response:
    """Read the whole library again, beginning in a few seconds; `GET /admin/plex/sync` shows how far it is."""
    await gateway.bus.call_raw(indexing.SyncLibrary(key=library_key), timeout=3.0)
    return Response(status_code=202)
