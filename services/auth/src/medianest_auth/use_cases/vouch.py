"""Tell a gateway who is behind a personal token or a session, if anybody is."""

import hmac
from datetime import timedelta

from sqlalchemy import select

from medianest_auth.app import AuthApp
from medianest_auth.errors import InvalidPersonalToken, SessionOver
from medianest_auth.models import PersonalToken, Session, User
from medianest_auth.plex_access import shut_out
from medianest_auth.repository import PersonalTokens
from medianest_common.contracts.auth.tokens import CheckPersonalToken, CheckSession, TellTokensUsed, Vouched
from medianest_common.contracts.base import Nothing
from medianest_common.contracts.identity import Role, Scope

USE_NOTED_EVERY = timedelta(minutes=1)


async def check_personal_token(app: AuthApp, query: CheckPersonalToken) -> Vouched:
    """The role is the one its owner has now, whatever it was when the token was made."""
    statement = (
        select(PersonalToken, User)
        .join(User, User.id == PersonalToken.user_id)
        .where(PersonalToken.public_id == query.public_id, User.status == "active", ~shut_out())
    )
    async with app.db.transaction() as tx:
        found = (await tx.session.execute(statement)).first()
    wrong = InvalidPersonalToken("Make a new one, or check that it is written out in full.")
    if found is None:
        raise wrong
    token, user = found
    same = hmac.compare_digest(token.token_hash.hex().encode(), query.token_hash.encode())
    if not same or token.revoked_at is not None or app.clock.now() >= token.expires_at:
        raise wrong
    known = set(Scope)
    return Vouched(
        user_id=user.id,
        session_id=token.id,
        role=Role(user.role),
        name=user.name,
        email=user.email,
        auth_time=token.created_at,
        expires_at=token.expires_at,
        scopes=frozenset(Scope(scope) for scope in token.scopes if scope in known),
    )


async def check_session(app: AuthApp, query: CheckSession) -> Vouched:
    statement = (
        select(Session, User)
        .join(User, User.id == Session.user_id)
        .where(Session.id == query.session_id, User.id == query.user_id, User.status == "active")
    )
    async with app.db.transaction() as tx:
        found = (await tx.session.execute(statement)).first()
    over = SessionOver("Sign in again.")
    if found is None:
        raise over
    session, user = found
    ends = min(session.idle_expires_at, session.expires_at)
    if session.revoked_at is not None or app.clock.now() >= ends:
        raise over
    return Vouched(
        user_id=user.id,
        session_id=session.id,
        role=Role(user.role),
        name=user.name,
        email=user.email,
        auth_time=session.auth_time,
        expires_at=ends,
    )


async def tell_tokens_used(app: AuthApp, command: TellTokensUsed) -> Nothing:
    """Several gateways may tell of the same minute; one row is written for it."""
    async with app.db.transaction() as tx:
        tokens = PersonalTokens(tx.session)
        # In one order, so that two gateways cannot wait for each other.
        for token_id, at in sorted(command.used.items()):
            await tokens.note_use(token_id, at, not_since=at - USE_NOTED_EVERY)
    return Nothing()
