"""People's accounts elsewhere, and what the portal takes over from them."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from medianest_auth.mapping import change_of
from medianest_auth.models import Identity, User
from medianest_auth.naming import given_name
from medianest_auth.normalising import email_key
from medianest_auth.repository import Users
from medianest_common.clock import uuid7
from medianest_common.contracts.auth import UserChanged, UserCreated
from medianest_common.contracts.identity import Role
from medianest_common.db import Transaction


class ExternalAccount(NamedTuple):
    """`issuer` and `subject` alone say who it is. `email` is only there when the issuer has verified it."""

    issuer: str
    subject: str
    provider: str
    name: str
    email: str | None
    avatar_url: str | None


async def create_user(tx: Transaction, account: ExternalAccount, *, role: Role, now: datetime) -> User:
    """Somebody who was not here before, with this account as the one way to sign in."""
    users = Users(tx.session)
    email = await free_email(users, account.email)
    user = await users.add(
        User(
            id=uuid7(),
            name=await given_name(users, account.name, source=account.provider, role=role),
            email=email,
            email_key=email_key(email) if email else None,
            role=str(role),
            status="active",
            avatar_url=account.avatar_url,
            permissions_version=1,
            version=1,
            created_at=now,
        )
    )
    await add_identity(tx, user, account, now=now)
    tx.emit(change_of(UserCreated, user, plex_id=await users.plex_id(user.id)))
    return user


async def add_identity(tx: Transaction, user: User, account: ExternalAccount, *, now: datetime) -> None:
    """A second account of the user at the same issuer, or one that is somebody else's, breaks a constraint."""
    tx.session.add(
        Identity(
            issuer=account.issuer,
            subject=account.subject,
            provider=account.provider,
            user_id=user.id,
            name=account.name,
            linked_at=now,
            checked_at=now,
        )
    )
    await tx.session.flush()


async def follow_account(
    tx: Transaction, user: User, account: ExternalAccount, *, now: datetime, used: bool = True
) -> None:
    """Take over what changed elsewhere; `used` when the person has just signed in with it. It has access now.

    Who also has a password keeps name and address: they sign in with it. What was chosen here stays.
    Of several accounts only the first one counts, so that a person does not change the name with the way in.
    """
    users = Users(tx.session)
    identities = await _identities(tx, user)
    for identity in identities:
        if identity.issuer == account.issuer:
            identity.provider, identity.name = account.provider, account.name
            identity.last_used_at = now if used else identity.last_used_at
            identity.checked_at = now
            identity.missing_since = identity.refused_at = identity.access_lost_at = None
    if identities[0].issuer != account.issuer or await users.has_password(user.id):
        return
    before = (user.name, user.email, user.avatar_url)
    if account.email != user.email and not user.email_is_own:
        user.email = await free_email(users, account.email, own=user) or user.email
        user.email_key = email_key(user.email) if user.email else None
    if account.name != user.name and not user.name_is_own:
        user.name = await given_name(users, account.name, source=account.provider, role=user.role, own=user)
    user.avatar_url = account.avatar_url
    if before != (user.name, user.email, user.avatar_url):
        user.version += 1
        tx.emit(change_of(UserChanged, user, plex_id=await users.plex_id(user.id)))


async def free_email(users: Users, email: str | None, *, own: User | None = None) -> str | None:
    """The address, unless it belongs to somebody else here: then this account does without one."""
    if not email:
        return None
    taken = await users.email_taken(email_key(email), by_other_than=own.id if own else None)
    return None if taken else email


async def _identities(tx: Transaction, user: User) -> list[Identity]:
    statement = (
        select(Identity).where(Identity.user_id == user.id).order_by(Identity.linked_at, Identity.issuer)
    )
    return list((await tx.session.execute(statement)).scalars())
