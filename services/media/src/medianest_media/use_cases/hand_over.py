"""Another backend, or another server of it, is set up than before: what it has not been told of is told to it, and
nothing is lost.

What is over stays as it is. What has failed waits for an administrator as before: trying it again is a decision.
"""

from uuid import UUID

import structlog
from sqlalchemy import and_, case, or_, select, update

from medianest_common.contracts.media import RequestStatus, SubmitRequest
from medianest_media.app import MediaApp
from medianest_media.models import Request

log = structlog.get_logger()

_AT_ONCE = 500
_OPEN = (
    RequestStatus.PENDING,
    RequestStatus.APPROVED,
    RequestStatus.PROCESSING,
    RequestStatus.PARTIALLY_AVAILABLE,
)


async def hand_over(app: MediaApp) -> None:
    astray = await app.backend.astray()
    while len(await _some(app, astray)) == _AT_ONCE:
        pass


async def _some(app: MediaApp, astray: list[int]) -> list[UUID]:
    """`astray` keep the number that they have in the backend, which knows by it what was done for them."""
    sent_astray = and_(Request.backend == app.backend.name, Request.backend_id.in_(astray))
    told_to_another = (
        select(Request.id)
        .where(
            Request.watched,
            Request.in_line,
            Request.status.in_(_OPEN),
            or_(Request.backend.is_distinct_from(app.backend.name), sent_astray),
        )
        .order_by(Request.checked_at)
        .limit(_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    owed = {
        "in_line": False,
        "backend": case((sent_astray, Request.backend)),
        "backend_id": case((sent_astray, Request.backend_id)),
        "adopted": case((sent_astray, Request.adopted), else_=False),
        "missing_since": None,
        "waiting_reason": None,
        "stuck_since": None,
        "resumes": 0,
        "attempted_at": app.clock.now(),
    }
    async with app.db.transaction() as tx:
        statement = update(Request).where(Request.id.in_(told_to_another)).values(owed).returning(Request.id)
        moved = list((await tx.session.execute(statement)).scalars())
        for request_id in moved:
            tx.enqueue(SubmitRequest(request_id=request_id))
    if moved:
        log.info("requests_handed_over", to=app.backend.name, requests=len(moved))
    return moved
