"""Tell open pages that a request looks different, and whose it is where somebody else has changed it."""

from functools import partial
from uuid import UUID

from medianest_common.contracts.media import RequestStatus
from medianest_common.contracts.media.changing import RequestEdited, RequestStuck
from medianest_common.contracts.personal import NOBODY
from medianest_common.db import Transaction
from medianest_notifications.app import NotificationsApp
from medianest_notifications.repository import FollowedRequests, Recipients
from medianest_notifications.use_cases.announce_request import tell_open_pages
from medianest_notifications.use_cases.notify import notify
from medianest_notifications.wording_requests import about_edit, about_stuck


async def announce_edit(
    app: NotificationsApp, tx: Transaction, event: RequestEdited, *, event_id: UUID
) -> None:
    # Events overtake each other: that there is something to decide stays news, whatever it was changed to.
    undecided = event.status is RequestStatus.PENDING
    request = await FollowedRequests(tx.session).hear(
        event.request_id, version=0 if undecided else event.version, now=app.clock.now()
    )
    recipients = Recipients(tx.session)
    gone = {NOBODY} | ({event.user_id} if await recipients.has_left(event.user_id) else set())
    if request.version <= event.version:
        everyone = sorted({event.user_id, *await recipients.admins(), *event.follower_ids} - gone)
        tx.after_commit(partial(tell_open_pages, app.bus, event, everyone))
    if event.actor_id != event.user_id and event.user_id not in gone:
        await notify(app, tx, about_edit(event), to=[event.user_id], dedupe_key=event_id)


async def announce_stuck(
    app: NotificationsApp, tx: Transaction, event: RequestStuck, *, event_id: UUID
) -> None:
    """Administrators are told, unless it has moved on before this arrived."""
    request = await FollowedRequests(tx.session).hear(
        event.request_id, version=event.version, now=app.clock.now()
    )
    if request.version > event.version:
        return
    admins = sorted(await Recipients(tx.session).admins())
    tx.after_commit(partial(tell_open_pages, app.bus, event, sorted({event.user_id, *admins} - {NOBODY})))
    await notify(app, tx, about_stuck(event), to=admins, dedupe_key=event_id)
