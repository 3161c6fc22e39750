"""The link that lets somebody choose a new password: secret, good once, for half an hour, for one account."""

from datetime import datetime, timedelta
from uuid import UUID

from medianest_auth.app import AuthApp
from medianest_auth.errors import ResetLinkInvalid
from medianest_auth.models import OneTimeLink, User
from medianest_auth.repository import OneTimeLinks, Passwords, Users
from medianest_common.contracts.auth.passwords import ResetLink
from medianest_common.db import Transaction
from medianest_common.security.tokens import hash_token, new_token

PURPOSE = "password_reset"
GOOD_FOR = timedelta(minutes=30)
_PREFIX = "mnl_"
_PAGE = "/reset#token="


async def make_link(
    app: AuthApp, tx: Transaction, user: User, *, link_id: UUID, made_by: UUID | None
) -> ResetLink | None:
    """For a user whose row is locked; None if this link was made before. Earlier links are void from now on, except
    that a stranger who asks for mail cannot take away the link that an administrator handed out.
    """
    token, now = new_token(_PREFIX), app.clock.now()
    links = OneTimeLinks(tx.session)
    if await links.get(link_id):
        return None
    await links.void(user.id, PURPOSE, now=now, only_mailed=made_by is None)
    link = OneTimeLink(
        id=link_id,
        purpose=PURPOSE,
        token_hash=hash_token(token),
        user_id=user.id,
        email=user.email_key,
        created_by=made_by,
        created_at=now,
        expires_at=now + GOOD_FOR,
    )
    await links.add(link)
    # From the configured address only: what a request says of its host is the asker's word.
    return ResetLink(url=f"{app.settings.base_url}{_PAGE}{token}", expires_at=link.expires_at)


async def find_account(app: AuthApp, tx: Transaction, token: str) -> User:
    """Whose password may be replaced. Raises `ResetLinkInvalid`, whatever is wrong."""
    link = await OneTimeLinks(tx.session).by_hash(hash_token(token), purpose=PURPOSE)
    user = await Users(tx.session).get(link.user_id) if link else None
    if link is None or user is None or not await _is_good(tx, link, user, now=app.clock.now()):
        raise invalid()
    return user


async def use_up(app: AuthApp, tx: Transaction, token: str) -> User:
    """The same, with the user locked. Of several at once one gets through."""
    link = await OneTimeLinks(tx.session).by_hash(hash_token(token), purpose=PURPOSE)
    user = await Users(tx.session).get(link.user_id, lock=True) if link else None
    if link is None or user is None:
        raise invalid()
    # What whoever held the lock before has done to the link must be seen.
    await tx.session.refresh(link)
    if not await _is_good(tx, link, user, now=app.clock.now()):
        raise invalid()
    link.used_at = app.clock.now()
    return user


async def _is_good(tx: Transaction, link: OneTimeLink, user: User, *, now: datetime) -> bool:
    password = await Passwords(tx.session).get(user.id)
    unchanged = password is None or password.changed_at <= link.created_at
    return (
        link.used_at is None
        and now < link.expires_at
        and link.email == user.email_key
        and user.status == "active"
        and unchanged
    )


def invalid() -> ResetLinkInvalid:
    return ResetLinkInvalid("Ask for a new one at the sign-in page.")
