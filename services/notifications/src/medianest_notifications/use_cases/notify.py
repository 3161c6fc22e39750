"""Put a notice into people's inboxes, and tell their open sockets once it is really there."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import groupby
from uuid import UUID

from medianest_common.bus import Bus, Context, current, use
from medianest_common.contracts.live import EventFrame, LiveFrame
from medianest_common.contracts.notifications import InboxCount, push_subject
from medianest_common.contracts.notifications.deliveries import Urgency
from medianest_common.db import Transaction
from medianest_notifications.app import NotificationsApp
from medianest_notifications.delivering.work import wake
from medianest_notifications.mapping import as_notification
from medianest_notifications.models import Entry
from medianest_notifications.planning.catalogue import MEANINGS
from medianest_notifications.planning.decision import Matter
from medianest_notifications.repository import Entries
from medianest_notifications.repository.deliveries import Deliveries, Planned
from medianest_notifications.repository.heads import lock_heads
from medianest_notifications.repository.readers import Told, plan_for
from medianest_notifications.repository.writing import Letter, supersedes, write
from medianest_notifications.wording import Notice

COUNTED = "inbox.counted"
"""The live frame that keeps a person's other tabs and devices in step."""


@dataclass(frozen=True, slots=True)
class Announcement:
    notice: Notice
    to: Sequence[UUID]
    dedupe_key: UUID
    context: Context = field(default_factory=current)
    """What led to it."""


async def notify(
    app: NotificationsApp, tx: Transaction, notice: Notice, *, to: Iterable[UUID], dedupe_key: UUID
) -> None:
    await notify_each(app, tx, [Announcement(notice, list(dict.fromkeys(to)), dedupe_key)])


async def notify_each(app: NotificationsApp, tx: Transaction, announcements: Sequence[Announcement]) -> None:
    """Twice with the same `dedupe_key` is once. Inboxes are locked in the order of their ids; whoever calls this more
    than once in one transaction locks all of them first.

    What goes to people's channels is stored in the same transaction, in as many statements for one as for a thousand.
    """
    turns = list(_in_turns([each for each in announcements if each.to]))
    if len(turns) > 1:
        await lock_heads(tx.session, {person for each in announcements for person in each.to})
    for together in turns:
        await _notify(app, tx, together)


def _in_turns(announcements: Sequence[Announcement]) -> Iterator[Sequence[Announcement]]:
    """What takes the place of its like, or is held back for it, has to see what was told before it."""
    for by_itself, group in groupby(announcements, key=lambda each: supersedes(each.notice)):
        if by_itself:
            yield from ([each] for each in group)
        else:
            yield list(group)


async def _notify(app: NotificationsApp, tx: Transaction, announcements: Sequence[Announcement]) -> None:
    now = app.clock.now()
    matters = [(matter_of(each.notice), each.to) for each in announcements]
    plans, overrides = await plan_for(tx.session, matters, now=now, household_zone=app.household_zone)
    reached = [
        (announcement, told)
        for announcement, people in zip(announcements, plans, strict=True)
        if (told := [each for each in people if each.in_inbox or each.channels])
    ]
    if not reached:
        return
    letters = [Letter(each.notice, told, each.dedupe_key) for each, told in reached]
    delivered = await write(tx.session, letters, overrides=overrides, now=now)
    planned: list[Planned] = []
    for (announcement, told), entries in zip(reached, delivered, strict=True):
        if not entries:
            continue
        with use(announcement.context):
            tx.after_commit(partial(_push, app.bus, entries))
            await _supersede(app, tx, announcement.notice, entries, now=now)
        planned += _planned(announcement.notice, told, entries)
    await _send(tx, planned, now=now)


def matter_of(notice: Notice) -> Matter:
    urgent = MEANINGS[notice.type].urgent
    return Matter(
        type=notice.type,
        urgency=Urgency.HIGH if urgent else notice.urgency,
        collapse_key=notice.collapse_key,
        title=notice.about_title,
    )


async def _supersede(
    app: NotificationsApp, tx: Transaction, notice: Notice, entries: Sequence[Entry], *, now: datetime
) -> None:
    if not supersedes(notice) or not notice.collapse_key:
        return
    shown = [entry for entry in entries if entry.dismissed_at is None]
    counts = await Entries(tx.session).supersede(notice.collapse_key, by=shown, now=now)
    tx.after_commit(partial(_tell_counts, app.bus, counts))


def _planned(notice: Notice, told: Sequence[Told], entries: Sequence[Entry]) -> Iterator[Planned]:
    matter = matter_of(notice)
    by_person = {entry.user_id: entry for entry in entries}
    for each in told:
        if (entry := by_person.get(each.user_id)) is None:
            continue
        for channel, plan in each.channels:
            yield Planned(
                user_id=each.user_id,
                channel_id=channel.id,
                kind=channel.kind,
                entry_id=entry.id,
                seq=entry.seq,
                matter=matter,
                due_at=plan.due_at,
                held_for=plan.held_for,
                reason=plan.reason,
            )


async def _send(tx: Transaction, planned: Sequence[Planned], *, now: datetime) -> None:
    if not planned:
        return
    await Deliveries(tx.session).add_planned(planned, now=now)
    for kind, channel_id in dict.fromkeys((each.kind, each.channel_id) for each in planned if each.is_due):
        wake(tx, kind, channel_id)


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
