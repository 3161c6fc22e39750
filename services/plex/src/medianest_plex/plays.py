"""Writes of what is and was played. Each play is one row, however often it is reported and by whomever."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from medianest_plex.adapters.playing import NOBODY, Facts
from medianest_plex.models import Play, Reading, Session, Viewer
from medianest_plex.models.playback import EVERYBODY, Played

GOES_ON_WITHIN = timedelta(minutes=10)
"""Whoever comes back so soon, after a lost connection or a restart of the server, goes on with the same play."""
_BATCH = 5_000
_SHARED = tuple(Played.__annotations__)

_IMPORTED_LATE = timedelta(minutes=10)
# The server writes an entry when nine tenths have been watched; our own row knows more about that play.
_IMPORT = text("""
    insert into plays (id, server_id, account_id, kind, rating_key, library_key, top_key, type, title, parent_title,
                       top_title, index, parent_index, year, image, duration_ms, position_ms, player_id,
                       started_at, paused_seconds, stopped_at, played_seconds, watched_percent, history_key, settled,
                       day, hour)
    select r.id, :server, r.account_id, r.kind, r.rating_key, r.library_key, r.top_key, r.type, r.title,
           r.parent_title, r.top_title, r.index, r.parent_index, coalesce(r.year, i.year), coalesce(i.image, r.image),
           coalesce(r.duration_ms, i.duration_ms), coalesce(r.duration_ms, i.duration_ms, 0), '',
           r.viewed_at, 0, r.viewed_at, coalesce(r.duration_ms, i.duration_ms, 0) / 1000, 100, r.history_key, true,
           r.day, r.hour
      from jsonb_to_recordset(cast(:rows as jsonb)) as r(
               id uuid, account_id bigint, kind text, rating_key bigint, library_key bigint, top_key bigint, type text,
               title text, parent_title text, top_title text, index bigint, parent_index bigint, year bigint,
               image text, duration_ms bigint, viewed_at timestamptz, history_key text, day date, hour bigint)
      left join items i on i.server_id = :server and i.rating_key = r.rating_key
     where not exists (
               select from plays p
                where p.server_id = :server and p.account_id = r.account_id and p.rating_key = r.rating_key
                  and p.history_key is null and p.stopped_at >= r.viewed_at - cast(:late as interval)
                  and p.started_at <= r.viewed_at + cast(:late as interval))
       and not exists (
               select from sessions s
                where s.server_id = :server and s.account_id = r.account_id and s.rating_key = r.rating_key
                  and s.started_at <= r.viewed_at + cast(:late as interval))
        on conflict (server_id, history_key) do nothing
 returning id
""")
# One row of a play becomes one of each dimension, for its account and for everybody.
_ADD_UP = text("""
    insert into play_days (server_id, scope, day, dimension, key, label, plays, seconds)
    select p.server_id, s.scope, p.day, d.dimension, d.key, max(d.label), count(*), sum(p.played_seconds)
      from plays p
     cross join lateral (values (cast(:everybody as bigint)), (p.account_id)) as s(scope)
     cross join lateral (values
               ('total', '', null),
               ('hour', p.hour::text, null),
               ('library', p.library_key::text, null),
               ('viewer', case when s.scope = :everybody then p.account_id::text end, null),
               (case p.type when 'movie' then 'movie' when 'episode' then 'show' when 'track' then 'artist' end,
                coalesce(p.top_key::text, p.top_title, p.title), coalesce(p.top_title, p.title)),
               ('player', p.player, null),
               ('platform', p.platform, null),
               ('decision', p.decision, null)) as d(dimension, key, label)
     where p.id = any(:ids) and d.dimension is not null and d.key is not null
     group by p.server_id, s.scope, p.day, d.dimension, d.key
        on conflict (server_id, scope, day, dimension, key) do update
       set plays = play_days.plays + excluded.plays, seconds = play_days.seconds + excluded.seconds,
           label = excluded.label
