"""Another e-mail address: asked for, confirmed by a link that goes to it, and told to the old one."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from medianest_auth.app import AuthApp
from medianest_auth.mapping import change_of
from medianest_auth.models import OneTimeLink, Session, User
from medianest_auth.normalising import email_key
from medianest_auth.repository import OneTimeLinks, Users
from medianest_auth.sessions import end_all_sessions
from medianest_common.clock import uuid7
from medianest_common.contracts.auth import ClientInfo, RevocationReason, UserChanged
from medianest_common.contracts.auth.standing import EmailChanged
from medianest_common.contracts.notifications import Mail, MailKind
from medianest_common.db import Transaction
from medianest_common.errors import FieldError, Invalid
from medianest_common.security.tokens import hash_token, new_token

PURPOSE = "email_change"
GOOD_FOR = timedelta(hours=24)
_PREFIX = "mnl_"
_PAGE = "/confirm-email#token="


async def ask_to_confirm(app: AuthApp, tx: Transaction, user: User, email: str) -> None:
    """For a user whose row is locked. Earlier links are void from now on."""
    token, now = new_token(_PREFIX), app.clock.now()
    links = OneTimeLinks(tx.session)
    await links.void(user.id, PURPOSE, now=now)
    await links.add(
        OneTimeLink(
            id=uuid7(),
            purpose=PURPOSE,
            token_hash=hash_token(token),
            user_id=user.id,
            email=email,
            created_at=now,
            expires_at=now + GOOD_FOR,
        )
    )
    link = f"{app.settings.base_url}{_PAGE}{token}"
    app.mailer.send(
        tx,
        Mail(kind=MailKind.EMAIL_CONFIRM, to=email, name=user.name, link=link, locale=user.locale),
        within=GOOD_FOR,
    )


async def refuse_taken(tx: Transaction, email: str, *, by: User) -> None:
    """Whoever else wants the same address waits until this transaction ends."""
    if await Users(tx.session).email_taken(email_key(email), by_other_than=by.id):
        raise Invalid(errors=[FieldError("email", "This address is in use already.")])


async def set_email(
    app: AuthApp, tx: Transaction, user: User, email: str, *, keep: UUID | None, client: ClientInfo
) -> Sequence[Session]:
    """Returns the sessions that have ended: all but the one to `keep`. After the commit `deny` must follow."""
    old = user.email
    user.email, user.email_key, user.email_is_own = email, email_key(email), True
    user.version += 1
    tx.emit(change_of(UserChanged, user, plex_id=await Users(tx.session).plex_id(user.id)))
    tx.emit(EmailChanged(user_id=user.id))
    app.audit.record(tx, "email_change", user_id=user.id, session_id=keep, client=client)
    if old:
        app.mailer.send(
            tx, Mail(kind=MailKind.EMAIL_CHANGED, to=old, name=user.name, locale=user.locale), within=GOOD_FOR
        )
    return await end_all_sessions(app, tx, user.id, reason=RevocationReason.EMAIL_CHANGED, but=keep)
