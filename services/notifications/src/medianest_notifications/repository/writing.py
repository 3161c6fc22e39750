"""What is told is written into inboxes, in one statement for any number of people and of things to tell."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from medianest_common.clock import uuid7
from medianest_notifications.models import Entry
from medianest_notifications.planning.catalogue import MEANINGS
from medianest_notifications.rendering import Overrides, Rendered, clean
from medianest_notifications.repository.readers import Told
from medianest_notifications.repository.templates import Saying, worded
from medianest_notifications.wording import Notice

# Those who are told several things at once have their heads moved on once, and the entries numbered in their order.
# Heads are locked in the order of `lock_heads`.
_WRITE = text("""
    with matters as (
        select * from unnest(
            cast(:types as text[]), cast(:links as text[]), cast(:dedupe_keys as uuid[]), cast(:about_ids as uuid[]),
            cast(:collapse_keys as text[]), cast(:datas as text[]), cast(:values as text[]),
            cast(:pinned as boolean[])
        ) with ordinality as m (type, link, dedupe_key, about_id, collapse_key, data, "values", pinned, matter)
    ), fresh as (
        select distinct on (t.user_id, m.dedupe_key)
            t.user_id, t.id, t.matter, t.is_read or t.hidden as seen, t.hidden, t.title, t.body, t.place
        from unnest(
            cast(:user_ids as uuid[]), cast(:ids as uuid[]), cast(:matters as bigint[]), cast(:read as boolean[]),
            cast(:hidden as boolean[]), cast(:titles as text[]), cast(:bodies as text[])
        ) with ordinality as t (user_id, id, matter, is_read, hidden, title, body, place)
        join matters m using (matter)
        where not exists (
            select from entries e where e.user_id = t.user_id and e.dedupe_key = m.dedupe_key
        )
        order by t.user_id, m.dedupe_key, t.place
    ), numbered as (
        select *, row_number() over (partition by user_id order by place) as nth,
            count(*) over (partition by user_id) as number
        from fresh
    ), counted as (
        insert into heads as h (user_id, head, unread)
        select user_id, count(*), count(*) filter (where not seen) from fresh group by user_id order by user_id
        on conflict (user_id) do update set head = h.head + excluded.head, unread = h.unread + excluded.unread
            where h.erased_at is null
        returning user_id, head
    )
    insert into entries (
        id, user_id, seq, dedupe_key, type, title, body, link, data, "values", about_id, created_at, read_at,
        dismissed_at, collapse_key, pinned_at
    )
    select n.id, n.user_id, counted.head - n.number + n.nth, m.dedupe_key, m.type, n.title, n.body, m.link,
        m.data::jsonb, m."values"::jsonb, m.about_id, cast(:now as timestamptz),
        case when n.seen then cast(:now as timestamptz) end, case when n.hidden then cast(:now as timestamptz) end,
        m.collapse_key, case when m.pinned and not n.hidden then cast(:now as timestamptz) end
    from numbered n join counted using (user_id) join matters m using (matter)
    returning id, seq, read_at, dismissed_at, pinned_at
""")


@dataclass(frozen=True, slots=True)
class Letter:
    """To one person at least, and to each of them once for one `dedupe_key`."""

    notice: Notice
    to: Sequence[Told]
    dedupe_key: UUID


def supersedes(notice: Notice) -> bool:
    """Whether an earlier notice about the same is not true any more: of what comes and goes, and of what adds up."""
    meaning = MEANINGS[notice.type]
    says_how_it_is = meaning.flaps or meaning.reminds or bool(meaning.settles)
    return notice.collapse_key is not None and says_how_it_is


async def write(
    session: AsyncSession, letters: Sequence[Letter], *, overrides: Overrides, now: datetime
) -> Sequence[Sequence[Entry]]:
    """Of each letter one entry for each person it is to who does not have it yet, in their language.

    In the inbox of who has muted the matter it lies as if it had been read, in that of who does not want it there as if
    it had been dismissed.
    """
    sayings = [
        Saying(each.notice.type, clean(each.notice.values), {told.user_id: told.tongue for told in each.to})
        for each in letters
    ]
    said = await worded(session, sayings, overrides=overrides, now=now)
    drafts = [
        [_draft(letter, told.user_id, saying.values, words[told.user_id], now=now) for told in letter.to]
        for letter, saying, words in zip(letters, sayings, said, strict=True)
    ]
    parameters = _matters(letters, drafts) | _people(letters, drafts) | {"now": now}
    rows = {row.id: row for row in await session.execute(_WRITE, parameters)}
    for entry in chain.from_iterable(drafts):
        if row := rows.get(entry.id):
            entry.seq, entry.read_at = row.seq, row.read_at
            entry.dismissed_at, entry.pinned_at = row.dismissed_at, row.pinned_at
    return [[entry for entry in each if entry.id in rows] for each in drafts]


def _draft(letter: Letter, user_id: UUID, values: dict[str, Any], words: Rendered, *, now: datetime) -> Entry:
    notice = letter.notice
    return Entry(
        id=uuid7(),
        user_id=user_id,
        dedupe_key=letter.dedupe_key,
        type=notice.type.value,
        title=words.title,
        body=words.body,
        link=notice.link,
        data=clean(notice.data),
        values=values,
        collapse_key=notice.collapse_key if supersedes(notice) else None,
        about_id=notice.about,
        created_at=now,
    )


def _matters(letters: Sequence[Letter], drafts: Sequence[Sequence[Entry]]) -> dict[str, Any]:
    firsts = [each[0] for each in drafts]
    return {
        "types": [each.type for each in firsts],
        "links": [each.link for each in firsts],
        "dedupe_keys": [each.dedupe_key for each in firsts],
        "about_ids": [each.about_id for each in firsts],
        "collapse_keys": [each.collapse_key for each in firsts],
        "datas": [json.dumps(each.data) for each in firsts],
        "values": [json.dumps(each.values) for each in firsts],
        "pinned": [letter.notice.pinned for letter in letters],
    }


def _people(letters: Sequence[Letter], drafts: Sequence[Sequence[Entry]]) -> dict[str, Any]:
    told = [each for letter in letters for each in letter.to]
    entries = list(chain.from_iterable(drafts))
    return {
        "user_ids": [each.user_id for each in entries],
        "ids": [each.id for each in entries],
        "matters": [number for number, each in enumerate(drafts, start=1) for _ in each],
        "read": [each.muted for each in told],
        "hidden": [not each.in_inbox for each in told],
        "titles": [each.title for each in entries],
        "bodies": [each.body for each in entries],
    }
