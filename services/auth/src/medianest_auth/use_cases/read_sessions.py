"""What a person sees of the own sessions."""

from medianest_auth.app import AuthApp
from medianest_auth.mapping import to_session, to_user
from medianest_auth.models import User
from medianest_auth.repository import Sessions, Users
from medianest_common.bus import require_caller
from medianest_common.contracts.auth import Session, SessionView
from medianest_common.contracts.base import Page
from medianest_common.errors import Unauthenticated


async def get_session(app: AuthApp) -> SessionView:
    caller = require_caller()
    async with app.db.transaction() as tx:
        session = await Sessions(tx.session).get(caller.session_id)
        if session is None or session.revoked_at or session.user_id != caller.user_id:
            raise Unauthenticated("The session has ended. Sign in again.")
        user = await tx.session.get_one(User, caller.user_id)
        plex_linked = await Users(tx.session).has_plex(user.id)
    return SessionView(
        user=to_user(user, plex_linked=plex_linked), session=to_session(session, current=session.id)
    )


async def list_sessions(app: AuthApp) -> Page[Session]:
    caller = require_caller()
    async with app.db.transaction() as tx:
        live = await Sessions(tx.session).live_of(caller.user_id, now=app.clock.now())
    return Page(items=[to_session(session, current=caller.session_id) for session in live])
