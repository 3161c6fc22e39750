"""Tell many people the same, some at a time, so that nobody's inbox is locked for long. A restart goes on behind the
last of them."""

from typing import Any

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

AT_ONCE = 500


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
    while await _tell_some(app):
        pass


async def _tell_some(app: NotificationsApp) -> bool:
    async with app.db.transaction() as tx:
        tellings = Tellings(tx.session)
        telling = await tellings.next()
        if telling is None:
            return False
        people = await tellings.readers(telling, most=AT_ONCE)
        await notify(app, tx, _notice(telling), to=people, dedupe_key=telling.id)
        if len(people) < AT_ONCE:
            await tellings.delete(Telling.id == telling.id)
        else:
            await tellings.go_on(telling, after=people[-1])
    return True


def _notice(telling: Telling) -> Notice:
    kind = NotificationType(telling.type)
    if kind is NotificationType.LIBRARY_ADDED:
        return about_arrivals(telling.values)
    return about_others_service(kind, telling.values)
