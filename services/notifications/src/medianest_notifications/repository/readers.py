"""What has to be known of many people at once to decide how, and in which words, they are told."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from medianest_common.contracts.identity import Role
from medianest_common.contracts.notifications.channels import ChannelKind, ChannelState
from medianest_common.contracts.notifications.deliveries import HeldFor
from medianest_common.contracts.notifications.preferences import Mode
from medianest_notifications.planning.catalogue import MEANINGS
from medianest_notifications.planning.decision import (
    DAILY_AT,
    NOTHING_SAID,
    WHILE,
    Endpoint,
    Matter,
    Plan,
    Reader,
    Said,
    plan,
)
from medianest_notifications.planning.local_time import QuietHours, zone_called
from medianest_notifications.rendering import Overrides, Wording
from medianest_notifications.repository.heads import lock_heads
from medianest_notifications.repository.templates import Tongue

_READERS = text("""
    select t.matter, t.user_id, r.role, coalesce(p.zone, r.zone) as zone, p.quiet_from, p.quiet_to, p.daily_at,
        coalesce(p.locale, r.locale) as locale,
        -- With the first row of a matter alone: they are the same for all, and may be long.
        case when row_number() over (partition by t.matter order by t.place, c.id) = 1 then (
            select array_agg(array[o.locale, o.channel, o.title, o.body])
            from template_overrides o where o.type = t.type
        ) end as wordings,
        m.user_id is not null as muted, m.until as muted_until,
        inbox.mode as inbox_mode, c.id as channel_id, c.kind, c.state, choice.mode
    from unnest(
        cast(:user_ids as uuid[]), cast(:types as text[]), cast(:media_types as text[]), cast(:tmdb_ids as bigint[]),
        cast(:matters as bigint[])
    ) with ordinality as t (user_id, type, media_type, tmdb_id, matter, place)
    left join recipients r on r.user_id = t.user_id
    left join preferences p on p.user_id = t.user_id
    left join mutes m on m.user_id = t.user_id and m.media_type = t.media_type and m.tmdb_id = t.tmdb_id
    left join choices inbox on inbox.user_id = t.user_id and inbox.type = t.type and inbox.channel_id is null
    -- Who is suspended finds it in the inbox when they are back, and hears of it nowhere else.
    left join channels c on c.user_id = t.user_id and c.state = 'active' and r.suspended is not true
    left join choices choice on choice.user_id = t.user_id and choice.type = t.type and choice.channel_id = c.id
    order by t.place, c.id
""")

_REMINDERS = [kind.value for kind, meaning in MEANINGS.items() if meaning.reminds]
_SAID = text("""
    select channel_id, held_for, due_at, coalesce(sent_at, updated_at) as at from deliveries
    where channel_id = any(cast(:channel_ids as uuid[])) and collapse_key = :collapse_key
        and state in ('sent', 'sending', 'queued') and updated_at > :since
        and type <> all(cast(:reminders as text[]))
    order by at
""")


@dataclass(frozen=True, slots=True)
class Told:
    """How one person is told of one matter, in the inbox and on each active channel."""

    user_id: UUID
    in_inbox: bool
    """Otherwise the entry is there for the channels only, and for nothing where there are none."""
    muted: bool
    """It stands in the inbox as if it had been read."""
    channels: Sequence[tuple[Endpoint, Plan]]
    tongue: Tongue


async def plan_for(
    session: AsyncSession | AsyncConnection,
    matters: Sequence[tuple[Matter, Collection[UUID]]],
    *,
    now: datetime,
    household_zone: str,
) -> tuple[list[list[Told]], Overrides]:
    """For each matter, how each of those people is told, in their order, and what administrators have put into words of
    their own: by one statement for all, and two for each where floods are kept away."""
    asked = [(number, matter, user_id) for number, (matter, to) in enumerate(matters) for user_id in to]
    parameters: dict[str, object] = {
        "matters": [number for number, _, _ in asked],
        "user_ids": [user_id for _, _, user_id in asked],
        "types": [matter.type.value for _, matter, _ in asked],
        "media_types": [matter.title[0].value if matter.title else None for _, matter, _ in asked],
        "tmdb_ids": [matter.title[1] if matter.title else None for _, matter, _ in asked],
    }
    told: list[list[Told]] = [[] for _ in matters]
    overrides: dict[tuple[str, str, str], Wording] = {}
    rows = (await session.execute(_READERS, parameters)).all()
    for number, of_one in groupby(rows, key=lambda row: row.matter):
        matter, theirs = matters[number][0], list(of_one)
        for locale, channel, title, body in theirs[0].wordings or ():
            overrides[matter.type.value, locale, channel] = Wording(title, body)
        said = await _said(session, matter, theirs, now=now)
        told[number] = [
            _told(list(of_person), matter, said, now=now, household_zone=household_zone)
            for _, of_person in groupby(theirs, key=lambda row: row.user_id)
        ]
    return told, overrides


def _told(
    rows: Sequence[Any], matter: Matter, said: Mapping[UUID, Said], *, now: datetime, household_zone: str
) -> Told:
    reader = _reader(rows, matter, household_zone)
    return Told(
        user_id=rows[0].user_id,
        in_inbox=reader.mode(matter.type, None) is not Mode.OFF,
        muted=reader.has_muted(matter.title, at=now),
        channels=[
            (channel, plan(matter, reader, channel, now=now, said=said.get(channel.id, NOTHING_SAID)))
            for channel in map(_endpoint, (row for row in rows if row.channel_id))
        ],
        tongue=Tongue(rows[0].locale, rows[0].zone or household_zone),
    )


def _reader(rows: Sequence[Any], matter: Matter, household_zone: str) -> Reader:
    """All that the rows of one person say; they differ in the channel alone."""
    first = rows[0]
    choices = {(matter.type, row.channel_id): Mode(row.mode) for row in rows if row.mode}
    if first.inbox_mode:
        choices[matter.type, None] = Mode(first.inbox_mode)
    return Reader(
        # Of somebody who is not known yet, or has left, the role is empty.
        role=Role(first.role) if first.role else Role.USER,
        zone=zone_called(first.zone or household_zone),
        quiet=QuietHours(first.quiet_from, first.quiet_to) if first.quiet_from is not None else None,
        daily_at=first.daily_at or DAILY_AT,
        choices=choices,
        mutes={matter.title: first.muted_until} if matter.title and first.muted else {},
    )


def _endpoint(row: Any) -> Endpoint:
    return Endpoint(id=row.channel_id, kind=ChannelKind(row.kind), state=ChannelState(row.state))


async def _said(
    session: AsyncSession | AsyncConnection, matter: Matter, rows: Sequence[Any], *, now: datetime
) -> Mapping[UUID, Said]:
    """Of two notices about one matter at the same moment the second waits here, so that it sees the first."""
    meaning = MEANINGS[matter.type]
    channel_ids = [row.channel_id for row in rows if row.channel_id]
    if matter.collapse_key is None or not channel_ids or not (meaning.flaps or meaning.settles):
        return {}
    await lock_heads(session, [row.user_id for row in rows])
    parameters = {
        "channel_ids": channel_ids,
        "collapse_key": matter.collapse_key,
        "since": now - WHILE,
        "reminders": _REMINDERS,
    }
    found = (await session.execute(_SAID, parameters)).all()
    return {
        channel_id: Said(
            at=[row.at for row in theirs if row.held_for is None],
            waiting_until=next((row.due_at for row in theirs if row.held_for == HeldFor.COLLAPSE), None),
        )
        for channel_id in channel_ids
        if (theirs := [row for row in found if row.channel_id == channel_id])
    }
