"""Each replica says that it is there, so that one that vanishes is missed."""

import asyncio
from datetime import datetime
from importlib.metadata import version

from medianest_common.bus.client import Bus
from medianest_common.contracts.platform import REPLICA_HEARD, Announcement, Presence

EVERY_SECONDS = 5.0
_AWAY_SECONDS = 0.5
"""While the bus is away: whoever listens should hear of us soon after it is back."""


class Announcer:
    """Of one replica. Nothing is stored and nobody is waited for: a publish every few seconds is all it costs."""

    def __init__(
        self, bus: Bus, *, service: str, instance: str, started_at: datetime, after_crash: bool = False
    ) -> None:
        self._bus = bus
        self._present = Announcement(
            service=service,
            instance=instance,
            version=version("medianest-common"),
            started_at=started_at,
            after_crash=after_crash,
        )
        self._body = self._present.model_dump_json().encode()
        self._has_left = False

    async def run(self) -> None:
        while not self._has_left:
            await self._bus.publish_live(REPLICA_HEARD, self._body)
            await asyncio.sleep(EVERY_SECONDS if self._bus.connected else _AWAY_SECONDS)

    async def leave(self) -> None:
        """The last word. One that crashes does not say it."""
        self._has_left = True
        gone = self._present.model_copy(update={"presence": Presence.LEFT})
        await self._bus.publish_live(REPLICA_HEARD, gone.model_dump_json().encode())
