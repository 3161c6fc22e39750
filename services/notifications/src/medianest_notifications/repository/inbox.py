"""Reads and writes of the inbox that have a meaning of their own.

Whoever changes a person's entries locks that person's head first; so nothing waits crosswise, and the count is right.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from medianest_common.contracts.notifications import InboxCount
from medianest_common.db import Repository
from medianest_common.db.repository import after
from medianest_notifications.models import Entry, Head
from medianest_notifications.rendering import render
from medianest_notifications.repository.templates import TemplateOverrides, tongues_of
from medianest_notifications.wording import without_name

_FORGET = text("""
    with old as (
        delete from entries where id in (
            select e.id from entries e join heads h on h.user_id = e.user_id
            where e.user_id = :user_id and e.pinned_at is null
                and (e.created_at < :before or e.seq <= h.head - :keep)
            order by e.seq limit :most
        )
        returning read_at, dismissed_at
    ), counted as (
        update heads set unread = unread - (select count(*) from old where read_at is null and dismissed_at is null)
        where user_id = :user_id
    )
    select count(*) from old
""")

_SUPERSEDE = text("""
    with gone as (
        update entries set dismissed_at = :now
        where user_id = any(:people) and collapse_key = :collapse_key and id <> all(:new)
            and read_at is null and dismissed_at is null and pinned_at is null
        returning user_id
    )
    update heads h set unread = h.unread - g.number
    from (select user_id, count(*) as number from gone group by user_id) g
    where h.user_id = g.user_id
    returning h.user_id, h.head, h.unread
""")

_IS_OPEN = (Entry.read_at.is_(None), Entry.dismissed_at.is_(None))


class Entries(Repository[Entry]):
    model = Entry

    async def supersede(
        self, collapse_key: str, *, by: Sequence[Entry], now: datetime
    ) -> Mapping[UUID, InboxCount]:
        """What says the same of an earlier time and was not read is taken off the lists of those to whom `by` was
        delivered just now, in this transaction, which holds their heads. Returns how much these have unread."""
        parameters = {
            "people": [entry.user_id for entry in by],
            "new": [entry.id for entry in by],
            "collapse_key": collapse_key,
            "now": now,
        }
        rows = (await self.session.execute(_SUPERSEDE, parameters)).all()
        return {row.user_id: InboxCount(unread=row.unread, head=row.head) for row in rows}

    async def lock_head(self, user_id: UUID) -> Head | None:
        return (
            await self.session.execute(select(Head).where(Head.user_id == user_id).with_for_update())
        ).scalar_one_or_none()

    async def unname(self, user_id: UUID, *, household_zone: str) -> int:
        """Where other people's entries say this person's name, they no longer do."""
        entries = await self.list(Entry.about_id == user_id)
        readers = {entry.user_id for entry in entries}
        tongues = await tongues_of(self.session, readers, household_zone=household_zone)
        overrides = await TemplateOverrides(self.session).of({entry.type for entry in entries})
        for entry in entries:
            tongue = tongues[entry.user_id]
            entry.values = without_name(entry.values, entry.data)
            said = render(
                entry.type, entry.values, locale=tongue.locale, zone=tongue.zone, overrides=overrides
            )
            entry.title, entry.body, entry.about_id = said.title, said.body, None
        await self.session.flush()
        return len(entries)

    async def close_inbox(self, user_id: UUID, *, now: datetime) -> None:
        """For good. Waits for a delivery that is under way, and lets none in that comes later."""
        closed = {"unread": 0, "erased_at": now}
        made = upsert(Head).values(user_id=user_id, head=0, **closed)
        await self.session.execute(made.on_conflict_do_update(index_elements=["user_id"], set_=closed))

    async def mark_read(self, user_id: UUID, *, up_to: int, now: datetime) -> int:
        """Returns how many had been unread."""
        marked = await self.session.execute(
            update(Entry).where(Entry.user_id == user_id, Entry.seq <= up_to, *_IS_OPEN).values(read_at=now)
        )
        return int(marked.rowcount)  # type: ignore[attr-defined]

    async def count_pinned(self, user_id: UUID) -> int:
        return await self.count(Entry.user_id == user_id, Entry.pinned_at.is_not(None))

    async def forget(self, user_id: UUID, *, before: datetime, keep: int, most: int) -> int:
        """But for those that are pinned. Returns how many went: `most` where there may be more."""
        parameters = {"user_id": user_id, "before": before, "keep": keep, "most": most}
        return int((await self.session.execute(_FORGET, parameters)).scalar_one())


async def page_of(
    connection: AsyncConnection,
    user_id: UUID,
    *,
    unread: bool,
    pinned: bool,
    dismissed: bool,
    type: str | None,
    below: int | None,
    limit: int,
) -> Sequence[Any]:
    """Newest first; one row more than `limit` when there is another page."""
    shown = Entry.dismissed_at.is_not(None) if dismissed else Entry.dismissed_at.is_(None)
    conditions: list[ColumnElement[bool]] = [Entry.user_id == user_id, shown]
    if pinned:
        conditions.append(Entry.pinned_at.is_not(None))
    if unread:
        conditions.append(Entry.read_at.is_(None))
    if type is not None:
        conditions.append(Entry.type == type)
    if below is not None:
        conditions.append(after([Entry.seq], [below], descending=True))
    statement = select(*Entry.__table__.c).where(*conditions).order_by(Entry.seq.desc()).limit(limit + 1)
    return (await connection.execute(statement)).all()
