"""Every event of the suite: what is told of it, or why nobody is. An event that is in neither table fails a test."""

from collections.abc import Mapping

from medianest_common.contracts import gateway, media, notifications, plex, youtube
from medianest_common.contracts import health as health_contracts
from medianest_common.contracts.auth import (
    KeysChanged,
    SessionRevoked,
    SessionStarted,
    UserChanged,
    UserCreated,
)
from medianest_common.contracts.auth.invites import InviteAccepted
from medianest_common.contracts.auth.passwords import PasswordChanged
from medianest_common.contracts.auth.people import UserDeleted
from medianest_common.contracts.auth.providers import IdentityLinked, IdentityUnlinked
from medianest_common.contracts.auth.second_factor import SecondFactorBlocked, SecondFactorChanged
from medianest_common.contracts.auth.standing import (
    EmailChanged,
    PersonSuspended,
    PlexAccessLost,
    RoleChanged,
)
from medianest_common.contracts.auth.tokens import PersonalTokenCreated
from medianest_common.contracts.base import Event
from medianest_common.contracts.health import (
    CertificateExpiring,
    MonitorDegraded,
    MonitorRecovered,
    MonitorStillDown,
    MonitorUnwatched,
    MonitorWentDown,
    decided,
)
from medianest_common.contracts.health import integrations as of_health
from medianest_common.contracts.health.queues import DeadLetterFound
from medianest_common.contracts.health.webhooks import DownloadStuck, SystemComplained, SystemRecovered
from medianest_common.contracts.media import decided as media_decided
from medianest_common.contracts.media import integrations as of_media
from medianest_common.contracts.media.allowing import QuotaChanged
from medianest_common.contracts.media.changing import RequestEdited, RequestStuck
from medianest_common.contracts.media.defaults import DefaultsChanged
from medianest_common.contracts.media.events import (
    RequestApproved,
    RequestAvailable,
    RequestCancelled,
    RequestCreated,
    RequestDeclined,
    RequestFailed,
    RequestPartiallyAvailable,
    RequestProcessing,
)
from medianest_common.contracts.media.importing import ImportedPersonErased, ImportEnded
from medianest_common.contracts.media.issues import (
    IssueCommented,
    IssueCreated,
    IssueDeleted,
    IssueReopened,
    IssueResolved,
)
from medianest_common.contracts.media.watchlist import WatchlistSwitched
from medianest_common.contracts.notifications import NotificationType as T
from medianest_common.contracts.notifications import integrations as of_notifications
from medianest_common.contracts.notifications.broadcasts import BroadcastEnded, BroadcastSent
from medianest_common.contracts.notifications.decided import AdminDecided
from medianest_common.contracts.notifications.templates import TemplateChanged
from medianest_common.contracts.plex import MemberRefused
from medianest_common.contracts.plex import decided as plex_decided
from medianest_common.contracts.plex import integrations as of_plex
from medianest_common.contracts.plex.access import LibraryAccessChanged
from medianest_common.contracts.plex.connection import ConnectionChanged
from medianest_common.contracts.plex.library import ItemAdded, ItemChanged, ItemRemoved, LibraryTold
from medianest_common.contracts.plex.playback import PlaybackHinted
from medianest_common.contracts.plex.watchlist import WatchlistItemRemoved, WatchlistRead
from medianest_common.contracts.youtube import decided as youtube_decided
from medianest_common.contracts.youtube.events import (
    BatchFailed,
    BatchIndexed,
    DownloadCancelled,
    DownloadFailed,
    DownloadQueued,
    DownloadReady,
    DownloadRemoved,
    DownloadStarted,
    DownloadStored,
    QueuePaused,
    QueueResumed,
    SubscriptionFailed,
)

