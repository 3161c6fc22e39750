"""Put a notice into people's inboxes, and tell their open sockets once it is really there."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from medianest_common.bus import Bus
from medianest_common.clock import uuid7
from medianest_common.contracts.live import EventFrame, LiveFrame
from medianest_common.contracts.notifications import InboxCount, push_subject
from medianest_common.contracts.notifications.deliveries import Urgency
from medianest_common.db import Transaction
from medianest_notifications.app import NotificationsApp
from medianest_notifications.delivering.ages import max_age
from medianest_notifications.delivering.work import wake
from medianest_notifications.mapping import as_notification
from medianest_notifications.models import Entry
from medianest_notifications.planning.catalogue import MEANINGS
from medianest_notifications.planning.decision import Matter
from medianest_notifications.repository import Entries
from medianest_notifications.repository.deliveries import Deliveries, Planned
from medianest_notifications.repository.inbox import supersedes
from medianest_notifications.repository.readers import Told, plan_for
from medianest_notifications.wording import Notice

COUNTED = "inbox.counted"
"""The live frame that keeps a person's other tabs and devices in step."""


async def notify(
    app: NotificationsApp, tx: Transaction, notice: Notice, *, to: Iterable[UUID], dedupe_key: UUID
) -> None:
    """Twice with the same `dedupe_key` is once. Inboxes are locked in the order given, which has to be that of
    their ids; whoever tells several groups in one transaction locks all of them first.

    What goes to people's channels is stored in the same transaction, in as many statements for one as for a thousand.
    """
    people = list(dict.fromkeys(to))
    if not people:
        return
    matter, now = matter_of(notice), app.clock.now()
    told = await plan_for(tx.session, matter, to=people, now=now, household_zone=app.household_zone)
    told = [each for each in told if each.in_inbox or each.channels]
    if not told:
        return
    entries = await Entries(tx.session).deliver(
        notice,
        to={each.user_id: uuid7() for each in told},
        dedupe_key=dedupe_key,
        now=now,
        read=[each.user_id for each in told if each.muted],
        hidden=[each.user_id for each in told if not each.in_inbox],
    )
    if entries:
        tx.after_commit(partial(_push, app.bus, entries))
        if supersedes(notice) and notice.collapse_key:
            shown = [entry for entry in entries if entry.dismissed_at is None]
            counts = await Entries(tx.session).supersede(notice.collapse_key, by=shown, now=now)
            tx.after_commit(partial(_tell_counts, app.bus, counts))
        await _send(tx, matter, told, entries, now=now)


def matter_of(notice: Notice) -> Matter:
    urgent = MEANINGS[notice.type].urgent
    return Matter(
        type=notice.type,
        urgency=Urgency.HIGH if urgent else notice.urgency,
        collapse_key=notice.collapse_key,
        title=notice.about_title,
    )


async def _send(
    tx: Transaction, matter: Matter, told: Sequence[Told], entries: Sequence[Entry], *, now: datetime
) -> None:
    by_person = {entry.user_id: entry for entry in entries}
    planned = [
        Planned(
            user_id=each.user_id,
            channel_id=channel.id,
            kind=channel.kind,
            entry_id=by_person[each.user_id].id,
            seq=by_person[each.user_id].seq,
            due_at=plan.due_at,
            held_for=plan.held_for,
            reason=plan.reason,
        )
        for each in told
        if each.user_id in by_person
        for channel, plan in each.channels
    ]
    if not planned:
        return
    await Deliveries(tx.session).add_planned(
        planned,
        type=matter.type,
        urgency=matter.urgency,
        collapse_key=matter.collapse_key,
        lasts=max_age(matter.type),
        now=now,
    )
    for each in planned:
        if each.is_due:
            wake(tx, each.kind, each.channel_id)


async def tell_count(bus: Bus, user_id: UUID, count: InboxCount) -> None:
    frame = LiveFrame(key="inbox", type=COUNTED, data=count.model_dump())
    await bus.publish_live(push_subject(user_id), frame.model_dump_json().encode())


async def _tell_counts(bus: Bus, counts: Mapping[UUID, InboxCount]) -> None:
    for user_id, count in counts.items():
        await tell_count(bus, user_id, count)


async def _push(bus: Bus, entries: Sequence[Entry]) -> None:
    for entry in entries:
        frame = EventFrame.of(as_notification(entry))
        await bus.publish_live(push_subject(entry.user_id), frame.model_dump_json().encode())
