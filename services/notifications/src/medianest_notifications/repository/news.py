"""Reads and writes of what is new, of who may see it, and of what many people are told."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import delete, func, null, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from medianest_common.contracts.personal import NOBODY
from medianest_common.db import Repository
from medianest_notifications.models import LAST_VERSION, Arrival, LibraryAccess, Telling

UNMATCHED = ":plex:"
"""In the subject of what nobody knows yet which title it is."""

# Who is not named in `library_access` has no account at Plex, and sees all of a server of which that was told.
_SEES = """(
    r.role in ('owner', 'admin')
    or a.user_id is null and exists (
        select from library_access n where n.user_id = :nobody and n.machine_identifier = p.machine)
    or a.machine_identifier = p.machine and (a.library_keys is null or a.library_keys ? p.key)
)"""
_READERS = text(f"""
    with places as (
        select machine, key, known from jsonb_to_recordset(cast(:places as jsonb))
            as p(machine text, key text, known boolean)
    ), awaited as (
        select * from jsonb_to_recordset(cast(:awaited as jsonb))
            as w(media_type text, tmdb_id bigint, title text, season bigint, since timestamptz)
    )
    select r.user_id from recipients r left join library_access a using (user_id)
     where r.version < :last_version and not r.suspended and r.user_id > :after
       and case when :of_library
           then exists (select from places p where not p.known and {_SEES})
                and not exists (select from places p where p.known and {_SEES})
           else r.role not in ('owner', 'admin') end
       and (not exists (select from awaited) or exists (
           select from awaited w where not exists (
               select from followed_requests f
                where f.people ? replace(r.user_id::text, '-', '') and f.media_type = w.media_type
                  and (f.tmdb_id = w.tmdb_id or w.tmdb_id is null and lower(f.title) = lower(w.title))
                  and (w.season is null or f.seasons @> to_jsonb(w.season))
                  and (f.status in ('pending', 'approved', 'processing')
                       or f.status in ('partially_available', 'available')
                          and f.moved_at >= w.since - interval '1 hour'))))
     order by r.user_id limit :most
