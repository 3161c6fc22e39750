"""Everything the notifications service works with, in one value."""

from dataclasses import dataclass
from datetime import timedelta
from email.headerregistry import Address

from medianest_common.bus import Bus
from medianest_common.clock import Clock
from medianest_common.db import Database
from medianest_common.integrations import IntegrationStore
from medianest_common.security.encryption import Cipher
from medianest_notifications.adapters.channels.port import Senders
from medianest_notifications.adapters.smtp import Smtp
from medianest_notifications.settings import NotificationsSettings


@dataclass(frozen=True, slots=True)
class NotificationsApp:
    """`smtp` and `sender` are None where no mail server is set."""

    integrations: IntegrationStore[NotificationsSettings]
    db: Database
    bus: Bus
    clock: Clock
    cipher: Cipher
    """Opens the mail that other services hand over."""
    smtp: Smtp | None
    sender: Address | None
    portal: str
    senders: Senders
    """What this installation can use."""
    channel_cipher: Cipher
    """Opens what channels are made with."""
    code_key: bytes
    """For the codes that are sent through channels to see whether they lead to their owner."""
    unsubscribe_key: bytes
    household_zone: str
    lease: timedelta
    """How long an attempt to send something can last before somebody else takes it over."""
    news_wait: timedelta
    """What is new in a library is told once nothing more has come for so long."""
