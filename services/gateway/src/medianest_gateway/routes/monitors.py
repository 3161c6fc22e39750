"""What is watched: administrators make, change, order, hide and group monitors."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from medianest_common.contracts.base import Page
from medianest_common.contracts.health import carrying, groups, managing
from medianest_common.contracts.health.monitors import Visibility
from medianest_common.web import Idempotent, Router, problems
from medianest_gateway.routes.common import JSON, Gateway, passed_through

router = Router(prefix="/admin/monitors", tags=["Monitors"], responses=problems(401, 403, 422, 429, 503, 504))

TRY_SECONDS = 18.0
CHECK_SECONDS = 15.0
MANY_SECONDS = 9.0


@router.get("", response_model=Page[managing.Monitor], responses=problems(400))
async def list_monitors(
    gateway: Gateway,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: str | None = None,
    q: Annotated[str | None, Query(max_length=100)] = None,
    group_id: Annotated[UUID | None, Query(alias="groupId")] = None,
    kind: Annotated[str | None, Query(max_length=40)] = None,
    origin: managing.Origin | None = None,
    visibility: Visibility | None = None,
) -> Response:
    """In their order. Secrets are never shown, only which are set."""
    message = managing.ListManaged(
        limit=limit,
        cursor=cursor,
        q=q,
        group_id=group_id,
        monitor_kind=kind,
        origin=origin,
        visibility=visibility,
    )
    return await passed_through(gateway.bus, message)


@router.post("", status_code=201, response_model=managing.MonitorMade, responses=problems(409))
async def create_monitor(gateway: Gateway, body: managing.NewMonitorBody, once: Idempotent) -> Response:
    """At the end of the list, looked at right away, and for administrators' eyes unless `visibility` says otherwise.

    A push monitor gets its token here and never again, also not with the same `Idempotency-Key`. 409
    `TOO_MANY_MONITORS`, `DEPENDENCY_CYCLE`.
    """
    message = managing.CreateMonitor(
        id=once.id, decisions=_decisions(body), spec=managing.given(body.spec), paused=body.paused
    )
    return await once(lambda: passed_through(gateway.bus, message, status=201), kept=_without_token)


@router.post("/test", response_model=managing.CheckReport, responses=problems(404))
async def try_monitor(gateway: Gateway, body: managing.TryMonitorBody) -> Response:
    """One look at what a monitor would look at, before it is saved. Nothing is kept of it."""
    message = managing.TryMonitor(
        spec=managing.given(body.spec), timeout_seconds=body.timeout_seconds, id=body.id
    )
    return await passed_through(gateway.bus, message, timeout=TRY_SECONDS)


@router.post("/bulk", response_model=managing.BulkDone, responses=problems(409))
async def change_many_monitors(gateway: Gateway, body: managing.BulkBody) -> Response:
    """All of them or none. 409 `MONITOR_IS_AUTOMATIC` where one cannot be deleted."""
    message = managing.ChangeManyMonitors(
        ids=body.ids, action=body.action, visibility=body.visibility, group_id=body.group_id
    )
    return await passed_through(gateway.bus, message, timeout=MANY_SECONDS)


@router.put("/order", status_code=204, responses=problems(409))
async def order_monitors(gateway: Gateway, body: managing.MonitorOrderBody) -> None:
    """All that are watched in their new order, across groups; 409 where these are not all."""
    await gateway.bus.call(managing.OrderMonitors(ids=body.ids), timeout=MANY_SECONDS)


@router.get("/export", response_model=carrying.MonitorsDocument)
async def export_monitors(gateway: Gateway) -> Response:
    """Those that were made here or imported, as one document without secrets."""
    part = whole = await gateway.bus.call(carrying.ExportMonitors(), timeout=MANY_SECONDS)
    while part.next_cursor:
        part = await gateway.bus.call(carrying.ExportMonitors(cursor=part.next_cursor), timeout=MANY_SECONDS)
        whole.monitors.extend(part.monitors)
        known = {each.ref for each in whole.automatic}
        whole.automatic.extend(each for each in part.automatic if each.ref not in known)
    return Response(whole.model_dump_json(exclude={"next_cursor"}), media_type=JSON)


@router.post("/import", response_model=carrying.CarriedOver, responses=problems(409))
async def import_monitors(gateway: Gateway, body: carrying.ImportMonitorsBody) -> Response:
    """Makes it so as the document says: again changes what is here, and nothing is taken away. Secrets stay as they are
    for the address that they were entered for."""
    message = carrying.ImportMonitors(
        groups={group.ref: group.name for group in body.document.groups},
        automatic={each.ref: each.key for each in body.document.automatic},
        monitors=[
            carrying.CarriedValues(
                ref=each.ref,
                decisions=_decisions(each),
                spec=managing.given(each.spec),
                paused=each.paused,
                secrets=each.secrets,
            )
            for each in body.document.monitors
        ],
        dry_run=body.dry_run,
    )
    return await passed_through(gateway.bus, message, timeout=MANY_SECONDS)


@router.get("/groups", response_model=groups.MonitorGroups)
async def list_groups(gateway: Gateway) -> Response:
    """In their order, with how many monitors each has."""
    return await passed_through(gateway.bus, groups.ListGroups())


@router.post("/groups", status_code=201, response_model=groups.MonitorGroup, responses=problems(409))
async def add_group(gateway: Gateway, body: groups.GroupBody, once: Idempotent) -> Response:
    """At the end of the list. 409 `GROUP_EXISTS`."""
    message = groups.AddGroup(name=body.name)
    return await once(lambda: passed_through(gateway.bus, message, status=201))


@router.put("/groups/order", response_model=groups.MonitorGroups, responses=problems(409))
async def order_groups(gateway: Gateway, body: groups.GroupOrderBody) -> Response:
    """All of them in their new order; 409 where these are not all."""
    return await passed_through(gateway.bus, groups.OrderGroups(ids=body.ids))


@router.put("/groups/{id:uuid}", response_model=groups.MonitorGroup, responses=problems(404, 409))
async def rename_group(gateway: Gateway, id: UUID, body: groups.GroupBody) -> Response:
    """409 `GROUP_EXISTS` where another is called so."""
    return await passed_through(gateway.bus, groups.RenameGroup(id=id, name=body.name))


@router.delete("/groups/{id:uuid}", status_code=204, responses=problems(404))
async def remove_group(gateway: Gateway, id: UUID) -> None:
    """Its monitors stay, in no group."""
    await gateway.bus.call(groups.RemoveGroup(id=id))


@router.get("/{id:uuid}", response_model=managing.Monitor, responses=problems(404))
async def get_monitor(gateway: Gateway, id: UUID) -> Response:
    """Secrets are never shown, only which are set."""
    return await passed_through(gateway.bus, managing.GetManaged(id=id))


@router.put("/{id:uuid}", response_model=managing.Monitor, responses=problems(404, 409))
async def change_monitor(gateway: Gateway, id: UUID, body: managing.MonitorBody) -> Response:
    """The whole of it, but for `spec` if it is left out, and for secrets that are left out in it.

    409 `MONITOR_CHANGED` where `version` is not the present one, `MONITOR_IS_AUTOMATIC` for a `spec` of such a one,
    `KIND_IS_FIXED`, `DEPENDENCY_CYCLE`.
    """
    message = managing.ChangeMonitor(
        id=id,
        decisions=_decisions(body),
        spec=managing.given(body.spec) if body.spec else None,
        version=body.version,
    )
    return await passed_through(gateway.bus, message)


@router.delete("/{id:uuid}", status_code=204, responses=problems(404, 409))
async def delete_monitor(gateway: Gateway, id: UUID) -> None:
    """With its history. 409 `MONITOR_IS_AUTOMATIC` with `madeBy`, the setting that it comes from."""
    await gateway.bus.call(managing.DeleteMonitor(id=id), timeout=MANY_SECONDS)


@router.post("/{id:uuid}/pause", response_model=managing.Monitor, responses=problems(404))
async def pause_monitor(gateway: Gateway, id: UUID) -> Response:
    """It is not looked at, and the time counts neither as up nor as down."""
    return await passed_through(gateway.bus, managing.PauseMonitor(id=id, paused=True))


@router.post("/{id:uuid}/resume", response_model=managing.Monitor, responses=problems(404))
async def resume_monitor(gateway: Gateway, id: UUID) -> Response:
    """Looked at right away."""
    return await passed_through(gateway.bus, managing.PauseMonitor(id=id, paused=False))


@router.post(
    "/{id:uuid}/check",
    response_model=managing.CheckReport,
    responses={202: {"description": "It is being looked at."}, **problems(404, 409)},
)
async def check_monitor(gateway: Gateway, id: UUID) -> Response:
    """A look that counts like any other. 202 where it is not over when the time is up; 409 `MONITOR_PAUSED`."""
    checked = await gateway.bus.call(managing.CheckMonitor(id=id), timeout=CHECK_SECONDS)
    if checked.report is None:
        return Response(status_code=202)
    return Response(checked.report.model_dump_json(), media_type=JSON)


@router.post("/{id:uuid}/push-token", response_model=managing.MonitorMade, responses=problems(404, 409))
async def renew_push_token(gateway: Gateway, id: UUID) -> Response:
    """The one before is worth nothing any more. 409 `NOT_PUSH_MONITOR`."""
    return await passed_through(gateway.bus, managing.RenewPushToken(id=id))


def _without_token(answer: Response) -> Response:
    made = managing.MonitorMade.model_validate_json(bytes(answer.body))
    told = made.model_copy(update={"push_token": None, "push_path": None})
    return Response(told.model_dump_json(), status_code=answer.status_code, media_type=JSON)


def _decisions(body: managing.NewMonitorBody | managing.MonitorBody) -> managing.Decisions:
    return managing.Decisions.model_validate(
        {name: getattr(body, name) for name in managing.Decisions.model_fields}
    )
