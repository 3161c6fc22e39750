"""Tell the right people that a request has moved on."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from functools import partial
from uuid import UUID, uuid5

from medianest_common.bus import Bus, use
from medianest_common.bus.handlers import Heard
from medianest_common.contracts.live import LiveFrame
from medianest_common.contracts.media import RequestSource, RequestStatus
from medianest_common.contracts.media.events import RequestChange
from medianest_common.contracts.notifications import NotificationType, push_subject
from medianest_common.contracts.personal import NOBODY
from medianest_common.db import Transaction
from medianest_notifications.app import NotificationsApp
from medianest_notifications.audience import Circle, audience_of, recipients
from medianest_notifications.repository import FollowedRequests, Recipients
from medianest_notifications.repository.requests import Followed, note
from medianest_notifications.use_cases.notify import Announcement, notify_each
from medianest_notifications.wording import SOMEBODY, Notice, about_request
from medianest_notifications.wording_people import about_watchlist_request
from medianest_notifications.wording_requests import about_followed

MOVED = "request.moved"
"""The live frame by which open pages know that a request looks different now."""


async def announce_requests(
    app: NotificationsApp, tx: Transaction, heard: Sequence[Heard[RequestChange]]
) -> None:
    """Events may come late and out of order: nobody hears of a state after a later one was announced to him."""
    now = app.clock.now()
    followed = FollowedRequests(tx.session)
    requests = await followed.lock({each.event.request_id for each in heard}, now=now)
    asked_by = {each.event.user_id for each in heard}
    admins, left = await Recipients(tx.session).admins_and_who_left(asked_by)
    announcements: list[Announcement] = []
    for each in heard:
        with use(each.context):
            request = requests[each.event.request_id]
            announcements += _announce(app, tx, each, request, admins=admins, left=left, now=now)
    await followed.save(requests.values())
    await notify_each(app, tx, announcements)


def _announce(
    app: NotificationsApp,
    tx: Transaction,
    heard: Heard[RequestChange],
    request: Followed,
    *,
    admins: Collection[UUID],
    left: Collection[UUID],
    now: datetime,
) -> Iterator[Announcement]:
    """Notes what is known of the request from here on, and yields what is to be said of it to whom."""
    event, gone = heard.event, {NOBODY, *left}
    if event.user_id in left:
        event = event.model_copy(update={"user_name": SOMEBODY})
    request.version = max(request.version, event.version)
    note(request, event, gone=gone, now=now)
    if request.version == event.version:
        everyone = sorted({event.user_id, *admins, *event.follower_ids} - gone)
        tx.after_commit(partial(tell_open_pages, app.bus, event, everyone))
    people = [user for user in audience_of(event, admins=admins, gone=gone) if _is_news(event, request, user)]
    if _is_by_itself(event):
        yield _to_whose_watchlist(event, gone=gone)
        people = [user for user in people if user != event.user_id]
    for notice, group in _by_reader(event, people, admins=admins):
        yield Announcement(notice, group, heard.id)
    if people:
        request.told = request.told | {user.hex: event.version for user in people}


def _is_by_itself(event: RequestChange) -> bool:
    """Asked for, and perhaps approved, with nobody's hand in it."""
    is_new = event.status is RequestStatus.PENDING
    is_approved = event.status is RequestStatus.APPROVED and event.actor_id is None
    return event.source is RequestSource.WATCHLIST and (is_new or is_approved)


def _to_whose_watchlist(event: RequestChange, *, gone: Collection[UUID]) -> Announcement:
    """Once for each request, however often the list is read and whatever it was approved by."""
    circle = Circle(account=event.user_id, gone=gone)
    audience = recipients(NotificationType.REQUEST_FROM_WATCHLIST, circle)
    once = uuid5(event.request_id, NotificationType.REQUEST_FROM_WATCHLIST)
    return Announcement(about_watchlist_request(event), audience, once)


def _by_reader(
    event: RequestChange, people: list[UUID], *, admins: Collection[UUID]
) -> Iterator[tuple[Notice, list[UUID]]]:
    """Administrators who follow it are told as administrators."""
    told = [user for user in people if user == event.user_id]
    yield about_request(event, to_requester=True), told
    told = [user for user in people if user != event.user_id and user in admins]
    yield about_request(event, to_requester=False), told
    yield about_followed(event), [u for u in people if u != event.user_id and u not in admins]


def _is_news(event: RequestChange, request: Followed, user: UUID) -> bool:
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
