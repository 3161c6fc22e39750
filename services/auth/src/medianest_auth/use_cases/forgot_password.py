"""Ask for a reset link. Whoever asks learns nothing: the same is stored and answered for every address, and whether
somebody has it is looked up afterwards."""

import structlog

from medianest_auth.app import AuthApp
from medianest_auth.attempts import RESET_ACCOUNT, RESET_NETWORK
from medianest_auth.browser import limited_network
from medianest_auth.errors import TooManyAttempts
from medianest_auth.models import User
from medianest_auth.normalising import email_key
from medianest_auth.repository import Users
from medianest_auth.reset_links import GOOD_FOR, make_link
from medianest_auth.ways_in import opens_by_password
from medianest_common.clock import uuid7
from medianest_common.contracts.auth import ClientInfo
from medianest_common.contracts.auth.passwords import AskPasswordReset, SendResetLink
from medianest_common.contracts.base import Nothing
from medianest_common.contracts.notifications import Mail, MailKind
from medianest_common.db import Transaction
from medianest_common.security.encryption import Cell

log = structlog.get_logger()


async def ask_password_reset(app: AuthApp, command: AskPasswordReset) -> Nothing:
    try:
        await app.attempts.begin({f"reset:{limited_network(command.client.ip)}": RESET_NETWORK})
    except TooManyAttempts:
        log.info("reset_not_sent", reason="too_many_from_one_network")
        return Nothing()
    job_id = uuid7()
    sealed = app.mailer.cipher.seal(command.model_dump_json(), cell=Cell("mail", "reset_request", job_id))
    async with app.db.transaction() as tx:
        tx.enqueue(SendResetLink(request_id=job_id, sealed=sealed))
    return Nothing()


async def send_reset_link(app: AuthApp, job: SendResetLink) -> None:
    """Once, however often the job is delivered: the link has the job's id."""
    opened = app.mailer.cipher.open_text(job.sealed, cell=Cell("mail", "reset_request", job.request_id))
    asked = AskPasswordReset.model_validate_json(opened)
    key = email_key(asked.email)
    async with app.db.transaction() as tx:
        user = await Users(tx.session).one(User.email_key == key)
    refusal = await _refusal(app, user)
    async with app.db.transaction() as tx:
        user = await Users(tx.session).one(User.email_key == key, lock=True)
        if refusal or user is None or user.status != "active" or not user.email:
            _record(app, tx, user, asked.client, refusal=refusal or "unknown_user")
            return
        if not opens_by_password(app, user) or not await Users(tx.session).has_password(user.id):
            _record(app, tx, user, asked.client, refusal="no_password")
            app.mailer.send(tx, _mail(user, MailKind.NO_PASSWORD), within=GOOD_FOR)
            return
        made = await make_link(app, tx, user, link_id=job.request_id, made_by=None)
        if made:
            _record(app, tx, user, asked.client)
            app.mailer.send(tx, _mail(user, MailKind.PASSWORD_RESET, link=made.url), within=GOOD_FOR)


async def _refusal(app: AuthApp, user: User | None) -> str | None:
    if user is None:
        return "unknown_user"
    if user.status != "active":
        return "suspended"
    try:
        await app.attempts.begin({f"reset-account:{user.id}": RESET_ACCOUNT})
    except TooManyAttempts:
        return "too_many"
    return None


def _mail(user: User, kind: MailKind, *, link: str | None = None) -> Mail:
    assert user.email, "was found by it"
    return Mail(kind=kind, to=user.email, name=user.name, link=link, locale=user.locale)


def _record(
    app: AuthApp, tx: Transaction, user: User | None, client: ClientInfo, *, refusal: str | None = None
) -> None:
    app.audit.record(
        tx,
        "password_forgot",
        result="refused" if refusal else "ok",
        reason=refusal,
        user_id=user.id if user else None,
        client=client,
    )
