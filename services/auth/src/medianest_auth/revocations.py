"""What is dead before its time, told on two ways besides the event: the list in Valkey, and the database itself."""

from datetime import timedelta
from uuid import UUID

import structlog
from redis.exceptions import RedisError
from sqlalchemy import select, union_all

from medianest_auth.app import AuthApp
from medianest_auth.models import Erasure, PersonalToken, Session, User
from medianest_common.contracts.auth.people import Revocations
from medianest_common.security.denylist import DENY_FOR

log = structlog.get_logger()

AT_ONCE = timedelta(seconds=1)
"""Tokens know only the second they were made in, and one made in the second of a limit is let pass. Whoever is deleted
or suspended gets no new one, so there the limit lies a second later."""


async def lately_revoked(app: AuthApp) -> Revocations:
    """As far back as an access token lives."""
    since = app.clock.now() - DENY_FOR
    ended = union_all(
        *(
            select(kind.id, kind.revoked_at).where(kind.revoked_at > since)
            for kind in (Session, PersonalToken)
        )
    )
    versions = select(User.id, User.permissions_version).where(User.permissions_changed_at > since)
    deleted = select(Erasure.user_id, Erasure.requested_at).where(Erasure.requested_at > since).distinct()
    async with app.db.read() as connection:
        return Revocations(
            sessions={row.id: row.revoked_at for row in await connection.execute(ended)},
            users={row.user_id: row.requested_at + AT_ONCE for row in await connection.execute(deleted)},
            versions={row.id: row.permissions_version for row in await connection.execute(versions)},
        )


async def restore_denied(app: AuthApp) -> None:
    """Valkey may have been wiped: what was revoked a moment ago must be denied all the same."""
    revoked = await lately_revoked(app)
    until = app.clock.now() + DENY_FOR
    try:
        await app.denied.restore(
            {session: at + DENY_FOR for session, at in revoked.sessions.items()},
            {user: (version, until) for user, version in revoked.versions.items()},
            {user: (not_before, not_before + DENY_FOR) for user, not_before in revoked.users.items()},
        )
    except (RedisError, OSError):
        return


async def deny_stale(app: AuthApp, user_id: UUID, version: int) -> None:
    """What cannot be written now is restored by the clock."""
    try:
        await app.denied.deny_versions_below(user_id, version, until=app.clock.now() + DENY_FOR)
    except (RedisError, OSError) as error:
        log.warning("deny_list_not_written", error=type(error).__name__)


async def deny_person(app: AuthApp, user_id: UUID) -> None:
    now = app.clock.now()
    try:
        await app.denied.deny_user(user_id, not_before=now + AT_ONCE, until=now + DENY_FOR)
    except (RedisError, OSError) as error:
        log.warning("deny_list_not_written", error=type(error).__name__)
