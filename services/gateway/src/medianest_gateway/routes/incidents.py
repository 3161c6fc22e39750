"""Times during which something was not well, and what administrators say of them."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from medianest_common.contracts.base import Page
from medianest_common.contracts.health import incidents
from medianest_common.web import Idempotent, Router, problems
from medianest_gateway.routes.common import Gateway, passed_through

router = Router(tags=["Services"], responses=problems(400, 401, 403, 404, 422, 429, 503, 504))
admin = Router(prefix="/admin/incidents", tags=["Monitors"], responses=problems(401, 403, 422, 429, 503, 504))

_Limit = Annotated[int, Query(ge=1, le=incidents.MOST_A_PAGE)]


@router.get("/services/{id:uuid}/incidents", response_model=Page[incidents.Incident])
async def list_monitor_incidents(
    gateway: Gateway, id: UUID, limit: _Limit = incidents.MOST_A_PAGE, cursor: str | None = None
) -> Response:
    """Those of one monitor that you may see, the latest first."""
    return await passed_through(
        gateway.bus, incidents.ListMonitorIncidents(id=id, limit=limit, cursor=cursor)
    )


@admin.get("", response_model=Page[incidents.Incident], responses=problems(400))
async def list_incidents(
    gateway: Gateway, limit: _Limit = incidents.MOST_A_PAGE, cursor: str | None = None
) -> Response:
    """Those that are open first, then the others, the latest first."""
    return await passed_through(gateway.bus, incidents.ListIncidents(limit=limit, cursor=cursor))


@admin.get("/{id:uuid}", response_model=incidents.Incident, responses=problems(404))
async def get_incident(gateway: Gateway, id: UUID) -> Response:
    """With every turn it took, its notes and its post-mortem."""
    return await passed_through(gateway.bus, incidents.GetIncident(id=id))


@admin.post(
    "/{id:uuid}/notes",
    status_code=201,
    response_model=incidents.IncidentNote,
    responses=problems(404, 409),
)
async def add_note(gateway: Gateway, id: UUID, body: incidents.NoteBody, once: Idempotent) -> Response:
    """Everybody who may see the monitor can read it. 409 `TOO_MANY_NOTES`."""
    message = incidents.AddIncidentNote(id=id, text=body.text)
    return await once(lambda: passed_through(gateway.bus, message, status=201))


@admin.delete("/{id:uuid}/notes/{note_id:uuid}", status_code=204, responses=problems(404))
async def remove_note(gateway: Gateway, id: UUID, note_id: UUID) -> None:
    """Whoever wrote it."""
    await gateway.bus.call(incidents.RemoveIncidentNote(id=id, note_id=note_id))


@admin.put("/{id:uuid}/post-mortem", response_model=incidents.Incident, responses=problems(404, 409))
async def write_post_mortem(gateway: Gateway, id: UUID, body: incidents.PostMortemBody) -> Response:
    """What it was, how it was mended, and what keeps it from coming again; null takes it away. 409
    `POST_MORTEM_CHANGED` where `version` is not the present one."""
    message = incidents.WritePostMortem(id=id, text=body.text, version=body.version)
    return await passed_through(gateway.bus, message)
