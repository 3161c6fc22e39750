"""Open the link that was sent to a new address."""

from medianest_auth.app import AuthApp
from medianest_auth.email_change import PURPOSE, refuse_taken, set_email
from medianest_auth.errors import EmailLinkInvalid
from medianest_auth.repository import OneTimeLinks, Users
from medianest_auth.sessions import deny
from medianest_common.contracts.auth.people import ConfirmEmail
from medianest_common.contracts.base import Nothing
from medianest_common.security.tokens import hash_token


async def confirm_email(app: AuthApp, command: ConfirmEmail) -> Nothing:
    """Of several at once one gets through. Whoever opens it is not signed in by that."""
    invalid = EmailLinkInvalid("Ask for a new one in your account's settings.")
    async with app.db.transaction() as tx:
        link = await OneTimeLinks(tx.session).by_hash(hash_token(command.token), purpose=PURPOSE)
        user = await Users(tx.session).get(link.user_id, lock=True) if link else None
        if link is None or user is None:
            raise invalid
        # What whoever held the lock before has done to the link must be seen.
        await tx.session.refresh(link)
        now = app.clock.now()
        if link.used_at or now >= link.expires_at or user.status != "active" or link.email is None:
            raise invalid
        link.used_at = now
        await refuse_taken(tx, link.email, by=user)
        ended = await set_email(
            app, tx, user, link.email, keep=command.client.session_id, client=command.client
        )
    await deny(app, ended)
    return Nothing()
