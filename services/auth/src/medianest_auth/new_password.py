"""What every new password goes through, and what follows from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from medianest_auth.app import AuthApp
from medianest_auth.challenges import end_challenges
from medianest_auth.errors import PasswordUsedBefore
from medianest_auth.models import OldPassword, Password, Session, User
from medianest_auth.repository import OldPasswords, OneTimeLinks, Passwords
from medianest_auth.sessions import end_all_sessions
from medianest_common.clock import uuid7
from medianest_common.contracts.auth import ClientInfo, RevocationReason
from medianest_common.contracts.auth.passwords import PasswordChanged
from medianest_common.contracts.notifications import Mail, MailKind
from medianest_common.db import Transaction
from medianest_common.errors import FieldError

NOT_AGAIN = 5
"""So many of the latest passwords, the present one among them, cannot be chosen again."""
_NEWS = timedelta(days=3)
_FIELD = "newPassword"


@dataclass(frozen=True, slots=True)
class Passphrases:
    """The hashes of somebody's present password, if there is one, and of those before it."""

    present: str | None
    former: Sequence[str]

    @classmethod
    async def of(cls, tx: Transaction, user_id: UUID) -> "Passphrases":
        present = await Passwords(tx.session).get(user_id)
        former = await OldPasswords(tx.session).latest(user_id, most=NOT_AGAIN - 1)
        return cls(present.hash if present else None, [each.hash for each in former])


async def hash_new(app: AuthApp, user: User, known: Passphrases, password: str) -> str:
    """Raises `Invalid`, `WeakPassword` or `PasswordUsedBefore`, each with the reason."""
    form = app.policy.accept(password, context=(user.name, user.email or ""), field=_FIELD)
    used = [*known.former] if known.present is None else [known.present, *known.former]
    if await app.hasher.is_one_of(used, form, account=str(user.id)):
        why = f"Choose one that is not among your last {NOT_AGAIN}."
        raise PasswordUsedBefore(why, errors=[FieldError(_FIELD, why)])
    return await app.hasher.hash(form, account=str(user.id))


async def replace_password(
    app: AuthApp,
    tx: Transaction,
    user: User,
    hashed: str,
    *,
    action: str,
    client: ClientInfo,
    keeping: UUID | None = None,
) -> Sequence[Session]:
    """For a user whose row is locked. Ends all sessions but `keeping`; after the commit `deny` must follow."""
    now = app.clock.now()
    passwords, former = Passwords(tx.session), OldPasswords(tx.session)
    present = await passwords.get(user.id, lock=True)
    if present is None:
        await passwords.add(Password(user_id=user.id, hash=hashed, changed_at=now))
    else:
        await former.add(OldPassword(id=uuid7(), user_id=user.id, hash=present.hash, replaced_at=now))
        present.hash, present.changed_at = hashed, now
        await former.forget_all_but(user.id, most=NOT_AGAIN - 1)
    await OneTimeLinks(tx.session).void(user.id, "password_reset", now=now)
    # Whoever got half-way in with the old password has to begin again.
    await end_challenges(tx, user.id)
    ended = await end_all_sessions(app, tx, user.id, reason=RevocationReason.PASSWORD_CHANGED, but=keeping)
    app.audit.record(tx, action, user_id=user.id, session_id=keeping, client=client)
    tx.emit(PasswordChanged(user_id=user.id))
    if user.email:
        news = Mail(kind=MailKind.PASSWORD_CHANGED, to=user.email, name=user.name, locale=user.locale)
        app.mailer.send(tx, news, within=_NEWS)
    return ended
