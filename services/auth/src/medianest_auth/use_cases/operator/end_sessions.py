"""Sign one person out everywhere, or everybody."""

from uuid import UUID

from sqlalchemy import select

from medianest_auth.app import AuthApp
from medianest_auth.models import Session, User
from medianest_auth.sessions import deny, end_all_sessions
from medianest_auth.use_cases.operator.person import person
from medianest_common.bus import require_operator
from medianest_common.contracts.auth import RevocationReason
from medianest_common.contracts.auth.operator import OPERATOR, OperatorEndSessions, SessionsEnded


async def end_sessions(app: AuthApp, command: OperatorEndSessions) -> SessionsEnded:
    """Of each person in a transaction of its own, so that nobody waits for everybody else."""
    require_operator()
    if command.email is not None:
        async with app.db.transaction() as tx:
            people = [(await person(tx, command.email)).id]
    else:
        people = await _signed_in(app)
    ended = [await _end(app, user_id) for user_id in people]
    return SessionsEnded(people=sum(count > 0 for count in ended), sessions=sum(ended))


async def _end(app: AuthApp, user_id: UUID) -> int:
    async with app.db.transaction() as tx:
        if await tx.session.get(User, user_id, with_for_update={"key_share": True}) is None:
            return 0
        ended = await end_all_sessions(app, tx, user_id, reason=RevocationReason.REVOKED)
        app.audit.record(
            tx, "sign_out_everywhere", user_id=user_id, actor_id=OPERATOR, target=f"sessions:{len(ended)}"
        )
    await deny(app, ended)
    return len(ended)


async def _signed_in(app: AuthApp) -> list[UUID]:
    now = app.clock.now()
    statement = (
        select(Session.user_id)
        .distinct()
        .where(Session.revoked_at.is_(None), Session.idle_expires_at > now, Session.expires_at > now)
    )
    async with app.db.read() as connection:
        return list((await connection.execute(statement)).scalars())
