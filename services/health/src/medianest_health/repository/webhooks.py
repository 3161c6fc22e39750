"""Which webhooks were heard, and those that nobody understands."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from medianest_common.contracts.health.webhooks import KEPT_A_SOURCE, WebhookSource
from medianest_common.contracts.health.webhooks import KeptWebhook as Told
from medianest_common.db import Repository
from medianest_health.models import HeardWebhook, KeptWebhook

_FIELDS = ("id", "source", "name", "event", "received_at", "body")


class HeardWebhooks(Repository[HeardWebhook]):
    model = HeardWebhook

    async def claim(self, digest: bytes, *, at: datetime, within: timedelta) -> bool:
        """Whether the same was not heard within that time. Whoever hears the same meanwhile waits."""
        statement = upsert(HeardWebhook).values(digest=digest, heard_at=at)
        first = statement.on_conflict_do_update(
            index_elements=[HeardWebhook.digest],
            set_={"heard_at": statement.excluded.heard_at},
            where=HeardWebhook.heard_at < at - within,
        )
        return (await self.session.execute(first.returning(HeardWebhook.digest))).first() is not None

    async def take_back(self, digest: bytes) -> None:
        """It may be heard again."""
        await self.delete(HeardWebhook.digest == digest)

    async def forget(self, *, before: datetime) -> None:
        await self.delete(HeardWebhook.heard_at < before)


class KeptWebhooks(Repository[KeptWebhook]):
    model = KeptWebhook

    async def keep(self, row: KeptWebhook) -> None:
        """The oldest of its source make room."""
        await self.add(row)
        spare = (
            select(KeptWebhook.id)
            .where(KeptWebhook.source == row.source)
            .order_by(KeptWebhook.id.desc())
            .offset(KEPT_A_SOURCE)
        )
        await self.delete(KeptWebhook.id.in_(spare))

    async def forget(self, *, before: datetime) -> None:
        await self.delete(KeptWebhook.received_at < before)


async def kept_page(
    connection: AsyncConnection, *, source: WebhookSource | None, before: UUID | None, limit: int
) -> Sequence[Told]:
    """Newest first, those before `before`."""
    statement = select(*(getattr(KeptWebhook, name) for name in _FIELDS))
    if source is not None:
        statement = statement.where(KeptWebhook.source == source.value)
    if before is not None:
        statement = statement.where(KeptWebhook.id < before)
    rows = await connection.execute(statement.order_by(KeptWebhook.id.desc()).limit(limit))
    return [Told(**row) for row in rows.mappings()]
