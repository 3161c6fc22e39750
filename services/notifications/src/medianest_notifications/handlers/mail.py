"""Mail that other services hand over."""

from medianest_common.contracts.notifications import (
    GetMailState,
    MailState,
    SendMail,
)
from medianest_notifications import use_cases
from medianest_notifications.app import NotificationsApp
from medianest_notifications.handlers.base import handlers


@handlers.rpc
async def mail_state(query: GetMailState, app: NotificationsApp) -> MailState:
    return MailState(enabled=app.smtp is not None)


@handlers.job()
async def deliver_mail(job: SendMail, app: NotificationsApp) -> None:
    await use_cases.send_mail(app, job)
