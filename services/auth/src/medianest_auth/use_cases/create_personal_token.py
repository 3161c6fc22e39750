"""A token for a script or an app: named, for some things only, for some time, shown once."""

from datetime import timedelta

from sqlalchemy.exc import IntegrityError

from medianest_auth.app import AuthApp
from medianest_auth.errors import TokenNameTaken, TooManyTokens
from medianest_auth.mapping import to_personal_token
from medianest_auth.models import PersonalToken, User
from medianest_auth.normalising import valid_name
from medianest_auth.proving import require_fresh_proof
from medianest_auth.repository import PersonalTokens, Users
from medianest_common.clock import uuid7
from medianest_common.contracts.auth.tokens import (
    CreatePersonalToken,
    NewPersonalToken,
    PersonalTokenCreated,
)
from medianest_common.contracts.identity import Caller, Role, Scope
from medianest_common.db import Transaction
from medianest_common.errors import FieldError, Invalid, Unauthenticated
from medianest_common.security.personal_tokens import new_personal_token
from medianest_common.security.tokens import hash_token

MOST_TOKENS = 20


async def create_personal_token(app: AuthApp, command: CreatePersonalToken) -> NewPersonalToken:
    """Never with a token, or a stolen one could make itself another."""
    caller = await require_fresh_proof(app)
    name = valid_name(command.name)
    public_id, token = new_personal_token()
    try:
        async with app.db.transaction() as tx:
            row = await _add(app, tx, command, caller=caller, name=name, public_id=public_id, token=token)
    except IntegrityError:
        raise TokenNameTaken("Choose another name, or revoke the token that has it.") from None
    return NewPersonalToken(**to_personal_token(row).model_dump(), token=token)


async def _add(
    app: AuthApp,
    tx: Transaction,
    command: CreatePersonalToken,
    *,
    caller: Caller,
    name: str,
    public_id: str,
    token: str,
) -> PersonalToken:
    now = app.clock.now()
    # Locked, so that two at once do not both take the last place.
    user = await Users(tx.session).get(caller.user_id, lock=True)
    if user is None or user.status != "active":
        raise Unauthenticated("Sign in again.")
    scopes = _granted(command.scopes, user)
    tokens = PersonalTokens(tx.session)
    if await tokens.count_live(user.id, now=now) >= MOST_TOKENS:
        raise TooManyTokens(f"Revoke one of your {MOST_TOKENS} tokens first.")
    row = await tokens.add(
        PersonalToken(
            id=uuid7(),
            public_id=public_id,
            token_hash=hash_token(token),
            user_id=user.id,
            name=name,
            scopes=scopes,
            created_at=now,
            expires_at=now + timedelta(days=command.expires_in_days),
        )
    )
    tx.emit(
        PersonalTokenCreated(
            user_id=user.id, token_id=row.id, name=name, scopes=scopes, expires_at=row.expires_at
        )
    )
    app.audit.record(
        tx,
        "token_create",
        reason=",".join(scopes),
        user_id=user.id,
        target=f"token:{row.id}",
        client=command.client,
    )
    return row


def _granted(asked: list[Scope], user: User) -> list[Scope]:
    """Without repeats, in the order in which they are declared."""
    if Scope.ADMIN in asked and user.role == Role.USER:
        raise Invalid(errors=[FieldError("scopes", "Only an administrator can make a token for that.")])
    return [scope for scope in Scope if scope in asked]
