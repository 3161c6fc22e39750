"""Everything the health service works with, in one value."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from medianest_common.bus import Bus
from medianest_common.clock import Clock
from medianest_common.db import Database
from medianest_common.security.encryption import Cipher
from medianest_health.adapters.ports import Ports
from medianest_health.catalogue import Watched
from medianest_health.integrations import HealthIntegrations
from medianest_health.partitions import Partitions
from medianest_health.public_pages import PublicPages
from medianest_health.roster import Roster
from medianest_health.settings import HealthSettings


@dataclass(frozen=True, slots=True)
class HealthApp:
    settings: HealthSettings
    db: Database
    bus: Bus
    clock: Clock
    cipher: Cipher
    """For the secrets that monitors are made with."""
    watched: Sequence[Watched]
    """Changes while we run: of what administrators set, whatever they have set."""
    integrations: HealthIntegrations
    ports: Ports
    """For the probes that are opened later."""
    partitions: Partitions
    roster: Roster
    """Which replicas there are, as far as this one hears."""
    uniform: Callable[[float, float], float]
    """Spreads what would happen at one moment."""
    public_pages: PublicPages = field(default_factory=PublicPages)
