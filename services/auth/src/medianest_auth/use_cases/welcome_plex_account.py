"""The portal's user behind a Plex account: found by Plex's own number, never by e-mail, or made now.

Whoever owns the Plex server becomes an administrator when the account is made. Later the portal decides about roles.
"""

from medianest_auth.adapters.plex_tv import PlexAccount
from medianest_auth.app import AuthApp
from medianest_auth.mapping import change_of
from medianest_auth.models import Identity, User
from medianest_auth.normalising import email_key
from medianest_auth.repository import PLEX_ISSUER, Users
from medianest_common.clock import uuid7
from medianest_common.contracts.auth import UserChanged, UserCreated
from medianest_common.db import Transaction

PLEX = "plex"


async def welcome_plex_account(
    app: AuthApp, tx: Transaction, account: PlexAccount, *, owns_server: bool
) -> User:
    """The user, locked until the end of the transaction; may be suspended."""
    users = Users(tx.session)
    user = await users.by_identity(PLEX_ISSUER, str(account.id))
    if user is None:
        return await _create(app, tx, users, account, owns_server=owns_server)
    if user.status == "active":
        await _update(tx, users, user, account)
    return user


async def _create(
    app: AuthApp, tx: Transaction, users: Users, account: PlexAccount, *, owns_server: bool
) -> User:
    now = app.clock.now()
    email = await _free_email(users, account.email)
    user = await users.add(
        User(
            id=uuid7(),
            name=account.name,
            email=email,
            email_key=email_key(email) if email else None,
            role="admin" if owns_server else "user",
            status="active",
            avatar_url=account.avatar_url,
            permissions_version=1,
            version=1,
            created_at=now,
        )
    )
    tx.session.add(
        Identity(
            issuer=PLEX_ISSUER,
            subject=str(account.id),
            provider=PLEX,
            user_id=user.id,
            name=account.name,
            linked_at=now,
            checked_at=now,
        )
    )
    tx.emit(change_of(UserCreated, user, plex_id=account.id))
    return user


async def _update(tx: Transaction, users: Users, user: User, account: PlexAccount) -> None:
    """Follow what changed at Plex. Who also has a password keeps name and address: they sign in with it."""
    if await users.has_password(user.id):
        return
    before = (user.name, user.email, user.avatar_url)
    if account.email != user.email:
        user.email = await _free_email(users, account.email, own=user) or user.email
        user.email_key = email_key(user.email) if user.email else None
    user.name, user.avatar_url = account.name, account.avatar_url
    if before != (user.name, user.email, user.avatar_url):
        user.version += 1
        tx.emit(change_of(UserChanged, user, plex_id=account.id))


async def _free_email(users: Users, email: str | None, *, own: User | None = None) -> str | None:
    """The address, unless it belongs to somebody else here: then this account does without one."""
    if not email:
        return None
    taken = await users.email_taken(email_key(email), by_other_than=own.id if own else None)
    return None if taken else email
