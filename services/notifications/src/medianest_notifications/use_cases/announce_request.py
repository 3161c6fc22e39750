"""Tell the right people that a request has moved on."""

from collections.abc import Collection, Iterator
from functools import partial
from uuid import UUID, uuid5

from medianest_common.bus import Bus
from medianest_common.contracts.live import LiveFrame
from medianest_common.contracts.media import RequestSource, RequestStatus
from medianest_common.contracts.media.events import RequestChange
from medianest_common.contracts.notifications import NotificationType, push_subject
from medianest_common.contracts.personal import NOBODY
from medianest_common.db import Transaction
from medianest_notifications.app import NotificationsApp
from medianest_notifications.audience import Circle, audience_of, recipients
from medianest_notifications.models import FollowedRequest
from medianest_notifications.repository import FollowedRequests, Recipients
from medianest_notifications.repository.heads import lock_heads
from medianest_notifications.use_cases.notify import notify
from medianest_notifications.wording import SOMEBODY, Notice, about_request
from medianest_notifications.wording_people import about_watchlist_request
from medianest_notifications.wording_requests import about_followed

MOVED = "request.moved"
"""The live frame by which open pages know that a request looks different now."""


async def announce_request(
    app: NotificationsApp, tx: Transaction, event: RequestChange, *, event_id: UUID
) -> None:
    """Events may come late and out of order: nobody hears of a state after a later one was announced to him."""
    requests = FollowedRequests(tx.session)
    request = await requests.hear(event.request_id, version=event.version, now=app.clock.now())
    recipients = Recipients(tx.session)
    admins = await recipients.admins()
    gone = {NOBODY}
    if await recipients.has_left(event.user_id):
        gone.add(event.user_id)
        event = event.model_copy(update={"user_name": SOMEBODY})
    requests.note(request, event, gone=gone, now=app.clock.now())
    if request.version == event.version:
        everyone = sorted({event.user_id, *admins, *event.follower_ids} - gone)
        tx.after_commit(partial(tell_open_pages, app.bus, event, everyone))
    people = [user for user in audience_of(event, admins=admins, gone=gone) if _is_news(event, request, user)]
    if _is_by_itself(event):
        await lock_heads(tx.session, {event.user_id, *people} - gone)
        await _tell_whose_watchlist(app, tx, event, gone=gone)
        people = [user for user in people if user != event.user_id]
    if not people:
        return
    await lock_heads(tx.session, people)
    for notice, group in _by_reader(event, people, admins=admins):
        await notify(app, tx, notice, to=group, dedupe_key=event_id)
    request.told = request.told | {user.hex: event.version for user in people}


def _is_by_itself(event: RequestChange) -> bool:
    """Asked for, and perhaps approved, with nobody's hand in it."""
    is_new = event.status is RequestStatus.PENDING
    is_approved = event.status is RequestStatus.APPROVED and event.actor_id is None
    return event.source is RequestSource.WATCHLIST and (is_new or is_approved)


async def _tell_whose_watchlist(
    app: NotificationsApp, tx: Transaction, event: RequestChange, *, gone: Collection[UUID]
) -> None:
    """Once for each request, however often the list is read and whatever it was approved by."""
    circle = Circle(account=event.user_id, gone=gone)
    audience = recipients(NotificationType.REQUEST_FROM_WATCHLIST, circle)
    once = uuid5(event.request_id, NotificationType.REQUEST_FROM_WATCHLIST)
    await notify(app, tx, about_watchlist_request(event), to=audience, dedupe_key=once)


def _by_reader(
    event: RequestChange, people: list[UUID], *, admins: Collection[UUID]
) -> Iterator[tuple[Notice, list[UUID]]]:
    """Administrators who follow it are told as administrators."""
    told = [user for user in people if user == event.user_id]
    yield about_request(event, to_requester=True), told
    told = [user for user in people if user != event.user_id and user in admins]
    yield about_request(event, to_requester=False), told
    yield about_followed(event), [u for u in people if u != event.user_id and u not in admins]


def _is_news(event: RequestChange, request: FollowedRequest, user: UUID) -> bool:
    if event.status is RequestStatus.PENDING and request.version > event.version:
        # It has been decided meanwhile, so there is nothing left to decide.
        return False
    return bool(request.told.get(user.hex, 0) < event.version)


async def tell_open_pages(bus: Bus, event: RequestChange, people: list[UUID]) -> None:
    frame = LiveFrame(
        key=f"request:{event.request_id}",
        type=MOVED,
        data={"requestId": str(event.request_id), "status": event.status.value, "version": event.version},
    )
    body = frame.model_dump_json().encode()
    for user_id in people:
        await bus.publish_live(push_subject(user_id), body)
