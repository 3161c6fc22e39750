"""What happened: where one is signed in, one's own sign-ins, everybody's figures, and the audit log."""

from typing import Annotated

from fastapi import Query, Request, Response

from medianest_common.contracts import auth
from medianest_common.contracts.auth import history
from medianest_common.contracts.base import Page
from medianest_common.web import Router, problems
from medianest_gateway.routes.common import Gateway, passed_through

router = Router(tags=["Sessions"], responses=problems(401, 403, 422, 429, 503, 504))
admin = Router(prefix="/admin", tags=["Administration"], responses=problems(401, 403, 422, 429, 503, 504))

VERIFY_SECONDS = 6.0


@router.get("/auth/devices", response_model=Page[auth.Session])
async def list_devices(gateway: Gateway) -> Response:
    """Where one is signed in, the most recently used first."""
    return await passed_through(gateway.bus, auth.ListSessions())


@router.post("/auth/devices/revoke-others", status_code=204)
async def revoke_other_devices(gateway: Gateway) -> None:
    """Signs out everywhere but here. Asks for a fresh sign-in."""
    await gateway.bus.call(history.EndOtherSessions())


@router.delete("/auth/devices/known", status_code=204)
async def forget_device(request: Request, gateway: Gateway) -> Response:
    """Forgets this browser: its next sign-in is one from a new device. The session goes on."""
    token = request.cookies.get(gateway.cookies.device, "")[:64]
    await gateway.bus.call(history.ForgetDevice(device_token=token))
    response = Response(status_code=204)
    gateway.cookies.forget_device(response)
    return response


@router.get("/auth/activity", response_model=history.Activity)
async def get_activity(gateway: Gateway, query: Annotated[history.GetActivity, Query()]) -> Response:
    """Sign-ins over time, by which way, and those that stand out with the reason."""
    return await passed_through(gateway.bus, query)


@admin.get("/sign-ins", response_model=history.SignInFigures)
async def get_sign_in_figures(
    gateway: Gateway, query: Annotated[history.GetSignInFigures, Query()]
) -> Response:
    """Active people, sign-ins by way, failures by reason, sessions and counters that are full right now."""
    return await passed_through(gateway.bus, query)


@admin.get("/audit", response_model=Page[history.AuditItem], responses=problems(400))
async def get_audit(gateway: Gateway, query: Annotated[history.GetAudit, Query()]) -> Response:
    """The newest first."""
    return await passed_through(gateway.bus, query)


@admin.get("/audit/verify", response_model=history.AuditVerdict)
async def verify_audit(gateway: Gateway, query: Annotated[history.VerifyAudit, Query()]) -> Response:
    """Whether the log is as it was written. While `complete` is false, go on with `after` = `upTo`."""
    return await passed_through(gateway.bus, query, timeout=VERIFY_SECONDS)
