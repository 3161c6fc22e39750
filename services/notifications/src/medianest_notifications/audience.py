"""Who hears of what. The table is the rule; nobody is told of what he did himself."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from medianest_common.contracts.media import RequestStatus
from medianest_common.contracts.media.events import RequestChange
from medianest_common.contracts.notifications import NotificationType
from medianest_common.contracts.personal import NOBODY


class Audience(StrEnum):
    REQUESTER = "requester"
    """Whoever asked for it: the film, the video, the list, the import, an issue to be solved, somebody to come."""
    FOLLOWERS = "followers"
    """Who wants to hear of somebody else's request."""
    ADMINS = "admins"
    EVERYONE = "everyone"
    """Everyone with access to it: who may see the library that it is in, or the service that it is about."""
    ACCOUNT = "account"
    """Whose account it is. They hear of what they did themselves as well: it may have been somebody else."""
    CHOSEN = "chosen"
    """Whom an administrator chooses."""


_T = NotificationType
_REQUESTER = frozenset({Audience.REQUESTER})
_THEY_WHO_WAIT = frozenset({Audience.REQUESTER, Audience.FOLLOWERS})
_ADMINS = frozenset({Audience.ADMINS})
_REPORTER_AND_ADMINS = frozenset({Audience.REQUESTER, Audience.ADMINS})
_ALL_OF_THEM = frozenset({Audience.REQUESTER, Audience.FOLLOWERS, Audience.ADMINS})
_EVERYONE = frozenset({Audience.EVERYONE})
_ADMINS_AND_EVERYONE = frozenset({Audience.ADMINS, Audience.EVERYONE})
_ACCOUNT = frozenset({Audience.ACCOUNT})

AUDIENCES: Mapping[NotificationType, frozenset[Audience]] = {
    _T.REQUEST_CREATED: _ADMINS,
    _T.REQUEST_APPROVED: _THEY_WHO_WAIT,
    _T.REQUEST_DECLINED: _THEY_WHO_WAIT,
    # Follows an approval within seconds and asks nothing of anybody.
    _T.REQUEST_PROCESSING: frozenset(),
    _T.REQUEST_PARTIALLY_AVAILABLE: _THEY_WHO_WAIT,
    _T.REQUEST_AVAILABLE: _THEY_WHO_WAIT,
    _T.REQUEST_FAILED: _ALL_OF_THEM,
    _T.REQUEST_CANCELLED: _ALL_OF_THEM,
    _T.REQUEST_EDITED: _REQUESTER,
    _T.REQUEST_STUCK: _ADMINS,
    # Nobody pressed a button, so whose watchlist it is has not done it himself just now.
    _T.REQUEST_FROM_WATCHLIST: _ACCOUNT,
    _T.WATCHLIST_UNREADABLE: _ACCOUNT,
    _T.QUOTA_CHANGED: _REQUESTER,
    _T.IMPORT_ENDED: _ADMINS,
    _T.ISSUE_CREATED: _REPORTER_AND_ADMINS,
    _T.ISSUE_COMMENTED: _REPORTER_AND_ADMINS,
    _T.ISSUE_RESOLVED: _REPORTER_AND_ADMINS,
    _T.ISSUE_REOPENED: _REPORTER_AND_ADMINS,
    _T.DOWNLOAD_READY: _REQUESTER,
    _T.DOWNLOAD_FAILED: _REQUESTER,
    _T.DOWNLOADS_PAUSED: _ADMINS,
    _T.DOWNLOADS_RESUMED: _ADMINS,
    _T.LIST_INDEXED: _REQUESTER,
    _T.LIST_FAILED: _REQUESTER,
    _T.SUBSCRIPTION_FAILED: _REQUESTER,
    # Who waits for it hears by the request.
    _T.LIBRARY_ADDED: _EVERYONE,
    _T.SERVICE_DOWN: _ADMINS_AND_EVERYONE,
    # It still works, more or less, and only an administrator can do something about it.
    _T.SERVICE_DEGRADED: _ADMINS,
    _T.SERVICE_RECOVERED: _ADMINS_AND_EVERYONE,
    _T.SERVICE_STILL_DOWN: _ADMINS,
    _T.CERTIFICATE_EXPIRING: _ADMINS,
    _T.SERVICE_COMPLAINED: _ADMINS,
    _T.SERVICE_COMPLAINTS_ENDED: _ADMINS,
    _T.DOWNLOAD_STUCK: _ADMINS,
    _T.DEAD_LETTERS: _ADMINS,
    _T.NEW_SIGN_IN: _ACCOUNT,
    _T.SESSION_REUSED: _ACCOUNT,
    _T.SESSION_LIMIT: _ACCOUNT,
    _T.PASSWORD_CHANGED: _ACCOUNT,
    _T.SECOND_FACTOR_CHANGED: _ACCOUNT,
    _T.IDENTITY_LINKED: _ACCOUNT,
    _T.IDENTITY_UNLINKED: _ACCOUNT,
    _T.SECOND_FACTOR_BLOCKED: _ACCOUNT,
    _T.TOKEN_CREATED: _ACCOUNT,
    _T.ROLE_CHANGED: _ACCOUNT | _ADMINS,
    _T.EMAIL_CHANGED: _ACCOUNT,
    _T.INVITE_ACCEPTED: _REQUESTER,
    _T.CHANNEL_DISABLED: _ACCOUNT,
    _T.BROADCAST: frozenset({Audience.CHOSEN}),
    _T.ACCESS_LOST: _ADMINS,
    _T.SUSPENDED: _ADMINS,
}

