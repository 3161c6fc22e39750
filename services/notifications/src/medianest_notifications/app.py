"""Everything the notifications service works with, in one value."""

from dataclasses import dataclass
from email.headerregistry import Address

from medianest_common.bus import Bus
from medianest_common.clock import Clock
from medianest_common.db import Database
from medianest_common.security.encryption import Cipher
from medianest_notifications.adapters.smtp import Smtp


@dataclass(frozen=True, slots=True)
class NotificationsApp:
    """`smtp` and `sender` are None where no mail server is set."""

    db: Database
    bus: Bus
    clock: Clock
    cipher: Cipher
    """Opens the mail that other services hand over."""
    smtp: Smtp | None
    sender: Address | None
    portal: str
