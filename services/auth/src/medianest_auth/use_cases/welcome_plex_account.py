"""The portal's user behind a Plex account: found by Plex's own number, never by e-mail, or made now.

Whoever owns the Plex server becomes an administrator when the account is made. Later the portal decides about roles.
"""

from medianest_auth.accounts import ExternalAccount, create_user, follow_account
from medianest_auth.adapters.plex_tv import PlexAccount
from medianest_auth.app import AuthApp
from medianest_auth.errors import NotInvited
from medianest_auth.models import User
from medianest_auth.repository import PLEX_ISSUER, Users
from medianest_common.contracts.identity import Role
from medianest_common.db import Transaction

PLEX = "plex"


async def welcome_plex_account(
    app: AuthApp, tx: Transaction, account: PlexAccount, *, owns_server: bool
) -> User:
    """The user, locked until the end of the transaction; may be suspended."""
    elsewhere, now = external(account), app.clock.now()
    user = await Users(tx.session).by_identity(elsewhere.issuer, elsewhere.subject)
    if user is None and app.settings.plex_sign_up == "imported" and not owns_server:
        raise NotInvited("Ask an administrator of this portal to make you an account, then sign in again.")
    if user is None:
        role = Role.ADMIN if owns_server else Role.USER
        return await create_user(tx, elsewhere, role=role, now=now)
    if user.status == "active":
        await follow_account(tx, user, elsewhere, now=now)
    return user


def external(account: PlexAccount) -> ExternalAccount:
    return ExternalAccount(
        issuer=PLEX_ISSUER,
        subject=str(account.id),
        provider=PLEX,
        name=account.name,
        email=account.email,
        avatar_url=account.avatar_url,
    )