TYPES: Mapping[RequestStatus, NotificationType] = {
    RequestStatus.PENDING: _T.REQUEST_CREATED,
    RequestStatus.APPROVED: _T.REQUEST_APPROVED,
    RequestStatus.DECLINED: _T.REQUEST_DECLINED,
    RequestStatus.PROCESSING: _T.REQUEST_PROCESSING,
    RequestStatus.PARTIALLY_AVAILABLE: _T.REQUEST_PARTIALLY_AVAILABLE,
    RequestStatus.AVAILABLE: _T.REQUEST_AVAILABLE,
    RequestStatus.FAILED: _T.REQUEST_FAILED,
    RequestStatus.CANCELLED: _T.REQUEST_CANCELLED,
}
"""What is told of a move into each state."""


@dataclass(frozen=True, slots=True)
class Circle:
    """Everybody who has to do with something, before it is said who of them hears of it."""

    requester: UUID | None = None
    account: UUID | None = None
    followers: Collection[UUID] = ()
    admins: Collection[UUID] = ()
    everyone: Collection[UUID] = ()
    chosen: Collection[UUID] = ()
    actor: UUID | None = None
    gone: Collection[UUID] = ()
    """Who has left."""


def recipients(type: NotificationType, circle: Circle) -> list[UUID]:
    """In a fixed order, so that two transactions never wait for each other crosswise."""
    groups: dict[Audience, Collection[UUID | None]] = {
        Audience.REQUESTER: [circle.requester],
        Audience.FOLLOWERS: circle.followers,
        Audience.ADMINS: circle.admins,
        Audience.EVERYONE: circle.everyone,
        Audience.CHOSEN: circle.chosen,
    }
    audience = AUDIENCES[type]
    people = {person for group in audience - {Audience.ACCOUNT} for person in groups[group]} - {circle.actor}
    if Audience.ACCOUNT in audience:
        people.add(circle.account)
    return sorted(person for person in people - {NOBODY, *circle.gone} if person is not None)


def audience_of(event: RequestChange, *, admins: Collection[UUID], gone: Collection[UUID] = ()) -> list[UUID]:
    # A new request is the requester's own act even where the event names no actor.
    asked_by = event.user_id if event.status is RequestStatus.PENDING else None
    circle = Circle(
        requester=event.user_id,
        followers=event.follower_ids,
        admins=admins,
        actor=event.actor_id or asked_by,
        gone=gone,
    )
    return recipients(TYPES[event.status], circle)
