"""What one person wants to be told, where and when."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from medianest_common.clock import uuid7
from medianest_common.contracts.identity import Role
from medianest_common.contracts.notifications import NotificationType
from medianest_common.contracts.notifications.preferences import Mode
from medianest_common.db import Repository
from medianest_common.db.repository import after
from medianest_notifications.models import Choice, Mute, Preference, Recipient
from medianest_notifications.planning.decision import DAILY_AT, Reader
from medianest_notifications.planning.local_time import QuietHours, zone_called

_TAKE_TURNS = text("select pg_advisory_xact_lock(hashtextextended('mutes:' || :user_id, 0))")

type ChoiceKey = tuple[NotificationType, UUID | None]


class Preferences(Repository[Preference]):
    model = Preference

    async def save(self, user_id: UUID, *, version: int, **values: Any) -> Preference | None:
        """None where another one than `version` is there."""
        changed = (
            update(Preference)
            .where(Preference.user_id == user_id, Preference.version == version)
            .values(**values, version=version + 1)
            .returning(Preference)
            .execution_options(synchronize_session=False, populate_existing=True)
        )
        saved = (await self.session.execute(changed)).scalar_one_or_none()
        if saved is not None or version:
            return saved
        first = upsert(Preference).values(user_id=user_id, version=1, **values)
        made = first.on_conflict_do_nothing().returning(Preference)
        return (await self.session.execute(made)).scalar_one_or_none()

    async def touch(self, user_id: UUID) -> None:
        """What somebody is looking at is no longer as it was."""
        await self.session.execute(
            update(Preference).where(Preference.user_id == user_id).values(version=Preference.version + 1)
        )

    async def reader(self, user_id: UUID, *, household_zone: str) -> Reader:
        """All that is known of one person, for whatever may come up."""
        saved = await self.get(user_id)
        person = await self.session.get(Recipient, user_id)
        mutes = await self.session.scalars(select(Mute).where(Mute.user_id == user_id))
        return Reader(
            # Of somebody who is not known yet, or has left, the role is empty.
            role=Role(person.role) if person and person.role else Role.USER,
            zone=zone_called((saved and saved.zone) or (person and person.zone) or household_zone),
            quiet=quiet_hours(saved),
            daily_at=saved.daily_at if saved else DAILY_AT,
            choices=await Choices(self.session).of(user_id),
            mutes={(mute.media_type, mute.tmdb_id): mute.until for mute in mutes},
        )


class Choices(Repository[Choice]):
    model = Choice

    async def of(self, user_id: UUID) -> dict[ChoiceKey, Mode]:
        """Without those about types that there are no more."""
        known = {each.value for each in NotificationType}
        rows = await self.list(Choice.user_id == user_id)
        return {(NotificationType(row.type), row.channel_id): row.mode for row in rows if row.type in known}

    async def replace(self, user_id: UUID, choices: Mapping[ChoiceKey, Mode]) -> None:
        """The caller has locked the person's preferences."""
        before = await self.of(user_id)
        gone = {key for key in before if key not in choices}
        if gone:
            await self.delete(Choice.user_id == user_id, or_(*(_is(key) for key in gone)))
        new = [
            {"id": uuid7(), "user_id": user_id, "type": kind.value, "channel_id": channel_id, "mode": mode}
            for (kind, channel_id), mode in choices.items()
            if before.get((kind, channel_id)) is not mode
        ]
        if new:
            statement = upsert(Choice).values(new)
            await self.session.execute(
                statement.on_conflict_do_update(
                    index_elements=["user_id", "type", "channel_id"], set_={"mode": statement.excluded.mode}
                )
            )

    async def turn_off(self, user_id: UUID, types: Collection[NotificationType], channel_id: UUID) -> None:
        values = {"user_id": user_id, "channel_id": channel_id, "mode": Mode.OFF}
        rows = [values | {"id": uuid7(), "type": each.value} for each in types]
        if rows:
            statement = upsert(Choice).values(rows)
            await self.session.execute(
                statement.on_conflict_do_update(
                    index_elements=["user_id", "type", "channel_id"], set_={"mode": statement.excluded.mode}
                )
            )


class Mutes(Repository[Mute]):
    model = Mute

    async def take_turns(self, user_id: UUID) -> None:
        """One after the other until the transaction ends, for what looks how many there are and then adds one."""
        await self.session.execute(_TAKE_TURNS, {"user_id": user_id.hex})

    async def page(
        self, user_id: UUID, *, below: tuple[datetime, int, str] | None, now: datetime, limit: int
    ) -> Sequence[Mute]:
        """Newest first, those that are still in force; one more than `limit` where there is another page."""
        order = (Mute.created_at, Mute.tmdb_id, Mute.media_type)
        statement = self.select().where(Mute.user_id == user_id, or_(Mute.until.is_(None), Mute.until > now))
        if below is not None:
            statement = statement.where(after(order, below, descending=True))
        ordered = statement.order_by(*(column.desc() for column in order)).limit(limit + 1)
        return (await self.session.scalars(ordered)).all()


def quiet_hours(saved: Preference | None) -> QuietHours | None:
    if saved is None or saved.quiet_from is None or saved.quiet_to is None:
        return None
    return QuietHours(saved.quiet_from, saved.quiet_to)


def _is(key: ChoiceKey) -> Any:
    kind, channel_id = key
    channel = Choice.channel_id.is_(None) if channel_id is None else Choice.channel_id == channel_id
    return (Choice.type == kind.value) & channel
