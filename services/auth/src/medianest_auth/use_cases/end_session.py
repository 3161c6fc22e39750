"""Sign out, here or everywhere, or end others of one's own sessions."""

from collections.abc import Sequence

from medianest_auth.app import AuthApp
from medianest_auth.models import Device, Session
from medianest_auth.proving import require_fresh_proof
from medianest_auth.repository import Devices, Sessions
from medianest_auth.sessions import deny, end_all_sessions, end_sessions, forget_email_change
from medianest_common.bus import require_person
from medianest_common.contracts.auth import EndSession, RevocationReason, RevokeSession
from medianest_common.contracts.base import Nothing
from medianest_common.db import Transaction
from medianest_common.errors import NotFound


async def end_session(app: AuthApp, command: EndSession) -> Nothing:
    """Ending what has ended already is no error."""
    caller = require_person()
    async with app.db.transaction() as tx:
        if command.all_sessions:
            ended = await end_all_sessions(app, tx, caller.user_id, reason=RevocationReason.LOGOUT)
        else:
            live = await Sessions(tx.session).live_of(caller.user_id, now=app.clock.now(), lock=True)
            ended = [session for session in live if session.id == caller.session_id]
            end_sessions(app, tx, ended, reason=RevocationReason.LOGOUT)
    await deny(app, ended)
    return Nothing()


async def end_other_sessions(app: AuthApp) -> Nothing:
    """For whoever sees one that is not theirs. Asked for by a thief it would shut the owner out, so it takes a fresh
    proof."""
    caller = await require_fresh_proof(app)
    async with app.db.transaction() as tx:
        ended = await end_all_sessions(
            app, tx, caller.user_id, reason=RevocationReason.REVOKED, but=caller.session_id
        )
        await _forget_devices(app, tx, ended)
    await deny(app, ended)
    return Nothing()


async def revoke_session(app: AuthApp, command: RevokeSession) -> Nothing:
    """A session of somebody else is as little there as one that never was."""
    own = command.session_id == require_person().session_id
    caller = require_person() if own else await require_fresh_proof(app)
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
        if not own:
            await forget_email_change(app, tx, caller.user_id)
            await _forget_devices(app, tx, [session])
    await deny(app, [session])
    return Nothing()


async def _forget_devices(app: AuthApp, tx: Transaction, ended: Sequence[Session]) -> None:
    """A browser that was put out is a stranger again, unless another live session says otherwise."""
    if not ended:
        return
    user_id = ended[0].user_id
    await tx.session.flush()
    live = await Sessions(tx.session).live_of(user_id, now=app.clock.now())
    kept = {session.device_hash for session in live}
    gone = {session.device_hash for session in ended} - kept
    await Devices(tx.session).delete(Device.user_id == user_id, Device.token_hash.in_(gone))
