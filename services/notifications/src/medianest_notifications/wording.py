"""What people read. Plain words, no jargon; what others typed is only ever shown as text."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from medianest_common.contracts.auth import SessionRevoked, SessionStarted, SignInMethod
from medianest_common.contracts.auth.invites import InviteAccepted
from medianest_common.contracts.auth.passwords import PasswordChanged
from medianest_common.contracts.auth.providers import IdentityChange, IdentityLinked
from medianest_common.contracts.auth.second_factor import (
    FactorChange,
    SecondFactorBlocked,
    SecondFactorChanged,
)
from medianest_common.contracts.auth.tokens import PersonalTokenCreated
from medianest_common.contracts.media import MediaType, RequestStatus
from medianest_common.contracts.media.events import REQUEST_EVENTS, RequestChange
from medianest_common.contracts.notifications import NotificationType
from medianest_common.contracts.notifications.deliveries import Urgency
from medianest_common.contracts.personal import NOBODY

TITLE_LENGTH = 200
BODY_LENGTH = 700
_REASON_LENGTH = 500
_FEW_CODES = 3
_DEVICES_LINK = "/account/devices"
_SIGN_IN_WORDS = {
    SignInMethod.PASSWORD: "with a password",
    SignInMethod.PLEX: "with Plex",
    SignInMethod.PASSKEY: "with a passkey",
    SignInMethod.GITHUB: "with GitHub",
    SignInMethod.GOOGLE: "with Google",
    SignInMethod.DISCORD: "with Discord",
    SignInMethod.OIDC: "with another account of yours",
}
_SECURITY_LINK = "/account/security"
_PEOPLE_LINK = "/admin/users"
_NOT_YOU = "If that was not you, tell an administrator at once."
_FACTOR_WORDS = {
    FactorChange.TOTP_ON: (
        "Two-step sign-in is on",
        "Your account now asks for a code from your authenticator app. Your other devices were signed out.",
    ),
    FactorChange.TOTP_OFF: (
        "Your authenticator app was turned off",
        "Your account no longer asks for a code from it. Your other devices were signed out.",
    ),
    FactorChange.PASSKEY_ADDED: (
        "A passkey was added to your account",
        "The passkey{name} can now be used to sign in. Your other devices were signed out.",
    ),
    FactorChange.PASSKEY_REMOVED: (
        "A passkey was removed from your account",
        "The passkey{name} can no longer be used to sign in. Your other devices were signed out.",
    ),
    FactorChange.RECOVERY_CODES_RENEWED: (
        "Your recovery codes were replaced",
        "The old recovery codes no longer work. Your other devices were signed out.",
    ),
    FactorChange.RECOVERY_CODE_USED: ("A recovery code was used", "It cannot be used again."),
    FactorChange.RESET_BY_ADMIN: (
        "Your second factors were removed by an administrator",
        "You were signed out everywhere and need only your first way to sign in. Set up a new second factor.",
    ),
}

TYPES: dict[RequestStatus, NotificationType] = {
    RequestStatus.PENDING: NotificationType.REQUEST_CREATED,
    RequestStatus.APPROVED: NotificationType.REQUEST_APPROVED,
    RequestStatus.DECLINED: NotificationType.REQUEST_DECLINED,
    RequestStatus.PROCESSING: NotificationType.REQUEST_PROCESSING,
    RequestStatus.PARTIALLY_AVAILABLE: NotificationType.REQUEST_PARTIALLY_AVAILABLE,
    RequestStatus.AVAILABLE: NotificationType.REQUEST_AVAILABLE,
    RequestStatus.FAILED: NotificationType.REQUEST_FAILED,
    RequestStatus.CANCELLED: NotificationType.REQUEST_CANCELLED,
}


@dataclass(frozen=True, slots=True)
class Notice:
    """What one inbox entry says, before it is known whose it is."""

    type: NotificationType
    title: str
    body: str
    link: str | None
    data: dict[str, Any] = field(default_factory=dict)
    about: UUID | None = None
    """Somebody else whose name it says."""
    urgency: Urgency = Urgency.NORMAL
    collapse_key: str | None = None
    """Of several with the same, only the newest is worth sending."""
    about_title: tuple[MediaType, int] | None = None
    """What people can mute: the kind and TMDB's number."""


