"""What is told, as values: the words are in `rendering/templates`. What others typed is only ever shown as text."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from medianest_common.contracts.media import MediaType, RequestStatus
from medianest_common.contracts.media.events import RequestChange
from medianest_common.contracts.notifications import NotificationType
from medianest_common.contracts.notifications.deliveries import Urgency
from medianest_common.contracts.personal import NOBODY
from medianest_notifications.rendering import TITLE_LENGTH, cut, render
from medianest_notifications.rendering.reasons import TYPED

_REASON_LENGTH = 500

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
    """What one inbox entry says, before it is known whose it is. The words are made from `values` by templates."""

    type: NotificationType
    link: str | None
    values: Mapping[str, Any] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)
    about: UUID | None = None
    """Somebody else whose name it says."""
    urgency: Urgency = Urgency.NORMAL
    collapse_key: str | None = None
    """Of several with the same, only the newest is worth sending."""
    about_title: tuple[MediaType, int] | None = None
    """What people can mute: the kind and TMDB's number."""
    pinned: bool = False
    """It stays on top of the inbox until its reader lets it go."""

    @property
    def title(self) -> str:
        """In the language of whoever has chosen none."""
        return render(self.type, self.values).title

    @property
    def body(self) -> str:
        return render(self.type, self.values).body


SOMEBODY = "Somebody who has left"
PERSONAL = frozenset({"who", "message"})
"""Values that are the name or the words of a person."""


def without_name(values: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Any]:
    """What is still said once the person has left that it was about. Old entries have no values, but data."""
    known = values or _values_of(data)
    return {name: None if name in PERSONAL else value for name, value in known.items()}


def _values_of(data: Mapping[str, Any]) -> dict[str, Any]:
    values = {name: data.get(name) for name in ("title", "year", "seasons", "reason")}
    values |= {name: data.get(name) for name in ("kind", "season", "episode")}
    return values | {"is_4k": data.get("is4k", False), "who": None, "message": None, "reader": "admin"}


def typed(by: UUID | None) -> dict[str, bool]:
    """What a person gave as a reason is told in their own words."""
    return {TYPED: True} if by else {}


def about_request(event: RequestChange, *, to_requester: bool) -> Notice:
    reader = "requester" if to_requester else "admin"
    return request_notice(event, TYPES[event.status], reader=reader)


def request_notice(event: RequestChange, type: NotificationType, *, reader: str) -> Notice:
    """`reader` is the requester, an admin, or a follower; only an admin is told whose it is."""
    named = reader == "admin" and event.user_id != NOBODY and event.user_name != SOMEBODY
    title, reason = cut(event.title, TITLE_LENGTH), event.reason and cut(event.reason, _REASON_LENGTH)
    seasons = sorted(set(event.seasons)) if event.media_type is MediaType.TV else []
    return Notice(
        type=type,
        link=f"/requests/{event.request_id}",
        values={
            "who": event.user_name if named else None,
            "reader": reader,
            "title": title,
            "year": event.year,
            "seasons": seasons,
            "is_4k": event.is_4k,
            "reason": reason,
            **typed(event.actor_id),
        },
        data={
            "requestId": str(event.request_id),
            "mediaType": event.media_type.value,
            "tmdbId": event.tmdb_id,
            "title": title,
            "year": event.year,
            "seasons": event.seasons,
            "is4k": event.is_4k,
            "status": event.status.value,
            "reason": reason,
        },
        about=event.user_id if named else None,
        collapse_key=f"request:{event.request_id.hex}",
        about_title=(event.media_type, event.tmdb_id),
    )
