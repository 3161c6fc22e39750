"""A key is needed as long as something under way was sealed under it, wherever that lies."""

from datetime import timedelta

from medianest import registry
from medianest.admin.work_waiting import sealed_work_waiting
from medianest.testing import SECRET_KEY, Sandbox
from medianest_common.clock import uuid7
from medianest_common.contracts.notifications import Mail, MailKind, SendMail
from medianest_common.db.database import open_database
from medianest_common.db.roles import role_url
from medianest_common.lifecycle import role_secret
from medianest_common.mail import Mailer
from medianest_common.security.encryption import KeyRing
from medianest_common.settings import Settings

LETTER = Mail(kind=MailKind.PASSWORD_RESET, to="frida@example.org", name="Frida")


async def test_letters_in_an_outbox_and_on_the_bus_are_found(sandbox: Sandbox) -> None:
    auth = registry.service("auth")
    await sandbox.start(auth)
    assert auth.metadata is not None
    ring = KeyRing.parse(SECRET_KEY)
    later, settings = timedelta(hours=1), Settings(nats_url=sandbox.urls.nats_url)
    url = role_url(sandbox.settings["database_url"], "auth", secret=role_secret(ring))
    db = open_database(url, metadata=auth.metadata, service="auth", clock=sandbox.clock)
    mailer = Mailer(ring.cipher("mail"), clock=sandbox.clock)
    try:
        assert await sealed_work_waiting(settings, [db], keys=[ring.primary]) == 0
        await sandbox.bus.enqueue_now(
            SendMail(mail_id=uuid7(), sealed=ring.cipher("mail").mark + "x|y", expires_at=sandbox.clock.now())
        )
        assert await sealed_work_waiting(settings, [db], keys=[ring.primary]) == 1
        await sandbox.stop("auth")
        async with db.transaction() as tx:
            mailer.send(tx, LETTER, within=later)
        assert await sealed_work_waiting(settings, [db], keys=["unknown", ring.primary]) == 2
        assert await sealed_work_waiting(settings, [db], keys=["unknown"]) == 0
    finally:
        await db.close()