""")  # noqa: S608


class DueLibrary(NamedTuple):
    machine_identifier: str
    library_key: str


class Arrivals(Repository[Arrival]):
    model = Arrival

    async def known(self, machine_identifier: str, library_key: str, subject: str) -> Arrival | None:
        """Locked until the transaction ends."""
        return await self.one(
            Arrival.machine_identifier == machine_identifier,
            Arrival.library_key == library_key,
            Arrival.subject == subject,
            lock=True,
        )

    async def note(self, values: Mapping[str, Any]) -> Arrival:
        """The row for this title, made if need be, locked, and saying what was heard last."""
        made = upsert(Arrival).values({"known": 0, "coming": None, **values})
        said = {
            name: made.excluded[name]
            for name in ("library_title", "title", "by", "year", "tmdb_id", "updated_at")
        }
        noted = made.on_conflict_do_update(
            index_elements=[Arrival.machine_identifier, Arrival.library_key, Arrival.subject], set_=said
        ).returning(Arrival)
        rows = await self.session.execute(noted, execution_options={"populate_existing": True})
        return rows.scalar_one()

    async def due(self, *, quiet_since: datetime, waiting_since: datetime) -> Sequence[DueLibrary]:
        """Libraries to which nothing has come since the one, or of which something waits since the other."""
        found = await self.session.execute(
            select(Arrival.machine_identifier, Arrival.library_key)
            .where(Arrival.coming.is_not(None), Arrival.subject.not_like(f"%{UNMATCHED}%"))
            .group_by(Arrival.machine_identifier, Arrival.library_key)
            .having(
                or_(func.max(Arrival.last_at) <= quiet_since, func.min(Arrival.first_at) <= waiting_since)
            )
            .order_by(Arrival.machine_identifier, Arrival.library_key)
        )
        return [DueLibrary(*row) for row in found]

    async def take(self, library: DueLibrary, *, now: datetime) -> Sequence[tuple[Arrival, int]]:
        """What has come there, each with how much of it was known before. It is known from now on."""
        statement = (
            self.select()
            .where(
                Arrival.machine_identifier == library.machine_identifier,
                Arrival.library_key == library.library_key,
                Arrival.coming.is_not(None),
                Arrival.subject.not_like(f"%{UNMATCHED}%"),
            )
            .order_by(Arrival.subject)
            .with_for_update()
        )
        taken = []
        for arrival in (await self.session.execute(statement)).scalars():
            taken.append((arrival, max(arrival.known, arrival.assumed or 0)))
            arrival.known, arrival.coming, arrival.assumed = arrival.coming or arrival.known, None, None
            arrival.updated_at = now
        return taken

    async def elsewhere(self, arrivals: Sequence[Arrival]) -> Sequence[tuple[str, str, str]]:
        """Other libraries in which as much of them is known: subject, server, key."""
        amounts = {arrival.subject: arrival.known for arrival in arrivals}
        places = {(arrival.machine_identifier, arrival.library_key) for arrival in arrivals}
        columns = (Arrival.subject, Arrival.machine_identifier, Arrival.library_key, Arrival.known)
        found = await self.session.execute(select(*columns).where(Arrival.subject.in_(list(amounts))))
        return [
            (row.subject, row.machine_identifier, row.library_key)
            for row in found
            if (row.machine_identifier, row.library_key) not in places and row.known >= amounts[row.subject]
        ]

    async def forget(self, *, before: datetime, unmatched_before: datetime) -> None:
        old = or_(
            Arrival.updated_at < before,
            Arrival.subject.like(f"%{UNMATCHED}%") & (Arrival.updated_at < unmatched_before),
        )
        await self.session.execute(delete(Arrival).where(old))


class Accesses(Repository[LibraryAccess]):
    model = LibraryAccess

    async def learn(
        self, user_id: UUID, *, machine_identifier: str | None, keys: Sequence[str] | None, at: datetime
    ) -> None:
        """Keep the latest, whatever order they arrive in."""
        made = upsert(LibraryAccess).values(
            user_id=user_id,
            machine_identifier=machine_identifier,
            library_keys=null() if keys is None else list(keys),
            known_at=at,
        )
        names = ("machine_identifier", "library_keys", "known_at")
        await self.session.execute(
            made.on_conflict_do_update(
                index_elements=[LibraryAccess.user_id],
                set_={name: made.excluded[name] for name in names},
                where=LibraryAccess.known_at <= made.excluded.known_at,
            )
        )

    async def expect(self, user_id: UUID, *, at: datetime) -> None:
        """Sees nothing until somebody knows better."""
        made = upsert(LibraryAccess).values(
            user_id=user_id, machine_identifier=None, library_keys=[], known_at=at
        )
        await self.session.execute(made.on_conflict_do_nothing())


class Tellings(Repository[Telling]):
    model = Telling

    async def next(self, *, besides: Sequence[UUID]) -> UUID | None:
        """The oldest."""
        left = select(Telling.id).where(Telling.id.not_in(besides))
        return await self.session.scalar(left.order_by(Telling.created_at, Telling.id).limit(1))

    async def take(self, telling_id: UUID) -> Telling | None:
        """Locked; None where another replica is at it, or it is gone."""
        statement = self.select().where(Telling.id == telling_id).with_for_update(skip_locked=True)
        return (await self.session.execute(statement)).scalar_one_or_none()

    async def readers(self, telling: Telling, *, most: int) -> Sequence[UUID]:
        """Who is told next."""
        audience = telling.audience
        values = {
            "places": json.dumps(audience.get("places", [])),
            "awaited": json.dumps(audience.get("awaited", [])),
            "of_library": "places" in audience,
            "after": telling.told_up_to or NOBODY,
            "nobody": NOBODY,
            "last_version": LAST_VERSION,
            "most": most,
        }
        return (await self.session.execute(_READERS, values)).scalars().all()

    async def failed(self, telling_id: UUID) -> int:
        """Returns how often by now."""
        counted = update(Telling).where(Telling.id == telling_id).values(tries=Telling.tries + 1)
        return (await self.session.execute(counted.returning(Telling.tries))).scalar_one_or_none() or 0

    async def go_on(self, telling: Telling, *, after: UUID) -> None:
        await self.session.execute(update(Telling).where(Telling.id == telling.id).values(told_up_to=after))
