"""Invite somebody. The secret is in the link, which is shown once and stored as a hash."""

from datetime import timedelta

from medianest_auth.app import AuthApp
from medianest_auth.invites import INVITE_PREFIX, needed_for
from medianest_auth.models import Invite
from medianest_auth.normalising import valid_email
from medianest_auth.proving import require_fresh_proof
from medianest_common.bus import require
from medianest_common.clock import uuid7
from medianest_common.contracts.auth.invites import CreateInvite, NewInvite
from medianest_common.contracts.identity import Role
from medianest_common.errors import FieldError, Invalid
from medianest_common.security.tokens import hash_token, new_token

_PAGE = "/invite#token="


async def create_invite(app: AuthApp, command: CreateInvite) -> NewInvite:
    caller = require(needed_for(command.role))
    if command.role is Role.OWNER:
        raise Invalid(errors=[FieldError("role", "There is one owner. Invite a user or an administrator.")])
    if command.role is Role.ADMIN:
        # Or a token for administration could make its holder an administrator for good.
        await require_fresh_proof(app)
    email = valid_email(command.email) if command.email else None
    token, now = new_token(INVITE_PREFIX), app.clock.now()
    invite = Invite(
        id=uuid7(),
        token_hash=hash_token(token),
        role=str(command.role),
        email=email,
        note=command.note,
        created_by=caller.user_id,
        created_at=now,
        expires_at=now + timedelta(days=command.expires_in_days),
    )
    async with app.db.transaction() as tx:
        tx.session.add(invite)
        app.audit.record(
            tx,
            "invite_create",
            reason=invite.role,
            actor_id=caller.user_id,
            target=f"invite:{invite.id}",
            client=command.client,
        )
    return NewInvite(
        id=invite.id,
        url=f"{app.settings.base_url}{_PAGE}{token}",
        role=command.role,
        expires_at=invite.expires_at,
    )
