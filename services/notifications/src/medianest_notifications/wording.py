"""What people read. Plain words, no jargon; what others typed is only ever shown as text."""

from dataclasses import dataclass, field
from typing import Any

from medianest_common.contracts.auth import SessionRevoked, SessionStarted, SignInMethod
from medianest_common.contracts.media import MediaType, RequestChange, RequestStatus
from medianest_common.contracts.notifications import NotificationType

_TITLE_LENGTH = 200
_BODY_LENGTH = 700
_REASON_LENGTH = 500
_DEVICES_LINK = "/account/devices"

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


def about_request(event: RequestChange, *, to_requester: bool) -> Notice:
    title, body = _words(event, what=describe(event), who="Your" if to_requester else f"{event.user_name}’s")
    return Notice(
        type=TYPES[event.status],
        title=_cut(title, _TITLE_LENGTH),
        body=_cut(body, _BODY_LENGTH),
        link=f"/requests/{event.request_id}",
        data={
            "requestId": str(event.request_id),
            "mediaType": event.media_type.value,
            "tmdbId": event.tmdb_id,
            "title": _cut(event.title, _TITLE_LENGTH),
            "year": event.year,
            "seasons": event.seasons,
            "is4k": event.is_4k,
            "status": event.status.value,
            "reason": event.reason and _cut(event.reason, _REASON_LENGTH),
        },
    )


def about_new_sign_in(event: SessionStarted) -> Notice:
    how = "with Plex" if event.method is SignInMethod.PLEX else "with a password"
    return Notice(
        type=NotificationType.NEW_SIGN_IN,
        title="New sign-in to your account",
        body=_cut(
            f"Someone signed in {how} from {event.browser or 'an unknown browser'}"
            f"{f' ({event.place})' if event.place else ''}. If that was not you, sign that device out"
            " and change your password.",
            _BODY_LENGTH,
        ),
        link=_DEVICES_LINK,
        data={"sessionId": str(event.session_id), "browser": event.browser, "place": event.place},
    )


def about_reused_session(event: SessionRevoked) -> Notice:
    return Notice(
        type=NotificationType.SESSION_REUSED,
        title="We signed one of your devices out",
        body="Its sign-in was used from two places at once, which can mean that it was stolen."
        " Sign in again there, and change your password if you do not know why this happened.",
        link=_DEVICES_LINK,
        data={"sessionId": str(event.session_id) if event.session_id else None},
    )


def describe(event: RequestChange) -> str:
    """`Dune (2021)`, `Dark (2017), seasons 1 and 2`, `Dune (2021) in 4K`."""
    text = f"{event.title} ({event.year})" if event.year else event.title
    if event.media_type is MediaType.TV and event.seasons:
        text += f", {_seasons(event.seasons)}"
    return f"{text} in 4K" if event.is_4k else text


def _words(event: RequestChange, *, what: str, who: str) -> tuple[str, str]:
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


def _seasons(numbers: list[int]) -> str:
    ordered = [str(number) for number in sorted(set(numbers))]
    if len(ordered) == 1:
        return "specials" if ordered == ["0"] else f"season {ordered[0]}"
    return f"seasons {', '.join(ordered[:-1])} and {ordered[-1]}"


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"
