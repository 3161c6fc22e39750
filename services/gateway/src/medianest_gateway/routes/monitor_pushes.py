"""Where a cron job or a script says that it is well, as scripts made for Uptime Kuma do it."""

from typing import Annotated

from fastapi import Path, Query

from medianest_common.contracts.base import Contract
from medianest_common.contracts.health.managing import Heartbeat, RecordHeartbeat
from medianest_common.errors import MediaNestError, NotFound
from medianest_common.web import Router, problems
from medianest_common.web.routing import acts
from medianest_gateway.app import GatewayApp
from medianest_gateway.routes.common import PUBLIC, Gateway

router = Router(prefix="/services/push", tags=["Services"], responses=problems(404, 422, 429, 503, 504))

_LONGEST_MESSAGE = 250


class Heard(Contract):
    ok: bool = True


Token = Annotated[str, Path(min_length=1, max_length=128)]
Message = Annotated[str | None, Query(max_length=2000)]
Ping = Annotated[str | None, Query(max_length=40, description="Milliseconds; empty for none")]


class NothingReports(NotFound):
    title = "Monitor not found or not active."
    code = "PUSH_TOKEN_UNKNOWN"


@router.get("/{token}", response_model=Heard, openapi_extra=PUBLIC)
@acts
async def send_heartbeat_by_link(
    gateway: Gateway,
    token: Token,
    status: Heartbeat = Heartbeat.UP,
    msg: Message = None,
    ping: Ping = None,
) -> Heard:
    """The same as with POST, for whatever can only follow a link."""
    return await _heard(gateway, token, status, msg, ping)


@router.post("/{token}", response_model=Heard, openapi_extra=PUBLIC)
async def send_heartbeat(
    gateway: Gateway,
    token: Token,
    status: Heartbeat = Heartbeat.UP,
    msg: Message = None,
    ping: Ping = None,
) -> Heard:
    """A sign of life; with `status=down` a sign that something is wrong, and `msg` says what.

    404 with `ok` false where the token is not known (any more).
    """
    return await _heard(gateway, token, status, msg, ping)


async def _heard(
    gateway: GatewayApp, token: str, status: Heartbeat, msg: str | None, ping: str | None
) -> Heard:
    message = RecordHeartbeat(token=token, status=status, message=_shown(msg), latency_ms=_milliseconds(ping))
    try:
        await gateway.bus.call(message)
    except MediaNestError as error:
        if error.status != NotFound.status:
            raise
        raise NothingReports(ok=False, msg=NothingReports.title) from None
    return Heard()


def _shown(message: str | None) -> str | None:
    """One line that can be stored and shown; nobody reads an answer to what he sends by cron."""
    if message is None:
        return None
    text = "".join(c if c.isprintable() else " " for c in message)
    text = " ".join(text.split())
    return text[:_LONGEST_MESSAGE] or None


def _milliseconds(ping: str | None) -> float | None:
    """What scripts send where they have measured nothing is nothing."""
    try:
        value = float(ping or "")
    except ValueError:
        return None
    return value if 0 <= value <= 86_400_000 else None
