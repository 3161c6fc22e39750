"""What people decide about a request: approve, decline, try again, cancel. Twice the same is one effect."""

from uuid import UUID

from medianest_common.bus import Raw, require, require_caller
from medianest_common.contracts.base import Nothing
from medianest_common.contracts.identity import Caller, Permission
from medianest_common.contracts.media import (
    ApproveRequest,
    CancelRequest,
    DeclineRequest,
    RequestStatus,
    RetryRequest,
)
from medianest_common.db import Transaction
from medianest_common.errors import FieldError, Forbidden, Invalid, NotFound
from medianest_media import auditing
from medianest_media.app import MediaApp
from medianest_media.models import Request
from medianest_media.moves import move, owe
from medianest_media.repository import Requests
from medianest_media.states import Act, decide

_OWNER_MAY_CANCEL = (RequestStatus.PENDING, RequestStatus.FAILED, RequestStatus.CANCELLED)


async def approve_request(app: MediaApp, command: ApproveRequest) -> Raw:
    return await _decided(app, Act.APPROVE, command.id, by=require(Permission.DECIDE_REQUESTS))


async def decline_request(app: MediaApp, command: DeclineRequest) -> Raw:
    admin, reason = require(Permission.DECIDE_REQUESTS), command.reason.strip()
    if not reason:
        raise Invalid(errors=[FieldError("reason", "Say why.")])
    return await _decided(app, Act.DECLINE, command.id, by=admin, reason=reason)


async def retry_request(app: MediaApp, command: RetryRequest) -> Raw:
    """Also asks the backend at once about a request that merely waits."""
    return await _decided(app, Act.RETRY, command.id, by=require(Permission.DECIDE_REQUESTS))


async def cancel_request(app: MediaApp, command: CancelRequest) -> Nothing:
    """Who asked may cancel until it is approved, an administrator until it is there."""
    await _decided(app, Act.CANCEL, command.id, by=require_caller())
    return Nothing()


async def _decided(
    app: MediaApp, act: Act, request_id: UUID, *, by: Caller, reason: str | None = None
) -> Raw:
    shown, _ = await decided(app, act, request_id, by=by, reason=reason)
    return shown


async def decided(
    app: MediaApp, act: Act, request_id: UUID, *, by: Caller, reason: str | None = None
) -> tuple[Raw, RequestStatus]:
    """The request as it is afterwards. Raises `NotFound`, `Forbidden`, `WrongState`."""
    async with app.db.transaction() as tx:
        request = await _locked(tx, request_id, by=by)
        if act is Act.CANCEL and not by.is_admin and request.status not in _OWNER_MAY_CANCEL:
            raise Forbidden("It has been approved. Ask an administrator to cancel it.")
        to = decide(act, request.status)
        now = app.clock.now()
        if to is not None:
            await move(tx, request, to, now=now, by=by, reason=reason)
        if to is not None or act is Act.RETRY:
            owe(tx, request, now=now)
            if by.is_admin and (act is not Act.CANCEL or request.user_id != by.user_id):
                auditing.decided(tx, f"request_{act}", f"request:{request.id}")
        return Raw(await Requests(tx.session).shown(request.id)), request.status


async def _locked(tx: Transaction, request_id: UUID, *, by: Caller) -> Request:
    """Other people's requests do not exist, except for administrators."""
    request = await Requests(tx.session).get(request_id, lock=True)
    if request is None or not (by.is_admin or request.user_id == by.user_id):
        raise NotFound("There is no such request.")
    return request