SOMEBODY = "Somebody who has left"


def without_name(data: dict[str, Any]) -> Notice:
    """What was said of a request, once whoever asked for it has left."""
    status = RequestStatus(data["status"])
    event = REQUEST_EVENTS[status].model_validate(
        data | {"userId": NOBODY, "userName": SOMEBODY, "version": 0}
    )
    return about_request(event, to_requester=False)


def about_request(event: RequestChange, *, to_requester: bool) -> Notice:
    title, body = request_words(
        event, what=describe(event), who="Your" if to_requester else f"{event.user_name}’s"
    )
    return request_notice(event, TYPES[event.status], title, body, names=not to_requester)


def request_notice(
    event: RequestChange, type: NotificationType, title: str, body: str, *, names: bool
) -> Notice:
    return Notice(
        type=type,
        title=cut(title, TITLE_LENGTH),
        body=cut(body, BODY_LENGTH),
        link=f"/requests/{event.request_id}",
        data={
            "requestId": str(event.request_id),
            "mediaType": event.media_type.value,
            "tmdbId": event.tmdb_id,
            "title": cut(event.title, TITLE_LENGTH),
            "year": event.year,
            "seasons": event.seasons,
            "is4k": event.is_4k,
            "status": event.status.value,
            "reason": event.reason and cut(event.reason, _REASON_LENGTH),
        },
        about=event.user_id if names and event.user_id != NOBODY else None,
        collapse_key=f"request:{event.request_id.hex}",
        about_title=(event.media_type, event.tmdb_id),
    )


def about_new_sign_in(event: SessionStarted) -> Notice:
    how = _SIGN_IN_WORDS[event.method]
    return Notice(
        type=NotificationType.NEW_SIGN_IN,
        urgency=Urgency.HIGH,
        title="New sign-in to your account",
        body=cut(
            f"Someone signed in {how} from {event.browser or 'an unknown browser'}"
            f"{f' ({event.place})' if event.place else ''}. If that was not you, sign that device out"
            " and change your password.",
            BODY_LENGTH,
        ),
        link=_DEVICES_LINK,
        data={"sessionId": str(event.session_id), "browser": event.browser, "place": event.place},
    )


def about_reused_session(event: SessionRevoked) -> Notice:
    return Notice(
        type=NotificationType.SESSION_REUSED,
        urgency=Urgency.HIGH,
        title="We signed one of your devices out",
        body="Its sign-in was used from two places at once, which can mean that it was stolen."
        " Sign in again there, and change your password if you do not know why this happened.",
        link=_DEVICES_LINK,
        data={"sessionId": str(event.session_id) if event.session_id else None},
    )


def about_session_limit(event: SessionRevoked) -> Notice:
    return Notice(
        type=NotificationType.SESSION_LIMIT,
        urgency=Urgency.HIGH,
        title="We signed out the device you have not used for longest",
        body="You were signed in on as many devices as one account can be, and a new one took its place."
        " Look through the list and sign out those you do not know or need any more.",
        link=_DEVICES_LINK,
        data={"sessionId": str(event.session_id) if event.session_id else None},
    )


def about_second_factor(event: SecondFactorChanged) -> Notice:
    title, body = _FACTOR_WORDS[event.change]
    left = event.recovery_codes_left
    if event.change is FactorChange.RECOVERY_CODE_USED:
        body = f"{body} {_codes_left(left)}"
    name = f" “{event.name}”" if event.name else ""
    return Notice(
        type=NotificationType.SECOND_FACTOR_CHANGED,
        urgency=Urgency.HIGH,
        title=title,
        body=cut(f"{body.format(name=name)} {_NOT_YOU}", BODY_LENGTH),
        link=_SECURITY_LINK,
        data={"change": event.change.value, "recoveryCodesLeft": left},
    )


def about_identity(event: IdentityChange) -> Notice:
    whose = f" “{event.account}”" if event.account else ""
    linked = isinstance(event, IdentityLinked)
    what = "can be used to sign in to your account now" if linked else "no longer opens your account"
    return Notice(
        type=NotificationType.IDENTITY_LINKED if linked else NotificationType.IDENTITY_UNLINKED,
        urgency=Urgency.HIGH,
        title=f"{event.provider} was {'linked to' if linked else 'unlinked from'} your account",
        body=cut(f"The account{whose} at {event.provider} {what}. {_NOT_YOU}", BODY_LENGTH),
        link=_SECURITY_LINK,
        data={"provider": event.provider},
    )