""")


class Plays:
    """Never commits: the transaction it was made from does."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def take_turns(self, server_id: int) -> None:
        """For the rest of the transaction nobody else changes the sessions of this server."""
        await self._session.execute(upsert(Reading).values(server_id=server_id).on_conflict_do_nothing())
        await self._session.execute(
            select(Reading.server_id).where(Reading.server_id == server_id).with_for_update()
        )

    async def read_at(self, server_id: int, now: datetime) -> None:
        await self._session.execute(
            update(Reading).where(Reading.server_id == server_id).values(sessions_at=now)
        )

    async def sessions(self, server_id: int) -> list[Session]:
        statement = select(Session).where(Session.server_id == server_id)
        return list((await self._session.scalars(statement)).all())

    async def forget_sessions(self, ids: Sequence[UUID]) -> None:
        await self._session.execute(delete(Session).where(Session.id.in_(ids)))

    async def go_on_with(self, facts: Facts, *, server_id: int, now: datetime) -> Play | None:
        """Takes the play back that this is the rest of, if there is one."""
        same = (
            Play.rating_key == facts["rating_key"]
            if facts["rating_key"] is not None
            else Play.title == facts["title"]
        )
        statement = (
            select(Play)
            .where(
                Play.server_id == server_id,
                Play.account_id == facts["account_id"],
                same,
                Play.player_id == facts["player_id"],
                Play.settled.is_(False),
                Play.stopped_at > now - GOES_ON_WITHIN,
            )
            .order_by(Play.stopped_at.desc())
            .limit(1)
            .with_for_update()
        )
        play = (await self._session.scalars(statement)).first()
        if play is not None:
            await self._session.execute(delete(Play).where(Play.id == play.id))
        return play

    async def keep(self, play: Mapping[str, Any]) -> None:
        """Once, whoever says so."""
        await self._session.execute(upsert(Play).values(play).on_conflict_do_nothing())

    async def name_viewers(self, server_id: int, names: Mapping[int, str]) -> None:
        rows = [
            {"server_id": server_id, "account_id": number, "name": name}
            for number, name in sorted(names.items())
            if number != NOBODY
        ]
        if not rows:
            return
        statement = upsert(Viewer).values(rows)
        await self._session.execute(
            statement.on_conflict_do_update(
                index_elements=[Viewer.server_id, Viewer.account_id],
                set_={"name": statement.excluded.name},
                where=Viewer.name != statement.excluded.name,
            )
        )

    async def settle(self, *, now: datetime) -> int:
        """Put what nobody will go on with into the figures. Returns how many plays that were."""
        ripe = (
            select(Play.id)
            .where(Play.settled.is_(False), Play.stopped_at <= now - GOES_ON_WITHIN)
            .limit(_BATCH)
            .with_for_update(skip_locked=True)
        )
        changed = update(Play).where(Play.id.in_(ripe)).values(settled=True).returning(Play.id)
        ids = list((await self._session.scalars(changed)).all())
        await self._add_up(ids)
        return len(ids)

    async def history_read_at(self, server_id: int, now: datetime) -> None:
        await self._session.execute(
            update(Reading).where(Reading.server_id == server_id).values(history_at=now)
        )

    async def history_until(self, server_id: int) -> datetime | None:
        found: datetime | None = await self._session.scalar(
            select(Reading.history_until).where(Reading.server_id == server_id)
        )
        return found

    async def import_entries(
        self, server_id: int, entries: Iterable[Facts], *, until: datetime | None
    ) -> int:
        """Entries with `id`, `day` and `hour`. Returns how many were new."""
        rows = json.dumps(list(entries), default=_as_text)
        found = await self._session.execute(
            _IMPORT, {"rows": rows, "server": server_id, "late": _IMPORTED_LATE}
        )
        ids = list(found.scalars())
        await self._add_up(ids)
        await self._session.execute(
            update(Reading).where(Reading.server_id == server_id).values(history_until=until)
        )
        return len(ids)

    async def forget(self, *, before: datetime, day: date) -> int:
        """Returns how many plays went; fewer than are old when there are very many."""
        old = select(Play.id).where(Play.started_at < before).limit(_BATCH)
        gone = await self._session.execute(delete(Play).where(Play.id.in_(old)).returning(Play.id))
        await self._session.execute(text("delete from play_days where day < :day"), {"day": day})
        return len(gone.all())

    async def _add_up(self, ids: Sequence[UUID]) -> None:
        if ids:
            await self._session.execute(_ADD_UP, {"ids": list(ids), "everybody": EVERYBODY})


def shared(row: Played) -> dict[str, Any]:
    """What a session and the play it becomes have in common."""
    return {name: getattr(row, name) for name in _SHARED}


def _as_text(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
