"""Whose access to the portal hangs on their access to the Plex server, and what is kept about it.

An account that a sign-in with Plex or an import has made is there because the server is shared with that person. When
the share is gone, so is everything: all sessions end, personal tokens sleep, and no other way in opens (a password set
later, a passkey, another provider), until the server is shared again. For the same reason such an account cannot unlink
Plex.

An account that stands on its own, because it was invited, or came another way and linked Plex later, loses only what
was opened with Plex: those sessions end, and Plex is no way in. The owner of the portal loses nothing at all, whatever
plex.tv says. Nor does whoever owns the Plex server: it is theirs.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from medianest_auth.errors import NoServerAccess
from medianest_auth.models import Identity, Installation, User
from medianest_auth.repository import PLEX_ISSUER
from medianest_common.contracts.auth import SignInMethod
from medianest_common.db import Repository, Transaction


class Linked(NamedTuple):
    """A person's Plex account, as it was last known."""

    user_id: UUID
    subject: str
    role: str
    checked_at: datetime | None
    missing_since: datetime | None
    refused_at: datetime | None
    access_lost_at: datetime | None


def hangs_on_plex() -> ColumnElement[bool]:
    """Of an identity at Plex and the user it belongs to: whether there is nothing else that the account stands on."""
    return and_(User.role != "owner", Identity.linked_at <= User.created_at)


def shut_out() -> ColumnElement[bool]:
    """Of a row of `users`: whether no way in is open to this person, until the server is shared with them again."""
    return exists().where(
        Identity.user_id == User.id,
        Identity.issuer == PLEX_ISSUER,
        Identity.access_lost_at.is_not(None),
        hangs_on_plex(),
    )


async def require_access(tx: Transaction, user: User, *, method: SignInMethod) -> None:
    """At the start of every session, whatever opens it. Plex itself has just said that there is access."""
    if method is SignInMethod.PLEX:
        return
    statement = select(User.id).where(User.id == user.id, shut_out())
    if (await tx.session.execute(statement)).first():
        raise NoServerAccess(
            "This account came with access to the Plex server, and that was taken away. "
            "Ask the server's owner to share it with you again, then sign in with Plex."
        )


async def linked_accounts(connection: AsyncConnection) -> Sequence[Linked]:
    columns = (getattr(Identity, name) for name in Linked._fields if name != "role")
    statement = (
        select(*columns, User.role)
        .join(User, User.id == Identity.user_id)
        .where(Identity.issuer == PLEX_ISSUER)
        .order_by(Identity.subject)
    )
    return [Linked(**row) for row in (await connection.execute(statement)).mappings()]


class PlexIdentities(Repository[Identity]):
    model = Identity

    async def found_with_access(self, subjects: Collection[str], *, now: datetime) -> None:
        """However it looked before. Plex itself may have said so later than `now`."""
        await self.session.execute(
            update(Identity)
            .where(
                Identity.issuer == PLEX_ISSUER,
                Identity.subject.in_(subjects),
                or_(Identity.checked_at.is_(None), Identity.checked_at < now),
            )
            .values(checked_at=now, missing_since=None, refused_at=None, access_lost_at=None)
        )

    async def found_missing(self, subjects: Collection[str], *, now: datetime) -> None:
        await self.session.execute(
            update(Identity)
            .where(
                Identity.issuer == PLEX_ISSUER,
                Identity.subject.in_(subjects),
                or_(Identity.checked_at.is_(None), Identity.checked_at < now),
            )
            .values(missing_since=now)
        )

    async def refused(self, subject: str, *, now: datetime) -> bool:
        """Whether this is somebody with access, as far as was known."""
        statement = (
            update(Identity)
            .where(
                Identity.issuer == PLEX_ISSUER,
                Identity.subject == subject,
                Identity.access_lost_at.is_(None),
            )
            .values(refused_at=now)
            .returning(Identity.subject)
        )
        return (await self.session.execute(statement)).first() is not None

    async def of_user(self, user_id: UUID, *, lock: bool = False) -> Identity | None:
        return await self.one(Identity.user_id == user_id, Identity.issuer == PLEX_ISSUER, lock=lock)

    async def stands_alone(self, user_id: UUID) -> bool:
        statement = (
            select(Identity.subject)
            .join(User, User.id == Identity.user_id)
            .where(Identity.user_id == user_id, Identity.issuer == PLEX_ISSUER, hangs_on_plex())
        )
        return (await self.session.execute(statement)).first() is None


class CheckTimes:
    """When access is checked next. The row is the claim: of many replicas one finds it due."""

    def __init__(self, tx: Transaction) -> None:
        self._session = tx.session

    async def claim(self, *, now: datetime, until: datetime) -> bool:
        """Whether it is due and ours. Nobody else finds it due before `until`."""
        due = or_(Installation.plex_check_due_at.is_(None), Installation.plex_check_due_at <= now)
        statement = update(Installation).where(due).values(plex_check_due_at=until).returning(Installation.id)
        return (await self._session.execute(statement)).first() is not None

    async def settle(self, at: datetime, *, claimed_until: datetime) -> None:
        """Unless somebody has called for another check meanwhile."""
        await self._session.execute(
            update(Installation)
            .where(Installation.plex_check_due_at == claimed_until)
            .values(plex_check_due_at=at)
        )

    async def call_for(self, now: datetime, *, unless_before: datetime) -> None:
        """A check now, unless there will be one soon anyway."""
        await self._session.execute(
            update(Installation)
            .where(Installation.plex_check_due_at >= unless_before)
            .values(plex_check_due_at=now)
        )
