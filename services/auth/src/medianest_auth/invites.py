"""When an invitation is good, and that it is good once.

A way of signing in that makes an account for somebody who was invited does, in one transaction: `claim` (which keeps
everybody else waiting), the user with the invitation's role, `redeem`.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select

from medianest_auth.app import AuthApp
from medianest_auth.errors import InviteInvalid
from medianest_auth.models import Invite, User
from medianest_auth.normalising import email_key
from medianest_common.contracts.auth import ClientInfo
from medianest_common.contracts.auth.invites import InviteAccepted
from medianest_common.contracts.identity import PERMISSIONS, Permission, Role
from medianest_common.db import Transaction
from medianest_common.errors import FieldError, Invalid
from medianest_common.security.tokens import hash_token

INVITE_PREFIX = "mni_"


def needed_for(role: Role | str) -> Permission:
    """Only who may make administrators may invite one."""
    return Permission.INVITE if role == Role.USER else Permission.MANAGE_ADMINS


async def find_open(app: AuthApp, tx: Transaction, token: str) -> tuple[Invite, User]:
    """The invitation that a link is for, and who made it. Raises `InviteInvalid` whatever is wrong with it."""
    condition = Invite.token_hash == hash_token(token)
    row = (await tx.session.execute(_with_inviter().where(condition))).first()
    if row is None or not _is_open(row[0], row[1], now=app.clock.now()):
        raise _invalid()
    return row[0], row[1]


async def claim(app: AuthApp, tx: Transaction, invite_id: UUID) -> Invite:
    """The invitation, ours until the end of the transaction. Raises `InviteInvalid` when somebody else was first."""
    statement = _with_inviter().where(Invite.id == invite_id).with_for_update(of=Invite)
    row = (await tx.session.execute(statement)).first()
    if row is None or not _is_open(row[0], row[1], now=app.clock.now()):
        raise _invalid()
    invite: Invite = row[0]
    return invite


def redeem(app: AuthApp, tx: Transaction, invite: Invite, user: User, *, client: ClientInfo) -> None:
    """Used up by this new user. `invite` comes from `claim` in the same transaction.

    Raises `Invalid` when it is for another address; `user.email` must be verified or be what the person signs in with.
    """
    if invite.email and (user.email is None or email_key(invite.email) != user.email_key):
        wrong = FieldError("email", "This invitation is for another address.")
        raise Invalid("Use the address that the invitation was made for.", errors=[wrong])
    invite.accepted_at, invite.accepted_by = app.clock.now(), user.id
    tx.emit(
        InviteAccepted(invite_id=invite.id, user_id=user.id, name=user.name, invited_by=invite.created_by)
    )
    app.audit.record(tx, "invite_accept", user_id=user.id, target=f"invite:{invite.id}", client=client)


def _with_inviter() -> Select[Invite, User]:
    return select(Invite, User).join(User, User.id == Invite.created_by)


def _is_open(invite: Invite, inviter: User, *, now: datetime) -> bool:
    """Also whether whoever made it could still make it today."""
    unused = invite.accepted_at is None and invite.revoked_at is None and now < invite.expires_at
    entitled = needed_for(invite.role) in PERMISSIONS[Role(inviter.role)] and inviter.status == "active"
    return unused and entitled


def _invalid() -> InviteInvalid:
    return InviteInvalid("Ask whoever invited you for a new link.")
