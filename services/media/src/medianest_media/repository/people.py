"""People, in whose row their requests queue up."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, and_, bindparam, case, select, text
from sqlalchemy.dialects.postgresql import insert as upsert

from medianest_common.contracts.auth import UserChange
from medianest_common.contracts.identity import Caller
from medianest_common.db import Repository
from medianest_common.errors import Unauthenticated
from medianest_media.models import Person

# Each column by name: what all of them are may change while we run.
_IN_TURN = select(Person).from_statement(
    text(f"""
        insert into people (id, name, role, version) values (:id, :name, :role, 0)
        on conflict (id) do update set role = excluded.role where people.erased_at is null
        returning {", ".join(column.name for column in Person.__table__.c)}
    """).bindparams(bindparam("id", type_=Uuid()))  # noqa: S608
)


class People(Repository[Person]):
    model = Person

    async def in_turn(self, caller: Caller) -> Person:
        """The caller's row, locked: of two requests by one person at the same moment the second waits here.

        A caller of whom the auth service has not told us yet is remembered as the gateway knows them.
        """
        known = {"id": caller.user_id, "name": caller.name, "role": caller.role.value}
        person: Person | None = (await self.session.execute(_IN_TURN, known)).scalar_one_or_none()
        if person is None:
            raise Unauthenticated("This account was deleted.")
        return person

    async def has_plex_account(self, user_id: UUID, *, lock: bool = False) -> bool:
        """As the database has it now, whatever this session has read of the person before."""
        statement = select(Person.plex_id).where(Person.id == user_id)
        if lock:
            statement = statement.with_for_update(key_share=True)
        return await self.session.scalar(statement) is not None

    async def erase(self, user_id: UUID, *, now: datetime, left_as: Callable[[int], str]) -> Person | None:
        """Emptied for good, and locked; returns what was there. Of their Plex account a digest stays."""
        empty: dict[str, Any] = {
            "name": "",
            "email": None,
            "role": "user",
            "plex_id": None,
            "backend_user_id": None,
            "erased_at": now,
        }
        before = await self.get(user_id, lock=True)
        if before is not None:
            self.session.expunge(before)
            if before.plex_id is not None:
                empty["left_as"] = left_as(before.plex_id)
        made = upsert(Person).values(id=user_id, version=0, **empty)
        await self.session.execute(made.on_conflict_do_update(index_elements=["id"], set_=empty))
        return before if before is not None and before.erased_at is None else None

    async def learn(self, change: UserChange) -> None:
        """Unless something newer is known. Another Plex account is another user of the backend."""
        made = upsert(Person).values(
            id=change.user_id,
            name=change.name,
            email=change.email,
            role=change.role.value,
            plex_id=change.plex_id,
            version=change.version,
        )
        same = Person.plex_id.is_not_distinct_from(made.excluded.plex_id)
        changes: dict[str, Any] = {
            name: made.excluded[name] for name in ("name", "email", "role", "plex_id", "version")
        }
        changes["backend_user_id"] = case((same, Person.backend_user_id), else_=None)
        newer = and_(Person.version < made.excluded.version, Person.erased_at.is_(None))
        await self.session.execute(
            made.on_conflict_do_update(index_elements=["id"], set_=changes, where=newer)
        )
