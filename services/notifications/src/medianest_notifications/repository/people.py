"""What is known here about people."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, bindparam, cast, select, text
from sqlalchemy.dialects.postgresql import insert as upsert

from medianest_common.db import Repository
from medianest_notifications.models import LAST_VERSION, Recipient

_ADMINS_AND_LEFT = text(f"""
    with asked_of as (
        select user_id, version from recipients where user_id = any(:user_ids) order by user_id for share
    )
    select user_id, false as is_admin from asked_of where version = {LAST_VERSION}
    union all
    select user_id, true from recipients where role in ('owner', 'admin') and not suspended
""").bindparams(bindparam("user_ids", type_=ARRAY(Uuid())))  # noqa: S608


class Recipients(Repository[Recipient]):
    model = Recipient

    async def learn(self, values: dict[str, Any]) -> bool:
        """Keep the newest version, whatever order they arrive in; of the same one, what is told last: what this service
        did not keep when it heard it first. Returns whether it is what is known now."""
        statement = upsert(Recipient).values(values)
        learned = await self.session.execute(
            statement.on_conflict_do_update(
                index_elements=["user_id"],
                set_={name: statement.excluded[name] for name in values if name != "user_id"},
                where=Recipient.version <= statement.excluded.version,
            ).returning(Recipient.user_id)
        )
        return learned.first() is not None

    async def erase(self, user_id: UUID) -> int:
        """Returns whether there was anything, as a count."""
        empty = {"name": "", "role": "", "locale": None, "zone": None, "version": LAST_VERSION}
        before = await self.get(user_id, lock=True)
        made = upsert(Recipient).values(user_id=user_id, **empty)
        await self.session.execute(made.on_conflict_do_update(index_elements=["user_id"], set_=empty))
        return int(before is not None and before.version < LAST_VERSION)

    async def has_left(self, user_id: UUID) -> bool:
        """Nobody can leave from now on until this transaction ends."""
        return bool(await self.those_who_left([user_id]))

    async def those_who_left(self, user_ids: Collection[UUID]) -> set[UUID]:
        """None of the others can leave from now on until this transaction ends."""
        statement = (
            select(Recipient.user_id, Recipient.version)
            .where(Recipient.user_id == any_(cast(list(user_ids), ARRAY(Uuid()))))
            .order_by(Recipient.user_id)
            .with_for_update(read=True)
        )
        rows = (await self.session.execute(statement)).all()
        return {row.user_id for row in rows if row.version == LAST_VERSION}

    async def admins_and_who_left(self, user_ids: Collection[UUID]) -> tuple[Sequence[UUID], set[UUID]]:
        """What `admins` and `those_who_left` return, in one visit."""
        rows = (await self.session.execute(_ADMINS_AND_LEFT, {"user_ids": list(user_ids)})).all()
        return [row.user_id for row in rows if row.is_admin], {
            row.user_id for row in rows if not row.is_admin
        }

    async def is_suspended(self, user_id: UUID) -> bool:
        statement = select(Recipient.suspended).where(Recipient.user_id == user_id)
        return bool((await self.session.execute(statement)).scalar_one_or_none())

    async def admins(self) -> Sequence[UUID]:
        """Those who can act on what they are told."""
        statement = select(Recipient.user_id).where(
            Recipient.role.in_(("owner", "admin")), Recipient.suspended.is_(False)
        )
        return (await self.session.execute(statement)).scalars().all()
