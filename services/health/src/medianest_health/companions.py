"""The replicas of one service, for the probe of it."""

from collections.abc import Collection
from dataclasses import dataclass

from medianest_common.db import Database
from medianest_health.repository.replicas import missed
from medianest_health.roster import Roster


@dataclass(frozen=True, slots=True)
class Replicas:
    service: str
    roster: Roster
    db: Database

    def present(self) -> Collection[str]:
        return self.roster.present(self.service)

    async def missed(self) -> int:
        async with self.db.read() as connection:
            return await missed(connection, self.service)
