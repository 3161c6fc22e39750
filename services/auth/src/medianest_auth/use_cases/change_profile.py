"""What people change about themselves."""

from collections.abc import Sequence

from medianest_auth.app import AuthApp
from medianest_auth.attempts import RESET_ACCOUNT
from medianest_auth.email_change import ask_to_confirm, refuse_taken, set_email
from medianest_auth.mapping import change_of, to_user
from medianest_auth.models import Session, User
from medianest_auth.naming import chosen_name
from medianest_auth.normalising import email_key, valid_email
from medianest_auth.proving import require_fresh_proof
from medianest_auth.repository import Users
from medianest_auth.sessions import deny
from medianest_auth.time_zones import time_zones
from medianest_common.bus import require_person
from medianest_common.contracts.auth import UserChanged
from medianest_common.contracts.auth.people import ChangeProfile, Profile
from medianest_common.contracts.identity import Caller
from medianest_common.db import Transaction
from medianest_common.errors import FieldError, Invalid, Unauthenticated


async def change_profile(app: AuthApp, command: ChangeProfile) -> Profile:
    """Another address ends all other sessions, as another password does, once it is known to be the person's."""
    caller = require_person()
    if command.time_zone is not None and command.time_zone not in time_zones():
        raise Invalid(errors=[FieldError("timeZone", "There is no such time zone.")])
    email = valid_email(command.email) if command.email is not None else None
    if email is not None:
        await require_fresh_proof(app)
    by_mail = email is not None and await app.mail_delivery.is_surely_enabled()
    if by_mail:
        # Or anybody with an account could have mail sent to everybody.
        await app.attempts.begin({f"email-change:{caller.user_id}": RESET_ACCOUNT})
    ended: Sequence[Session] = []
    async with app.db.transaction() as tx:
        user = await Users(tx.session).get(caller.user_id, lock=True)
        if user is None or user.status != "active":
            raise Unauthenticated("Sign in again.")
        if command.name is not None:
            await _rename(tx, user, command.name)
        await _speak(tx, user, command)
        is_another = email is not None and email != user.email
        if email is not None and is_another:
            ended = await _change_email(app, tx, user, email, command=command, by=caller, by_mail=by_mail)
        plex_linked = await Users(tx.session).has_plex(user.id)
    await deny(app, ended)
    shown = to_user(user, plex_linked=plex_linked).model_dump()
    return Profile(**shown, pending_email=email if is_another and email != user.email else None)


async def _speak(tx: Transaction, user: User, command: ChangeProfile) -> None:
    """Language and zone, which whoever writes to the person has to know."""
    before = user.locale, user.time_zone
    user.locale = _changed(user.locale, command.locale, cleared="locale" in command.cleared)
    user.time_zone = _changed(user.time_zone, command.time_zone, cleared="time_zone" in command.cleared)
    if (user.locale, user.time_zone) != before:
        user.version += 1
        tx.emit(change_of(UserChanged, user, plex_id=await Users(tx.session).plex_id(user.id)))


async def _rename(tx: Transaction, user: User, wanted: str) -> None:
    before = user.name
    users = Users(tx.session)
    user.name = await chosen_name(users, wanted, role=user.role, own=user)
    user.name_is_own = True
    if user.name != before:
        user.version += 1
        tx.emit(change_of(UserChanged, user, plex_id=await users.plex_id(user.id)))


async def _change_email(
    app: AuthApp,
    tx: Transaction,
    user: User,
    email: str,
    *,
    command: ChangeProfile,
    by: Caller,
    by_mail: bool,
) -> Sequence[Session]:
    await refuse_taken(tx, email, by=user)
    # Only spelled another way it needs no proof, as it is known to arrive.
    if by_mail and email_key(email) != user.email_key:
        await ask_to_confirm(app, tx, user, email)
        return []
    return await set_email(app, tx, user, email, keep=by.session_id, client=command.client)


def _changed(before: str | None, wanted: str | None, *, cleared: bool) -> str | None:
    return None if cleared else before if wanted is None else wanted
