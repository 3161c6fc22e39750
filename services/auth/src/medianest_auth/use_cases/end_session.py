"""Sign out, here or everywhere, or end another of one's own sessions."""

from medianest_auth.app import AuthApp
from medianest_auth.models import Session
from medianest_auth.repository import Sessions
from medianest_auth.sessions import deny, end_sessions
from medianest_common.bus import require_caller
from medianest_common.contracts.auth import EndSession, RevocationReason, RevokeSession
from medianest_common.contracts.base import Nothing
from medianest_common.errors import NotFound


async def end_session(app: AuthApp, command: EndSession) -> Nothing:
    """Ending what has ended already is no error."""
    caller = require_caller()
    async with app.db.transaction() as tx:
        live = await Sessions(tx.session).live_of(caller.user_id, now=app.clock.now(), lock=True)
        ended = [s for s in live if command.all_sessions or s.id == caller.session_id]
        end_sessions(app, tx, ended, reason=RevocationReason.LOGOUT)
    await deny(app, ended)
    return Nothing()


async def revoke_session(app: AuthApp, command: RevokeSession) -> Nothing:
    """A session of somebody else is as little there as one that never was."""
    caller = require_caller()
    own = command.session_id == caller.session_id
    async with app.db.transaction() as tx:
        session = await Sessions(tx.session).one(
            Session.id == command.session_id,
            Session.user_id == caller.user_id,
            Session.revoked_at.is_(None),
            lock=True,
        )
        if session is None:
            raise NotFound("There is no such session.")
        reason = RevocationReason.LOGOUT if own else RevocationReason.REVOKED
        end_sessions(app, tx, [session], reason=reason)
    await deny(app, [session])
    return Nothing()
