"""The inbox and what is pushed from it, and mail."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import Field

from medianest_common.contracts.base import Body, Command, Contract, Job, Nothing, Page, Query, Timestamp
from medianest_common.contracts.personal import DataErased, PersonalData


class NotificationType(StrEnum):
    REQUEST_CREATED = "request.created"
    REQUEST_APPROVED = "request.approved"
    REQUEST_DECLINED = "request.declined"
    REQUEST_PROCESSING = "request.processing"
    REQUEST_PARTIALLY_AVAILABLE = "request.partially_available"
    REQUEST_AVAILABLE = "request.available"
    REQUEST_FAILED = "request.failed"
    REQUEST_CANCELLED = "request.cancelled"
    REQUEST_EDITED = "request.edited"
    REQUEST_STUCK = "request.stuck"
    REQUEST_FROM_WATCHLIST = "request.from_watchlist"
    WATCHLIST_UNREADABLE = "watchlist.unreadable"
    QUOTA_CHANGED = "quota.changed"
    IMPORT_ENDED = "import.ended"
    ISSUE_CREATED = "issue.created"
    ISSUE_COMMENTED = "issue.commented"
    ISSUE_RESOLVED = "issue.resolved"
    ISSUE_REOPENED = "issue.reopened"
    DOWNLOAD_READY = "download.ready"
    DOWNLOAD_FAILED = "download.failed"
    DOWNLOADS_PAUSED = "downloads.paused"
    DOWNLOADS_RESUMED = "downloads.resumed"
    LIST_INDEXED = "list.indexed"
    LIST_FAILED = "list.failed"
    SUBSCRIPTION_FAILED = "subscription.failed"
    LIBRARY_ADDED = "library.added"
    SERVICE_DOWN = "service.down"
    SERVICE_DEGRADED = "service.degraded"
    SERVICE_RECOVERED = "service.recovered"
    SERVICE_STILL_DOWN = "service.still_down"
    CERTIFICATE_EXPIRING = "service.certificate_expiring"
    SERVICE_COMPLAINED = "service.complained"
    SERVICE_COMPLAINTS_ENDED = "service.complaints_ended"
    DOWNLOAD_STUCK = "service.download_stuck"
    DEAD_LETTERS = "service.dead_letters"
    NEW_SIGN_IN = "security.new_sign_in"
    SESSION_REUSED = "security.session_reused"
    SESSION_LIMIT = "security.session_limit"
    PASSWORD_CHANGED = "security.password_changed"
    SECOND_FACTOR_CHANGED = "security.second_factor_changed"
    IDENTITY_LINKED = "security.identity_linked"
    IDENTITY_UNLINKED = "security.identity_unlinked"
    SECOND_FACTOR_BLOCKED = "security.second_factor_blocked"
    TOKEN_CREATED = "security.token_created"
    ROLE_CHANGED = "security.role_changed"
    EMAIL_CHANGED = "security.email_changed"
    INVITE_ACCEPTED = "people.invite_accepted"
    CHANNEL_DISABLED = "channel.disabled"
    ACCESS_LOST = "people.access_lost"
    SUSPENDED = "people.suspended"
    BROADCAST = "broadcast"


class Notification(Contract):
    """`seq` counts up by one per user, without holes, and never changes."""

    seq: int
    id: UUID
    type: NotificationType
    title: str
    body: str
    link: str | None
    data: dict[str, Any]
    created_at: Timestamp
    read_at: Timestamp | None = None
    dismissed_at: Timestamp | None = None
    """Set only in a replay, which leaves out nothing: another device took this one off the list meanwhile."""
    pinned_at: Timestamp | None = None
    """Kept as long as it is pinned, however old."""


class InboxCount(Contract):
    unread: int
    head: int
    """The highest `seq` given out so far, 0 for an empty inbox."""


class InboxPin(Contract):
    """An entry was pinned, or its pin taken off: because its reader has said so or dismissed it, or because what it
    told of was withdrawn."""

    id: UUID
    seq: int
    pinned_at: Timestamp | None
    notification: Notification | None
    """As it is now, for a page that has not read so far back; None once the pin is off."""


class InboxReplay(Contract):
    """What a reconnecting client missed. With `gap` it must read the inbox over REST instead."""

    epoch: str
    head: int
    unread: int
    gap: bool
    items: list[Notification]


class InboxHeads(Contract):
    """People without an inbox are left out."""

    epoch: str
    heads: dict[UUID, int]


class MailKind(StrEnum):
    PASSWORD_RESET = "password_reset"
    NO_PASSWORD = "no_password"
    """A reset was asked for by somebody who signs in some other way."""
    PASSWORD_CHANGED = "password_changed"
    EMAIL_CONFIRM = "email_confirm"
    """To the new address."""
    EMAIL_CHANGED = "email_changed"
    """To the old one."""


class Mail(Contract):
    """What to say to whom; the words are the notifications service's."""

    kind: MailKind
    to: str = Field(repr=False)
    name: str = Field(repr=False)
    link: str | None = Field(default=None, repr=False)
    locale: str | None = None
    """A BCP 47 tag; English where there are no words in that language."""


class MailState(Contract):
    enabled: bool
    """Whether there is a server to send mail with."""


class ReadAllBody(Body):
    up_to: int = Field(ge=0, le=2**53 - 1)


class ListNotifications(Query[Page[Notification]]):
    """Newest first, without those that were dismissed; `dismissed` shows them alone."""

    unread: bool = False
    pinned: bool = False
    dismissed: bool = False
    type: NotificationType | None = None
    limit: int = Field(default=20, ge=1, le=100)
    cursor: str | None = None


class CountNotifications(Query[InboxCount]):
    pass


class ReplayInbox(Query[InboxReplay]):
    epoch: str | None
    last_seq: int | None


class ReadInboxHeads(Query[InboxHeads]):
    """How far many inboxes have got: the gateway compares with what it has sent and fetches what was lost."""

    user_ids: list[UUID] = Field(max_length=1000)


class MarkRead(Command[Nothing]):
    id: UUID


class MarkUnread(Command[Nothing]):
    id: UUID


class PinNotification(Command[Nothing]):
    id: UUID


class UnpinNotification(Command[Nothing]):
    id: UUID


class MarkAllRead(Command[InboxCount]):
    up_to: int


class DismissNotification(Command[Nothing]):
    id: UUID


class GetMailState(Query[MailState]):
    pass


class SendMail(Job):
    """`sealed` is a `Mail` that opens with the keyring for this `mail_id` only: a job lies in files, and neither the
    address nor a link with a secret may be read there. See `medianest_common.mail`.
    """

    mail_id: UUID
    sealed: str
    expires_at: Timestamp
    """When it is no longer worth sending."""


def push_subject(user_id: UUID) -> str:
    """Where frames for one person's open sockets travel; ids in hex, since subjects hold constants and hex only."""
    return f"push.user.{user_id.hex}"


PUSH_ANYONE = "push.user.*"
PUSH_ADMINS = "push.admins"
"""Where frames for the open sockets of administrators travel; nothing durable."""
PUSH_ALL = "push.all"
"""Where frames for every open socket travel; only such that anyone may see, and nothing durable."""


class ExportUserData(Query[PersonalData]):
    cursor: str | None = None


class UserDataErased(DataErased):
    pass
