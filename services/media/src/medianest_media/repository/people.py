"""People, in whose row their requests queue up."""

from typing import Any

from sqlalchemy import case
from sqlalchemy.dialects.postgresql import insert as upsert

from medianest_common.contracts.auth import UserChange
from medianest_common.contracts.identity import Caller
from medianest_common.db import Repository
from medianest_media.models import Person


class People(Repository[Person]):
    model = Person

    async def in_turn(self, caller: Caller) -> Person:
        """The caller's row, locked: of two requests by one person at the same moment the second waits here.

        A caller of whom the auth service has not told us yet is remembered as the gateway knows them.
        """
        made = upsert(Person).values(id=caller.user_id, name=caller.name, role=caller.role.value, version=0)
        statement = made.on_conflict_do_update(index_elements=["id"], set_={"role": made.excluded.role})
        return (await self.session.execute(statement.returning(Person))).scalar_one()

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
        newer = Person.version < made.excluded.version
        await self.session.execute(
            made.on_conflict_do_update(index_elements=["id"], set_=changes, where=newer)
        )