TOLD: Mapping[type[Event], frozenset[T]] = {
    IdentityLinked: frozenset({T.IDENTITY_LINKED}),
    IdentityUnlinked: frozenset({T.IDENTITY_UNLINKED}),
    InviteAccepted: frozenset({T.INVITE_ACCEPTED}),
    PasswordChanged: frozenset({T.PASSWORD_CHANGED}),
    PersonalTokenCreated: frozenset({T.TOKEN_CREATED}),
    SecondFactorBlocked: frozenset({T.SECOND_FACTOR_BLOCKED}),
    SecondFactorChanged: frozenset({T.SECOND_FACTOR_CHANGED}),
    SessionStarted: frozenset({T.NEW_SIGN_IN}),
    SessionRevoked: frozenset({T.SESSION_REUSED, T.SESSION_LIMIT}),
    RoleChanged: frozenset({T.ROLE_CHANGED}),
    EmailChanged: frozenset({T.EMAIL_CHANGED}),
    PersonSuspended: frozenset({T.SUSPENDED}),
    PlexAccessLost: frozenset({T.ACCESS_LOST}),
    RequestCreated: frozenset({T.REQUEST_CREATED, T.REQUEST_FROM_WATCHLIST}),
    RequestApproved: frozenset({T.REQUEST_APPROVED, T.REQUEST_FROM_WATCHLIST}),
    RequestProcessing: frozenset({T.REQUEST_PROCESSING}),
    RequestPartiallyAvailable: frozenset({T.REQUEST_PARTIALLY_AVAILABLE}),
    RequestAvailable: frozenset({T.REQUEST_AVAILABLE}),
    RequestDeclined: frozenset({T.REQUEST_DECLINED}),
    RequestFailed: frozenset({T.REQUEST_FAILED}),
    RequestCancelled: frozenset({T.REQUEST_CANCELLED}),
    RequestEdited: frozenset({T.REQUEST_EDITED}),
    RequestStuck: frozenset({T.REQUEST_STUCK}),
    IssueCreated: frozenset({T.ISSUE_CREATED}),
    IssueCommented: frozenset({T.ISSUE_COMMENTED}),
    IssueResolved: frozenset({T.ISSUE_RESOLVED}),
    IssueReopened: frozenset({T.ISSUE_REOPENED}),
    QuotaChanged: frozenset({T.QUOTA_CHANGED}),
    ImportEnded: frozenset({T.IMPORT_ENDED}),
    WatchlistRead: frozenset({T.WATCHLIST_UNREADABLE}),
    ItemAdded: frozenset({T.LIBRARY_ADDED}),
    ItemChanged: frozenset({T.LIBRARY_ADDED}),
    DownloadReady: frozenset({T.DOWNLOAD_READY}),
    DownloadFailed: frozenset({T.DOWNLOAD_FAILED}),
    QueuePaused: frozenset({T.DOWNLOADS_PAUSED}),
    QueueResumed: frozenset({T.DOWNLOADS_RESUMED}),
    BatchIndexed: frozenset({T.LIST_INDEXED}),
    BatchFailed: frozenset({T.LIST_FAILED}),
    SubscriptionFailed: frozenset({T.SUBSCRIPTION_FAILED}),
    MonitorWentDown: frozenset({T.SERVICE_DOWN}),
    MonitorDegraded: frozenset({T.SERVICE_DEGRADED}),
    MonitorStillDown: frozenset({T.SERVICE_STILL_DOWN}),
    MonitorRecovered: frozenset({T.SERVICE_RECOVERED}),
    MonitorUnwatched: frozenset({T.SERVICE_RECOVERED}),
    CertificateExpiring: frozenset({T.CERTIFICATE_EXPIRING}),
    SystemComplained: frozenset({T.SERVICE_COMPLAINED}),
    SystemRecovered: frozenset({T.SERVICE_COMPLAINTS_ENDED}),
    DownloadStuck: frozenset({T.DOWNLOAD_STUCK}),
    DeadLetterFound: frozenset({T.DEAD_LETTERS}),
}

_ERASED = "Services tell each other that somebody's data is gone; whoever it was about is gone as well."
_OPEN_PAGES = "Pages that show it see it move by themselves, and there is nothing to do about it."

UNTOLD: Mapping[type[Event], str] = {
    UserCreated: "Learned. Whoever invited them hears by InviteAccepted; others were let in by an import.",
    UserChanged: "Learned. What matters to people has an event of its own: RoleChanged, EmailChanged.",
    UserDeleted: "Who was deleted hears nothing any more, and whoever deleted them did it himself.",
    KeysChanged: "Machinery.",
    DefaultsChanged: "A setting of administrators, who see in its page who changed it.",
    ImportedPersonErased: "Done by an administrator, of somebody who has no account.",
    IssueDeleted: _OPEN_PAGES,
    WatchlistSwitched: "Done by whose watchlist it is.",
    WatchlistItemRemoved: "Done by whose watchlist it is.",
    ConnectionChanged: "Machinery. That Plex cannot be reached is told of its monitor.",
    ItemRemoved: "Remembered, so that what comes back is no news. That something went asks nothing of anybody.",
    LibraryTold: "Machinery.",
    LibraryAccessChanged: "Learned: it decides who hears of what is new.",
    MemberRefused: "Not sure yet: plex.tv is asked, and if access is over PlexAccessLost is told.",
    PlaybackHinted: "A reason for the plex service to look.",
    BroadcastSent: "For the record of who did what. The message itself is told as it is sent.",
    BroadcastEnded: "For the record of who did what.",
    TemplateChanged: "For the record of who did what.",
    decided.MonitorDecided: "For the record of who did what.",
    decided.PageDecided: "For the record of who did what.",
    decided.MaintenanceDecided: "For the record of who did what.",
    decided.MonitorGroupDecided: "For the record of who did what.",
    decided.IncidentDecided: "For the record of who did what.",
    decided.InternalsDecided: "For the record of who did what.",
    **dict.fromkeys(
        (
            AdminDecided,
            gateway.AdminDecided,
            media_decided.AdminDecided,
            plex_decided.AdminDecided,
            youtube_decided.AdminDecided,
        ),
        "For the record of who did what.",
    ),
    **dict.fromkeys(
        (
            of_health.IntegrationChanged,
            of_media.IntegrationChanged,
            of_notifications.IntegrationChanged,
            of_plex.IntegrationChanged,
        ),
        "For the record of who did what.",
    ),
    DownloadQueued: _OPEN_PAGES,
    DownloadStarted: _OPEN_PAGES,
    DownloadStored: _OPEN_PAGES,
    DownloadCancelled: "Done by whoever had asked for it.",
    DownloadRemoved: "Done by whoever had asked for it, or by the rule that they had chosen for how long to keep it.",
    **dict.fromkeys(
        (
            gateway.UserDataErased,
            health_contracts.UserDataErased,
            media.UserDataErased,
            notifications.UserDataErased,
            plex.UserDataErased,
            youtube.UserDataErased,
        ),
        _ERASED,
    ),
}
