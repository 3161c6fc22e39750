"""Reads and writes of the inbox that have a meaning of their own.

Whoever changes a person's entries locks that person's head first; so nothing waits crosswise, and the count is right.
"""

import json
from collections.abc import Collection, Mapping, Sequence
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
from medianest_notifications.planning.catalogue import MEANINGS
from medianest_notifications.rendering import clean, render
from medianest_notifications.repository.templates import TemplateOverrides, tongues_of, worded
from medianest_notifications.wording import Notice, without_name

_DELIVER = text("""
    with fresh as (
        select t.user_id, t.id, t.is_read or t.hidden as seen, t.hidden, t.title, t.body
        from unnest(
            cast(:user_ids as uuid[]), cast(:ids as uuid[]), cast(:read as boolean[]), cast(:hidden as boolean[]),
            cast(:titles as text[]), cast(:bodies as text[])
        ) with ordinality as t (user_id, id, is_read, hidden, title, body, place)
        where not exists (
            select from entries e where e.user_id = t.user_id and e.dedupe_key = cast(:dedupe_key as uuid)
        )
        order by t.place
    ), counted as (
        insert into heads as h (user_id, head, unread) select user_id, 1, case when seen then 0 else 1 end from fresh
        on conflict (user_id) do update set head = h.head + 1, unread = h.unread + excluded.unread
            where h.erased_at is null
        returning user_id, head
    )
    insert into entries (
        id, user_id, seq, dedupe_key, type, title, body, link, data, "values", about_id, created_at, read_at,
        dismissed_at, collapse_key, pinned_at
    )
    select fresh.id, fresh.user_id, counted.head, cast(:dedupe_key as uuid), :type, fresh.title, fresh.body, :link,
        cast(:data as jsonb), cast(:values as jsonb), cast(:about_id as uuid), cast(:now as timestamptz),
        case when seen then cast(:now as timestamptz) end, case when hidden then cast(:now as timestamptz) end,
        :collapse_key, case when :pinned and not hidden then cast(:now as timestamptz) end
    from fresh join counted using (user_id)
    returning id, user_id, seq, read_at, dismissed_at, pinned_at
""")

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


def supersedes(notice: Notice) -> bool:
    """Whether an earlier notice about the same is not true any more: of what comes and goes, and of what adds up."""
    meaning = MEANINGS[notice.type]
    says_how_it_is = meaning.flaps or meaning.reminds or bool(meaning.settles)
    return notice.collapse_key is not None and says_how_it_is


class Entries(Repository[Entry]):
    model = Entry

    async def deliver(
        self,
        notice: Notice,
        *,
        to: Mapping[UUID, UUID],
        dedupe_key: UUID,
        now: datetime,
        read: Collection[UUID] = (),
        hidden: Collection[UUID] = (),
    ) -> Sequence[Entry]:
        """One entry for each person in `to` (user id → entry id) who does not have this one yet, in their language.

        In the inboxes of `read` it lies as if it had been read, in those of `hidden` as if it had been dismissed.
        """
        values, data = clean(notice.values), clean(notice.data)
        said = await worded(self.session, notice.type, values, to=to, now=now)
        common = {
            "type": notice.type.value,
            "link": notice.link,
            "dedupe_key": dedupe_key,
            "about_id": notice.about,
            "collapse_key": notice.collapse_key if supersedes(notice) else None,
        }
        parameters = common | {
            "user_ids": list(to.keys()),
            "ids": list(to.values()),
            "read": [user_id in read for user_id in to],
            "hidden": [user_id in hidden for user_id in to],
            "titles": [said[user_id].title for user_id in to],
            "bodies": [said[user_id].body for user_id in to],
            "data": json.dumps(data),
            "values": json.dumps(values),
            "pinned": notice.pinned,
            "now": now,
        }
        rows = (await self.session.execute(_DELIVER, parameters)).all()
        return [
            Entry(
                **common,
                id=row.id,
                user_id=row.user_id,
                seq=row.seq,
                title=said[row.user_id].title,
                body=said[row.user_id].body,
                data=data,
                values=values,
                created_at=now,
                read_at=row.read_at,
                dismissed_at=row.dismissed_at,
                pinned_at=row.pinned_at,
            )
            for row in rows
        ]

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

    async def unname(self, user_id: UUID) -> int:
        """Where other people's entries say this person's name, they no longer do."""
        entries = await self.list(Entry.about_id == user_id)
        tongues = await tongues_of(self.session, {entry.user_id for entry in entries})
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
