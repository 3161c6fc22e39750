"""Which tokens somebody has, and ending one. An administrator may do both for others."""

from uuid import UUID

from medianest_auth.app import AuthApp
from medianest_auth.mapping import to_personal_token
from medianest_auth.models import PersonalToken as Row
from medianest_auth.repository import PersonalTokens, Users
from medianest_auth.sessions import deny_token
from medianest_common.bus import require, require_caller, require_person
from medianest_common.contracts.auth import RevocationReason, SessionRevoked
from medianest_common.contracts.auth.tokens import ListPersonalTokens, PersonalToken, RevokePersonalToken
from medianest_common.contracts.base import Nothing, Page
from medianest_common.contracts.identity import Permission, Role
from medianest_common.db import Transaction
from medianest_common.errors import NotFound


async def list_personal_tokens(app: AuthApp, query: ListPersonalTokens) -> Page[PersonalToken]:
    async with app.db.transaction() as tx:
        user_id = await _whose(tx, query.user_id)
        rows = await PersonalTokens(tx.session).not_revoked(user_id)
    return Page(items=[to_personal_token(row) for row in rows])


async def revoke_personal_token(app: AuthApp, command: RevokePersonalToken) -> Nothing:
    """A token of somebody else is as little there as one that never was. Gateways hear of it like of a session."""
    now = app.clock.now()
    async with app.db.transaction() as tx:
        user_id = await _whose(tx, command.user_id)
        token = await PersonalTokens(tx.session).one(
            Row.id == command.token_id, Row.user_id == user_id, Row.revoked_at.is_(None), lock=True
        )
        if token is None:
            raise NotFound("There is no such token.")
        token.revoked_at = now
        tx.emit(
            SessionRevoked(
                user_id=user_id, session_id=token.id, not_before=now, reason=RevocationReason.REVOKED
            )
        )
        app.audit.record(
            tx,
            "token_revoke",
            user_id=user_id,
            actor_id=require_caller().user_id,
            target=f"token:{token.id}",
            client=command.client,
        )
    await deny_token(app, token.id)
    return Nothing()


async def _whose(tx: Transaction, user_id: UUID | None) -> UUID:
    """The caller, or who an administrator asks about; the accounts of administrators are the owner's business."""
    caller = require_caller()
    if user_id is None or user_id == caller.user_id:
        return require_person().user_id
    require(Permission.MANAGE_USERS)
    user = await Users(tx.session).get(user_id)
    if user is None:
        raise NotFound("There is no such person.")
    if user.role != Role.USER:
        require(Permission.MANAGE_ADMINS)
    return user_id