def about_token(event: PersonalTokenCreated) -> Notice:
    return Notice(
        type=NotificationType.TOKEN_CREATED,
        urgency=Urgency.HIGH,
        title="A personal token was made for your account",
        body=cut(
            f"“{event.name}” can now be used instead of you for: {', '.join(event.scopes)}. {_NOT_YOU}",
            BODY_LENGTH,
        ),
        link=_SECURITY_LINK,
        data={"tokenId": str(event.token_id), "scopes": [str(scope) for scope in event.scopes]},
    )


def about_newcomer(event: InviteAccepted) -> Notice:
    return Notice(
        type=NotificationType.INVITE_ACCEPTED,
        title=cut(f"{event.name} has accepted your invitation", TITLE_LENGTH),
        body="They have an account now and can sign in.",
        link=_PEOPLE_LINK,
        data={"userId": str(event.user_id)},
    )


def about_wrong_codes(event: SecondFactorBlocked) -> Notice:
    where = f" ({event.place})" if event.place else ""
    return Notice(
        type=NotificationType.SECOND_FACTOR_BLOCKED,
        urgency=Urgency.HIGH,
        title="Many wrong codes for your account",
        body=cut(
            f"Somebody on {event.browser or 'an unknown browser'}{where} got past your password or provider and then"
            " showed too many wrong codes. No more are accepted from there today. If that was not you, change your"
            " password now.",
            BODY_LENGTH,
        ),
        link=_SECURITY_LINK,
        data={"browser": event.browser, "place": event.place},
    )


def about_new_password(event: PasswordChanged) -> Notice:
    return Notice(
        type=NotificationType.PASSWORD_CHANGED,
        urgency=Urgency.HIGH,
        title="Your password was changed",
        body=f"Everywhere else you were signed out. {_NOT_YOU}",
        link=_SECURITY_LINK,
    )


def describe(event: RequestChange) -> str:
    """`Dune (2021)`, `Dark (2017), seasons 1 and 2`, `Dune (2021) in 4K`."""
    text = f"{event.title} ({event.year})" if event.year else event.title
    if event.media_type is MediaType.TV and event.seasons:
        text += f", {_seasons(event.seasons)}"
    return f"{text} in 4K" if event.is_4k else text


def request_words(event: RequestChange, *, what: str, who: str) -> tuple[str, str]:
    because = f" Reason: {event.reason}" if event.reason else ""
    match event.status:
        case RequestStatus.PENDING:
            return f"{event.user_name} asks for {what}", "Approve or decline the request."
        case RequestStatus.APPROVED:
            return f"Approved: {what}", f"{who} request was approved and is on its way."
        case RequestStatus.DECLINED:
            return f"Declined: {what}", f"{who} request was declined.{because}"
        case RequestStatus.PROCESSING:
            return f"On its way: {what}", f"{who} request is being fetched."
        case RequestStatus.PARTIALLY_AVAILABLE:
            return f"Partly ready: {what}", "The first parts can be watched; the rest follows."
        case RequestStatus.AVAILABLE:
            return f"Ready to watch: {what}", f"{who} request is in the library."
        case RequestStatus.FAILED:
            return f"Not possible right now: {what}", f"{who} request could not be carried out.{because}"
        case RequestStatus.CANCELLED:
            return f"Withdrawn: {what}", f"{who} request was withdrawn.{because}"


def _codes_left(left: int) -> str:
    if left > _FEW_CODES:
        return f"{left} are left."
    return (
        f"Only {left} left: make new ones on your account page."
        if left
        else "There are none left: make new ones."
    )


def _seasons(numbers: list[int]) -> str:
    ordered = [str(number) for number in sorted(set(numbers))]
    if len(ordered) == 1:
        return "specials" if ordered == ["0"] else f"season {ordered[0]}"
    return f"seasons {', '.join(ordered[:-1])} and {ordered[-1]}"


def cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"
