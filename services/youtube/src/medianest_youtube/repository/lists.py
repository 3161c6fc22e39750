"""Playlists and channels as they were last read."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from medianest_common.contracts.youtube import LinkKind
from medianest_common.db import Repository
from medianest_youtube.models import ListedPlace, ListEntry
from medianest_youtube.wanted import PARKED, hindrance
from medianest_youtube.worker.lines import Entry, ListFound

_LARGEST_SECONDS = 2**31 - 1


class Lists(Repository[ListedPlace]):
    model = ListedPlace

    async def learn(self, found: ListFound, *, kind: LinkKind) -> None:
        known = {
            "kind": kind,
            "title": found.title,
            "channel_id": found.channel_id,
            "channel": found.channel,
            "thumbnail_url": found.thumbnail_url,
        }
        statement = upsert(ListedPlace).values(id=found.list_id, **known)
        await self.session.execute(
            statement.on_conflict_do_update(
                index_elements=["id"],
                set_={
                    name: func.coalesce(statement.excluded[name], getattr(ListedPlace, name))
                    for name in known
                },
            )
        )

    async def see(
        self, list_id: str, entries: Sequence[Entry], *, start: int, now: datetime, moves: bool = True
    ) -> dict[str, int]:
        """Remembers them, new ones under the next ordinals. Returns the ordinals by video.

        The row of the list is the gate: two readers of one list give out no number twice. `moves`: their places
        in the list are known as well. Where they are not, those that are known keep theirs, and new ones stand at
        `start`, as `before_the_first` has it.
        """
        rows = self._rows(list_id, entries, start=start, now=now)
        if not rows:
            return {}
        gate = select(ListedPlace.next_ordinal).where(ListedPlace.id == list_id)
        following = (await self.session.execute(gate.with_for_update(key_share=True))).scalar_one()
        ordinals = await self.ordinals(list_id, list(rows))
        first_free = following
        for video_id, row in rows.items():
            if video_id not in ordinals:
                ordinals[video_id], following = following, following + 1
            row["ordinal"] = ordinals[video_id]
        statement = upsert(ListEntry)
        new = statement.excluded
        changes: dict[str, Any] = {
            "title": new.title,
            "duration_seconds": func.coalesce(new.duration_seconds, ListEntry.duration_seconds),
            "published_on": func.coalesce(ListEntry.published_on, new.published_on),
            "availability": new.availability,
            "seen_at": new.seen_at,
            "gone_at": None,
        }
        if moves:
            changes["position"] = new.position
        await self.session.execute(
            statement.on_conflict_do_update(index_elements=["list_id", "video_id"], set_=changes),
            list(rows.values()),
        )
        if following > first_free:
            await self.session.execute(
                update(ListedPlace).where(ListedPlace.id == list_id).values(next_ordinal=following)
            )
        return ordinals

    async def before_the_first(self, list_id: str, *, room: int) -> int:
        """Where the first of as many new ones can stand, so that all of them come before what is known."""
        statement = select(func.min(ListEntry.position)).where(ListEntry.list_id == list_id)
        return ((await self.session.execute(statement)).scalar_one() or 0) - room

    async def ordinals(self, list_id: str, video_ids: Collection[str]) -> dict[str, int]:
        statement = select(ListEntry.video_id, ListEntry.ordinal).where(
            ListEntry.list_id == list_id, ListEntry.video_id.in_(video_ids)
        )
        return {row.video_id: row.ordinal for row in await self.session.execute(statement)}

    async def last_ordinal(self, list_id: str) -> int:
        statement = select(ListedPlace.next_ordinal - 1).where(ListedPlace.id == list_id)
        return (await self.session.execute(statement)).scalar_one()

    async def read_to_end(self, list_id: str, *, began: datetime, now: datetime) -> None:
        """What has not been seen since it began has left the list."""
        await self.session.execute(
            update(ListEntry)
            .where(ListEntry.list_id == list_id, ListEntry.seen_at < began, ListEntry.gone_at.is_(None))
            .values(gone_at=now)
        )
        await self.session.execute(update(ListedPlace).where(ListedPlace.id == list_id).values(read_at=now))

    async def living(self, list_id: str) -> int:
        statement = select(func.count()).where(ListEntry.list_id == list_id, ListEntry.gone_at.is_(None))
        return (await self.session.execute(statement)).scalar_one()

    async def has_parked(self, list_id: str, *, seen_since: datetime) -> bool:
        """Something in it had not begun, or was not over, when it was last seen."""
        statement = select(ListEntry.video_id).where(
            ListEntry.list_id == list_id,
            ListEntry.availability.in_(PARKED),
            ListEntry.gone_at.is_(None),
            ListEntry.first_seen_at > seen_since,
        )
        return (await self.session.execute(statement.limit(1))).first() is not None

    async def newest(self, list_id: str, count: int, *, kind: LinkKind, until: int | None) -> set[str]:
        """Of those up to the ordinal `until`. A channel shows its newest first; a playlist is added to at its end,
        unless the dates are known."""
        order = (
            [ListEntry.position, ListEntry.ordinal]
            if kind is LinkKind.CHANNEL
            else [ListEntry.published_on.desc().nulls_last(), ListEntry.position.desc()]
        )
        statement = select(ListEntry.video_id).where(
            ListEntry.list_id == list_id, ListEntry.gone_at.is_(None)
        )
        if until is not None:
            statement = statement.where(ListEntry.ordinal <= until)
        return set((await self.session.execute(statement.order_by(*order).limit(count))).scalars())

    async def entries(self, list_id: str, video_ids: Collection[str]) -> Sequence[ListEntry]:
        statement = (
            select(ListEntry)
            .where(ListEntry.list_id == list_id, ListEntry.video_id.in_(video_ids))
            .order_by(ListEntry.position, ListEntry.ordinal)
        )
        return (await self.session.scalars(statement)).all()

    def _rows(
        self, list_id: str, entries: Sequence[Entry], *, start: int, now: datetime
    ) -> dict[str, dict[str, Any]]:
        rows: dict[str, dict[str, Any]] = {}
        for position, entry in enumerate(entries, start=start):
            seconds = entry.duration_seconds
            held_up = hindrance(entry)
            rows.setdefault(
                entry.video_id,
                {
                    "list_id": list_id,
                    "video_id": entry.video_id,
                    "position": position,
                    "title": entry.title.replace("\x00", ""),
                    "duration_seconds": None if seconds is None else int(min(seconds, _LARGEST_SECONDS)),
                    "published_on": _day(entry.published_at),
                    "availability": str(held_up) if held_up else None,
                    "first_seen_at": now,
                    "seen_at": now,
                    "gone_at": None,
                },
            )
        return rows


def _day(timestamp: int | None) -> Any:
    try:
        return None if timestamp is None else datetime.fromtimestamp(timestamp, UTC).date()
    except (OverflowError, ValueError, OSError):
        return None
