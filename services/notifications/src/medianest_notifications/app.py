"""Everything the notifications service works with, in one value."""

from dataclasses import dataclass

from medianest_common.bus import Bus
from medianest_common.clock import Clock
from medianest_common.db import Database


@dataclass(frozen=True, slots=True)
class NotificationsApp:
    db: Database
    bus: Bus
    clock: Clock
