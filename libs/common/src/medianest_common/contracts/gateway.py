"""What the gateway is asked to do over the bus. It has no database, so it is given work and not events."""

from uuid import UUID

from medianest_common.contracts.base import Job
from medianest_common.contracts.decided import Decided
from medianest_common.contracts.personal import DataErased


class EraseUserData(Job):
    """Somebody was deleted: drop what is kept for them in the cache."""

    user_id: UUID


class UserDataErased(DataErased):
    pass


class AdminDecided(Decided):
    """What is done for administrators by whoever makes backups, who is no service."""
