"""What administrators change on the media server, and how it is reached."""

from typing import Annotated

from fastapi import Path, Response

from medianest_common.contracts.plex import changes, connection
from medianest_common.web import Idempotent, Router, problems
from medianest_gateway.routes.common import Gateway, passed_through

_PROBLEMS = problems(401, 403, 422, 429, 502, 503, 504)
router = Router(prefix="/plex", tags=["Plex"], responses=_PROBLEMS)
admin = Router(prefix="/admin/plex", tags=["Administration"], responses=_PROBLEMS)

UPSTREAM_SECONDS = 6.0
RECONNECT_SECONDS = 15.0
"""plex.tv is asked, and then every address it names."""
MANY_SECONDS = 30.0
"""For changes of hundreds of items, which Plex is told in pieces."""

Key = Annotated[str, Path(pattern="^[0-9]{1,18}$")]


@admin.get("/servers", response_model=connection.PlexServers)
async def list_plex_servers(gateway: Gateway) -> Response:
    """The servers of the account and whether each of their connections leads there, tried now."""
    return await passed_through(gateway.bus, connection.ListPlexServers(), timeout=UPSTREAM_SECONDS)


@admin.post("/reconnect", response_model=connection.PlexConnection, responses=problems(404))
async def reconnect_plex(gateway: Gateway, body: connection.ReconnectPlexBody) -> Response:
    """Look for the way to the media server anew, with another token of its owner or to another server if these are
    named. Nothing that is kept here is lost. The owner signing in with Plex does the same by itself."""
    message = connection.ReconnectPlex(**body.model_dump())
    return await passed_through(gateway.bus, message, timeout=RECONNECT_SECONDS)


@router.post(
    "/collections",
    status_code=201,
    response_model=changes.CollectionChanged,
    responses=problems(404, 409),
)
async def create_collection(
    gateway: Gateway, body: changes.CreateCollectionBody, once: Idempotent
) -> Response:
    """Of items of one library."""
    message = changes.CreateCollection(**body.model_dump())
    return await once(lambda: passed_through(gateway.bus, message, status=201, timeout=MANY_SECONDS))


@router.put(
    "/collections/{rating_key}/items",
    response_model=changes.CollectionChanged,
    responses=problems(404, 409),
)
async def change_collection(
    gateway: Gateway, rating_key: Key, body: changes.ChangeCollectionBody
) -> Response:
    """Each item has a result of its own; 200 does not say that all were done."""
    message = changes.ChangeCollection(rating_key=rating_key, **body.model_dump())
    return await passed_through(gateway.bus, message, timeout=MANY_SECONDS)


@router.delete("/collections/{rating_key}", status_code=204, responses=problems(404))
async def delete_collection(gateway: Gateway, rating_key: Key) -> None:
    """What was in it stays."""
    await gateway.bus.call(changes.DeleteCollection(rating_key=rating_key), timeout=UPSTREAM_SECONDS)


@router.post(
    "/libraries/{library_key}/scan", status_code=202, response_model=changes.Scan, responses=problems(404)
)
async def scan_library(gateway: Gateway, library_key: Key, body: changes.ScanBody | None = None) -> Response:
    """Plex looks for new files, in one folder or everywhere; answered before it is done."""
    message = changes.ScanLibrary(library_key=library_key, path=body.path if body else None)
    return await passed_through(gateway.bus, message, status=202, timeout=UPSTREAM_SECONDS)


@router.get("/libraries/{library_key}/scan", response_model=changes.Scan, responses=problems(404))
async def get_scan(gateway: Gateway, library_key: Key) -> Response:
    """Whether one runs, and how far it is."""
    return await passed_through(
        gateway.bus, changes.GetScan(library_key=library_key), timeout=UPSTREAM_SECONDS
    )
