"""Tell open pages that a request looks different, and whose it is where somebody else has changed it."""

from functools import partial
from uuid import UUID

from medianest_common.contracts.media import RequestStatus
from medianest_common.contracts.media.changing import RequestEdited, RequestStuck
from medianest_common.contracts.notifications import NotificationType
from medianest_common.contracts.personal import NOBODY
from medianest_common.db import Transaction
from medianest_notifications.app import NotificationsApp
from medianest_notifications.audience import Circle, recipients
from medianest_notifications.repository import FollowedRequests, Recipients
from medianest_notifications.repository.requests import note
from medianest_notifications.use_cases.announce_request import tell_open_pages
from medianest_notifications.use_cases.notify import notify
from medianest_notifications.wording_requests import about_edit, about_stuck


async def announce_edit(
    app: NotificationsApp, tx: Transaction, event: RequestEdited, *, event_id: UUID
) -> None:
    # Events overtake each other: that there is something to decide stays news, whatever it was changed to.
    undecided = event.status is RequestStatus.PENDING
    followed = FollowedRequests(tx.session)
    request = await followed.hear(
        event.request_id, version=0 if undecided else event.version, now=app.clock.now()
    )
    known = Recipients(tx.session)
    gone = {NOBODY} | ({event.user_id} if await known.has_left(event.user_id) else set())
    if request.version <= event.version:
        everyone = sorted({event.user_id, *await known.admins(), *event.follower_ids} - gone)
        tx.after_commit(partial(tell_open_pages, app.bus, event, everyone))
    note(request, event, gone=gone, now=app.clock.now())
    await followed.save([request])
    circle = Circle(requester=event.user_id, actor=event.actor_id, gone=gone)
    audience = recipients(NotificationType.REQUEST_EDITED, circle)
    await notify(app, tx, about_edit(event), to=audience, dedupe_key=event_id)


async def announce_stuck(
    app: NotificationsApp, tx: Transaction, event: RequestStuck, *, event_id: UUID
) -> None:
    """Administrators are told, unless it has moved on before this arrived."""
    followed = FollowedRequests(tx.session)
    request = await followed.hear(event.request_id, version=event.version, now=app.clock.now())
    if request.version > event.version:
        return
    await followed.save([request])
    admins = sorted(await Recipients(tx.session).admins())
    tx.after_commit(partial(tell_open_pages, app.bus, event, sorted({event.user_id, *admins} - {NOBODY})))
    audience = recipients(NotificationType.REQUEST_STUCK, Circle(admins=admins))
    await notify(app, tx, about_stuck(event), to=audience, dedupe_key=event_id)
