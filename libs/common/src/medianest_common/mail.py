"""Handing mail to the notifications service without its words lying readable in the outbox or on the bus."""

from dataclasses import dataclass
from datetime import timedelta

from medianest_common.clock import Clock, uuid7
from medianest_common.contracts.notifications import Mail, SendMail
from medianest_common.db import Transaction
from medianest_common.security.encryption import Cell, Cipher

PURPOSE = "mail"
"""For `keys.cipher`, in the service that sends and in the one that delivers."""


@dataclass(frozen=True, slots=True)
class Mailer:
    cipher: Cipher
    clock: Clock

    def send(self, tx: Transaction, mail: Mail, *, within: timedelta) -> None:
        """Goes out after the commit, as soon as the mail server takes it; not at all once `within` is over."""
        mail_id = uuid7()
        sealed = self.cipher.seal(mail.model_dump_json(), cell=Cell("mail", "sealed", mail_id))
        tx.enqueue(SendMail(mail_id=mail_id, sealed=sealed, expires_at=self.clock.now() + within))


def open_mail(cipher: Cipher, job: SendMail) -> Mail:
    return Mail.model_validate_json(cipher.open_text(job.sealed, cell=Cell("mail", "sealed", job.mail_id)))
