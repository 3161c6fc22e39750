"""Give one mail to the mail server. What it refuses for now is tried again, by the rules for jobs, while of use."""

import structlog

from medianest_common.contracts.notifications import SendMail
from medianest_common.errors import TimedOut
from medianest_common.http import BrokenOff
from medianest_common.mail import open_mail
from medianest_notifications.adapters.smtp import MailRefused
from medianest_notifications.app import NotificationsApp
from medianest_notifications.letters import write

log = structlog.get_logger()


class MailInDoubt(Exception):
    """It may have been taken. Not like an outage, after which it would be sent again for as long as it is of use, but
    like any failure: a few times."""


async def send_mail(app: NotificationsApp, job: SendMail) -> None:
    now = app.clock.now()
    if app.smtp is None or app.sender is None:
        log.warning("mail_not_sent", mail_id=str(job.mail_id), reason="MEDIANEST_SMTP_URL is not set")
        return
    if now >= job.expires_at:
        log.warning("mail_not_sent", mail_id=str(job.mail_id), reason="too late")
        return
    mail = open_mail(app.cipher, job)
    try:
        message = write(mail, mail_id=job.mail_id, sender=app.sender, portal=app.portal, at=now)
    except ValueError:
        raise MailRefused("The recipient's address cannot be written to.") from None
    try:
        await app.smtp.send(message)
    except (TimedOut, BrokenOff) as error:
        raise MailInDoubt(error.detail) from None
    log.info("mail_sent", mail_id=str(job.mail_id), kind=mail.kind)
