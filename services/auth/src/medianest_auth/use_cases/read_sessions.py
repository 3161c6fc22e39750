"""What a person sees of the own sessions."""

from medianest_auth.app import AuthApp
from medianest_auth.mapping import to_session, to_user
from medianest_auth.models import User
from medianest_auth.repository import Devices, Sessions, Users
from medianest_common.bus import require_caller, require_person
from medianest_common.contracts.auth import Session, SessionView
from medianest_common.contracts.auth import User as Account
from medianest_common.contracts.base import Page
from medianest_common.contracts.identity import Caller
from medianest_common.db import Transaction
from medianest_common.errors import Unauthenticated


async def get_me(app: AuthApp) -> Account:
    """Also for a personal token, which belongs to no session."""
    caller = require_caller()
    async with app.db.transaction() as tx:
        user = await Users(tx.session).get(caller.user_id)
        if user is None:
            raise Unauthenticated("This account is gone.")
        plex_linked = await Users(tx.session).has_plex(user.id)
    return to_user(user, plex_linked=plex_linked)


async def get_session(app: AuthApp) -> SessionView:
    caller = require_person()
    async with app.db.transaction() as tx:
        session = await Sessions(tx.session).get(caller.session_id)
        if session is None or session.revoked_at or session.user_id != caller.user_id:
            raise Unauthenticated("The session has ended. Sign in again.")
        user = await tx.session.get_one(User, caller.user_id)
        plex_linked = await Users(tx.session).has_plex(user.id)
        known = await Devices(tx.session).is_of(user.id, session.device_hash)
    return SessionView(
        user=to_user(user, plex_linked=plex_linked),
        session=to_session(session, current=session.id, known_device=known),
    )


async def list_sessions(app: AuthApp) -> Page[Session]:
    caller = require_person()
    async with app.db.transaction() as tx:
        return Page(items=await live_sessions(app, tx, caller))


async def live_sessions(app: AuthApp, tx: Transaction, caller: Caller) -> list[Session]:
    """Where the caller is signed in, the most recently used first."""
    live = await Sessions(tx.session).live_of(caller.user_id, now=app.clock.now())
    known = await Devices(tx.session).hashes_of(caller.user_id)
    return [
        to_session(session, current=caller.session_id, known_device=session.device_hash in known)
        for session in live
    ]
