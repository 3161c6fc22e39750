"""What somebody may do here, and how that changes: role and status, felt everywhere within a second."""

from collections.abc import Sequence
from functools import partial
from uuid import UUID

import structlog
from sqlalchemy import select

from medianest_auth.app import AuthApp
from medianest_auth.challenges import end_challenges
from medianest_auth.errors import OwnerRemains
from medianest_auth.mapping import change_of
from medianest_auth.models import Session, User
from medianest_auth.proving import require_fresh_proof
from medianest_auth.repository import Users
from medianest_auth.revocations import AT_ONCE, deny_person, deny_stale
from medianest_auth.sessions import deny, end_all_sessions
from medianest_common.bus import require
from medianest_common.contracts.auth import ClientInfo, RevocationReason, SessionRevoked, UserChanged
from medianest_common.contracts.auth.standing import PersonSuspended, RoleChanged
from medianest_common.contracts.identity import Caller, Permission, Role
from medianest_common.db import Transaction
from medianest_common.errors import Forbidden, NotFound

log = structlog.get_logger()


async def require_authority(app: AuthApp) -> Caller:
    require(Permission.MANAGE_USERS)
    return await require_fresh_proof(app)


async def take_in_hand(tx: Transaction, user_id: UUID, *, by: Caller) -> User:
    """The account, locked, if the caller may act on it by what the database says now.

    Raises `NotFound`, or `Forbidden` where only the owner may.
    """
    statement = (
        select(User)
        .where(User.id.in_({user_id, by.user_id}))
        .order_by(User.id)
        .with_for_update(key_share=True)
    )
    people = {user.id: user for user in (await tx.session.execute(statement)).scalars()}
    actor, user = people.get(by.user_id), people.get(user_id)
    if actor is None or actor.status != "active" or actor.role != by.role:
        raise Forbidden("What you may do here has changed. Renew your session.")
    if user is None:
        raise NotFound("There is no such person.")
    if user.role != Role.USER:
        require(Permission.MANAGE_ADMINS)
    return user


def spare_owner(user: User) -> None:
    if user.role == Role.OWNER:
        raise OwnerRemains("Hand the ownership over to somebody else first.")


async def give_role(
    app: AuthApp, tx: Transaction, user: User, role: Role, *, by: UUID, client: ClientInfo
) -> None:
    """Sessions go on with the next token; tokens that say the old role are stale from now on."""
    now = app.clock.now()
    user.role = str(role)
    user.permissions_version += 1
    user.permissions_changed_at = now
    user.version += 1
    await tx.session.flush()
    tx.emit(
        SessionRevoked(
            user_id=user.id,
            session_id=None,
            not_before=now,
            reason=RevocationReason.ROLE_CHANGED,
            permissions_version=user.permissions_version,
        )
    )
    tx.emit(change_of(UserChanged, user, plex_id=await Users(tx.session).plex_id(user.id)))
    tx.emit(RoleChanged(user_id=user.id, name=user.name, role=role, actor_id=by))
    app.audit.record(tx, "role_change", user_id=user.id, actor_id=by, target=f"role:{role}", client=client)
    tx.after_commit(partial(deny_stale, app, user.id, user.permissions_version))


async def suspend(app: AuthApp, tx: Transaction, user: User, *, by: UUID, client: ClientInfo) -> None:
    user.status = "suspended"
    user.version += 1
    await turn_away(app, tx, user.id, reason=RevocationReason.SUSPENDED)
    tx.emit(change_of(UserChanged, user, plex_id=await Users(tx.session).plex_id(user.id)))
    tx.emit(PersonSuspended(user_id=user.id, name=user.name, actor_id=by))
    app.audit.record(tx, "suspend", user_id=user.id, actor_id=by, client=client)


async def reinstate(app: AuthApp, tx: Transaction, user: User, *, by: UUID, client: ClientInfo) -> None:
    user.status = "active"
    user.version += 1
    # Gateways remember for a while that personal tokens of this person were refused.
    tx.emit(change_of(UserChanged, user, plex_id=await Users(tx.session).plex_id(user.id)))
    app.audit.record(tx, "reinstate", user_id=user.id, actor_id=by, client=client)


async def turn_away(
    app: AuthApp, tx: Transaction, user_id: UUID, *, reason: RevocationReason
) -> Sequence[Session]:
    """Every session and token of somebody who is not let in again, and sign-ins that are half done."""
    ended = await end_all_sessions(app, tx, user_id, reason=reason)
    await end_challenges(tx, user_id)
    tx.emit(
        SessionRevoked(user_id=user_id, session_id=None, not_before=app.clock.now() + AT_ONCE, reason=reason)
    )
    tx.after_commit(partial(deny, app, ended))
    tx.after_commit(partial(deny_person, app, user_id))
    return ended
