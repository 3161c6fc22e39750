"""Which invitations there are, and taking one back."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from medianest_auth.app import AuthApp
from medianest_auth.invites import needed_for
from medianest_auth.models import Invite as Row
from medianest_common.bus import require
from medianest_common.contracts.auth.invites import Invite, InviteState, ListInvites, RevokeInvite
from medianest_common.contracts.base import Nothing, Page
from medianest_common.contracts.identity import Permission, Role
from medianest_common.db.repository import after
from medianest_common.errors import Conflict, NotFound
from medianest_common.paging import decode_cursor, encode_cursor

_ORDER = "invited"


class InviteUsed(Conflict):
    title = "This invitation has been accepted already"


async def list_invites(app: AuthApp, query: ListInvites) -> Page[Invite]:
    require(Permission.INVITE)
    statement = select(Row).order_by(Row.id.desc()).limit(query.limit + 1)
    if query.cursor:
        statement = statement.where(
            after([Row.id], decode_cursor(query.cursor, _ORDER, UUID), descending=True)
        )
    async with app.db.transaction() as tx:
        rows = (await tx.session.execute(statement)).scalars().all()
    now = app.clock.now()
    items = [_to_invite(row, now=now) for row in rows[: query.limit]]
    return Page(
        items=items, next_cursor=encode_cursor(_ORDER, items[-1].id) if len(rows) > query.limit else None
    )


async def revoke_invite(app: AuthApp, command: RevokeInvite) -> Nothing:
    """Revoking what is revoked or expired already is no error."""
    caller = require(Permission.INVITE)
    async with app.db.transaction() as tx:
        invite = await tx.session.get(Row, command.invite_id, with_for_update=True)
        if invite is None:
            raise NotFound("There is no such invitation.")
        require(needed_for(invite.role))
        if invite.accepted_at:
            raise InviteUsed("Suspend or delete the account instead.")
        if invite.revoked_at is None:
            invite.revoked_at = app.clock.now()
            app.audit.record(
                tx,
                "invite_revoke",
                actor_id=caller.user_id,
                target=f"invite:{invite.id}",
                client=command.client,
            )
    return Nothing()


def _to_invite(row: Row, *, now: datetime) -> Invite:
    return Invite(
        id=row.id,
        role=Role(row.role),
        email=row.email,
        note=row.note,
        state=_state(row, now=now),
        created_by=row.created_by,
        created_at=row.created_at,
        expires_at=row.expires_at,
        accepted_by=row.accepted_by,
        accepted_at=row.accepted_at,
    )


def _state(row: Row, *, now: datetime) -> InviteState:
    if row.accepted_at:
        return InviteState.ACCEPTED
    if row.revoked_at:
        return InviteState.REVOKED
    return InviteState.OPEN if now < row.expires_at else InviteState.EXPIRED
