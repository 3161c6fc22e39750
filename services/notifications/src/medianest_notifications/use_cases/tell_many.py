"""Tell many people the same, some at a time, so that nobody's inbox is locked for long. A restart goes on behind the
last of them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import structlog

from medianest_common.clock import uuid7
from medianest_common.contracts.notifications import NotificationType
from medianest_common.db import Transaction
from medianest_notifications.app import NotificationsApp
from medianest_notifications.models import Telling
from medianest_notifications.repository.news import Tellings
from medianest_notifications.use_cases.notify import notify
from medianest_notifications.wording import Notice
from medianest_notifications.wording_library import about_arrivals
from medianest_notifications.wording_services import about_others_service

log = structlog.get_logger()

AT_ONCE = 500
MOST_TRIES = 10


def will_tell(
    app: NotificationsApp,
    tx: Transaction,
    type: NotificationType,
    values: dict[str, Any],
    audience: dict[str, Any],
) -> None:
    """`audience` is a library's `places`, and who is left out there; without any it is all but administrators."""
    tx.session.add(
        Telling(
            id=uuid7(),
            type=type.value,
            values=values,
            audience=audience,
            told_up_to=None,
            created_at=app.clock.now(),
        )
    )


async def tell_many(app: NotificationsApp) -> None:
    """One that cannot be told keeps back none behind it, and is given up after some rounds."""
    passed_over: list[UUID] = []
    while (telling_id := await _next(app, passed_over)) is not None:
        try:
            is_mine = await _tell_some(app, telling_id)
        except Exception:
            log.exception("telling_failed", telling=str(telling_id))
            await _count_failure(app, telling_id)
            is_mine = False
        if not is_mine:
            passed_over.append(telling_id)


async def _next(app: NotificationsApp, passed_over: Sequence[UUID]) -> UUID | None:
    async with app.db.transaction() as tx:
        return await Tellings(tx.session).next(besides=passed_over)


async def _tell_some(app: NotificationsApp, telling_id: UUID) -> bool:
    """Whether it could be had: another replica may be at it, or through with it."""
    async with app.db.transaction() as tx:
        tellings = Tellings(tx.session)
        telling = await tellings.take(telling_id)
        if telling is None:
            return False
        people = await tellings.readers(telling, most=AT_ONCE)
        await notify(app, tx, _notice(telling), to=people, dedupe_key=telling.id)
        if len(people) < AT_ONCE:
            await tellings.delete(Telling.id == telling.id)
        else:
            await tellings.go_on(telling, after=people[-1])
    return True


async def _count_failure(app: NotificationsApp, telling_id: UUID) -> None:
    async with app.db.transaction() as tx:
        tellings = Tellings(tx.session)
        if await tellings.failed(telling_id) >= MOST_TRIES:
            await tellings.delete(Telling.id == telling_id)
            log.error("telling_given_up", telling=str(telling_id))


def _notice(telling: Telling) -> Notice:
    kind = NotificationType(telling.type)
    if kind is NotificationType.LIBRARY_ADDED:
        return about_arrivals(telling.values)
    return about_others_service(kind, telling.values)
