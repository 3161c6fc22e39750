"""One look at one monitor, and what came of it."""

from dataclasses import dataclass
from datetime import datetime

from medianest_health.adapters.probe import Finding
from medianest_health.repository.schedules import Claimed


@dataclass(frozen=True, slots=True)
class Check:
    """Without a finding where nothing can be said: we were held up ourselves, or there is nothing to ask."""

    claimed: Claimed
    at: datetime
    finding: Finding | None
    seconds: float = 0.0
    """How long it took."""

    @property
    def hung(self) -> bool:
        return self.seconds > self.claimed.timeout_seconds / 2
