"""What happened to people's accounts."""

from medianest_common.contracts.auth import (
    RevocationReason,
    SessionRevoked,
    SessionStarted,
)
from medianest_common.contracts.auth.invites import InviteAccepted
from medianest_common.contracts.auth.passwords import PasswordChanged
from medianest_common.contracts.auth.providers import IdentityChange, IdentityLinked, IdentityUnlinked
from medianest_common.contracts.auth.second_factor import SecondFactorBlocked, SecondFactorChanged
from medianest_common.contracts.auth.tokens import PersonalTokenCreated
from medianest_common.db import Transaction
from medianest_notifications import use_cases
from medianest_notifications.app import NotificationsApp
from medianest_notifications.handlers.base import event_id, handlers
from medianest_notifications.wording_security import (
    about_identity,
    about_new_password,
    about_new_sign_in,
    about_newcomer,
    about_reused_session,
    about_second_factor,
    about_session_limit,
    about_token,
    about_wrong_codes,
)


@handlers.on(SessionStarted)
async def session_started(event: SessionStarted, app: NotificationsApp, tx: Transaction) -> None:
    if event.new_device:
        await use_cases.notify(app, tx, about_new_sign_in(event), to=[event.user_id], dedupe_key=event_id())


@handlers.on(SessionRevoked)
async def session_revoked(event: SessionRevoked, app: NotificationsApp, tx: Transaction) -> None:
    if event.reason is RevocationReason.REUSE:
        await use_cases.notify(
            app, tx, about_reused_session(event), to=[event.user_id], dedupe_key=event_id()
        )
    if event.reason is RevocationReason.LIMIT:
        await use_cases.notify(app, tx, about_session_limit(event), to=[event.user_id], dedupe_key=event_id())


@handlers.on(PasswordChanged)
async def password_changed(event: PasswordChanged, app: NotificationsApp, tx: Transaction) -> None:
    await use_cases.notify(app, tx, about_new_password(event), to=[event.user_id], dedupe_key=event_id())


@handlers.on(SecondFactorChanged)
async def second_factor_changed(event: SecondFactorChanged, app: NotificationsApp, tx: Transaction) -> None:
    notice = about_second_factor(event)
    await use_cases.notify(app, tx, notice, to=[event.user_id], dedupe_key=event_id())


@handlers.on(IdentityLinked, IdentityUnlinked)
async def identity_changed(event: IdentityChange, app: NotificationsApp, tx: Transaction) -> None:
    await use_cases.notify(app, tx, about_identity(event), to=[event.user_id], dedupe_key=event_id())


@handlers.on(PersonalTokenCreated)
async def token_created(event: PersonalTokenCreated, app: NotificationsApp, tx: Transaction) -> None:
    await use_cases.notify(app, tx, about_token(event), to=[event.user_id], dedupe_key=event_id())


@handlers.on(InviteAccepted)
async def invite_accepted(event: InviteAccepted, app: NotificationsApp, tx: Transaction) -> None:
    await use_cases.notify(app, tx, about_newcomer(event), to=[event.invited_by], dedupe_key=event_id())


@handlers.on(SecondFactorBlocked)
async def second_factor_blocked(event: SecondFactorBlocked, app: NotificationsApp, tx: Transaction) -> None:
    notice = about_wrong_codes(event)
    await use_cases.notify(app, tx, notice, to=[event.user_id], dedupe_key=event_id())
