"""A person's channels."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select, text, update

from medianest_common.contracts.notifications.channels import ChannelKind, ChannelState
from medianest_common.db import Repository
from medianest_notifications.models import Channel, Delivery

_TAKE_TURNS = text("select pg_advisory_xact_lock(hashtextextended('channels:' || :user_id, 0))")


class Channels(Repository[Channel]):
    model = Channel

    async def take_turns(self, user_id: UUID) -> None:
        """One after the other until the transaction ends, for what looks at a person's channels and then adds one."""
        await self.session.execute(_TAKE_TURNS, {"user_id": user_id.hex})

    async def of(self, user_id: UUID) -> Sequence[Channel]:
        statement = self.select().where(Channel.user_id == user_id).order_by(Channel.id)
        return (await self.session.scalars(statement)).all()

    async def own(self, channel_id: UUID, *, user_id: UUID, lock: bool = False) -> Channel | None:
        return await self.one(Channel.id == channel_id, Channel.user_id == user_id, lock=lock)

    async def issue_code(self, channel_id: UUID, code_hash: str, *, expires_at: datetime) -> bool:
        """Returns False where the channel is gone."""
        statement = (
            update(Channel)
            .where(Channel.id == channel_id)
            .values(code_hash=code_hash, code_expires_at=expires_at, code_attempts=0)
            .returning(Channel.id)
        )
        return (await self.session.execute(statement)).first() is not None

    async def spend_attempt(
        self, channel_id: UUID, *, user_id: UUID, now: datetime, most: int
    ) -> Channel | None:
        """The channel, if its code can still be tried; the attempt counts whatever comes of it."""
        statement = (
            update(Channel)
            .where(
                Channel.id == channel_id,
                Channel.user_id == user_id,
                Channel.code_hash.is_not(None),
                Channel.code_expires_at > now,
                Channel.code_attempts < most,
            )
            .values(code_attempts=Channel.code_attempts + 1)
            .returning(Channel)
        )
        return (await self.session.execute(statement)).scalar_one_or_none()

    async def disable(
        self, channel_id: UUID, reason: str, *, config_sealed: str | None, now: datetime
    ) -> bool:
        """With `config_sealed`, only what has not been changed since: what a provider says of one address says nothing
        of the next. Returns whether it was active."""
        statement = update(Channel).where(Channel.id == channel_id, Channel.state == ChannelState.ACTIVE)
        if config_sealed is not None:
            statement = statement.where(Channel.config_sealed == config_sealed)
        values = {
            "state": ChannelState.DISABLED,
            "state_reason": reason,
            "held_until": None,
            "updated_at": now,
        }
        return (
            await self.session.execute(statement.values(values).returning(Channel.id))
        ).first() is not None

    async def move(self, channel_id: UUID, fresh: str, *, config_sealed: str, now: datetime) -> None:
        """Unless somebody has changed it meanwhile."""
        await self.session.execute(
            update(Channel)
            .where(Channel.id == channel_id, Channel.config_sealed == config_sealed)
            .values(config_sealed=fresh, updated_at=now)
        )

    async def hold(self, channel_id: UUID, *, until: datetime) -> None:
        later = func.greatest(func.coalesce(Channel.held_until, until), until)
        await self.session.execute(update(Channel).where(Channel.id == channel_id).values(held_until=later))

    async def erase(self, user_id: UUID) -> tuple[int, int]:
        """How many deliveries and how many channels went. Whoever is sending has locked the channel first, as here."""
        mine = select(Channel.id).where(Channel.user_id == user_id).order_by(Channel.id)
        await self.session.execute(mine.with_for_update())
        sent = await self.session.execute(delete(Delivery).where(Delivery.user_id == user_id))
        return int(sent.rowcount), await self.delete(Channel.user_id == user_id)  # type: ignore[attr-defined]

    async def take_up_again(
        self, channel_ids: Collection[UUID], *, now: datetime
    ) -> Sequence[tuple[UUID, ChannelKind]]:
        """Those that nobody else is at work on."""
        free = select(Channel.id).where(Channel.id.in_(channel_ids)).order_by(Channel.id)
        statement = (
            update(Channel)
            .where(Channel.id.in_(free.with_for_update(skip_locked=True).scalar_subquery()))
            .values(woken_at=now)
            .returning(Channel.id, Channel.kind)
            .execution_options(synchronize_session=False)
        )
        return [(row.id, row.kind) for row in await self.session.execute(statement)]

    async def has_sent(self, channel_id: UUID, *, at: datetime) -> None:
        await self.session.execute(
            update(Channel).where(Channel.id == channel_id).values(last_sent_at=at, held_until=None)
        )
