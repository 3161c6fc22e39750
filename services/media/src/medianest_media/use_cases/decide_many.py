"""Approve or decline many requests at once. Each is decided by itself, so that one that cannot be holds up no other."""

from collections.abc import Sequence
from uuid import UUID

from medianest_common.bus import require
from medianest_common.contracts.identity import Caller, Permission
from medianest_common.contracts.media.changing import (
    BulkAction,
    BulkResult,
    BulkResults,
    DecideRequests,
)
from medianest_common.errors import FieldError, Invalid, MediaNestError
from medianest_media.app import MediaApp
from medianest_media.states import Act
from medianest_media.use_cases.decide_request import decided


async def decide_requests(app: MediaApp, command: DecideRequests) -> BulkResults:
    admin = require(Permission.DECIDE_REQUESTS)
    reason = (command.reason or "").strip() or None
    if command.action is BulkAction.DECLINE and reason is None:
        raise Invalid(errors=[FieldError("reason", "Say why.")])
    # In one order, so that two administrators with the same list do not wait for each other in a ring.
    ids: Sequence[UUID] = sorted(set(command.ids))
    found = {request_id: await _one(app, command.action, request_id, admin, reason) for request_id in ids}
    results = [found[request_id] for request_id in dict.fromkeys(command.ids)]
    done = sum(result.done for result in results)
    return BulkResults(results=results, done=done, refused=len(results) - done)


async def _one(
    app: MediaApp, action: BulkAction, request_id: UUID, admin: Caller, reason: str | None
) -> BulkResult:
    act = Act.APPROVE if action is BulkAction.APPROVE else Act.DECLINE
    try:
        _, status = await decided(
            app, act, request_id, by=admin, reason=reason if act is Act.DECLINE else None
        )
    except MediaNestError as error:
        return BulkResult(id=request_id, done=False, code=error.code, detail=error.detail or error.title)
    return BulkResult(id=request_id, done=True, status=status)
