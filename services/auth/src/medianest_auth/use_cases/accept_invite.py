"""Come in with an invitation: look at it, then make an account with a password and be signed in.

Who comes by Plex or a provider instead takes the same steps of `medianest_auth.invites`.
"""

from uuid import UUID

from sqlalchemy.exc import IntegrityError

from medianest_auth.admission import admit, admitted
from medianest_auth.app import AuthApp
from medianest_auth.attempts import INVITE, Counters
from medianest_auth.browser import limited_network
from medianest_auth.invites import claim, find_open, redeem
from medianest_auth.mapping import change_of
from medianest_auth.models import Password, User
from medianest_auth.naming import chosen_name
from medianest_auth.normalising import email_key, valid_email
from medianest_auth.repository import Users
from medianest_auth.sessions import Started
from medianest_common.clock import uuid7
from medianest_common.contracts.auth import (
    ClientInfo,
    SecondFactorAsked,
    SignInMethod,
    SignInResult,
    UserCreated,
)
from medianest_common.contracts.auth.invites import AcceptInvite, InviteView, LookAtInvite
from medianest_common.contracts.identity import Role
from medianest_common.errors import FieldError, Invalid


async def look_at_invite(app: AuthApp, query: LookAtInvite) -> InviteView:
    tried = await app.attempts.begin(_tries(query.client))
    async with app.db.transaction() as tx:
        invite, inviter = await find_open(app, tx, query.token)
    await app.attempts.forgive(tried)
    return InviteView(invited_by=inviter.name, role=Role(invite.role), expires_at=invite.expires_at)


async def accept_invite(app: AuthApp, command: AcceptInvite) -> SignInResult:
    issuer = await app.signing.current()
    tried = await app.attempts.begin(_tries(command.client))
    # Nobody without an invitation makes us work on a password.
    async with app.db.transaction() as tx:
        invite, _ = await find_open(app, tx, command.token)
    await app.attempts.forgive(tried)
    email = valid_email(command.email)
    password = app.policy.accept(command.password, context=(command.name, email))
    hashed = await app.hasher.hash(password)
    try:
        outcome = await _come_in(app, command, invite_id=invite.id, email=email, hashed=hashed)
    except IntegrityError:
        # Or an invitation would be a way to find out who is here.
        await app.attempts.begin(_tries(command.client))
        raise Invalid(errors=[FieldError("email", "This address is in use already.")]) from None
    return await admitted(app, issuer, outcome)


async def _come_in(
    app: AuthApp, command: AcceptInvite, *, invite_id: UUID, email: str, hashed: str
) -> Started | SecondFactorAsked:
    now = app.clock.now()
    async with app.db.transaction() as tx:
        invite = await claim(app, tx, invite_id)
        users = Users(tx.session)
        user = await users.add(
            User(
                id=uuid7(),
                name=await chosen_name(users, command.name, role=invite.role),
                name_is_own=True,
                email=email,
                email_key=email_key(email),
                email_is_own=True,
                role=invite.role,
                status="active",
                permissions_version=1,
                version=1,
                created_at=now,
            )
        )
        redeem(app, tx, invite, user, client=command.client)
        tx.session.add(Password(user_id=user.id, hash=hashed, changed_at=now))
        tx.emit(change_of(UserCreated, user))
        return await admit(app, tx, user, method=SignInMethod.PASSWORD, client=command.client, remember=False)


def _tries(client: ClientInfo) -> Counters:
    return {f"invite:{limited_network(client.ip)}": INVITE}
