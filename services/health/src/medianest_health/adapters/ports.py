"""What probes need of the process they run in."""

import ssl
from dataclasses import dataclass

from medianest_common.clock import Clock
from medianest_health.adapters.plex import PlexService
from medianest_health.adapters.probe import OwnTrouble
from medianest_health.adapters.refusals import Refusals


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    clock: Clock
    own_trouble: OwnTrouble
    refusals: Refusals
    plex: PlexService | None = None
    """Knows the household's own server."""
    authorities: ssl.SSLContext | None = None
    """Whom to trust about certificates; the public ones where nothing is given."""
