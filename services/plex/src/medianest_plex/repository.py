"""Reads and writes of the plex service that have a meaning of their own."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import null, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from medianest_common.db import Repository
from medianest_plex.models import Copy, Member, Play, PlayDay, Server, Session, Viewer


class Servers(Repository[Server]):
    model = Server

    async def seen(
        self,
        machine_identifier: str,
        *,
        name: str | None,
        version: str | None,
        platform: str | None,
        now: datetime,
    ) -> None:
        """What is None keeps its last value."""
        values = {
            "machine_identifier": machine_identifier,
            "name": name or "Plex",
            "version": version,
            "platform": platform,
            "first_seen_at": now,
            "last_seen_at": now,
        }
        changes = {"name": name, "version": version, "platform": platform, "last_seen_at": now}
        statement = upsert(Server).values(values)
        await self.session.execute(
            statement.on_conflict_do_update(
                index_elements=[Server.machine_identifier],
                set_={column: value for column, value in changes.items() if value is not None},
            )
        )


class Members(Repository[Member]):
    model = Member

    async def remember(self, values: dict[str, Any]) -> None:
        """Unless they have left."""
        made = upsert(Member).values(values)
        changes = {name: made.excluded[name] for name in values if name != "user_id"}
        await self.session.execute(
            made.on_conflict_do_update(
                index_elements=[Member.user_id], set_=changes, where=Member.erased_at.is_(None)
            )
        )

    async def erase(self, user_id: UUID, *, now: datetime) -> int:
        """Returns whether there was anything, as a count."""
        empty: dict[str, Any] = {
            "plex_id": 0,
            "server_token": None,
            "restricted": True,
            "owns_server": False,
            "sections": null(),
            "sections_checked_at": None,
            "told_access": null(),
            "remembered_at": now,
            "erased_at": now,
        }
        before = await self.get(user_id, lock=True)
        made = upsert(Member).values(user_id=user_id, **empty)
        await self.session.execute(made.on_conflict_do_update(index_elements=[Member.user_id], set_=empty))
        return int(before is not None and before.erased_at is None)

    async def keep_sections(
        self, user_id: UUID, *, token: str, sections: Sequence[str], now: datetime
    ) -> None:
        """Unless the person has signed in with another token meanwhile."""
        await self.session.execute(
            update(Member)
            .where(Member.user_id == user_id, Member.server_token == token)
            .values(sections=list(sections), sections_checked_at=now)
        )

    async def forget_access(self, user_id: UUID, *, token: str) -> bool:
        """Whether it was there: of many who find a token refused, the first one forgets it."""
        statement = (
            update(Member)
            .where(Member.user_id == user_id, Member.server_token == token)
            .values(server_token=None, sections=None, sections_checked_at=None)
            .returning(Member.user_id)
        )
        return (await self.session.execute(statement)).first() is not None


class Copies(Repository[Copy]):
    model = Copy

    async def keep(
        self, machine_identifier: str, *, audience: str, name: str, body: str, now: datetime
    ) -> None:
        """Writes nothing where nothing has changed."""
        statement = upsert(Copy).values(
            machine_identifier=machine_identifier, audience=audience, name=name, body=body, taken_at=now
        )
        await self.session.execute(
            statement.on_conflict_do_update(
                index_elements=[Copy.machine_identifier, Copy.audience, Copy.name],
                set_={"body": statement.excluded.body, "taken_at": statement.excluded.taken_at},
                where=Copy.body != statement.excluded.body,
            )
        )


class Plays(Repository[Play]):
    model = Play


class Sessions(Repository[Session]):
    model = Session


class PlayDays(Repository[PlayDay]):
    model = PlayDay


class Viewers(Repository[Viewer]):
    model = Viewer


async def present_server(connection: AsyncConnection) -> Server | None:
    """The one seen last."""
    statement = select(*Server.__table__.columns).order_by(Server.last_seen_at.desc()).limit(1)
    row = (await connection.execute(statement)).mappings().first()
    return Server(**row) if row else None


async def member(connection: AsyncConnection, user_id: UUID) -> Member | None:
    statement = select(*Member.__table__.columns).where(Member.user_id == user_id)
    row = (await connection.execute(statement)).mappings().first()
    return Member(**row) if row else None


async def last_copy(connection: AsyncConnection, *, audience: str, name: str) -> str | None:
    """Of the server seen last."""
    present = (
        select(Server.machine_identifier).order_by(Server.last_seen_at.desc()).limit(1).scalar_subquery()
    )
    statement = select(Copy.body).where(
        Copy.machine_identifier == present, Copy.audience == audience, Copy.name == name
    )
    body: str | None = (await connection.execute(statement)).scalar_one_or_none()
    return body
