"""Whoever makes backups is no service: where it is not there, none are made, and that is an answer too."""

from medianest_common.bus import Bus
from medianest_common.contracts.base import Rpc
from medianest_common.contracts.keeping import Backups, ReadBackups
from medianest_common.errors import Conflict, Unavailable

SECONDS = 8.0


class BackupsNotKept(Conflict):
    title = "No backups are made here"


async def backups_of(bus: Bus) -> Backups:
    try:
        return await ask(bus, ReadBackups())
    except BackupsNotKept:
        return Backups(place=None, under_way=None, last_failure=None, items=[])


async def ask[R](bus: Bus, message: Rpc[R]) -> R:
    """Raises `BackupsNotKept` where nobody is there to be asked."""
    try:
        return await bus.call(message, timeout=SECONDS)
    except Unavailable:
        # Without the bus nobody can be asked at all.
        if not bus.connected:
            raise
        raise BackupsNotKept(
            "Let `medianest run` run all services, or in containers start the profile `backup`."
        ) from None
