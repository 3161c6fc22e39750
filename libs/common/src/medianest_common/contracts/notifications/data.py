"""What `data` holds in each type of notification: ids to go on with, and what programs want to tell apart.

People are told the same in `title` and `body`; a type without a model of its own has no place in `DATA`.
"""

from uuid import UUID

from medianest_common.contracts.base import Contract
from medianest_common.contracts.health.webhooks import Level, WebhookSource
from medianest_common.contracts.identity import Role
from medianest_common.contracts.media import MediaType, RequestStatus
from medianest_common.contracts.media.issues import IssueKind, IssueStatus
from medianest_common.contracts.notifications import NotificationType
from medianest_common.contracts.notifications.channels import ChannelKind
from medianest_common.contracts.youtube import FailureCode


class NoData(Contract):
    pass


class AboutRequest(Contract):
    request_id: UUID
    media_type: MediaType
    tmdb_id: int
    title: str
    year: int | None
    seasons: list[int]
    is_4k: bool
    status: RequestStatus
    reason: str | None


class AboutIssue(Contract):
    issue_id: UUID
    media_type: MediaType
    tmdb_id: int
    title: str
    year: int | None
    kind: IssueKind
    season: int | None
    episode: int | None
    status: IssueStatus
    change: NotificationType


class AboutDownload(Contract):
    download_id: UUID | None
    video_id: str
    title: str
    code: FailureCode | None
    plex_url: str | None


class AboutPause(Contract):
    code: FailureCode | None


class AboutList(Contract):
    batch_id: UUID
    title: str


class AboutListFailure(AboutList):
    code: FailureCode


class AboutSubscription(Contract):
    subscription_id: UUID
    code: FailureCode


class AboutSession(Contract):
    session_id: UUID | None


class AboutSignIn(Contract):
    session_id: UUID
    browser: str | None
    place: str | None


class AboutBrowser(Contract):
    browser: str | None
    place: str | None


class AboutSecondFactor(Contract):
    change: str
    recovery_codes_left: int


class AboutIdentity(Contract):
    provider: str


class AboutToken(Contract):
    token_id: UUID
    scopes: list[str]


class AboutPerson(Contract):
    user_id: UUID


class AboutRole(AboutPerson):
    role: Role


class AboutImport(Contract):
    import_id: UUID
    dry_run: bool


class AboutArrival(Contract):
    """`item` is movie, season, seasons, episodes, album or many."""

    item: str
    title: str | None
    year: int | None
    media_type: MediaType | None
    """None for albums, and where it tells of many."""
    tmdb_id: int | None
    seasons: list[int]
    episodes: int | None
    """How many of them are new."""
    library_key: str
    count: int
    """How many titles it tells of."""


class AboutService(Contract):
    monitor_id: UUID
    name: str


class AboutDeadLetters(Contract):
    handler: str
    service: str
    count: int
    """Since it was told last."""
    waiting: int


class AboutComplaints(Contract):
    """`kinds` are the system's own words for what is wrong, and `level` how bad the worst of it is."""

    source: WebhookSource
    instance: str
    level: Level
    kinds: list[str]


class AboutStuckDownload(Contract):
    source: WebhookSource
    instance: str
    title: str


class AboutChannel(Contract):
    channel_id: UUID
    kind: ChannelKind
    name: str


class AboutBroadcast(Contract):
    broadcast_id: UUID


T = NotificationType
DATA: dict[NotificationType, type[Contract]] = {
    **dict.fromkeys((t for t in T if t.value.startswith("request.")), AboutRequest),
    **dict.fromkeys((t for t in T if t.value.startswith("issue.")), AboutIssue),
    T.DOWNLOAD_READY: AboutDownload,
    T.DOWNLOAD_FAILED: AboutDownload,
    T.DOWNLOADS_PAUSED: AboutPause,
    T.DOWNLOADS_RESUMED: NoData,
    T.LIST_INDEXED: AboutList,
    T.LIST_FAILED: AboutListFailure,
    T.SUBSCRIPTION_FAILED: AboutSubscription,
    T.NEW_SIGN_IN: AboutSignIn,
    T.SESSION_REUSED: AboutSession,
    T.SESSION_LIMIT: AboutSession,
    T.PASSWORD_CHANGED: NoData,
    T.SECOND_FACTOR_CHANGED: AboutSecondFactor,
    T.IDENTITY_LINKED: AboutIdentity,
    T.IDENTITY_UNLINKED: AboutIdentity,
    T.SECOND_FACTOR_BLOCKED: AboutBrowser,
    T.TOKEN_CREATED: AboutToken,
    T.INVITE_ACCEPTED: AboutPerson,
    T.ROLE_CHANGED: AboutRole,
    T.EMAIL_CHANGED: NoData,
    T.ACCESS_LOST: AboutPerson,
    T.SUSPENDED: AboutPerson,
    T.WATCHLIST_UNREADABLE: NoData,
    T.QUOTA_CHANGED: NoData,
    T.IMPORT_ENDED: AboutImport,
    T.LIBRARY_ADDED: AboutArrival,
    T.SERVICE_DOWN: AboutService,
    T.SERVICE_DEGRADED: AboutService,
    T.SERVICE_RECOVERED: AboutService,
    T.SERVICE_STILL_DOWN: AboutService,
    T.CERTIFICATE_EXPIRING: AboutService,
    T.SERVICE_COMPLAINED: AboutComplaints,
    T.SERVICE_COMPLAINTS_ENDED: AboutComplaints,
    T.DOWNLOAD_STUCK: AboutStuckDownload,
    T.DEAD_LETTERS: AboutDeadLetters,
    T.CHANNEL_DISABLED: AboutChannel,
    T.BROADCAST: AboutBroadcast,
}
