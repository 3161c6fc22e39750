"""What people change about themselves."""

from collections.abc import Sequence

from medianest_auth.app import AuthApp
from medianest_auth.mapping import change_of, to_user
from medianest_auth.models import Session, User
from medianest_auth.naming import chosen_name
from medianest_auth.normalising import email_key, valid_email
from medianest_auth.proving import require_fresh_proof
from medianest_auth.repository import Users
from medianest_auth.sessions import deny, end_all_sessions
from medianest_auth.time_zones import time_zones
from medianest_common.bus import require_person
from medianest_common.contracts import auth
from medianest_common.contracts.auth import ClientInfo, RevocationReason, UserChanged
from medianest_common.contracts.auth.people import ChangeProfile
from medianest_common.contracts.identity import Caller
from medianest_common.db import Transaction
from medianest_common.errors import FieldError, Invalid, Unauthenticated


async def change_profile(app: AuthApp, command: ChangeProfile) -> auth.User:
    """Another address ends all other sessions, as another password does."""
    caller = require_person()
    if command.time_zone is not None and command.time_zone not in time_zones():
        raise Invalid(errors=[FieldError("timeZone", "There is no such time zone.")])
    if command.email is not None:
        await require_fresh_proof(app)
    async with app.db.transaction() as tx:
        users = Users(tx.session)
        user = await users.get(caller.user_id, lock=True)
        if user is None or user.status != "active":
            raise Unauthenticated("Sign in again.")
        ended: Sequence[Session] = []
        before = (user.name, user.email)
        if command.name is not None:
            user.name = await chosen_name(users, command.name, role=user.role, own=user)
            user.name_is_own = True
        if command.email is not None:
            ended = await _change_email(app, tx, user, command.email, by=caller, client=command.client)
        user.locale = _changed(user.locale, command.locale, cleared="locale" in command.cleared)
        user.time_zone = _changed(user.time_zone, command.time_zone, cleared="time_zone" in command.cleared)
        if (user.name, user.email) != before:
            user.version += 1
            tx.emit(change_of(UserChanged, user, plex_id=await users.plex_id(user.id)))
        plex_linked = await users.has_plex(user.id)
    await deny(app, ended)
    return to_user(user, plex_linked=plex_linked)


async def _change_email(
    app: AuthApp, tx: Transaction, user: User, wanted: str, *, by: Caller, client: ClientInfo
) -> Sequence[Session]:
    email = valid_email(wanted)
    key = email_key(email)
    if await Users(tx.session).email_taken(key, by_other_than=user.id):
        raise Invalid(errors=[FieldError("email", "This address is in use already.")])
    same = key == user.email_key
    user.email, user.email_key, user.email_is_own = email, key, True
    if same:
        return []
    app.audit.record(tx, "email_change", user_id=user.id, session_id=by.session_id, client=client)
    return await end_all_sessions(app, tx, user.id, reason=RevocationReason.EMAIL_CHANGED, but=by.session_id)


def _changed(before: str | None, wanted: str | None, *, cleared: bool) -> str | None:
    return None if cleared else before if wanted is None else wanted
