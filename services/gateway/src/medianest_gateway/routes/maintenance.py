"""Times during which monitors may be down, and nobody is told."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from medianest_common.contracts.base import Page
from medianest_common.contracts.health import maintenance
from medianest_common.web import Idempotent, Router, problems
from medianest_gateway.routes.common import Gateway, passed_through

router = Router(
    prefix="/admin/monitors/maintenance", tags=["Monitors"], responses=problems(401, 403, 422, 429, 503, 504)
)


@router.get("", response_model=Page[maintenance.Maintenance], responses=problems(400))
async def list_maintenances(
    gateway: Gateway,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: str | None = None,
) -> Response:
    """What runs or comes next first, and what is over last. A page may hold less than `limit`: `nextCursor` tells."""
    return await passed_through(gateway.bus, maintenance.ListMaintenances(limit=limit, cursor=cursor))


@router.post("", status_code=201, response_model=maintenance.Maintenance, responses=problems(409))
async def plan_maintenance(gateway: Gateway, body: maintenance.MaintenanceBody, once: Idempotent) -> Response:
    """By the clock on the wall of a place; `windows` says when that is, there and in UTC.

    422 for a rule that is not known here, or by which it never comes; 409 `TOO_MANY_MAINTENANCES`.
    """
    message = maintenance.PlanMaintenance(plan=_plan(body))
    return await once(lambda: passed_through(gateway.bus, message, status=201))


@router.get("/{id:uuid}", response_model=maintenance.Maintenance, responses=problems(404))
async def get_maintenance(gateway: Gateway, id: UUID) -> Response:
    """With the windows that come next."""
    return await passed_through(gateway.bus, maintenance.GetMaintenance(id=id))


@router.put("/{id:uuid}", response_model=maintenance.Maintenance, responses=problems(404, 409))
async def change_maintenance(
    gateway: Gateway, id: UUID, body: maintenance.ChangedMaintenanceBody
) -> Response:
    """The whole of it. What was called off is on again. 409 `MAINTENANCE_CHANGED` where `version` is not the present
    one."""
    message = maintenance.ChangeMaintenance(id=id, plan=_plan(body), version=body.version)
    return await passed_through(gateway.bus, message)


@router.post("/{id:uuid}/end", response_model=maintenance.Maintenance, responses=problems(404, 409))
async def end_maintenance(gateway: Gateway, id: UUID) -> Response:
    """The window that runs is over now, and the next comes as planned. 409 `MAINTENANCE_NOT_RUNNING`."""
    return await passed_through(gateway.bus, maintenance.EndMaintenance(id=id, for_good=False))


@router.post("/{id:uuid}/cancel", response_model=maintenance.Maintenance, responses=problems(404))
async def cancel_maintenance(gateway: Gateway, id: UUID) -> Response:
    """It is over, if it runs, and does not come again."""
    return await passed_through(gateway.bus, maintenance.EndMaintenance(id=id, for_good=True))


@router.delete("/{id:uuid}", status_code=204, responses=problems(404))
async def delete_maintenance(gateway: Gateway, id: UUID) -> None:
    """It is forgotten, and does not come again."""
    await gateway.bus.call(maintenance.DeleteMaintenance(id=id))


def _plan(body: maintenance.MaintenanceBody) -> maintenance.MaintenancePlan:
    return maintenance.MaintenancePlan.model_validate(body.model_dump())
