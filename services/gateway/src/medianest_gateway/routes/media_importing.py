"""Taking over the people and requests of an Overseerr; for administrators, as the media service decides."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from medianest_common.contracts.base import Page
from medianest_common.contracts.media import importing
from medianest_common.web import Idempotent, Router, problems
from medianest_gateway.routes.common import Gateway, passed_through
from medianest_gateway.routes.media import UPSTREAM_SECONDS

router = Router(
    prefix="/media/import", tags=["Media requests"], responses=problems(401, 403, 422, 429, 502, 503, 504)
)


@router.post("", status_code=202, response_model=importing.ImportRun, responses=problems(409))
async def start_import(gateway: Gateway, body: importing.StartImportBody, once: Idempotent) -> Response:
    """Goes on by itself; `GET` says how far it is. A dry run, which is what happens unless something else is said,
    changes nothing and reports what would happen."""
    message = importing.StartImport(dry_run=body.dry_run)
    return await once(lambda: passed_through(gateway.bus, message, status=202, timeout=UPSTREAM_SECONDS))


@router.get("", response_model=importing.LastImports)
async def get_imports(gateway: Gateway) -> Response:
    """The last dry run and the last real one: progress, counts, and values nobody knows the meaning of."""
    return await passed_through(gateway.bus, importing.GetImports())


@router.get("/{id:uuid}/findings", response_model=Page[importing.Finding], responses=problems(400, 404))
async def list_findings(
    gateway: Gateway,
    id: UUID,
    kind: importing.FindingKind = importing.FindingKind.REQUEST,
    outcome: importing.Outcome | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: str | None = None,
) -> Response:
    """Everybody and every request that the run has found, each with what becomes of it and why."""
    query = importing.ListFindings(import_id=id, about=kind, outcome=outcome, limit=limit, cursor=cursor)
    return await passed_through(gateway.bus, query)


@router.get("/people", response_model=Page[importing.ImportedPerson], responses=problems(400))
async def list_imported_people(
    gateway: Gateway, query: Annotated[importing.ListImportedPeople, Query()]
) -> Response:
    """Those who are known from an import only, since they have no account here."""
    return await passed_through(gateway.bus, query)


@router.delete("/people/{id:uuid}", status_code=204, responses=problems(404, 409))
async def erase_imported_person(gateway: Gateway, id: UUID) -> None:
    """What they asked for is nobody's from then on, and no import brings them back. 409 while an import is running."""
    await gateway.bus.call(importing.EraseImportedPerson(id=id))
