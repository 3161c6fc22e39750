"""What arrives from the bus."""

from uuid import UUID

from medianest_common.bus import Handlers, current
from medianest_common.contracts.auth import (
    RevocationReason,
    SessionRevoked,
    SessionStarted,
    UserChange,
    UserChanged,
    UserCreated,
)
from medianest_common.contracts.auth.invites import InviteAccepted
from medianest_common.contracts.auth.passwords import PasswordChanged
from medianest_common.contracts.auth.people import UserDeleted
from medianest_common.contracts.auth.providers import IdentityChange, IdentityLinked, IdentityUnlinked
from medianest_common.contracts.auth.second_factor import SecondFactorBlocked, SecondFactorChanged
from medianest_common.contracts.auth.tokens import PersonalTokenCreated
from medianest_common.contracts.base import Nothing, Page
from medianest_common.contracts.media.changing import RequestEdited, RequestStuck
from medianest_common.contracts.media.events import REQUEST_EVENTS, RequestChange
from medianest_common.contracts.media.issues import ISSUE_EVENTS, IssueChange
from medianest_common.contracts.notifications import (
    CountNotifications,
    DismissNotification,
    ExportUserData,
    GetMailState,
    InboxCount,
    InboxHeads,
    InboxReplay,
    ListNotifications,
    MailState,
    MarkAllRead,
    MarkRead,
    Notification,
    ReadInboxHeads,
    ReplayInbox,
    SendMail,
)
from medianest_common.contracts.personal import PersonalData
from medianest_common.contracts.youtube.events import (
    BatchFailed,
    BatchIndexed,
    DownloadChange,
    DownloadFailed,
    DownloadReady,
    QueuePaused,
    QueueResumed,
    SubscriptionFailed,
)
from medianest_common.db import Transaction
from medianest_notifications import jobs, use_cases
from medianest_notifications.app import NotificationsApp
from medianest_notifications.repository import Recipients
from medianest_notifications.wording import (
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

handlers = Handlers("notifications")


@handlers.rpc
async def list_notifications(query: ListNotifications, app: NotificationsApp) -> Page[Notification]:
    return await use_cases.list_notifications(app, query)


@handlers.rpc
async def count_notifications(query: CountNotifications, app: NotificationsApp) -> InboxCount:
    return await use_cases.count_notifications(app)


@handlers.rpc
async def replay_inbox(query: ReplayInbox, app: NotificationsApp) -> InboxReplay:
    return await use_cases.replay_inbox(app, query)


@handlers.rpc
async def read_inbox_heads(query: ReadInboxHeads, app: NotificationsApp) -> InboxHeads:
    return await use_cases.read_inbox_heads(app, query)


@handlers.rpc
async def mark_read(command: MarkRead, app: NotificationsApp) -> Nothing:
    return await use_cases.mark_read(app, command)


@handlers.rpc
async def mark_all_read(command: MarkAllRead, app: NotificationsApp) -> InboxCount:
    return await use_cases.mark_all_read(app, command)


@handlers.rpc
async def dismiss_notification(command: DismissNotification, app: NotificationsApp) -> Nothing:
    return await use_cases.dismiss_notification(app, command)


@handlers.rpc
async def mail_state(query: GetMailState, app: NotificationsApp) -> MailState:
    return MailState(enabled=app.smtp is not None)


@handlers.job()
async def deliver_mail(job: SendMail, app: NotificationsApp) -> None:
    await use_cases.send_mail(app, job)


@handlers.rpc
async def export_person(query: ExportUserData, app: NotificationsApp) -> PersonalData:
    return await use_cases.export_person(app, query)


@handlers.on(UserDeleted)
async def person_left(event: UserDeleted, app: NotificationsApp, tx: Transaction) -> None:
    await use_cases.erase_person(app, tx, event)


@handlers.on(UserCreated, UserChanged)
async def learn_person(event: UserChange, app: NotificationsApp, tx: Transaction) -> None:
    await Recipients(tx.session).learn(
        {"user_id": event.user_id, "name": event.name, "role": event.role.value, "version": event.version}
    )


@handlers.on(*REQUEST_EVENTS.values())
async def request_moved(event: RequestChange, app: NotificationsApp, tx: Transaction) -> None:
    await use_cases.announce_request(app, tx, event, event_id=_event_id())


@handlers.on(*ISSUE_EVENTS)
async def issue_changed(event: IssueChange, app: NotificationsApp, tx: Transaction) -> None:
    await use_cases.announce_issue(app, tx, event, event_id=_event_id())


@handlers.on(DownloadReady, DownloadFailed)
async def download_ended(event: DownloadChange, app: NotificationsApp, tx: Transaction) -> None:
    await use_cases.announce_download(app, tx, event, event_id=_event_id())


@handlers.on(BatchIndexed, BatchFailed, SubscriptionFailed)
async def list_read(
    event: BatchIndexed | BatchFailed | SubscriptionFailed, app: NotificationsApp, tx: Transaction
) -> None:
    await use_cases.announce_list(app, tx, event, event_id=_event_id())


@handlers.on(QueuePaused, QueueResumed)
async def queue_stands(event: QueuePaused | QueueResumed, app: NotificationsApp, tx: Transaction) -> None:
    await use_cases.announce_queue(app, tx, event, event_id=_event_id())


@handlers.on(RequestEdited)
async def request_edited(event: RequestEdited, app: NotificationsApp, tx: Transaction) -> None:
    await use_cases.announce_edit(app, tx, event, event_id=_event_id())


@handlers.on(RequestStuck)
async def request_stuck(event: RequestStuck, app: NotificationsApp, tx: Transaction) -> None:
    await use_cases.announce_stuck(app, tx, event, event_id=_event_id())


@handlers.on(SessionStarted)
async def session_started(event: SessionStarted, app: NotificationsApp, tx: Transaction) -> None:
    if event.new_device:
        await use_cases.notify(app, tx, about_new_sign_in(event), to=[event.user_id], dedupe_key=_event_id())


@handlers.on(SessionRevoked)
async def session_revoked(event: SessionRevoked, app: NotificationsApp, tx: Transaction) -> None:
    if event.reason is RevocationReason.REUSE:
        await use_cases.notify(
            app, tx, about_reused_session(event), to=[event.user_id], dedupe_key=_event_id()
        )
    if event.reason is RevocationReason.LIMIT:
        await use_cases.notify(
            app, tx, about_session_limit(event), to=[event.user_id], dedupe_key=_event_id()
        )


@handlers.on(PasswordChanged)
async def password_changed(event: PasswordChanged, app: NotificationsApp, tx: Transaction) -> None:
    await use_cases.notify(app, tx, about_new_password(event), to=[event.user_id], dedupe_key=_event_id())


@handlers.on(SecondFactorChanged)
async def second_factor_changed(event: SecondFactorChanged, app: NotificationsApp, tx: Transaction) -> None:
    notice = about_second_factor(event)
    await use_cases.notify(app, tx, notice, to=[event.user_id], dedupe_key=_event_id())


@handlers.on(IdentityLinked, IdentityUnlinked)
async def identity_changed(event: IdentityChange, app: NotificationsApp, tx: Transaction) -> None:
    await use_cases.notify(app, tx, about_identity(event), to=[event.user_id], dedupe_key=_event_id())


@handlers.on(PersonalTokenCreated)
async def token_created(event: PersonalTokenCreated, app: NotificationsApp, tx: Transaction) -> None:
    await use_cases.notify(app, tx, about_token(event), to=[event.user_id], dedupe_key=_event_id())


@handlers.on(InviteAccepted)
async def invite_accepted(event: InviteAccepted, app: NotificationsApp, tx: Transaction) -> None:
    await use_cases.notify(app, tx, about_newcomer(event), to=[event.invited_by], dedupe_key=_event_id())


@handlers.on(SecondFactorBlocked)
async def second_factor_blocked(event: SecondFactorBlocked, app: NotificationsApp, tx: Transaction) -> None:
    notice = about_wrong_codes(event)
    await use_cases.notify(app, tx, notice, to=[event.user_id], dedupe_key=_event_id())


@handlers.every(3600)
async def forget_old(app: NotificationsApp) -> None:
    await jobs.forget_old(app)


def _event_id() -> UUID:
    """While an event is handled, it is the cause of whatever happens."""
    causation = current().causation_id
    assert causation is not None
    return UUID(causation)
