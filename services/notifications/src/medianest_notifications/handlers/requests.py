"""What became of requests and issues."""

from collections.abc import Sequence

from medianest_common.bus.handlers import Heard
from medianest_common.contracts.media.changing import RequestEdited, RequestStuck
from medianest_common.contracts.media.events import REQUEST_EVENTS, RequestChange
from medianest_common.contracts.media.issues import ISSUE_EVENTS, IssueChange
from medianest_common.db import Transaction
from medianest_notifications import use_cases
from medianest_notifications.app import NotificationsApp
from medianest_notifications.handlers.base import event_id, handlers


@handlers.on_together(*REQUEST_EVENTS.values())
async def requests_moved(
    heard: Sequence[Heard[RequestChange]], app: NotificationsApp, tx: Transaction
) -> None:
    await use_cases.announce_requests(app, tx, heard)


@handlers.on(*ISSUE_EVENTS)
async def issue_changed(event: IssueChange, app: NotificationsApp, tx: Transaction) -> None:
    await use_cases.announce_issue(app, tx, event, event_id=event_id())


@handlers.on(RequestEdited)
async def request_edited(event: RequestEdited, app: NotificationsApp, tx: Transaction) -> None:
    await use_cases.announce_edit(app, tx, event, event_id=event_id())


@handlers.on(RequestStuck)
async def request_stuck(event: RequestStuck, app: NotificationsApp, tx: Transaction) -> None:
    await use_cases.announce_stuck(app, tx, event, event_id=event_id())
