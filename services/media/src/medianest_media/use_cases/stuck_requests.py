"""Requests that were approved and that nothing has become of since: told once, for as long as it lasts.

What an administrator fetches by hand takes as long as it takes.
"""

from datetime import timedelta

import structlog
from sqlalchemy import select, text, tuple_

from medianest_common.contracts.media import MediaType
from medianest_common.contracts.media.changing import RequestStuck
from medianest_media.app import MediaApp
from medianest_media.models import Request
from medianest_media.moves import told_of

log = structlog.get_logger()

NOT_TAKEN_UP = "Nobody has taken it up yet."
_AT_ONCE = 100


async def alert_stuck(app: MediaApp) -> None:
    now = app.clock.now()
    before = now - timedelta(seconds=app.settings.media_stuck_after_seconds)
    fetched = [
        (media_type, is_4k)
        for media_type in MediaType
        for is_4k in (False, True)
        if not app.backend.by_hand(media_type, is_4k=is_4k)
    ]
    statement = (
        select(Request)
        # In these words there is an index of them.
        .where(text("status = 'approved' and stuck_since is null"), Request.status_since < before)
        .where(tuple_(Request.media_type, Request.is_4k).in_(fetched))
        .order_by(Request.status_since)
        .limit(_AT_ONCE)
        .with_for_update(skip_locked=True, key_share=True)
    )
    async with app.db.transaction() as tx:
        for request in (await tx.session.scalars(statement)).all():
            request.stuck_since = now
            told = await told_of(tx, request, by=None, reason=request.waiting_reason or NOT_TAKEN_UP)
            tx.emit(RequestStuck(**told, stuck_since=now))
            log.warning("request_stuck", request_id=str(request.id))
