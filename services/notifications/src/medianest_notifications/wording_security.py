"""What is told of one's own account."""

from typing import Any

from medianest_common.contracts.auth import SessionRevoked, SessionStarted
from medianest_common.contracts.auth.invites import InviteAccepted
from medianest_common.contracts.auth.passwords import PasswordChanged
from medianest_common.contracts.auth.providers import IdentityChange, IdentityLinked
from medianest_common.contracts.auth.second_factor import SecondFactorBlocked, SecondFactorChanged
from medianest_common.contracts.auth.tokens import PersonalTokenCreated
from medianest_common.contracts.notifications import NotificationType
from medianest_notifications.wording import Notice

_DEVICES_LINK = "/account/devices"
_SECURITY_LINK = "/account/security"
_PEOPLE_LINK = "/admin/users"


def about_new_sign_in(event: SessionStarted) -> Notice:
    where = {"browser": event.browser, "place": event.place}
    return Notice(
        type=NotificationType.NEW_SIGN_IN,
        link=_DEVICES_LINK,
        values={"method": event.method.value, **where},
        data={"sessionId": str(event.session_id), **where},
    )


def about_reused_session(event: SessionRevoked) -> Notice:
    return Notice(NotificationType.SESSION_REUSED, _DEVICES_LINK, data=_session(event))


def about_session_limit(event: SessionRevoked) -> Notice:
    return Notice(NotificationType.SESSION_LIMIT, _DEVICES_LINK, data=_session(event))


def about_second_factor(event: SecondFactorChanged) -> Notice:
    left = event.recovery_codes_left
    return Notice(
        type=NotificationType.SECOND_FACTOR_CHANGED,
        link=_SECURITY_LINK,
        values={"change": event.change.value, "name": event.name, "left": left},
        data={"change": event.change.value, "recoveryCodesLeft": left},
    )


def about_identity(event: IdentityChange) -> Notice:
    linked = isinstance(event, IdentityLinked)
    return Notice(
        type=NotificationType.IDENTITY_LINKED if linked else NotificationType.IDENTITY_UNLINKED,
        link=_SECURITY_LINK,
        values={"provider": event.provider, "account": event.account},
        data={"provider": event.provider},
    )


def about_token(event: PersonalTokenCreated) -> Notice:
    scopes = [str(scope) for scope in event.scopes]
    return Notice(
        type=NotificationType.TOKEN_CREATED,
        link=_SECURITY_LINK,
        values={"name": event.name, "scopes": scopes},
        data={"tokenId": str(event.token_id), "scopes": scopes},
    )


def about_newcomer(event: InviteAccepted) -> Notice:
    return Notice(
        type=NotificationType.INVITE_ACCEPTED,
        link=_PEOPLE_LINK,
        values={"who": event.name},
        data={"userId": str(event.user_id)},
        about=event.user_id,
    )


def about_wrong_codes(event: SecondFactorBlocked) -> Notice:
    where = {"browser": event.browser, "place": event.place}
    return Notice(NotificationType.SECOND_FACTOR_BLOCKED, _SECURITY_LINK, values=where, data=dict(where))


def about_new_password(event: PasswordChanged) -> Notice:
    return Notice(NotificationType.PASSWORD_CHANGED, _SECURITY_LINK)


def _session(event: SessionRevoked) -> dict[str, Any]:
    return {"sessionId": str(event.session_id) if event.session_id else None}
