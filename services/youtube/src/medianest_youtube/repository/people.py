"""People, in whose row their downloads queue up."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert as upsert

from medianest_common.contracts.auth import UserChange
from medianest_common.contracts.identity import Caller
from medianest_common.db import Repository
from medianest_common.errors import Unauthenticated
from medianest_youtube.models import Person


class People(Repository[Person]):
    model = Person

    async def in_turn(self, caller: Caller) -> Person:
        """The caller's row, locked: of two things that one person asks for at the same moment the second waits here.

        A caller of whom the auth service has not told us yet is remembered as the gateway knows them.
        """
        made = upsert(Person).values(id=caller.user_id, name=caller.name, role=caller.role.value, version=0)
        statement = made.on_conflict_do_update(
            index_elements=["id"], set_={"role": made.excluded.role}, where=Person.erased_at.is_(None)
        )
        person = (await self.session.execute(statement.returning(Person))).scalar_one_or_none()
        if person is None:
            raise Unauthenticated("This account was deleted.")
        return person

    async def learn(self, change: UserChange) -> None:
        """Unless something newer is known, or they have left."""
        made = upsert(Person).values(
            id=change.user_id, name=change.name, role=change.role.value, version=change.version
        )
        await self.session.execute(
            made.on_conflict_do_update(
                index_elements=["id"],
                set_={name: made.excluded[name] for name in ("name", "role", "version")},
                where=Person.erased_at.is_(None) & (Person.version < made.excluded.version),
            )
        )

    async def erase(self, user_id: UUID, *, now: datetime) -> None:
        """Emptied for good."""
        empty = {
            "name": "",
            "role": "user",
            "limit_per_hour": None,
            "limit_bytes": None,
            "erased_at": now,
        }
        made = upsert(Person).values(id=user_id, version=0, **empty)
        await self.session.execute(made.on_conflict_do_update(index_elements=["id"], set_=empty))
