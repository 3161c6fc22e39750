"""Giving somebody a further way to sign in, or taking one away."""

from uuid import UUID

from sqlalchemy import func, select

from medianest_auth.accounts import ExternalAccount, add_identity, follow_account
from medianest_auth.app import AuthApp
from medianest_auth.errors import IdentityInUse, LastWayToSignIn, LinkingInterrupted, ProviderAlreadyLinked
from medianest_auth.mapping import change_of
from medianest_auth.models import Identity, Passkey, User
from medianest_auth.repository import PLEX_ISSUER, Sessions, Users
from medianest_auth.ways_in import opens_by_password
from medianest_common.bus import current
from medianest_common.contracts.auth import ClientInfo, UserChanged
from medianest_common.contracts.auth.providers import IdentityLinked
from medianest_common.db import Transaction

PLEX = "plex"


async def link(
    app: AuthApp,
    tx: Transaction,
    account: ExternalAccount,
    *,
    user_id: UUID | None,
    session_id: UUID | None,
    client: ClientInfo,
) -> None:
    """Raises `LinkingInterrupted`, `IdentityInUse` or `ProviderAlreadyLinked`."""
    users, now = Users(tx.session), app.clock.now()
    # First, so that all who come with this account take turns, and always in the same order.
    owner = await users.by_identity(account.issuer, account.subject)
    user = await _who_asked(app, tx, user_id=user_id, session_id=session_id)
    if owner is not None and owner.id != user.id:
        raise IdentityInUse("Use another account, or sign in with this one and unlink it there first.")
    if owner is not None:
        await follow_account(tx, user, account, now=now)
        return
    same_issuer = select(Identity).where(Identity.user_id == user.id, Identity.issuer == account.issuer)
    if (await tx.session.execute(same_issuer)).first():
        raise ProviderAlreadyLinked("Unlink that one first.")
    await add_identity(tx, user, account, now=now)
    await told(tx, user, account.issuer)
    tx.emit(IdentityLinked(user_id=user.id, provider=shown_as(app, account.provider), account=account.name))
    app.audit.record(
        tx,
        "identity_link",
        method=account.provider,
        user_id=user.id,
        session_id=session_id,
        target=f"identity:{account.provider}",
        client=client,
    )


async def told(tx: Transaction, user: User, issuer: str) -> None:
    """Other services know who somebody is at Plex, and only there."""
    if issuer == PLEX_ISSUER:
        user.version += 1
        tx.emit(change_of(UserChanged, user, plex_id=await Users(tx.session).plex_id(user.id)))


async def require_a_way_in(app: AuthApp, tx: Transaction, user: User) -> None:
    """After one was taken away. The user's row must be locked, so that two that go at once take turns."""
    await tx.session.flush()
    if await _ways_in(app, tx, user) == 0:
        raise LastWayToSignIn("Set a password, add a passkey or link another account first.")


async def _ways_in(app: AuthApp, tx: Transaction, user: User) -> int:
    """Those that work now: an account of a provider that is turned off opens nothing."""
    statement = select(Identity.provider, Identity.issuer).where(Identity.user_id == user.id)
    identities = (await tx.session.execute(statement)).all()
    by_identity = sum(is_usable(app, provider, issuer) for provider, issuer in identities)
    passkeys = select(func.count()).select_from(Passkey).where(Passkey.user_id == user.id)
    by_passkey = int((await tx.session.execute(passkeys)).scalar_one()) if app.relying_party.available else 0
    password = opens_by_password(app, user) and user.email_key is not None
    by_password = password and await Users(tx.session).has_password(user.id)
    return by_identity + by_passkey + by_password


def shown_as(app: AuthApp, provider: str) -> str:
    """What people call it; one that is turned off has lost its name."""
    names = {each.id: each.name for each in app.providers} | {PLEX: "Plex"}
    return names.get(provider, provider)


def is_usable(app: AuthApp, provider: str, issuer: str) -> bool:
    return issuer == PLEX_ISSUER or app.providers.usable(provider, issuer=issuer)


async def _who_asked(app: AuthApp, tx: Transaction, *, user_id: UUID | None, session_id: UUID | None) -> User:
    """The person, locked, if it is still the same one at the browser.

    A browser that comes back from elsewhere may have lost its access cookie to time, and does not send the one that
    would renew it; then the session that asked must be alive.
    """
    interrupted = LinkingInterrupted("Sign in, and link the account again.")
    caller = current().caller
    if caller is not None and (caller.user_id != user_id or caller.scopes is not None):
        raise interrupted
    if caller is None:
        session = await Sessions(tx.session).get(session_id)
        now = app.clock.now()
        if session is None or session.revoked_at or now >= min(session.idle_expires_at, session.expires_at):
            raise interrupted
    user = await Users(tx.session).get(user_id, lock=True)
    if user is None or user.status != "active":
        raise interrupted
    return user
