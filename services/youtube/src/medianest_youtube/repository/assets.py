"""Assets, and which of them is worked on."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, update

from medianest_common.contracts.youtube import DownloadStatus, FailureCode
from medianest_common.db import Repository
from medianest_youtube.models import Asset, Download
from medianest_youtube.states import RUNNING, STORED

_SLOTS = func.pg_advisory_xact_lock(func.hashtextextended("youtube slots", 0))
_AT_ONCE = 200
NUMBERED = 1_000
"""So many in the queue are told their position."""


class Lease(NamedTuple):
    """The right to work on an asset. Whoever writes does so only while the epoch is still theirs."""

    asset_id: UUID
    epoch: int


class Running(NamedTuple):
    asset_id: UUID
    size: int | None


class Assets(Repository[Asset]):
    model = Asset

    async def wishes(self, asset_id: UUID) -> Sequence[Download]:
        """Of everybody who still wants it, the first one first."""
        statement = (
            select(Download)
            .where(Download.asset_id == asset_id, Download.ended_at.is_(None))
            .order_by(Download.id)
        )
        return (await self.session.scalars(statement)).all()

    async def alone_at_the_slots(self) -> None:
        """Until this transaction ends nobody else takes a slot or opens or ends a pause."""
        await self.session.execute(select(_SLOTS))

    async def running(self, *, now: datetime) -> int:
        """Leases that live, in the whole installation."""
        return await self.count(Asset.lease_until > now)

    async def in_progress(self, *, now: datetime) -> Sequence[Running]:
        """Those that a worker is at, the most urgent first."""
        statement = (
            select(Asset.id, Asset.size)
            .where(Asset.lease_until > now)
            .order_by(Asset.priority.desc(), Asset.queued_at, Asset.id)
        )
        return [Running(*row) for row in await self.session.execute(statement)]

    async def next_claimable(self, *, room: int, unknown: bool = True) -> Asset | None:
        """The most urgent that would find enough room on the disk, locked. `unknown`: one whose size nobody knows is
        let try."""
        statement = (
            select(Asset)
            .where(Asset.status == DownloadStatus.QUEUED)
            .where((Asset.size.is_(None) & unknown) | (Asset.size * 2 <= room))
            .order_by(Asset.priority.desc(), Asset.queued_at, Asset.id)
            .limit(1)
            .with_for_update(skip_locked=True, key_share=True)
        )
        return (await self.session.scalars(statement)).one_or_none()

    async def wait_for_room(self, *, left: int, free: int) -> bool:
        """Whether one of the most urgent was sent back since the room that it needs is promised to others."""
        first = (
            select(Asset.size, Asset.failure)
            .where(Asset.status == DownloadStatus.QUEUED)
            .order_by(Asset.priority.desc(), Asset.queued_at, Asset.id)
            .limit(_AT_ONCE)
            .subquery()
        )
        waits = select(first.c.size).where(
            first.c.failure == FailureCode.NO_SPACE, first.c.size * 2 > left, first.c.size * 2 <= free
        )
        return (await self.session.execute(waits.limit(1))).first() is not None

    async def least_size_queued(self) -> int | None:
        """Of what waits in the queue, 0 where it is not known; None: nothing waits."""
        statement = select(func.min(func.coalesce(Asset.size, 0))).where(
            Asset.status == DownloadStatus.QUEUED
        )
        return (await self.session.execute(statement)).scalar_one()

    async def held(self, lease: Lease) -> Asset | None:
        """The asset, locked, while the lease is good; None once somebody else has it or it has been stopped."""
        asset = await self.get(lease.asset_id, lock=True)
        if asset is None or asset.epoch != lease.epoch or asset.status not in RUNNING:
            return None
        return asset

    async def refused_to_members(self, asset_id: UUID, *, since: datetime, times: int) -> bool:
        """Whether so many of the same channel have failed as being for members alone."""
        channel = select(Asset.channel_id).where(Asset.id == asset_id).scalar_subquery()
        refused = (
            select(Asset.id)
            .where(
                Asset.channel_id == channel,
                Asset.status == DownloadStatus.FAILED,
                Asset.failure == FailureCode.MEMBERS_ONLY,
                Asset.status_since > since,
                Asset.id != asset_id,
            )
            .limit(times)
        )
        return len((await self.session.scalars(refused)).all()) >= times

    async def renew(self, lease: Lease, *, until: datetime) -> bool:
        statement = (
            update(Asset)
            .where(Asset.id == lease.asset_id, Asset.epoch == lease.epoch, Asset.status.in_(RUNNING))
            .values(lease_until=until)
            .returning(Asset.id)
        )
        return (await self.session.execute(statement)).first() is not None

    async def shorten_leases(self, *, now: datetime, longest: timedelta) -> None:
        """Those that are longer than any: they are from before the clock was set back."""
        await self.session.execute(
            update(Asset).where(Asset.lease_until > now + 2 * longest).values(lease_until=now + longest)
        )

    async def abandoned(self, *, now: datetime, limit: int) -> Sequence[Asset]:
        """Whose worker is gone, locked."""
        statement = (
            select(Asset)
            .where(Asset.lease_until <= now, Asset.status.in_(RUNNING))
            .order_by(Asset.lease_until)
            .limit(limit)
            .with_for_update(skip_locked=True, key_share=True)
        )
        return (await self.session.scalars(statement)).all()

    async def due(self, *, now: datetime, limit: int) -> Sequence[Asset]:
        """Those whose waiting is over, locked."""
        statement = (
            select(Asset)
            .where(Asset.status == DownloadStatus.WAITING, Asset.not_before <= now)
            .order_by(Asset.not_before)
            .limit(limit)
            .with_for_update(skip_locked=True, key_share=True)
        )
        return (await self.session.scalars(statement)).all()

    async def held_for(self, codes: Sequence[FailureCode], *, limit: int) -> Sequence[Asset]:
        """Those that wait until somebody has mended this, locked."""
        statement = (
            select(Asset)
            .where(
                Asset.status == DownloadStatus.WAITING, Asset.not_before.is_(None), Asset.failure.in_(codes)
            )
            .limit(limit)
            .with_for_update(skip_locked=True, key_share=True)
        )
        return (await self.session.scalars(statement)).all()

    async def positions(self, asset_ids: Collection[UUID]) -> dict[UUID, int]:
        """In the queue, from 1; of those that are among its first `NUMBERED`: nobody counts the whole of it."""
        if not asset_ids:
            return {}
        first = (
            select(Asset.id)
            .where(Asset.status == DownloadStatus.QUEUED)
            .order_by(Asset.priority.desc(), Asset.queued_at, Asset.id)
            .limit(NUMBERED)
        )
        order = await self.session.scalars(first)
        return {asset_id: place for place, asset_id in enumerate(order, start=1) if asset_id in asset_ids}

    async def waiting_for_the_line(self) -> Sequence[Asset]:
        """Those that found no way to YouTube, locked: once one gets through, the others may try too."""
        return await self.waiting_after([FailureCode.NETWORK])

    async def waiting_after(self, codes: Sequence[FailureCode]) -> Sequence[Asset]:
        """Some of those that wait since they have failed like this, locked."""
        statement = (
            select(Asset)
            .where(Asset.status == DownloadStatus.WAITING, Asset.failure.in_(codes))
            .limit(_AT_ONCE)
            .with_for_update(skip_locked=True, key_share=True)
        )
        return (await self.session.scalars(statement)).all()

    async def stored_otherwise(self, asset: Asset) -> bool:
        """Whether the same video is there in another profile, so that a name has to tell them apart."""
        return bool(
            await self.count(Asset.video_id == asset.video_id, Asset.id != asset.id, Asset.status.in_(STORED))
        )

    async def folder_of_channel(self, channel_id: str | None) -> str | None:
        """Which the channel's show has already, whatever it was called then."""
        if channel_id is None:
            return None
        return await self._folder(Asset.channel_id == channel_id, ending=f"[{channel_id}]")

    async def folder_of_list(self, list_id: str) -> str | None:
        return await self._folder(Asset.list_id == list_id, ending=f"[{list_id}]")

    async def _folder(self, condition: ColumnElement[bool], *, ending: str) -> str | None:
        folder = func.split_part(Asset.path, "/", 1)
        statement = (
            select(folder)
            .where(condition, Asset.path.is_not(None), folder.endswith(ending, autoescape=True))
            .order_by(Asset.stored_at)
            .limit(1)
        )
        return (await self.session.execute(statement)).scalar_one_or_none()
