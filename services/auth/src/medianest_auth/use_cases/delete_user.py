"""Somebody leaves, or is made to. What this service holds about them goes at once; the other services hear of it."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from medianest_auth.app import AuthApp
from medianest_auth.erasures import ask_everyone
from medianest_auth.look_alikes import name_key
from medianest_auth.models import (
    AuditEntry,
    AuditPlace,
    Base,
    Invite,
    OneTimeLink,
    ProviderFlow,
    User,
)
from medianest_auth.normalising import email_key
from medianest_auth.proving import require_fresh_proof
from medianest_auth.repository import Users
from medianest_auth.standing import require_authority, spare_owner, take_in_hand, turn_away
from medianest_common.contracts.auth import ClientInfo, RevocationReason
from medianest_common.contracts.auth.people import DeleteUser, Leave
from medianest_common.contracts.base import Nothing
from medianest_common.db import Transaction
from medianest_common.errors import FieldError, Invalid, Unauthenticated


async def delete_user(app: AuthApp, command: DeleteUser) -> Nothing:
    caller = await require_authority(app)
    async with app.db.transaction() as tx:
        user = await take_in_hand(tx, command.user_id, by=caller)
        await _erase(app, tx, user, by=caller.user_id, client=command.client)
    return Nothing()


async def delete_account(app: AuthApp, command: Leave) -> Nothing:
    caller = await require_fresh_proof(app)
    async with app.db.transaction() as tx:
        user = await Users(tx.session).get(caller.user_id, lock=True)
        if user is None:
            raise Unauthenticated("Sign in again.")
        if not _names(user, command.confirm):
            wrong = FieldError("confirm", "This is neither your name nor your e-mail address.")
            raise Invalid("Write your own name or address, to be sure.", errors=[wrong])
        await _erase(app, tx, user, by=user.id, client=command.client)
    return Nothing()


def _names(user: User, text: str) -> bool:
    return name_key(text) == user.name_key or (user.email is not None and email_key(text) == user.email_key)


async def _erase(app: AuthApp, tx: Transaction, user: User, *, by: UUID, client: ClientInfo) -> None:
    """What stays is the log, whose entries name a random number that leads nowhere any more."""
    spare_owner(user)
    await turn_away(app, tx, user.id, reason=RevocationReason.DELETED)
    app.audit.record(
        tx,
        "user_delete",
        user_id=user.id,
        actor_id=by if by != user.id else None,
        client=None if by == user.id else client,
    )
    await tx.session.flush()
    removed = await _remove_traces(tx.session, user)
    for table in _tables_of_user():
        found = select(func.count()).select_from(table).where(table.c.user_id == user.id)
        removed[table.name] = (await tx.session.execute(found)).scalar_one()
    await tx.session.execute(delete(User).where(User.id == user.id))
    removed["users"] = 1
    ask_everyone(
        app, tx, user.id, by=by, removed={table: count for table, count in sorted(removed.items()) if count}
    )


def _tables_of_user() -> list[Any]:
    """Those whose rows go with their user's."""
    return [
        table
        for table in Base.metadata.sorted_tables
        if any(key.column.table.name == "users" for key in table.foreign_keys)
    ]


async def _remove_traces(session: AsyncSession, user: User) -> dict[str, int]:
    """What speaks of the person without belonging to their row."""
    # Where an administrator was who acted on this person is the administrator's, and stays.
    own = and_(AuditEntry.user_id == user.id, AuditEntry.actor_id.is_(None))
    mine = select(AuditEntry.id).where(or_(own, AuditEntry.actor_id == user.id))
    invited: ColumnElement[bool] = Invite.accepted_by == user.id
    if user.email_key:
        invited = or_(invited, func.lower(Invite.email) == user.email_key)
    statements = {
        "audit_places": delete(AuditPlace).where(AuditPlace.entry_id.in_(mine)),
        "invites": delete(Invite).where(invited),
        "provider_flows": delete(ProviderFlow).where(ProviderFlow.user_id == user.id),
        "one_time_links": update(OneTimeLink)
        .where(OneTimeLink.created_by == user.id)
        .values(created_by=None),
    }
    removed = {}
    for table, statement in statements.items():
        result = await session.execute(statement)
        removed[table] = int(result.rowcount)  # type: ignore[attr-defined]
    return removed
