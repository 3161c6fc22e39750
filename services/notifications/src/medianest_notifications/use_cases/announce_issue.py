"""Tell whoever reported an issue, and administrators, what became of it; but not whoever did it."""

from functools import partial
from uuid import UUID

from medianest_common.bus import Bus
from medianest_common.contracts.live import LiveFrame
from medianest_common.contracts.media.issues import IssueChange
from medianest_common.contracts.notifications import push_subject
from medianest_common.contracts.personal import NOBODY
from medianest_common.db import Transaction
from medianest_notifications.app import NotificationsApp
from medianest_notifications.audience import Circle
from medianest_notifications.audience import recipients as who_hears
from medianest_notifications.repository import Recipients
from medianest_notifications.use_cases.notify import notify
from medianest_notifications.wording import SOMEBODY
from medianest_notifications.wording_issues import about_issue

CHANGED = "issue.changed"
"""The live frame by which open pages know that an issue looks different now."""


async def announce_issue(
    app: NotificationsApp, tx: Transaction, event: IssueChange, *, event_id: UUID
) -> None:
    recipients = Recipients(tx.session)
    gone = {NOBODY}
    for person in sorted({event.user_id, event.actor_id} - {None}, key=str):
        if person is not None and await recipients.has_left(person):
            gone.add(person)
    if event.actor_id in gone:
        event = event.model_copy(update={"actor_id": None, "actor_name": SOMEBODY, "message": None})
    people = {*await recipients.admins(), *({event.user_id} - {None})} - gone
    everyone = sorted(person for person in people if person is not None)
    tx.after_commit(partial(_tell_open_pages, app.bus, event, everyone))
    notice = about_issue(event)
    if notice is not None:
        circle = Circle(
            requester=event.user_id, admins=await recipients.admins(), actor=event.actor_id, gone=gone
        )
        audience = who_hears(notice.type, circle)
        await notify(app, tx, notice, to=audience, dedupe_key=event_id)


async def _tell_open_pages(bus: Bus, event: IssueChange, people: list[UUID]) -> None:
    frame = LiveFrame(
        key=f"issue:{event.issue_id}",
        type=CHANGED,
        data={
            "issueId": str(event.issue_id),
            "change": type(event).type.removeprefix("media."),
            "status": event.status.value,
            "version": event.version,
        },
    )
    body = frame.model_dump_json().encode()
    for user_id in people:
        await bus.publish_live(push_subject(user_id), body)
